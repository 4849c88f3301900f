"""Sending a failed message again by hand: to the address of today, for the old one may be why it failed."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.errors import ConflictError
from djflow.notify.delivery import store as messages
from djflow.notify.lives import service as lives
from djflow.notify.outlook import ContactWay, Outlook

_OWN = frozenset({ContactWay.NONE, ContactWay.RECIPIENT})
"""Ways that need nobody's address."""


def send_again(session: Session, outlook: Outlook, message_id: str, *, by: str, now: datetime) -> None:
    """Send a failed message again.

    Raises: NotFoundError; ConflictError when the message did not fail, nobody is to hear of it any more, or its
    recipient still has no address on that channel.
    """
    lives.replay(session, message_id, by=by, now=now)
    channel, recipient = messages.destination(session, message_id)
    way = outlook.ways.get(channel, ContactWay.NONE)
    if way in _OWN:
        return
    address = outlook.directory.addresses(session, way, [recipient]).get(recipient, "")
    if not address:
        raise ConflictError("收件人还没有这个渠道的联系方式：请先补上，再重发。", code="message.no_contact")
    messages.readdress(session, message_id, address)
