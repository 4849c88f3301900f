"""What time brings to postings: who is late, whose end is near, whose month is short, which posts stand empty.

Looked at daily; every telling has a key, so that a day looked at twice tells nobody twice. Tables hold codes only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_telling as telling
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import RuleError
from djflow.core.ids import UnitId
from djflow.core.spans import Month
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings import rules, service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.model import POSTING_WORDS, Posting, PostingState, RecallReason, Vacancy, Who
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import LIGHT_WORDS, Light
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import Stage
from djflow.dispatch.postings.transitions import SERVING
from djflow.people import service as people

Row = Mapping[str, str | int]
Rows = tuple[Row, ...]

_FORM_PATIENCE = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look at all postings found: late steps, ends coming up, empty posts, causes for a recall."""

    open: int
    late: Rows
    ending: Rows
    vacancies: Rows
    proposed: int
    papers: int


@dataclass(frozen=True, slots=True)
class Attended:
    """A month of attendance: forms newly asked for, lights so far, causes for a recall newly brought up."""

    month: Month
    asked: int
    rows: Rows
    short: int
    proposed: int


@dataclass(frozen=True, slots=True)
class Middles:
    """Reviews in the middle: who is due, and how many were recorded because the host's form is in."""

    rows: Rows
    recorded: int


def watch(house: House, *, by: str) -> Watched:
    """Do what is due in every posting, each in its own transaction, and return what somebody must look after."""
    today, proposed = house.today(), 0
    with house.reading() as session:
        found = (*service.postings(session), *service.ended(session))
        closed = {unit.id for unit in people.units(session) if not unit.entry.active}
        codes = {unit.id: unit.code for unit in people.units(session)}
    for one in found:
        with house.transaction() as session:
            _tend(house, session, one.id, by=by)
            posting = service.posting(session, one.id)
            if posting.new.host in closed and posting.state in SERVING:
                cause = RecallReason.HOST_CLOSED
                proposed += acts.propose_recall(house, session, posting, cause, "closed", by=by)
            if posting.state in SERVING:
                proposed += acts.propose_recalls(house, session, posting, today.year, by=by)
    with house.reading() as session:
        now_open = service.postings(session)
        due = [(one, _due(house, one)) for one in (*now_open, *service.ended(session))]
        late = tuple(_row(one, codes, on, today) for one, on in due if on is not None and on < today)
        near = tuple(
            _row(one, codes, one.span.last, today)
            for one in now_open
            if one.state in SERVING and _warning(house, one, today) is not None
        )
        empty = service.vacancies(session)
        papers = len(service.papers(session))
    vacancies = tuple(_vacancy_row(one, codes, today) for one in empty)
    return Watched(len(now_open), late, near, vacancies, proposed, papers)


def _due(house: House, posting: Posting) -> date | None:
    policy = rules.policy_of(posting.new, dispatch_terms(house))
    return rules.due_on(posting, policy, house.settings.calendar)


def _warning(house: House, posting: Posting, today: date) -> int | None:
    return rules.end_warnings(posting, rules.policy_of(posting.new, dispatch_terms(house)), today)


def _row(posting: Posting, codes: Mapping[UnitId, str], due: date, today: date) -> Row:
    return {
        "派出": posting.id[-8:],
        "派出单位": codes.get(posting.new.home, ""),
        "接收单位": codes.get(posting.new.host, ""),
        "现在": POSTING_WORDS[posting.state],
        "期限": str(due),
        "还有（天）": (due - today).days,
    }


def _vacancy_row(one: Vacancy, codes: Mapping[UnitId, str], today: date) -> Row:
    return {
        "接收单位": codes.get(one.host, ""),
        "批次": one.batch,
        "应补到岗": str(one.due_on),
        "超期（天）": max(0, (today - one.due_on).days),
    }


def _tend(house: House, session: Session, posting_id: str, *, by: str) -> None:
    posting = service.posting(session, posting_id)
    _TEND.get(posting.state, _leave_alone)(house, session, posting, by)


def _leave_alone(house: House, session: Session, posting: Posting, by: str) -> None:
    """Do nothing: the posting is over."""


