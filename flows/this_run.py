"""The run that is under way: when it was meant for, its id, page, log and tags."""

from datetime import date, datetime
from uuid import UUID

from prefect import get_client
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from djflow.core.clock import civil_date
from djflow.core.subject import Subject


def meant_for() -> datetime:
    """Return the instant the run was meant for: its scheduled start, also when it runs late, again or resumed."""
    start: datetime = flow_run.get_scheduled_start_time()
    return start


def meant_on() -> date:
    """Return the civil date the run was meant for."""
    return civil_date(meant_for())


def run_id() -> UUID:
    """Return the id of the run that is under way."""
    return UUID(flow_run.get_id() or "")


def say(line: str) -> None:
    """Write a line into the run's log; never with personal data."""
    get_run_logger().info(line)


def run_url(prefect_address: str) -> str:
    """Return the address of this run's page in Prefect's newer pages."""
    return f"{prefect_address}/v2/runs/flow-run/{run_id()}"


def parameter(name: str) -> str | None:
    """Return one of this run's parameters."""
    value: str | None = flow_run.get_parameters().get(name)
    return value


async def label_run(subject: Subject) -> None:
    """Add the subject to this run's tags, so that it is found by what it is about."""
    async with get_client() as client:
        await client.update_flow_run(run_id(), tags={*flow_run.get_tags(), str(subject)})
