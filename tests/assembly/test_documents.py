"""Documents in a house: the approval signs them, a delegate as such; units countersign, acknowledge, are reminded."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from docx import Document as WordFile

from djflow.accounts.model import Account, Act
from djflow.approvals import service as approvals
from djflow.approvals.delegation import service as delegation
from djflow.approvals.model import CaseState, Verdict
from djflow.assembly import House, approval_desk, documents_acts
from djflow.assembly import documents_signing as signing
from djflow.assembly import documents_watch as watching
from djflow.assembly.approval_office import office_of
from djflow.assembly.documents_scope import document_for
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.documents.official.rendering import render
from djflow.documents.register import service as register
from djflow.documents.register.model import Document, DocumentState
from djflow.documents.register.sharing import service as sharing
from djflow.documents.register.sharing.store import Said
from djflow.inbox import service as inbox
from djflow.inbox.model import Box
from djflow.notify import service as notify
from tests.assembly.documented import BY, TEXT, Papers, staffed

S = DocumentState


@pytest.fixture
def papers(house: House, ids: dict[str, PersonId]) -> Papers:
    """The house with its staff."""
    return staffed(house, ids)


def state(papers: Papers, found: Document) -> DocumentState:
    """Return where a document is."""
    with papers.house.reading() as session:
        return register.document(session, found.id).state


def titles(papers: Papers, account: Account) -> list[str]:
    """Return what an account has to do."""
    with papers.house.reading() as session:
        return sorted(item.title for item in inbox.box(session, account, Box.TO_DO))


def test_a_document_is_proofread_reviewed_and_signed(papers: Papers) -> None:
    """Each step of the approval moves the document; with the last one its text is frozen and the office numbers it."""
    found = papers.sent()
    assert titles(papers, papers.accounts["clerk"]) == [f"公文{found.file_number}（通知） · 核稿"]
    seen = []
    for code in ("A03", "B01", "A01"):
        papers.decide(found, code)
        seen.append(state(papers, found))
    assert seen == [S.REVIEW, S.REVIEW, S.SIGNED]
    with papers.house.reading() as session:
        (edition,) = register.editions(session, found.id)
        assert register.signer_of(session, edition) == "甲A01"
    assert edition.frozen_at is not None
    assert titles(papers, papers.accounts["clerk"]) == [f"公文{found.file_number}已签发，请编号印发"]
    assert documents_acts.number(papers.house, found.id, by=BY).number == "示组发〔2026〕1号"
    assert titles(papers, papers.accounts["clerk"]) == []


def test_the_signer_reads_the_text_where_it_is_decided(papers: Papers) -> None:
    """The approval's page at the desk shows title, recipients and text to whoever decides."""
    found = papers.sent()
    view = approval_desk.case_view(papers.house, papers.accounts["clerk"], papers.case(found).id)
    told = approval_desk.matter(papers.house, papers.accounts["clerk"], view)
    assert told[:2] == ("标题：关于报送基层党建工作情况的通知", "主送：各镇（乡）党委")
    assert told[-1] == "请于12月5日前报送。"


def test_a_signer_on_leave_is_represented_and_printed_so(papers: Papers) -> None:
    """The minister's delegate signs; the document says for whom."""
    today = papers.house.today()
    with papers.house.transaction() as session:
        delegation.delegate(
            session, papers.ids["A01"], papers.ids["A02"], DateSpan(today, today), by=BY, now=papers.house.now()
        )
    found = papers.sent(text=replace(TEXT, signers=("待签发",)))
    for code in ("A03", "B01", "A02"):
        papers.decide(found, code)
    with papers.house.reading() as session:
        assert register.signer_of(session, register.editions(session, found.id)[0]) == "甲A02（代甲A01）"
        printed = register.to_print(session, found.id, printed_on=today)
    assert printed.text.signers == ("甲A02（代甲A01）",)
    word = WordFile(io.BytesIO(render(printed.text, now=papers.house.now()).docx))
    assert any("签发人：甲A02（代甲A01）" in one.text for one in word.paragraphs)


def test_a_returned_document_is_mended_and_sent_in_again(papers: Papers) -> None:
    """The drafter is asked to mend it; the same approval goes on; a refused one begins anew."""
    found = papers.sent()
    with pytest.raises(ConflictError, match="不能直接改"):
        documents_acts.amend(papers.house, found.id, papers.new(), by=BY)
    papers.decide(found, "A03", Verdict.RETURN_TO_APPLICANT, "日期不清")
    assert state(papers, found) is S.RETURNED
    assert f"公文{found.file_number}退回修改" in titles(papers, papers.accounts["drafter"])
    first = papers.case(found)
    signing.submit(papers.house, found.id, by=BY)
    assert (papers.case(found).id, state(papers, found)) == (first.id, S.PROOFREAD)
    assert f"公文{found.file_number}退回修改" not in titles(papers, papers.accounts["drafter"])
    papers.decide(found, "A03")
    papers.decide(found, "B01", Verdict.REJECT, "不必发文")
    assert state(papers, found) is S.RETURNED
    signing.submit(papers.house, found.id, by=BY)
    assert papers.case(found).id != first.id


