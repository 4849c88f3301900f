"""Puts together everything the house knows of a person into the facts that the rules of eligibility read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from djflow.core.ids import PersonId, UnitId
from djflow.dispatch.eligibility.model import Engagement, Facts, Kin, PastTerm
from djflow.dispatch.eligibility.months import day_after
from djflow.dispatch.eligibility.rules import retirement_month
from djflow.dispatch.policy.model import RetirementAge
from djflow.dispatch.profiles.model import Party, Profile
from djflow.people.model import PersonStatus, Relation
from djflow.people.personnel.model import Personal, Related

_PROBATIONARY_MONTHS = 12
AWAY = "选派在外"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside a person's own row and profile.

    `towns` are township ids by code, full and short name; `duties` the statutory duties of colleagues at work, by
    unit and person, None where they are not known.
    """

    towns: Mapping[str, UnitId]
    kin: Mapping[PersonId, tuple[Related, ...]]
    history: Mapping[PersonId, tuple[PastTerm, ...]]
    engaged: Mapping[PersonId, tuple[Engagement, ...]]
    duties: Mapping[UnitId, Mapping[PersonId, frozenset[str] | None]]
    retirement: tuple[RetirementAge, ...]
    volunteers: Collection[PersonId]


def facts_of(person: Personal, profile: Profile | None, known: Known, on: date) -> Facts:
    """Return everything known about one person who would be sent on a day."""
    said = profile or Profile(person.code)
    native_known, native_town = _native(person, said, known.towns)
    health = said.health
    return Facts(
        person=person.person,
        unit=person.unit,
        gender=person.gender,
        birth=person.birth,
        rank=person.rank,
        education=said.education,
        full_member=_full_member(person, said, on),
        in_service_since=said.in_service_since,
        recruited=said.recruited,
        borrowing=said.classes,
        probation=said.probation,
        profession=said.profession,
        section=said.section or None,
        skills=person.skills,
        duties=said.duties,
        sole_duties=sole_duties(person.person, said.duties, known.duties.get(person.unit, {})),
        reviews=said.reviews,
        discipline=said.discipline,
        fit=None if health is None else health.fit,
        examined_on=None if health is None else health.examined_on,
        care=said.care,
        unfinished_task=said.unfinished_task,
        retires=retirement_month(known.retirement, person.gender, person.rank, person.birth),
        native_town=native_town,
        native_known=native_known,
        kin=tuple(_kin(one, known.history) for one in known.kin.get(person.person, ())),
        kin_complete=said.kin_checked,
        history=known.history.get(person.person, ()),
        history_complete=said.history_checked,
        engaged=_engaged(person, known),
        volunteers=person.person in known.volunteers,
    )


def _full_member(person: Personal, profile: Profile, on: date) -> bool | None:
    """Say whether somebody is a full member; a year after joining only if nothing says probationary."""
    since = person.party_member_since
    year_over = since is not None and day_after(since, _PROBATIONARY_MONTHS) <= on
    if profile.party is Party.FULL:
        return True
    if profile.party is Party.NONE:
        return False
    if profile.party is Party.PROBATIONARY:
        return None if year_over or since is None else False
    return True if year_over else None


def _native(person: Personal, profile: Profile, towns: Mapping[str, UnitId]) -> tuple[bool, UnitId | None]:
    if profile.native_known:
        return True, towns.get(profile.native_town)
    named = {key for name, key in towns.items() if name in person.native_place}
    return (True, named.pop()) if len(named) == 1 else (False, None)


def sole_duties(
    person: PersonId, mine: frozenset[str] | None, colleagues: Mapping[PersonId, frozenset[str] | None]
) -> frozenset[str] | None:
    """Return the duties that nobody else of the unit holds, None where colleagues of whom it is not known might."""
    if mine is None:
        return None
    others = [held for key, held in colleagues.items() if key != person]
    sole = mine.difference(*(held for held in others if held is not None))
    return None if sole and None in others else sole


def _kin(relative: Related, history: Mapping[PersonId, tuple[PastTerm, ...]]) -> Kin:
    terms = history.get(relative.person, ()) if relative.relation is Relation.SPOUSE else ()
    villages = tuple(term.span for term in terms if term.in_village)
    return Kin(relative.person, relative.relation, relative.unit, villages)


def _engaged(person: Personal, known: Known) -> tuple[Engagement, ...]:
    engaged = known.engaged.get(person.person, ())
    untold = person.status is PersonStatus.DISPATCHED and not engaged and not known.history.get(person.person)
    return (Engagement(AWAY),) if untold else engaged


def merged(
    *parts: Mapping[PersonId, Iterable[PastTerm]],
) -> Mapping[PersonId, tuple[PastTerm, ...]]:
    """Return the postings of several sources together, each once, oldest first."""
    found = dict[PersonId, set[PastTerm]]()
    for part in parts:
        for person, terms in part.items():
            found.setdefault(person, set()).update(terms)
    return {key: tuple(sorted(terms, key=lambda one: (one.span, one.kind))) for key, terms in found.items()}
