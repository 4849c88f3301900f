"""Postings up to their beginning: appointed once, known to the rosters, reported, confirmed, cancelled, replaced."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.db.session import Database
from djflow.dispatch.policy.model import BatchKind, Paper
from djflow.dispatch.postings import service
from djflow.dispatch.postings.model import Act, PostingState, Who
from djflow.people import service as people
from djflow.people.model import AbsenceKind, PersonStatus
from tests.dispatch.posted import ACT, FIRST, LAST, TERMS, District, at, on_duty, settle


@pytest.fixture
def district(database: Database, now: datetime) -> District:
    """A small district."""
    with database.transaction() as session:
        return settle(session, now)


def test_an_appointment_says_who_is_away(database: Database, district: District, now: datetime) -> None:
    """Whoever is appointed is away for the whole term, once, without anybody changing the person's status."""
    with database.transaction() as session:
        first = service.appoint(session, district.new(), terms=TERMS, by=ACT, now=now)
    with database.transaction() as session:
        second = service.appoint(session, district.new(), terms=TERMS, by=ACT, now=now)
        away = people.absences(session, first.span)
        card = people.person_by_code(session, "G1")
    assert second == first
    assert [(one.entry.span, one.entry.kind, one.entry.origin) for one in away] == [
        (DateSpan(FIRST, LAST), AbsenceKind.DISPATCH, first.subject)
    ]
    assert card.status is PersonStatus.ACTIVE


def test_a_course_is_written_as_training(database: Database, district: District, now: datetime) -> None:
    """Somebody sent to a course is away for training."""
    course = district.new(kind=BatchKind.TRAINING, span=DateSpan(FIRST, date(2026, 12, 11)), key="course")
    with database.transaction() as session:
        posting = service.appoint(session, course, terms=TERMS, by=ACT, now=now)
        (away,) = people.absences(session, posting.span)
    assert away.entry.kind is AbsenceKind.TRAINING


def test_a_term_that_ends_on_a_day_off_ends_on_the_next_workday(
    database: Database, district: District, now: datetime
) -> None:
    """A term to New Year's Day lasts to the first workday after it; where the policy says so it does not."""
    new_year = district.new(span=DateSpan(FIRST, date(2027, 1, 1)))
    rural, *others = TERMS.policies
    strict = replace(rural, version=2, clocks=replace(rural.clocks, end_on_workday=False))
    terms = replace(TERMS, policies=(rural, strict, *others))
    with database.transaction() as session:
        moved = service.appoint(session, new_year, terms=terms, by=ACT, now=now)
        other = replace(new_year, key="other", person=district.people["G2"], version=2)
        kept = service.appoint(session, other, terms=terms, by=ACT, now=now)
    assert moved.span.last == date(2027, 1, 4)
    assert moved.first_end == moved.span.last
    assert kept.span.last == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"host": "T9"}, RuleError, "posting.host_closed"),
        ({"host": "D1"}, RuleError, "posting.own_unit"),
        ({"host": "?"}, NotFoundError, "posting.unit"),
        ({"title": " "}, InputError, "posting.title"),
        ({"person": "?"}, NotFoundError, "posting.person"),
        ({"version": 9}, RuleError, "posting.policy"),
        ({"kind": BatchKind.RESERVE}, RuleError, "posting.policy"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    database: Database, district: District, changes: dict[str, object], error: type[DjflowError], code: str
) -> None:
    """A closed host, one's own unit, an unknown unit or person, a lost version or a mere list: each a clear answer."""
    named = {"host": district.units, "person": district.people}
    values = {key: named[key].get(str(value), "unknown") if key in named else value for key, value in changes.items()}
    new = replace(district.new(), **values)  # type: ignore[arg-type] # a test's changes
    with pytest.raises(error) as told, database.transaction() as session:
        service.appoint(session, new, terms=TERMS, by=ACT, now=at("2026-11-20"))
    assert told.value.code == code
    with database.reading() as session:
        assert service.postings(session, open_only=False) == ()
        assert people.absences(session, DateSpan(FIRST, LAST)) == ()


def test_nobody_is_in_two_batches_at_once(database: Database, district: District, now: datetime) -> None:
    """A second posting that shares a day is refused; one that begins the day after is not."""
    later = district.new(key="later", batch="b2", span=DateSpan(LAST, date(2029, 6, 29)))
    with database.transaction() as session:
        service.appoint(session, district.new(), terms=TERMS, by=ACT, now=now)
    with pytest.raises(ConflictError, match="不能同时在两个批次"), database.transaction() as session:
        service.appoint(session, later, terms=TERMS, by=ACT, now=now)
    with database.transaction() as session:
        free = replace(later, span=DateSpan(date(2028, 12, 1), date(2029, 6, 29)))
        assert service.appoint(session, free, terms=TERMS, by=ACT, now=now).span.first == date(2028, 12, 1)


