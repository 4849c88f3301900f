"""What the office's acts put into the boxes of the desk, in the act's own transaction."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.core.clock import instant_of
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import MAX_TITLE, Address, ItemKind, NewItem
from djflow.people.model import PersonCard
from djflow.roster import service as roster
from djflow.roster.answers.model import Offer
from djflow.roster.service import Standing
from djflow.roster.views import RosterState


def roster_moved(session: Session, found: Standing, *, by: str, now: datetime) -> None:
    """Put a draft that waits into the clerks' boxes; take it out once it is published or void."""
    subject = roster.subject_of(found.roster_id)
    if found.state is not RosterState.REVIEW:
        inbox.settle(session, ItemKind.ROSTER_REVIEW, subject, by=by, now=now)
        return
    item = NewItem(
        ItemKind.ROSTER_REVIEW,
        subject,
        Address(role=Role.OFFICE_CLERK),
        f"{found.month.title}赶场值班表第{found.round}稿等待审核",
        f"/desk/roster/{found.roster_id}",
        due_at=instant_of(found.month.first),
    )
    inbox.post_item(session, item, now=now)


def duty_declined(session: Session, card: PersonCard, event: str, month: Month, *, now: datetime) -> None:
    """Tell the clerks that somebody cannot come and that nobody was found; no reason is named."""
    item = NewItem(
        ItemKind.DUTY_DECLINED,
        # The last digits of a person's id tell the people of one session apart and keep the subject short.
        Subject("roster.decline", f"{event}.{card.id[-12:]}"),
        Address(role=Role.OFFICE_CLERK),
        f"{card.name}（{card.unit_name}）不能到岗，请安排替换：{event}"[:MAX_TITLE],
        f"/desk/answers/{month}",
        due_at=instant_of(date.fromisoformat(event.rpartition("@")[2])),
    )
    inbox.post_item(session, item, now=now)


def offer_waits(session: Session, offer: Offer, *, now: datetime) -> None:
    """Put a swap that both people agreed on into the clerks' boxes."""
    item = NewItem(
        ItemKind.SWAP_REQUEST,
        _offer_subject(offer.id),
        Address(role=Role.OFFICE_CLERK),
        f"换班等待批准：{offer.event}"[:MAX_TITLE],
        f"/desk/answers/{offer.month}",
    )
    inbox.post_item(session, item, now=now)


def offer_over(session: Session, offer_id: str, *, by: str, now: datetime) -> None:
    """Take a swap out of the boxes once it is decided, taken back or expired."""
    inbox.settle(session, ItemKind.SWAP_REQUEST, _offer_subject(offer_id), by=by, now=now)


def _offer_subject(offer_id: str) -> Subject:
    return Subject("roster.offer", offer_id)
