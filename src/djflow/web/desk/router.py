"""Answers the desk's addresses: who is it, may they, does the form come from here – then the page's own function."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from djflow.accounts.rules import may
from djflow.assembly import House, doorway
from djflow.core import log
from djflow.core.errors import DjflowError
from djflow.web.desk import (
    accounts,
    answers,
    apply,
    approvals,
    audit,
    boxes,
    circulars,
    delegations,
    denials,
    dispatch_batch_forms,
    dispatch_batches,
    dispatch_board,
    dispatch_papers,
    dispatch_postings,
    dispatch_reserve,
    dispatch_rotation,
    dispatch_training,
    documents,
    documents_archive,
    documents_forms,
    entry,
    fund_acts,
    fund_books,
    fund_cases,
    fund_checks,
    fund_gifts,
    fund_money,
    fund_payments,
    meetings,
    meetings_figures,
    meetings_forms,
    meetings_items,
    meetings_seats,
    messages,
    places,
    rosters,
    system,
)
from djflow.web.desk.door import NO_FIELDS, Door, Fields, address_of, read_form, read_long_form, safe_next
from djflow.web.desk.frame import Answer, File, Go, Page, Route, Visit, drawn, gone_to, handed, trouble
from djflow.web.errors import HEADINGS, MESSAGES, STATUS

ROUTES: tuple[Route, ...] = (
    *entry.ROUTES,
    *boxes.ROUTES,
    *approvals.ROUTES,
    *delegations.ROUTES,
    *denials.ROUTES,
    *rosters.ROUTES,
    *apply.ROUTES,
    *answers.ROUTES,
    *places.ROUTES,
    *dispatch_papers.ROUTES,
    *dispatch_batches.ROUTES,
    *dispatch_batch_forms.ROUTES,
    *fund_money.ROUTES,
    *fund_books.ROUTES,
    *fund_payments.ROUTES,
    *fund_gifts.ROUTES,
    *fund_checks.ROUTES,
    *fund_cases.ROUTES,
    *fund_acts.ROUTES,
    *dispatch_board.ROUTES,
    *dispatch_rotation.ROUTES,
    *dispatch_reserve.ROUTES,
    *dispatch_training.ROUTES,
    *dispatch_postings.ROUTES,
    *documents_forms.ROUTES,
    *documents_archive.ROUTES,
    *documents.ROUTES,
    *meetings_figures.ROUTES,
    *meetings_forms.ROUTES,
    *meetings_items.ROUTES,
    *meetings_seats.ROUTES,
    *meetings.ROUTES,
    *circulars.ROUTES,
    *messages.ROUTES,
    *accounts.ROUTES,
    *audit.ROUTES,
    *system.ROUTES,
)
"""Every address behind the login with the act that it is; read by the router and by the tests."""

_log = log.logger("desk")


def desk_router(house: House) -> APIRouter:
    """Return the router of the desk of a house."""
    desk = _Desk(house)
    router = APIRouter()
    router.add_api_route("/desk/login", desk.login_page, methods=["GET", "HEAD"], response_model=None)
    router.add_api_route("/desk/login", desk.log_in, methods=["POST"], response_model=None)
    for route in ROUTES:
        methods = ["GET", "HEAD"] if route.method == "GET" else [route.method]
        router.add_api_route(route.path, desk.endpoint(route), methods=methods, response_model=None)
    return router


class _Desk:
    """The desk of one house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._door = Door(house)

    def login_page(self, request: Request) -> Response:
        """Show the login form; who is logged in goes on."""
        after = safe_next(request.query_params.get("next", ""))
        if self._visitor(request) is not None:
            return gone_to(after)
        return self._ask(request, after, "")

    async def log_in(self, request: Request) -> Response:
        """Try a name and a password."""
        try:
            form = await read_form(request)
            return await run_in_threadpool(self._log_in, request, form)
        except DjflowError as error:
            return self._refused(error)

    def _log_in(self, request: Request, form: Fields) -> Response:
        self._door.require_login_key(request, form)
        after = safe_next(form.one("next"))
        entered = doorway.log_in(
            self._house, form.one("login"), form.raw("password"), ip=address_of(request),
            old_token=self._door.token(request),
        )  # fmt: skip
        if entered is None:
            return self._ask(request, after, doorway.REFUSED)
        response = gone_to(after)
        self._door.admit(request, response, entered.token)
        return response

    def _ask(self, request: Request, after: str, message: str) -> Response:
        nonce, key = self._door.login_key(request)
        values = {"after": after, "message": message}
        page = Page("desk_login.html.j2", "", values, 401 if message else 200)
        response = drawn(self._house, page, form_key=key)
        self._door.greet(request, response, nonce)
        return response

    def endpoint(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers a route."""

        async def answered(request: Request) -> Response:
            try:
                form = await self._form(route, request)
                return await run_in_threadpool(self._answer, route, request, form)
            except DjflowError as error:
                return self._refused(error)

        return answered

    async def _form(self, route: Route, request: Request) -> Fields:
        if route.method != "POST":
            return NO_FIELDS
        if not route.files:
            return await read_form(request)
        if await run_in_threadpool(self._visitor, request) is None:
            return NO_FIELDS  # a stranger's files are not even read
        return await read_long_form(request, file_bytes=self._house.settings.fund.policy.upload_bytes)

    def _answer(self, route: Route, request: Request, form: Fields) -> Response:
        visitor = self._visitor(request)
        if visitor is None:
            return self._stranger(request)
        form_key = self._door.form_key(visitor)
        try:
            if route.method == "POST":
                self._door.require_form_key(request, form, visitor)
            if visitor.needs_password and not route.early:
                return gone_to("/desk/password")
            if not may(visitor.account.roles, route.act):
                page = trouble("没有这项权限", "您的角色不能办理这件事。需要的话请找安全管理员调整角色。", 403)
                return drawn(self._house, page, visitor, form_key)
            query = dict(request.query_params)
            visit = Visit(self._house, visitor, request.path_params, query, form, address_of(request))
            answer = route.handler(visit)
        except DjflowError as error:
            return self._refused(error, visitor, form_key)
        return self._finished(request, answer, visitor, form_key)

    def _finished(self, request: Request, answer: Answer, visitor: doorway.Visitor, form_key: str) -> Response:
        if isinstance(answer, Go):
            return self._going(request, answer)
        return handed(answer) if isinstance(answer, File) else drawn(self._house, answer, visitor, form_key)

    def _going(self, request: Request, answer: Go) -> Response:
        response = gone_to(answer.path)
        if answer.token:
            self._door.admit(request, response, answer.token)
        elif answer.token is not None:
            self._door.dismiss(request, response)
        return response

    def _visitor(self, request: Request) -> doorway.Visitor | None:
        token = self._door.token(request)
        return doorway.visitor_of(self._house, token) if token else None

    def _stranger(self, request: Request) -> Response:
        after = safe_next(request.url.path) if request.method in {"GET", "HEAD"} else "/desk"
        if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
            # Strict cookies stay away when a link is followed from a chat or from Prefect; one step inside brings them.
            return drawn(self._house, Page("desk_enter.html.j2", "", {"after": f"/desk/login?next={after}"}))
        return gone_to(f"/desk/login?next={after}")

    def _refused(self, error: DjflowError, visitor: doorway.Visitor | None = None, form_key: str = "") -> Response:
        status = next((number for kind, number in STATUS if isinstance(error, kind)), 503 if error.retryable else 500)
        message = error.message
        if status >= 500:
            _log.error("%s: %s", error.code, error.message)
            message = MESSAGES[status]
        return drawn(self._house, trouble(HEADINGS[status], message, status), visitor, form_key)
