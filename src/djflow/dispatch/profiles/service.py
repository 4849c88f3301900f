"""What others ask of profiles: put what the office states, give the facts of persons and the places they may go to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError
from djflow.core.ids import PersonId, UnitId, new_id
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.dispatch.eligibility.model import Engagement, Facts, PastTerm, Place
from djflow.dispatch.eligibility.months import day_after
from djflow.dispatch.policy.model import BatchKind, Terms
from djflow.dispatch.policy.words import KeyRole
from djflow.dispatch.profiles import store
from djflow.dispatch.profiles.joining import AWAY, Known, facts_of, merged
from djflow.dispatch.profiles.model import SEALED, Beyond, KeyPostLine, Profile, TermLine
from djflow.people import service as people
from djflow.people.model import AbsenceKind, Applied, PersonStatus, Unit, UnitKind
from djflow.people.personnel import service as personnel

E = TypeVar("E")

_NOTHING = Beyond()
_LOOK_AHEAD_MONTHS = 36
_AT_WORK = frozenset({PersonStatus.ACTIVE, PersonStatus.LEAVE, PersonStatus.TRAINING})


def facts(
    session: Session, persons: Collection[PersonId], terms: Terms, on: date, *, beyond: Beyond = _NOTHING
) -> Mapping[PersonId, Facts]:
    """Return everything known about persons who would be sent on a day; unknown persons are left out.

    `beyond` gives what lies above: postings made in this house, other batches, who volunteers.
    """
    wanted = personnel.persons(session, persons)
    kin = personnel.kin(session, [one.person for one in wanted])
    everybody = {one.person for one in wanted} | {relative.person for of in kin.values() for relative in of}
    later = beyond.history(everybody) if beyond.history else {}
    away = _away(session, on)
    known = Known(
        towns=_towns(people.units(session)),
        kin=kin,
        history=merged(store.terms(session, everybody), later),
        engaged=_joined(away, beyond.engaged),
        duties=_duties(session, {one.unit for one in wanted}, away, on),
        retirement=terms.retirement,
        volunteers=frozenset(beyond.volunteers),
    )
    profiles = store.profiles(session, [one.person for one in wanted])
    return {one.person: facts_of(one, profiles.get(one.person), known, on) for one in wanted}


def _away(session: Session, on: date) -> Mapping[PersonId, tuple[Engagement, ...]]:
    """Return the postings and courses the register of absences knows from a day on."""
    found = dict[PersonId, list[Engagement]]()
    for absence in people.absences(session, DateSpan(on, day_after(on, _LOOK_AHEAD_MONTHS))):
        entry = absence.entry
        course = entry.kind is AbsenceKind.TRAINING and entry.origin.kind.startswith("dispatch.")
        if course or entry.kind is AbsenceKind.DISPATCH:
            what = "脱产培训" if course else AWAY
            found.setdefault(entry.person_id, []).append(Engagement(what, entry.span))
    return {key: tuple(of) for key, of in found.items()}


def _joined(*parts: Mapping[PersonId, tuple[Engagement, ...]]) -> Mapping[PersonId, tuple[Engagement, ...]]:
    keys = {key for part in parts for key in part}
    return {key: tuple(one for part in parts for one in part.get(key, ())) for key in keys}


def _duties(
    session: Session, units: Collection[UnitId], away: Mapping[PersonId, tuple[Engagement, ...]], on: date
) -> Mapping[UnitId, Mapping[PersonId, frozenset[str] | None]]:
    """Return the statutory duties of everybody at work in some units on a day."""
    staff = [one for one in personnel.staff(session, units) if one.status in _AT_WORK]
    gone = {key for key, of in away.items() if any(one.span is not None and on in one.span for one in of)}
    held = store.duties(session, [one.person for one in staff])
    found = dict[UnitId, dict[PersonId, frozenset[str] | None]]()
    for one in staff:
        if one.person not in gone:
            found.setdefault(one.unit, {})[one.person] = held.get(one.person)
    return found


def _towns(units: Iterable[Unit]) -> Mapping[str, UnitId]:
    towns = [one for one in units if one.entry.kind.is_town]
    return {word: one.id for one in towns for word in (one.code, one.name, one.short_name)}


def places(session: Session, hosts: Collection[tuple[UnitId, str]]) -> Mapping[tuple[UnitId, str], Place]:
    """Return what the rules must know of hosts, each a unit and the code of its village, empty for none.

    Raises: InputError for an unknown unit.
    """
    units = {one.id: one for one in people.units(session)}
    if strange := sorted({unit for unit, _ in hosts} - set(units)):
        raise InputError(f"没有编号为 {strange[0]} 的接收单位：请先导入单位表，或刷新后再试。")
    by_code = {one.code: one for one in units.values()}
    chains = {host: _upward(by_code.get(host[1], units[host[0]]), units[host[0]], by_code) for host in hosts}
    involved = {one.id for chain in chains.values() for one in chain}
    leaders = dict[UnitId, set[PersonId]]()
    for person in personnel.staff(session, involved):
        if person.is_leader:
            leaders.setdefault(person.unit, set()).add(person.person)
    held = store.key_posts(session, involved)
    return {host: _place(host, chain, leaders, held) for host, chain in chains.items()}


def _upward(lowest: Unit, host: Unit, by_code: Mapping[str, Unit]) -> tuple[Unit, ...]:
    """Return the village, the host and everything above it up to the township, each once."""
    chain: list[Unit] = []
    for start in (lowest, host):
        one: Unit | None = start
        while one is not None and one not in chain:
            chain.append(one)
            one = None if one.entry.kind.is_town else by_code.get(one.entry.parent_code)
    return tuple(chain)


def _place(
    host: tuple[UnitId, str],
    chain: Sequence[Unit],
    leaders: Mapping[UnitId, set[PersonId]],
    held: Mapping[UnitId, frozenset[tuple[KeyRole, PersonId]]],
) -> Place:
    unit, village = host
    lowest = chain[0]
    township = next((one.id for one in chain if one.entry.kind.is_town), None)
    posts = frozenset(post for one in chain for post in held.get(one.id, ()))
    in_community = lowest.code == village and lowest.entry.kind is UnitKind.COMMUNITY
    return Place(
        unit=unit,
        township=township,
        village="" if in_community else village or (lowest.code if lowest.entry.kind is UnitKind.VILLAGE else ""),
        command=frozenset(person for one in chain for person in leaders.get(one.id, ())),
        key_posts=posts,
        key_complete={role for role, _ in held.get(township or unit, ())} == set(KeyRole),
    )


def profiles(session: Session, persons: Collection[PersonId] | None = None) -> Mapping[PersonId, Profile]:
    """Return the profiles of persons who have one, by code; of everybody when no persons are given."""
    return store.profiles(session, persons)


def terms_stated(session: Session) -> tuple[TermLine, ...]:
    """Return every earlier posting the office stated, by person code and first day."""
    return store.term_lines(session)


def key_posts(session: Session) -> tuple[KeyPostLine, ...]:
    """Return who holds which key post, units in official order."""
    return store.key_post_lines(session)


def put_profiles(session: Session, entries: Iterable[Profile], *, by: str, now: datetime) -> Applied:
    """Create or change profiles by person code and record each change without its contents.

    Raises: ConflictError for an unknown person or an unknown township.
    """
    created, changed, unchanged = _profile_news(session, tuple(entries))
    known = store.profiles(session, [key for key, _ in changed])
    store.put_profiles(session, created, new=True, now=now)
    store.put_profiles(session, changed, new=False, now=now)
    audit.record_many(
        session,
        [
            *((_profile(key), "profile.register", {}) for key, _ in created),
            *((_profile(key), "profile.change", {"fields": _changed(known[key], one)}) for key, one in changed),
        ],
        by=by,
        now=now,
    )
    return _applied(created, changed, unchanged)


def profiles_ahead(session: Session, entries: Iterable[Profile]) -> Applied:
    """Return what putting profiles would do, and do nothing.

    Raises: as `put_profiles`.
    """
    return _applied(*_profile_news(session, tuple(entries)))


_News = tuple[list[tuple[PersonId, E]], list[tuple[PersonId, E]], int]


def _profile_news(session: Session, wanted: Sequence[Profile]) -> _News[Profile]:
    ids = _require_people(session, [one.person_code for one in wanted])
    towns = {one.code for one in people.units(session) if one.entry.kind.is_town}
    for one in wanted:
        if one.native_town and one.native_town not in towns:
            raise ConflictError(f"工号 {one.person_code} 的籍贯镇街 {one.native_town} 不是本区的镇街：请核对编码。")
    known = store.profiles(session, list(ids.values()))
    stated = [(ids[one.person_code], one) for one in wanted]
    created = [(key, one) for key, one in stated if key not in known]
    changed = [(key, one) for key, one in stated if key in known and known[key] != one]
    return created, changed, len(wanted) - len(created) - len(changed)


def _changed(before: Profile, after: Profile) -> str:
    names = [one.name for one in fields(Profile) if getattr(before, one.name) != getattr(after, one.name)]
    return ",".join(sorted({"sealed" if name in SEALED else name for name in names}))


def _applied(
    created: Sequence[tuple[PersonId, Profile | TermLine]],
    changed: Sequence[tuple[PersonId, Profile | TermLine]],
    unchanged: int,
) -> Applied:
    made, moved = (tuple(one.person_code for _, one in of) for of in (created, changed))
    return Applied(made, moved, unchanged)


def add_terms(session: Session, lines: Iterable[TermLine], *, by: str, now: datetime) -> Applied:
    """Add earlier postings; one of the same kind that begins on the same day is changed.

    Raises: ConflictError for an unknown person.
    """
    created, changed, unchanged = _term_news(session, tuple(lines))
    store.add_terms(session, [(new_id(now), key, one.term) for key, one in created])
    store.change_terms(session, [(key, one.term) for key, one in changed])
    audit.record_many(
        session,
        [(_profile(key), "profile.terms", {"kind": one.term.kind.value}) for key, one in (*created, *changed)],
        by=by,
        now=now,
    )
    return _applied(created, changed, unchanged)


def terms_ahead(session: Session, lines: Iterable[TermLine]) -> Applied:
    """Return what adding earlier postings would do, and do nothing.

    Raises: as `add_terms`.
    """
    return _applied(*_term_news(session, tuple(lines)))


def _term_news(session: Session, lines: Sequence[TermLine]) -> _News[TermLine]:
    ids = _require_people(session, [one.person_code for one in lines])
    known = {_same(key, term): term for key, of in store.terms(session, list(ids.values())).items() for term in of}
    wanted = {_same(ids[one.person_code], one.term): one for one in lines}
    created = [(key[0], one) for key, one in wanted.items() if key not in known]
    changed = [(key[0], one) for key, one in wanted.items() if known.get(key, one.term) != one.term]
    return created, changed, len(lines) - len(created) - len(changed)


def _same(key: PersonId, term: PastTerm) -> tuple[PersonId, BatchKind, date]:
    return key, term.kind, term.span.first


_Held = frozenset[tuple[KeyRole, PersonId]]


def put_key_posts(session: Session, lines: Iterable[KeyPostLine], *, by: str, now: datetime) -> Applied:
    """Make the key posts of every unit named what the lines say; units that are not named keep theirs.

    Returns persons put on a post, persons taken off one, and posts that stay.
    Raises: ConflictError for an unknown unit or person.
    """
    wanted = tuple(lines)
    before, after = _key_post_news(session, wanted)
    for unit, held in after.items():
        if held != before.get(unit):
            store.replace_key_posts(session, unit, held)
            details = {"posts": len(held)}
            audit.record(session, Subject("people.unit", unit), "unit.key_posts", by=by, now=now, details=details)
    return _moved(session, before, after)


def key_posts_ahead(session: Session, lines: Iterable[KeyPostLine]) -> Applied:
    """Return what putting key posts would do, and do nothing.

    Raises: as `put_key_posts`.
    """
    return _moved(session, *_key_post_news(session, tuple(lines)))


def _key_post_news(
    session: Session, wanted: Sequence[KeyPostLine]
) -> tuple[Mapping[UnitId, _Held], Mapping[UnitId, _Held]]:
    ids, units = _require_people(session, [one.person_code for one in wanted]), store.unit_ids(session)
    if strange := sorted({one.unit_code for one in wanted} - set(units)):
        raise ConflictError(f"没有编码为 {strange[0]} 的单位：请先导入单位表，或核对编码。")
    held = dict[UnitId, set[tuple[KeyRole, PersonId]]]()
    for one in wanted:
        held.setdefault(units[one.unit_code], set()).add((one.role, ids[one.person_code]))
    after = {unit: frozenset(posts) for unit, posts in held.items()}
    return store.key_posts(session, after), after


def _moved(session: Session, before: Mapping[UnitId, _Held], after: Mapping[UnitId, _Held]) -> Applied:
    put = [person for unit, held in after.items() for _, person in held - before.get(unit, frozenset())]
    taken = [person for unit, held in after.items() for _, person in before.get(unit, frozenset()) - held]
    codes = {key: card.code for key, card in people.people_by_ids(session, {*put, *taken}).items()}
    made, moved = (tuple(sorted(codes[person] for person in of)) for of in (put, taken))
    return Applied(made, moved, sum(map(len, after.values())) - len(put))


def _require_people(session: Session, codes: Collection[str]) -> Mapping[str, PersonId]:
    ids = people.person_ids(session, codes)
    if strange := sorted(set(codes) - set(ids)):
        raise ConflictError(f"没有工号为 {strange[0]} 的人员：请先导入人员表，或核对工号。")
    return ids


def _profile(key: PersonId) -> Subject:
    return Subject("dispatch.profile", key)
