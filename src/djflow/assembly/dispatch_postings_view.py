"""What desks and phones show of postings: a list, one posting whole, one's own; nothing sealed is opened in a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from djflow.accounts.model import Account, Act
from djflow.accounts.rules import may
from djflow.assembly.dispatch_postings_scope import posting_for, scope_of
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import Month
from djflow.dispatch.policy.model import KindPolicy, Paper
from djflow.dispatch.postings import rules, service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Extension, Handover, Proposal
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.leave.model import Grantor, Leave, LeaveState
from djflow.dispatch.postings.model import Move, PaperDue, Posting, PostingState, Vacancy
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import DiaryEntry, Light, ServiceMonth, SpotCheck
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import Grade, Review, ReviewWords, Stage
from djflow.people import service as people

S = PostingState
_NOT_GONE = frozenset({S.APPOINTED, S.TALKED, S.REPORTED})


@dataclass(frozen=True, slots=True)
class Line:
    """A posting in a list: who, from where, to where, what it waits for."""

    posting: Posting
    name: str
    home: str
    host: str
    kind: str
    due_on: date | None
    late: bool
    on_leave: bool
    light: Light | None
    warning: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One posting whole; `may` are the words of what the viewer can do with it now, `stage` the review that is due."""

    line: Line
    moves: tuple[Move, ...]
    leaves: tuple[Leave, ...]
    months: tuple[ServiceMonth, ...]
    lights: Mapping[Month, Light]
    checks: tuple[SpotCheck, ...]
    diary: tuple[date, ...]
    reviews: tuple[Review, ...]
    stage: tuple[Stage, int] | None
    ceiling: Grade
    papers: tuple[PaperDue, ...]
    proposals: tuple[Proposal, ...]
    extensions: tuple[Extension, ...]
    handover: Handover | None
    vacancy: Vacancy | None
    may: tuple[str, ...]
    policy: KindPolicy

    @property
    def posting(self) -> Posting:
        """The posting."""
        return self.line.posting

    @property
    def report_by(self) -> date:
        """The last day for reporting."""
        return self.posting.span.first + timedelta(days=self.policy.clocks.report_days)


def lines(house: House, account: Account, *, over: bool = False) -> tuple[Line, ...]:
    """Return the postings an account may see, by host and first day; `over` asks for the finished ones."""
    with house.reading() as session:
        scope = scope_of(session, account)
        found = [one for one in service.postings(session, open_only=False) if one.is_open is not over]
        return _lines(house, session, [one for one in found if scope.covers(one)])


def _lines(house: House, session: Session, found: list[Posting]) -> tuple[Line, ...]:
    cards = people.people_by_ids(session, sorted({one.new.person for one in found}))
    units = {unit.id: unit.short_name for unit in people.units(session)}
    away = leaves.on_leave(session, [one.id for one in found], house.today())
    return tuple(_line(house, session, one, cards[one.new.person].name, units, away) for one in found)


def _line(
    house: House, session: Session, one: Posting, name: str, units: Mapping[UnitId, str], away: frozenset[str]
) -> Line:
    terms, today = dispatch_terms(house), house.today()
    policy = rules.policy_of(one.new, terms)
    due = rules.due_on(one, policy, terms.calendar)
    lights = months.lights(session, one, terms=terms)
    serving = service.is_serving(one)
    return Line(
        posting=one,
        name=name,
        home=units.get(one.new.home, ""),
        host=units.get(one.new.host, ""),
        kind=policy.name,
        due_on=due,
        late=due is not None and due < today,
        on_leave=one.id in away,
        light=lights[max(lights)] if lights else None,
        warning=rules.end_warnings(one, policy, today) if serving else None,
    )


def sheet(house: House, account: Account, posting_id: str) -> Sheet:
    """Return one posting whole for somebody at a desk.

    Raises: NotFoundError for one outside the account's scope.
    """
    with house.reading() as session:
        posting = posting_for(session, account, posting_id)
        host = may(account.roles, Act.POSTING_HOST) and scope_of(session, account, Act.POSTING_HOST).covers(posting)
        office = may(account.roles, Act.POSTING_OFFICE)
        return _sheet(house, session, posting, host=host, office=office)


