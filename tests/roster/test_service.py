"""A month's roster in the house: kept, published, amended, voided – once, whoever presses the button."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId, RosterId
from djflow.db.session import Database
from djflow.notify import service as notify
from djflow.notify import store as outbox
from djflow.notify.model import MessageState
from djflow.roster import reading, service, store
from djflow.roster.model import LEADER_POST
from djflow.roster.notices import Wording
from djflow.roster.record import Duty, cancelled
from djflow.roster.service import Amendment, Publication
from djflow.roster.views import RosterState
from tests.notify.messages import planned
from tests.roster.district import MONTH, QUALITY, draft, frame, kept, settle

LATER = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def ids(database: Database, now: datetime) -> dict[str, PersonId]:
    """The people of a small district."""
    with database.transaction() as session:
        return settle(session, now)


def _wording(ids: dict[str, PersonId]) -> Wording:
    return Wording({person: f"甲{code}" for code, person in ids.items()})


def _keep(database: Database, ids: dict[str, PersonId], now: datetime) -> RosterId:
    with database.transaction() as session:
        return service.keep_draft(session, draft(ids), by="test", now=now).roster_id


def _publish(database: Database, ids: dict[str, PersonId], roster_id: RosterId, now: datetime) -> Publication:
    with database.transaction() as session:
        return service.publish(session, roster_id, _wording(ids), by="test", now=now)


def _notices(session: Session) -> list[tuple[str, str]]:
    return sorted((n["kind"], n["recipient"]) for n in notify.listing(session) if n["state"] == "pending")


def test_a_draft_is_read_back_as_it_was_kept(database: Database, ids: dict[str, PersonId], now: datetime) -> None:
    """What the solver found comes back from the database place by place."""
    roster_id = _keep(database, ids, now)
    with database.reading() as session:
        found = service.content(session, roster_id)
        assert sorted(found.duties) == sorted(kept(ids).duties)
        assert found.sessions == kept(ids).sessions
        assert service.standing_in(session, MONTH) == service.standing_of(session, roster_id)
        assert store.month_row(session, MONTH.following) is None


def test_publishing_tells_everybody_once_and_credits_leave(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """Publication tells each person with a duty, credits Saturday's leave, and the second press changes nothing."""
    roster_id = _keep(database, ids, now)
    first = _publish(database, ids, roster_id, now)
    again = _publish(database, ids, roster_id, LATER)
    assert (first.already, first.told, first.standing.version) == (False, 6, 1)
    assert (again.already, again.told, again.standing.version) == (True, 0, 1)
    with database.reading() as session:
        assert len(_notices(session)) == 6
        assert store.comp_leave(session, MONTH) == {ids["C01"]: 1}
        actions = [e.action for e in audit.history(session, service.subject_of(roster_id))]
        assert actions == ["roster.draft", "roster.publish"]


def test_two_coordinators_publish_at_the_same_moment(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """Eight simultaneous presses give one publication and seven answers that it is done."""
    roster_id = _keep(database, ids, now)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: _publish(database, ids, roster_id, now), range(8)))
    assert sorted(result.already for result in results) == [False] + [True] * 7
    assert sum(result.told for result in results) == 6
    with database.reading() as session:
        assert [row.version for row in store.versions(session, MONTH)] == [1]
        assert audit.verify(session).intact


def test_two_drafts_of_one_month_cannot_exist(database: Database, ids: dict[str, PersonId], now: datetime) -> None:
    """A month has one open draft; the second is refused and leaves nothing behind."""
    _keep(database, ids, now)
    with pytest.raises(ConflictError, match="2026年12月"):
        _keep(database, ids, now)
    with database.reading() as session:
        assert len(service.open_drafts(session)) == 1


