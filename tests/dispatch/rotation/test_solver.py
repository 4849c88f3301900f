"""Who follows whom: no seat empty when there are enough people, handovers kept, nobody used twice."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.errors import InputError
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.rotation import rules
from djflow.dispatch.rotation.model import Candidate, Pair, Plan, Question, Seat, SeatId, Term, Weights
from djflow.dispatch.rotation.solver import propose

ON = date(2026, 11, 24)
END = ON + timedelta(days=60)


def seat(name: str, *, due: bool = True, last: date = END, vacant: bool = False, holder: str = "") -> Seat:
    """Return a seat held by somebody named after it."""
    who = None if vacant else PersonId(holder or f"holder-{name}")
    return Seat(SeatId(name), f"岗位{name}", UnitId("T"), last, due, vacant, who)


def person(name: str, until: date | None = None, *, holds: str = "", overtime: int = 0) -> Candidate:
    """Return a candidate of a unit of the same name."""
    return Candidate(PersonId(name), UnitId(f"unit-{name}"), until, overtime, SeatId(holds) if holds else None)


def every_pair(seats: Iterable[Seat], people: Iterable[Candidate]) -> tuple[Pair, ...]:
    """Return that everybody may take every seat but the own."""
    everybody = tuple(people)
    return tuple(Pair(one.id, who.person) for one in seats for who in everybody if who.seat != one.id)


def ask(seats: tuple[Seat, ...], people: tuple[Candidate, ...], pairs: tuple[Pair, ...] | None = None) -> Question:
    """Return the question of who follows."""
    return Question(ON, seats, people, every_pair(seats, people) if pairs is None else pairs, seed=7)


def taken(plan: Plan) -> list[PersonId]:
    """Return everybody who is moved."""
    return [move.person for chain in plan.chains for move in chain.moves]


def test_whoever_was_never_posted_follows_first() -> None:
    """Never posted comes before ten years ago, that before last year; overtime lets others go first."""
    people = (
        person("old", date(2016, 11, 1)),
        person("late", date(2025, 11, 1)),
        person("never"),
        person("tired", overtime=500),
    )
    (chain,) = propose(ask((seat("a"),), people)).chains
    assert [move.person for move in chain.moves] == ["never"]
    ranks = {one.person: one.rank for one in propose(ask((seat("a"),), people)).explained}
    assert ranks == {"never": 1, "old": 2, "late": 3, "tired": 4}


def test_equal_turns_are_decided_by_the_stored_seed() -> None:
    """The same seed draws the same person, among several seeds different ones win."""
    people = tuple(person(f"p{number}") for number in range(6))
    question = ask((seat("a"),), people)
    assert propose(question) == propose(question)
    assert len({taken(propose(replace(question, seed=seed)))[0] for seed in range(12)}) > 1


def test_a_successor_who_holds_a_key_place_is_followed_in_turn() -> None:
    """The only fitting successor holds a key place: a colleague takes that place first, each with a handover."""
    seats = (seat("a"), seat("key", due=False, holder="p"))
    people = (person("p", holds="key"), person("q"))
    pairs = (Pair(SeatId("a"), PersonId("p")), Pair(SeatId("key"), PersonId("q")))
    (chain,) = propose(ask(seats, people, pairs)).chains
    first, second = chain.moves
    assert (first.person, first.leaves, second.person) == ("p", "key", "q")
    assert first.first == END - timedelta(days=14)
    assert (first.first - second.first).days == 15
    assert not first.short
    assert not second.short


def test_nobody_is_taken_from_a_seat_that_would_stay_empty() -> None:
    """A seat is not filled by opening another: the due one stays empty and is named."""
    seats = (seat("a"), seat("key", due=False, holder="p"))
    plan = propose(ask(seats, (person("p", holds="key"),), (Pair(SeatId("a"), PersonId("p")),)))
    assert plan.empty == ("a",)


def test_a_chain_too_late_for_its_handovers_gives_way_to_a_direct_successor() -> None:
    """With 20 days left a chain cannot keep two handovers: somebody free follows although it is less their turn."""
    seats = (seat("a", last=ON + timedelta(days=20)), seat("key", due=False, holder="p"))
    people = (person("p", holds="key"), person("q"), person("late", date(2026, 1, 1)))
    pairs = (
        Pair(SeatId("a"), PersonId("p")),
        Pair(SeatId("key"), PersonId("q")),
        Pair(SeatId("a"), PersonId("late"), price=5),
    )
    plan = propose(ask(seats, people, pairs))
    assert taken(plan) == ["late"]
    only_chain = propose(ask(seats, people, pairs[:2]))
    assert taken(only_chain) == ["p", "q"]
    assert only_chain.chains[0].moves[1].short


def test_a_unit_gives_no_more_than_its_share_while_others_can() -> None:
    """Of two from one unit with one place left the second stays while somebody of another unit is there."""
    two = (replace(person(name), unit=UnitId("U")) for name in ("p", "q"))
    people = (*two, person("r", date(2026, 1, 1)))
    question = replace(ask((seat("a"), seat("b")), people), spare={UnitId("U"): 1})
    assert len({"p", "q"} & set(taken(propose(question)))) == 1
    assert "r" in taken(propose(question))
    alone = replace(question, candidates=people[:2], pairs=every_pair(question.seats, people[:2]))
    assert set(taken(propose(alone))) == {"p", "q"}


def test_a_post_left_early_is_filled_within_its_days() -> None:
    """A vacancy has no holder to serve with; the successor begins by the day it must be filled."""
    by = ON + timedelta(days=15)
    (chain,) = propose(ask((seat("a", last=by, vacant=True),), (person("p"),))).chains
    assert (chain.moves[0].first, chain.moves[0].overlap, chain.moves[0].short) == (by, 0, False)


def test_a_person_or_seat_given_twice_is_refused() -> None:
    """What stands twice cannot be answered."""
    with pytest.raises(InputError):
        propose(ask((seat("a"), seat("a")), (person("p"),), ()))
    with pytest.raises(InputError):
        propose(ask((seat("a"),), (person("p"), person("p")), ()))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw due seats, some held by candidates, vacancies, and who may take what."""
    due = draw(st.integers(1, 5))
    held = draw(st.integers(0, 4))
    free = draw(st.integers(0, 8))
    lasts = st.integers(1, 90).map(lambda days: ON + timedelta(days=days))
    seats = [seat(f"d{n}", last=draw(lasts), vacant=draw(st.booleans())) for n in range(due)]
    seats += [seat(f"h{n}", due=False, holder=f"p{n}", last=END) for n in range(held)]
    years = st.one_of(st.none(), st.integers(0, 12).map(lambda n: ON - timedelta(days=365 * n)))
    people = [person(f"p{n}", draw(years), holds=f"h{n}") for n in range(held)]
    people += [person(f"q{n}", draw(years), overtime=draw(st.integers(0, 40))) for n in range(free)]
    pairs = [replace(one, allowed=draw(st.integers(0, 3)) > 0) for one in every_pair(seats, people)]
    return Question(ON, tuple(seats), tuple(people), tuple(pairs), draw(st.integers(0, 99)))


