"""Somebody of whom everything is known and against whom nothing stands, a host, and the policies of the example."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import Month
from djflow.dispatch.eligibility.model import Bar, Care, Facts, Finding, Place, Verdict
from djflow.dispatch.eligibility.rules import findings
from djflow.dispatch.policy.model import BatchKind, KindPolicy, Rule, RuleKind
from djflow.dispatch.policy.words import Education, Grade, KeyRole, Profession
from djflow.people.model import Gender, RankLevel
from djflow.settings.dispatch_file import DispatchFile
from djflow.settings.reading import read_model

ON = date(2027, 3, 1)
ME, SPOUSE, BROTHER, CHIEF = (PersonId(word) for word in ("me", "spouse", "brother", "chief"))
HOME, TOWN, OTHER_TOWN = (UnitId(word) for word in ("bureau", "town", "other-town"))


def example() -> DispatchFile:
    """Return the policies as the example configuration says them."""
    reading = read_model(Path(str(files("djflow") / "starter")), "dispatch.toml", DispatchFile)
    assert reading.value is not None
    return reading.value


POLICIES = {table.kind: table.policy for table in example().kinds}
RETIREMENT = tuple(one.age for one in example().retirement)
RURAL = POLICIES[BatchKind.RURAL]

SOUND = Facts(
    person=ME,
    unit=HOME,
    gender=Gender.MALE,
    birth=Month(1990, 6),
    rank=RankLevel.CLERK,
    education=Education.BACHELOR,
    full_member=True,
    in_service_since=Month(2014, 8),
    recruited=Month(2014, 8),
    borrowing=frozenset(),
    probation=Bar(stands=False),
    profession=Profession.OFFICE,
    section="办公室",
    duties=frozenset(),
    sole_duties=frozenset(),
    reviews=((2026, Grade.COMPETENT), (2025, Grade.EXCELLENT)),
    discipline=Bar(stands=False),
    fit=True,
    examined_on=date(2026, 9, 1),
    care=Care(Bar(stands=False)),
    unfinished_task=Bar(stands=False),
    retires=Month(2053, 6),
    native_town=OTHER_TOWN,
    native_known=True,
    kin_complete=True,
    history_complete=True,
)

HOST = Place(
    unit=TOWN,
    township=TOWN,
    village="V001",
    command=frozenset({CHIEF}),
    key_posts=frozenset((role, PersonId(f"at-{role}")) for role in KeyRole),
    key_complete=True,
)


def asking(rule: Rule, base: KindPolicy = RURAL) -> KindPolicy:
    """Return a policy that has this one rule."""
    return replace(base, rules=(rule,))


def rule(kind: RuleKind, value: int | str | None = None, classes: tuple[tuple[str, int], ...] = ()) -> Rule:
    """Return a hard rule."""
    return Rule(kind, "依据", value=value, classes=classes)


def judged(one: Rule, facts: Facts, *, place: Place | None = HOST, on: date = ON) -> Finding:
    """Return what one rule says."""
    (found,) = findings(asking(one), facts, place, on)
    return found


def says(one: Rule, facts: Facts, *, place: Place | None = HOST, on: date = ON) -> Verdict:
    """Return the verdict of one rule."""
    return judged(one, facts, place=place, on=on).verdict
