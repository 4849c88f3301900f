"""What a circular tells of the duties of December, read from a published roster and its answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import instant_of
from djflow.core.ids import PersonId, RosterId, UnitId
from djflow.core.sections import Figure, Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry
from djflow.roster import service, summary
from djflow.roster.answers import service as answers
from djflow.roster.answers.model import DutyState
from djflow.roster.figures import rules
from djflow.roster.figures.model import Duty, Gathering
from djflow.roster.notices import Wording
from djflow.roster.record import Kept, cancelled
from djflow.roster.service import Amendment
from tests.roster.district import MONTH, QUALITY, draft, kept, settle

LATER = datetime(2027, 1, 6, 1, 0, tzinfo=UTC)
EIGHTH = "dacang@2026-12-08"
FIRST = "dacang@2026-12-01"


class Office:
    """A published December."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Publish the roster in November."""
        self.session, self.now = session, now
        self.ids: dict[str, PersonId] = settle(session, now)
        self.units: dict[str, UnitId] = {one.code: one.id for one in people.units(session)}
        self.wording = Wording({person: code for code, person in self.ids.items()})
        made = service.keep_draft(session, draft(self.ids), by="test", now=now)
        service.publish(session, made.roster_id, self.wording, by="test", now=now)

    def confirm(self, event: str, code: str, at: datetime) -> None:
        """Let somebody say to be there."""
        answers.confirm(self.session, event, self.ids[code], by="test", now=at)

    def told(self, span: DateSpan = MONTH.span, now: datetime = LATER) -> Section:
        """Return what is told."""
        (found,) = summary.sections(self.session, span, WorkCalendar(), now)
        return found


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    """A published December of three sessions and six places, one of them empty."""
    return Office(session, now)


def test_a_month_is_told_by_its_published_roster(office: Office) -> None:
    """Sessions, places with and without a person, duties by unit; nobody answered, which is said."""
    told = office.told()
    assert told.totals == {
        "roster.sessions": Figure(3),
        "roster.cancelled": Figure(0),
        "roster.staffed": Figure(5, 6),
        "roster.duties": Figure(5),
    }
    assert told.units[office.units["T1"]] == {"roster.duties": Figure(2)}
    assert told.shortfalls == ()
    assert told.lacking == (summary.NO_ANSWERS, summary.NO_SIGN_IN)


def test_who_confirms_before_the_session_begins_has_confirmed(office: Office) -> None:
    """The units of the others are named with the number of their duties, never with a person."""
    office.confirm(FIRST, "A01", instant_of(date(2026, 12, 1)) + timedelta(hours=8, minutes=59))
    office.confirm(EIGHTH, "A03", office.now)
    told = office.told()
    assert told.totals["roster.confirmed"] == Figure(2, 5)
    assert told.units[office.units["HR"]]["roster.confirmed"] == Figure(2, 2)
    assert {(one.unit, one.count) for one in told.shortfalls} == {(office.units["LAW"], 1), (office.units["T1"], 2)}
    assert told.lacking == (summary.NO_SIGN_IN,)
    rates = {code: figure for code, figure in told.totals.items() if code in summed(told.units)}
    assert rates == summed(told.units)


def test_only_sessions_of_the_days_asked_for_that_have_begun_count(office: Office) -> None:
    """The 8th belongs to a span that ends on it, the 26th does not; at eight on the 8th only the 1st has begun."""
    until_eighth = DateSpan(MONTH.first, date(2026, 12, 8))
    assert office.told(until_eighth).totals["roster.sessions"] == Figure(2)
    assert office.told(DateSpan(date(2026, 12, 2), date(2026, 12, 7))).totals == {}
    early = office.told(now=instant_of(date(2026, 12, 8)) + timedelta(hours=8))
    assert early.totals["roster.sessions"] == Figure(1)
    nothing = office.told(MONTH.following.span)
    assert (nothing.totals, nothing.lacking) == ({}, (summary.NO_ROSTER, summary.NO_SIGN_IN))


def test_a_roster_published_later_changes_nothing_of_the_past(office: Office) -> None:
    """A session called off within the month is told as called off; what is published in January is not told."""
    before = office.told()
    (standing,) = service.listing(office.session)
    off = cancelled(kept(office.ids), EIGHTH, "停市")
    _amend(office, standing.roster_id, off, LATER)
    assert office.told() == before
    assert office.told(now=LATER + timedelta(days=1)) == before


def test_a_session_called_off_in_time_has_no_duties(office: Office) -> None:
    """It is counted as called off and its places are nobody's."""
    (standing,) = service.listing(office.session)
    _amend(office, standing.roster_id, cancelled(kept(office.ids), EIGHTH, "停市"), office.now + timedelta(days=1))
    told = office.told()
    assert (told.totals["roster.sessions"], told.totals["roster.cancelled"]) == (Figure(2), Figure(1))
    assert told.totals["roster.duties"] == Figure(3)


def test_duties_stay_with_the_unit_somebody_had_left_since(office: Office) -> None:
    """Whoever changed to another department on the 20th served for the former one on the 8th."""
    before = office.told()
    entry = PersonEntry(code="A03", name="甲A03", gender=Gender.FEMALE, unit_code="LAW")
    people.put_people(office.session, [entry], by="test", now=instant_of(date(2026, 12, 20)))
    assert office.told().units == before.units


def _amend(office: Office, roster_id: RosterId, content: Kept, at: datetime) -> None:
    amendment = Amendment(roster_id, content, QUALITY, "closure")
    service.amend(office.session, amendment, office.wording, by="test", now=at)


_BEGINS = instant_of(date(2026, 12, 8)) + timedelta(hours=9)
_SESSION = Gathering(EIGHTH, _BEGINS, cancelled=False, empty=0)
_DUTIES = st.lists(
    st.builds(
        Duty,
        st.just(EIGHTH),
        st.sampled_from([UnitId("a"), UnitId("b")]),
        st.sampled_from([None, DutyState.CONFIRMED, DutyState.DECLINED]),
        st.sampled_from([_BEGINS - timedelta(seconds=1), _BEGINS]),
    )
)


@given(_DUTIES)
def test_what_is_missing_to_all_duties_is_what_units_fell_short_of(duties: list[Duty]) -> None:
    """Confirmed duties and shortfalls add up to all duties as soon as anybody answered."""
    reach = Reach.of(MONTH.span, LATER)
    units = by_unit(rules.tallies(duties, (), {EIGHTH: _SESSION}, reach))
    missing = sum(one.count for one in rules.shortfalls(units))
    figure = summed(units).get("roster.confirmed")
    assert (figure is not None) == any(one.state is not None for one in duties)
    if figure is not None:
        assert figure.part + missing == figure.whole == len(duties)
