"""The small model against the real service: every act in every state, and seven defects that must be found."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from djflow.core.errors import DjflowError
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.ledger import service as ledger
from tests.conftest import TEST_VAULT
from tests.fund.joined import small
from tests.fund.joined.played import Player, Seen, players
from tests.fund.joined.small import COST, At, Edge, Effect, Move, State
from tests.fund.running.town import DESK


@pytest.fixture
def player(sqlite_template: Path, tmp_path: Path) -> Iterator[Player]:
    """The small town in a transaction that is thrown away."""
    path = tmp_path / "house.db"
    shutil.copy(sqlite_template, path)
    engine = open_engine(sqlite_url(path))
    database = Database(engine, TEST_VAULT)
    with database._session(writing=True) as session:
        yield players(database, tmp_path, session)
    engine.dispose()


def test_the_model_itself_breaks_no_rule() -> None:
    """In no reachable state is more given than came, is anybody paid who did not hang, does anybody overtake."""
    found = small.explore()
    assert {small.wrong(edge) for state in found for edge in small.edges(state)} == {""}
    assert len(found) == 235


def test_every_act_in_every_state_does_what_the_model_says(player: Player) -> None:
    """All reachable states of two cases and money for one and a half: states, queue and sums agree after every act.

    Of two states that differ by which case is which only one is played.
    """
    found = small.explore(mirrors=False)
    played = 0

    def walk(state: State) -> None:
        nonlocal played
        at_rest(player)
        for edge in small.edges(state):
            with player.undone():
                player.play(edge)
                played += 1
                assert player.seen() == Seen.of(edge.after), (edge, words(small.way_to(state, found)))
                if found.get(edge.after) == edge:
                    walk(edge.after)

    walk(State())
    assert (len(found), played) == (123, 421)


def at_rest(player: Player) -> None:
    """Look that the books prove and nothing was left behind."""
    with player.town.database.reading() as session:
        assert ledger.verify(session).intact
        assert fund.left_behind(session, DESK, now=player.town.now) == ()


def words(way: Iterable[Edge]) -> list[str]:
    """Return the names of acts."""
    return [edge.name for edge in way]


def planted(name: str, effect: Effect, *more: At) -> Mapping[str, Move]:
    """Return the model with another effect of an act, possible at `more` places."""
    sound = small.MOVES[name]
    return {**small.MOVES, name: replace(sound, effect=effect, places=sound.places | set(more))}


def kept_once_more(state: State, case: int) -> State:
    """Approve, and keep the money twice."""
    after = small.approve(state, case)
    return replace(after, kept=after.kept + COST) if after.kept > state.kept else after


def last_first(state: State, _: int) -> State:
    """Serve whoever came last."""
    return state.put(state.queue[-1], At.PUBLIC, kept=COST) if state.free >= COST else state


DEFECTS: Mapping[str, Mapping[str, Move]] = {
    "money is kept twice": planted("approve", kept_once_more),
    "paid without keeping": planted("bank_paid", lambda state, case: state.put(case, At.PAID, spent=COST)),
    "paid before the list ends": planted("batch", small.MOVES["batch"].effect, At.PUBLIC),
    "withdrawn and not given back": planted("withdraw", lambda state, case: state.put(case, At.WITHDRAWN)),
    "the queue is served from its end": planted("serve", last_first),
    "a file read twice pays twice": planted("bank_again", lambda state, case: state.put(case, At.PAID, spent=COST)),
    "approved without money": planted("approve", lambda state, case: state.put(case, At.PUBLIC, kept=COST)),
    "an upheld objection keeps the money": planted("uphold", lambda state, case: state.put(case, At.REJECTED)),
}
"""Mistakes somebody could build into the service, as the model would have them."""


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(player: Player, name: str) -> None:
    """Looking at every state finds the mistake, and on the way to it the real service does something else."""
    moves = DEFECTS[name]
    found = small.explore(moves, most=2_000)
    mistake = next(edge for state in found for edge in small.edges(state, moves) if small.wrong(edge))
    assert any(differs(player, edge) for edge in (*small.way_to(mistake.before, found), mistake))


def differs(player: Player, edge: Edge) -> bool:
    """Do an act and return whether the real service refuses it or comes to another state."""
    try:
        player.play(edge)
    except DjflowError:
        return True
    return player.seen() != Seen.of(edge.after)
