"""The relay: a case that has come to another step gets one short run, named by number and step.

The case's own steps in the database are the outbox, and a step's id is the run's idempotency key: whatever is looked at
again, after a crash or with a Prefect that was down, starts once. Nothing depends on the runs: the sweep brings cases
forward without them.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prefect import get_client

from djflow.assembly import House, fund_watch
from flows.frame import the_house

ADVANCE_DEPLOYMENT = "办理申请/办理申请"
_LOOK_BACK = timedelta(days=1)
_OVERLAP = timedelta(minutes=1)
_LOOK_SECONDS = 2.0
_AFTER_TROUBLE = 15.0


@dataclass(slots=True)
class Relay:
    """Where the relay has come to; `known` are the events of the last minute that have their run."""

    since: datetime
    known: set[str] = field(default_factory=set)

    async def look(self, house: House) -> int:
        """Start a run for every new event and return how many there were."""
        now = house.now()
        # Transactions end in another order than they begin, so the last minute is looked at again.
        events = await asyncio.to_thread(fund_watch.events_since, house, self.since)
        fresh = [event for event in events if event.id not in self.known]
        if fresh:
            await _start(fresh)
        self.since, self.known = max(self.since, now - _OVERLAP), {event.id for event in events}
        return len(fresh)


async def _start(events: list[fund_watch.Event]) -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(ADVANCE_DEPLOYMENT)
        for event in events:
            await client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"number": event.number, "reached": event.reached},
                name=event.name,
                tags=[*deployment.tags, str(event.subject)],
                idempotency_key=event.id,
            )


async def relay_for_ever() -> None:
    """Relay until cancelled; whatever is in the way, events wait in the database and the next look tries again."""
    house = the_house()
    relay = Relay(house.now() - _LOOK_BACK)
    while True:
        # A failed look is a value here: Prefect may be down or busy in many ways, and no look may be the last.
        (outcome,) = await asyncio.gather(relay.look(house), return_exceptions=True)
        if isinstance(outcome, BaseException):
            name = type(outcome).__name__
            logging.getLogger(__name__).warning("基金事件暂时没有转给 Prefect（%s），稍后再试", name)
        await asyncio.sleep(_AFTER_TROUBLE if isinstance(outcome, BaseException) else _LOOK_SECONDS)
