"""Runs that failed: told by the run itself when it still can, else found in Prefect's memory by the sweep.

A crashed process tells nobody; the sweep asks Prefect for what failed or crashed within a day. Whatever is found
again, by both or many times, is told once.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from djflow.assembly import House
from djflow.assembly import runs as house_runs
from djflow.assembly.runs import FailedRun

BY = "schedule"
_WRECKED = [StateType.FAILED, StateType.CRASHED]
_ENDED = [*_WRECKED, StateType.COMPLETED]
_LOOK_BACK = timedelta(days=1)
_PAGE = 200


def failed_run(run: FlowRun, now: datetime) -> FailedRun:
    """Return what the house is told of a run: its deployment (its flow when started without one), id and name."""
    origin = run.deployment_id or run.flow_id
    return FailedRun(str(origin), str(run.id), run.name, run.end_time or now)


def tell(house: House, run: FlowRun) -> int:
    """Tell the office of one failed run and return whether that was new."""
    return house_runs.runs_failed(house, [failed_run(run, house.now())], by=BY)


async def wrecked_since(moment: datetime) -> tuple[FlowRun, ...]:
    """Return the runs that failed or crashed after an instant."""
    wanted = FlowRunFilter(
        end_time=FlowRunFilterEndTime(after_=moment),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_WRECKED)),
    )
    found: list[FlowRun] = []
    async with get_client() as client:
        while page := await client.read_flow_runs(flow_run_filter=wanted, limit=_PAGE, offset=len(found)):
            found += page
    return tuple(found)


async def ended_well(deployments: Iterable[str]) -> frozenset[str]:
    """Return those deployments whose latest ended run did its work; one that is gone counts as well."""
    well = set[str]()
    async with get_client() as client:
        for deployment in sorted(deployments):
            wanted = FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[UUID(deployment)]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_ENDED)),
            )
            latest = await client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.END_TIME_DESC, limit=1)
            if not latest or latest[0].state_type is StateType.COMPLETED:
                well.add(deployment)
    return frozenset(well)


async def look(house: House) -> tuple[tuple[FailedRun, ...], frozenset[str]]:
    """Return what failed within a day, and which failing deployments have ended well since."""
    now = house.now()
    found = tuple(failed_run(run, now) for run in await wrecked_since(now - _LOOK_BACK))
    known = await asyncio.to_thread(house_runs.failing, house)
    return found, await ended_well(known | {one.deployment for one in found})
