"""Links by which people answer: an opaque token of 22 characters, of which only a keyed hash is stored.

A token is made from the invitation's id with a key of the house, so that every message of a period carries the same
link and nothing that opens it lies in the database. Source: OWASP guidance on capability links; RFC 2104 (HMAC).
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date, instant_of
from djflow.core.errors import GoneError, NotFoundError
from djflow.core.ids import PersonId, new_id
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.db.vault import Vault
from djflow.people import service as people
from djflow.people.model import PersonStatus
from djflow.roster.answers import store
from djflow.roster.answers.model import Invited
from djflow.roster.answers.tables import InvitationRow

PURPOSE = "duties"
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_BYTES = 16

UNKNOWN = "这个链接不完整或不是本系统发出的：请打开最近一条值班短信或消息里的链接。"
OVER = "这个链接已经过期：请打开最近一条值班短信或消息里的链接，或打电话向组织部要一个新的。"

LEFT = "您已不在值班人员名册里，这个链接不再有效：有疑问请打电话给组织部。"


def invite(session: Session, person: PersonId, *, now: datetime) -> str:
    """Return the token of the person's link for this month, made when there is none; good until the next month ends."""
    return token_of(vault_of(session), reference(session, person, now=now))


def reference(session: Session, person: PersonId, *, now: datetime) -> str:
    """Return the id of the person's invitation for this month; without the house's key nobody makes a link of it."""
    month = Month.of(civil_date(now))
    subject = str(Subject("roster.month", str(month)))
    row = store.invitation(session, person, PURPOSE, subject)
    if row is not None:
        return row.id
    row_id = new_id(now)
    token = token_of(vault_of(session), row_id)
    row = InvitationRow(
        id=row_id,
        hash=_hash(vault_of(session), token),
        person_id=person,
        subject=subject,
        purpose=PURPOSE,
        made_at=now,
        expires_at=instant_of(month.following.following.first),
    )
    store.add_invitation(session, row)
    return row_id


def invited(session: Session, token: str, *, now: datetime, retired: bool = False) -> Invited:
    """Return whom a link lets in; `retired` lets those in too who have no duties any more but matters of their own.

    Raises: NotFoundError for a token that was never given out; GoneError once it has expired or was revoked, or the
    person has left or retired.
    """
    row = store.invitation_by_hash(session, _hash(vault_of(session), token)) if TOKEN.fullmatch(token) else None
    if row is None:
        raise NotFoundError(UNKNOWN, code="link.broken")
    if now >= row.expires_at or row.revoked_at is not None:
        raise GoneError(OVER, code="link.expired")
    person = PersonId(row.person_id)
    card = people.people_by_ids(session, [person]).get(person)
    if card is None or (card.has_gone and not (retired and card.status is PersonStatus.RETIRED)):
        raise GoneError(LEFT, code="link.left")
    return Invited(person, row.expires_at)


def mark_used(session: Session, token: str, *, now: datetime) -> None:
    """Remember when a link was first acted with."""
    row = store.invitation_by_hash(session, _hash(vault_of(session), token))
    if row is not None and row.used_at is None:
        row.used_at = now


def revoke(session: Session, person: PersonId, *, by: str, now: datetime) -> int:
    """End every link of a person whose phone was lost and return how many; the next message brings a new one."""
    rows = store.invitations_of(session, person)
    for row in rows:
        row.revoked_at = now
    if rows:
        subject = Subject("people.person", person)
        audit.record(session, subject, "link.revoke", by=by, now=now, details={"links": len(rows)})
    return len(rows)


def token_of(vault: Vault, row_id: str) -> str:
    """Return the token of an invitation."""
    raw = hmac.new(vault.derived("invitation"), row_id.encode(), hashlib.sha256).digest()[:_BYTES]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _hash(vault: Vault, token: str) -> str:
    return vault.lookup(token, kind="invitation")
