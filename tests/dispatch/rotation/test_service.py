"""Proposals on both kinds of database: kept, accepted, approved, appointed with their handover."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, Verdict
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import Posting, PostingState
from djflow.dispatch.rotation import service
from djflow.dispatch.rotation.model import (
    KIND,
    DeclineReason,
    Explained,
    Move,
    NewProposal,
    PlannedMove,
    Proposal,
    ProposalId,
    ProposalState,
    Score,
    SeatId,
)
from djflow.people import service as people
from tests.approvals.offices import DEPUTIES, OFFICE, RECUSALS, chain, step
from tests.dispatch.posted import ACT, FIRST, LAST, TERMS, District, at, on_duty, settle

TERM_ENDS = date(2027, 2, 26)
BEGINS = TERM_ENDS - timedelta(days=14)


@pytest.fixture
def district(session: Session, now: datetime) -> District:
    """A small district whose deputy approves successors."""
    found = settle(session, now)
    accounts.create(session, NewAccount("deputy", frozenset({Role.DEPT_DEPUTY}), "G6"), "hash", by=ACT, now=now)
    chains.publish(session, [chain(step("deputy", DEPUTIES, recusals=RECUSALS[:2]), kind=KIND)], by=ACT, now=now)
    return found


@pytest.fixture
def ending(session: Session, district: District) -> Posting:
    """A posting whose term ends in February."""
    return on_duty(session, district.new(span=DateSpan(FIRST, TERM_ENDS)))


def successor(ending: Posting, district: District, who: str = "G2") -> PlannedMove:
    """Return a move into the ending posting's place."""
    move = Move(SeatId(ending.id), district.people[who], BEGINS, 15)
    unit = "D1" if who in {"G1", "G2", "G3"} else "D2"
    span = DateSpan(BEGINS, LAST)
    return PlannedMove(move, district.units[unit], ending.new.host, ending.new.title, span, BatchKind.RURAL, ending.id)


def wanted(ending: Posting, *moves: PlannedMove) -> NewProposal:
    """Return a proposal for the ending posting."""
    score = Score(30, 30, 0, 2, 77)
    why = tuple(
        Explained(SeatId(ending.id), one.move.person, score, allowed=True, rank=number, chosen=number == 1)
        for number, one in enumerate(moves, start=1)
    )
    return NewProposal(SeatId(ending.id), ending.new.kind, ending.new.host, ending.new.title, TERM_ENDS, 7, moves, why)


def approved(session: Session, proposal: Proposal, who: PersonId, verdict: Verdict, now: datetime) -> Proposal:
    """Let the deputy decide about a proposal, and follow it."""
    case = approvals.cases_about(session, proposal.subject)[0]
    answer = Answer(who, verdict, case.new.content_hash, "意见")
    approvals.decide(session, case.waiting[0].id, answer, office=OFFICE, by=ACT, now=now)
    return service.follow(session, proposal.id, TERMS, by=ACT, now=now)


def test_the_same_proposal_is_kept_once(session: Session, district: District, ending: Posting, now: datetime) -> None:
    """A second run keeps it, another successor replaces it, a seat no longer due drops it."""
    first = wanted(ending, successor(ending, district))
    (one,) = service.keep(session, [first], by=ACT, now=now)
    assert service.keep(session, [first], by=ACT, now=now) == (one,)
    assert one.number == "LH20261118-001"
    (other,) = service.keep(session, [wanted(ending, successor(ending, district, "G4"))], by=ACT, now=now)
    assert other.number == "LH20261118-002"
    assert service.proposal(session, one.number).state is ProposalState.REPLACED
    assert service.keep(session, [], by=ACT, now=now) == ()


def test_the_explanation_is_kept(session: Session, district: District, ending: Posting, now: datetime) -> None:
    """Points, lot, rank and remarks of every candidate are found again."""
    new = wanted(ending, successor(ending, district))
    (one,) = service.keep(session, [new], by=ACT, now=now)
    assert service.proposal(session, one.number).new == new
    assert service.explained(session, one.id) == new.explained


def test_an_approved_successor_is_appointed_with_the_handover(
    session: Session, district: District, ending: Posting, now: datetime
) -> None:
    """Accepting asks for the approval; with it the successor is posted, fifteen days beside the one before."""
    (one,) = service.keep(session, [wanted(ending, successor(ending, district))], by=ACT, now=now)
    for _ in range(2):
        assert service.accept(session, one.id, office=OFFICE, by=ACT, now=now).state is ProposalState.ACCEPTED
    assert service.keep(session, [], by=ACT, now=now) == ()
    assert [found.id for found in service.pending(session)] == [one.id]
    done = approved(session, one, district.people["G6"], Verdict.APPROVE, now)
    assert done.state is ProposalState.APPOINTED
    made = postings.posting(session, done.new.moves[0].posting)
    assert (made.new.replaces, made.new.host, made.span.first) == (ending.id, ending.new.host, BEGINS)
    assert (ending.span.last - made.span.first).days + 1 == 15
    assert made.new.person in {away.entry.person_id for away in people.absences(session, made.span)}
    assert service.follow(session, one.id, TERMS, by=ACT, now=now) == done
    acts = [entry.action for entry in audit.history(session, one.subject)]
    assert acts == ["rotation.propose", "rotation.accept", "rotation.appoint"]


