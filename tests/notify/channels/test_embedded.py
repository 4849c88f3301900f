import asyncio
import json
from pathlib import Path

import pytest

from djflow.core.errors import InputError
from djflow.notify.channels.base import Verdict
from djflow.notify.channels.embedded import FileOutlet, MemoryOutlet
from tests.notify.channels.talk import NOW, message


def test_the_file_takes_each_message_once(tmp_path: Path) -> None:
    """Sent twice, before and after a restart, a message is one line that only the owner can read."""
    path = tmp_path / "outbox" / "messages.jsonl"

    async def run() -> None:
        for _ in range(2):
            outlet = FileOutlet("file", path)
            await outlet.start()
            await outlet.send([message(1), message(2)])
            await outlet.send([message(2), message(3)])
            await outlet.close()

    asyncio.run(run())
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["key"] for line in lines] == ["m1", "m2", "m3"]
    assert lines[0]["text"] == message(1).text
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_cut_by_a_crash_is_written_again(tmp_path: Path) -> None:
    """A half line is not a message; the next start removes it and takes the message anew."""
    path = tmp_path / "messages.jsonl"
    path.write_bytes(b'{"key": "m1"}\n{"key": "m2", "te')

    async def run() -> list[Verdict]:
        outlet = FileOutlet("file", path)
        await outlet.start()
        known = await outlet.query(["m1", "m2"], ["", ""])
        await outlet.send([message(2)])
        return [one.verdict for one in known]

    assert asyncio.run(run()) == [Verdict.ACCEPTED, Verdict.TRANSIENT]
    assert [json.loads(line)["key"] for line in path.read_text("utf-8").splitlines()] == ["m1", "m2"]


def test_a_disk_that_refuses_loses_nothing(tmp_path: Path) -> None:
    """When the file cannot be written, the message waits."""
    (tmp_path / "messages.jsonl").mkdir()

    async def run() -> list[Verdict]:
        outlet = FileOutlet("file", tmp_path / "messages.jsonl" / "x" / "y.jsonl")
        return [one.verdict for one in await outlet.send([message(1)])]

    assert asyncio.run(run()) == [Verdict.TRANSIENT]


def test_memory_keeps_the_first_of_each() -> None:
    """Memory keeps a message once and knows what it has."""

    async def run() -> tuple[list[str], list[Verdict], int]:
        outlet = MemoryOutlet()
        await outlet.start()
        await outlet.send([message(1), message(1), message(2)])
        known = await outlet.query(["m1", "m9"], ["", ""])
        pulled = await outlet.pull(NOW)
        await outlet.close()
        return list(outlet.sent), [one.verdict for one in known], len(pulled.receipts)

    assert asyncio.run(run()) == (["m1", "m2"], [Verdict.ACCEPTED, Verdict.TRANSIENT], 0)


def test_nobody_pushes_here(tmp_path: Path) -> None:
    """The embedded channels have no receipt address."""
    for outlet in (MemoryOutlet(), FileOutlet("file", tmp_path / "x.jsonl")):
        with pytest.raises(InputError):
            outlet.pushed(b"", {}, {})
