"""A posted cadre's pages: the own term, reporting for duty, leave, the diary, the month's form, the own reviews.

GET shows and changes nothing, POST acts and leads back; forms work without scripts, and a second tap changes nothing.
What somebody typed is shown again when it cannot be taken.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from djflow.assembly import House, phone
from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_view as view
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.postings.leave.model import GRANTOR_WORDS, LEAVE_WORDS, Leave, LeaveState, Wish
from djflow.dispatch.postings.model import POSTING_WORDS, Who
from djflow.dispatch.postings.months.model import LIGHT_WORDS, DiaryEntry, Form, ServiceMonth
from djflow.dispatch.postings.reviews.model import GRADE_WORDS, STAGE_WORDS
from djflow.dispatch.postings.service import is_serving
from djflow.web.me.frame import PRIVATE, PersonPages, route_class
from djflow.web.me.guard import fields

BY = "me"
Fields = Annotated[dict[str, str], Depends(fields)]
MOST_WORDS = 1200
"""Characters of a text on the phone: encoded, they fit into what the pages take."""
MOST_SHOWN = 10_000
"""Characters of diary entries on one page, so that it stays below 50 KB."""
SAID: Mapping[str, str] = {
    "report": "已报到，接收单位会确认。",
    "leave": "请假已提交，答复会发到您的手机。",
    "withdrawn": "请假已撤回。",
    "diary": "日记已保存。",
    "month": "月报已提交，接收单位会确认天数。",
    "summary": "总结已提交。",
}
"""Sentences about what was just done; the address carries the word, never the sentence."""
_TO_MEND = (InputError, RuleError, ConflictError)
_WHOLE = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form that could not be taken, and why; empty for a fresh form."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    problem: str = ""
    status: int = 200

    def over(self, start: Mapping[str, str]) -> dict[str, str]:
        """Return what the form shows: what was typed, else how it begins."""
        return {name: self.values.get(name, text) for name, text in start.items()}


FRESH = Typed()


def postings_router(house: House) -> APIRouter:
    """Return the router of the posted cadres' pages of a house."""
    return PostingPages(house).router()


