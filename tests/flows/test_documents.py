"""Receipts of documents in Prefect: the run reminds, leaves a table of units, and names no person."""

import json

import pytest

from djflow.assembly import House, documents_acts
from djflow.core.ids import PersonId, UnitId
from djflow.documents.official.model import DocumentKind, OfficialDocument, Paragraph
from djflow.documents.register import service as register
from djflow.documents.register.model import Act, Document, NewDocument, Signature, Who
from djflow.people import service as people
from tests.flows.office import Office

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
RECEIPTS = "公文签收/公文签收"


def test_units_that_have_not_acknowledged_are_listed_until_they_do(office: Office, house: House) -> None:
    """Run twice, an issued document stands in the table once for each unit; acknowledged, it is gone."""
    found, units = _issued(house)
    first = office.start(RECEIPTS)
    assert office.carried_out(RECEIPTS, first)[0] == "COMPLETED"
    again = office.start(RECEIPTS)
    kind, sentence = office.carried_out(RECEIPTS, again)
    assert (kind, "未签收" in sentence) == ("COMPLETED", True)
    names = sorted(units.values())
    assert sorted(_waiting(office, again, found)) == names
    one, *_rest = units
    documents_acts.acknowledge(house, found.id, one, by="test")
    last = office.start(RECEIPTS)
    assert office.carried_out(RECEIPTS, last)[0] == "COMPLETED"
    assert sorted(_waiting(office, last, found)) == sorted(name for unit, name in units.items() if unit != one)
    with house.reading() as session:
        persons = {card.name for card in people.cadres(session)}
    said = str([office.artifacts(number) for number in (again, last)])
    assert not any(person in said for person in persons)
    assert "流程试公文" not in said
    documents_acts.void(house, found.id, "试完", by="test")


def _waiting(office: Office, number: str, found: Document) -> list[str]:
    rows = json.loads(office.artifacts(number).get("document-receipts", "[]"))
    return [row["单位"] for row in rows if row["公文"] == found.number]


def _issued(house: House) -> tuple[Document, dict[UnitId, str]]:
    """Issue a document to two units without its approval, which other tests go through."""
    text = OfficialDocument(
        DocumentKind.NOTICE, (house.settings.district.department,), "流程试公文", (Paragraph("请知悉。"),)
    )
    with house.transaction() as session:
        units = {unit.id: unit.short_name for unit in people.units(session)[:2]}
        signer = PersonId(people.cadres(session)[0].id)
    made = documents_acts.draft(house, NewDocument("fa", text, recipients=tuple(units)), by="test")
    now = house.now()
    with house.transaction() as session:
        register.submit(session, made.id, by="test", now=now)
        for act in (Act.PASS, Act.COUNTERSIGNED):
            register.move(session, made.id, act, Who.APPROVAL, by="test", now=now)
        register.sign(session, made.id, Signature(signer, now), made.content_hash, by="test", now=now)
    documents_acts.number(house, made.id, by="test")
    documents_acts.typeset(house, made.id, by="test")
    return documents_acts.issue(house, made.id, by="test"), units
