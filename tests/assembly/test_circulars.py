"""A month's circular in a house: it writes itself from real data, is confirmed, signed, issued and acknowledged."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from djflow.assembly import House, circulars, documents_acts, documents_watch
from djflow.assembly import documents_signing as signing
from djflow.circulars import confirming, service
from djflow.circulars.model import Answered, Circular, CircularState, NewCorrection, Verdict
from djflow.circulars.periods import Period
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId
from djflow.core.sections import Figure
from djflow.documents.register import service as register
from djflow.documents.register.model import Document, DocumentState
from djflow.documents.register.sharing import service as sharing
from djflow.notify import service as notify
from tests.assembly.documented import BY, Papers, staffed

NOVEMBER = Period.parse("2026-11")
BUILT = "2026-12-03T09:00"
S = CircularState
Moment = Callable[[str], House]


@pytest.fixture
def papers(house: House, ids: dict[str, PersonId]) -> Papers:
    """A house whose November has an issued document that one of its two units acknowledged in time."""
    made = staffed(house, ids)
    found = made.issued()
    documents_acts.acknowledge(house, found.id, made.units["HR"], by=BY)
    return made


def slots(house: House, kind: str) -> list[str]:
    """Return the slots of the notices about circulars, one for each recipient."""
    with house.reading() as session:
        rows = notify.listing(session, limit=500)
        return sorted(f"{row['slot']} {row['recipient']}" for row in rows if str(row["kind"]) == kind)


def built(house: House) -> Circular:
    """Build November's circular."""
    return circulars.build(house, "work", NOVEMBER, by=BY)


def test_the_month_before_is_due_from_the_third_workday_on(at: Moment) -> None:
    """On 2 December it is too early, on the 3rd and after November is due."""
    assert circulars.period_due(at("2026-12-02T09:00")) is None
    assert circulars.period_due(at(BUILT)) == NOVEMBER
    assert circulars.period_due(at("2026-12-15T09:00")) == NOVEMBER


def test_a_period_that_is_not_over_keeps_nothing(papers: Papers) -> None:
    """November cannot be told of in November."""
    with pytest.raises(RuleError):
        built(papers.house)
    with papers.house.reading() as session:
        assert service.circulars(session) == ()


def test_units_are_asked_once_and_the_draft_tells_what_they_did(papers: Papers, at: Moment) -> None:
    """Built twice it is one circular; the unit that did not acknowledge is named with its number, nobody by name."""
    found, again = built(at(BUILT)), built(at(BUILT))
    assert (found.id, found.state) == (again.id, S.CONFIRMING)
    shown = circulars.stage(at(BUILT), found.id)
    text = circulars.markdown(shown)
    assert "关于2026年11月统筹城乡基层党建重点工作推进情况的通报" in text
    assert "大仓镇" in text
    assert "甲A01" not in text
    assert {row["答复"] for row in shown.confirmations} == {"待核对"}
    assert len(slots(papers.house, "circular_unit")) == len(shown.confirmations)


def test_a_circular_goes_from_the_figures_to_the_archive(papers: Papers, at: Moment) -> None:
    """One unit confirms, another corrects, silence agrees; the document is signed, issued, acknowledged, archived."""
    found, town = built(at(BUILT)), papers.units["T1"]
    claimed = corrected(at(BUILT), found, papers)
    late = circulars.watch(at("2026-12-08T09:20"), by=BY)
    assert [row["原因"] for row in late.stuck] == ["有1条更正等处理，处理后才能成稿。"]
    with at("2026-12-08T10:00").transaction() as session:
        now = at("2026-12-08T10:00").now()
        confirming.decide(session, claimed, Verdict.ACCEPTED, "", by=BY, now=now)
    watched = [circulars.watch(at("2026-12-09T09:20"), by=BY) for _ in range(2)]
    assert [[one.id for one in each.waiting] for each in watched] == [[found.id]] * 2
    with papers.house.reading() as session:
        answers = {one.unit: one.answered for one in service.confirmations(session, found.id)}
        assert service.circular(session, found.id).edition == 2
    assert answers[town] is Answered.CORRECTED
    house = at("2026-12-09T10:00")
    document = circulars.hand_over(house, found.id, by=BY)
    assert circulars.hand_over(house, found.id, by=BY).id == document.id
    issued(replace(papers, house=house), document)
    assert circulars.watch(at("2026-12-10T09:20"), by=BY).rows[0]["状态"] == "已印发"
    acknowledged(at("2026-12-11T09:00"), document)
    documents_acts.archive(at("2026-12-11T10:00"), document.id, by=BY)
    circulars.watch(at("2026-12-14T09:20"), by=BY)
    with papers.house.reading() as session:
        assert service.circular(session, found.id).state is S.ARCHIVED
        assert register.document(session, document.id).state is DocumentState.ARCHIVED
    told = slots(papers.house, "circular_unit")
    assert len(told) == len(set(told))


