"""The approver's page: a link says whom it is for, a code from another message opens the matter, one decision ends it.

GET and HEAD change nothing, whoever fetches them (a paper that is opened is noted); every act needs a form of this
page, and all but asking for a code and 不是我 need the pass that the code gave to this browser alone.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from djflow.approvals.chains.model import Power
from djflow.approvals.doorway.model import CodeResult, Settled
from djflow.approvals.labels import POWER_LABELS, VERDICT_LABELS
from djflow.assembly import House, approving
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.fund.materials.model import Media
from djflow.web.errors import MESSAGES
from djflow.web.me.frame import PRIVATE, MePages, route_class
from djflow.web.me.guard import fields

T = TypeVar("T")
Fields = Annotated[dict[str, str], Depends(fields)]
OPENED = "djflow_pass"
TYPES = {Media.PDF: "application/pdf", Media.JPEG: "image/jpeg", Media.PNG: "image/png"}
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PICTURE_POLICY = f"{_NOTHING}; sandbox"
PDF_POLICY = f"{_NOTHING}; object-src 'self'"
"""A browser's own viewer shows no PDF in a sandbox, or where objects are forbidden; neither lets a script run."""
HEADINGS = {
    "approval.decided": "已由他人办理",
    "approval.done": "您已经办过",
    "approval.handed": "已转给别人办理",
    "link.expired": "链接已过期",
    "approval.frozen": "链接已停用",
    "approval.code": "验证码不对",
    "approval.no_code": "还没有验证码",
    "approval.code_soon": "请等一等",
    "approval.locked": "链接已锁定",
    "approval.codes": "验证码已用完",
    "approval.day_locked": "今天已锁定",
    "approval.pass": "请重新获取验证码",
    "approval.content": "内容已变更",
    "approval.role_ended": "您已不在这个岗位",
    "approval.conflict": "须回避",
    "approval.not_yours": "现在不由您办理",
    "approval.not_yet": "还没有轮到您",
    "approval.state": "现在不能办理",
    "fund.checked": "核查还没有做完",
    "fund.approval": "已经重新报批",
    "material.unknown": "没有这份材料",
    "material.gone": "材料已销毁",
}
"""What a refusal is called, by its code; any other act was just not done."""
_RESULTS = {
    CodeResult.WRONG: "approval.code",
    CodeResult.NO_CODE: "approval.no_code",
    CodeResult.LOCKED: "approval.locked",
    CodeResult.DAY_LOCKED: "approval.day_locked",
}


def approve_router(house: House) -> APIRouter:
    """Return the router of the approver's pages of a house."""
    return ApprovePages(house).router()


