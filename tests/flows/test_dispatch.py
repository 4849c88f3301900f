"""Batches in Prefect: a proposal waits with its form, is solved anew with pins, submitted once."""

from datetime import timedelta

import pytest

from djflow.assembly import House, dispatch_batches
from djflow.dispatch.batches import service
from djflow.dispatch.batches.model import BatchState, NewBatch, NewDemand
from djflow.dispatch.policy.model import BatchKind
from djflow.people import service as people
from tests.flows.office import Office
from tests.web.desk.batch_office import settle_all, the_batch

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
CALL = "发选派通知/发选派通知"
PROPOSE, ADVANCE = "拟定选派方案/拟定选派方案", "选派批次巡查/选派批次巡查"


def test_a_call_goes_out_and_is_repeated(office: Office, house: House) -> None:
    """The quota is shared out and units are called; run again, whoever still owes nominations is looked at."""
    new = NewBatch(BatchKind.COMMUNITY, "流程试一批", house.today() + timedelta(days=60), seed=3)
    batch = dispatch_batches.create(house, new, by="test")
    with house.reading() as session:
        host = next(unit.id for unit in people.units(session) if unit.entry.kind.is_town)
    demand = NewDemand(host, "党建指导员", 1)
    dispatch_batches.act(
        house, lambda session, desk, now: service.put_demand(session, batch.id, demand, desk, by="test", now=now)
    )
    for _ in range(2):
        state, message = office.carried_out(CALL, batch=batch.id)
        assert (state, message[: len("“流程试一批”正在推荐")]) == ("COMPLETED", "“流程试一批”正在推荐")
    assert dispatch_batches.find(house, batch.id).state is BatchState.COLLECTING
    dispatch_batches.cancel(house, batch.id, "只是试一试", by="test")


def test_a_proposal_is_reviewed_and_submitted_once(office: Office, house: House) -> None:
    """Codes that cannot be read are asked again, pins are kept in a new round, 送审 asks the approvers."""
    settle_all(house)
    batch = the_batch(house)
    run = office.start(PROPOSE, batch=batch.id)
    first = office.question(run)
    assert "已证明最优" in office.text_above(run, first)
    assert office.answer(run, decision="重新拟定", pins="不知道写什么") == "ACCEPT"
    second = office.question(run, after=first)
    assert "工号@岗位序号" in office.text_above(run, second)
    with house.reading() as session:
        cards = people.people_by_ids(session, [one.person for one in service.candidates(session, batch.id)])
    code = min(card.code for card in cards.values())
    assert office.answer(run, decision="重新拟定", pins=f"{code}@1") == "ACCEPT"
    office.question(run, after=second)
    assert dispatch_batches.find(house, batch.id).round == 2
    # Whatever the run left in Prefect, of both rounds.
    left = office.post("/artifacts/filter", {"flow_runs": {"id": {"any_": [run]}}}).raise_for_status().text
    assert not any(card.name in left for card in cards.values())
    assert code in left
    assert office.answer(run, decision="送审") == "ACCEPT"
    assert office.ended(run) == ("COMPLETED", f"“{batch.title}”现在是“研究审批”。")
    assert dispatch_batches.find(house, batch.id).state is BatchState.DECIDING
    assert office.carried_out(ADVANCE)[0] == "COMPLETED"