def _appointed(house: House, session: Session, posting: Posting, by: str) -> None:
    policy = rules.policy_of(posting.new, dispatch_terms(house))
    if not rules.asks(policy, Paper.TALK_RECORD):
        _talked(house, session, posting, by)
        return
    about = telling.part_subject(posting, "talk")
    telling.ask_office(session, posting, about, "进行任前谈话", due=posting.span.first, now=house.now())


def _talked(house: House, session: Session, posting: Posting, by: str) -> None:
    _ = by
    acts.tell_report(house, session, posting)
    due = _due(house, posting)
    if due is not None and house.today() > due:
        telling.tell_cadre(session, posting, "report:late", "已过报到期限，请马上报到或来电", now=house.now())
        about = telling.part_subject(posting, "late")
        telling.ask_office(session, posting, about, "派出干部超期没有报到", now=house.now())


def _reported(house: House, session: Session, posting: Posting, by: str) -> None:
    _ = by
    acts.ask_confirm(house, session, posting)
    due = _due(house, posting)
    if due is not None and house.today() > due:
        about = telling.part_subject(posting, "confirm")
        telling.ask_office(session, posting, about, "接收单位超期没有确认到岗", now=house.now())


def _serving(house: House, session: Session, posting: Posting, by: str) -> None:
    policy, today, now = rules.policy_of(posting.new, dispatch_terms(house)), house.today(), house.now()
    if posting.state is not PostingState.FINAL_REVIEW and today >= rules.final_from(posting.span, policy):
        terms = dispatch_terms(house)
        posting = ending.open_final(session, posting.id, Who.CLOCK, terms=terms, by=by, now=now)
    if posting.state is PostingState.FINAL_REVIEW and not _assessed(house, session, posting):
        acts.ask_assessment(house, session, posting)
    days = rules.end_warnings(posting, policy, today)
    if days is not None:
        slot, words = f"end:{posting.span.last}:{days}", f"{posting.span.last:%Y年%m月%d日}期满"
        telling.tell_cadre(session, posting, slot, words, now=now)
        telling.tell_host(session, posting, slot, words, now=now)
        telling.tell_home(session, posting, slot, words, now=now)
        about = telling.part_subject(posting, "end")
        telling.ask_office(
            session, posting, about, "派出即将期满，安排返岗、接任或延期", due=posting.span.last, now=now
        )
    if today > posting.span.last:
        about = telling.part_subject(posting, "over")
        telling.ask_office(session, posting, about, "任期已满，办理返岗", due=posting.span.last, now=now)
    _chase_forms(house, session, posting)


def _assessed(house: House, session: Session, posting: Posting) -> bool:
    which = reviews.stage_of(session, posting, terms=dispatch_terms(house))
    found = [one for one in reviews.reviews(session, [posting.id]) if (one.stage, one.round) == which]
    return bool(found) and found[0].assessed_at is not None


def _chase_forms(house: House, session: Session, posting: Posting) -> None:
    now = house.now()
    for one in months.months(session, [posting.id]):
        if one.filled_at is None and one.confirmed_at is None and now >= one.asked_at + _FORM_PATIENCE:
            telling.tell_cadre(session, posting, f"month:{one.month}:late", f"{one.month.title}月报还没有填", now=now)


def _ended(house: House, session: Session, posting: Posting, by: str) -> None:
    _ = by
    due = _due(house, posting)
    if due is not None and house.today() > due:
        about = telling.part_subject(posting, "archive")
        telling.ask_office(session, posting, about, "派出材料超期没有归档", due=due, now=house.now())
    for one in service.vacancies(session):
        if one.left == posting.id:
            about = telling.part_subject(posting, "vacancy")
            telling.ask_office(session, posting, about, "岗位空缺，提出替补人选", due=one.due_on, now=house.now())