def test_a_document_on_its_way_can_be_taken_back(papers: Papers) -> None:
    """Its approval is withdrawn; what is not on its way is refused; another chain begins anew."""
    found = papers.sent()
    assert signing.take_back(papers.house, found.id, by=BY).state is S.RETURNED
    assert papers.case(found).state is CaseState.WITHDRAWN
    with pytest.raises(ConflictError, match="不在送审途中"):
        signing.take_back(papers.house, found.id, by=BY)
    documents_acts.amend(papers.house, found.id, papers.new(series="tong"), by=BY)
    signing.submit(papers.house, found.id, by=BY)
    assert papers.case(found).new.kind == "document.routine"


def test_units_countersign_before_the_review(papers: Papers) -> None:
    """The document waits for every unit asked; with the last agreement it goes on, a refusal sends it back."""
    asked = (papers.units["LAW"], papers.units["T1"])
    found = papers.sent(countersigns=asked)
    papers.decide(found, "A03")
    assert state(papers, found) is S.COUNTERSIGN
    assert titles(papers, papers.accounts["law"]) == [f"公文{found.file_number}请贵单位会签"]
    signing.countersign(papers.house, found.id, Said(asked[0], agreed=True), by=BY)
    assert (state(papers, found), titles(papers, papers.accounts["law"])) == (S.COUNTERSIGN, [])
    signing.countersign(papers.house, found.id, Said(asked[1], agreed=True), by=BY)
    assert (state(papers, found), papers.case(found).step) == (S.REVIEW, "review")
    other = papers.sent(countersigns=asked)
    papers.decide(other, "A03")
    signing.countersign(papers.house, other.id, Said(asked[0], agreed=False, opinion="时间不够"), by=BY)
    assert (state(papers, other), papers.case(other).state) == (S.RETURNED, CaseState.REJECTED)
    assert titles(papers, papers.accounts["town"]) == []


def test_a_crash_between_approval_and_register_is_healed(papers: Papers) -> None:
    """What an approval decided is done at the next look, once."""
    found = papers.sent()
    case = papers.case(found)
    with papers.house.transaction() as session:
        approvals.withdraw(session, case.id, office=office_of(papers.house), by=BY, now=papers.house.now())
    assert state(papers, found) is S.PROOFREAD
    assert [signing.catch_up(papers.house, by="watch") for _ in range(2)] == [1, 0]
    assert state(papers, found) is S.RETURNED


def test_issued_documents_reach_their_units_and_reminders_stop_with_the_receipt(
    papers: Papers, at: Callable[[str], House]
) -> None:
    """Files are set and kept; units are told, reminded once per step, and the list names units only."""
    found = papers.issued()
    with papers.house.reading() as session:
        names = [one.name for one in sharing.files(session, found.id)]
        told = [str(row["slot"]).partition(":")[0] for row in notify.listing(session, limit=99)]
    assert "示组发〔2026〕1号.docx" in names
    assert told.count("issued") == 2
    documents_acts.acknowledge(papers.house, found.id, papers.units["HR"], by=BY)
    counts = [watching.watch(at(f"2026-11-{day}T09:00"), by="watch") for day in (19, 23, 23, 25)]
    assert [one.reminded for one in counts] == [0, 1, 0, 1]
    (row,) = counts[-1].rows
    assert (row["公文"], row["单位"], row["应签收"]) == ("示组发〔2026〕1号", "大仓镇", "2026-11-23")
    assert (row["超期（天）"], counts[-1].late) == (2, 1)
    documents_acts.acknowledge(papers.house, found.id, papers.units["T1"], by=BY)
    assert watching.watch(at("2026-12-10T09:00"), by="watch").rows == ()
    assert documents_acts.archive(papers.house, found.id, by=BY).state is S.ARCHIVED


def test_a_unit_sees_what_is_shared_with_it_and_nothing_else(papers: Papers) -> None:
    """Drafts are the department's; an issued document is there for its units only, one to countersign for the asked."""
    sees = ("clerk", "drafter", "deputy", "minister")

    def seen(found: Document) -> list[str]:
        names = []
        for login, account in papers.accounts.items():
            try:
                with papers.house.reading() as session:
                    document_for(session, account, found.id)
            except NotFoundError:
                continue
            names.append(login)
        return names

    assert seen(papers.sent()) == list(sees)
    asked = papers.sent(countersigns=(papers.units["LAW"],))
    papers.decide(asked, "A03")
    assert seen(asked) == [*sees, "law"]
    assert seen(papers.issued()) == [*sees, "liaison", "town"]
    with pytest.raises(NotFoundError), papers.house.reading() as session:
        document_for(session, papers.accounts["law"], "0" * 32, Act.DOCUMENT_UNIT)


def test_a_chain_without_countersigning_refuses_units_to_ask(papers: Papers) -> None:
    """Said when it is sent in, so that it does not stand still later; the draft stays as it was."""
    configured = papers.house.settings.documents
    families = tuple(one.model_copy(update={"chain": "dispatch.extension"}) for one in configured.series)
    settings = replace(papers.house.settings, documents=configured.model_copy(update={"series": families}))
    other = replace(papers.house, settings=settings)
    found = documents_acts.draft(other, papers.new(countersigns=(papers.units["LAW"],)), by=BY)
    with pytest.raises(RuleError, match="没有会签一步"):
        signing.submit(other, found.id, by=BY)
    assert state(papers, found) is S.DRAFT
    plain = documents_acts.draft(other, papers.new(), by=BY)
    signing.submit(other, plain.id, by=BY)
    for code in ("B01", "A01"):
        papers.decide(plain, code)
    assert state(papers, plain) is S.SIGNED
