"""The sender claims ahead: the connections of a channel do not run dry while the books are slow."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar, TypeVarTuple

from djflow.assembly import House, rehearsed
from djflow.assembly.books import Books
from djflow.assembly.keeping import OnThread
from djflow.assembly.rehearsed import Stage
from djflow.assembly.sender import Sender
from djflow.notify.channels.base import Outcome, Outgoing, Traits
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.embedded import MemoryOutlet

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
CONNECTIONS, MESSAGES, TURNS = 10, 300, 20
PATIENCE, LOOK = 60.0, 0.01
MEMORY = Stage("memory", "memory", ChannelConfig("memory", "memory://", limits=()))
LONG = 45
"""How many messages leave while a claim takes its time: nearly half of what is claimed ahead."""


class Counted(MemoryOutlet):
    """A channel of a few connections that knows how many are busy."""

    def __init__(self) -> None:
        """Start idle."""
        super().__init__()
        self.busy = 0

    @property
    def traits(self) -> Traits:
        """Take as many messages at once as there are connections."""
        return replace(super().traits, batch=1, concurrency=CONNECTIONS)

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Let the others have many a turn before answering."""
        self.busy += 1
        for _ in range(TURNS):
            await asyncio.sleep(0)
        outcomes = await super().send(batch)
        self.busy -= 1
        return outcomes


class SlowClaim(OnThread):
    """Books whose third claim, the first that refills, takes as long as many messages need."""

    def __init__(self, channel: Counted) -> None:
        """Watch the channel."""
        super().__init__()
        self.channel = channel
        self.claims = 0
        self.busy_then = 0

    async def do(self, act: Callable[[Books, *Ts], T], *values: *Ts) -> T:
        """Do an act, the third claim late."""
        held: object = act
        if held is Books.claim:
            self.claims += 1
            if self.claims == 3:
                await self.late()
        return await super().do(act, *values)

    async def late(self) -> None:
        """Wait until many messages have left and note how many connections are busy then."""
        until = len(self.channel.sent) + LONG
        while len(self.channel.sent) < until and self.channel.busy:  # noqa: ASYNC110 - only looks
            await asyncio.sleep(0)
        self.busy_then = self.channel.busy


def test_a_slow_claim_keeps_no_connection_waiting(at: Callable[[str], House]) -> None:
    """While a claim takes as long as nearly half of what is ahead, every connection has something to send."""
    house, channel = at("2026-11-18T09:07"), Counted()
    rehearsed.fill(house, [MEMORY], MESSAGES)
    keeper = SlowClaim(channel)

    async def act() -> None:
        sender = Sender(house, {"memory": channel}, keeper=keeper)
        await sender.open(alone=True)
        serving = asyncio.create_task(sender.serve())
        async with asyncio.timeout(PATIENCE):
            while len(sender.tally.last) < MESSAGES:  # noqa: ASYNC110 - only looks
                await asyncio.sleep(LOOK)
        sender.stop()
        await serving
        await sender.close()

    asyncio.run(act())
    assert len(channel.sent) == MESSAGES
    assert keeper.busy_then >= CONNECTIONS - 1
