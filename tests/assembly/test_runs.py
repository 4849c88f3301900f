"""A failed run tells the operator, once, and waits in a box until a later one ends well."""

from dataclasses import replace
from datetime import timedelta

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.assembly.runs import FailedRun, failing, runs_failed
from djflow.core.ids import PersonId
from djflow.inbox.model import Address, ItemKind, ItemState
from djflow.inbox.store import settle_one
from djflow.notify import service as notify
from tests.assembly.test_boxes import items, later

DEPLOYMENT = "8b0f4dbd-6f55-43a8-a7f1-95a2d3a1a001"
OTHER = "8b0f4dbd-6f55-43a8-a7f1-95a2d3a1a002"


def run_of(house: House, number: int, deployment: str = DEPLOYMENT) -> FailedRun:
    """Return a failed run."""
    return FailedRun(
        deployment, f"018f0000-0000-7000-8000-{number:012d}", f"11月18日09:0{number}·巡查通知", house.now()
    )


def alerts(house: House) -> list[str]:
    """Return the kinds of what waits to be told."""
    with house.reading() as session:
        return [row["recipient"] for row in notify.listing(session) if row["kind"] == "operator_alert"]


def test_the_office_is_told_once_a_deployment_and_day(house: House, ids: dict[str, PersonId]) -> None:
    """However many runs fail and however often they are found, a day brings one alert and one item each deployment."""
    assert ids
    failed = [run_of(house, 1), run_of(house, 2), run_of(house, 3, OTHER)]
    assert [runs_failed(house, failed, by="schedule") for _ in range(3)] == [2, 0, 0]
    assert alerts(house) == ["coordinator"] * 2
    waiting = items(house, ItemKind.FLOW_FAILED)
    titles = {f"自动运行失败：11月18日09:0{number}·巡查通知" for number in (1, 3)}
    assert {one.title for one in waiting} == titles
    assert [one.to for one in waiting] == [Address(role=Role.SYSTEM_ADMIN)] * 2
    tomorrow = later(house, timedelta(days=1))
    assert runs_failed(tomorrow, [run_of(tomorrow, 4)], by="schedule") == 1
    assert len(items(house, ItemKind.FLOW_FAILED)) == 2


def test_a_later_success_settles_the_item(house: House, ids: dict[str, PersonId]) -> None:
    """Once the deployment's latest run ended well nothing waits; the failure between was told all the same."""
    assert ids
    runs_failed(house, [run_of(house, 1)], by="schedule")
    assert failing(house) == {DEPLOYMENT}
    assert runs_failed(house, [run_of(house, 1), run_of(house, 2, OTHER)], well={DEPLOYMENT, OTHER}, by="schedule") == 1
    assert (failing(house), items(house, ItemKind.FLOW_FAILED)) == (frozenset(), ())
    assert len(items(house, ItemKind.FLOW_FAILED, state=ItemState.DONE)) == 1


def test_what_was_settled_by_hand_does_not_come_back(house: House, ids: dict[str, PersonId]) -> None:
    """The same run found again stays settled; the next run that fails is a new item."""
    assert ids
    runs_failed(house, [run_of(house, 1)], by="schedule")
    (item,) = items(house, ItemKind.FLOW_FAILED)
    with house.transaction() as session:
        settle_one(session, item.id, by="account:1", now=house.now())
    runs_failed(house, [run_of(house, 1)], by="schedule")
    assert items(house, ItemKind.FLOW_FAILED) == ()
    runs_failed(house, [run_of(house, 1), run_of(house, 2)], by="schedule")
    assert [one.subject.id for one in items(house, ItemKind.FLOW_FAILED)] == [
        f"{DEPLOYMENT}.018f0000-0000-7000-8000-000000000002"
    ]


def test_a_long_name_is_cut(house: House, ids: dict[str, PersonId]) -> None:
    """A name that somebody gave a run by hand makes neither alert nor item too long."""
    assert ids
    assert runs_failed(house, [replace(run_of(house, 1), name="长" * 500)], by="schedule") == 1
    assert len(items(house, ItemKind.FLOW_FAILED)) == 1
