"""What is asked about months at the host: forms out and in, days confirmed, spot checks, the diary.

Nobody but the author reads a diary or a form's words without a record of it; lists hold days and figures only.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.spans import Month
from djflow.dispatch.policy.model import Terms
from djflow.dispatch.postings import service as core
from djflow.dispatch.postings.leave import store as leave_store
from djflow.dispatch.postings.leave.model import LeaveState
from djflow.dispatch.postings.model import POSTING_WORDS, Posting, RecallReason
from djflow.dispatch.postings.months import rules, store
from djflow.dispatch.postings.months.model import Count, DiaryEntry, Form, Light, ServiceMonth, SpotCheck
from djflow.dispatch.postings.rules import clean_text, policy_of
from djflow.dispatch.postings.transitions import SERVING

DIARY_SHOWN = 60


def ask_months(session: Session, month: Month, *, terms: Terms, by: str, now: datetime) -> tuple[Posting, ...]:
    """Ask everybody who served in a month for the form and return whom; who was asked before is not asked again."""
    audit.hold(session)
    asked = []
    for posting in core.serving(session, month.span):
        policy = policy_of(posting.new, terms)
        if policy.attendance.days_per_month and store.ask_month(
            session, posting.id, month, _required(session, posting, month, terms), now=now
        ):
            asked.append(posting)
            _record(session, posting, "posting.ask_month", {"month": str(month)}, by=by, now=now)
    return tuple(asked)


def fill_month(session: Session, posting_id: str, month: Month, form: Form, *, by: str, now: datetime) -> ServiceMonth:
    """Write the form of a month; until the host confirms it may be written anew.

    Raises: NotFoundError for a month nobody asked about; ConflictError once confirmed; InputError for wrong figures.
    """
    posting = core.opened(session, posting_id)
    asked = _asked(session, posting, month)
    if asked.confirmed_at is not None:
        raise ConflictError(
            f"{month.title}的天数已由接收单位确认，不能再改：有误请与接收单位联系。", code="month.confirmed"
        )
    rules.require_form(form, month)
    words = clean_text(form.text, "工作情况")
    made = store.fill_month(session, posting_id, month, Form(form.days, form.visits, form.matters, words), now=now)
    _record(session, posting, "posting.fill_month", {"month": str(month), "days": form.days}, by=by, now=now)
    return made


def confirm_month(
    session: Session, posting_id: str, count: Count, *, terms: Terms, by: str, now: datetime
) -> ServiceMonth:
    """Confirm how many days of a month somebody was there; the same number twice is once.

    Raises: ConflictError when another number was confirmed: only `correct_month` changes that.
    """
    posting = core.opened(session, posting_id)
    asked = _asked(session, posting, count.month)
    if asked.days == count.days:
        return asked
    if asked.days is not None:
        raise ConflictError(
            f"{count.month.title}已确认在岗 {asked.days} 天：要更正请报区委组织部。", code="month.confirmed"
        )
    return _confirm(session, posting, count, terms=terms, by=by, now=now)


def correct_month(
    session: Session, posting_id: str, count: Count, *, terms: Terms, by: str, now: datetime
) -> ServiceMonth:
    """Change the days of a month, confirmed or not; the organisation department's act."""
    posting = core.opened(session, posting_id)
    asked = _asked(session, posting, count.month)
    return asked if asked.days == count.days else _confirm(session, posting, count, terms=terms, by=by, now=now)


def _confirm(session: Session, posting: Posting, count: Count, *, terms: Terms, by: str, now: datetime) -> ServiceMonth:
    rules.require_days(count.days, count.month)
    required = _required(session, posting, count.month, terms)
    made = store.confirm_month(session, posting.id, count, required, by=by, now=now)
    details: Details = {"month": str(count.month), "days": count.days, "required": required}
    _record(session, posting, "posting.confirm_month", details, by=by, now=now)
    return made


def spot_check(session: Session, posting_id: str, on: date, *, present: bool, by: str, now: datetime) -> SpotCheck:
    """Note a spot check of a day; the same twice is once, somebody on granted leave is excused.

    Raises: ConflictError when that day was noted otherwise, or nobody served; RuleError for a day that cannot be.
    """
    posting = core.opened(session, posting_id)
    known = [one for one in store.checks(session, [posting_id]) if one.on == on and not one.struck]
    if known and known[0].present == present:
        return known[0]
    if known:
        raise ConflictError(f"{on:%m月%d日}已登记过抽查：登记有误请报区委组织部注销。", code="check.twice")
    if posting.state not in SERVING:
        raise ConflictError(f"派出现在是“{POSTING_WORDS[posting.state]}”，不能登记抽查。", code="posting.not_serving")
    if on > civil_date(now) or on < (posting.reported_on or posting.span.first):
        raise RuleError("抽查日应在报到以后，不晚于今天。", code="check.day")
    granted = leave_store.leaves(session, [posting_id], {LeaveState.GRANTED})
    excused = not present and any(on in one.span for one in granted)
    made = store.add_check(session, posting_id, on, (present, excused), by=by, now=now)
    _record(session, posting, "posting.check", {"on": str(on), "present": present, "excused": excused}, by=by, now=now)
    return made


