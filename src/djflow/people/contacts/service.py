"""Where people can be reached, what is known against an address, and when they want no messages."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.people.contacts import rules, store
from djflow.people.contacts.model import WAY_LABELS, DeadContact, QuietHours, Reach, Way
from djflow.people.model import ContactEntry


def reach(session: Session, ids: Collection[str], way: Way) -> Mapping[PersonId, Reach]:
    """Return for the sender each person's best address on a way; one at which nobody was found is left out.

    The office's own mobile number comes before a second one; else the verified, the preferred, the oldest.
    """
    return store.reach(session, ids, way)


def report_dead(  # noqa: PLR0913 - whose address on which way, what the provider said, when
    session: Session, person_id: PersonId, way: Way, address: str, *, code: str, by: str, now: datetime
) -> bool:
    """Note that a provider found nobody at a person's address; False when that is known already, or nobody's."""
    if not store.is_person(session, person_id):
        return False
    is_news = store.report_dead(session, person_id, way, address, code=code, now=now)
    if is_news:
        audit.record(session, _person(person_id), "contact.dead", by=by, now=now, details={"way": way.value})
    return is_news


def dead_contacts(session: Session) -> tuple[DeadContact, ...]:
    """Return the addresses that somebody has to check, the oldest report first, masked."""
    return store.dead_contacts(session)


def clear_dead(session: Session, person_id: PersonId, *, by: str, now: datetime) -> tuple[datetime, ...]:
    """Use a person's addresses again after somebody checked them, and return when they were reported; twice is once."""
    cleared = store.clear_dead(session, person_id, now)
    if cleared:
        audit.record(session, _person(person_id), "contact.checked", by=by, now=now)
    return cleared


def verify_own(session: Session, person_id: PersonId, contact_id: str, *, by: str, now: datetime) -> None:
    """Note that a person knows one of the contacts registered for him as his own.

    Raises: NotFoundError for a contact that is not the person's.
    """
    if not store.verify_own(session, person_id, contact_id, now):
        raise NotFoundError("没有这条联系方式：请返回重新打开。", code="contact.unknown")
    audit.record(session, _person(person_id), "contact.verify", by=by, now=now)


def is_registered(session: Session, entry: ContactEntry) -> bool | None:
    """Return whether a registered contact is verified; None when it is not registered."""
    row = store.find(session, entry)
    return None if row is None else row.verified_at is not None


def register(session: Session) -> tuple[tuple[ContactEntry, bool], ...]:
    """Return for an export every registered contact in the clear and whether it is verified, by personal code."""
    return store.register(session)


def quiet_hours(session: Session, ids: Collection[str]) -> Mapping[PersonId, QuietHours]:
    """Return people's own quiet hours; whoever set none is missing."""
    return store.quiet_hours(session, ids)


def set_quiet_hours(session: Session, person_id: PersonId, hours: QuietHours | None, *, by: str, now: datetime) -> None:
    """Keep a person's own quiet hours, or forget them.

    Raises: InputError when they are too long.
    """
    if hours is not None and (problem := rules.quiet_problem(hours)):
        raise InputError(problem, code="contact.quiet")
    if store.quiet_hours(session, [person_id]).get(person_id) == hours:
        return
    store.put_quiet_hours(session, person_id, hours, now)
    details = {"hours": f"{hours.quiet_from:%H:%M}-{hours.quiet_to:%H:%M}" if hours else ""}
    audit.record(session, _person(person_id), "contact.quiet", by=by, now=now, details=details)


def first_ways(session: Session, ids: Collection[str]) -> Mapping[PersonId, Way]:
    """Return the way by which people want to be told first; whoever chose none is missing."""
    return store.first_ways(session, ids)


def set_first_way(session: Session, person_id: PersonId, way: Way | None, *, by: str, now: datetime) -> None:
    """Keep the way by which a person wants to be told first, or leave it to the office again.

    Raises: InputError when the person has no address on that way.
    """
    if way is not None and person_id not in store.reach(session, [person_id], way):
        raise InputError(f"您没有登记可用的{WAY_LABELS[way]}：请另选一种，或先请联络员登记。", code="contact.first_way")
    if store.first_ways(session, [person_id]).get(person_id) == way:
        return
    store.put_first_way(session, person_id, way, now)
    audit.record(session, _person(person_id), "contact.first_way", by=by, now=now, details={"way": way or ""})


def _person(key: PersonId) -> Subject:
    return Subject("people.person", key)
