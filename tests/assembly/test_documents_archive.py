"""The archive list of a year: what was put away and voided, with signers, receipts and the hashes of the files."""

import hashlib
import io

import pytest
from openpyxl import load_workbook

from djflow.assembly import House, documents_acts, documents_archive
from djflow.audit import service as audit
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.documents.register.sharing import service as sharing
from tests.assembly.documented import BY, Papers, staffed


@pytest.fixture
def papers(house: House, ids: dict[str, PersonId]) -> Papers:
    """The house with its staff."""
    return staffed(house, ids)


def test_what_is_archived_and_what_is_void_is_listed_by_number(papers: Papers) -> None:
    """Issued documents that still wait are counted; another year is empty; the file's hashes are those of its files."""
    first, second, third = papers.issued(), papers.issued(), papers.issued()
    for unit in ("HR", "T1"):
        documents_acts.acknowledge(papers.house, first.id, papers.units[unit], by=BY)
    documents_acts.archive(papers.house, first.id, by=BY)
    documents_acts.void(papers.house, second.id, "有误", by=BY)
    found = documents_archive.archive_list(papers.house, 2026)
    assert [one.document.id for one in found.lines] == [first.id, second.id]
    assert documents_archive.words(found) == "2026年归档1份，作废1份。另有1份已印发，还没有归档。"
    line, void = found.lines
    assert (line.signer, line.sent, line.received, line.archived_on) == ("甲A01", 2, 2, papers.house.today())
    assert (void.archived_on, third.number) == (None, "示组发〔2026〕3号")
    with papers.house.transaction() as session:
        kept = [sharing.take_file(session, first.id, one.id, by=BY, now=papers.house.now())[1] for one in line.files]
    assert [one.digest for one in line.files] == [hashlib.sha256(content).hexdigest() for content in kept]
    assert documents_archive.archive_list(papers.house, 2025).lines == ()


def test_the_list_is_taken_out_as_excel_and_that_is_recorded(papers: Papers) -> None:
    """One row for each document with all columns; the record says who took how many."""
    found = papers.issued()
    documents_acts.void(papers.house, found.id, "有误", by=BY)
    content = documents_archive.archive_file(papers.house, 2026, by=BY)
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert rows[0][1:4] == ("发文字号", "标题", "文种")
    assert rows[1][1:4] == (found.number, found.title, "通知")
    assert rows[1][10:12] == ("0/2", "已作废")
    assert len(str(rows[1][-1]).splitlines()[0]) == 64
    with papers.house.reading() as session:
        (entry,) = audit.history(session, Subject(documents_archive.KIND, "2026"))
    assert entry.action == "document.archive_export"
