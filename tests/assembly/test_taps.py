"""Forty simultaneous taps on one button have one effect and leave one line each in the record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from djflow.assembly import House, answers, replacing
from djflow.audit import service as audit
from djflow.core.errors import ConflictError
from djflow.core.ids import PersonId
from djflow.roster import service as rosters
from djflow.roster.answers import offers, service
from djflow.roster.answers.model import DutyState, Offer, OfferState
from tests.assembly.test_answers import (
    DECEMBER,
    FIRST,
    SATURDAY,
    changed,
    free_person,
    holder,
    published,
    recorded,
    told,
    version,
)

__all__ = ["published"]
TAPS = 40
T = TypeVar("T")
Codes = dict[str, PersonId]


def tapped(act: Callable[[], T]) -> list[T]:
    """Return what forty people who do the same at once get."""
    with ThreadPoolExecutor(TAPS) as taps:
        return list(taps.map(lambda _: act(), range(TAPS)))


def moves(house: House, offer: Offer) -> list[str]:
    """Return what the record says of an offer."""
    with house.reading() as session:
        return [line.action for line in audit.history(session, offers.subject_of(offer.id))]


def test_confirming(published: House) -> None:
    """One confirmation, one line."""
    person = holder(published, FIRST)
    assert set(tapped(lambda: answers.confirm(published, person, FIRST, by="me"))) == {DutyState.CONFIRMED}
    assert (len(recorded(published, FIRST)), version(published)) == (1, 1)


def test_asking_for_a_substitute(published: House, ids: Codes) -> None:
    """One question, asked once."""
    person, code = holder(published, FIRST), free_person(published, ids)
    made = set(tapped(lambda: answers.propose_substitute(published, person, FIRST, code, by="me")))
    (offer,) = made
    assert (moves(published, offer), told(published, "duty_offer")) == (["offer.make"], [ids[code]])


def test_asking_for_a_swap_and_accepting(published: House) -> None:
    """One question, one exchange, one new version, each duty released once."""
    mine, theirs = holder(published, FIRST), holder(published, SATURDAY)
    with published.reading() as session:
        held = service.own(session, FIRST, mine)
        standing = rosters.version_in_force(session, DECEMBER)
    assert standing is not None
    options = replacing.swaps(published, standing, held, today=published.today())
    code = next(option.code for option in options if option.event == SATURDAY)
    (offer,) = set(tapped(lambda: answers.propose_swap(published, mine, FIRST, code, SATURDAY, by="me")))
    assert moves(published, offer) == ["offer.make"]
    done = tapped(lambda: answers.respond(published, theirs, offer.id, accept=True, by="me"))
    assert {one.state for one in done} == {OfferState.DONE}
    assert (holder(published, FIRST), holder(published, SATURDAY), version(published)) == (theirs, mine, 2)
    assert moves(published, offer) == ["offer.make", "offer.move"]
    assert (len(recorded(published, FIRST)), len(recorded(published, SATURDAY))) == (1, 1)


def test_refusing(published: House, ids: Codes) -> None:
    """One refusal, told once."""
    person, code = holder(published, FIRST), free_person(published, ids)
    offer = answers.propose_substitute(published, person, FIRST, code, by="me")
    done = tapped(lambda: answers.respond(published, ids[code], offer.id, accept=False, by="me"))
    assert {one.state for one in done} == {OfferState.REFUSED}
    assert (moves(published, offer), version(published)) == (["offer.make", "offer.move"], 1)
    assert told(published, "duty_offer").count(person) == 1


def test_agreeing_where_the_office_decides(published: House, ids: Codes) -> None:
    """One agreement waits once for the office; forty approvals put it in force once."""
    office = changed(published, swap_needs_approval=True)
    person, code = holder(published, FIRST), free_person(published, ids)
    offer = answers.propose_substitute(office, person, FIRST, code, by="me")
    agreed = tapped(lambda: answers.respond(office, ids[code], offer.id, accept=True, by="me"))
    assert {one.state for one in agreed} == {OfferState.ACCEPTED}
    assert (moves(office, offer), told(office, "operator_alert")) == (["offer.make", "offer.move"], ["coordinator"])
    done = tapped(lambda: answers.approve(office, offer.id, by="account:1"))
    assert {one.state for one in done} == {OfferState.DONE}
    assert (moves(office, offer), version(office)) == (["offer.make", "offer.move", "offer.move"], 2)


def test_taking_back_while_the_other_accepts(published: House, ids: Codes) -> None:
    """Of taking back and accepting at once exactly one wins; who comes too late is told so."""
    person, code = holder(published, FIRST), free_person(published, ids)
    offer = answers.propose_substitute(published, person, FIRST, code, by="me")

    def tried(accepting: bool) -> OfferState | None:  # noqa: FBT001 - mapped over both
        try:
            if accepting:
                return answers.respond(published, ids[code], offer.id, accept=True, by="me").state
            return answers.withdraw(published, person, offer.id, by="me").state
        except ConflictError:
            return None

    with ThreadPoolExecutor(TAPS) as taps:
        states = set(taps.map(tried, [number % 2 == 0 for number in range(TAPS)])) - {None}
    (state,) = states
    assert moves(published, offer) == ["offer.make", "offer.move"]
    expected = {OfferState.DONE: (ids[code], 2), OfferState.WITHDRAWN: (person, 1)}
    assert (holder(published, FIRST), version(published)) == expected[state or OfferState.EXPIRED]