def _sheet(house: House, session: Session, posting: Posting, *, host: bool, office: bool) -> Sheet:
    terms = dispatch_terms(house)
    one = [posting.id]
    made = Sheet(
        line=_lines(house, session, [posting])[0],
        moves=service.moves(session, posting.id),
        leaves=leaves.leaves(session, one),
        months=months.months(session, one),
        lights=months.lights(session, posting, terms=terms),
        checks=months.checks(session, one),
        diary=months.diary_days(session, one).get(posting.id, ()),
        reviews=reviews.reviews(session, one),
        stage=_stage(house, session, posting),
        ceiling=reviews.ceiling(session, posting, terms=terms, now=house.now()),
        papers=service.papers(session, posting.id),
        proposals=ending.proposals(session, one),
        extensions=ending.extensions(session, one),
        handover=ending.handover(session, posting.id),
        vacancy=next((empty for empty in service.vacancies(session) if empty.left == posting.id), None),
        may=(),
        policy=rules.policy_of(posting.new, terms),
    )
    words = (*(_host_acts(made, office=office) if host else ()), *(_office_acts(made, house) if office else ()))
    return Sheet(**{name: getattr(made, name) for name in Sheet.__slots__ if name != "may"}, may=words)


def _stage(house: House, session: Session, posting: Posting) -> tuple[Stage, int] | None:
    """Return the review that is due, the one in the middle from as many days before as the final one has."""
    terms = dispatch_terms(house)
    which, policy = reviews.stage_of(session, posting, terms=terms), rules.policy_of(posting.new, terms)
    if which is None or which[0] is Stage.FINAL:
        return which
    middle = rules.midterm_on(posting.span, policy, terms.calendar)
    return which if house.today() >= middle - timedelta(days=policy.clocks.final_review_days) else None


def awaits_report(found: Sheet) -> bool:
    """Return whether the next step is that the cadre reports."""
    state, talk = found.posting.state, rules.asks(found.policy, Paper.TALK_RECORD)
    return state is S.TALKED or (state is S.APPOINTED and not talk)


def due_review(found: Sheet) -> Review | None:
    """Return the review that is due as far as it was written, None before anybody wrote."""
    return next((one for one in found.reviews if (one.stage, one.round) == found.stage), None)


def _host_acts(found: Sheet, *, office: bool) -> tuple[str, ...]:
    serving = service.is_serving(found.posting)
    waiting = [one for one in found.leaves if one.state is LeaveState.ASKED]
    mine = [one for one in waiting if office or one.grantor is Grantor.HOST]
    open_months = [one for one in found.months if office or one.confirmed_at is None]
    asked = {
        "confirm": found.posting.state is S.REPORTED,
        "leave": bool(mine),
        "month": bool(open_months),
        "check": serving,
        "assess": found.stage is not None and not _graded(found),
    }
    return tuple(word for word, given in asked.items() if given)


def _graded(found: Sheet) -> bool:
    review = due_review(found)
    return review is not None and review.grade is not None


def _office_acts(found: Sheet, house: House) -> tuple[str, ...]:
    state, serving = found.posting.state, service.is_serving(found.posting)
    talk = rules.asks(found.policy, Paper.TALK_RECORD)
    review = due_review(found)
    assessed = review is not None and review.assessed_at is not None
    near = house.today() >= rules.final_from(found.posting.span, found.policy)
    asked = {
        "talk": state is S.APPOINTED and talk,
        "report": awaits_report(found),
        "cancel": state in _NOT_GONE,
        "strike": any(not one.struck for one in found.checks),
        "final": state in {S.ON_DUTY, S.MIDTERM_DONE} and near,
        "grade": assessed and not _graded(found),
        "extend": serving,
        "handover": found.posting.reported_on is not None and state is not S.ARCHIVED,
        "return": state is S.FINAL_REVIEW and _graded(found),
        "propose": serving,
        "dismiss": bool(found.proposals),
        "recall": serving or state is S.REPORTED,
        "vacancy": found.vacancy is not None,
        "paper": any(one.made_at is None for one in found.papers),
        "archive": state in {S.RETURNED, S.RECALLED},
    }
    return tuple(word for word, given in asked.items() if given)


