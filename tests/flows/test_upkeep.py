"""The programs that need nobody: each runs by hand, the planned ones stand in Prefect's calendar."""

import sqlite3
from contextlib import closing

import httpx
import pytest

from djflow.assembly import House
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from djflow.notify import service as notify
from djflow.notify.lives import service as lives
from djflow.notify.model import NoticeKind
from djflow.settings.schema import DEPLOYMENTS as SCHEDULED
from flows.register import DEPLOYMENTS
from tests.flows.office import FINAL, Office, until

AUDIT, RETENTION = (next(it for it in DEPLOYMENTS if it.key == key) for key in ("audit-verify", "retention"))
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
    others = {"roster-generate", "roster-city", "roster-district", "fund-advance", "fund-paper", "fund-annual"}
    others |= {"fund-batch-close", "fund-festival-batch", "fund-sla"}
    others |= {"dispatch-call", "dispatch-propose", "posting-rotation", "circular-build", "circular-confirm-watch"}
    entries = [entry for entry in DEPLOYMENTS if entry.key not in others]
    wrong = {"market": "nowhere", "first": "2028-01-05", "last": "2028-01-06"}
    names = {entry.key: f"{entry.flow.name}/{entry.name}" for entry in entries}
    forms = {key: wrong if key == "closure-declare" else {} for key in names}
    runs = {key: office.start(name, **forms[key]) for key, name in names.items()}
    ends = {key: office.carried_out(names[key], run, **forms[key]) for key, run in runs.items()}
    refused = ends.pop("closure-declare")
    assert refused[0] == "FAILED"
    assert refused[1].startswith("没有代号为“nowhere”的场镇")
    assert {state for state, _ in ends.values()} == {"COMPLETED"}
    assert all(message.endswith("。") for _, message in ends.values())


def test_old_runs_are_cleared_away(office: Office) -> None:
    """A run that ended longer ago than the office keeps runs is deleted, a recent one stays."""
    old, recent = (office.start(f"{AUDIT.flow.name}/{AUDIT.name}") for _ in range(2))
    office.ended(old)
    office.ended(recent)
    with closing(sqlite3.connect(office.home / ".djflow" / "prefect" / "prefect.db", timeout=60)) as memory, memory:
        memory.execute("UPDATE flow_run SET end_time = '2020-01-01 00:00:00.000000' WHERE id = ?", (old,))
    state, message = office.carried_out(f"{RETENTION.flow.name}/{RETENTION.name}")
    assert (state, message) == ("COMPLETED", "清理了1次结束超过90天的运行，0项过期资料。")
    assert office.api.get(f"/flow_runs/{old}").status_code == httpx.codes.NOT_FOUND
    assert office.run(recent)["state_type"] in FINAL


def alerts(house: House, words: str) -> list[str]:
    """Return the alerts for the office that hold some words."""
    with house.reading() as session:
        rows = notify.listing(session, kinds=[NoticeKind.OPERATOR_ALERT])
        titles = [lives.life(session, row["id"]).values["title"] for row in rows]
    return [title for title in titles if words in title]


def waits(house: House, office: Office, run: str) -> bool:
    """Return whether a failed run of the same deployment waits in the boxes: of each one is enough."""
    deployment = office.run(run)["deployment_id"]
    with house.reading() as session:
        return any(about.id.startswith(f"{deployment}.") for _, about in inbox.raised(session, [ItemKind.FLOW_FAILED]))


def test_a_run_that_failed_or_crashed_tells_the_office(office: Office, house: House) -> None:
    """A run that ends in red tells it itself; one whose process died is found by the sweep; each is told once."""
    wrong = {"market": "nowhere", "first": "2028-01-05", "last": "2028-01-06"}
    declare = next(entry for entry in DEPLOYMENTS if entry.key == "closure-declare")
    failed = office.start(f"{declare.flow.name}/{declare.name}", **wrong)
    assert office.ended(failed)[0] == "FAILED"
    until(lambda: waits(house, office, failed) or None, "an item about the failed run")
    dead = office.start(f"{AUDIT.flow.name}/{AUDIT.name}")
    office.ended(dead)
    crashed = {"state": {"type": "CRASHED", "message": "killed"}, "force": True}
    office.post(f"/flow_runs/{dead}/set_state", crashed).raise_for_status()
    sweep = next(entry for entry in DEPLOYMENTS if entry.key == "notify-sweep")
    for _ in range(2):
        assert office.carried_out(f"{sweep.flow.name}/{sweep.name}")[0] == "COMPLETED"
    assert len(alerts(house, office.run(dead)["name"])) == 1
    assert (waits(house, office, failed), waits(house, office, dead)) == (True, True)
    assert office.carried_out(f"{AUDIT.flow.name}/{AUDIT.name}")[0] == "COMPLETED"
    office.carried_out(f"{sweep.flow.name}/{sweep.name}")
    assert (waits(house, office, failed), waits(house, office, dead)) == (True, False)
