"""A document's life in the register: drafted, signed, frozen, numbered, issued, acknowledged, kept or void."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, IntegrityError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.documents.numbering import service as numbering
from djflow.documents.numbering.model import NumberUse
from djflow.documents.official.model import Attachment, DocumentKind, Paragraph
from djflow.documents.register import service
from djflow.documents.register.model import Act, DocumentState, Signature, Who
from djflow.documents.register.sharing import service as sharing
from djflow.documents.register.sharing.store import Said
from djflow.documents.register.tables import DocumentRow
from djflow.notify import service as notify
from tests.documents.registered import BY, NOW, TERMS, TEXT, Office, issued, office, signed, signed_again, typeset

S = DocumentState


@pytest.fixture
def here(session: Session) -> Office:
    """The office."""
    return office(session)


def slots(session: Session) -> list[str]:
    """Return the occasions somebody was told of, without the units in them."""
    return sorted(str(row["slot"]).partition(":")[0] for row in notify.listing(session, limit=100))


def test_a_document_goes_from_draft_to_archive(session: Session, here: Office) -> None:
    """Each step stands in its life; the last receipt makes it received, and it can be put away."""
    found = issued(session, here.new(), here.ids["A01"])
    assert (found.number, found.signed_on, found.state) == ("某组发〔2026〕1号", date(2026, 11, 24), S.ISSUED)
    with pytest.raises(RuleError, match="还有 2 个单位没有签收"):
        service.move(session, found.id, Act.ARCHIVE, Who.OFFICE, by=BY, now=NOW)
    sharing.acknowledge(session, found.id, here.units["HR"], by=BY, now=NOW)
    assert sharing.acknowledge(session, found.id, here.units["HR"], by=BY, now=NOW).state is S.ISSUED
    assert sharing.acknowledge(session, found.id, here.units["T1"], by=BY, now=NOW).state is S.RECEIVED
    service.move(session, found.id, Act.ARCHIVE, Who.OFFICE, by=BY, now=NOW)
    assert [one.after for one in service.moves(session, found.id)] == [
        *(S.PROOFREAD, S.COUNTERSIGN, S.REVIEW, S.SIGNED),
        *(S.NUMBERED, S.TYPESET, S.ISSUED, S.RECEIVED, S.ARCHIVED),
    ]
    year = DateSpan(date(2026, 1, 1), date(2026, 12, 31))
    assert [one.id for one in service.documents(session, {S.ARCHIVED}, span=year)] == [found.id]
    assert service.documents(session, span=DateSpan(date(2025, 1, 1), date(2025, 12, 31))) == ()


def test_signing_freezes_the_text_and_a_change_is_a_new_version(session: Session, here: Office) -> None:
    """A signed text cannot be written; a revised one is signed again and keeps its number."""
    found = typeset(session, signed(session, here.new(), here.ids["A01"]))
    other = replace(TEXT, body=(Paragraph("请于12月8日前报送。"),))
    with pytest.raises(ConflictError, match="不能直接改"):
        service.amend(session, found.id, here.new(text=other), terms=TERMS, by=BY, now=NOW)
    with pytest.raises(InputError, match="写明原因"):
        service.revise(session, found.id, " ", by=BY, now=NOW)
    assert service.revise(session, found.id, "时间有误", by=BY, now=NOW).edition == 2
    again = service.amend(session, found.id, here.new(text=other), terms=TERMS, by=BY, now=NOW)
    with pytest.raises(ConflictError, match="不能换代字"):
        service.amend(session, found.id, here.new(series="tong"), terms=TERMS, by=BY, now=NOW)
    with pytest.raises(RuleError, match="请选“作废”"):
        service.move(session, found.id, Act.DROP, Who.OFFICE, by=BY, now=NOW, reason="不发了")
    again = typeset(session, signed_again(session, again, here.ids["A02"]))
    assert (again.number, again.edition) == ("某组发〔2026〕1号", 2)
    first, second = service.editions(session, found.id)
    assert (first.content_hash, second.content_hash) == (found.content_hash, again.content_hash)
    assert service.text(session, found.id, 1).body == TEXT.body
    assert service.text(session, found.id).body == other.body
    assert [one.edition for one in sharing.files(session, found.id)] == [1, 2]


def test_a_text_that_is_not_the_signed_one_is_not_printed(session: Session, here: Office) -> None:
    """Approved is what was seen: another hash is refused at signing, and a tampered register at printing."""
    found = service.draft(session, here.new(), terms=TERMS, by=BY, now=NOW)
    with pytest.raises(ConflictError, match="还没有签发"):
        service.to_print(session, found.id, printed_on=NOW.date())
    service.submit(session, found.id, by=BY, now=NOW)
    service.move(session, found.id, Act.PASS, Who.APPROVAL, by=BY, now=NOW)
    service.move(session, found.id, Act.COUNTERSIGNED, Who.APPROVAL, by=BY, now=NOW)
    with pytest.raises(IntegrityError, match="不一致"):
        service.sign(session, found.id, Signature(here.ids["A01"], NOW), "0" * 64, by=BY, now=NOW)
    service.sign(session, found.id, Signature(here.ids["A01"], NOW), found.content_hash, by=BY, now=NOW)
    service.number(session, found.id, terms=TERMS, by=BY, now=NOW)
    session.execute(update(DocumentRow).where(DocumentRow.id == found.id).values(content_hash="0" * 64))
    with pytest.raises(IntegrityError, match="不一致"):
        service.to_print(session, found.id, printed_on=NOW.date())


def test_a_delegate_is_printed_as_such(session: Session, here: Office) -> None:
    """Who signed for a leader on leave stands so on the sheet, and on a document to a higher office."""
    upward = replace(TEXT, signers=("待签发",))
    found = signed(session, here.new(text=upward), here.ids["A02"], here.ids["A01"])
    found = service.number(session, found.id, terms=TERMS, by=BY, now=NOW)
    assert service.signer_of(session, service.editions(session, found.id)[0]) == "甲A02（代甲A01）"
    printed = service.to_print(session, found.id, printed_on=date(2026, 11, 25))
    text = printed.text
    assert text.signers == ("甲A02（代甲A01）",)
    assert (text.number, text.signed_on, text.printed_on) == (found.number, date(2026, 11, 24), date(2026, 11, 25))


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "绝密★1年 关于某事的通知"},
        {"annotation": "密级：机密"},
        {"attachments": (Attachment("秘密级文件"),)},
        {"recipients": ("秘密★各镇",)},
        {"body": (Paragraph("（机密）"),)},
    ],
)
def test_a_classified_text_is_refused(session: Session, here: Office, changes: dict[str, object]) -> None:
    """Wherever the mark stands, nothing is kept, and the sentence says what to do."""
    marked = replace(TEXT, **changes)  # type: ignore[arg-type] # the names of its own fields
    with pytest.raises(InputError, match="严禁处理涉密信息") as refused:
        service.draft(session, here.new(text=marked), terms=TERMS, by=BY, now=NOW)
    assert refused.value.code == "document.classified"
    assert service.documents(session) == ()


def test_words_about_secrecy_are_no_mark(session: Session, here: Office) -> None:
    """A notice about keeping secrets may be issued."""
    text = replace(TEXT, title="关于加强保密工作的通知", body=(Paragraph("严格保守国家秘密和工作秘密。"),))
    assert service.draft(session, here.new(text=text), terms=TERMS, by=BY, now=NOW).state is S.DRAFT


def test_an_internal_document_is_never_published(session: Session, here: Office) -> None:
    """内部 blocks publication for ever, an open one may be published once it is issued."""
    inside = issued(session, here.new(text=replace(TEXT, internal=True)), here.ids["A01"])
    with pytest.raises(RuleError, match="内部文件，不能公开"):
        service.publishable(session, inside.id)
    draft = service.draft(session, here.new(), terms=TERMS, by=BY, now=NOW)
    with pytest.raises(RuleError, match="还没有印发"):
        service.publishable(session, draft.id)
    assert service.publishable(session, issued(session, here.new(), here.ids["A01"]).id).title == TEXT.title


def test_a_void_document_keeps_its_number_and_its_units_hear_of_it(session: Session, here: Office) -> None:
    """The number is not given out again; whoever got it is told to stop."""
    found = issued(session, here.new(), here.ids["A01"])
    service.void(session, found.id, "内容有误", by=BY, now=NOW)
    (number,) = numbering.ledger(session, "fa", 2026)
    assert (number.use, number.void_reason) == (NumberUse.VOID, "内容有误")
    assert slots(session) == ["issued", "issued", "void", "void"]
    with pytest.raises(ConflictError, match="不能签收"):
        sharing.acknowledge(session, found.id, here.units["HR"], by=BY, now=NOW)
    assert issued(session, here.new(), here.ids["A01"]).number == "某组发〔2026〕2号"
    draft = service.draft(session, here.new(), terms=TERMS, by=BY, now=NOW)
    with pytest.raises(RuleError, match="还没有编号"):
        service.void(session, draft.id, "不发了", by=BY, now=NOW)


def test_units_that_do_not_acknowledge_are_reminded_once_per_step(session: Session, here: Office) -> None:
    """On the third and the fifth workday, once each however often it is looked at; not after the receipt."""
    found = issued(session, here.new(), here.ids["A01"])
    town = here.units["T1"]
    sharing.acknowledge(session, found.id, here.units["HR"], by=BY, now=NOW)
    reminded = []
    for days in (1, 3, 3, 4, 7, 7, 30):
        now = NOW + timedelta(days=days)
        waiting = sharing.waiting(session, terms=TERMS, now=now)
        assert [one.unit for _, one, _ in waiting] == [town]
        reminded.append(sharing.remind(session, found.id, town, terms=TERMS, now=now))
    assert reminded == [False, True, False, False, True, False, False]
    assert slots(session) == ["issued", "issued", "remind", "remind"]
    assert sharing.receipts(session, found.id)[0].due_on == date(2026, 11, 27)
    sharing.acknowledge(session, found.id, town, by=BY, now=NOW)
    assert sharing.waiting(session, terms=TERMS, now=NOW) == ()
    assert not sharing.remind(session, found.id, here.units["LAW"], terms=TERMS, now=NOW)


def test_units_countersign_each_submission(session: Session, here: Office) -> None:
    """All must agree before the document goes on; one that disagrees says why; a new submission asks anew."""
    found = service.draft(session, here.new(countersigns=(here.units["LAW"],)), terms=TERMS, by=BY, now=NOW)
    service.submit(session, found.id, by=BY, now=NOW)
    found = service.move(session, found.id, Act.PASS, Who.APPROVAL, by=BY, now=NOW)
    assert sharing.ask(session, found, terms=TERMS, now=NOW) == 1
    assert [one.id for one in sharing.asked_of(session, [here.units["LAW"]])] == [found.id]
    with pytest.raises(RuleError, match="司法局还没有答复"):
        service.move(session, found.id, Act.COUNTERSIGNED, Who.UNIT, by=BY, now=NOW)
    with pytest.raises(NotFoundError):
        sharing.answer(session, found.id, Said(here.units["HR"], agreed=True), by=BY, now=NOW)
    with pytest.raises(InputError, match="写明意见"):
        sharing.answer(session, found.id, Said(here.units["LAW"], agreed=False), by=BY, now=NOW)
    sharing.answer(session, found.id, Said(here.units["LAW"], agreed=False, opinion="期限太短"), by=BY, now=NOW)
    assert sharing.countersigns(session, found.id)[0].opinion == "期限太短"
    service.move(session, found.id, Act.RETURN, Who.UNIT, by=BY, now=NOW, reason="会签不同意")
    service.submit(session, found.id, by=BY, now=NOW)
    assert not sharing.all_agreed(session, found.id)
    found = service.move(session, found.id, Act.PASS, Who.APPROVAL, by=BY, now=NOW)
    sharing.ask(session, found, terms=TERMS, now=NOW)
    sharing.answer(session, found.id, Said(here.units["LAW"], agreed=True), by=BY, now=NOW)
    with pytest.raises(ConflictError, match="不等贵单位会签"):
        sharing.answer(session, found.id, Said(here.units["LAW"], agreed=True), by=BY, now=NOW)
    assert sharing.all_agreed(session, found.id)
    assert service.move(session, found.id, Act.COUNTERSIGNED, Who.UNIT, by=BY, now=NOW).state is S.REVIEW


def test_what_cannot_become_a_document_is_refused(session: Session, here: Office) -> None:
    """A series of another kind, a number typed by hand, no title, a unit that does not exist."""
    for changes, said in (
        ({"text": replace(TEXT, kind=DocumentKind.LETTER)}, "不用于函"),
        ({"text": replace(TEXT, number="某组发〔2026〕1号")}, "由系统填写"),
        ({"text": replace(TEXT, title=" ")}, "标题"),
        ({"text": replace(TEXT, title="字" * 121)}, "1—120"),
        ({"series": "xx"}, "没有代字"),
        ({"recipients": ("0" * 32,)}, "不存在"),
    ):
        with pytest.raises((InputError, NotFoundError), match=said):
            service.draft(session, here.new(**changes), terms=TERMS, by=BY, now=NOW)
    found = service.draft(session, here.new(text=replace(TEXT, issuers=())), terms=TERMS, by=BY, now=NOW)
    with pytest.raises(RuleError, match="发文机关"):
        service.submit(session, found.id, by=BY, now=NOW)


def test_the_same_origin_is_the_same_document(session: Session, here: Office) -> None:
    """A circular that is handed over twice is drafted once; it is found by each of its names."""
    origin = Subject("circulars.circular", "c1")
    first = service.draft(session, here.new(origin=origin), terms=TERMS, by=BY, now=NOW)
    assert service.draft(session, here.new(origin=origin), terms=TERMS, by=BY, now=NOW).id == first.id
    assert first.file_number == "GW2026-0001"
    done = service.number(session, signed_again(session, first, here.ids["A01"]).id, terms=TERMS, by=BY, now=NOW)
    assert [service.find(session, name).id for name in (done.file_number, done.number, done.id)] == [first.id] * 3
    with pytest.raises(NotFoundError, match="没有公文"):
        service.find(session, "某组发〔2026〕9号")


def test_texts_files_and_reasons_are_sealed_and_takings_recorded(session: Session, here: Office) -> None:
    """Nothing of a text stands in the open but its title; who took a file stands in the record."""
    found = issued(session, here.new(), here.ids["A01"])
    (kept,) = sharing.files(session, found.id)
    assert sharing.take_file(session, found.id, kept.id, by="account:x", now=NOW)[1] == b"docx"
    entries = [one for one in audit.history(session, found.subject) if one.action == "document.take_file"]
    assert [one.actor for one in entries] == ["account:x"]
    with pytest.raises(NotFoundError):
        sharing.take_file(session, found.id, "0" * 32, by="account:x", now=NOW)
    assert not any("报送" in one.details for one in audit.history(session, found.subject))
