"""How fast the public board answers: 200 requests a second for a while, then as many as it can.

The board runs in one server process with an invented district (36 markets, 70 sessions); the load comes from this
process on the same machine. Requests start on a fixed timetable whether or not earlier ones are back, and each is
timed from the moment it was due, so that a stall counts for every request that had to wait for it.

`python -m benchmarks.board` starts its own board; with an address, as `http://127.0.0.1:4280`, it asks a running one.
"""

import asyncio
import logging
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter
from urllib.parse import urlsplit

import uvicorn

RATE = 200
SECONDS = 20
WARM_UP = 2
CONNECTIONS = 32
GOAL_MS = 50
PATHS = (
    "/", "/board/2026-12", "/market/QH01", "/day/2026-12-04", "/markets", "/board/2026-12/markets", "/market/QH07",
    "/board/2026-12/market/QH12", "/day/2026-12-18", "/market/QH20", "/market/QH03.ics", "/print/2026-12/a4/QH09",
)  # fmt: skip
FOREIGN_PATHS = ("/", "/board", "/markets", "/day", "/about/data", "/api/markets.json")


@dataclass(slots=True)
class Tally:
    """Latencies in milliseconds and what went wrong."""

    millis: list[float] = field(default_factory=list)
    failed: int = 0
    received: int = 0

    def share(self, part: float) -> float:
        """Return the latency that `part` (0 to 1) of the requests did not exceed."""
        ordered = sorted(self.millis)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    def line(self, words: str, seconds: float) -> str:
        """Return one line of figures."""
        return (
            f"{words}: {len(self.millis) / seconds:.0f} requests/s, p50 {self.share(0.5):.1f} ms, "
            f"p95 {self.share(0.95):.1f} ms, p99 {self.share(0.99):.1f} ms, max {max(self.millis):.1f} ms, "
            f"failed {self.failed}, {self.received / 1024 / len(self.millis):.1f} KiB an answer"
        )


@dataclass(slots=True)
class Line:
    """One keep-alive connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, host: str, path: str) -> tuple[int, int]:
        """Return status and size of the body of one answer."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].split("\r\n", 1)[0])
        await self.reader.readexactly(length)
        return int(head.split(" ", 2)[1]), length


async def _lines(host: str, port: int) -> asyncio.Queue[Line]:
    pool: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        pool.put_nowait(Line(*await asyncio.open_connection(host, port)))
    return pool


async def timed(pool: asyncio.Queue[Line], host: str, path: str, due: float, tally: Tally) -> None:
    """Ask once and note the time since the request was due."""
    line = await pool.get()
    try:
        status, size = await line.ask(host, path)
    finally:
        pool.put_nowait(line)
    tally.millis.append((perf_counter() - due) * 1000)
    tally.failed += status >= 400
    tally.received += size


async def steady(pool: asyncio.Queue[Line], host: str, paths: tuple[str, ...], seconds: float) -> Tally:
    """Send `RATE` requests a second on a fixed timetable."""
    tally, begun = Tally(), perf_counter()
    ways = cycle(paths)
    async with asyncio.TaskGroup() as group:
        for number in range(int(RATE * seconds)):
            due = begun + number / RATE
            if (wait := due - perf_counter()) > 0:
                await asyncio.sleep(wait)
            group.create_task(timed(pool, host, next(ways), due, tally))
    return tally


async def flat_out(pool: asyncio.Queue[Line], host: str, paths: tuple[str, ...], seconds: float) -> Tally:
    """Send requests on every connection without a pause."""
    tally, begun = Tally(), perf_counter()
    ways = cycle(paths)

    async def busy() -> None:
        while perf_counter() - begun < seconds:
            await timed(pool, host, next(ways), perf_counter(), tally)

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(busy())
    return tally


async def measure(host: str, port: int, paths: tuple[str, ...]) -> bool:
    """Print the figures and return whether the goal is met."""
    pool = await _lines(host, port)
    cold = Tally()
    for path in paths:
        await timed(pool, host, path, perf_counter(), cold)
    print(f"board, first look at {len(paths)} pages: mean {sum(cold.millis) / len(cold.millis):.1f} ms")
    await steady(pool, host, paths, WARM_UP)
    tally = await steady(pool, host, paths, SECONDS)
    print(tally.line(f"board, {RATE}/s for {SECONDS} s", SECONDS))
    print((await flat_out(pool, host, paths, SECONDS / 4)).line("board, flat out", SECONDS / 4))
    met = tally.share(0.95) <= GOAL_MS and not tally.failed
    print(f"board: goal p95 <= {GOAL_MS} ms at {RATE}/s {'met' if met else 'MISSED'}")
    return met


def serve(port: int) -> None:
    """Serve the invented district on `port` until stopped."""
    from djflow.web.app import create_app  # noqa: PLC0415 - only the server process needs them
    from tests.web.sample_board import sample_source  # noqa: PLC0415 - the suite's sample, only where it is timed

    uvicorn.run(create_app(sample_source()), port=port, log_level=logging.WARNING, access_log=False, lifespan="off")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


async def _until_open(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    msg = "the board did not start within 20 s"
    raise TimeoutError(msg)


def main(address: str = "") -> bool:
    """Measure the board at `address`, or one started for the purpose; return whether the goal is met."""
    if address:
        parts = urlsplit(address)
        return asyncio.run(measure(parts.hostname or "127.0.0.1", parts.port or 80, FOREIGN_PATHS))
    port = _free_port()
    with subprocess.Popen([sys.executable, "-m", "benchmarks.board", "--serve", str(port)]) as server:
        try:
            asyncio.run(_until_open(port))
            return asyncio.run(measure("127.0.0.1", port, PATHS))
        finally:
            server.terminate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
    else:
        sys.exit(0 if main(*sys.argv[1:2]) else 1)
