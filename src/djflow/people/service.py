"""What an office asks of its people: register, change, list in official order, say who is away.

Every change is recorded in the same transaction; details name fields and codes, never what stands in them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import AbsenceId, BranchId, PersonId, UnitId, new_id
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.people import rules, store
from djflow.people.model import (
    Absence,
    AbsenceEntry,
    AbsenceKind,
    Applied,
    Branch,
    BranchEntry,
    Contact,
    ContactEntry,
    Fault,
    KinshipEntry,
    PersonCard,
    PersonEntry,
    PostHeld,
    Unit,
    UnitEntry,
)


def units(session: Session) -> tuple[Unit, ...]:
    """Return all units in official order."""
    return store.units(session)


def unit_by_code(session: Session, code: str) -> Unit:
    """Return the unit with the office's code.

    Raises: NotFoundError.
    """
    for unit in store.units(session):
        if unit.code == code:
            return unit
    raise NotFoundError(f"没有编码为 {code} 的单位：请先导入单位表，或核对编码。")


def branches(session: Session) -> tuple[Branch, ...]:
    """Return all branches in the official order of their units."""
    return store.branches(session)


def cadres(session: Session) -> tuple[PersonCard, ...]:
    """Return everybody who neither retired nor left, by unit order, higher rank first, then code."""
    return store.cards(session)


def people_by_ids(session: Session, ids: Collection[PersonId]) -> Mapping[PersonId, PersonCard]:
    """Return cards by id, those of the retired included; an unknown id is missing."""
    return {card.id: card for card in store.cards(session, ids, gone=True)}


def person_by_code(session: Session, code: str) -> PersonCard:
    """Return the card of the person with that code.

    Raises: NotFoundError.
    """
    key = store.person_id(session, code)
    if key is None:
        raise NotFoundError(f"没有工号为 {code} 的人员：请先导入人员表，或核对工号。")
    return people_by_ids(session, [key])[key]


def person_ids(session: Session, codes: Collection[str]) -> Mapping[str, PersonId]:
    """Return ids by code; an unknown code is missing."""
    return store.person_ids(session, codes)


def entries(session: Session, codes: Collection[str] | None = None) -> Mapping[str, PersonEntry]:
    """Return what is stored about persons by code, sealed numbers opened: for imports and exports only."""
    return {code: entry for code, (_, entry) in store.person_entries(session, codes).items()}


def masked_numbers(session: Session, person_id: PersonId) -> tuple[str, str, str]:
    """Return mobile, identity and bank number as pages may show them.

    Raises: NotFoundError.
    """
    code = _code_of(session, person_id)
    entry = entries(session, [code])[code]
    return (
        rules.mask_mobile(entry.mobile),
        rules.mask_id_number(entry.id_number),
        rules.mask_bank_account(entry.bank_account),
    )


def mobiles_for_delivery(session: Session, ids: Collection[PersonId]) -> Mapping[PersonId, str]:
    """Return mobile numbers in the clear for the sender; whoever has none is missing."""
    return store.mobiles(session, ids)


def put_units(session: Session, entries: Iterable[UnitEntry], *, by: str, now: datetime) -> Applied:
    """Create or change units by code.

    Raises: InputError for a code given twice, an unknown parent or a unit above itself.
    """
    wanted = tuple(entries)
    known = {unit.code: unit for unit in store.units(session)}
    after = {**{code: unit.entry for code, unit in known.items()}, **{entry.code: entry for entry in wanted}}
    _refuse_repeated([entry.code for entry in wanted], "单位编码")
    for entry in wanted:
        if entry.parent_code and entry.parent_code not in after:
            raise NotFoundError(f"单位 {entry.code} 的上级单位 {entry.parent_code} 不存在：请先录入上级单位。")
    if circle := rules.circular_parents(after.values()):
        raise InputError(f"单位 {'、'.join(circle)} 的上级单位互相包含：请改正上级单位编码。")
    created = [(UnitId(new_id(now)), entry) for entry in wanted if entry.code not in known]
    changed = [
        (known[entry.code].id, entry) for entry in wanted if entry.code in known and known[entry.code].entry != entry
    ]
    store.insert_units(session, created)
    store.update_units(session, [*created, *changed])
    audit.record_many(
        session,
        [
            *((Subject("people.unit", key), "unit.register", {"code": entry.code}) for key, entry in created),
            *((Subject("people.unit", key), "unit.change", {"code": entry.code}) for key, entry in changed),
        ],
        by=by,
        now=now,
    )
    return _applied(created, changed, len(wanted))


def register_unit(session: Session, entry: UnitEntry, *, by: str, now: datetime) -> UnitId:
    """Create a unit and return its id.

    Raises: ConflictError when the code is taken.
    """
    if entry.code in store.places(session).units:
        raise ConflictError(f"单位编码 {entry.code} 已被使用：请换一个编码，或改为修改该单位。")
    put_units(session, [entry], by=by, now=now)
    return store.places(session).units[entry.code]


def put_branches(session: Session, entries: Iterable[BranchEntry], *, by: str, now: datetime) -> Applied:
    """Create or change branches by code.

    Raises: NotFoundError for an unknown unit or secretary; InputError for a code given twice.
    """
    wanted = tuple(entries)
    _refuse_repeated([entry.code for entry in wanted], "支部编号")
    known = {branch.entry.code: branch for branch in store.branches(session)}
    places = store.places(session)
    secretaries = store.person_ids(session, [entry.secretary_code for entry in wanted])
    created, changed = list[tuple[BranchId, BranchEntry]](), list[tuple[BranchId, BranchEntry]]()
    for entry in wanted:
        if entry.unit_code not in places.units:
            raise NotFoundError(f"支部 {entry.code} 的所属单位 {entry.unit_code} 不存在：请先录入单位。")
        if entry.secretary_code and entry.secretary_code not in secretaries:
            raise NotFoundError(f"支部 {entry.code} 的书记工号 {entry.secretary_code} 不存在：请先录入人员。")
        before = known.get(entry.code)
        if before is not None and before.entry == entry:
            continue
        key = BranchId(new_id(now)) if before is None else before.id
        store.put_branch(session, key, entry, secretaries.get(entry.secretary_code))
        (created if before is None else changed).append((key, entry))
        action = "branch.register" if before is None else "branch.change"
        audit.record(session, Subject("people.branch", key), action, by=by, now=now, details={"code": entry.code})
    return _applied(created, changed, len(wanted))


def find_faults(session: Session, entries: Sequence[PersonEntry]) -> tuple[Fault, ...]:
    """Return everything that keeps a list of persons from being stored, in the list's order."""
    places = store.places(session)
    owners = store.owners_of_id_numbers(session, {entry.id_number for entry in entries if entry.id_number})
    return rules.list_faults(entries, places.units, places.branches, owners)


