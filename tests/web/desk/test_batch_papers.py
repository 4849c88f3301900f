"""Documents of a batch at the desk: each at its time, forms for everybody nominated, nobody else's."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.audit import service as audit
from djflow.dispatch.batches import service
from djflow.people import service as people
from tests.documents.official.samples import pages_of
from tests.web.desk.batch_office import hang, open_district, staffed, the_batch
from tests.web.desk.conftest import Staff


@pytest.fixture
def district(tmp_path: Path) -> Iterator[House]:
    """The demonstration district with a batch in its check."""
    house = open_district(tmp_path / "home")
    yield house
    house.database.engine.dispose()


def words(content: bytes) -> str:
    """Return what a .docx or a PDF says."""
    if content.startswith(b"%PDF"):
        return "".join(row.text for page in pages_of(content) for row in page.rows)
    document = Document(io.BytesIO(content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "".join([*(one.text for one in document.paragraphs), *cells])


def test_documents_come_at_their_time(district: House) -> None:
    """Call, quota table and demand form in the check; minutes and publicity once names hang."""
    clerk, batch = staffed(district), the_batch(district)
    root = f"/desk/dispatch/papers/batch/{batch.id}"
    page = clerk.text(root)
    assert ("还没有研究决定" in page, "还没有公示" in page) == (True, True)
    call = words(clerk.send(f"{root}/call", form="pdf", number="某组发〔2026〕7号").content)
    assert "某组发〔2026〕7号" in call
    assert "人选条件" in call
    assert "名额分配表" in call
    for paper in ("quota_table", "demand_form"):
        assert batch.title[:6] in words(clerk.send(f"{root}/{paper}", form="docx").content)
    assert "还没有公示" in clerk.send(f"{root}/publicity", form="pdf").text
    hang(district)
    with district.reading() as session:
        going = [one for one in service.candidates(session, batch.id) if one.demand]
        names = {card.name for card in people.people_by_ids(session, [one.person for one in going]).values()}
    for paper in ("publicity", "minutes"):
        text = words(clerk.send(f"{root}/{paper}", form="docx").content)
        assert all(name in text for name in names)
    assert "个工作日" in words(clerk.send(f"{root}/publicity", form="pdf").content)
    with district.reading() as session:
        entries = audit.latest(session)
    assert [one.action for one in entries].count("dispatch.print") >= 5
    assert not any(name in str(one.details) for one in entries for name in names)


def test_everybody_nominated_has_forms(district: House) -> None:
    """The recommendation names somebody with what the office knows; the check says every rule with its basis."""
    clerk, batch = staffed(district), the_batch(district)
    root = f"/desk/dispatch/papers/batch/{batch.id}"
    with district.reading() as session:
        one = service.candidates(session, batch.id)[0]
        name = people.people_by_ids(session, [one.person])[one.person].name
    assert name in clerk.text(root)
    assert name in words(clerk.send(f"{root}/{one.id}/nomination", form="pdf").content)
    checked = words(clerk.send(f"{root}/{one.id}/check_form", form="docx").content)
    for word in (name, "审查结论", "依据"):
        assert word in checked
    assert clerk.send(f"{root}/{'0' * 32}/nomination", form="pdf").status_code == 404
    assert clerk.send(f"{root}/{one.id}/call", form="pdf").status_code == 404


def test_units_take_no_documents_out(district: House) -> None:
    """A liaison opens no document of a batch."""
    batch = the_batch(district)
    with district.reading() as session:
        one = service.candidates(session, batch.id)[0]
        codes = {unit.id: unit.code for unit in people.units(session)}
    liaison = Staff(district).inside("lianluo", Role.UNIT_LIAISON, unit=codes[one.unit])
    assert liaison.ask(f"/desk/dispatch/papers/batch/{batch.id}").status_code == 403
