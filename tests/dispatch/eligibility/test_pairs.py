"""Many people and hosts at once: the same pairs as judging each by itself."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from djflow.core.ids import PersonId
from djflow.dispatch.eligibility.model import Facts, Place, Verdict
from djflow.dispatch.eligibility.pairs import conflicts
from djflow.dispatch.eligibility.rules import findings_at
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import KeyRole
from tests.dispatch.eligibility.known import BROTHER, CHIEF, HOME, HOST, ON, OTHER_TOWN, POLICIES, SPOUSE, TOWN
from tests.dispatch.eligibility.test_knowledge import partly_known

HOLDERS = st.sampled_from([BROTHER, CHIEF, SPOUSE, PersonId("z")])
PLACES = st.lists(
    st.builds(
        Place,
        st.sampled_from([HOME, TOWN, OTHER_TOWN]),
        st.sampled_from([TOWN, OTHER_TOWN, None]),
        st.sampled_from(["", "V1"]),
        st.frozensets(HOLDERS, max_size=2),
        st.frozensets(st.tuples(st.sampled_from(KeyRole), HOLDERS), max_size=2),
        st.booleans(),
    ),
    max_size=4,
)
PEOPLE = st.lists(partly_known(), max_size=3)


@given(PEOPLE, PLACES, st.sampled_from(BatchKind))
def test_no_conflict_is_missed_and_none_is_made_up(
    pairs: list[tuple[Facts, Facts]], hosts: list[Place], kind: BatchKind
) -> None:
    """What is found quickly is what judging every pair finds, in the same order."""
    people = [replace(facts, person=PersonId(f"p{number}")) for number, (facts, _) in enumerate(pairs)]
    places = dict(enumerate(hosts))
    every = [
        (facts.person, key, against)
        for facts in people
        for key, place in places.items()
        if (against := tuple(
            one for one in findings_at(POLICIES[kind], facts, place, ON) if one.verdict is not Verdict.PASS
        ))
    ]  # fmt: skip
    assert list(conflicts(POLICIES[kind], people, places, ON)) == every


def test_nobody_and_nowhere_conflict_with_nothing() -> None:
    """Without people or without hosts there is no pair."""
    assert list(conflicts(POLICIES[BatchKind.RURAL], [], {1: HOST}, ON)) == []
