"""What tests of meetings share: a clerk who proofreads, documents brought to their issue, messages counted."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, documents_acts, relief
from djflow.assembly import documents_signing as signing
from djflow.core.ids import PersonId
from djflow.documents.official.model import OfficialDocument
from djflow.documents.official.rules import block_texts
from djflow.documents.register import service as register
from djflow.documents.register.model import Document
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item, NewItem
from djflow.meetings.invitations import service as invitations
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import Who
from djflow.notify import service as notify
from tests.assembly.test_meetings import BY, Hall


def with_clerk(hall: Hall) -> Hall:
    """Give the section's clerk A03, who proofreads, an account."""
    with hall.house.transaction() as session:
        new = NewAccount("clerk", frozenset({Role.OFFICE_CLERK}), "A03")
        accounts.create(session, new, "x" * 40, by=BY, now=hall.house.now())
    return hall


def signed(house: House, found: Document, away: Mapping[PersonId, PersonId] = MappingProxyType({})) -> Document:
    """Send a document in and let whoever is asked agree, step by step, a delegate for whoever is away."""
    signing.submit(house, found.id, by=BY)
    while True:
        with house.reading() as session:
            case = next((one for one in approvals.cases_about(session, found.subject) if not one.over), None)
            if case is None:
                return register.document(session, found.id)
        (task,) = case.waiting
        assert task.person is not None
        answer = Answer(away.get(task.person, task.person), Verdict.APPROVE, case.new.content_hash, "")
        relief.decide_any(house, task.id, answer, by=BY)


def issued(house: House, found: Document, away: Mapping[PersonId, PersonId] = MappingProxyType({})) -> Document:
    """Bring a draft to its units."""
    signed(house, found, away)
    documents_acts.number(house, found.id, by=BY)
    documents_acts.typeset(house, found.id, by=BY)
    return documents_acts.issue(house, found.id, by=BY)


def held(house: House, hall: Hall) -> None:
    """Note that the meeting was held, and begin its minutes."""
    with house.transaction() as session:
        invitations.hold(session, hall.meeting.id, Who.OFFICE, by=BY, now=house.now())
        minutes.draft(session, hall.meeting.id, by=BY, now=house.now())


def agreed(house: House, hall: Hall, content: str, due: date, owner: PersonId | None = None) -> Item:
    """Write a matter of the township into the minutes."""
    with house.transaction() as session:
        new = NewItem(content, hall.unit("T1"), (hall.unit("HR"),), due, owner or hall.ids["C02"])
        return actions.add(session, hall.meeting.id, new, by=BY, now=house.now())


def text_of(house: House, found: Document) -> OfficialDocument:
    """Return the text of a document."""
    with house.reading() as session:
        return register.text(session, found.id)


def words_of(text: OfficialDocument) -> str:
    """Return the paragraphs and cells of a text, one a line."""
    return "\n".join(words for block in text.body for words in block_texts(block))


def messages(house: House, *kinds: str) -> Counter[str]:
    """Return how many notices of some kinds of subjects there are by occasion, whatever tells it apart left out."""
    with house.reading() as session:
        rows = notify.listing(session, limit=10_000)
    mine = [row for row in rows if row["subject"].partition(":")[0] in kinds]
    return Counter(row["slot"].partition(":")[0] for row in mine)
