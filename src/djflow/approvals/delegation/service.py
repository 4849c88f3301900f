"""What others ask of delegation: give, take back, list. Who has a delegation may not pass it on."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.approvals.delegation import store
from djflow.approvals.model import Delegation, DelegationId
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId, new_id
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.people import service as people

MAX_DAYS = 92
"""Longest delegation; a longer absence is a matter of appointing somebody."""


def delegate(  # noqa: PLR0913 - from whom to whom, for what and when
    session: Session,
    principal: PersonId,
    to: PersonId,
    span: DateSpan,
    *,
    by: str,
    now: datetime,
    kind: str = "",
) -> DelegationId:
    """Let `to` decide what waits for `principal` on the days of `span`; `kind` empty is for everything.

    Raises: InputError for oneself, past or too many days; ConflictError for days delegated already, or on which `to`
    is represented too: a delegation is not passed on; NotFoundError.
    """
    if principal == to:
        raise InputError("代理人不能是本人：请另选一位。", code="delegation.self")
    if span.last < civil_date(now) or (span.last - span.first).days >= MAX_DAYS:
        raise InputError(f"代理期限须在今天以后、最长 {MAX_DAYS} 天：请改日期。", code="delegation.days")
    cards = people.people_by_ids(session, [principal, to])
    if len(cards) < 2 or not cards[to].serves:
        raise NotFoundError("代理人不在岗或不在人员表里：请另选一位。", code="delegation.person")
    made = Delegation(DelegationId(new_id(now)), principal, to, kind, span.first, span.last)
    details = {"principal": principal, "delegate": to, "kind": kind, "first": str(span.first), "last": str(span.last)}
    # The record's head is locked here, so that two delegations of the same days cannot look past each other.
    audit.record(session, Subject("approvals.delegation", made.id), "delegation.give", by=by, now=now, details=details)
    if store.overlapping(session, made):
        raise ConflictError("这几天已经委托过代理：请先收回原来的代理。", code="delegation.overlap")
    if store.overlapping(session, replace(made, principal=to)):
        raise ConflictError(
            "这位同志那几天也委托了别人代理，代理不能再转托：请另选一位或另选日期。", code="delegation.chain"
        )
    store.add(session, made, now=now)
    return made.id


def revoke(session: Session, delegation_id: DelegationId, *, by: str, now: datetime) -> None:
    """Take a delegation back; what the delegate has decided stays.

    Raises: NotFoundError when there is none in force.
    """
    found = store.revoke(session, delegation_id, now=now)
    if found is None:
        raise NotFoundError("没有这项代理，或已经收回：请刷新后再看。", code="delegation.unknown")
    subject = Subject("approvals.delegation", delegation_id)
    audit.record(session, subject, "delegation.revoke", by=by, now=now, details={"principal": found.principal})


def delegates(session: Session, principals: Collection[PersonId], kind: str, on: date) -> Mapping[PersonId, PersonId]:
    """Return who represents principals in matters of a kind on a day; one level only."""
    found = store.in_force(session, on=on, principals=principals) if principals else ()
    return {one.principal: one.delegate for one in found if one.kind in {"", kind}}


def principals_of(session: Session, person: PersonId, on: date) -> tuple[Delegation, ...]:
    """Return the delegations by which somebody acts for others on a day."""
    return store.in_force(session, on=on, delegate=person)


def known_to(session: Session, person: PersonId, on: date) -> tuple[Delegation, ...]:
    """Return what somebody has given or been given that is in force on a day or later, the first to begin first."""
    return store.known_to(session, person, on)