def test_the_way_to_duty(database: Database, district: District) -> None:
    """Talk, report, confirm: each once however often it is said, in this order, not before the first day."""
    with database.transaction() as session:
        posting = service.appoint(session, district.new(), terms=TERMS, by=ACT, now=at("2026-11-20"))
        with pytest.raises(RuleError, match="任前谈话"):
            service.report(session, posting.id, Who.CADRE, terms=TERMS, by=ACT, now=at("2026-12-01"))
        service.talk(session, posting.id, by=ACT, now=at("2026-11-23"))
        with pytest.raises(RuleError, match="2026年12月01日"):
            service.report(session, posting.id, Who.CADRE, terms=TERMS, by=ACT, now=at("2026-11-30"))
        with pytest.raises(ConflictError, match="待报到"):
            service.confirm(session, posting.id, Who.HOST, by=ACT, now=at("2026-12-01"))
        for _ in range(2):
            service.report(session, posting.id, Who.CADRE, terms=TERMS, by=ACT, now=at("2026-12-02"))
        for _ in range(2):
            after = service.confirm(session, posting.id, Who.HOST, by=ACT, now=at("2026-12-03"))
        made = [move.act for move in service.moves(session, posting.id)]
        assert [one.paper for one in service.papers(session, posting.id)] == [Paper.DISPATCH_LETTER, Paper.TALK_RECORD]
    assert after.state is PostingState.ON_DUTY
    assert after.reported_on == date(2026, 12, 2)
    assert made == [Act.TALK, Act.REPORT, Act.CONFIRM]


def test_a_kind_without_talk_reports_at_once(database: Database, district: District) -> None:
    """Somebody called to a task force reports without a talk before."""
    force = district.new(kind=BatchKind.TASKFORCE, span=DateSpan(FIRST, date(2027, 2, 26)))
    with database.transaction() as session:
        posting = service.appoint(session, force, terms=TERMS, by=ACT, now=at("2026-11-20"))
        after = service.report(session, posting.id, Who.CADRE, terms=TERMS, by=ACT, now=at("2026-12-01"))
    assert after.state is PostingState.REPORTED


def test_a_cancelled_posting_leaves_nobody_away(database: Database, district: District, now: datetime) -> None:
    """Cancelling needs a reason, takes the absence back and leaves the post to be filled within fifteen days."""
    with database.transaction() as session:
        posting = service.appoint(session, district.new(), terms=TERMS, by=ACT, now=now)
        with pytest.raises(InputError, match="理由"):
            service.cancel(session, posting.id, " ", terms=TERMS, by=ACT, now=now)
        for _ in range(2):
            service.cancel(session, posting.id, "本人病重", terms=TERMS, by=ACT, now=now)
        (empty,) = service.vacancies(session)
        assert people.absences(session, posting.span) == ()
        assert (empty.left, empty.due_on, empty.until) == (posting.id, date(2026, 12, 3), LAST)
        follows = district.new("G2", key="second", replaces=posting.id)
        second = service.appoint(session, follows, terms=TERMS, by=ACT, now=now)
        assert service.vacancies(session) == ()
        assert [one.filled_by for one in service.vacancies(session, open_only=False)] == [second.id]


def test_postings_are_found_by_host_home_batch_and_day(database: Database, district: District) -> None:
    """The board asks by host, by home unit, by batch and by day; finished postings only when asked for."""
    with database.transaction() as session:
        first = on_duty(session, district.new())
        other = district.new("G4", home=district.units["D2"], host=district.units["T2"], batch="b2")
        second = service.appoint(session, other, terms=TERMS, by=ACT, now=at("2026-11-20"))
        service.cancel(session, second.id, "不再需要", terms=TERMS, by=ACT, now=at("2026-11-20"))

        def ids(**wish: object) -> list[str]:
            return [one.id for one in service.postings(session, **wish)]  # type: ignore[arg-type] # a test's wishes

        assert ids() == [first.id]
        assert sorted(ids(open_only=False)) == sorted([first.id, second.id])
        assert ids(host=district.units["T2"], open_only=False) == [second.id]
        assert ids(home=district.units["D1"]) == [first.id]
        assert ids(batch="b2") == []
        assert ids(on=date(2026, 11, 30)) == []
        assert ids(on=FIRST) == [first.id]
        assert [one.id for one in service.postings_of(session, [district.people["G1"]])] == [first.id]