class PostingPages(PersonPages):
    """Shows postings to whoever was sent, and acts for them."""

    entry = "/posting"
    back_words = "回到我的派出"

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/me/{token}/posting", route_class=route_class(self.refused))
        for path, page in (
            ("", self.listing),
            ("/{posting}", self.show),
            ("/{posting}/leave", self.leave_form),
            ("/{posting}/diary", self.diary_page),
            ("/{posting}/month/{month}", self.month_form),
            ("/{posting}/summary", self.summary_form),
        ):
            router.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
        for path, act in (
            ("/{posting}/report", self.report),
            ("/{posting}/leave", self.ask_leave),
            ("/{posting}/withdraw", self.withdraw_leave),
            ("/{posting}/diary", self.write_diary),
            ("/{posting}/month/{month}", self.fill_month),
            ("/{posting}/summary", self.write_summary),
        ):
            router.add_api_route(path, act, methods=["POST"], response_model=None)
        return router

    def listing(self, request: Request, token: str) -> Response:
        """Show the own postings; a single one is shown at once."""
        lines = view.own(self._house, self._person(request, token))
        if len(lines) == 1:
            return self._back(token, lines[0].posting.id)
        return self.page(request, token, "posting_list", lines=lines, states=POSTING_WORDS)

    def show(self, request: Request, token: str, posting: str, said: str = "") -> Response:
        """Show one posting: the term, what is to be done now, leave, months, reviews."""
        sheet, today = self._own(request, token, posting).sheet, self._house.today()
        before = view.awaits_report(sheet)
        return self.page(
            request,
            token,
            "posting",
            sheet=sheet,
            posting=sheet.posting,
            states=POSTING_WORDS,
            reports=before and today >= sheet.posting.span.first,
            starts=before and today < sheet.posting.span.first,
            serving=is_serving(sheet.posting),
            leave_words=LEAVE_WORDS,
            grantors=GRANTOR_WORDS,
            lights=LIGHT_WORDS,
            stages=STAGE_WORDS,
            grades=GRADE_WORDS,
            open_months=[one for one in sheet.months if one.confirmed_at is None],
            withdrawable=[one for one in sheet.leaves if _withdrawable(one, today)],
            said=SAID.get(said, ""),
        )

    def leave_form(self, request: Request, token: str, posting: str) -> Response:
        """Ask for days and reason."""
        return self._leave(request, token, posting, FRESH)

    def _leave(self, request: Request, token: str, posting: str, typed: Typed) -> Response:
        sheet, today = self._own(request, token, posting).sheet, self._house.today().isoformat()
        return self._form(
            request,
            token,
            "posting_leave",
            typed,
            posting=sheet.posting,
            host_days=sheet.policy.attendance.leave_host_days,
            shown=typed.over({"first": today, "last": today, "reason": ""}),
            serving=is_serving(sheet.posting),
        )

    def diary_page(self, request: Request, token: str, posting: str) -> Response:
        """Show the own diary with a form for today."""
        return self._diary(request, token, posting, FRESH)

    def _diary(self, request: Request, token: str, posting: str, typed: Typed) -> Response:
        own = self._own(request, token, posting)
        return self._form(
            request,
            token,
            "posting_diary",
            typed,
            posting=own.sheet.posting,
            entries=_newest(own.diary),
            days=len(own.sheet.diary),
            shown=typed.over({"on": self._house.today().isoformat(), "text": ""}),
            serving=is_serving(own.sheet.posting),
        )

    def month_form(self, request: Request, token: str, posting: str, month: str) -> Response:
        """Show the form of a month."""
        return self._month(request, token, (posting, Month.parse(month)), FRESH)

    def _month(self, request: Request, token: str, which: tuple[str, Month], typed: Typed) -> Response:
        own = self._own(request, token, which[0])
        asked = _asked(own.sheet, which[1])
        start = {
            "days": "" if asked.stated is None else str(asked.stated),
            "visits": str(asked.visits),
            "matters": str(asked.matters),
            "text": view.own_form(self._house, own.sheet.posting, which[1]),
        }
        shown = typed.over(start)
        return self._form(request, token, "posting_month", typed, posting=own.sheet.posting, asked=asked, shown=shown)

    def summary_form(self, request: Request, token: str, posting: str) -> Response:
        """Show the form of the own summary for the review that is due."""
        return self._summary(request, token, posting, FRESH)

    def _summary(self, request: Request, token: str, posting: str, typed: Typed) -> Response:
        own = self._own(request, token, posting)
        stage = STAGE_WORDS[own.sheet.stage[0]] if own.sheet.stage else ""
        shown = typed.over({"text": own.words.summary})
        return self._form(request, token, "posting_summary", typed, posting=own.sheet.posting, stage=stage, shown=shown)

    def report(self, request: Request, token: str, posting: str, given: Fields) -> Response:
        """Report for duty."""
        self._own_acting(request, token, given, f"{posting}/report")
        acts.report(self._house, posting, Who.CADRE, by=BY)
        return self._back(token, posting, "report")

    def ask_leave(self, request: Request, token: str, posting: str, given: Fields) -> Response:
        """Ask for leave, or show what was typed again with what is wrong."""
        self._own_acting(request, token, given, f"{posting}/leave")
        try:
            span = DateSpan(_day(given, "first", "开始日"), _day(given, "last", "结束日"))
            acts.ask_leave(self._house, posting, Wish(span, given.get("reason", "")), by=BY)
        except _TO_MEND as error:
            return self._leave(request, token, posting, _mending(given, error))
        return self._back(token, posting, "leave")

    def withdraw_leave(self, request: Request, token: str, posting: str, given: Fields) -> Response:
        """Take a request for leave back."""
        own = self._own_acting(request, token, given, f"{posting}/withdraw")
        leave = given.get("leave", "")
        if leave not in {one.id for one in own.sheet.leaves}:
            raise NotFoundError("没有这次请假：请返回刷新后再试。", code="leave.unknown")
        acts.withdraw_leave(self._house, leave, by=BY)
        return self._back(token, posting, "withdrawn")

    def write_diary(self, request: Request, token: str, posting: str, given: Fields) -> Response:
        """Keep an entry, or show what was typed again with what is wrong."""
        self._own_acting(request, token, given, f"{posting}/diary")
        try:
            acts.write_diary(self._house, posting, _day(given, "on", "日期"), given.get("text", ""), by=BY)
        except _TO_MEND as error:
            return self._diary(request, token, posting, _mending(given, error))
        return self._back(token, posting, "diary")

    def fill_month(self, request: Request, token: str, posting: str, month: str, given: Fields) -> Response:
        """Keep a month's form, or show what was typed again with what is wrong."""
        self._own_acting(request, token, given, f"{posting}/month/{month}")
        which = Month.parse(month)
        try:
            form = Form(
                _whole(given, "days", "在岗天数"),
                _whole(given, "visits", "走访户数"),
                _whole(given, "matters", "办结件数"),
                given.get("text", ""),
            )
            acts.fill_month(self._house, posting, which, form, by=BY)
        except _TO_MEND as error:
            return self._month(request, token, (posting, which), _mending(given, error))
        return self._back(token, posting, "month")

    def write_summary(self, request: Request, token: str, posting: str, given: Fields) -> Response:
        """Keep the own summary, or show what was typed again with what is wrong."""
        self._own_acting(request, token, given, f"{posting}/summary")
        try:
            acts.write_summary(self._house, posting, given.get("text", ""), by=BY)
        except _TO_MEND as error:
            return self._summary(request, token, posting, _mending(given, error))
        return self._back(token, posting, "summary")

    def _form(self, request: Request, token: str, name: str, typed: Typed, **values: object) -> Response:
        shown = self.page(request, token, name, problem=typed.problem, most=MOST_WORDS, **values)
        shown.status_code = typed.status
        return shown

    def _own(self, request: Request, token: str, posting: str) -> view.Own:
        return view.mine(self._house, self._person(request, token), posting)

    def _own_acting(self, request: Request, token: str, given: dict[str, str], act: str) -> view.Own:
        own = self._own(request, token, act.partition("/")[0])
        self._forms.check(request, given, token, f"posting/{act}")
        phone.used(self._house, token)
        return own

    def _back(self, token: str, posting: str, said: str = "") -> Response:
        # 303 turns the browser to a GET, so that reloading repeats nothing.
        path = f"/me/{token}/posting/{posting}" + (f"?said={said}" if said else "")
        return RedirectResponse(path, status_code=303, headers=PRIVATE)


