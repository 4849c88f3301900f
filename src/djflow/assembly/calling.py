"""Calls and replies that need a human: the full number for one call, each showing recorded; what came back."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from djflow.assembly.house import House
from djflow.assembly.outbox import outlook_of
from djflow.audit import service as audit
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from djflow.notify.feedback import service as feedback
from djflow.notify.feedback.model import Unclear
from djflow.notify.lives import service as lives
from djflow.notify.model import COORDINATOR
from djflow.notify.outlook import ContactWay
from djflow.people import service as people


@dataclass(frozen=True, slots=True)
class Number:
    """Whom to call about a notice, and the number in full."""

    notice_id: str
    recipient: str
    mobile: str = field(repr=False)


def show_number(house: House, notice_id: str, *, by: str) -> Number:
    """Return the full number for one call from the phone list; the record keeps who saw whose.

    Raises: NotFoundError when the notice does not wait for a call, or nobody has a number.
    Source: domain handbook, personal information: full numbers by role and logged.
    """
    directory = outlook_of(house).directory
    with house.transaction() as session:
        call = lives.call(session, notice_id)
        mobile = directory.addresses(session, ContactWay.MOBILE, [call.recipient]).get(call.recipient, "")
        if not mobile:
            raise NotFoundError("没有登记手机号：请向本人所在单位询问，并把号码补进人员表。", code="number.none")
        subject = Subject("people.person", _person(house, session, call.recipient))
        audit.record(session, subject, "number.show", by=by, now=house.now(), details={"notice": notice_id})
    return Number(notice_id, call.recipient, mobile)


def _person(house: House, session: Session, recipient: str) -> PersonId:
    if recipient != COORDINATOR:
        return PersonId(recipient)
    code = house.settings.notices.coordinator.person
    return people.person_by_code(session, code).id


def unclear_replies(house: House) -> tuple[Unclear, ...]:
    """Return the replies a human has to read, oldest first."""
    with house.reading() as session:
        return feedback.unclear_replies(session)


def handle_reply(house: House, reply_id: str, *, by: str) -> None:
    """Record that somebody read a reply and did what it asks; twice is once."""
    with house.transaction() as session:
        if feedback.handle_reply(session, reply_id, by=by, now=house.now()):
            subject = Subject("notify.reply", reply_id)
            audit.record(session, subject, "reply.handle", by=by, now=house.now())
            inbox.settle(session, ItemKind.UNCLEAR_REPLY, subject, by=by, now=house.now())
