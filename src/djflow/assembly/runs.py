"""What the house does about runs that failed: the office is told once a day, an item waits until one ends well."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from djflow.assembly import boxes
from djflow.assembly.house import House
from djflow.core.clock import civil_date
from djflow.core.subject import Subject
from djflow.notify import planning
from djflow.notify import service as notify

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that failed or crashed, by its deployment and id; `name` holds no personal data."""

    deployment: str
    run: str
    name: str
    at: datetime


def runs_failed(house: House, failed: Collection[FailedRun], *, well: Collection[str] = (), by: str) -> int:
    """Tell the office of failed runs and keep an item of each deployment open until a later run ended well.

    One alert a deployment and day, however many runs failed or how often this is asked; `well` are deployments whose
    latest run ended well. Return how many alerts are new.
    """
    now = house.now()
    told = 0
    with house.transaction() as session:
        for one in sorted(failed, key=lambda run: (run.at, run.run)):
            name = one.name[:_LONGEST_NAME]
            sentence = f"自动运行“{name}”没有做完：请在 Prefect 里看原因，改好后再运行一次。"
            subject = Subject("prefect.deployment", one.deployment)
            alert = planning.alert(subject, f"failed:{civil_date(one.at)}", sentence, now=now)
            told += notify.enqueue(session, [alert], now=now)
            if one.deployment not in well:
                boxes.run_failed(session, one.deployment, one.run, name, now=now)
        for deployment in sorted(well):
            boxes.runs_well(session, deployment, by=by, now=now)
    return told


def failing(house: House) -> frozenset[str]:
    """Return the deployments that have a failed run in the boxes."""
    with house.reading() as session:
        return boxes.failing_deployments(session)