def corrected(house: House, found: Circular, papers: Papers) -> str:
    """Let the township claim that it acknowledged after all."""
    with house.transaction() as session:
        new = NewCorrection(papers.units["T1"], "documents", "documents.acknowledged", Figure(1, 1), "当天已电话签收")
        return confirming.correct(session, found.id, new, by=BY, now=house.now()).id


def issued(papers: Papers, document: Document) -> None:
    """Let the document be proofread and signed, number, set and issue it."""
    for code in ("A03", "B01"):
        papers.decide(document, code)
    documents_acts.number(papers.house, document.id, by=BY)
    documents_acts.typeset(papers.house, document.id, by=BY)
    with papers.house.reading() as session:
        names = {one.name.rpartition(".")[2] for one in sharing.files(session, document.id)}
    assert "docx" in names
    documents_acts.issue(papers.house, document.id, by=BY)


def acknowledged(house: House, document: Document) -> None:
    """Let every unit acknowledge."""
    with house.reading() as session:
        units, _ = register.units_of(session, document.id)
    for unit in units:
        documents_acts.acknowledge(house, document.id, unit, by=BY)
    with house.reading() as session:
        name = register.document(session, document.id).name
    assert name not in {row["公文"] for row in documents_watch.watch(house, by=BY).rows}


@pytest.mark.usefixtures("papers")
def test_a_draft_that_is_sent_back_waits_for_the_office(at: Moment) -> None:
    """Returned, nobody is asked to review it; dropped, another of the same period may be begun."""
    found = built(at(BUILT))
    circulars.watch(at("2026-12-08T09:20"), by=BY)
    circulars.send_back(at("2026-12-08T10:00"), found.id, "做法写得太少", by=BY)
    assert circulars.watch(at("2026-12-09T09:20"), by=BY).waiting == ()
    circulars.drop(at("2026-12-09T10:00"), found.id, "改发专报", by=BY)
    assert built(at("2026-12-09T11:00")).id != found.id


def test_what_a_crash_left_drafted_is_sent_on(papers: Papers, at: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends between the register's draft and its approval: the next look sends it in, once."""
    found = built(at(BUILT))
    circulars.watch(at("2026-12-08T09:20"), by=BY)

    def dies(*_: object, **__: object) -> Document:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(signing, "submit", dies)
        with pytest.raises(KeyboardInterrupt):
            circulars.hand_over(at("2026-12-08T10:00"), found.id, by=BY)
    for _ in range(2):
        circulars.watch(at("2026-12-09T09:20"), by=BY)
    with papers.house.reading() as session:
        document = register.document(session, service.circular(session, found.id).document_id)
    assert document.state is DocumentState.PROOFREAD
    assert papers.case(document).over is False


def test_the_draft_can_be_downloaded(papers: Papers, at: Moment) -> None:
    """Behind the signed links stand the .docx and what else there is; any other name is nothing."""
    found = built(at(BUILT))
    house = at(BUILT)
    assert set(circulars.links(house, found.id)) == {"可编辑的初稿（.docx）", "排印样（PDF）"}
    assert (circulars.render(house, found.id, "初稿.docx") or b"").startswith(b"PK")
    assert circulars.render(house, found.id, "别的.txt") is None
    assert papers.units
