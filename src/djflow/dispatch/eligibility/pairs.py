"""Finds, among many people and hosts, the pairs against which something stands or something must be found out.

Almost every pair is free of conflict, so that only those are judged in which a rule could say anything but pass: the
own unit, hosts in the native township, hosts where a relative leads or holds a key post, and every host for people of
whom home or kin are not known. What comes out is the same as judging every pair.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Generic, TypeVar

from djflow.core.ids import PersonId, UnitId
from djflow.dispatch.eligibility.model import Facts, Finding, Place, Verdict
from djflow.dispatch.eligibility.rules import findings_at
from djflow.dispatch.policy.model import KindPolicy

K = TypeVar("K")


class _Index(Generic[K]):
    """Hosts by unit, by township and by whom they have in command or on a key post."""

    def __init__(self, places: Mapping[K, Place]) -> None:
        """Read the hosts once."""
        self.every = frozenset(places)
        self.vague = frozenset(key for key, place in places.items() if not place.key_complete)
        self.units: defaultdict[UnitId | None, set[K]] = defaultdict(set)
        self.towns: defaultdict[UnitId | None, set[K]] = defaultdict(set)
        self.holders: defaultdict[PersonId, set[K]] = defaultdict(set)
        for key, place in places.items():
            self.units[place.unit].add(key)
            self.towns[place.township].add(key)
            for person in (*place.command, *(holder for _, holder in place.key_posts)):
                self.holders[person].add(key)

    def suspects(self, facts: Facts) -> frozenset[K]:
        """Return the hosts at which a rule could say anything but pass of somebody."""
        if not facts.native_known or not facts.kin_complete or any(one.in_village for one in facts.kin):
            return self.every
        found = set(self.units.get(facts.unit, ()))
        if facts.native_town is not None:
            found |= self.towns.get(facts.native_town, set())
        for one in facts.kin:
            found |= self.holders.get(one.person, set()) | self.vague
        return frozenset(found)


def conflicts(
    policy: KindPolicy, people: Iterable[Facts], places: Mapping[K, Place], on: date
) -> Iterator[tuple[PersonId, K, tuple[Finding, ...]]]:
    """Yield every pair of a person and a host with the findings that do not pass, people and hosts in their order."""
    index, order = _Index(places), {key: number for number, key in enumerate(places)}
    for facts in people:
        for key in sorted(index.suspects(facts), key=order.__getitem__):
            found = findings_at(policy, facts, places[key], on)
            against = tuple(one for one in found if one.verdict is not Verdict.PASS)
            if against:
                yield facts.person, key, against
