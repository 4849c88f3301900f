"""How deployments are brought to Prefect: with their schedules, to a pool or this runner; what a start waits for."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import Flow, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from djflow.settings.schema import Schedule
from flows.frame import Ending

ENQUEUE = ConcurrencyLimitStrategy.ENQUEUE
CANCEL_NEW = ConcurrencyLimitStrategy.CANCEL_NEW
RUNS_AT_ONCE = 2
"""How many runs this machine's runner works on at a time."""
_LONGEST_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment; at most `at_once` runs of it work at a time, `collision` says what becomes of one more.

    Its runs go to the work pool `pool` if there is one, else to this runner.
    """

    key: str
    flow: Flow[..., Coroutine[Any, Any, Ending]]
    name: str
    description: str
    tags: tuple[str, ...]
    collision: ConcurrencyLimitStrategy
    at_once: int = 1
    pool: str | None = None


async def prepared(deployment: Deployment, schedules: Mapping[str, Schedule]) -> RunnerDeployment:
    """Return the deployment with its schedule, by Beijing time; without one it runs by hand only."""
    plan = schedules.get(deployment.key)
    crons = plan.cron if plan else ()
    return await deployment.flow.ato_deployment(
        name=deployment.name,
        description=deployment.description,
        tags=list(deployment.tags),
        parameters=dict(plan.parameters) if plan else {},
        schedules=[Cron(line, timezone="Asia/Shanghai", active=not plan.paused) for line in crons] if plan else None,
        concurrency_limit=ConcurrencyLimitConfig(limit=deployment.at_once, collision_strategy=deployment.collision),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def placed(runner: Runner, deployment: Deployment, schedules: Mapping[str, Schedule]) -> UUID:
    """Register a deployment with its work pool if that exists, else with the runner, and return its id."""
    made = await prepared(deployment, schedules)
    made.work_pool_name = None  # said outright, so that a pool taken down is left
    if deployment.pool is not None and await pool_exists(deployment.pool):
        return await made.aapply(work_pool_name=deployment.pool)
    return await runner.aadd_deployment(made)


async def pool_exists(name: str) -> bool:
    """Return whether somebody has made this work pool."""
    async with get_client() as client:
        try:
            await client.read_work_pool(name)
        except ObjectNotFound:
            return False
    return True


async def wait_for_server() -> None:
    """Wait until Prefect's server answers, however late it starts; asks after 0.5 s, then ever more rarely."""
    wait = 0.5
    async with get_client() as client:
        while (error := await client.api_healthcheck()) is not None:
            logging.getLogger(__name__).info("等待 Prefect 服务启动（%s）", type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, _LONGEST_WAIT)


async def bury_the_interrupted() -> None:
    """Mark runs that a runner killed earlier left as running; this runner is the only one, workers have a pool."""
    unfinished = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
    async with get_client() as client:
        for run in await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=unfinished))
        ):
            if run.work_pool_name is None:
                await client.set_flow_run_state(run.id, Crashed(message="上次停机时中断。"), force=True)
