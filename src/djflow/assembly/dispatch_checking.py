"""Holds the rules of a kind against everybody the house knows, before anybody is nominated."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import RuleError
from djflow.dispatch.eligibility.model import Finding, Verdict
from djflow.dispatch.eligibility.rules import eligible, findings
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.profiles import service as profiles
from djflow.people import service as people


@dataclass(frozen=True, slots=True)
class CheckedPerson:
    """One person and what every rule says of sending this person."""

    code: str
    unit: str
    verdict: Verdict
    findings: tuple[Finding, ...]


def check_people(
    house: House, kind: BatchKind, on: date, *, host: str = "", village: str = "", codes: Collection[str] = ()
) -> tuple[CheckedPerson, ...]:
    """Return what the rules say of everybody, or of some codes, sent on a day, to a host by unit code.

    Raises: RuleError when no version of the kind is valid; NotFoundError for an unknown person or unit.
    """
    terms = dispatch_terms(house)
    policy = terms.valid(kind, on)
    if policy is None:
        raise RuleError(f"{on} 还没有生效的规则：请在 config/dispatch.toml 里写好 {kind} 的 valid_from。")
    with house.reading() as session:
        cards = [people.person_by_code(session, code) for code in codes] or people.cadres(session)
        facts = profiles.facts(session, [one.id for one in cards], terms, on)
        place = None
        if host:
            key = (people.unit_by_code(session, host).id, village)
            place = profiles.places(session, [key])[key]
    judged = [(one, findings(policy, facts[one.id], place, on)) for one in cards]
    return tuple(CheckedPerson(one.code, one.unit_name, eligible(found), found) for one, found in judged)
