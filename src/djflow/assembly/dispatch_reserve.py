"""The reserve list as pages and flows ask for it: register, one member, in, kept, out, and what approvals decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from djflow.accounts.model import Account
from djflow.assembly.approval_office import office_of
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import RuleError
from djflow.dispatch.eligibility.model import Verdict
from djflow.dispatch.eligibility.rules import eligible, findings
from djflow.dispatch.profiles import service as profiles
from djflow.dispatch.reserve import service
from djflow.dispatch.reserve.model import (
    MEMBER_WORDS,
    REASON_WORDS,
    REVIEW_WORDS,
    Member,
    MemberId,
    MemberState,
    NewReview,
    Review,
)
from djflow.people import service as people

Row = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody on the register."""

    member: Member
    code: str
    name: str
    unit: str
    state: str
    due: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """A review in words."""

    kind: str
    reason: str
    on: date
    opinion: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One membership with its reviews."""

    line: Line
    reviews: tuple[Spoken, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of entries and exits whose approval has ended."""

    listed: int
    left: int
    refused: int
    waiting: int


def register(house: House, *, ended: bool = False, due_only: bool = False) -> tuple[Line, ...]:
    """Return everybody on the list or on the way, or those who left; only those due for review when asked."""
    today = house.today()
    with house.reading() as session:
        found = service.due(session, today) if due_only else service.listing(session, ended=ended)
        cards = people.people_by_ids(session, [one.person for one in found])
    return tuple(
        Line(one, card.code, card.name, card.unit_name, MEMBER_WORDS[one.state], _is_due(one, today))
        for one in found
        for card in (cards[one.person],)
    )


def _is_due(one: Member, today: date) -> bool:
    return one.state is MemberState.LISTED and one.review_on is not None and one.review_on <= today


def sheet(house: House, member_id: str, *, opened_by: Account | None = None) -> Sheet:
    """Return a membership with its reviews, with their opinions for whoever opens them, which is recorded.

    Raises: NotFoundError.
    """
    key = MemberId(member_id)
    with house.transaction() as session:
        one = service.member(session, key)
        card = people.people_by_ids(session, [one.person])[one.person]
        found = (
            service.reviews(session, key)
            if opened_by is None
            else service.look(session, key, by=opened_by.actor, now=house.now())
        )
    due = _is_due(one, house.today())
    line = Line(one, card.code, card.name, card.unit_name, MEMBER_WORDS[one.state], due)
    return Sheet(line, tuple(_spoken(review) for review in found))


def _spoken(review: Review) -> Spoken:
    return Spoken(REVIEW_WORDS[review.kind], REASON_WORDS[review.reason], review.on, review.opinion)


def propose(house: House, code: str, review: NewReview, *, by: str) -> tuple[Member, tuple[str, ...]]:
    """Propose somebody by code, and return what is still to be checked.

    Raises: RuleError naming every rule that speaks against; what `reserve.service.propose` raises.
    """
    terms, today = dispatch_terms(house), house.today()
    with house.transaction() as session:
        card = people.person_by_code(session, code)
        policy = service.policy_of(terms, today)
        facts = profiles.facts(session, [card.id], terms, today)
        found = findings(policy, facts[card.id], None, today) if card.id in facts else ()
        if eligible(found) is Verdict.FAIL:
            against = "；".join(one.detail for one in found if one.verdict is Verdict.FAIL)
            raise RuleError(f"不符合入库条件：{against}。", code="reserve.unfit")
        done = service.propose(session, card.id, review, office=office_of(house), by=by, now=house.now())
    return done, tuple(one.detail for one in found if one.verdict is Verdict.CHECK)


def keep(house: House, member_id: str, review: NewReview, *, by: str) -> Member:
    """Record a yearly review by which somebody stays; raises what `reserve.service.keep` raises."""
    with house.transaction() as session:
        return service.keep(session, MemberId(member_id), review, dispatch_terms(house), by=by, now=house.now())


def take_off(house: House, member_id: str, review: NewReview, *, by: str) -> Member:
    """Ask that somebody leaves the list; raises what `reserve.service.take_off` raises."""
    with house.transaction() as session:
        return service.take_off(session, MemberId(member_id), review, office=office_of(house), by=by, now=house.now())


def follow(house: House, *, by: str) -> Followed:
    """Do what approvals have decided, each membership in a transaction of its own; twice is once."""
    with house.reading() as session:
        waiting = [(one.id, one.state) for one in service.pending(session)]
    ends: list[tuple[MemberState, MemberState]] = []
    for member_id, before in waiting:
        with house.transaction() as session:
            done = service.follow(session, member_id, dispatch_terms(house), by=by, now=house.now())
            ends.append((before, done.state))
    return Followed(
        listed=ends.count((MemberState.PROPOSED, MemberState.LISTED)),
        left=ends.count((MemberState.LEAVING, MemberState.LEFT)),
        refused=sum(pair in _REFUSED for pair in ends),
        waiting=sum(before is after for before, after in ends),
    )


_REFUSED = frozenset({(MemberState.PROPOSED, MemberState.REFUSED), (MemberState.LEAVING, MemberState.LISTED)})


def rows(lines: tuple[Line, ...]) -> tuple[Row, ...]:
    """Return lines by codes for artifacts: no names, no reasons."""
    return tuple(
        {
            "工号": one.code,
            "单位": one.unit,
            "状态": one.state,
            "入库": one.member.entered_on.isoformat() if one.member.entered_on else "",
            "应复核": one.member.review_on.isoformat() if one.member.review_on else "",
        }
        for one in lines
    )


def member_of_code(house: House, code: str) -> Line:
    """Return the register's line of a person's code.

    Raises: RuleError when nobody with that code is on the list.
    """
    found = next((one for one in register(house) if one.code == code), None)
    if found is None:
        raise RuleError(f"工号 {code[:20]} 不在储备名单里：请核对。", code="reserve.not_listed")
    return found
