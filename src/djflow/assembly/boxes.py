"""What the office's acts put into the boxes of the desk, in the act's own transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.core.clock import instant_of
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem
from djflow.roster import service as roster
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
