"""The one list of deployments, joined with config/schedules.toml; `python -m flows.register` serves them all.

Names, descriptions and tags are what coordinators read in Prefect's UI. `key` is the name in schedules.toml.
"""

import asyncio

from prefect import get_client
from prefect.runner import Runner

from flows.deployments import city, dispatch, duty, fund, meetings, upkeep
from flows.frame import the_house
from flows.relay import relay_for_ever
from flows.serving import RUNS_AT_ONCE, bury_the_interrupted, placed, wait_for_server

DEPLOYMENTS = (
    *duty.DEPLOYMENTS,
    *upkeep.DEPLOYMENTS,
    *fund.DEPLOYMENTS,
    *dispatch.DEPLOYMENTS,
    *meetings.DEPLOYMENTS,
    *city.DEPLOYMENTS,
)


async def serve() -> None:
    """Register every deployment, sweep up what the last stop left behind, then run what is due."""
    await wait_for_server()
    await bury_the_interrupted()
    # Schedules stay on when djflow stops: what was missed runs late and answers for its planned time.
    runner = Runner(name="djflow", limit=RUNS_AT_ONCE, pause_on_shutdown=False)
    schedules = the_house().settings.schedules
    ids = {entry.key: await placed(runner, entry, schedules) for entry in DEPLOYMENTS}
    async with get_client() as client:
        await client.create_flow_run_from_deployment(ids["roster-review-sweep"], name="开机·审核补漏")
        await client.create_flow_run_from_deployment(ids["fund-sla"], name="开机·基金时限巡查")
    # Tells the supervisor that runs may be started from now on.
    (the_house().state / "runner.ready").touch()
    relaying = asyncio.create_task(relay_for_ever())
    try:
        await runner.start()
    finally:
        relaying.cancel()


if __name__ == "__main__":
    asyncio.run(serve())
