"""An applicant's pages: the own applications, how far each is, a new one, papers from the phone's camera.

GET shows and changes nothing; forms work without scripts; the link is looked at before a body is read.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from djflow.assembly import House, applied, applying, phone, seats
from djflow.assembly.claim_form import FIELDS, Form, FormError
from djflow.assembly.seats import Seat
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.web.me.frame import PRIVATE, MePages, route_class
from djflow.web.me.guard import FIELD
from djflow.web.uploading import FILE, Posted, read_posted

SAID: Mapping[str, str] = {
    "filed": "草稿已保存。请补齐材料后提交。",
    "changed": "已保存修改。",
    "kept": "材料已收到。",
    "removed": "材料已删去。",
    "submitted": "已提交，支部会受理。",
    "withdrawn": "已撤回。",
    "appealed": "已登记申诉，请补充材料后提交。",
}
"""Sentences about what was just done; the address carries the word, never the sentence."""

Taken = Callable[[Request, str, Seat, Posted], Response]


def body(*names: str, files: bool = False) -> dict[str, object]:
    """Return how a form is described in the open description of the pages."""
    properties: dict[str, object] = {name: {"type": "string"} for name in (FIELD, *names)}
    if files:
        properties[FILE] = {"type": "array", "items": {"type": "string", "format": "binary"}}
    kind = "multipart/form-data" if files else "application/x-www-form-urlencoded"
    schema = {"type": "object", "properties": properties, "required": [FIELD]}
    return {"requestBody": {"content": {kind: {"schema": schema}}}}


def fund_router(house: House) -> APIRouter:
    """Return the router of the applicants' pages of a house."""
    return FundPages(house).router()


