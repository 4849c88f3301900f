"""Documents on the phone of whoever answers for a unit: only the own unit's, countersigned and acknowledged once."""

from collections.abc import Callable

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.assembly import House, documents_phone, phone, sending
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.documents.register import service as register
from djflow.documents.register.model import Document, DocumentState
from djflow.documents.register.sharing import service as sharing
from djflow.notify.channels.embedded import MemoryOutlet
from tests.assembly.documented import BY, Papers, staffed


@pytest.fixture
def papers(house: House, ids: dict[str, PersonId]) -> Papers:
    """The house with its staff."""
    return staffed(house, ids)


def names(found: documents_phone.Papers) -> tuple[list[str], list[str], list[str]]:
    """Return what is asked, waiting and done."""
    return (
        [one.name for one in found.asked],
        [one.document.name for one in found.waiting],
        [one.document.name for one in found.done],
    )


def hidden(papers: Papers, code: str, found: Document) -> bool:
    """Return whether a document does not exist for somebody."""
    try:
        documents_phone.document(papers.house, papers.ids[code], found.id)
    except NotFoundError:
        return True
    return False


def test_a_liaison_acknowledges_for_the_unit_once(papers: Papers) -> None:
    """It waits, is acknowledged by that person, and stays among those acknowledged; a second tap changes nothing."""
    found, person = papers.issued(), papers.ids["A04"]
    number = found.number
    assert names(documents_phone.papers(papers.house, person)) == ([], [number], [])
    mine = documents_phone.document(papers.house, person, found.id)
    assert (mine.unit, mine.lines, mine.asked) == (papers.units["HR"], (), None)
    for _ in range(2):
        documents_phone.acknowledge(papers.house, person, found.id)
    assert names(documents_phone.papers(papers.house, person)) == ([], [], [number])
    with papers.house.reading() as session:
        done = [one for one in sharing.receipts(session, found.id) if one.acknowledged_at]
    assert [(one.unit, one.acknowledged_by) for one in done] == [(papers.units["HR"], f"people.person:{person}")]
    assert names(documents_phone.papers(papers.house, papers.ids["C02"])) == ([], [number], [])


def test_whatever_is_not_of_the_own_unit_does_not_exist(papers: Papers) -> None:
    """Neither for another unit's liaison nor for the drafter; a draft and a document without such an id neither."""
    draft, found = papers.sent(), papers.issued()
    assert {code: hidden(papers, code, found) for code in ("A04", "C02", "B03", "B02", "A02")} == {
        "A04": False,
        "C02": False,
        "B03": True,
        "B02": True,
        "A02": True,
    }
    assert hidden(papers, "A04", draft)
    with pytest.raises(NotFoundError):
        documents_phone.document(papers.house, papers.ids["A04"], "0" * 32)
    for act in (
        lambda: documents_phone.acknowledge(papers.house, papers.ids["B03"], found.id),
        lambda: documents_phone.take_file(papers.house, papers.ids["B03"], found.id, "x"),
        lambda: documents_phone.countersign(papers.house, papers.ids["B03"], found.id, agreed=True, opinion=""),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert documents_phone.papers(papers.house, papers.ids["B02"]) == documents_phone.Papers()


def test_a_liaison_whose_account_is_disabled_sees_nothing(papers: Papers) -> None:
    """The link of the month still opens, but no document of the unit is there any more."""
    found = papers.issued()
    with papers.house.transaction() as session:
        account = papers.accounts["liaison"]
        accounts.set_disabled(session, account.id, disabled=True, by=BY, now=papers.house.now())
    assert hidden(papers, "A04", found)
    assert documents_phone.papers(papers.house, papers.ids["A04"]).open == 0


def test_files_of_the_edition_that_was_issued_are_handed_out(papers: Papers) -> None:
    """Taking one is recorded; a file of another document is not handed out."""
    found, other, person = papers.issued(), papers.issued(), papers.ids["A04"]
    kept = documents_phone.document(papers.house, person, found.id).files
    assert kept[0].name == f"{found.number}.docx"
    taken, content = documents_phone.take_file(papers.house, person, found.id, kept[0].id)
    assert (taken.id, content[:2], len(content)) == (kept[0].id, b"PK", kept[0].size)
    with pytest.raises(NotFoundError, match="没有这个文件"):
        documents_phone.take_file(papers.house, person, other.id, kept[0].id)


def test_a_unit_countersigns_on_the_phone(papers: Papers) -> None:
    """The text stands there; a refusal needs an opinion; what was answered is not answered again."""
    found, person = papers.sent(countersigns=(papers.units["LAW"],)), papers.ids["B03"]
    assert hidden(papers, "B03", found)
    papers.decide(found, "A03")
    assert names(documents_phone.papers(papers.house, person)) == ([found.name], [], [])
    mine = documents_phone.document(papers.house, person, found.id)
    assert (mine.countersigns, mine.lines[-1], mine.files) == (True, "请于12月5日前报送。", ())
    with pytest.raises(InputError, match="写明意见"):
        documents_phone.countersign(papers.house, person, found.id, agreed=False, opinion=" ")
    with pytest.raises(ConflictError, match="还没有印发"):
        documents_phone.acknowledge(papers.house, person, found.id)
    documents_phone.countersign(papers.house, person, found.id, agreed=True, opinion="")
    with papers.house.reading() as session:
        assert register.document(session, found.id).state is DocumentState.REVIEW
    with pytest.raises(ConflictError, match="不等贵单位会签"):
        documents_phone.countersign(papers.house, person, found.id, agreed=False, opinion="晚了")
    assert documents_phone.papers(papers.house, person).open == 0


def test_somebody_with_two_units_answers_for_the_one_that_waits(papers: Papers) -> None:
    """The document of both units is shown once; each is acknowledged by a tap of its own."""
    with papers.house.transaction() as session:
        new = NewAccount("d-second", frozenset({Role.TOWN_CLERK}), "A04", "T1")
        accounts.create(session, new, "x" * 40, by=BY, now=papers.house.now())
    found, person = papers.issued(), papers.ids["A04"]
    seen = []
    for _ in range(2):
        seen.append(documents_phone.document(papers.house, person, found.id).unit)
        assert len(documents_phone.papers(papers.house, person).waiting) == 1
        documents_phone.acknowledge(papers.house, person, found.id)
    assert sorted(seen) == sorted((papers.units["HR"], papers.units["T1"]))
    with papers.house.reading() as session:
        assert register.document(session, found.id).state is DocumentState.RECEIVED


def test_the_message_to_a_unit_leads_to_its_page(papers: Papers, at: Callable[[str], House]) -> None:
    """What the liaison gets names the document by its number and ends with the own link to the unit's documents."""
    found, person = papers.issued(), papers.ids["A04"]
    channel = MemoryOutlet("file")
    sending.drain(at("2026-11-18T10:07"), channels={"file": channel}, once=False)
    told = [message.text for message in channel.sent.values() if message.address == person]
    (issued,) = [text for text in told if "请于11月23日前签收" in text]
    assert found.number in issued
    assert issued.endswith(f"\n{phone.link_for(papers.house, person)}/document")
