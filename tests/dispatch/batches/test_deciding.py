"""A batch from its check to its decision: findings, proposals with reasons, approvers and what becomes of it."""

from dataclasses import replace
from datetime import datetime

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.model import CaseState, Verdict
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.db.session import Database
from djflow.dispatch.batches import checking, deciding, leaving, proposing, service
from djflow.dispatch.batches.model import BatchState, CandidateState, Who
from djflow.dispatch.batches.proposals.model import Pin
from djflow.dispatch.eligibility.model import Verdict as Said
from djflow.dispatch.policy.model import RuleKind
from djflow.people import service as people
from djflow.people.model import KinshipEntry, Relation, UnitEntry, UnitKind
from tests.dispatch.hall import ACT, Hall, called, candidate, decided, proposed, put, settle, states, vote, without


@pytest.fixture
def hall(database: Database, now: datetime) -> Hall:
    """A small district."""
    with database.transaction() as session:
        return settle(session, now)


def _know(hall: Hall, code: str, **changes: object) -> None:
    hall.known[hall.people[code]] = without(hall.known[hall.people[code]], **changes)


def test_what_is_not_known_is_settled_by_a_person(database: Database, hall: Hall, now: datetime) -> None:
    """An unknown point is to be checked; whoever settles it says why, once; nobody is proposed before."""
    _know(hall, "A1", full_member=None)
    with database.transaction() as session:
        batch = called(session, hall, now)
        put(session, hall, batch, "A1", "A2", now=now)
        checking.close_nominations(session, batch.id, hall.desk, by=ACT, now=now)
        assert states(session, hall, batch.id) == {"A1": "nominated", "A2": "checked"}
        with pytest.raises(RuleError, match="还有 1 人"):
            proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)
        first = candidate(session, hall, batch.id, "A1")
        kept = checking.findings_of(session, [first])[first.id]
        (open_one,) = [one for one in kept if one.waits and not one.found.place]
        with pytest.raises(InputError):
            checking.settle(session, batch.id, open_one.id, " ", passes=True, by="k1", now=now)
        checking.settle(session, batch.id, open_one.id, "已看党员档案", passes=True, by="k1", now=now)
        with pytest.raises(ConflictError):
            checking.settle(session, batch.id, open_one.id, "再看", passes=False, by="k2", now=now)
        again = checking.findings_of(session, [first])[first.id]
        (settled,) = [one for one in again if one.settled]
        assert (settled.verdict, settled.settled_by, settled.reason) == (Said.PASS, "k1", "已看党员档案")
        assert states(session, hall, batch.id)["A1"] == "checked"
        assert checking.check(session, batch.id, hall.desk, by=ACT, now=now) == ()
        assert states(session, hall, batch.id)["A1"] == "checked"


def test_new_data_take_the_place_of_what_was_settled(database: Database, hall: Hall, now: datetime) -> None:
    """When the file comes in and says no, the settled point falls and the nomination is refused, and the other way."""
    _know(hall, "A1", full_member=None)
    with database.transaction() as session:
        batch = called(session, hall, now)
        put(session, hall, batch, "A1", "A2", now=now)
        checking.close_nominations(session, batch.id, hall.desk, by=ACT, now=now)
        first = candidate(session, hall, batch.id, "A1")
        (open_one,) = [o for o in checking.findings_of(session, [first])[first.id] if o.waits and not o.found.place]
        checking.settle(session, batch.id, open_one.id, "口头确认", passes=True, by=ACT, now=now)
        _know(hall, "A1", full_member=False)
        (moved,) = checking.check(session, batch.id, hall.desk, by=ACT, now=now)
        assert moved.state is CandidateState.REFUSED
        _know(hall, "A1", full_member=True)
        (moved,) = checking.check(session, batch.id, hall.desk, by=ACT, now=now)
        assert moved.state is CandidateState.CHECKED


def test_a_known_point_is_not_settled_by_hand(database: Database, hall: Hall, now: datetime) -> None:
    """What the file proves, nobody overrules on the desk."""
    _know(hall, "A1", full_member=False)
    with database.transaction() as session:
        batch = called(session, hall, now)
        put(session, hall, batch, "A1", now=now)
        checking.close_nominations(session, batch.id, hall.desk, by=ACT, now=now)
        first = candidate(session, hall, batch.id, "A1")
        (known,) = [o for o in checking.findings_of(session, [first])[first.id] if o.forbids]
        assert known.found.rule is RuleKind.PARTY_MEMBER
        with pytest.raises(RuleError, match="更正资料"):
            checking.settle(session, batch.id, known.id, "特批", passes=True, by=ACT, now=now)


