"""The coordinator's review: through Prefect's form, past it from the command line, twice and too late."""

import json

import pytest

from djflow.assembly import House
from djflow.assembly import roster as desk
from djflow.core.ids import RosterId
from djflow.core.spans import Month
from djflow.roster.views import RosterState
from tests.flows.office import ROSTER, SWEEP, Office, publications

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
REASON = "负担不够均衡"


def _standing(house: House, month: Month) -> desk.Draft:
    found = desk.standing(house, month)
    assert found is not None
    return found


def test_a_draft_is_reviewed_and_published_once(office: Office, house: House) -> None:
    """A draft waits with its form; a wrong answer is refused, one without reason asked again, 发布 publishes once.

    The artifacts are left once although the run began three times.
    """
    month = Month(2027, 1)
    run = office.start(ROSTER, month=str(month))
    first = office.question(run)
    draft = _standing(house, month)
    seen = office.run(run)
    assert seen["name"] == "2027年1月·赶场值班表"
    assert f"roster.roster:{draft.roster_id}" in seen["tags"]
    assert "2027年1月" in office.text_above(run, first)

    assert office.answer(run, decision="随便") == "REJECT"
    assert office.run(run)["state_type"] == "PAUSED"

    assert office.answer(run, decision="作废") == "ACCEPT"
    second = office.question(run, after=first)
    assert "必须写明理由" in office.text_above(run, second)
    assert _standing(house, month).state is RosterState.REVIEW

    left = office.artifacts(run)
    assert sorted(left) == [f"roster-2027-01-{it}" for it in ("files", "picture-1", "picture-2", "review", "table")]
    assert f"/v2/runs/flow-run/{run}" in left["roster-2027-01-review"]
    assert {"备勤", "状态"} <= json.loads(left["roster-2027-01-table"])[0].keys()

    assert office.answer(run, decision="发布") == "ACCEPT"
    assert office.ended(run) == ("COMPLETED", "2027年1月值班表已发布。")
    assert office.answer(run, decision="发布") == "ABORT"
    assert office.ended(office.start(ROSTER, month=str(month))) == ("COMPLETED", "2027年1月值班表已发布。")
    assert publications(house, draft.roster_id) == 1


def test_another_draft_is_another_question(office: Office, house: House) -> None:
    """重新生成 makes a new draft under a new key; published elsewhere meanwhile, the form changes nothing."""
    month = Month(2027, 3)
    run = office.start(ROSTER, month=str(month))
    first = office.question(run)
    before = _standing(house, month)
    assert office.answer(run, decision="重新生成", reason=REASON) == "ACCEPT"
    office.question(run, after=first)
    after = _standing(house, month)
    assert (after.round, after.state) == (before.round + 1, RosterState.REVIEW)
    assert after.roster_id != before.roster_id

    assert not desk.publish(house, after.roster_id, by="cli").already
    assert office.answer(run, decision="作废", reason=REASON) == "ACCEPT"
    assert office.ended(run) == ("COMPLETED", "2027年3月值班表已发布。")
    assert publications(house, after.roster_id) == 1
    logs = office.post("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}}).raise_for_status().json()
    assert not [line for line in logs if REASON in line["message"]]


def test_a_review_answered_elsewhere_is_put_away(office: Office, house: House) -> None:
    """A run that waits for an answer already given on the command line is finished by the sweep."""
    month = Month(2027, 4)
    run = office.start(ROSTER, month=str(month))
    office.question(run)
    draft = _standing(house, month)
    desk.void(house, RosterId(draft.roster_id), by="cli", reason=REASON)
    assert office.carried_out(SWEEP)[0] == "COMPLETED"
    assert office.ended(run) == ("COMPLETED", "2027年4月值班表已在别处答复，不用再审。")
    assert desk.standing(house, month) is None
