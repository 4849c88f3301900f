"""Runs of the roster flow as Prefect knows them: find, start and finish them. Prefect's memory may be empty."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from prefect import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Completed

from djflow.core.clock import civil_date
from djflow.core.spans import Month
from flows.forms import month_meant
from flows.this_run import meant_for, run_id

ROSTER_DEPLOYMENT = "赶场值班表/生成值班表"
_LIVING = frozenset({StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING})
_WRECKED = frozenset({StateType.FAILED, StateType.CRASHED})
_PAGE = 200
_MARGIN = timedelta(minutes=1)


def month_of(run: FlowRun) -> Month | None:
    """Return the month a roster run is about, None before Prefect has given it a start time."""
    if run.expected_start_time is None:
        return None
    return month_meant(run.parameters.get("month"), civil_date(run.expected_start_time))


def is_living(run: FlowRun) -> bool:
    """Return whether the run still works or waits."""
    return run.state_type in _LIVING


def is_waiting(run: FlowRun) -> bool:
    """Return whether the run waits for an answer."""
    return run.state_type is StateType.PAUSED


def is_wrecked(run: FlowRun) -> bool:
    """Return whether the run ended without doing its work."""
    return run.state_type in _WRECKED


async def roster_runs(now: datetime) -> tuple[FlowRun, ...]:
    """Return all roster runs Prefect remembers that should have started by `now`; future planned runs are left out."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(ROSTER_DEPLOYMENT)
        found: list[FlowRun] = []
        while page := await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
            flow_run_filter=FlowRunFilter(expected_start_time=FlowRunFilterExpectedStartTime(before_=now + _MARGIN)),
            limit=_PAGE,
            offset=len(found),
        ):
            found += page
    return tuple(found)


async def start_roster_run(month: Month, key: str, tags: Iterable[str]) -> None:
    """Start a roster run for the month; the same key starts it once."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(ROSTER_DEPLOYMENT)
        await client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"month": str(month)},
            name=f"{month.title}·赶场值班表",
            tags=[*deployment.tags, *tags],
            idempotency_key=key,
        )


async def finish_run(run: FlowRun, message: str) -> None:
    """End a waiting run whose question was answered elsewhere."""
    async with get_client() as client:
        await client.set_flow_run_state(run.id, Completed(message=message), force=True)


async def replace_waiting(deployment: str, message: str) -> int:
    """End the runs of a deployment that were to start before this one and still wait for an answer; return how many."""
    mine = meant_for()
    async with get_client() as client:
        found = await client.read_deployment_by_name(deployment)
        waiting = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[found.id])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])),
                expected_start_time=FlowRunFilterExpectedStartTime(before_=mine),
            ),
        )
    earlier = [run for run in waiting if run.id != run_id() and (run.expected_start_time or mine) < mine]
    for run in earlier:
        await finish_run(run, message)
    return len(earlier)
