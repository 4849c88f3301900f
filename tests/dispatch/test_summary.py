"""What a circular tells of postings, in numbers of units, read from postings that were really walked."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.core.clock import instant_of
from djflow.core.sections import Figure, Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan, Month
from djflow.dispatch import summary
from djflow.dispatch.figures import rules
from djflow.dispatch.figures.model import Step, Term
from djflow.dispatch.policy import service as policies
from djflow.dispatch.postings import service
from djflow.dispatch.postings.model import Act, PostingState
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import Count, Form
from tests.dispatch.posted import ACT, CALENDAR, FIRST, LAST, RURAL, TERMS, District, at, on_duty, settle

DECEMBER = Month(2026, 12).span
JANUARY = Month(2027, 1).span
LATER = at("2027-02-03")


@pytest.fixture
def district(session: Session, now: datetime) -> District:
    """A district that called a batch under the rules in force."""
    policies.use(session, RURAL, by=ACT, now=now)
    return settle(session, now)


def _told(session: Session, span: DateSpan = DECEMBER, now: datetime = LATER) -> Section:
    (found,) = summary.sections(session, span, CALENDAR, now)
    return found


def test_who_reported_within_a_week_has_arrived(session: Session, district: District) -> None:
    """One reports on the first day, one never, one posting is cancelled; the sending unit is named with a number."""
    on_duty(session, district.new("G1"))
    service.appoint(session, district.new("G2"), terms=TERMS, by=ACT, now=at("2026-11-20"))
    off = service.appoint(session, district.new("G3"), terms=TERMS, by=ACT, now=at("2026-11-20"))
    service.cancel(session, off.id, "另有安排", terms=TERMS, by=ACT, now=at("2026-11-25"))
    told = _told(session)
    assert told.totals["dispatch.arrived"] == Figure(1, 2)
    assert told.totals["dispatch.away"] == Figure(1)
    assert [(one.unit, one.what, one.count) for one in told.shortfalls] == [
        (district.units["D1"], "派出人员未按期报到", 1)
    ]
    early = _told(session, now=at("2026-12-08T00:00") - timedelta(seconds=1))
    assert "dispatch.arrived" not in early.totals
    assert _told(session, now=at("2026-12-09T00:00")).totals["dispatch.arrived"] == Figure(1, 2)


def test_a_posting_that_began_after_the_end_is_not_told(session: Session, district: District) -> None:
    """November knows nobody away, also when it is told again in February."""
    november = Month(2026, 11).span
    before = _told(session, november, at("2026-12-01T00:00"))
    on_duty(session, district.new("G1"))
    assert _told(session, november) == before


def test_months_are_told_where_they_were_asked_about(session: Session, district: District) -> None:
    """December's form goes out in January; confirmed in time it counts, after the end it does not."""
    one, two = on_duty(session, district.new("G1")), on_duty(session, district.new("G4", home=district.units["D2"]))
    december = Month(2026, 12)
    months.ask_months(session, december, terms=TERMS, by=ACT, now=at("2027-01-05"))
    for posting in (one, two):
        months.fill_month(session, posting.id, december, Form(20), by=ACT, now=at("2027-01-06"))
    months.confirm_month(session, one.id, Count(december, 19), terms=TERMS, by=ACT, now=at("2027-01-08"))
    assert "dispatch.attendance" not in _told(session).totals
    told = _told(session, JANUARY)
    assert told.totals["dispatch.attendance"] == Figure(0, 1)
    assert told.totals["dispatch.days"] == Figure(19, 1)
    assert told.units[district.units["T1"]]["dispatch.confirmed"] == Figure(1, 2)
    assert told.notes == ("在岗率按本期下发的在岗月报统计，为2026年12月的情况。",)
    months.confirm_month(session, two.id, Count(december, 20), terms=TERMS, by=ACT, now=at("2027-02-01T00:00"))
    assert _told(session, JANUARY) == told
    summable = {code: figure for code, figure in told.totals.items() if code != "dispatch.days"}
    assert summable == summed(told.units)


def test_spot_checks_that_were_struck_or_excused_do_not_count(session: Session, district: District) -> None:
    """Of two failed checks one was a mistake; struck after the end it still stood in December."""
    one = on_duty(session, district.new("G1"))
    for day, present in ((7, True), (8, False), (31, False)):
        on = date(2026, 12, day)
        check = months.spot_check(session, one.id, on, present=present, by=ACT, now=at(f"2026-12-{day:02d}T10:00"))
    assert _told(session).totals["dispatch.checks"] == Figure(1, 3)
    months.strike_check(session, check.id, by=ACT, now=at("2027-01-01T00:00"))
    assert _told(session).totals["dispatch.checks"] == Figure(1, 3)
    told = _told(session, DateSpan(DECEMBER.first, date(2026, 12, 30)))
    assert told.totals["dispatch.checks"] == Figure(1, 2)
    assert [(one.what, one.count) for one in told.shortfalls] == [("派出人员抽查不在岗", 1)]


def _term(*steps: Step) -> Term:
    units = ("a", "b")
    return Term(units[0], units[1], FIRST, LAST, FIRST, RURAL, steps)  # type: ignore[arg-type] # plain names of units


def test_the_middle_of_a_term_is_reviewed_by_its_day() -> None:
    """Done by the end it is done; nobody is missed who was called back before the day."""
    term = _term(Step(Act.REPORT, PostingState.REPORTED, at("2026-12-01")))
    day = rules.review_by(term, CALENDAR)
    assert day is not None
    span = DateSpan(day, day)
    reach = Reach.of(span, LATER + timedelta(days=900))
    done = Step(Act.MIDTERM, PostingState.MIDTERM_DONE, instant_of(day))
    for steps, figure in (((), Figure(0, 1)), ((done,), Figure(1, 1))):
        units = by_unit(rules.of_terms([_term(*term.steps, *steps)], span, reach, CALENDAR))
        assert summed(units)["dispatch.midterm"] == figure
    gone = Step(Act.RECALL, PostingState.RECALLED, instant_of(day) - timedelta(days=1))
    assert rules.review_by(_term(*term.steps, gone), CALENDAR) is None


def test_a_policy_that_is_gone_is_said(session: Session, now: datetime) -> None:
    """Without the rules of a batch nobody is called late."""
    district = settle(session, now)
    on_duty(session, district.new("G1"))
    told = _told(session)
    assert "dispatch.arrived" not in told.totals
    assert told.lacking[0].startswith("有1名派出人员所依据的规则版本没有留存")
    assert told.units[district.units["D1"]] == {"dispatch.away": Figure(1)}