class ApprovePages(MePages):
    """Shows a matter to its approver and takes what they do with it."""

    root = "/me/approve"
    back_words = "返回"
    cookie = "djflow_approve"
    headings = HEADINGS

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix=self.root, route_class=route_class(self.refused))
        router.add_api_route("/{token}", self.show, methods=["GET", "HEAD"], response_model=None)
        router.add_api_route("/{token}/hand/{power}", self.hands, methods=["GET", "HEAD"], response_model=None)
        # Opening a paper is recorded: it is never asked for by HEAD.
        router.add_api_route("/{token}/paper/{paper}", self.paper, methods=["GET"], response_model=None)
        for path, act in (
            ("/{token}/code", self.send_code),
            ("/{token}/open", self.enter),
            ("/{token}/decide", self.decide),
            ("/{token}/find/{power}", self.find),
            ("/{token}/hand/{power}", self.hand_over),
            ("/{token}/deny", self.deny),
        ):
            router.add_api_route(path, act, methods=["POST"], response_model=None)
        return router

    def cookie_path(self, token: str) -> str:
        """Return a path of each link's own, so that two matters open side by side do not shut each other."""
        return f"{self.root}/{token}"

    def show(self, request: Request, token: str, sent: str = "") -> Response:
        """Show the matter to a browser with the pass, what was decided to whoever decided it, else the door."""
        try:
            door = self._asked(request, lambda: approving.door(self._house, token))
        except ConflictError:
            done = approving.settled(self._house, token)
            if done is None:
                raise
            return self._settled(request, token, done)
        if passed := self._pass(request):
            try:
                return self.page(request, token, "matter", matter=approving.matter(self._house, token, passed))
            except RuleError as error:
                if error.code != "approval.pass":
                    raise
        return self.page(request, token, "approve", door=door, sent=bool(sent), minutes=approving.CODE_MINUTES)

    def send_code(self, request: Request, token: str, given: Fields) -> Response:
        """Send a code by another way."""
        self._check(request, token, given, "code")
        approving.send_code(self._house, token)
        return self._back(token, "?sent=1")

    def enter(self, request: Request, token: str, given: Fields) -> Response:
        """Open the matter for this browser; a wrong code is counted and said."""
        self._check(request, token, given, "open")
        entry = approving.enter(self._house, token, given.get("code", ""))
        if entry.until is None:
            raise RuleError(entry.refused, code=_RESULTS[entry.result])
        response = self._back(token, "")
        secure = request.url.scheme == "https"
        left = int((entry.until - self._house.now()).total_seconds())
        response.set_cookie(
            OPENED,
            entry.passed,
            max_age=left,
            path=self.cookie_path(token),
            httponly=True,
            samesite="strict",
            secure=secure,
        )
        return response

    def decide(self, request: Request, token: str, given: Fields) -> Response:
        """Take the decision."""
        self._check(request, token, given, "decide")
        passed, verdict = self._pass(request), given.get("verdict", "")
        approving.decide(self._house, token, passed, verdict, given.get("opinion", ""))
        return self._shut(token)

    def paper(self, request: Request, token: str, paper: str) -> Response:
        """Hand out a material as it is, never to be kept and never to be run."""
        material, content = self._asked(request, lambda: approving.look(self._house, token, self._pass(request), paper))
        headers = {
            **PRIVATE,
            "Content-Disposition": f'inline; filename="paper.{material.media}"',
            "Content-Security-Policy": PDF_POLICY if material.media is Media.PDF else PICTURE_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return Response(content, media_type=TYPES[material.media], headers=headers)

    def hands(self, request: Request, token: str, power: str) -> Response:
        """Show whom the matter may be handed to, or who may sign too."""
        return self._choose(request, token, _power(power), "")

    def find(self, request: Request, token: str, power: str, given: Fields) -> Response:
        """Show those whose name was asked for; a name never stands in an address, where it would be logged."""
        self._check(request, token, given, f"find/{power}")
        return self._choose(request, token, _power(power), given.get("words", "")[:20])

    def hand_over(self, request: Request, token: str, power: str, given: Fields) -> Response:
        """Hand the matter over, or ask somebody to sign too."""
        self._check(request, token, given, f"hand/{power}")
        asked = _power(power)
        chosen = (given.get("who", ""), given.get("reason", ""))
        approving.hand_over(self._house, token, self._pass(request), asked, chosen)
        over = asked is not Power.ADD_AFTER
        response = self.page(request, token, "handed", words=POWER_LABELS[asked], over=over)
        if over:
            response.delete_cookie(OPENED, path=self.cookie_path(token))
        return response

    def deny(self, request: Request, token: str, given: Fields) -> Response:
        """Take the report that a decision was not the approver's own."""
        self._check(request, token, given, "deny")
        approving.deny(self._house, token)
        return self._shut(token)

    def _check(self, request: Request, token: str, given: dict[str, str], act: str) -> None:
        self._forms.check(request, given, token, act)

    def _pass(self, request: Request) -> str:
        return request.cookies.get(OPENED, "")

    def _asked(self, request: Request, read: Callable[[], T]) -> T:
        try:
            return read()
        except NotFoundError as error:
            if error.code == "link.broken":
                self.count_wrong(request)
            raise

    def _settled(self, request: Request, token: str, done: Settled) -> Response:
        return self.page(request, token, "decided", done=done, verdict=VERDICT_LABELS[done.verdict])

    def _choose(self, request: Request, token: str, power: Power, words: str) -> Response:
        found = self._asked(request, lambda: approving.hands(self._house, token, self._pass(request), power, words))
        values = {"power": power.value, "what": POWER_LABELS[power], "words": words}
        return self.page(request, token, "hand", found=found, **values)

    def _shut(self, token: str) -> Response:
        # 303 turns the browser to a GET, so that reloading repeats nothing.
        response = self._back(token, "")
        response.delete_cookie(OPENED, path=self.cookie_path(token))
        return response

    def _back(self, token: str, rest: str) -> Response:
        return RedirectResponse(f"{self.root}/{token}{rest}", status_code=303, headers=PRIVATE)


def _power(word: str) -> Power:
    if word not in set(approving.HANDING):
        raise NotFoundError(MESSAGES[404])
    return Power(word)
