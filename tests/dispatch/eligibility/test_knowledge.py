"""Knowing more never turns a decided verdict round: what passes or fails while things are unknown stays so."""

from dataclasses import fields, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.eligibility.model import Bar, Care, Facts, Kin, PastTerm, Place, Verdict
from djflow.dispatch.eligibility.rules import HOST_RULES, findings, findings_at
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import Borrowing, Education, Grade, KeyRole, Profession
from djflow.people.model import Gender, RankLevel, Relation
from tests.dispatch.eligibility.known import BROTHER, CHIEF, HOME, HOST, ON, OTHER_TOWN, POLICIES, SPOUSE, TOWN

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
MONTHS = st.builds(Month, st.integers(1960, 2026), st.integers(1, 12))
BARS = st.just(Bar(stands=False)) | st.builds(Bar, st.just(value=True), st.none() | DAYS)
SPANS = st.tuples(DAYS, DAYS).map(lambda pair: DateSpan(min(pair), max(pair)))
DUTIES = st.frozensets(st.sampled_from(["会计", "执法证"]))
KINS = st.lists(
    st.one_of(
        st.builds(
            Kin, st.just(SPOUSE), st.just(Relation.SPOUSE), st.just(HOME), st.lists(SPANS, max_size=2).map(tuple)
        ),
        st.builds(Kin, st.sampled_from([BROTHER, CHIEF]), st.just(Relation.SIBLING), st.just(TOWN)),
    ),
    max_size=3,
    unique_by=lambda one: one.person,
).map(tuple)
REVIEWS = st.dictionaries(st.integers(2022, 2026), st.sampled_from([one for one in Grade if one is not Grade.UNRATED]))
TERMS = st.lists(st.builds(PastTerm, st.sampled_from(BatchKind), SPANS, st.booleans()), max_size=2).map(tuple)


@st.composite
def known_people(draw: st.DrawFn) -> Facts:
    """Draw somebody of whom everything is known."""
    duties = draw(DUTIES)
    return Facts(
        person=PersonId("x"),
        unit=draw(st.sampled_from([HOME, TOWN])),
        gender=draw(st.sampled_from(Gender)),
        birth=draw(MONTHS),
        rank=draw(st.sampled_from(RankLevel)),
        education=draw(st.sampled_from(Education)),
        full_member=draw(st.booleans()),
        in_service_since=draw(MONTHS),
        recruited=draw(MONTHS),
        borrowing=draw(st.frozensets(st.sampled_from(Borrowing))),
        probation=draw(BARS),
        profession=draw(st.sampled_from(Profession)),
        duties=duties,
        sole_duties=frozenset(draw(st.sets(st.sampled_from(sorted(duties))))) if duties else frozenset(),
        reviews=tuple({**dict.fromkeys(range(2022, 2027), Grade.COMPETENT), **draw(REVIEWS)}.items()),
        discipline=draw(BARS),
        fit=draw(st.booleans()),
        examined_on=draw(DAYS),
        care=draw(st.builds(Care, BARS, st.just(value=True))),
        unfinished_task=draw(BARS),
        retires=draw(MONTHS),
        native_town=draw(st.sampled_from([TOWN, OTHER_TOWN, None])),
        native_known=True,
        kin=draw(KINS),
        kin_complete=True,
        history=draw(TERMS),
        history_complete=True,
    )


NEVER_UNKNOWN = {"person", "unit", "section", "skills", "engaged", "volunteers"}
BLANK = Facts(PersonId("x"), HOME)
TOGETHER = {"kin": "kin_complete", "history": "history_complete", "native_town": "native_known"}
HELD_BY_OTHERS = {"kin_complete", "history_complete", "native_known"}


@st.composite
def partly_known(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """Draw somebody twice: as the office knows less, and as it knows everything."""
    full = draw(known_people())
    names = [one.name for one in fields(Facts) if one.name not in NEVER_UNKNOWN | HELD_BY_OTHERS]
    forgotten = draw(st.sets(st.sampled_from(names)))
    if "duties" in forgotten:
        forgotten.add("sole_duties")
    blanks = {name: getattr(BLANK, name) for name in forgotten}
    blanks |= {TOGETHER[name]: False for name in forgotten if name in TOGETHER}
    return replace(full, **blanks), full


@given(partly_known(), st.sampled_from(BatchKind), st.booleans())
def test_a_decided_verdict_stays_when_more_becomes_known(
    pair: tuple[Facts, Facts],
    kind: BatchKind,
    full_host: bool,  # noqa: FBT001 # drawn
) -> None:
    """Filling in what was blank only decides what was to be checked; FAIL stays FAIL and PASS stays PASS."""
    less, full = pair
    host: Place = HOST if full_host else replace(HOST, key_complete=False, key_posts=frozenset())
    before, after = findings(POLICIES[kind], less, host, ON), findings(POLICIES[kind], full, HOST, ON)
    for one, other in zip(before, after, strict=True):
        assert one.rule is other.rule
        assert one.verdict in {Verdict.CHECK, other.verdict}, one


@given(known_people(), st.sampled_from(BatchKind))
def test_whom_everything_is_known_of_is_decided(facts: Facts, kind: BatchKind) -> None:
    """Nothing is left to be checked but an examination that is too old."""
    for one in findings(POLICIES[kind], facts, HOST, ON):
        assert one.verdict is not Verdict.CHECK or "需要新的结论" in one.detail, one


@given(known_people(), st.sampled_from(BatchKind), st.sampled_from(KeyRole))
def test_another_relative_in_a_key_post_never_helps(facts: Facts, kind: BatchKind, role: KeyRole) -> None:
    """A further post at the host may only bar, never clear."""
    more = replace(HOST, key_posts=HOST.key_posts | {(role, BROTHER)})
    pairs = zip(findings(POLICIES[kind], facts, HOST, ON), findings(POLICIES[kind], facts, more, ON), strict=True)
    assert all(after.verdict in {before.verdict, Verdict.FAIL} for before, after in pairs)


@given(partly_known(), st.sampled_from(BatchKind))
def test_rules_that_do_not_ask_about_the_host_say_the_same_anywhere(pair: tuple[Facts, Facts], kind: BatchKind) -> None:
    """The findings without a host and those that depend on it are together all findings."""
    facts, _ = pair
    alone = {one.rule: one for one in findings(POLICIES[kind], facts, None, ON) if one.rule not in HOST_RULES}
    there = {one.rule: one for one in findings_at(POLICIES[kind], facts, HOST, ON)}
    assert {one.rule: one for one in findings(POLICIES[kind], facts, HOST, ON)} == {**alone, **there}
