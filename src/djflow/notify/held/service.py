"""Lets messages go whose template has been approved meanwhile, and ends those that are too old."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.notify import rules
from djflow.notify.held import store
from djflow.notify.model import MessageState
from djflow.notify.planning import Outlook


def move_on(session: Session, outlook: Outlook, *, now: datetime) -> int:
    """End held messages that are past, let those go whose template is approved now, and return how many there were.

    The provider's code is taken anew: it is often given together with the approval.
    """
    ended = store.end_expired(session, now)
    freed = 0
    for one in store.held_for_template(session):
        template = outlook.templates.get(one.text)
        if template is not None and not template.approved:
            continue
        urgency = outlook.policies[one.kind].urgency
        due_at, reason = rules.send_at(now, one.expires_at, urgency, outlook.hours, one.key)
        state = MessageState.HELD if due_at > now else MessageState.PENDING
        store.free(session, one, state, reason, due_at=due_at, code=template.on(one.channel) if template else "")
        freed += 1
    return ended + freed