def put_people(session: Session, entries: Iterable[PersonEntry], *, by: str, now: datetime) -> Applied:
    """Create or change persons by code, keep their posts, record each change.

    Raises: InputError for a fault in an entry; ConflictError for an unknown unit or branch, or a number in use.
    """
    wanted = tuple(entries)
    for entry in wanted:
        rules.require_sound(entry)
    if faults := find_faults(session, wanted):
        raise ConflictError(f"工号 {wanted[faults[0].index].code}：{faults[0].message}")
    known = store.person_entries(session, {entry.code for entry in wanted})
    created = [(PersonId(new_id(now)), entry) for entry in wanted if entry.code not in known]
    changed = [
        (known[entry.code][0], entry) for entry in wanted if entry.code in known and known[entry.code][1] != entry
    ]
    store.update_people(session, changed, now)
    store.insert_people(session, created, now)
    store.add_posts(session, [(new_id(now), key, entry) for key, entry in created], None)
    moved = [(key, entry) for key, entry in changed if rules.is_new_post(known[entry.code][1], entry)]
    _move_posts(session, moved, now)
    audit.record_many(
        session,
        [
            *((_person(key), "person.register", {"unit": entry.unit_code}) for key, entry in created),
            *(
                (_person(key), "person.change", {"fields": ",".join(rules.changed_fields(known[entry.code][1], entry))})
                for key, entry in changed
            ),
        ],
        by=by,
        now=now,
    )
    return _applied(created, changed, len(wanted))


