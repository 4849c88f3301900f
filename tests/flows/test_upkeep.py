"""The programs that need nobody: each runs by hand, the planned ones stand in Prefect's calendar."""

import pytest

from djflow.settings.schema import DEPLOYMENTS as SCHEDULED
from flows.register import DEPLOYMENTS
from tests.flows.office import Office, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]


def test_planned_runs_stand_in_the_calendar(office: Office) -> None:
    """Prefect's scheduler makes the coming runs of every deployment with a schedule."""
    query = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "limit": 200}

    def planned() -> set[str] | None:
        runs = office.post("/flow_runs/filter", query).raise_for_status().json()
        found = {run["deployment_id"] for run in runs if run["auto_scheduled"]}
        return found if len(found) == len(SCHEDULED) else None

    until(planned, "planned runs")


def test_every_program_runs_by_hand(office: Office) -> None:
    """A program started by hand ends and says in Chinese what it found; a form with a wrong code is refused."""
    entries = [entry for entry in DEPLOYMENTS if entry.key not in {"roster-generate", "roster-city", "roster-district"}]
    wrong = {"market": "nowhere", "first": "2028-01-05", "last": "2028-01-06"}
    runs = {
        entry.key: office.start(f"{entry.flow.name}/{entry.name}", **(wrong if entry.key == "closure-declare" else {}))
        for entry in entries
    }
    ends = {key: office.ended(run) for key, run in runs.items()}
    refused = ends.pop("closure-declare")
    assert refused[0] == "FAILED"
    assert refused[1].startswith("没有代号为“nowhere”的场镇")
    assert {state for state, _ in ends.values()} == {"COMPLETED"}
    assert all(message.endswith("。") for _, message in ends.values())