def _newest(entries: Sequence[DiaryEntry]) -> list[DiaryEntry]:
    """Return the newest entries that a small page can hold, at least one."""
    shown, length = list[DiaryEntry](), 0
    for one in entries:
        length += len(one.text)
        if shown and length > MOST_SHOWN:
            break
        shown.append(one)
    return shown


def _withdrawable(leave: Leave, today: date) -> bool:
    granted = leave.state is LeaveState.GRANTED and leave.span.first > today
    return granted or leave.state is LeaveState.ASKED


def _asked(sheet: view.Sheet, month: Month) -> ServiceMonth:
    found = next((one for one in sheet.months if one.month == month), None)
    if found is None:
        raise NotFoundError(f"{month.title}的月报还没有下发：月报在次月第二个工作日下发。", code="month.unknown")
    return found


def _mending(given: Mapping[str, str], error: InputError | RuleError | ConflictError) -> Typed:
    return Typed(given, error.message, 409 if isinstance(error, ConflictError) else 400)


def _day(given: Mapping[str, str], name: str, label: str) -> date:
    try:
        return date.fromisoformat(given.get(name, ""))
    except ValueError as error:
        raise InputError(f"{label}没有填或写法不对，应如 2026-11-24。", code="posting.date") from error


def _whole(given: Mapping[str, str], name: str, label: str) -> int:
    text = given.get(name, "").strip()
    if not _WHOLE.fullmatch(text):
        raise InputError(f"{label}应填半角数字，如 5。", code="posting.number")
    return int(text)
