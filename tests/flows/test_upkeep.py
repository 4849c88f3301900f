"""The programs that need nobody: each runs by hand, the planned ones stand in Prefect's calendar."""

import pytest

from flows.register import DEPLOYMENTS
from tests.flows.office import Office, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
ASKS = {"roster-generate", "closure-declare"}


def test_planned_runs_stand_in_the_calendar(office: Office) -> None:
    """Prefect's scheduler makes the coming runs of every deployment with a schedule."""
    query = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "limit": 200}

    def planned() -> set[str] | None:
        runs = office.post("/flow_runs/filter", query).raise_for_status().json()
        found = {run["deployment_id"] for run in runs if run["auto_scheduled"]}
        return found if len(found) == len(DEPLOYMENTS) - 1 else None

    until(planned, "planned runs")


@pytest.mark.parametrize("key", [entry.key for entry in DEPLOYMENTS if entry.key not in ASKS])
def test_every_program_runs_by_hand(office: Office, key: str) -> None:
    """A program started by hand ends well and says in Chinese what it found."""
    entry = next(entry for entry in DEPLOYMENTS if entry.key == key)
    state, message = office.ended(office.start(f"{entry.flow.name}/{entry.name}"))
    assert state == "COMPLETED", message
    assert message.endswith("。")


def test_a_closure_mends_the_roster(office: Office) -> None:
    """登记停场 writes the closure down; an unknown market is refused in Chinese."""
    entry = next(entry for entry in DEPLOYMENTS if entry.key == "closure-declare")
    days = {"first": "2028-01-05", "last": "2028-01-06"}
    state, message = office.ended(office.start(f"{entry.flow.name}/{entry.name}", market="nowhere", **days))
    assert state == "FAILED"
    assert message.startswith("没有代号为“nowhere”的场镇")
