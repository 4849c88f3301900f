"""What hangs on the notice board."""

from dataclasses import replace
from pathlib import Path

import pytest

from djflow.core.errors import ConfigError
from djflow.notify.texts import Texts
from djflow.roster.outputs import notice
from djflow.roster.views import SessionState
from tests.roster.books import december_board, december_book

TEXTS = Texts(Path(__file__).parents[2] / "config" / "texts")


def test_notice_states_what_the_public_must_know() -> None:
    """The notice states market, rule, date, hours, place, units, services, leader, telephones and date of issue."""
    board = december_board()
    text = notice.render(TEXTS, board)
    assert text.startswith("2026年12月“干部群众面对面”赶场便民服务安排公示")
    first = board.sessions[0]
    row = text.partition("\n1. ")[2].partition("\n2. ")[0]
    assert row.startswith("12月1日")
    for words in (board.markets[0].name, board.markets[0].rule, "星期二", "09:00—12:00", first.place, first.leader):
        assert words is not None
        assert words in row
    assert all(unit in row for unit in first.units)
    assert all(service in row for service in first.services)
    assert board.supervision_phone in text
    assert all(market.town_phone in text for market in board.markets)
    assert board.changes[0].text in text
    assert text.endswith("2026年11月20日")


def test_notice_has_one_entry_a_session() -> None:
    """The notice numbers its sessions and says of each where it is."""
    board = december_board()
    text = notice.render(TEXTS, board)
    assert text.count("\n   地点：") == len(board.sessions)
    assert f"\n{len(board.sessions)}. " in text
    assert "|" not in text


def test_notice_names_nobody_but_the_leader() -> None:
    """Nobody but the team leaders is named in the notice."""
    board = december_board()
    text = notice.render(TEXTS, board)
    leaders = {session.leader.partition("（")[0] for session in board.sessions}
    names = {load.person_name for load in december_book().loads} - leaders
    assert [name for name in sorted(names) if name in text] == []


def test_cancelled_and_undecided_sessions_are_said() -> None:
    """A cancelled session says so, an undecided one is called 待定."""
    board = december_board()
    first = replace(board.sessions[0], state=SessionState.CANCELLED, note="场镇停市", leader="", units=())
    text = notice.render(TEXTS, replace(board, sessions=(first,), changes=()))
    assert "停办：场镇停市" in text
    assert "待定" in text
    assert "变更说明" not in text


def test_missing_text_is_named(tmp_path: Path) -> None:
    """A missing text is named."""
    with pytest.raises(ConfigError, match="public/duty_notice"):
        notice.render(Texts(tmp_path), december_board())