_TEND: Mapping[PostingState, Callable[[House, Session, Posting, str], None]] = {
    PostingState.APPOINTED: _appointed,
    PostingState.TALKED: _talked,
    PostingState.REPORTED: _reported,
    PostingState.ON_DUTY: _serving,
    PostingState.MIDTERM_DONE: _serving,
    PostingState.FINAL_REVIEW: _serving,
    PostingState.RETURNED: _ended,
    PostingState.RECALLED: _ended,
    PostingState.CANCELLED: _ended,
}
"""What time brings in each state."""


def month_to_ask(house: House) -> Month | None:
    """Return last month from the second workday of a month on, None before."""
    this = Month.of(house.today())
    second = house.settings.calendar.add_workdays(this.preceding.last, 2).date
    return this.preceding if house.today() >= second else None


def attend(house: House, month: Month, *, by: str) -> Attended:
    """Ask everybody who served in a month for the form, and return the lights and newly proposed recalls."""
    terms, today = dispatch_terms(house), house.today()
    with house.transaction() as session:
        asked = months.ask_months(session, month, terms=terms, by=by, now=house.now())
        for posting in asked:
            words = f"请填{month.title}月报"
            telling.tell_cadre(session, posting, f"month:{month}", words, now=house.now())
            about = telling.month_subject(posting.id, str(month))
            telling.ask_host(session, posting, about, f"确认派来的同志{month.title}在岗天数", now=house.now())
    proposed, rows, short = 0, list[Row](), 0
    with house.reading() as session:
        served = service.serving(session, month.span)
        codes = {unit.id: unit.code for unit in people.units(session)}
    for posting in served:
        with house.transaction() as session:
            proposed += acts.propose_recalls(house, session, posting, today.year, by=by)
            lights = months.lights(session, posting, terms=terms)
            counted = {one.month: one for one in months.months(session, [posting.id])}
        if month.preceding in counted or month in counted:
            last = month if month in counted and counted[month].days is not None else month.preceding
            light = lights.get(last, Light.GREY)
            short += light in {Light.YELLOW, Light.RED}
            rows.append(_light_row(posting, codes, last, light))
    return Attended(month, len(asked), tuple(rows), short, proposed)


def _light_row(posting: Posting, codes: Mapping[UnitId, str], month: Month, light: Light) -> Row:
    return {
        "派出": posting.id[-8:],
        "接收单位": codes.get(posting.new.host, ""),
        "月份": str(month),
        "在岗": LIGHT_WORDS[light],
    }


def middles(house: House, *, by: str) -> Middles:
    """Ask for the reviews in the middle that are due, and record those whose host has assessed.

    A grade that the share of excellent does not allow is left to the department, and shown.
    """
    terms, today, calendar = dispatch_terms(house), house.today(), house.settings.calendar
    rows, recorded = list[Row](), 0
    with house.reading() as session:
        codes = {unit.id: unit.code for unit in people.units(session)}
        found = [one for one in service.postings(session) if one.state is PostingState.ON_DUTY]
    for posting in found:
        policy = rules.policy_of(posting.new, terms)
        if not rules.asks(policy, Paper.MIDTERM_FORM) or today < rules.midterm_on(posting.span, policy, calendar):
            continue
        with house.transaction() as session:
            done = _record_middle(house, session, posting, by=by)
            if not done and not _assessed(house, session, posting):
                acts.ask_assessment(house, session, posting)
        recorded += done
        due = rules.midterm_on(posting.span, policy, calendar)
        rows.append({**_row(posting, codes, due, today), "现在": "已登记" if done else POSTING_WORDS[posting.state]})
    return Middles(tuple(rows), recorded)


def _record_middle(house: House, session: Session, posting: Posting, *, by: str) -> bool:
    found = [one for one in reviews.reviews(session, [posting.id]) if one.stage is Stage.MIDTERM]
    proposed = found[0].proposed if found else None
    if proposed is None:
        return False
    try:
        with session.begin_nested():
            reviews.record(session, posting.id, proposed, terms=dispatch_terms(house), by=by, now=house.now())
    except RuleError:
        about = telling.part_subject(posting, "grade")
        telling.ask_office(session, posting, about, "评定派出干部中期考核等次", now=house.now())
        return False
    telling.done(session, posting, ["", "grade"], by=by, now=house.now())
    return True
