"""The reserve list on both kinds of database: in and out by reviews and approvals, yearly reviews, sealed opinions."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import Terms
from djflow.dispatch.reserve import rules, service
from djflow.dispatch.reserve.model import KIND, Member, MemberId, MemberState, NewReview, Reason, ReviewKind
from djflow.notify import service as notify
from djflow.people import service as people
from tests.approvals.offices import DEPUTIES, OFFICE, RECUSALS, Town, chain, settle_office, step
from tests.dispatch.posted import ACT, TERMS, at

ENTRY = NewReview(ReviewKind.ENTRY, Reason.YOUNG, "近两年考核优秀")
KEEP = NewReview(ReviewKind.YEARLY, Reason.STILL_FIT, "继续培养")
DAY_SPAN = DateSpan(date(2026, 1, 1), date(2027, 12, 31))
EXIT = NewReview(ReviewKind.EXIT, Reason.PROMOTED, "已任副职")


@pytest.fixture
def town(session: Session, now: datetime) -> Town:
    """A small office whose deputies approve entries and exits."""
    return settle_office(session, now, chain(step("deputy", DEPUTIES, recusals=RECUSALS[:2]), kind=KIND))


def decided(session: Session, town: Town, member: Member, verdict: Verdict, now: datetime) -> Member:
    """Let a deputy decide what waits about somebody, and follow it."""
    case = next(one for one in approvals.cases_about(session, member.subject) if one.waiting)
    answer = Answer(town["D1"], verdict, case.new.content_hash, "意见")
    approvals.decide(session, case.waiting[0].id, answer, office=OFFICE, by=ACT, now=now)
    return service.follow(session, member.id, TERMS, by=ACT, now=now)


def listed(session: Session, town: Town, now: datetime, who: str = "P1") -> Member:
    """Return somebody who was approved for the list."""
    member = service.propose(session, town[who], ENTRY, office=OFFICE, by=ACT, now=now)
    return decided(session, town, member, Verdict.APPROVE, now)


def test_somebody_comes_on_the_list_by_approval(session: Session, town: Town, now: datetime) -> None:
    """Proposed once, nothing before the approval; then on the list with a review due in a year, and told."""
    member = service.propose(session, town["P1"], ENTRY, office=OFFICE, by=ACT, now=now)
    assert service.propose(session, town["P1"], ENTRY, office=OFFICE, by=ACT, now=now) == member
    assert service.follow(session, member.id, TERMS, by=ACT, now=now).state is MemberState.PROPOSED
    assert [one.id for one in service.pending(session)] == [member.id]
    done = decided(session, town, member, Verdict.APPROVE, now)
    assert (done.state, done.entered_on, done.review_on) == (MemberState.LISTED, date(2026, 11, 18), date(2027, 11, 18))
    assert service.follow(session, member.id, TERMS, by=ACT, now=now) == done
    assert people.absences(session, DAY_SPAN) == ()
    told = [one for one in notify.listing(session) if one["kind"] == "reserve_outcome"]
    assert [one["recipient"] for one in told] == [town["P1"]]
    with pytest.raises(ConflictError):
        service.propose(session, town["P1"], ENTRY, office=OFFICE, by=ACT, now=now)


def test_a_refused_proposal_may_come_again(session: Session, town: Town, now: datetime) -> None:
    """Whoever was refused is not on the list and can be proposed anew."""
    member = service.propose(session, town["P1"], ENTRY, office=OFFICE, by=ACT, now=now)
    assert decided(session, town, member, Verdict.REJECT, now).state is MemberState.REFUSED
    assert [one.id for one in service.listing(session, ended=True)] == [member.id]
    again = service.propose(session, town["P1"], ENTRY, office=OFFICE, by=ACT, now=now)
    assert again.id != member.id


def test_the_yearly_review_moves_the_next_one(session: Session, town: Town, now: datetime) -> None:
    """Who is due comes up on the day, not before; staying sets the next day; twice on a day is once."""
    member = listed(session, town, now)
    assert service.due(session, date(2027, 11, 17)) == ()
    assert [one.id for one in service.due(session, date(2027, 11, 18))] == [member.id]
    later = at("2027-11-18")
    for _ in range(2):
        kept = service.keep(session, member.id, KEEP, TERMS, by=ACT, now=later)
        assert kept.review_on == date(2028, 11, 18)
    assert service.due(session, date(2027, 11, 18)) == ()
    assert [one.kind for one in service.reviews(session, member.id)] == [ReviewKind.ENTRY, ReviewKind.YEARLY]


def test_somebody_leaves_the_list_by_approval(session: Session, town: Town, now: datetime) -> None:
    """An exit that is refused leaves the person on the list, one that is approved takes the person off."""
    member = listed(session, town, now)
    for _ in range(2):
        leaving = service.take_off(session, member.id, EXIT, office=OFFICE, by=ACT, now=now)
        assert leaving.state is MemberState.LEAVING
    assert decided(session, town, leaving, Verdict.REJECT, now).state is MemberState.LISTED
    leaving = service.take_off(session, member.id, EXIT, office=OFFICE, by=ACT, now=at("2026-12-01"))
    left = decided(session, town, leaving, Verdict.APPROVE, at("2026-12-02"))
    assert (left.state, left.left_on, left.review_on) == (MemberState.LEFT, date(2026, 12, 2), None)
    acts = [entry.action for entry in audit.history(session, member.subject)]
    assert acts == [
        "reserve.propose", "reserve.settle", "reserve.take_off", "reserve.stay", "reserve.take_off", "reserve.settle",
    ]  # fmt: skip
    with pytest.raises(RuleError):
        service.keep(session, member.id, KEEP, TERMS, by=ACT, now=now)


def test_opinions_lie_sealed_and_looking_is_recorded(session: Session, town: Town, now: datetime) -> None:
    """Opinions are not in lists nor in the record; who opens them is written down."""
    member = listed(session, town, now)
    kept = session.execute(text("SELECT opinion FROM reserve_review")).scalar_one()
    assert "优秀".encode() not in bytes(kept)
    assert [one.opinion for one in service.reviews(session, member.id)] == [""]
    assert [one.opinion for one in service.look(session, member.id, by=ACT, now=now)] == ["近两年考核优秀"]
    assert audit.history(session, member.subject)[-1].action == "reserve.look"
    assert all("优秀" not in entry.details for entry in audit.latest(session))
    assert "优秀" not in repr(ENTRY)


def test_what_does_not_fit_is_refused(session: Session, town: Town, now: datetime) -> None:
    """A reason of another review, a review of another act, nobody, and no policy are each refused in words."""
    with pytest.raises(InputError):
        NewReview(ReviewKind.ENTRY, Reason.PROMOTED)
    with pytest.raises(InputError):
        NewReview(ReviewKind.ENTRY, Reason.YOUNG, "长" * 501)
    with pytest.raises(RuleError):
        service.propose(session, town["P1"], EXIT, office=OFFICE, by=ACT, now=now)
    with pytest.raises(NotFoundError):
        service.propose(session, PersonId("x"), ENTRY, office=OFFICE, by=ACT, now=now)
    with pytest.raises(NotFoundError):
        service.member(session, MemberId("x"))
    member = listed(session, town, now)
    with pytest.raises(RuleError):
        service.keep(session, member.id, EXIT, TERMS, by=ACT, now=now)
    with pytest.raises(RuleError):
        service.take_off(session, member.id, KEEP, office=OFFICE, by=ACT, now=now)
    empty = replace(TERMS, policies=TERMS.policies[:1])
    assert isinstance(empty, Terms)
    with pytest.raises(RuleError):
        service.keep(session, member.id, KEEP, empty, by=ACT, now=now)


def test_a_year_after_a_leap_day_is_the_last_of_february() -> None:
    """A review held on 29 February is due again on 28 February."""
    assert rules.next_review(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert rules.next_review(date(2026, 11, 18), 12) == date(2027, 11, 18)
