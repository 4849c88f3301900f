"""The two tables of a batch: complete, without dead ends, and nobody but approvers decides."""

from djflow.dispatch.batches.model import BatchState, CandidateState, Who
from djflow.dispatch.batches.transitions import (
    BATCH_ENDED,
    BATCH_OPEN,
    BY_STATE_AND_ACT,
    CANDIDATE_ENDED,
    STEP_OF,
    STEPS,
    TRANSITIONS,
)


def test_no_act_leads_two_ways() -> None:
    """From a state an act leads to one state only, in both tables."""
    assert len(BY_STATE_AND_ACT) == len(TRANSITIONS)
    assert len(STEP_OF) == len(STEPS)


def test_every_batch_can_end() -> None:
    """From every open state there is a way to the archive and a way to cancel; ended ones lead nowhere."""
    leads = {state: {row.then for row in TRANSITIONS if row.state is state} for state in BatchState}
    reach = {BatchState.CLOSED}
    while more := {state for state in BatchState if leads[state] & reach} - reach:
        reach |= more
    assert set(BATCH_OPEN) < reach
    assert all(BatchState.CANCELLED in leads[state] for state in BATCH_OPEN)
    assert not any(leads[state] for state in BATCH_ENDED)


def test_nobody_but_approvers_decides() -> None:
    """Only an approval decides a batch or somebody in it; the clock approves nothing."""
    for row in TRANSITIONS:
        if row.then is BatchState.DECIDED:
            assert row.who == {Who.APPROVAL}
        if Who.CLOCK in row.who:
            assert row.then in {BatchState.CHECKING, BatchState.ACTIVE, BatchState.CLOSING}
    assert all(one.who == {Who.APPROVAL} for one in STEPS if one.then is CandidateState.DECIDED)


def test_everybody_may_step_back_until_the_end() -> None:
    """Whoever is in a batch may step back from every state but the ended ones."""
    out = {one.state for one in STEPS if one.then is CandidateState.WITHDRAWN}
    assert out == set(CandidateState) - CANDIDATE_ENDED
