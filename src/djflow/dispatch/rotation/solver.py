"""Who follows whom, all seats at once: one assignment of seats to people.

Rows are the due seats and the seats held by candidates; columns are the candidates and, for each seat, nobody. Staying
on one's own seat costs nothing, being moved costs points, an empty seat costs more than all moves together: so a chain
(a successor who frees another seat, which is filled in turn) is found as part of one optimum and never leaves a gap,
and nobody is used twice. Seats whose chain would begin too late for its handovers, and people above their unit's
share, are made dear and the assignment is solved again, until nothing more is improved.
Source: Kuhn, The Hungarian method for the assignment problem, 1955.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from djflow.core.errors import InputError
from djflow.core.ids import PersonId, UnitId
from djflow.dispatch.rotation.model import Candidate, Chain, Explained, Move, Pair, Plan, Question, Score, Seat, SeatId
from djflow.dispatch.rotation.rules import begins, score_of

_LOTS = 10_000
_ROUNDS = 40
_Key = tuple[SeatId, PersonId]


@dataclass(slots=True)
class _Search:
    """The question prepared: prices of pairs, and those made dear on the way."""

    question: Question
    seats: Mapping[SeatId, Seat]
    people: Mapping[PersonId, Candidate]
    scores: Mapping[PersonId, Score]
    pairs: Mapping[_Key, Pair]
    dear: dict[_Key, int] = field(default_factory=dict)

    def price(self, key: _Key) -> int:
        """Return the points of a pair; a better turn is cheaper, a move from another seat dearer."""
        best = max(one.total for one in self.scores.values())
        person = self.people[key[1]]
        moved = self.question.weights.chain if person.seat is not None else 0
        return 1 + best - self.scores[key[1]].total + self.pairs[key].price + moved


def propose(question: Question) -> Plan:
    """Return a chain for every due seat and why; the same question gives the same plan on every machine.

    Raises: InputError for a seat or a person given twice.
    """
    search = _prepared(question)
    chosen = _assigned(search)
    for _ in range(_ROUNDS):
        faults = {*_late(search, chosen), *_above_share(search, chosen)} - set(search.dear)
        if not faults:
            break
        search.dear.update(dict.fromkeys(faults, 1))
        chosen = _assigned(search)
    chains = tuple(Chain(seat.id, _moves(search, chosen, seat)) for seat in question.seats if seat.due)
    return Plan(chains, tuple(_explained(search, chosen)))


def _prepared(question: Question) -> _Search:
    seats = {one.id: one for one in question.seats}
    # Whoever's own term ends is on the way home: not a candidate for the next seat.
    leaving = {seat.holder for seat in question.seats if seat.due}
    # Nor can anybody be taken from a seat that nobody said how to fill again.
    people = {
        one.person: one
        for one in question.candidates
        if one.person not in leaving and (one.seat is None or one.seat in seats)
    }
    if len(seats) != len(question.seats) or len({one.person for one in question.candidates}) != len(
        question.candidates
    ):
        raise InputError("同一个岗位或同一个人列了两次：请核对后再算。", code="rotation.twice")
    scores = {key: score_of(one, question.on, question.weights, question.seed) for key, one in people.items()}
    pairs = {(one.seat, one.person): one for one in question.pairs if one.seat in seats and one.person in people}
    return _Search(question, seats, people, scores, pairs)


def _assigned(search: _Search) -> dict[SeatId, PersonId]:
    rows, columns = sorted(search.seats), sorted(search.people)
    if not rows or not columns:
        return {}
    allowed = {key: search.price(key) for key, pair in search.pairs.items() if pair.allowed}
    dear = 1 + (len(rows) + 1) * max(allowed.values(), default=0)
    empty = (len(rows) + 1) * (dear + 1)
    scale = _LOTS * (len(rows) + 1)
    cost = np.full((len(rows), len(columns) + len(rows)), float(scale * empty))
    row_of = {seat: number for number, seat in enumerate(rows)}
    column_of = {person: number for number, person in enumerate(columns)}
    cost[:, : len(columns)] = np.inf
    for key, price in allowed.items():
        points = price + (dear if key in search.dear else 0)
        cost[row_of[key[0]], column_of[key[1]]] = scale * points + search.scores[key[1]].lot
    for person in search.people.values():
        if person.seat in row_of and not search.seats[person.seat].due:
            cost[row_of[person.seat], column_of[person.person]] = 0.0
    found = zip(*linear_sum_assignment(cost), strict=True)
    return {rows[row]: columns[column] for row, column in found if column < len(columns)}


def _moves(search: _Search, chosen: Mapping[SeatId, PersonId], due: Seat) -> tuple[Move, ...]:
    moves: list[Move] = []
    seat, leaving = due, due.last
    while (person := chosen.get(seat.id)) is not None and person != seat.holder:
        first, overlap, short = begins(seat, leaving, search.question.on)
        held = search.people[person].seat
        leaves = search.seats.get(held) if held is not None else None
        moves.append(Move(seat.id, person, first, overlap, leaves.id if leaves else None, short))
        if leaves is None:
            break
        seat, leaving = leaves, first - first.resolution
    return tuple(moves)


def _late(search: _Search, chosen: Mapping[SeatId, PersonId]) -> Iterator[_Key]:
    for seat in search.question.seats:
        moves = _moves(search, chosen, seat) if seat.due else ()
        if any(move.short for move in moves[1:]):
            yield moves[0].seat, moves[0].person


def _above_share(search: _Search, chosen: Mapping[SeatId, PersonId]) -> Iterator[_Key]:
    leaving: dict[UnitId, list[_Key]] = defaultdict(list)
    for seat, person in chosen.items():
        one = search.people[person]
        if one.seat is None:
            leaving[one.unit].append((seat, person))
    for unit, keys in leaving.items():
        spare = search.question.spare.get(unit, len(keys))
        ranked = sorted(keys, key=lambda key: (-search.scores[key[1]].total, search.scores[key[1]].lot, key))
        for _, person in ranked[max(0, spare) :]:
            yield from (key for key in search.pairs if key[1] == person)


def _explained(search: _Search, chosen: Mapping[SeatId, PersonId]) -> Iterator[Explained]:
    for seat in search.question.seats:
        if not seat.due:
            continue
        mine = [pair for key, pair in search.pairs.items() if key[0] == seat.id]
        mine.sort(key=lambda pair: (not pair.allowed, *_order(search, pair)))
        for number, pair in enumerate(mine, start=1):
            dear = ("会使后续接任来不及交接，或超过本单位可派比例",) if (seat.id, pair.person) in search.dear else ()
            yield Explained(
                seat=seat.id,
                person=pair.person,
                score=search.scores[pair.person],
                allowed=pair.allowed,
                rank=number if pair.allowed else 0,
                chosen=chosen.get(seat.id) == pair.person,
                remarks=(*pair.remarks, *dear),
            )


def _order(search: _Search, pair: Pair) -> tuple[int, int, str]:
    return search.price((pair.seat, pair.person)), search.scores[pair.person].lot, pair.person