def test_a_proposal_says_why(database: Database, hall: Hall, now: datetime) -> None:
    """Everybody nominated has a line with reasons, without names; the result is proven and repeats by its seed."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        first = proposing.latest(session, batch.id)
        again = proposing.propose(session, batch.id, hall.desk, by=ACT, now=now, seen_round=1)
        second = proposing.latest(session, batch.id)
        with pytest.raises(ConflictError, match="第1稿"):
            proposing.propose(session, batch.id, hall.desk, by=ACT, now=now, seen_round=1)
    assert first is not None
    assert second is not None
    assert (batch.round, again.round) == (1, 2)
    assert first.content_hash == second.content_hash
    assert (first.optimal, first.short) == (True, 0)
    assert len(first.lines) == 4
    assert sum(line.demand is not None for line in first.lines) == 2
    assert all(line.why for line in first.lines)
    assert not any("王" in sentence for line in first.lines for sentence in line.why)


def test_more_is_asked_than_people_are_there(database: Database, hall: Hall, now: datetime) -> None:
    """With more places than people the best part is proposed, and every empty place says why."""
    with database.transaction() as session:
        batch = proposed(session, hall, now, "A1", "B1", places=2)
        found = proposing.latest(session, batch.id)
    assert found is not None
    assert found.short == 2
    assert found.words
    assert all("缺" in one for one in found.words)


def test_a_unit_of_one_person_may_send_one(database: Database, hall: Hall, now: datetime) -> None:
    """Whoever is alone in a unit may still be sent."""
    hall.policy = replace(hall.policy, unit_share_percent=1)
    with database.transaction() as session:
        batch = proposed(session, hall, now, "A1", "A2", "B1")
        assert sorted(states(session, hall, batch.id).values()) == ["proposed", "proposed", "reserve"]
        sent = {one.unit for one in service.candidates(session, batch.id) if one.demand}
    assert sent == {hall.units["D1"], hall.units["D2"]}


def test_pins_and_bans_are_kept(database: Database, hall: Hall, now: datetime) -> None:
    """Somebody settled for a post goes there in the next round, somebody excluded does not."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        left = next(one for one in service.candidates(session, batch.id) if one.demand is None)
        one, other = service.demands(session, batch.id)
        pin, ban = Pin(left.id, one.id), Pin(left.id, other.id, banned=True)
        assert proposing.pin(session, batch.id, pin, by=ACT, now=now)
        assert not proposing.pin(session, batch.id, pin, by=ACT, now=now)
        assert proposing.pin(session, batch.id, ban, by=ACT, now=now)
        proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)
        moved = {o.id: o for o in service.candidates(session, batch.id)}[left.id]
        assert (moved.state, moved.demand) == (CandidateState.PROPOSED, one.id)
        assert proposing.unpin(session, batch.id, pin, by=ACT, now=now)
        assert not proposing.unpin(session, batch.id, pin, by=ACT, now=now)
        assert proposing.pins(session, batch.id) == (ban,)


def test_approvers_decide_about_one_proposal(database: Database, hall: Hall, now: datetime) -> None:
    """Three approvals decide a batch; whoever saw an older round cannot submit it; submitting twice is once."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)
        with pytest.raises(ConflictError):
            deciding.submit(session, batch.id, 1, hall.desk, by=ACT, now=now)
        first = deciding.submit(session, batch.id, 2, hall.desk, by=ACT, now=now)
        assert deciding.submit(session, batch.id, 2, hall.desk, by=ACT, now=now) == first
        for code in ("K1", "P1", "M1"):
            vote(session, hall, batch.id, code, now)
        assert service.require(session, batch.id).state is BatchState.DECIDED
        assert sorted(states(session, hall, batch.id).values()) == ["decided", "decided", "reserve", "reserve"]


def test_a_relative_does_not_decide(database: Database, hall: Hall, now: datetime) -> None:
    """The one deputy is married to somebody proposed: the step waits for another deputy, and says that nobody may."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        sent = next(one.person for one in service.candidates(session, batch.id) if one.demand)
        people.record_kinship(session, KinshipEntry(hall.people["P1"], sent, Relation.SPOUSE), by=ACT, now=now)
        deciding.submit(session, batch.id, batch.round, hall.desk, by=ACT, now=now)
        vote(session, hall, batch.id, "K1", now)
        case = deciding.approval_of(session, batch.id)
        assert case is not None
        assert (case.step, case.state) == ("deputy", CaseState.BLOCKED)
        assert hall.people["P1"] in case.new.barred


