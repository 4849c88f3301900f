"""Whatever a profile says survives the Excel table."""

from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from djflow.core.ids import UnitId
from djflow.core.spans import Month
from djflow.dispatch.eligibility.model import Bar, Care
from djflow.dispatch.policy.words import Borrowing, Education, Grade, Profession
from djflow.dispatch.profiles.forms import profiles_form, with_nothing_known
from djflow.dispatch.profiles.model import Health, Party, Profile
from djflow.people.excel.form import merge, read_form
from djflow.people.excel.outgo import write_table
from djflow.people.excel.people_form import unit_directory
from djflow.people.model import Unit
from tests.dispatch.profiles.office import UNITS

FORM = profiles_form(unit_directory(Unit(UnitId(one.code), one) for one in UNITS if one.kind.is_town))
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
MONTHS = st.builds(Month, st.integers(1960, 2026), st.integers(1, 12))
BARS = st.just(Bar(stands=False)) | st.builds(Bar, st.just(value=True), st.none() | DAYS)
CARES = st.just(Care(Bar(stands=False))) | st.builds(
    Care, st.builds(Bar, st.just(value=True), st.none() | DAYS), st.booleans()
)
CLASSES = st.frozensets(st.sampled_from([one for one in Borrowing if one is not Borrowing.PROBATION]))
REVIEWS = st.dictionaries(st.integers(2000, 2030), st.sampled_from(Grade), max_size=4)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Draw a profile of which anything may be known."""
    known = draw(st.booleans())
    return Profile(
        person_code=f"C{draw(st.integers(0, 10**6))}",
        education=draw(st.none() | st.sampled_from(Education)),
        party=draw(st.none() | st.sampled_from(Party)),
        in_service_since=draw(st.none() | MONTHS),
        recruited=draw(st.none() | MONTHS),
        classes=draw(st.none() | CLASSES),
        probation=draw(st.none() | BARS),
        profession=draw(st.none() | st.sampled_from(Profession)),
        section=draw(st.sampled_from(["", "办公室", "业务一科"])),
        duties=draw(st.none() | st.frozensets(st.sampled_from(["会计", "出纳", "执法证"]))),
        reviews=tuple(sorted(draw(REVIEWS).items(), reverse=True)),
        unfinished_task=draw(st.none() | BARS),
        native_town=draw(st.sampled_from(["", "T1", "T2"])) if known else "",
        native_known=known,
        kin_checked=draw(st.booleans()),
        history_checked=draw(st.booleans()),
        discipline=draw(st.none() | BARS),
        health=draw(st.none() | st.builds(Health, st.booleans(), st.none() | DAYS)),
        care=draw(st.none() | CARES),
    )


@given(st.lists(profiles(), min_size=1, max_size=8, unique_by=lambda one: one.person_code))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_profile_survives_the_table(tmp_path: Path, said: list[Profile]) -> None:
    """Written out and read in as new rows, each profile is what it was: nothing, unknown and known stay apart."""
    path = tmp_path / "table.xlsx"
    write_table(path, FORM, said, "表")
    read = read_form(path, FORM)
    assert not read.rejected
    assert [merge(FORM, with_nothing_known(row), {}).entry for row in read.stated] == said
