"""What every page of the desk has in common: who asks, which act it is, the answer's form and its headers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, RedirectResponse, Response

from djflow.accounts.model import Account, Act
from djflow.accounts.rules import may
from djflow.assembly import House, doorway
from djflow.assembly.frames import names_of
from djflow.web.desk.door import Fields
from djflow.web.files import attachment_headers, media_type
from djflow.web.frame import environment

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}

SAID: Mapping[str, str] = {
    "published": "已发布，公示网页已更新，有关同志会收到通知。",
    "already": "这份值班表早已发布，没有重复办理。",
    "void": "草案已作废。",
    "done": "已办结。",
    "read": "已标记为已阅。",
    "password": "密码已修改，其他地方的登录都已退出。",
    "roles": "角色已修改，该账号须重新登录。",
    "disabled": "账号已停用。",
    "enabled": "账号已启用。",
    "intact": "操作记录从头到尾核对无误。",
    "resent": "已重新排队，稍后发送。",
    "approved": "已批准，值班表已更新，有关同志会收到通知。",
    "rejected": "已办理，申请人会收到通知。",
    "checked": "已记下核对过，下次通知照常使用。",
    "handled": "已记下这条回复处理过了。",
    "called": "已记下打过电话。",
    "paused": "渠道已暂停，消息留在队列里等待。",
    "resumed": "渠道已恢复，等待的消息会继续发送。",
}
"""Sentences that a page may say about what was just done; the address carries the word, never the sentence."""

MENU: tuple[tuple[str, str, str, Act], ...] = (
    ("boxes", "/desk", "我的事项", Act.OWN_BOXES),
    ("roster", "/desk/roster", "值班表", Act.ROSTER_READ),
    ("unit", "/desk/unit", "本单位", Act.UNIT_READ),
    ("town", "/desk/town", "本镇（乡）", Act.TOWN_READ),
    ("money", "/desk/fund/money", "基金账", Act.MONEY_READ),
    ("messages", "/desk/messages", "通知", Act.MESSAGE_READ),
    ("channels", "/desk/channels", "渠道", Act.CHANNEL_READ),
    ("accounts", "/desk/accounts", "账号", Act.ACCOUNT_MANAGE),
    ("system", "/desk/system", "系统", Act.SYSTEM_READ),
    ("audit", "/desk/audit", "操作记录", Act.AUDIT_READ),
    ("logins", "/desk/audit/logins", "登录记录", Act.AUDIT_READ),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is logged in and may do what is asked."""

    house: House
    visitor: doorway.Visitor
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Fields
    ip: str

    @property
    def account(self) -> Account:
        """Who asks."""
        return self.visitor.account

    @property
    def by(self) -> str:
        """Who asks, as the record names it."""
        return self.visitor.account.actor

    def may(self, act: Act) -> bool:
        """Return whether the visitor may also do another act."""
        return may(self.account.roles, act)


@dataclass(frozen=True, slots=True)
class Page:
    """A template with its values; `section` marks the menu."""

    template: str
    section: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Go:
    """Another page to go to; `token` replaces the login's token, an empty one ends it."""

    path: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A file to keep; who may take it was checked, that it was taken is recorded by whoever made it."""

    name: str
    content: bytes = field(repr=False)


Answer = Page | Go | Download
Handler = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """An address of the desk, the act that it is, and who answers.

    `early` ones work before a new password is set, `upload` ones take forms that bring files.
    """

    path: str
    act: Act
    handler: Handler
    method: str = "GET"
    early: bool = False
    upload: bool = False


def drawn(house: House, page: Page, visitor: doorway.Visitor | None = None, form_key: str = "") -> Response:
    """Return a page as an answer."""
    account = visitor.account if visitor else None
    free = visitor is not None and not visitor.needs_password
    menu = [item[:3] for item in MENU if account and free and may(account.roles, item[3])]
    values = {
        "names": names_of(house),
        "menu": menu,
        "section": page.section,
        "account": account,
        "form_key": form_key,
        "said": "",
        **page.values,
    }
    return HTMLResponse(environment().get_template(page.template).render(values), page.status, HEADERS)


def handed_out(file: Download) -> Response:
    """Return a file as an attachment that nobody keeps a copy of on the way."""
    return Response(file.content, media_type=media_type(file.name), headers=HEADERS | attachment_headers(file.name))


def gone_to(path: str) -> Response:
    """Return the way to another page."""
    return RedirectResponse(path, 303, HEADERS)


def trouble(heading: str, message: str, status: int) -> Page:
    """Return the page that says what went wrong."""
    return Page("desk_trouble.html.j2", "", {"heading": heading, "message": message}, status)