@dataclass(frozen=True, slots=True)
class Own:
    """A posting as its cadre sees it on the phone: the own words opened, the diary's newest entries."""

    sheet: Sheet
    diary: tuple[DiaryEntry, ...]
    words: ReviewWords


def own(house: House, person: PersonId) -> tuple[Line, ...]:
    """Return somebody's postings that were not cancelled, the newest first."""
    with house.reading() as session:
        found = [one for one in service.postings_of(session, [person], open_only=False) if one.state is not S.CANCELLED]
        return _lines(house, session, sorted(found, key=lambda one: one.span.first, reverse=True))


def mine(house: House, person: PersonId, posting_id: str) -> Own:
    """Return one of somebody's own postings.

    Raises: NotFoundError for one of others as for one that does not exist.
    """
    with house.reading() as session:
        found = [one for one in service.postings_of(session, [person], open_only=False) if one.id == posting_id]
        if not found:
            raise NotFoundError("没有这次派出，或它不是您的：请返回重新打开。", code="posting.unknown")
        sheet = _sheet(house, session, found[0], host=False, office=False)
        words = ReviewWords("", "")
        if sheet.stage is not None:
            words = reviews.own_words(session, posting_id, *sheet.stage)
        return Own(sheet, months.own_diary(session, posting_id), words)


def own_form(house: House, posting: Posting, month: Month) -> str:
    """Open what the cadre wrote about a month, for the cadre."""
    with house.reading() as session:
        return months.own_form(session, posting.id, month)


def successors(house: House, posting: Posting) -> tuple[tuple[str, str], ...]:
    """Return the later postings to the same host, as (id, words), of whom one may take over."""
    with house.reading() as session:
        found = service.postings(session, host=posting.new.host)
        later = [one for one in found if one.id != posting.id and one.span.last > posting.span.last]
        cards = people.people_by_ids(session, [one.new.person for one in later])
    return tuple((one.id, f"{cards[one.new.person].name}（{one.span.first:%Y年%m月%d日}起）") for one in later)


def look_leave(house: House, account: Account, posting_id: str, leave_id: str) -> str:
    """Open why leave is asked for, for whoever grants it; recorded.

    Raises: NotFoundError for a request outside the account's scope.
    """
    with house.transaction() as session:
        posting = posting_for(session, account, posting_id, Act.POSTING_HOST)
        asked = leaves.leave(session, leave_id)
        if asked.posting != posting.id:
            raise NotFoundError("没有这次请假：请刷新后再试。", code="leave.unknown")
        return leaves.reason(session, leave_id, by=account.actor, now=house.now())


def look_form(house: House, account: Account, posting_id: str, month: Month) -> str:
    """Open what somebody wrote about a month, for whoever confirms it; recorded.

    Raises: NotFoundError for a posting outside the account's scope.
    """
    with house.transaction() as session:
        posting = posting_for(session, account, posting_id, Act.POSTING_HOST)
        return months.read_form(session, posting.id, month, by=account.actor, now=house.now())


def look_review(house: House, account: Account, posting_id: str, stage: Stage, number: int) -> ReviewWords:
    """Open summary and opinion of a review, for whoever grades it; recorded.

    Raises: NotFoundError for a posting outside the account's scope.
    """
    with house.transaction() as session:
        posting = posting_for(session, account, posting_id, Act.POSTING_HOST)
        return reviews.read_words(session, posting.id, stage, number, by=account.actor, now=house.now())
