"""Which answer may follow which, and when: no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from djflow.core.errors import ConflictError, InputError
from djflow.core.ids import PersonId
from djflow.roster.answers import rules
from djflow.roster.answers.model import DutyState, Offer, OfferKind, OfferState
from tests.roster.district import session_of

PLAN = session_of("dacang", 1).plan
NINE = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
OFFER = Offer(
    "o1", OfferKind.SUBSTITUTE, "2026-12", PersonId("a"), PLAN.event, "综合受理", PersonId("b"), "", "",
    OfferState.OFFERED, NINE - timedelta(days=9), NINE - timedelta(days=7),
)  # fmt: skip


def test_every_state_has_its_row_and_its_words() -> None:
    """No state is left out of the machines or of the labels."""
    assert set(rules.DUTY_TRANSITIONS) == set(rules.DUTY_WORDS) == set(DutyState)
    assert set(rules.OFFER_TRANSITIONS) == set(rules.OFFER_WORDS) == set(OfferState)


@pytest.mark.parametrize("old", DutyState)
@pytest.mark.parametrize("new", DutyState)
def test_duty_moves_follow_the_table(old: DutyState, new: DutyState) -> None:
    """What the table does not allow is refused with the present state in words."""
    if new in rules.DUTY_TRANSITIONS[old]:
        rules.require_duty_move(old, new)
    else:
        with pytest.raises(ConflictError, match=rules.DUTY_WORDS[old]):
            rules.require_duty_move(old, new)


@pytest.mark.parametrize("old", OfferState)
def test_a_finished_offer_never_moves_again(old: OfferState) -> None:
    """Done, refused, withdrawn and expired are ends; open ones may end in each of these."""
    open_states = {OfferState.OFFERED, OfferState.ACCEPTED}
    assert bool(rules.OFFER_TRANSITIONS[old]) == (old in open_states)
    assert replace(OFFER, state=old).is_open == (old in open_states)


@pytest.mark.parametrize(
    ("stored", "holds", "stands"),
    [
        (None, True, DutyState.ASSIGNED),
        (DutyState.CONFIRMED, True, DutyState.CONFIRMED),
        (DutyState.SUBSTITUTED, True, DutyState.ASSIGNED),
        (DutyState.RELEASED, True, DutyState.ASSIGNED),
        (DutyState.WAITING, True, DutyState.WAITING),
        (DutyState.WAITING, False, DutyState.SUBSTITUTED),
        (DutyState.DECLINED, False, DutyState.SUBSTITUTED),
        (DutyState.CONFIRMED, False, DutyState.RELEASED),
        (None, False, DutyState.RELEASED),
    ],
)
def test_the_roster_in_force_counts(stored: DutyState | None, holds: bool, stands: DutyState) -> None:  # noqa: FBT001 - a table
    """Whoever lost a duty is through with it; whoever gets it back is asked anew."""
    assert rules.standing(stored, holds=holds) is stands


def test_answers_end_when_the_session_begins() -> None:
    """A second before nine one may still answer, at nine no longer."""
    rules.require_time(PLAN, NINE - timedelta(seconds=1))
    with pytest.raises(ConflictError, match="已经开始"):
        rules.require_time(PLAN, NINE)


def test_an_offer_ends_with_its_hours_or_its_first_session() -> None:
    """Whichever comes first ends it; a finished offer cannot expire."""
    early = NINE - timedelta(days=9)
    assert rules.offer_ends((PLAN,), 48, early) == early + timedelta(hours=48)
    assert rules.offer_ends((PLAN,), 48, NINE - timedelta(hours=3)) == NINE
    assert not rules.has_expired(OFFER, OFFER.expires_at - timedelta(seconds=1))
    assert rules.has_expired(OFFER, OFFER.expires_at)
    assert not rules.has_expired(replace(OFFER, state=OfferState.DONE), OFFER.expires_at)


@pytest.mark.parametrize(("earlier", "free", "past"), [(0, 2, False), (1, 2, False), (2, 2, True), (0, 0, True)])
def test_free_declines_are_counted(earlier: int, free: int, past: bool) -> None:  # noqa: FBT001 - a table
    """With two free ones the third goes to the coordinator."""
    assert rules.past_limit(earlier, free) is past


def test_a_reason_is_one_short_line() -> None:
    """Line breaks and control signs become blanks; empty and endless ones are refused."""
    assert rules.clean_reason(" 孩子\n生病\x00 ") == "孩子 生病"
    assert len(rules.clean_reason("长" * 200)) == 200
    for bad in ("", "\t\n", "\x00", "长" * 201):
        with pytest.raises(InputError):
            rules.clean_reason(bad)