def test_a_returned_proposal_is_changed_and_sent_again(database: Database, hall: Hall, now: datetime) -> None:
    """Returned, a batch is proposed anew and goes before its approvers in a second round of the same case."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        deciding.submit(session, batch.id, 1, hall.desk, by=ACT, now=now)
        vote(session, hall, batch.id, "K1", now, Verdict.RETURN_TO_APPLICANT)
        assert service.require(session, batch.id).state is BatchState.PROPOSED
        proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)
        deciding.submit(session, batch.id, 2, hall.desk, by=ACT, now=now)
        (case,) = approvals.cases_about(session, batch.subject)
        assert (case.state, case.round) == (CaseState.RUNNING, 2)


def test_a_rejected_proposal_goes_back_to_the_check(database: Database, hall: Hall, now: datetime) -> None:
    """Rejected, everybody waits checked; another proposal opens another case."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        deciding.submit(session, batch.id, 1, hall.desk, by=ACT, now=now)
        vote(session, hall, batch.id, "K1", now, Verdict.REJECT)
        assert service.require(session, batch.id).state is BatchState.CHECKING
        assert set(states(session, hall, batch.id).values()) == {"checked"}
        again = proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)
        deciding.submit(session, batch.id, again.round, hall.desk, by=ACT, now=now)
        assert len(approvals.cases_about(session, batch.subject)) == 2


def test_taken_back_it_can_be_changed(database: Database, hall: Hall, now: datetime) -> None:
    """The section takes a proposal back from its approvers once."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        deciding.submit(session, batch.id, 1, hall.desk, by=ACT, now=now)
        first = deciding.take_back(session, batch.id, hall.desk, by=ACT, now=now)
        assert deciding.take_back(session, batch.id, hall.desk, by=ACT, now=now) == first
        assert first.state is BatchState.PROPOSED
        case = deciding.approval_of(session, batch.id)
        assert case is not None
        assert case.state is CaseState.WITHDRAWN


def test_who_steps_back_before_the_decision_is_replaced(database: Database, hall: Hall, now: datetime) -> None:
    """The next best takes the place, the others keep theirs, and the approvers are asked about the new content."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        deciding.submit(session, batch.id, 1, hall.desk, by=ACT, now=now)
        vote(session, hall, batch.id, "K1", now)
        people_before = {one.id: one for one in service.candidates(session, batch.id)}
        gone, stays = [one for one in people_before.values() if one.demand]
        leaving.withdraw(session, batch.id, gone.id, "家里有事", hall.desk, who=Who.UNIT, by=ACT, now=now)
        found = {one.id: one for one in service.candidates(session, batch.id)}
        case = deciding.approval_of(session, batch.id)
        assert case is not None
        assert found[stays.id].demand == stays.demand
        assert [one.demand for one in found.values() if one.demand and one.id != stays.id] == [gone.demand]
        assert found[gone.id].reason == "家里有事"
        assert (case.round, case.new.content_hash) == (2, proposing.fingerprint(session, batch))
        for code in ("K1", "P1", "M1"):
            vote(session, hall, batch.id, code, now)
        assert service.require(session, batch.id).state is BatchState.DECIDED


def test_a_withdrawn_demand_frees_its_people(database: Database, hall: Hall, now: datetime) -> None:
    """A host takes its demand back: whoever was proposed there goes elsewhere or waits, and nobody is sent there."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        one, other = service.demands(session, batch.id)
        leaving.withdraw_demand(session, batch.id, one.id, "村里不再需要", hall.desk, by=ACT, now=now)
        again = leaving.withdraw_demand(session, batch.id, one.id, "", hall.desk, by=ACT, now=now)
        assert again.withdrawn
        sent = [o.demand for o in service.candidates(session, batch.id) if o.demand]
        assert sent == [other.id]
        latest = service.require(session, batch.id)
        deciding.submit(session, batch.id, latest.round, hall.desk, by=ACT, now=now)
        with pytest.raises(ConflictError, match="先撤回送审"):
            leaving.withdraw_demand(session, batch.id, other.id, "也不要", hall.desk, by=ACT, now=now)


def test_a_host_closed_before_the_proposal_gets_nobody(database: Database, hall: Hall, now: datetime) -> None:
    """A host that was closed meanwhile stays empty, and the proposal says so."""
    with database.transaction() as session:
        batch = called(session, hall, now)
        put(session, hall, batch, "A1", "B1", now=now)
        checking.close_nominations(session, batch.id, hall.desk, by=ACT, now=now)
        entry = UnitEntry("T2", "小河乡", UnitKind.TOWNSHIP, 5, active=False)
        people.put_units(session, [entry], by=ACT, now=now)
        proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)
        found = proposing.latest(session, batch.id)
        assert found is not None
        assert any("撤并停用" in one for one in found.words)


def test_approval_that_was_decided_elsewhere_is_caught_up(database: Database, hall: Hall, now: datetime) -> None:
    """A decision the batch did not hear of is done by the sweep, once."""
    with database.transaction() as session:
        batch = decided(session, hall, now)
        assert deciding.catch_up(session, batch.id, hall.desk, by=ACT, now=now) == batch
