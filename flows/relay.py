"""The relay: a case that has come to another place gets one short run, named by number and step.

The database's events are the outbox. An event is taken only after Prefect has its run, and the event's id is the run's
idempotency key: a crash between the two starts nothing twice, a Prefect that is down only delays. Nothing depends on
the runs: the sweep brings cases forward without them.
"""

import asyncio
import logging

from prefect import get_client

from djflow.assembly import House, relief
from djflow.fund.cases.model import STATE_WORDS, CaseState
from flows.frame import the_house

ADVANCE_DEPLOYMENT = "办理申请/办理申请"
_LOOK_SECONDS = 2.0
_AFTER_TROUBLE = 15.0


async def relay(house: House) -> int:
    """Start a run for every event nobody has taken yet and return how many there were."""
    events = await asyncio.to_thread(relief.pending_events, house)
    if not events:
        return 0
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(ADVANCE_DEPLOYMENT)
        for event in events:
            reached = STATE_WORDS[CaseState(event.state)]
            await client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"number": event.number, "reached": reached},
                name=f"{event.number}·{reached}",
                tags=[*deployment.tags, str(event.subject)],
                idempotency_key=event.id,
            )
            await asyncio.to_thread(relief.event_done, house, event.id)
    return len(events)


async def relay_for_ever() -> None:
    """Relay until cancelled; whatever is in the way, events wait in the database and the next look tries again."""
    house = the_house()
    while True:
        # A failed look is a value here: Prefect may be down or busy in many ways, and no look may be the last.
        (outcome,) = await asyncio.gather(relay(house), return_exceptions=True)
        if isinstance(outcome, BaseException):
            name = type(outcome).__name__
            logging.getLogger(__name__).warning("基金事件暂时没有转给 Prefect（%s），稍后再试", name)
        await asyncio.sleep(_AFTER_TROUBLE if isinstance(outcome, BaseException) else _LOOK_SECONDS)