@given(questions())
def test_nobody_is_used_twice_and_only_where_allowed(question: Question) -> None:
    """Each person is moved once at most, to a seat they may take; each seat is taken once at most."""
    plan = propose(question)
    moves = [move for chain in plan.chains for move in chain.moves]
    assert len({move.person for move in moves}) == len(moves) == len({move.seat for move in moves})
    allowed = {(pair.seat, pair.person) for pair in question.pairs if pair.allowed}
    assert {(move.seat, move.person) for move in moves} <= allowed


@given(questions())
def test_every_seat_left_is_taken_by_the_next_of_the_chain(question: Question) -> None:
    """A chain ends with somebody who leaves nothing empty."""
    for chain in propose(question).chains:
        assert not chain.moves or chain.moves[-1].leaves is None
        for before, after in zip(chain.moves, chain.moves[1:], strict=False):
            assert before.leaves == after.seat


@given(questions())
def test_a_handover_is_kept_or_said_to_be_short(question: Question) -> None:
    """Both serve the days together that are asked for, unless the move says that it is too late for that."""
    seats = {one.id: one for one in question.seats}
    for chain in propose(question).chains:
        leaving = seats[chain.seat].last
        for move in chain.moves:
            one = seats[move.seat]
            assert move.first > question.on
            assert one.vacant or move.short or (leaving - move.first).days + 1 >= one.handover_days
            leaving = move.first - timedelta(days=1)


@given(st.integers(1, 6), st.integers(0, 4), st.integers(0, 99))
def test_no_seat_is_empty_when_there_are_enough_people(due: int, more: int, seed: int) -> None:
    """With as many free people as due seats, everybody fit for everything, every seat is filled."""
    seats = tuple(seat(f"d{n}") for n in range(due))
    people = tuple(person(f"p{n}") for n in range(due + more))
    assert propose(replace(ask(seats, people), seed=seed)).empty == ()


def test_terms_come_up_at_sixty_thirty_and_seven_days() -> None:
    """A term shows with the nearest of its marks; one beyond all of them does not; one left early always does."""

    def term(name: str, days: int, *, vacated: bool = False) -> Term:
        span = DateSpan(ON - timedelta(days=700), ON + timedelta(days=days))
        unit = UnitId("U")
        return Term(SeatId(name), BatchKind.RURAL, PersonId(name), unit, unit, "岗位", span, vacated)

    terms = (term("a", 61), term("b", 60), term("c", 30), term("d", 7), term("e", -3), term("f", 99, vacated=True))
    found = rules.due_terms(terms, ON, (60, 30, 7))
    assert [(one.term.id, one.within) for one in found] == [("e", 7), ("d", 7), ("c", 30), ("b", 60), ("f", 0)]


def test_the_score_adds_up() -> None:
    """Four and a half years give 45 points, never posted the most years and the bonus, overtime takes off."""
    weights = Weights()
    years = rules.score_of(person("p", date(2022, 5, 25)), ON, weights, 1)
    assert (years.tenths, years.total) == (45, 45)
    never = rules.score_of(person("q", overtime=12), ON, weights, 1)
    assert never.total == 100 + 30 - 12
