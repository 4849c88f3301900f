"""A sender that ends itself hard at a named point: `python -m tests.assembly.crashing HOME DATABASE SHOWN POINT`."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from djflow.assembly import open_house, sending
from djflow.assembly.sender import Sender
from djflow.core.clock import ScaledClock, SystemClock
from djflow.notify.channels.base import Channel, Outcome
from djflow.notify.model import Claimed

CLAIMED, ACCEPTED, NEVER = "claimed", "accepted", "never"


class Dying(Sender):
    """A sender that dies with the first message in its hand: before it is sent, or before the answer is written."""

    point = NEVER

    async def _outcomes(self, channel: Channel, batch: Sequence[Claimed]) -> Sequence[Outcome]:
        if self.point == CLAIMED:
            os.kill(os.getpid(), signal.SIGKILL)
        found = await super()._outcomes(channel, batch)
        if self.point == ACCEPTED:
            os.kill(os.getpid(), signal.SIGKILL)
        return found


def main(home: str, database: str, shown: str, point: str) -> None:
    """Send until killed, from a house whose clock shows `shown` now."""
    clock = ScaledClock(datetime.fromisoformat(shown), SystemClock().now(), 1.0)
    house = open_house(Path(home), clock=clock, database_url=database)
    with sending.only_sender(house) as alone:
        sender = Dying(house, sending.channels_of(house))
        sender.point = point
        asyncio.run(sending._serve(sender, alone=alone))


if __name__ == "__main__":
    main(*sys.argv[1:])