def strike_check(session: Session, check_id: str, *, by: str, now: datetime) -> SpotCheck:
    """Strike a spot check that was a mistake; twice is once.

    Raises: NotFoundError.
    """
    found = store.check(session, check_id)
    if found is None:
        raise NotFoundError("没有这次抽查：请刷新后再试。", code="check.unknown")
    posting = core.opened(session, found.posting)
    if found.struck:
        return found
    made = store.strike(session, check_id, now=now)
    _record(session, posting, "posting.strike_check", {"on": str(made.on)}, by=by, now=now)
    return made


def write_diary(session: Session, posting_id: str, on: date, text: str, *, by: str, now: datetime) -> None:
    """Write an entry of the field diary; the same words of a day twice are once.

    Raises: InputError without words or for a day to come; ConflictError when nobody serves.
    """
    posting = core.opened(session, posting_id)
    words = clean_text(text, "日记")
    if not words:
        raise InputError("请先写日记，再保存。", code="diary.empty")
    if posting.state not in SERVING:
        raise ConflictError(f"派出现在是“{POSTING_WORDS[posting.state]}”，不能写民情日记。", code="posting.not_serving")
    if not (posting.reported_on or posting.span.first) <= on <= civil_date(now):
        raise InputError("日记的日期应在报到以后，不晚于今天。", code="diary.day")
    if store.add_diary(session, posting_id, on, words, now=now):
        _record(session, posting, "posting.diary", {"on": str(on)}, by=by, now=now)


def own_diary(session: Session, posting_id: str) -> tuple[DiaryEntry, ...]:
    """Open the newest entries for whoever wrote them, newest first."""
    return store.diary(session, posting_id, limit=DIARY_SHOWN)


def diary_days(session: Session, postings: Collection[str]) -> Mapping[str, tuple[date, ...]]:
    """Return on which days a diary was written, by posting."""
    return store.diary_days(session, postings)


def read_form(session: Session, posting_id: str, month: Month, *, by: str, now: datetime) -> str:
    """Open what somebody wrote about a month for whoever confirms it; that somebody looked is recorded."""
    posting = core.posting(session, posting_id)
    _record(session, posting, "posting.look_form", {"month": str(month)}, by=by, now=now)
    return store.month_text(session, posting_id, month)


def own_form(session: Session, posting_id: str, month: Month) -> str:
    """Open what somebody wrote about a month for whoever wrote it."""
    return store.month_text(session, posting_id, month)


def months(session: Session, postings: Collection[str]) -> tuple[ServiceMonth, ...]:
    """Return the months of some postings, oldest first."""
    return store.months(session, postings)


def checks(session: Session, postings: Collection[str]) -> tuple[SpotCheck, ...]:
    """Return the spot checks of some postings, oldest first."""
    return store.checks(session, postings)


def lights(session: Session, posting: Posting, *, terms: Terms) -> Mapping[Month, Light]:
    """Return the light of each month of a posting."""
    return rules.lights(store.months(session, [posting.id]), policy_of(posting.new, terms).attendance)


def recall_causes(session: Session, posting: Posting, year: int, *, terms: Terms) -> tuple[RecallReason, ...]:
    """Return which figures of a year propose that somebody is called back."""
    asked = policy_of(posting.new, terms).attendance
    return rules.recall_causes(store.months(session, [posting.id]), store.checks(session, [posting.id]), asked, year)


def _required(session: Session, posting: Posting, month: Month, terms: Terms) -> int:
    granted = leave_store.leaves(session, [posting.id], {LeaveState.GRANTED})
    asked = policy_of(posting.new, terms).attendance
    return rules.required(posting.span, month, [one.span for one in granted], asked, terms.calendar)


def _asked(session: Session, posting: Posting, month: Month) -> ServiceMonth:
    found = store.month(session, posting.id, month)
    if found is None:
        raise NotFoundError(f"{month.title}的月报还没有下发：月报在次月第二个工作日下发。", code="month.unknown")
    return found


def _record(session: Session, posting: Posting, action: str, details: Details, *, by: str, now: datetime) -> None:
    audit.record(session, posting.subject, action, by=by, now=now, details=details)
