"""The fund as small as it can be: two cases, money for one and a half. States and money only; no database, no clock.

Whatever the real engine does must be an act of this table, with this effect. Written apart from it on purpose.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

COST, FIRST, MORE = 200_000, 100_000, 200_000
"""What a case asks for; what there is at first, and what may arrive: together one case and a half."""


class At(StrEnum):
    """Where a case is."""

    DECIDING = "deciding"
    RETURNED = "returned"
    WAITING = "waiting"
    PUBLIC = "public"
    FROZEN = "frozen"
    READY = "ready"
    BATCHED = "batched"
    SENT = "sent"
    FAILED = "failed"
    PAID = "paid"
    FOLLOWED = "followed"
    CLOSED = "closed"
    CLAWED_BACK = "clawed_back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


KEPT = frozenset({At.PUBLIC, At.FROZEN, At.READY, At.BATCHED, At.SENT, At.FAILED})
GIVEN = frozenset({At.PAID, At.FOLLOWED, At.CLOSED})
OVER = frozenset({At.CLOSED, At.CLAWED_BACK, At.REJECTED, At.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class State:
    """Both cases, whether each has hung on the board, who waits in which order, and the money."""

    at: tuple[At, At] = (At.DECIDING, At.DECIDING)
    shown: tuple[bool, bool] = (False, False)
    queue: tuple[int, ...] = ()
    came: int = FIRST
    kept: int = 0
    spent: int = 0

    @property
    def free(self) -> int:
        """What may still be given."""
        return self.came - self.kept - self.spent

    def put(self, case: int, place: At, **more: int) -> "State":
        """Return the state with a case elsewhere and sums changed by `more`."""
        at = (place, self.at[1]) if case == 0 else (self.at[0], place)
        sums = {name: getattr(self, name) + change for name, change in more.items()}
        return replace(
            self, at=at, queue=tuple(one for one in self.queue if one != case or place is At.WAITING), **sums
        )

    def hang(self, case: int, *, shown: bool) -> "State":
        """Return the state with a case that has hung, or has not."""
        both = list(self.shown)
        both[case] = shown
        return replace(self, shown=(both[0], both[1]))


Effect = Callable[[State, int], State]


@dataclass(frozen=True, slots=True)
class Move:
    """An act on a case: possible at `places`, with an effect. Acts on case 0 alone concern the house as a whole."""

    name: str
    places: frozenset[At]
    effect: Effect
    possible: Callable[[State], bool] = lambda _: True
    whole: bool = False


def approve(state: State, case: int) -> State:
    """Keep the money, or let the case wait behind the others."""
    if state.queue or state.free < COST:
        return replace(state.put(case, At.WAITING), queue=(*state.queue, case))
    return state.put(case, At.PUBLIC, kept=COST)


def give_up(place: At) -> Effect:
    """Return the effect of an end: what is kept is free again."""
    return lambda state, case: state.put(case, place, kept=-COST if state.at[case] in KEPT else 0)


def serve(state: State, _: int) -> State:
    """Serve whoever waits, first come first, while there is money."""
    while state.queue and state.free >= COST:
        state = state.put(state.queue[0], At.PUBLIC, kept=COST)
    return state


def _to(place: At, **more: int) -> Effect:
    return lambda state, case: state.put(case, place, **more)


def _shown(place: At, *, shown: bool) -> Effect:
    return lambda state, case: state.put(case, place).hang(case, shown=shown)


def _arrives(state: State, _: int) -> State:
    return replace(state, came=state.came + MORE)


_WITHDRAWABLE = frozenset({At.DECIDING, At.RETURNED, At.WAITING, At.PUBLIC, At.FROZEN, At.READY, At.BATCHED, At.FAILED})
_EVERY = frozenset(At)
MOVES: Mapping[str, Move] = {
    one.name: one
    for one in (
        Move("approve", frozenset({At.DECIDING}), approve),
        Move("return", frozenset({At.DECIDING}), _to(At.RETURNED)),
        Move("refuse", frozenset({At.DECIDING}), _to(At.REJECTED)),
        Move("resubmit", frozenset({At.RETURNED}), _to(At.DECIDING)),
        Move("office_refuses", frozenset({At.WAITING, At.FAILED}), give_up(At.REJECTED)),
        Move("withdraw", _WITHDRAWABLE, give_up(At.WITHDRAWN)),
        Move("list_ends", frozenset({At.PUBLIC}), _shown(At.READY, shown=True)),
        Move("objection", frozenset({At.PUBLIC, At.READY, At.BATCHED}), _shown(At.FROZEN, shown=False)),
        Move("dismiss", frozenset({At.FROZEN}), _to(At.PUBLIC)),
        Move("uphold", frozenset({At.FROZEN}), give_up(At.REJECTED)),
        Move("batch", frozenset({At.READY}), _to(At.BATCHED)),
        Move("dissolve", frozenset({At.BATCHED}), _to(At.READY)),
        Move("send", frozenset({At.BATCHED}), _to(At.SENT)),
        Move("bank_paid", frozenset({At.SENT}), _to(At.PAID, kept=-COST, spent=COST)),
        Move("bank_again", frozenset({At.PAID}), lambda state, _: state),
        Move("bank_failed", frozenset({At.SENT}), _to(At.FAILED)),
        Move("correct", frozenset({At.FAILED}), _to(At.READY)),
        Move("hand_over", frozenset({At.PAID}), _to(At.FOLLOWED)),
        Move("close", frozenset({At.FOLLOWED}), _to(At.CLOSED)),
        Move("refund", GIVEN, _to(At.CLAWED_BACK, spent=-COST)),
        Move("money_arrives", _EVERY, _arrives, lambda state: state.came == FIRST, whole=True),
        Move("serve", _EVERY, serve, lambda state: bool(state.queue), whole=True),
    )
}


@dataclass(frozen=True, slots=True)
class Edge:
    """From a state, an act on a case leads to another."""

    before: State
    name: str
    case: int
    after: State


def edges(state: State, moves: Mapping[str, Move] = MOVES) -> Iterator[Edge]:
    """Yield whatever may happen in a state."""
    for move in moves.values():
        for case in (0,) if move.whole else (0, 1):
            if state.at[case] in move.places and move.possible(state):
                yield Edge(state, move.name, case, move.effect(state, case))


def mirrored(state: State) -> State:
    """Return the state with the cases exchanged."""
    queue = tuple(1 - case for case in state.queue)
    return replace(state, at=(state.at[1], state.at[0]), shown=(state.shown[1], state.shown[0]), queue=queue)


def explore(moves: Mapping[str, Move] = MOVES, *, most: int = 5_000, mirrors: bool = True) -> dict[State, Edge | None]:
    """Return every reachable state with the edge by which it is first reached: the shortest way, the first state None.

    Without `mirrors` a state is left out when the same is known with the cases exchanged. A table with a defect may
    have endless states; beyond `most` it is not followed.
    """
    found: dict[State, Edge | None] = {State(): None}
    level = [State()]
    while level and len(found) < most:
        fresh = []
        for edge in (one for state in level for one in edges(state, moves)):
            if edge.after not in found and (mirrors or mirrored(edge.after) not in found):
                found[edge.after] = edge
                fresh.append(edge.after)
        level = fresh
    return found


def way_to(state: State, found: Mapping[State, Edge | None]) -> tuple[Edge, ...]:
    """Return the shortest way to a state."""
    way: list[Edge] = []
    edge = found[state]
    while edge is not None:
        way.append(edge)
        edge = found[edge.before]
    return tuple(reversed(way))


def wrong(edge: Edge) -> str:
    """Return what is wrong about an edge, whatever the table says; empty when nothing is."""
    before, after = edge.before, edge.after
    waiting = {case for case, place in enumerate(after.at) if place is At.WAITING}
    granted = [case for case in (0, 1) if after.at[case] is At.PUBLIC and before.at[case] in {At.DECIDING, At.WAITING}]
    steps = list(zip(before.at, after.at, strict=True))
    found = {
        "kept money is not that of the cases": after.kept != COST * sum(place in KEPT for place in after.at),
        "spent money is not that of the cases": after.spent != COST * sum(place in GIVEN for place in after.at),
        "more is given than came": after.free < 0,
        "somebody is paid who did not hang": any(
            place in {At.SENT, *GIVEN} and not shown for place, shown in zip(after.at, after.shown, strict=True)
        ),
        "somebody overtakes": any(case != before.queue[0] for case in granted) if before.queue else False,
        "an end is left": any(was in OVER and now not in {was, At.CLAWED_BACK} for was, now in steps),
        "the queue is not who waits": set(after.queue) != waiting,
    }
    return next((sentence for sentence, broken in found.items() if broken), "")
