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

FILE_POLICY = (
    "default-src 'none'; img-src 'self' data:; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
)
"""What a picture or a PDF may do when a browser shows it: be seen."""

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
    "fund_done": "已登记，这件申请随即按规定往下走。",
    "fund_withdrawn": "已撤回，审批和付款都已停下，预留的钱已放回。",
    "fund_appealed": "已登记申诉，这是新的一件申请，材料齐后再提交。",
    "decided": "您的意见已提交，后面的步骤会接着办。",
    "urged": "已催办，经办的同志会收到提醒。",
    "reassigned": "已重新派办，有关同志会收到通知。",
    "still_blocked": "又查了一遍，还是没有人能批：请先按下面写的补上人。",
    "delegated": "已委托代理，对方会在“待阅”里看到。",
    "taken_back": "代理已收回。",
    "denial_settled": "核实情况已记下。",
    "links_sent": "新链接已发出，原来的链接已停用。",
    "filed": "草稿已保存，请补齐材料后提交。",
    "changed": "修改已保存。",
    "kept": "材料已收到。",
    "removed": "材料已删去。",
    "submitted": "申请已提交。",
    "withdrawn": "申请已撤回。",
    "appealed": "申诉已登记，请补充材料后提交。",
}
"""Sentences that a page may say about what was just done; the address carries the word, never the sentence."""

MENU: tuple[tuple[str, str, str, Act], ...] = (
    ("boxes", "/desk", "我的事项", Act.OWN_BOXES),
    ("approvals", "/desk/approvals", "审批", Act.APPROVAL_READ),
    ("roster", "/desk/roster", "值班表", Act.ROSTER_READ),
    ("unit", "/desk/unit", "本单位", Act.UNIT_READ),
    ("town", "/desk/town", "本镇（乡）", Act.TOWN_READ),
    ("batches", "/desk/dispatch", "干部选派", Act.BATCH_READ),
    ("dispatch_board", "/desk/dispatch/board", "选派一览", Act.DISPATCH_BOARD),
    ("fund", "/desk/fund", "温暖基金", Act.FUND_READ),
    ("apply", "/desk/fund/apply", "代为申请", Act.FUND_APPLY),
    ("money", "/desk/fund/money", "基金账", Act.MONEY_READ),
    ("postings", "/desk/postings", "派出干部", Act.POSTING_READ),
    ("documents", "/desk/documents", "公文", Act.DOCUMENT_READ),
    ("meetings", "/desk/meetings", "会议", Act.MEETING_LOOK),
    ("circulars", "/desk/circulars", "情况通报", Act.CIRCULAR_LOOK),
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
class File:
    """A file handed over in the answer itself, never kept on the way; `inline` shows it in the page's place.

    Who may take it was checked; that it was taken is recorded by whoever made it.
    """

    name: str
    content: bytes = field(repr=False)
    inline: bool = False


Answer = Page | Go | File
Handler = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """An address of the desk, the act that it is, and who answers.

    `early` ones work before a new password is set; `files` ones take long texts and files, only from somebody who is
    logged in.
    """

    path: str
    act: Act
    handler: Handler
    method: str = "GET"
    early: bool = False
    files: bool = False


def handed(file: File) -> Response:
    """Return a file as an answer."""
    headers = {**HEADERS, **attachment_headers(file.name, inline=file.inline), "Content-Security-Policy": FILE_POLICY}
    return Response(file.content, media_type=media_type(file.name), headers=headers)


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


def gone_to(path: str) -> Response:
    """Return the way to another page."""
    return RedirectResponse(path, 303, HEADERS)


def trouble(heading: str, message: str, status: int) -> Page:
    """Return the page that says what went wrong."""
    return Page("desk_trouble.html.j2", "", {"heading": heading, "message": message}, status)
