"""A sender that ends itself hard at a named point: `python -m tests.assembly.crashing HOME DATABASE SHOWN POINT`.

`bookless` ends its bookkeeper instead.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from djflow.assembly import open_house, sending
from djflow.assembly.keeping import Beside
from djflow.assembly.sender import Sender
from djflow.core.clock import ScaledClock, SystemClock
from djflow.notify.channels.base import Channel, Outcome, Outgoing

CLAIMED, ACCEPTED, BOOKLESS, NEVER = "claimed", "accepted", "bookless", "never"


class Dying(Sender):
    """A sender that dies with the first message in its hand: before it is sent, or before the answer is written."""

    point = NEVER
    keeper: Beside

    async def _outcomes(self, channel: Channel, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        if self.point == CLAIMED:
            os.kill(os.getpid(), signal.SIGKILL)
        found = await super()._outcomes(channel, batch)
        if self.point == ACCEPTED:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.point == BOOKLESS:
            self.point = NEVER
            os.kill(self.keeper.process_id, signal.SIGKILL)
        return found


def main(home: str, database: str, shown: str, point: str) -> None:
    """Send until killed, from a house whose clock shows `shown` now."""
    clock = ScaledClock(datetime.fromisoformat(shown), SystemClock().now(), 1.0)
    house = open_house(Path(home), clock=clock, database_url=database)
    with sending.only_sender(house) as lock:
        keeper = Beside(lock)
        sender = Dying(house, sending.channels_of(house), keeper=keeper)
        sender.point, sender.keeper = point, keeper
        asyncio.run(sending._serve(sender, alone=lock is not None))


if __name__ == "__main__":
    main(*sys.argv[1:])
