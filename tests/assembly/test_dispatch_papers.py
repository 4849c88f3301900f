"""Documents of postings in a house: who gets them, what stands in them, what the record keeps."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from docx import Document

from djflow.assembly import House
from djflow.assembly import dispatch_papers as papers
from djflow.assembly import dispatch_postings as acts
from djflow.assembly.dispatch_papers import DOCX, PDF, Wanted
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.audit import service as audit
from djflow.core.errors import ConfigError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings import service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Longer, Recalled
from djflow.dispatch.postings.model import Posting, RecallReason
from djflow.documents.official import pdf
from djflow.people import service as people
from tests.assembly.posted import BY, LAST, Out, appointed, begun, staffed
from tests.documents.official.samples import pages_of

AtMoment = Callable[[str], House]


@pytest.fixture
def out(house: House, ids: dict[str, PersonId]) -> Out:
    """A house whose people are sent out."""
    return staffed(house, ids)


def taken(out: Out, posting: Posting, paper: Paper, form: str = PDF, number: str = "") -> papers.Taken:
    """Take a document out as the department does."""
    return papers.posting_paper(out.house, out.accounts["cadre-office"], posting.id, paper, Wanted(form, number))


def words(found: papers.Taken) -> str:
    """Return what a document says, without line ends."""
    if found.name.endswith("docx"):
        document = Document(io.BytesIO(found.content))
        cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
        return "".join([*(one.text for one in document.paragraphs), *cells])
    return "".join(row.text for page in pages_of(found.content) for row in page.rows)


def name_of(out: Out, posting: Posting) -> str:
    """Return the name of whoever is posted."""
    with out.house.reading() as session:
        return people.people_by_ids(session, [posting.new.person])[posting.new.person].name


@pytest.mark.parametrize("form", [DOCX, PDF])
def test_a_letter_names_person_host_and_days(out: Out, form: str) -> None:
    """The letter of dispatch comes in both forms, with number, name, host and the last day to report."""
    posting = appointed(out)
    found = taken(out, posting, Paper.DISPATCH_LETTER, form, "某组函〔2026〕7号")
    text = words(found)
    for word in (name_of(out, posting), "驻村工作队员", "2026年12月1日", "2026年12月8日", "某组函〔2026〕7号"):
        assert word in text
    assert found.name == f"派遣函-{posting.id[-8:]}.{form}"


def test_what_is_taken_out_counts_as_issued(out: Out) -> None:
    """A document that was owed is issued once it was taken out; the record says which, never of whom."""
    posting = appointed(out)
    before = {one.paper: one for one in papers.posting_papers(out.house, out.accounts["cadre-office"], posting.id)}
    owed = [one.paper for one in before.values() if one.owed]
    assert owed
    taken(out, posting, owed[0])
    after = {one.paper: one for one in papers.posting_papers(out.house, out.accounts["cadre-office"], posting.id)}
    assert (after[owed[0]].owed, after[owed[0]].issued) == (False, True)
    with out.house.reading() as session:
        entries = audit.latest(session)
    assert [one.action for one in entries].count("dispatch.print") == 1
    assert name_of(out, posting) not in "".join(str(one) for one in entries)


def test_a_document_waits_for_its_occasion(out: Out) -> None:
    """No recall, no extension and no return is written before it is so; each sentence says why."""
    posting = appointed(out)
    for paper, why in (
        (Paper.RECALL_NOTICE, "还没有召回"),
        (Paper.EXTENSION_NOTICE, "没有延长任期"),
        (Paper.RETURN_NOTICE, "还没有到期满考核"),
    ):
        with pytest.raises(RuleError, match=why):
            taken(out, posting, paper)
    acts.cancel(out.house, posting.id, "岗位撤销", by=BY)
    with pytest.raises(RuleError, match="没有成行"):
        taken(out, posting, Paper.DISPATCH_LETTER)


def test_a_recall_is_written_without_its_reason(out: Out, at: AtMoment) -> None:
    """The notice names the last day and both units, not the cause."""
    posting = begun(out, at("2026-12-02T09:00"))
    later = at("2027-03-01T09:00")
    recalled = Recalled(RecallReason.HEALTH, date(2027, 3, 10), "住院治疗")
    acts.recall(later, posting.id, recalled, by=BY)
    text = words(taken(out, posting, Paper.RECALL_NOTICE))
    assert "自2027年3月10日起召回" in text
    assert not any(word in text for word in ("健康", "住院"))
    with pytest.raises(RuleError, match="不出返岗通知"):
        taken(out, posting, Paper.RETURN_NOTICE)


def test_an_extension_names_both_ends(out: Out, at: AtMoment) -> None:
    """The notice of an extension says the old end and the new one."""
    posting = begun(out, at("2026-12-02T09:00"))
    with out.house.transaction() as session:
        terms = dispatch_terms(out.house)
        longer = Longer(date(2029, 3, 30), reason="工作需要")
        found = ending.ask_extension(session, posting.id, longer, terms=terms, by=BY, now=out.house.now())
        if found is not None:
            ending.answer_extension(session, found.id, granted=True, terms=terms, by=BY, now=out.house.now())
        until = service.posting(session, posting.id).span.last
    text = words(taken(out, posting, Paper.EXTENSION_NOTICE))
    assert f"{LAST.year}年{LAST.month}月" in text
    assert f"延长至{until.year}年{until.month}月{until.day}日" in text


def test_forms_and_lists_can_be_taken_out_at_any_time(out: Out) -> None:
    """Talk record, review forms and the list for the archive hold what is known and leave room for the rest."""
    posting = appointed(out)
    name = name_of(out, posting)
    for paper in (Paper.TALK_RECORD, Paper.MIDTERM_FORM, Paper.FINAL_FORM, Paper.ARCHIVE_LIST):
        assert name in words(taken(out, posting, paper))


def test_only_the_department_takes_documents_out(out: Out) -> None:
    """For hosts and other units the posting's documents do not exist."""
    posting = appointed(out)
    for login in ("host", "town", "liaison", "deputy"):
        with pytest.raises(NotFoundError):
            papers.posting_paper(out.house, out.accounts[login], posting.id, Paper.DISPATCH_LETTER, Wanted(PDF))
    with pytest.raises(NotFoundError):
        papers.posting_paper(out.house, out.accounts["cadre-office"], "0" * 32, Paper.DISPATCH_LETTER, Wanted(PDF))


def test_what_is_wrong_is_said_and_nothing_is_recorded(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong number, another sort of file, missing fonts: a sentence, and the document stays owed."""
    posting = appointed(out)
    with pytest.raises(InputError, match="number"):
        taken(out, posting, Paper.DISPATCH_LETTER, number="7号")
    with pytest.raises(InputError, match="PDF"):
        taken(out, posting, Paper.DISPATCH_LETTER, form="exe")
    monkeypatch.setattr(pdf, "font_families", frozenset[str])
    with pytest.raises(ConfigError, match="fonts-noto-cjk"):
        taken(out, posting, Paper.DISPATCH_LETTER)
    assert taken(out, posting, Paper.TALK_RECORD, DOCX).content.startswith(b"PK")
    with out.house.reading() as session:
        assert [one.action for one in audit.latest(session)].count("dispatch.print") == 1