def test_regenerating_voids_the_draft_and_counts_the_round(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """A new draft replaces the old one, which stays readable as void with its reason; it cannot be published."""
    old = _keep(database, ids, now)
    with database.transaction() as session:
        new = service.replace_draft(session, old, draft(ids), reason="领导出差多", by="test", now=now)
    assert (new.round, new.state) == (2, RosterState.REVIEW)
    with database.reading() as session:
        assert service.standing_of(session, old).state is RosterState.VOID
    with pytest.raises(ConflictError, match="已作废"):
        _publish(database, ids, old, now)


def test_a_reason_is_demanded(database: Database, ids: dict[str, PersonId], now: datetime) -> None:
    """Whoever throws a draft away says why; blanks are no reason, and nothing is changed."""
    roster_id = _keep(database, ids, now)
    with pytest.raises(InputError, match="理由"), database.transaction() as session:
        service.void(session, roster_id, reason="  ", by="test", now=now)
    with database.transaction() as session:
        assert service.void(session, roster_id, reason="口径有误", by="test", now=now).state is RosterState.VOID
        assert service.void(session, roster_id, reason="口径有误", by="test", now=now).state is RosterState.VOID
        assert service.standing_in(session, MONTH) is None


def test_a_published_roster_cannot_be_voided_as_a_draft(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """What people were told cannot be thrown away like a draft."""
    roster_id = _keep(database, ids, now)
    _publish(database, ids, roster_id, now)
    with pytest.raises(ConflictError, match="已发布"), database.transaction() as session:
        service.void(session, roster_id, reason="x", by="test", now=now)


def _amend(database: Database, ids: dict[str, PersonId], base: RosterId, after: tuple[Duty, ...]) -> Publication:
    amendment = Amendment(base, replace(kept(ids), duties=after), QUALITY, "absence")
    with database.transaction() as session:
        return service.amend(session, amendment, _wording(ids), by="test", now=LATER)


def _swapped(ids: dict[str, PersonId], old: str, new: str) -> tuple[Duty, ...]:
    return tuple(replace(d, person=ids[new]) if d.person == ids[old] else d for d in kept(ids).duties)


def _deliver(database: Database, now: datetime) -> None:
    """Everybody has heard of what was pending."""
    with database.transaction() as session:
        for notice in notify.listing(session):
            planned(session, notice["id"], MessageState.ACCEPTED, now)


def test_an_amendment_tells_only_who_is_concerned(database: Database, ids: dict[str, PersonId], now: datetime) -> None:
    """One person falls out, another steps in: exactly these two hear of it, and the old version stays as it was."""
    base = _keep(database, ids, now)
    _publish(database, ids, base, now)
    _deliver(database, now)
    done = _amend(database, ids, base, _swapped(ids, "A03", "A04"))
    assert (done.standing.version, done.told) == (2, 2)
    with database.reading() as session:
        assert _notices(session) == sorted([("duty_assigned", ids["A04"]), ("duty_removed", ids["A03"])])
        assert service.standing_of(session, base).state is RosterState.AMENDED
        lines = reading.version_difference(session, done.standing.roster_id)
        assert [(line.before_code, line.after_code, line.on) for line in lines] == [("A03", "A04", date(2026, 12, 8))]


def test_a_change_taken_back_before_anybody_heard_is_not_told(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """When the second amendment undoes the first before its notices went out, nobody is told anything."""
    base = _keep(database, ids, now)
    _publish(database, ids, base, now)
    _deliver(database, now)
    second = _amend(database, ids, base, _swapped(ids, "A03", "A04"))
    third = _amend(database, ids, second.standing.roster_id, kept(ids).duties)
    assert third.told == 0
    with database.reading() as session:
        assert _notices(session) == []


def test_whoever_has_not_heard_the_first_version_is_told_the_sum(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """A person removed before hearing of the duty is told nothing; the one who steps in is told."""
    base = _keep(database, ids, now)
    _publish(database, ids, base, now)
    _amend(database, ids, base, _swapped(ids, "A03", "A04"))
    with database.reading() as session:
        recipients = [recipient for _, recipient in _notices(session)]
    assert ids["A03"] not in recipients
    assert recipients.count(ids["A04"]) == 1
    assert len(recipients) == 6


def test_a_duty_that_two_changes_left_alone_is_still_told(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """Two changes before the first notice went out: the duty that stood all along is told when the messages go."""
    base = _keep(database, ids, now)
    _publish(database, ids, base, now)
    extra = Duty("longjie@2026-12-26", "综合受理", ids["A03"])
    second = _amend(database, ids, base, (*kept(ids).duties, extra))
    _amend(database, ids, second.standing.roster_id, kept(ids).duties)
    with database.reading() as session:
        waiting = [
            row for row in outbox.listing(session) if row.recipient == ids["A03"] and row.state.value == "pending"
        ]
        told = [json.loads(row.payload) for row in waiting]
    assert [(values["added"], values["removed"]) for values in told] == [("12月8日周二09:00大仓（综合受理）", "")]


def test_an_amendment_of_an_old_version_is_refused(database: Database, ids: dict[str, PersonId], now: datetime) -> None:
    """Two repairs of the same version: the second is refused, nothing of it stays."""
    base = _keep(database, ids, now)
    _publish(database, ids, base, now)
    _amend(database, ids, base, _swapped(ids, "A03", "A04"))
    with pytest.raises(ConflictError, match="新的版本"):
        _amend(database, ids, base, _swapped(ids, "B01", "A01"))
    with database.reading() as session:
        assert [row.version for row in store.versions(session, MONTH)] == [1, 2]


def test_a_cancelled_session_is_told_with_its_notice_and_takes_the_leave_back(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """A closed Saturday market frees its people, withdraws their leave and stands on the board with the reason."""
    base = _keep(database, ids, now)
    _publish(database, ids, base, now)
    _deliver(database, now)
    note = "因防汛，原定12月26日龙街的赶场服务取消"
    after = cancelled(kept(ids), "longjie@2026-12-26", note)
    with database.transaction() as session:
        done = service.amend(session, Amendment(base, after, QUALITY, "closure"), _wording(ids), by="t", now=LATER)
    assert done.told == 1
    with database.reading() as session:
        assert _notices(session) == [("closure", ids["C01"])]
        assert store.comp_leave(session, MONTH) == {}
        board = reading.board(session, MONTH, (), frame())
        assert board is not None
        assert [change.text for change in board.changes] == [f"{note}。"]
        assert board.sessions[-1].note == note


def test_the_board_keeps_only_the_last_word_about_a_session(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """Another leader, then a third one: the board corrects once; cancelled at last, it says only that."""
    base = _keep(database, ids, now)
    _publish(database, ids, base, now)
    for code in ("B01", "C01"):
        base = _amend(database, ids, base, _swapped(ids, "A01", code)).standing.roster_id
    with database.reading() as session:
        board = reading.board(session, MONTH, (), frame())
    assert board is not None
    leads = [change.text for change in board.changes if change.text.startswith("12月1日大仓的带队领导")]
    assert leads == ["12月1日大仓的带队领导调整为：甲C01（大仓镇副局长）。"]
    off = cancelled(kept(ids), "dacang@2026-12-01", "因防汛，原定12月1日大仓的赶场服务取消")
    with database.transaction() as session:
        service.amend(session, Amendment(base, off, QUALITY, "closure"), _wording(ids), by="t", now=LATER)
    with database.reading() as session:
        board = reading.board(session, MONTH, (), frame())
    assert board is not None
    assert [change.text for change in board.changes if "12月1日" in change.text] == [
        "因防汛，原定12月1日大仓的赶场服务取消。"
    ]


def test_the_board_names_units_services_and_leader_but_nobody_else(
    database: Database, ids: dict[str, PersonId], now: datetime
) -> None:
    """The public sees departments in official order, services and the leader; no other name appears."""
    _publish(database, ids, _keep(database, ids, now), now)
    with database.reading() as session:
        board = reading.board(session, MONTH, (), frame())
    assert board is not None
    first = board.sessions[0]
    assert first.units == ("人力资源和社会保障局", "大仓镇")
    assert first.services == ("事项受理、帮办代办",)
    assert first.leader == "甲A01（人力资源和社会保障局副局长）"
    assert "甲C02" not in repr(board)
    assert board.sessions[2].gaps == ("综合受理",)


def test_the_book_lists_every_duty_with_load(database: Database, ids: dict[str, PersonId], now: datetime) -> None:
    """The office's book has each duty once and everybody's points beside the target."""
    roster_id = _keep(database, ids, now)
    with database.reading() as session:
        book = reading.book(session, roster_id, frame())
    assert len(book.lines) == 6
    loads = {load.person_code: (load.history, load.load, load.duties) for load in book.loads}
    assert loads["C01"] == (3, 3, 1)
    assert loads["A02"] == (3, 0, 0)
    assert [line.post for line in book.lines if line.event == "dacang@2026-12-01"] == [LEADER_POST, "综合受理", ""]


def test_a_roster_nobody_knows(database: Database) -> None:
    """An unknown number is answered with the command that lists what there is."""
    with pytest.raises(NotFoundError, match="djflow roster list"), database.reading() as session:
        service.standing_of(session, RosterId("0" * 32))