class FundPages(MePages):
    """Shows applications to whoever made them, and acts for them."""

    entry = "/fund"
    back_words = "回到我的申请"

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/me/{token}/fund", route_class=route_class(self.refused))
        for path, page in (
            ("", self.listing),
            ("/new", self.new),
            ("/{case}", self.show),
            ("/{case}/amend", self.amending),
            ("/{case}/withdraw", self.withdrawing),
            ("/{case}/appeal", self.appealing),
        ):
            router.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
        acts: tuple[tuple[str, Taken, dict[str, object]], ...] = (
            ("/new", self._file, body(*FIELDS)),
            ("/{case}/amend", self._amend, body(*FIELDS)),
            ("/{case}/material", self._upload, body("kind", files=True)),
            ("/{case}/remove", self._remove, body("material")),
            ("/{case}/submit", self._submit, body()),
            ("/{case}/withdraw", self._withdraw, body()),
            ("/{case}/appeal", self._appeal, body("reason")),
        )
        for path, act, described in acts:
            taken = self._posting(path.rpartition("/")[2], act)
            router.add_api_route(path, taken, methods=["POST"], response_model=None, openapi_extra=described)
        return router

    def listing(self, request: Request, token: str) -> Response:
        """Show the own applications."""
        return self.page(request, token, "fund_list", rows=applied.mine(self._house, self._seat(request, token)))

    def new(self, request: Request, token: str) -> Response:
        """Show an empty form."""
        seat = self._seat(request, token)
        _, form = applying.blank(self._house, seat, _person(seat))
        return self.page(request, token, "fund_form", form=form, problem="", case="")

    def show(self, request: Request, token: str, case: str, said: str = "") -> Response:
        """Show one application."""
        sight = applied.see(self._house, self._seat(request, token), case)
        megabytes = self._house.settings.fund.policy.upload_bytes // 1024 // 1024
        return self.page(request, token, "fund_case", sight=sight, said=SAID.get(said, ""), megabytes=megabytes)

    def amending(self, request: Request, token: str, case: str) -> Response:
        """Show the form of an application that may be changed."""
        _, form = applying.changing(self._house, self._seat(request, token), case)
        return self.page(request, token, "fund_form", form=form, problem="", case=case)

    def withdrawing(self, request: Request, token: str, case: str) -> Response:
        """Ask once more before taking an application back."""
        sight = applied.see(self._house, self._seat(request, token), case)
        return self.page(request, token, "fund_withdraw", sight=sight)

    def appealing(self, request: Request, token: str, case: str) -> Response:
        """Ask for the reason of an appeal."""
        sight = applied.see(self._house, self._seat(request, token), case)
        return self.page(request, token, "fund_appeal", sight=sight)

    def _posting(self, word: str, act: Taken) -> Callable[..., object]:
        """Return what answers a form: first the link, then the body, then the form's mark, then the act."""

        async def posted(request: Request, token: str) -> Response:
            seat = await run_in_threadpool(self._seat, request, token)
            given = await read_posted(request, file_bytes=self._house.settings.fund.policy.upload_bytes)
            return await run_in_threadpool(taken, request, token, seat, given)

        def taken(request: Request, token: str, seat: Seat, given: Posted) -> Response:
            self._forms.check(request, dict(given.fields), token, _marked(request.path_params.get("case", ""), word))
            phone.used(self._house, token)
            return act(request, token, seat, given)

        async def of_case(request: Request, token: str, case: str) -> Response:
            _ = case  # in the path, so that the description of the pages names it
            return await posted(request, token)

        return posted if word == "new" else of_case

    def _file(self, request: Request, token: str, seat: Seat, given: Posted) -> Response:
        try:
            made = applying.file(self._house, seat, _person(seat), given.fields)
        except (FormError, InputError, RuleError) as error:
            return self._again(request, token, applying.blank(self._house, seat, _person(seat))[1], given, error)
        return _back(token, made.id, "filed")

    def _amend(self, request: Request, token: str, seat: Seat, given: Posted) -> Response:
        case = request.path_params["case"]
        try:
            applying.amend(self._house, seat, case, given.fields)
        except (FormError, InputError, RuleError) as error:
            return self._again(request, token, applying.changing(self._house, seat, case)[1], given, error)
        return _back(token, case, "changed")

    def _again(
        self, request: Request, token: str, form: Form, given: Posted, error: InputError | RuleError
    ) -> Response:
        problems = error.problems if isinstance(error, FormError) else {}
        shown = replace(form, given=given.fields, problems=problems)
        case = request.path_params.get("case", "")
        response = self.page(request, token, "fund_form", form=shown, problem=error.message, case=case)
        response.status_code = 400 if isinstance(error, InputError) else 403
        return response

    def _upload(self, request: Request, token: str, seat: Seat, given: Posted) -> Response:
        case = request.path_params["case"]
        applying.upload(self._house, seat, case, given.fields.get("kind", ""), given.files.get(FILE, ()))
        return _back(token, case, "kept")

    def _remove(self, request: Request, token: str, seat: Seat, given: Posted) -> Response:
        case = request.path_params["case"]
        applying.take_back(self._house, seat, case, given.fields.get("material", ""))
        return _back(token, case, "removed")

    def _submit(self, request: Request, token: str, seat: Seat, given: Posted) -> Response:
        _ = given
        return _back(token, applying.submit(self._house, seat, request.path_params["case"]).id, "submitted")

    def _withdraw(self, request: Request, token: str, seat: Seat, given: Posted) -> Response:
        _ = given
        return _back(token, applying.withdraw(self._house, seat, request.path_params["case"]).id, "withdrawn")

    def _appeal(self, request: Request, token: str, seat: Seat, given: Posted) -> Response:
        case = request.path_params["case"]
        made = applying.appeal(self._house, seat, case, given.fields.get("reason", ""))
        return _back(token, made.id, "appealed")

    def _seat(self, request: Request, token: str) -> Seat:
        try:
            return seats.seat_by_link(self._house, token)
        except NotFoundError:
            self.count_wrong(request)
            raise


def _person(seat: Seat) -> PersonId:
    if seat.person is None:
        msg = "a link without a person"
        raise TypeError(msg)
    return seat.person


def _marked(case: str, word: str) -> str:
    return f"fund/{case}/{word}" if case else f"fund/{word}"


def _back(token: str, case: str, said: str) -> Response:
    # 303 turns the browser to a GET, so that reloading repeats nothing.
    return RedirectResponse(f"/me/{token}/fund/{case}?said={said}", status_code=303, headers=PRIVATE)
