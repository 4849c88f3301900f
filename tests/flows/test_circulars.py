"""Circulars in Prefect: built by a form's period, drafted when units had their time, reviewed in the form."""

from datetime import timedelta

import pytest

from djflow.assembly import House, circulars
from djflow.circulars import service
from djflow.circulars.model import CircularState, Who
from djflow.circulars.periods import Period, PeriodKind
from djflow.circulars.sources import gather
from djflow.core.spans import Month
from djflow.people import service as people
from tests.flows.office import Office

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
BUILD, WATCH = "汇总情况通报/汇总情况通报", "通报核对和审核/通报核对和审核"


def drafted(house: House) -> str:
    """Build last month's circular as if eight days ago, so that silence has agreed; return its id."""
    month = Month.of(house.today()).preceding
    period, terms = Period(PeriodKind.MONTH, month.year, month.month), circulars.terms_of(house)
    earlier = house.now() - timedelta(days=8)
    with house.transaction() as session:
        gathered = gather(session, period, terms.kinds["work"], terms.calendar, earlier)
        new = service.NewCircular("work", period, gathered)
        found = service.open_circular(session, new, terms=terms, by="test", now=earlier)
        return service.ask(session, found.id, Who.OFFICE, terms=terms, by="test", now=earlier).id


def test_a_circular_is_built_reviewed_and_sent_to_be_signed(office: Office, house: House) -> None:
    """A period not over is refused; the draft waits, an answer without reason is asked again, then it goes on."""
    future = office.start(BUILD, period=f"{house.today().year + 1}-01")
    state, message = office.ended(future)
    assert state == "FAILED"
    assert "还没有" in message or "没有结束" in message, message
    key = drafted(house)
    run = office.start(WATCH)
    question = office.question(run)
    shown = office.text_above(run, question)
    with house.reading() as session:
        names = {card.name for card in people.cadres(session)}
    left = office.artifacts(run)
    assert f"circular-{key[-8:]}-draft" in left
    assert "一、" in shown or "总体情况" in shown
    assert not any(name in shown + str(left) for name in names)
    assert office.answer(run, decision="退回修改", reason="") == "ACCEPT"
    again = office.question(run, after=question)
    assert "必须写明理由" in office.text_above(run, again)
    assert office.answer(run, decision="转公文送签", reason="") == "ACCEPT"
    assert office.ended(run)[0] == "COMPLETED"
    with house.reading() as session:
        found = service.circular(session, key)
    assert (found.state, bool(found.document_id)) == (CircularState.HANDED, True)