def register_person(session: Session, entry: PersonEntry, *, by: str, now: datetime) -> PersonId:
    """Create a person and return the id.

    Raises: ConflictError when the code or the identity number is taken.
    """
    if store.person_id(session, entry.code) is not None:
        raise ConflictError(f"工号 {entry.code} 已被使用：请换一个工号，或改为修改该人员。")
    put_people(session, [entry], by=by, now=now)
    return store.person_ids(session, [entry.code])[entry.code]


def change_person(session: Session, person_id: PersonId, entry: PersonEntry, *, by: str, now: datetime) -> None:
    """Change a person to what `entry` says; nothing happens when it is so already.

    Raises: NotFoundError for an unknown person; InputError when the entry is another person's.
    """
    code = _code_of(session, person_id)
    if entry.code != code:
        raise InputError(f"工号不能改：原为 {code}，现为 {entry.code}。请按原工号修改。")
    put_people(session, [entry], by=by, now=now)


def record_absence(session: Session, entry: AbsenceEntry, *, by: str, now: datetime) -> AbsenceId:
    """Note that somebody is away and return the absence's id; the very same days and kind again change nothing.

    Raises: NotFoundError for an unknown person.
    """
    _code_of(session, entry.person_id)
    known = store.find_absence(session, entry)
    return known if known is not None else record_absences(session, [entry], by=by, now=now)[0]


def new_absences(session: Session, entries: Iterable[AbsenceEntry]) -> tuple[AbsenceEntry, ...]:
    """Return the entries whose person, days and kind are not in the house yet, each once."""
    found = dict[tuple[PersonId, DateSpan, AbsenceKind], AbsenceEntry]()
    for entry in entries:
        found.setdefault((entry.person_id, entry.span, entry.kind), entry)
    known = store.absence_keys(session)
    return tuple(entry for key, entry in found.items() if key not in known)


def record_absences(
    session: Session, entries: Sequence[AbsenceEntry], *, by: str, now: datetime
) -> tuple[AbsenceId, ...]:
    """Note absences that are new to the house (see `new_absences`) and return their ids in order."""
    added = [(AbsenceId(new_id(now)), entry) for entry in entries]
    store.add_absences(session, added)
    audit.record_many(
        session,
        [
            (
                _person(entry.person_id),
                "person.absent",
                {"first": str(entry.span.first), "last": str(entry.span.last), "origin": str(entry.origin)},
            )
            for _, entry in added
        ],
        by=by,
        now=now,
    )
    return tuple(key for key, _ in added)


def cancel_absence(session: Session, absence_id: AbsenceId, *, by: str, now: datetime) -> None:
    """Take an absence back; twice is the same as once.

    Raises: NotFoundError for an unknown absence.
    """
    cancelled = store.cancel_absence(session, absence_id, now)
    if cancelled is None:
        raise NotFoundError("没有这条缺勤记录：请刷新后再试。")
    if cancelled:
        audit.record(session, Subject("people.absence", absence_id), "absence.cancel", by=by, now=now)


def absences(session: Session, span: DateSpan) -> tuple[Absence, ...]:
    """Return the absences in force that share a day with `span`, by first day."""
    return store.absences(session, span)


