"""Runs of a city's districts: start each once per instance, wait until all have ended.

They run on Prefect workers where the pool exists when djflow starts, else on djflow's own runner.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed, Scheduled

from djflow.assembly import city as desk
from flows.frame import the_house
from flows.this_run import say

POOL = "djflow-city"
DISTRICT_DEPLOYMENT = "区县排班/排一个区县"
_LOOK_SECONDS = 1.0
_IDLE_LOOKS = 60
_SILENCE = timedelta(minutes=10)


def run_title(city: str, district: str) -> str:
    """Return the name of a district's run."""
    return f"{city}·{district}·区县排班"


async def start(district: desk.District) -> FlowRun:
    """Start the district's run, once per instance; one that ended or fell silent without figures starts again."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(DISTRICT_DEPLOYMENT)
        run = await client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"city": district.city, "district": district.code},
            name=run_title(district.city, district.code),
            idempotency_key=f"city:{district.city}:{district.code}:{district.fingerprint}",
        )
        if (_has_ended(run) or _is_silent(run)) and desk.result(the_house(), district) is None:
            await client.set_flow_run_state(run.id, Scheduled(), force=True)
            run = await client.read_flow_run(run.id)
    return run


async def wait(started: Mapping[str, FlowRun]) -> Mapping[str, FlowRun]:
    """Wait until every run has ended and return them by district; one whose worker fell silent is given up."""
    runs, idle = dict(started), 0
    districts = {run.id: code for code, run in started.items()}
    async with get_client() as client:
        while working := [run for run in runs.values() if not _has_ended(run)]:
            for run in working:
                if _is_silent(run):
                    await client.set_flow_run_state(run.id, Crashed(message="很久没有消息，视为中断。"), force=True)
            idle = 0 if any(_is_taken(run) for run in working) else idle + 1
            if idle == _IDLE_LOOKS:
                say("还没有程序接手。如果建了工作池，请照管理员手册启动 worker。")
            await asyncio.sleep(_LOOK_SECONDS)
            these = FlowRunFilter(id=FlowRunFilterId(any_=list(districts)))
            runs = {districts[run.id]: run for run in await client.read_flow_runs(flow_run_filter=these)}
            left = sum(not _has_ended(run) for run in runs.values())
            if left < len(working):
                say(f"{len(runs)}个区县，还有{left}个没有结束。")
    return runs


def _has_ended(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()


def _is_taken(run: FlowRun) -> bool:
    return run.state is not None and (run.state.is_pending() or run.state.is_running())


def _is_silent(run: FlowRun) -> bool:
    house = the_house()
    longest = timedelta(seconds=house.settings.roster.time_limit_seconds) + _SILENCE
    return _is_taken(run) and run.state is not None and house.now() - run.state.timestamp > longest
