"""Values everything is built from: dates by Beijing time, months, spans, ids, signed links."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.clock import civil_date, instant_of
from djflow.core.errors import GoneError, InputError, NotFoundError
from djflow.core.ids import new_id
from djflow.core.links import FilePath, link, opened, sign
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject

KEY = b"k" * 32
AT = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
PATH = FilePath("roster", "01a2", "赶场值班表.xlsx")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"])
def test_a_machine_in_another_zone_has_the_same_day(zone: str) -> None:
    """Whatever zone the machine is set to, 16:30 UTC is already the next day in the office."""
    code = (
        "from datetime import UTC, datetime; from djflow.core.clock import civil_date;"
        "print(civil_date(datetime(2026, 11, 17, 16, 30, tzinfo=UTC)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"TZ": zone}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2026-11-18"


def test_an_instant_without_zone_is_a_fault() -> None:
    """A time nobody can place is refused at once."""
    with pytest.raises(ValueError, match="time zone"):
        civil_date(datetime(2026, 11, 18))  # noqa: DTZ001 - the fault under test


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_midnight_belongs_to_its_day(day: date) -> None:
    """The first instant of a civil date lies on it, the instant before on the day before."""
    assert civil_date(instant_of(day)) == day
    assert civil_date(instant_of(day) - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(st.integers(1900, 2099), st.integers(1, 12))
def test_months_follow_one_another(year: int, number: int) -> None:
    """A month ends the day before the next begins, and prints what it parses."""
    month = Month(year, number)
    assert month.following.first - month.last == timedelta(days=1)
    assert month.following.preceding == month
    assert Month.parse(str(month)) == month


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "202612", "", "２０２６-12", "1899-12"])
def test_months_that_do_not_exist(text: str) -> None:
    """A month is written 2026-12 or refused."""
    with pytest.raises(InputError, match="月份"):
        Month.parse(text)


def test_a_span_ends_after_it_begins() -> None:
    """A span the wrong way round is refused with both dates."""
    with pytest.raises(InputError, match="2026-12-02"):
        DateSpan(date(2026, 12, 2), date(2026, 12, 1))


def test_ids_order_by_creation() -> None:
    """Later ids sort after earlier ones and never repeat."""
    ids = [new_id(AT + timedelta(milliseconds=number)) for number in range(100)]
    assert ids == sorted(ids)
    assert len({new_id(AT) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ["roster.roster", "Roster:1", "a:b c", ":x", "roster.:1"])
def test_a_malformed_subject_is_refused(text: str) -> None:
    """A subject is a kind and an id or it is refused."""
    with pytest.raises(InputError, match="类别"):
        Subject.parse(text)


def test_a_link_opens_its_one_file_until_it_ends() -> None:
    """A signed link opens exactly the file it was made for, until it expires."""
    token = sign(PATH, AT + timedelta(days=1), KEY)
    assert link(PATH, AT + timedelta(days=1), KEY).startswith(f"/files/{token}/")
    assert opened(token, PATH.name, KEY, AT) == PATH
    with pytest.raises(GoneError, match="过期"):
        opened(token, PATH.name, KEY, AT + timedelta(days=1))


@given(st.text(max_size=60))
def test_a_forged_link_opens_nothing(junk: str) -> None:
    """Whatever somebody types for a token is answered alike."""
    with pytest.raises(NotFoundError, match="下载链接"):
        opened(junk, PATH.name, KEY, AT)


@pytest.mark.parametrize("position", [0, 10, -1])
def test_a_changed_link_opens_nothing(position: int) -> None:
    """One changed character, another key or another name and the link is dead."""
    token = sign(PATH, AT + timedelta(days=1), KEY)
    letter = "A" if token[position] != "A" else "B"
    changed = token[:position] + letter + (token[position:][1:] if position >= 0 else "")
    for bad, name, key in ((changed, PATH.name, KEY), (token, "别的.xlsx", KEY), (token, PATH.name, b"x" * 32)):
        with pytest.raises(NotFoundError):
            opened(bad, name, key, AT)