def unavailable_days(session: Session, span: DateSpan) -> Mapping[PersonId, frozenset[date]]:
    """Return the days within `span` on which each absent person is away; whoever is never away is missing."""
    days = dict[PersonId, set[date]]()
    for absence in store.absences(session, span):
        away = DateSpan(max(absence.entry.span.first, span.first), min(absence.entry.span.last, span.last))
        days.setdefault(absence.entry.person_id, set()).update(away)
    return {key: frozenset(found) for key, found in sorted(days.items())}


def record_kinship(session: Session, entry: KinshipEntry, *, by: str, now: datetime) -> None:
    """Note that two persons are related; the same pair again changes the relation.

    Raises: InputError for a person related to oneself; NotFoundError for an unknown person.
    """
    code, other = _code_of(session, entry.person_id), _code_of(session, entry.relative_id)
    if code == other:
        raise InputError(f"亲属登记的两个工号相同（{code}）：请填两个人。")
    if store.put_kinship(session, entry):
        audit.record(session, _person(entry.person_id), "person.kinship", by=by, now=now, details={"relative": other})


def kin_of(session: Session, person_id: PersonId) -> tuple[KinshipEntry, ...]:
    """Return a person's relatives in this house, the person always first."""
    return store.kin_of(session, person_id)


def add_contact(session: Session, entry: ContactEntry, *, by: str, now: datetime) -> str:
    """Add a way to reach a person and return its id; the same address again only changes the preference.

    Raises: NotFoundError for an unknown person.
    """
    _code_of(session, entry.person_id)
    row_id = store.add_contact(session, new_id(now), entry)
    details = {"kind": entry.kind.value}
    audit.record(session, _person(entry.person_id), "person.contact", by=by, now=now, details=details)
    return row_id


def verify_contact(session: Session, contact_id: str, *, by: str, now: datetime) -> None:
    """Note that a contact was found to reach its person.

    Raises: NotFoundError for an unknown contact.
    """
    if not store.verify_contact(session, contact_id, now):
        raise NotFoundError("没有这条联系方式：请刷新后再试。")
    audit.record(session, Subject("people.contact", contact_id), "contact.verify", by=by, now=now)


def contacts_of(session: Session, person_id: PersonId) -> tuple[Contact, ...]:
    """Return a person's further contacts, the preferred one first, addresses masked."""
    return store.contacts_of(session, person_id)


def posts_of(session: Session, person_id: PersonId) -> tuple[PostHeld, ...]:
    """Return the posts a person held, oldest first."""
    return store.posts_of(session, person_id)


def _move_posts(session: Session, moved: Sequence[tuple[PersonId, PersonEntry]], now: datetime) -> None:
    today = civil_date(now)
    held = store.open_posts(session, [key for key, _ in moved])
    corrected = [(held[key][0], key, entry) for key, entry in moved if held[key][1] == today]
    replaced = [(key, entry) for key, entry in moved if held[key][1] != today]
    store.correct_posts(session, corrected, today)
    store.end_posts(session, [held[key][0] for key, _ in replaced], today - timedelta(days=1))
    store.add_posts(session, [(new_id(now), key, entry) for key, entry in replaced], today)


def _code_of(session: Session, person_id: PersonId) -> str:
    code = store.person_code(session, person_id)
    if code is None:
        raise NotFoundError("没有这名人员：请刷新后再试。")
    return code


def _person(key: PersonId) -> Subject:
    return Subject("people.person", key)


def _refuse_repeated(codes: Sequence[str], what: str) -> None:
    repeated = sorted(code for code, count in Counter(codes).items() if count > 1)
    if repeated:
        raise InputError(f"{what} {'、'.join(repeated)} 重复：每个编码只能出现一次。")


def _applied(
    created: Sequence[tuple[str, UnitEntry | BranchEntry | PersonEntry]],
    changed: Sequence[tuple[str, UnitEntry | BranchEntry | PersonEntry]],
    wanted: int,
) -> Applied:
    return Applied(
        tuple(entry.code for _, entry in created),
        tuple(entry.code for _, entry in changed),
        wanted - len(created) - len(changed),
    )
