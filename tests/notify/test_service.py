"""The outbox: told once, told in time, never told when it is no longer true."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.notify import service
from djflow.notify.channels import FileChannel, MemoryChannel
from djflow.notify.model import Intent, Message, NoticeKind

SUBJECT = Subject("roster.month", "2026-12")


def _intent(now: datetime, recipient: str = "p1", version: int = 1) -> Intent:
    values = {"name": "甲", "added": "12月1日", "removed": ""}
    until = now + timedelta(days=1)
    kind = NoticeKind.DUTY_ASSIGNED
    return Intent(kind, SUBJECT, version, recipient, "change", "sms/roster_change", now, until, values)


def test_the_same_thing_is_written_once(database: Database, now: datetime) -> None:
    """However often a flow repeats itself, one notice per person and version stands in the outbox."""
    with database.transaction() as session:
        assert service.enqueue(session, [_intent(now), _intent(now), _intent(now, "p2")], now=now) == 2
    with database.transaction() as session:
        assert service.enqueue(session, [_intent(now), _intent(now, version=2)], now=now) == 1


def test_an_undone_change_leaves_no_notice(database: Database, now: datetime) -> None:
    """When the change fails, its notice is gone with it."""

    def failing_change() -> None:
        with database.transaction() as session:
            service.enqueue(session, [_intent(now)], now=now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_change()
    with database.reading() as session:
        assert service.listing(session) == ()


def test_what_is_not_due_waits_and_what_is_late_is_never_sent(database: Database, now: datetime) -> None:
    """A notice is taken from its due moment on until it expires; yesterday's is marked stale."""
    future = replace(_intent(now, "later"), due_at=now + timedelta(hours=1))
    past = replace(_intent(now, "late"), due_at=now - timedelta(hours=2), expires_at=now)
    with database.transaction() as session:
        service.enqueue(session, [_intent(now), future, past], now=now)
    with database.transaction() as session:
        assert [message.recipient for message in service.take_due(session, now)] == ["p1"]
    with database.reading() as session:
        states = {notice["recipient"]: notice["state"] for notice in service.listing(session)}
    assert states == {"p1": "pending", "later": "pending", "late": "stale"}


def test_a_withdrawn_notice_is_not_sent(database: Database, now: datetime) -> None:
    """A notice that another version overtook is withdrawn for this person only."""
    with database.transaction() as session:
        service.enqueue(session, [_intent(now), _intent(now, "p2")], now=now)
        service.withdraw(session, SUBJECT, "p1")
        assert service.heard_before(session, SUBJECT) == {"p2": 0}
        assert [message.recipient for message in service.take_due(session, now)] == ["p2"]


def _message(key: str, now: datetime) -> Message:
    return Message(key, key, NoticeKind.CLOSURE, "p1", "sms/closure", {}, now, now)


def test_the_file_takes_a_message_once(tmp_path: Path, now: datetime) -> None:
    """A repeat after a crash finds the key in the file and adds nothing; the file is the owner's alone."""
    path = tmp_path / "messages.jsonl"
    for _ in range(2):
        channel = FileChannel(path)
        channel.send(_message("k1", now), "第一条")
        channel.send(_message("k2", now), "第二条")
    assert len(path.read_text("utf-8").splitlines()) == 2
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.integers(1, 60))
def test_a_line_cut_by_a_crash_is_written_again(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    """Whatever a crash leaves of the last line, the next start completes it and loses nothing before it."""
    path = tmp_path_factory.mktemp("cut") / "messages.jsonl"
    at = datetime.fromisoformat("2026-11-18T09:00:00+08:00")
    FileChannel(path).send(_message("k1", at), "第一条")
    whole = path.read_bytes()
    FileChannel(path).send(_message("k2", at), "第二条")
    path.write_bytes(path.read_bytes()[: len(whole) + cut])
    FileChannel(path).send(_message("k2", at), "第二条")
    keys = [line.split('"key": "')[1][:2] for line in path.read_text("utf-8").splitlines()]
    assert keys == ["k1", "k2"]


def test_memory_keeps_one_of_each(now: datetime) -> None:
    """The rehearsal channel keeps the first of two messages with one key."""
    channel = MemoryChannel()
    channel.send(_message("k1", now), "甲")
    channel.send(_message("k1", now), "乙")
    assert [text for _, text in channel.sent.values()] == ["甲"]
