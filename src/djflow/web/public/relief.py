"""The fund's public lists and the form to object to one: masked names, the neutral category, nothing once it is over.

Objecting needs no name. Against machines stand a field nobody sees, a pace per address, a mark of this page's own form
and the service's limit of open objections; against reading along, sealing in the store. Looking changes nothing.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from djflow.accounts.hashing import new_token
from djflow.assembly import House, relief_board
from djflow.assembly.frames import names_of
from djflow.assembly.relief_board import Heard, Words
from djflow.core.errors import DjflowError, InputError, RuleError
from djflow.web.errors import HEADINGS, STATUS
from djflow.web.frame import HTML, NO_STORE, environment
from djflow.web.me.frame import route_class
from djflow.web.pace import Pace
from djflow.web.uploading import Posted, read_posted

MENU = ("/relief", "温暖工程基金公示")
"""What the board's menu says of these pages."""
COOKIE = "djflow_relief"
FIELD, TRAP = "form", "website"
MOST_PER_HOUR = 10
HEADERS = {"Cache-Control": NO_STORE, "X-Robots-Tag": "noindex, nofollow"}
FORM_BODY = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in (FIELD, "text", "name", "contact", TRAP)},
                    "required": [FIELD, "text"],
                }
            }
        }
    }
}
_PERIOD = re.compile(r"[0-9a-f]{32}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{20,64}")


class TooFastError(DjflowError):
    """Somebody sends objections faster than people write them."""

    code = "objection.pace"
    retryable = True


def relief_router(house: House) -> APIRouter:
    """Return the router of the fund's public lists."""
    return ReliefPages(house).router()


class ReliefPages:
    """Shows lists and takes objections; another list says its own words in the fields and functions below."""

    prefix = "/relief"
    cookie = COOKIE
    templates: Mapping[str, str] = MappingProxyType(
        {
            "lists": "relief.html.j2",
            "form": "object.html.j2",
            "done": "objected.html.j2",
            "no": "relief_refused.html.j2",
        }
    )

    def __init__(self, house: House) -> None:
        self._house = house
        self._key = house.vault.derived("objection-forms")
        self._pace = Pace(MOST_PER_HOUR, timedelta(hours=1))

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix=self.prefix, route_class=route_class(self.refused))
        for path in ("", "/"):
            router.add_api_route(path, self.lists, methods=["GET", "HEAD"], response_model=None)
        path = "/object/{period}"
        router.add_api_route(path, self.form, methods=["GET", "HEAD"], response_model=None)
        router.add_api_route(path, self.send, methods=["POST"], response_model=None, openapi_extra=FORM_BODY)
        return router

    def lists(self) -> Response:
        """Show what hangs now."""
        return self._page("lists", 200, board=self._board())

    def _board(self) -> object:
        return relief_board.board(self._house)

    def _line(self, period: str) -> object:
        return relief_board.line_of(self._house, period)

    def _heard(self, period: str, words: Words) -> Heard:
        return relief_board.object_to(self._house, period, words)

    def _otherwise(self) -> str:
        return relief_board.otherwise(self._house)

    def form(self, request: Request, period: str) -> Response:
        """Show the form about one line."""
        return self._form(request, _named(period), Posted({}), "")

    async def send(self, request: Request, period: str) -> Response:
        """Take an objection in and hand out its receipt."""
        named = _named(period)
        posted = await read_posted(request, file_bytes=0)
        return await run_in_threadpool(self._take, request, named, posted)

    def _take(self, request: Request, period: str, posted: Posted) -> Response:
        self._require_own(request, period, posted)
        if posted.fields.get(TRAP, ""):
            raise InputError(
                "没有收下：填写了不该填的一栏，像是程序自动提交的。请重新打开表单填写，或直接打监督电话。",
                code="objection.trap",
            )
        given = posted.fields
        words = Words(given.get("text", ""), given.get("name", ""), given.get("contact", ""))
        if not words.text.strip():
            return self._form(request, period, posted, "请写明对哪一点有异议，再提交一次。")
        if not self._pace.allows(request.client.host if request.client else "", self._house.now()):
            raise TooFastError("这个网络一小时内提交的异议太多，没有收下：请过一小时再试，急的请打监督电话。")
        try:
            heard = self._heard(period, words)
        except InputError as error:
            return self._form(request, period, posted, error.message)
        return self._page("done", 200 if heard.in_time else 409, heard=heard, otherwise=self._otherwise())

    def _form(self, request: Request, period: str, posted: Posted, problem: str) -> Response:
        line = self._line(period)
        known = request.cookies.get(self.cookie, "")
        nonce = known if _NONCE.fullmatch(known) else new_token()
        values = {"line": line, "mark": self._mark(nonce, period), "given": posted.fields, "problem": problem}
        response = self._page("form", 400 if problem else 200, trap=TRAP, **values)
        secure = request.url.scheme == "https"
        response.set_cookie(self.cookie, nonce, path=f"{self.prefix}/", httponly=True, samesite="strict", secure=secure)
        return response

    def _mark(self, nonce: str, period: str) -> str:
        return hmac.new(self._key, f"{nonce}|{period}".encode(), hashlib.sha256).hexdigest()[:32]

    def _require_own(self, request: Request, period: str, posted: Posted) -> None:
        nonce = request.cookies.get(self.cookie, "")
        sent = posted.fields.get(FIELD, "").encode()
        foreign = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
        if foreign or not nonce or not hmac.compare_digest(sent, self._mark(nonce, period).encode()):
            raise RuleError(
                "这一页放得太久或不是从公示页面提交的，没有收下：请回到公示页面重新打开表单（浏览器要允许 Cookie）。",
                code="objection.form",
            )

    def _page(self, page: str, status: int, **values: object) -> Response:
        body = environment().get_template(self.templates[page]).render(names=names_of(self._house), **values)
        return Response(body, status, HEADERS, HTML)

    def refused(self, request: Request, error: DjflowError) -> Response:
        """Show what the house refuses; programming and machine faults go on to the general pages."""
        _ = request
        status = 429 if isinstance(error, TooFastError) else 0
        status = status or next((number for kind, number in STATUS if isinstance(error, kind)), 0)
        if not status:
            raise error
        heading = {410: "公示已结束", 429: "提交太多"}.get(status, "没有收下" if status != 404 else HEADINGS[404])
        response = self._page("no", status, heading=heading, message=error.message)
        if status == 429:
            response.headers["Retry-After"] = "3600"
        return response


def _named(period: str) -> str:
    return period if _PERIOD.fullmatch(period) else "0"
