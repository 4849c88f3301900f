"""The demonstration district's invented profiles."""

from datetime import date, datetime

from djflow.audit import service as audit
from djflow.core.spans import Month
from djflow.db.session import Database
from djflow.demo.people import DemoDistrict, demo_people, load_people
from djflow.demo.profiles import demo_key_posts, demo_profiles, demo_terms, load_profiles
from djflow.dispatch.eligibility.model import Verdict
from djflow.dispatch.eligibility.rules import eligible, findings
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import KeyRole
from djflow.dispatch.profiles import service
from djflow.people import service as people
from tests.dispatch.eligibility.known import POLICIES
from tests.dispatch.profiles.office import TERMS

TOWNS = {"青石镇": (1.0, 2.0), "白云街道": (3.0, -4.0), "红土乡": (-9.0, 12.0)}
DECEMBER = Month(2026, 12)


def _district() -> DemoDistrict:
    return demo_people(TOWNS, DECEMBER)


def test_the_same_profiles_every_time() -> None:
    """The same people and month give the same profiles; another seed gives others."""
    demo = _district()
    assert demo_profiles(demo, DECEMBER) == demo_profiles(demo, DECEMBER)
    assert demo_terms(demo, DECEMBER) == demo_terms(demo, DECEMBER)
    assert demo_profiles(demo, DECEMBER, seed=1) != demo_profiles(demo, DECEMBER)


def test_some_things_are_missing_on_purpose() -> None:
    """Most is known of most; some have no profile, some lack this or that, one unit lacks a key post."""
    demo = _district()
    profiles = demo_profiles(demo, DECEMBER)
    assert 0.9 * len(demo.people) < len(profiles) < len(demo.people)
    for name in ("education", "health", "care", "duties", "profession"):
        missing = sum(getattr(one, name) is None for one in profiles)
        assert 0 < missing < 0.1 * len(profiles), name
    posts = demo_key_posts(demo)
    by_unit = {unit.code: {one.role for one in posts if one.unit_code == unit.code} for unit in demo.units}
    assert [code for code, roles in by_unit.items() if roles != set(KeyRole)] == [demo.units[-1].code]
    assert all(one.term.span.last < DECEMBER.first for one in demo_terms(demo, DECEMBER))


def test_every_answer_comes_up(database: Database, now: datetime) -> None:
    """Loaded once, the invented people give all three answers for every kind that moves people."""
    demo = _district()
    with database.transaction() as session:
        load_people(session, demo, by="demo", now=now)
        assert load_profiles(session, demo, DECEMBER, by="demo", now=now)
        entries = audit.verify(session).entries
        assert not load_profiles(session, demo, DECEMBER, by="demo", now=now)
        assert audit.verify(session).entries == entries
        cards = people.cadres(session)
        on = date(2027, 1, 4)
        facts = service.facts(session, [one.id for one in cards], TERMS, on)
    for kind, policy in POLICIES.items():
        verdicts = [eligible(findings(policy, facts[one.id], None, on)) for one in cards]
        assert {Verdict.FAIL, Verdict.CHECK, Verdict.PASS} == set(verdicts), kind
    rural = [eligible(findings(POLICIES[BatchKind.RURAL], facts[one.id], None, on)) for one in cards]
    assert rural.count(Verdict.PASS) >= 20