def test_a_refused_proposal_is_put_away(session: Session, district: District, ending: Posting, now: datetime) -> None:
    """Without the approval nobody is posted, and the same person is known to be declined for this seat."""
    (one,) = service.keep(session, [wanted(ending, successor(ending, district))], by=ACT, now=now)
    service.accept(session, one.id, office=OFFICE, by=ACT, now=now)
    assert approved(session, one, district.people["G6"], Verdict.REJECT, now).state is ProposalState.DECLINED
    assert service.declined(session) == {(SeatId(ending.id), district.people["G2"])}
    assert len(postings.postings(session)) == 1


def test_a_declined_proposal_is_not_made_again(
    session: Session, district: District, ending: Posting, now: datetime
) -> None:
    """The coordinator's no is kept with its reason, once; nothing more can be done with it."""
    (one,) = service.keep(session, [wanted(ending, successor(ending, district))], by=ACT, now=now)
    for _ in range(2):
        done = service.decline(session, one.id, DeclineReason.HOST, by=ACT, now=now)
        assert (done.state, done.reason) == (ProposalState.DECLINED, "host")
    with pytest.raises(ConflictError):
        service.accept(session, one.id, office=OFFICE, by=ACT, now=now)
    with pytest.raises(NotFoundError):
        service.decline(session, ProposalId("x"), DeclineReason.HOST, by=ACT, now=now)


def test_a_seat_without_anybody_cannot_be_accepted(session: Session, ending: Posting, now: datetime) -> None:
    """A proposal without a successor is shown, and refused when accepted."""
    (one,) = service.keep(session, [wanted(ending)], by=ACT, now=now)
    with pytest.raises(RuleError):
        service.accept(session, one.id, office=OFFICE, by=ACT, now=now)


def test_a_chain_waits_for_whoever_is_still_elsewhere(
    session: Session, district: District, ending: Posting, now: datetime
) -> None:
    """The follower begins at once; the one who is still posted elsewhere moves when that posting has ended."""
    elsewhere = on_duty(session, district.new("G4", home=district.units["D2"], host=district.units["T2"]))
    mover = successor(ending, district, "G4")
    mover = replace(mover, move=replace(mover.move, leaves=SeatId(elsewhere.id)))
    follow_on = DateSpan(BEGINS - timedelta(days=15), LAST)
    move = Move(SeatId(elsewhere.id), district.people["G3"], follow_on.first, 15)
    second = PlannedMove(
        move, district.units["D1"], elsewhere.new.host, elsewhere.new.title, follow_on, BatchKind.RURAL, elsewhere.id
    )
    (one,) = service.keep(session, [wanted(ending, mover, second)], by=ACT, now=now)
    service.accept(session, one.id, office=OFFICE, by=ACT, now=now)
    found = approved(session, one, district.people["G6"], Verdict.APPROVE, now)
    assert found.state is ProposalState.ACCEPTED
    assert [bool(planned.posting) for planned in found.new.moves] == [False, True]
    assert service.waits_for(session, found.new.moves[0]) == (elsewhere.id,)
    (day,) = {planned.span.first - timedelta(days=1) for planned in found.new.moves[:1]}
    done = service.follow(session, one.id, TERMS, by=ACT, now=at(day.isoformat()))
    assert done.state is ProposalState.APPOINTED
    left = postings.posting(session, elsewhere.id)
    assert (left.state, left.span.last) == (PostingState.RECALLED, day)
    assert postings.posting(session, done.new.moves[0].posting).span.first == BEGINS
    assert postings.vacancies(session) == ()


def test_a_late_approval_begins_tomorrow(session: Session, district: District, ending: Posting, now: datetime) -> None:
    """When the approval came after the planned day, the successor begins the day after it."""
    (one,) = service.keep(session, [wanted(ending, successor(ending, district))], by=ACT, now=now)
    service.accept(session, one.id, office=OFFICE, by=ACT, now=now)
    late = at((BEGINS + timedelta(days=3)).isoformat())
    done = approved(session, one, district.people["G6"], Verdict.APPROVE, late)
    made = postings.posting(session, done.new.moves[0].posting)
    assert made.span.first == BEGINS + timedelta(days=4)


def test_what_is_late_does_not_change_its_number_every_day(
    session: Session, district: District, ending: Posting, now: datetime
) -> None:
    """A handover already too short keeps its proposal although it begins a day later each day."""
    move = successor(ending, district)
    short = [
        replace(move, move=replace(move.move, short=True), span=DateSpan(BEGINS + timedelta(days=days), LAST))
        for days in (5, 6)
    ]
    (first,) = service.keep(session, [wanted(ending, short[0])], by=ACT, now=now)
    (again,) = service.keep(session, [wanted(ending, short[1])], by=ACT, now=now)
    assert again.number == first.number


def test_whoever_is_to_move_does_not_decide(
    session: Session, district: District, ending: Posting, now: datetime
) -> None:
    """The only deputy is the successor proposed: nobody can approve it until somebody else is named."""
    (one,) = service.keep(session, [wanted(ending, successor(ending, district, "G6"))], by=ACT, now=now)
    service.accept(session, one.id, office=OFFICE, by=ACT, now=now)
    (case,) = approvals.cases_about(session, one.subject)
    assert district.people["G6"] not in {task.person for task in case.waiting}
