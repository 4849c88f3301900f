"""A circular goes to the register as an official document, and units are told of their figures."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.circulars import confirming, handing, service
from djflow.circulars.model import CircularState, Terms, Who
from djflow.circulars.service import NewCircular
from djflow.circulars.text import Letterhead
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.documents.official.model import DocumentKind
from djflow.documents.register import service as register
from djflow.documents.register.model import Terms as DocumentTerms
from djflow.inbox import service as inbox
from djflow.inbox.model import Box, ItemKind
from djflow.notify import service as notify
from djflow.notify.model import NoticeKind
from djflow.people.model import UnitKind
from tests.circulars.told import OCTOBER, TERMS, WORK, october
from tests.documents.registered import TERMS as DOCUMENTS
from tests.documents.registered import office, signed_again, typeset

BY = "test"
HEAD = Letterhead(("中共某区委组织部",), "中共某区委组织部办公室", "2026年11月17日 4f3c9a")


@dataclass(frozen=True, slots=True)
class Desk:
    """A circular under way, and its units by code."""

    session: Session
    now: datetime
    id: str
    units: dict[str, UnitId]
    signer: PersonId

    def review(self) -> None:
        """Bring it to its review."""
        service.ask(self.session, self.id, Who.OFFICE, terms=TERMS, by=BY, now=self.now)
        for unit in ("HR", "LAW", "T1"):
            confirming.confirm(self.session, self.id, self.units[unit], by=BY, now=self.now)
        service.close(self.session, self.id, Who.CLOCK, by=BY, now=self.now)

    def hand(self, terms: Terms = TERMS, documents: DocumentTerms = DOCUMENTS) -> str:
        """Pass the review."""
        made = handing.hand(self.session, self.id, HEAD, terms=terms, documents=documents, by=BY, now=self.now)
        return made.id


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """A house with a liaison of the bureau and a clerk of the township, and collected figures."""
    house = office(session)
    units = house.units
    new = NewCircular("work", OCTOBER, october(units))
    return Desk(
        session, now, service.open_circular(session, new, terms=TERMS, by=BY, now=now).id, units, house.ids["A01"]
    )


def test_a_reviewed_circular_becomes_one_document(desk: Desk) -> None:
    """Passing the review drafts it for its recipients, once; given up there it is written anew as another document."""
    desk.review()
    with pytest.raises(ConflictError, match="不能转公文办理"):
        desk.hand()
    handing.edit(desk.session, desk.id, "problem.absent", "T1两人未到岗。", terms=TERMS, by=BY, now=desk.now)
    service.submit(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    made = desk.hand()
    assert desk.hand() == made
    found = service.circular(desk.session, desk.id)
    assert (found.state, found.document_id) == (CircularState.HANDED, made)
    text = register.text(desk.session, made)
    assert (text.kind, text.title) == (DocumentKind.CIRCULAR, "关于2026年10月重点工作推进情况的通报")
    assert (text.recipients, text.cc) == (("各镇（街道）党（工）委",), ("区委办公室",))
    assert "T1两人未到岗。" in [getattr(block, "text", "") for block in text.body]
    assert register.units_of(desk.session, made)[0] == (desk.units["T1"],)
    service.take_back(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    service.submit(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    assert desk.hand() != made


def test_a_circular_follows_its_document(desk: Desk) -> None:
    """Issued and archived when its document is; returned to be written anew when that is void."""
    session, now = desk.session, desk.now
    desk.review()
    assert handing.follow(session, desk.id, by=BY, now=now).state is CircularState.DRAFTED
    service.submit(session, desk.id, Who.OFFICE, by=BY, now=now)
    made = desk.hand()
    assert handing.follow(session, desk.id, by=BY, now=now).state is CircularState.HANDED
    typeset(session, signed_again(session, register.document(session, made), desk.signer))
    register.issue(session, made, terms=DOCUMENTS, by=BY, now=now)
    for _ in range(2):
        assert handing.follow(session, desk.id, by=BY, now=now).state is CircularState.ISSUED
    register.void(session, made, "数据有误", by=BY, now=now)
    back = handing.follow(session, desk.id, by=BY, now=now)
    assert (back.state, back.document_id) == (CircularState.RETURNED, "")


def test_nothing_is_lost_when_the_register_refuses(desk: Desk) -> None:
    """A classified text stays under review; a circular to nobody is refused with what to mend."""
    desk.review()
    service.submit(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    secret = replace(TERMS, words={**TERMS.words, "opening": "机密★{period}{subject}"})
    with pytest.raises(InputError, match="涉密"):
        desk.hand(secret)
    nobody = replace(TERMS, kinds={"work": replace(WORK, groups=(UnitKind.SCHOOL,))})
    with pytest.raises(RuleError, match="主送单位一个也不在了"):
        desk.hand(nobody)
    assert service.circular(desk.session, desk.id).state is CircularState.REVIEW


def test_units_are_asked_and_reminded(desk: Desk) -> None:
    """Whoever answers for a unit gets a task and a message without figures; confirming closes the task."""
    service.ask(desk.session, desk.id, Who.OFFICE, terms=TERMS, by=BY, now=desk.now)
    login = accounts.account_by_login(desk.session, "hr-a04")
    (item,) = inbox.box(desk.session, login, Box.TO_DO)
    assert (item.kind, item.title) == (ItemKind.CIRCULAR, "2026年10月通报数据请核对")
    subject = service.circular(desk.session, desk.id).subject
    told = [one for one in notify.listing(desk.session) if one["subject"] == str(subject)]
    assert {one["kind"] for one in told} == {NoticeKind.CIRCULAR_UNIT.value}
    assert len(told) == 2
    confirming.confirm(desk.session, desk.id, desk.units["HR"], by=BY, now=desk.now)
    assert inbox.box(desk.session, login, Box.TO_DO) == ()


def test_a_machine_without_fonts_writes_the_circular_without_charts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The coordinator reads what to install."""
    monkeypatch.setattr(handing, "find_font", lambda: None)
    assert any("fonts-noto-cjk" in note for note in handing.draft(desk.session, desk.id, terms=TERMS).notes)
    made = handing.document(desk.session, desk.id, HEAD, terms=TERMS)
    assert [one.title for one in made.attachments] == ["2026年10月各单位指标情况表"]
