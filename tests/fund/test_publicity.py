"""Lists on the board: days of the official calendar, masked names, objections, freeze and resume, the sweep."""

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, DjflowError, InputError, RuleError
from djflow.db.session import Database
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, Category, Day, Terms, Who
from djflow.fund.cases.model import CaseId as Id
from djflow.fund.publicity import rules
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, NewObjection, ObjectionState, Opened, Period, PeriodState, Via
from tests.fund.books import ACT, CALENDAR, POLICY, SECRETS, TERMS, Branch, at, checking, claim, hanging, move, settle

WORDS = "他家开着两个铺子，张小明不困难"


def posted(on: date, count: int = 5, unit: Day = Day.WORKDAY) -> Period:
    """Return a list that hangs from a day."""
    ends = rules.last_day(on, count, unit, CALENDAR)
    return Period("p", Id("c"), Level.DISTRICT, PeriodState.OPEN, on, on, count, unit, ends, 1, Category.REGULAR)


@pytest.mark.parametrize(
    ("on", "ends"),
    [
        (date(2026, 11, 18), date(2026, 11, 25)),
        (date(2026, 9, 28), date(2026, 10, 10)),
        (date(2026, 9, 18), date(2026, 9, 24)),
        (date(2026, 9, 30), date(2026, 10, 13)),
        (date(2026, 2, 12), date(2026, 2, 26)),
        (date(2026, 2, 13), date(2026, 2, 27)),
        (date(2026, 2, 14), date(2026, 2, 28)),
        (date(2026, 4, 30), date(2026, 5, 11)),
        (date(2026, 12, 25), date(2027, 1, 4)),
    ],
)
def test_five_workdays_over_holidays_and_make_up_days(on: date, ends: date) -> None:
    """National Day, Spring Festival, make-up Saturdays and Sundays of 2026 are counted as the office works."""
    assert posted(on).ends_on == ends


def test_calendar_days_are_counted_as_they_come() -> None:
    """Where the office fixed calendar days, five days after 28 September is 3 October."""
    assert posted(date(2026, 9, 28), unit=Day.CALENDAR).ends_on == date(2026, 10, 3)


def test_the_last_minute_belongs_to_the_period() -> None:
    """23:59 Beijing time of the last day is in time, midnight is not."""
    period = posted(date(2026, 11, 18))
    assert not rules.is_over(period, at("2026-11-25T23:59"))
    assert rules.is_over(period, at("2026-11-26T00:00"))
    assert rules.in_time(period, at("2026-11-25T23:59"))
    assert not rules.in_time(period, at("2026-11-26T00:00"))
    assert not rules.in_time(period, at("2026-11-17T23:59"))


def test_the_clock_stands_still_while_frozen() -> None:
    """Stopped on the third day with two whole days over, three more workdays follow the day it hangs again."""
    stopped = rules.frozen(posted(date(2026, 11, 18)), date(2026, 11, 23), CALENDAR)
    assert stopped.remaining == 3
    again = rules.resumed(stopped, date(2026, 12, 1), CALENDAR)
    assert again.ends_on == date(2026, 12, 4)
    over_holiday = rules.frozen(posted(date(2026, 9, 28)), date(2026, 10, 4), CALENDAR)
    assert over_holiday.remaining == 3, "29 and 30 September were over, the holiday counts for nothing"
    assert rules.resumed(over_holiday, date(2026, 10, 9), CALENDAR).ends_on == date(2026, 10, 13)


@given(st.dates(date(2026, 1, 5), date(2026, 11, 1)), st.integers(0, 20), st.integers(0, 30), st.sampled_from(Day))
def test_the_public_always_has_its_full_days(on: date, wait: int, pause: int, unit: Day) -> None:
    """However often a list is stopped, the whole days it hung never add up to fewer than promised."""
    period = posted(on, unit=unit)
    stop = min(on + timedelta(wait), period.ends_on)
    stopped = rules.frozen(period, stop, CALENDAR)
    again = rules.resumed(stopped, stop + timedelta(pause), CALENDAR)
    before = rules.counted(period, stop, CALENDAR)
    after = rules.counted(again, again.ends_on + timedelta(1), CALENDAR)
    assert before + after >= 5
    assert again.remaining >= 1


@pytest.fixture
def branch(database: Database, now: datetime) -> Branch:
    """A branch with its people."""
    with database.transaction() as session:
        return settle(session, now)


@pytest.fixture
def hung(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> Period:
    """G1's case on the district's board from 26 November to 3 December."""
    with database.transaction() as session:
        case = hanging(session, branch, tmp_path, now)
        period = publicity.periods_of(session, case.id)[-1]
        assert (period.level, period.ends_on) == (Level.DISTRICT, date(2026, 12, 3))
        return period


def objection(words: str = WORDS, **more: object) -> NewObjection:
    """Return an objection from the page."""
    return replace(NewObjection(words, Via.PAGE, contact="13800000000"), **more)  # type: ignore[arg-type] # named fields


def test_the_list_shows_what_the_public_may_see(database: Database, hung: Period) -> None:
    """Masked name, branch, neutral category, amount; no reason, no number of a person, no full name."""
    _ = hung
    with database.reading() as session:
        (line,) = publicity.public_list(session, Level.DISTRICT)
        assert line.text == "张*明，幸福村党支部，定期帮扶类，2000元"
        assert not any(secret in str(line) for secret in SECRETS)
        assert publicity.public_list(session, Level.BRANCH) == ()


def test_a_branch_shows_its_own_list_only(database: Database, branch: Branch, now: datetime) -> None:
    """Each branch's board has its own people, by number of the case."""
    with database.transaction() as session:
        for code, account in (("G1", ""), ("G3", ""), ("G8", "6222000000009992")):
            case = checking(session, claim(branch[code], payee_account=account), now)
            publicity.post(session, case.id, Level.BRANCH, TERMS, by=ACT, now=now)
            assert publicity.post(session, case.id, Level.BRANCH, TERMS, by=ACT, now=now).case == case.id
        lines = publicity.public_list(session, Level.BRANCH, branch_id=str(case.branch))
        assert [line.name for line in lines] == ["周*"]
        assert len(publicity.public_list(session, Level.BRANCH)) == 3


def test_an_objection_in_the_last_minute_counts(database: Database, hung: Period) -> None:
    """At 23:59 of the last day an objection stops the clock; the sweep a minute later ends nothing."""
    with database.transaction() as session:
        made = publicity.object_to(session, hung.id, objection(), TERMS, by="page", now=at("2026-12-03T23:59"))
        assert made.state is ObjectionState.OPEN
        assert cases.get(session, hung.case).state is CaseState.FROZEN
    with database.transaction() as session:
        assert not casework.close_period(session, hung.id, TERMS, by=ACT, now=at("2026-12-04T00:00"))
        assert publicity.due(session, now=at("2026-12-04T00:00")) == ()
        with pytest.raises(RuleError, match="还有 1 件异议"):
            move(session, cases.get(session, hung.case), Act.RESUME, Who.OFFICE, at("2026-12-04T00:00"))
        after = publicity.settle(session, made.id, "查无此事", TERMS, upheld=False, by=ACT, now=at("2026-12-07T10:00"))
        assert after.state is CaseState.PUBLICITY
        assert publicity.period(session, hung.id).ends_on == date(2026, 12, 8)
        assert casework.close_period(session, hung.id, TERMS, by=ACT, now=at("2026-12-09T00:00"))
        assert cases.get(session, hung.case).state is CaseState.READY_TO_PAY


def test_an_objection_after_the_last_minute_is_kept_and_stops_nothing(database: Database, hung: Period) -> None:
    """At midnight the period is over: the objection is recorded as late, somebody still answers it."""
    midnight = at("2026-12-04T00:00")
    with database.transaction() as session:
        made = publicity.object_to(session, hung.id, objection(), TERMS, by="page", now=midnight)
        assert made.state is ObjectionState.LATE
        assert casework.close_period(session, hung.id, TERMS, by=ACT, now=midnight)
        case = publicity.settle(session, made.id, "已过公示期，另行核查", TERMS, upheld=True, by=ACT, now=midnight)
        assert case.state is CaseState.READY_TO_PAY


def test_a_letter_in_time_counts_though_typed_later(database: Database, hung: Period) -> None:
    """A letter received on the last day and typed in after the sweep takes the case back from the payment desk."""
    with database.transaction() as session:
        assert casework.close_period(session, hung.id, TERMS, by=ACT, now=at("2026-12-04T00:10"))
        letter = objection(via=Via.HAND, received_at=at("2026-12-03T17:30"))
        made = publicity.object_to(session, hung.id, letter, TERMS, by="clerk", now=at("2026-12-04T09:00"))
        assert made.state is ObjectionState.OPEN
        assert cases.get(session, hung.case).state is CaseState.FROZEN
        ended = publicity.settle(session, made.id, "属实", TERMS, upheld=True, by=ACT, now=at("2026-12-07T09:00"))
        assert ended.state is CaseState.REJECTED
        assert publicity.period(session, hung.id).state is PeriodState.CANCELLED
        assert publicity.public_list(session, Level.DISTRICT) == ()


def test_a_letter_that_comes_when_the_bank_has_the_file_is_late(database: Database, hung: Period) -> None:
    """When the money is on its way nothing can be frozen any more; the letter is recorded all the same."""
    with database.transaction() as session:
        casework.close_period(session, hung.id, TERMS, by=ACT, now=at("2026-12-04T00:10"))
        move(session, cases.get(session, hung.case), Act.SEND, Who.CASHIER, at("2026-12-04T08:00"))
        letter = objection(via=Via.HAND, received_at=at("2026-12-03T17:30"))
        made = publicity.object_to(session, hung.id, letter, TERMS, by="clerk", now=at("2026-12-04T09:00"))
        assert made.state is ObjectionState.LATE
        assert cases.get(session, hung.case).state is CaseState.SENT


def test_several_objections_all_have_to_be_answered(database: Database, hung: Period) -> None:
    """The same words twice are one objection; the clock runs on only after the last answer, each given once."""
    noon = at("2026-11-30T12:00")
    with database.transaction() as session:
        first = publicity.object_to(session, hung.id, objection(), TERMS, by="page", now=noon)
        assert publicity.object_to(session, hung.id, objection(), TERMS, by="page", now=noon) == first
        second = publicity.object_to(session, hung.id, objection("收入不实"), TERMS, by="page", now=noon)
        for bad in ("", " \x00 "):
            with pytest.raises(InputError, match="请写明"):
                publicity.settle(session, first.id, bad, TERMS, upheld=False, by=ACT, now=noon)
        publicity.settle(session, first.id, "不属实", TERMS, upheld=False, by=ACT, now=noon)
        assert cases.get(session, hung.case).state is CaseState.FROZEN
        with pytest.raises(ConflictError, match="已经有结论"):
            publicity.settle(session, first.id, "不属实", TERMS, upheld=False, by=ACT, now=noon)
        publicity.settle(session, second.id, "不属实", TERMS, upheld=False, by=ACT, now=noon)
        assert cases.get(session, hung.case).state is CaseState.PUBLICITY
        period = publicity.period(session, hung.id)
        assert (period.remaining, period.ends_on) == (4, date(2026, 12, 4)), "27 November was over"


def test_the_same_words_after_an_answer_are_another_objection(database: Database, hung: Period) -> None:
    """What was answered, or came too late, keeps nobody else from saying the same in time: it stops the clock again."""
    noon, late = at("2026-11-30T12:00"), at("2026-12-04T00:00")
    with database.transaction() as session:
        first = publicity.object_to(session, hung.id, objection(), TERMS, by="page", now=noon)
        publicity.settle(session, first.id, "不属实", TERMS, upheld=False, by=ACT, now=noon)
        second = publicity.object_to(session, hung.id, objection(), TERMS, by="page", now=noon)
        assert (second.id != first.id, second.state) == (True, ObjectionState.OPEN)
        assert cases.get(session, hung.case).state is CaseState.FROZEN
        publicity.settle(session, second.id, "不属实", TERMS, upheld=False, by=ACT, now=noon)
        over = publicity.period(session, hung.id)
        assert publicity.close(session, over.id, by=ACT, now=at("2026-12-05T00:00"))
        typed = at("2026-12-06T09:00")
        assert publicity.object_to(session, over.id, objection("来信"), TERMS, by="page", now=typed).state is (
            ObjectionState.LATE
        )
        letter = objection("来信", via=Via.HAND, received_at=late)
        assert publicity.object_to(session, over.id, letter, TERMS, by=ACT, now=typed).state is ObjectionState.OPEN


def test_a_flood_from_the_page_is_stopped(database: Database, hung: Period) -> None:
    """Twenty open objections are enough for one list; letters by hand still come in."""
    noon = at("2026-11-30T12:00")
    with database.transaction() as session:
        for number in range(publicity.MAX_OPEN):
            publicity.object_to(session, hung.id, objection(f"异议{number}"), TERMS, by="page", now=noon)
        with pytest.raises(ConflictError, match="监督电话"):
            publicity.object_to(session, hung.id, objection("又一件"), TERMS, by="page", now=noon)
        by_hand = objection("来信", via=Via.HAND, received_at=noon)
        assert publicity.object_to(session, hung.id, by_hand, TERMS, by=ACT, now=noon).state is ObjectionState.OPEN


@pytest.mark.parametrize("words", ["", "  ", "\x00", "长" * 1001])
def test_an_objection_without_words_is_refused(database: Database, hung: Period, words: str) -> None:
    """Nothing, blanks and a text without end are refused; a letter from tomorrow too."""
    noon = at("2026-11-30T12:00")
    with pytest.raises(InputError), database.transaction() as session:
        publicity.object_to(session, hung.id, objection(words), TERMS, by="page", now=noon)
    tomorrow = objection(via=Via.HAND, received_at=noon + timedelta(1))
    with pytest.raises(InputError, match="不能晚于现在"), database.transaction() as session:
        publicity.object_to(session, hung.id, tomorrow, TERMS, by="page", now=noon)


def test_who_objects_is_known_to_nobody_but_who_settles(database: Database, hung: Period) -> None:
    """Words and telephone of an objector are sealed, in no record and no list; whoever opens them is on the record."""
    with database.transaction() as session:
        made = publicity.object_to(session, hung.id, objection(), TERMS, by="page", now=at("2026-11-30T12:00"))
        seen = publicity.look(session, made.id, by="settler", now=at("2026-11-30T13:00"))
        assert seen == Opened(WORDS, "13800000000", "")
        assert "铺子" not in str(seen)
        row = session.execute(text("SELECT * FROM fund_objection")).one()
        written = str((row, audit.latest(session), made))
        assert "铺子" not in written
        assert "13800000000" not in written
        assert audit.latest(session)[0].action == "fund.look_objection"


def test_the_objection_and_the_sweep_never_both_win(database: Database, hung: Period) -> None:
    """Twenty objections and twenty sweeps around midnight: the case is frozen or on its way to payment, never both."""
    failures: list[str] = []

    def act(number: int) -> None:
        try:
            with database.transaction() as session:
                if number % 2:
                    moment = at("2026-12-03T23:59")
                    publicity.object_to(session, hung.id, objection(f"异议{number}"), TERMS, by="page", now=moment)
                else:
                    casework.close_period(session, hung.id, TERMS, by=ACT, now=at("2026-12-04T00:00"))
        except DjflowError as error:
            failures.append(error.message)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert cases.get(session, hung.case).state is CaseState.FROZEN
        assert publicity.period(session, hung.id).state is PeriodState.FROZEN
        assert publicity.open_objections(session, hung.case) == 15
        assert audit.verify(session).intact


def test_a_period_ends_once(database: Database, hung: Period) -> None:
    """Before its last second nothing ends; then it ends once, the case goes on once, however often one sweeps."""
    with database.transaction() as session:
        assert not casework.close_period(session, hung.id, TERMS, by=ACT, now=at("2026-12-03T23:59"))
        over = at("2026-12-04T00:00")
        assert [one.id for one in publicity.due(session, now=over)] == [hung.id]
        assert casework.close_period(session, hung.id, TERMS, by=ACT, now=over)
        assert not casework.close_period(session, hung.id, TERMS, by=ACT, now=over)
        assert not casework.end_publicity(session, hung.case, TERMS, by=ACT, now=over)


def test_a_withdrawn_case_leaves_the_board(database: Database, hung: Period) -> None:
    """Whoever takes an application back is taken off the list in the same moment."""
    with database.transaction() as session:
        casework.withdraw(session, hung.case, TERMS, who=Who.APPLICANT, by=ACT, now=at("2026-11-30"))
        assert publicity.public_list(session, Level.DISTRICT) == ()


def test_an_objection_at_the_branch_holds_the_case_there(database: Database, branch: Branch, now: datetime) -> None:
    """An objection to the branch's list stops that list; upheld, the application is refused there."""
    with database.transaction() as session:
        case = checking(session, claim(branch["G1"]), now)
        period = publicity.post(session, case.id, Level.BRANCH, TERMS, by=ACT, now=now)
        made = publicity.object_to(session, period.id, objection(), TERMS, by="page", now=at("2026-11-20"))
        assert cases.get(session, case.id).state is CaseState.CHECKING
        assert not casework.close_period(session, period.id, TERMS, by=ACT, now=at("2026-12-30"))
        assert "支部公示还没有结束" in casework.unchecked(session, case, TERMS)
        ended = publicity.settle(session, made.id, "属实", TERMS, upheld=True, by=ACT, now=at("2026-11-23"))
        assert ended.state is CaseState.REJECTED


def test_a_case_that_is_not_so_far_hangs_nowhere(database: Database, branch: Branch, now: datetime) -> None:
    """A draft is on no board, and nothing hangs at the district before it is approved."""
    with database.transaction() as session:
        draft = cases.apply(session, claim(branch["G1"]), TERMS, by=ACT, now=now)
        for level in Level:
            with pytest.raises(ConflictError, match="还不能"):
                publicity.post(session, draft.id, level, TERMS, by=ACT, now=now)


@pytest.mark.parametrize(("threshold_fen", "moves_on"), [(200_001, True), (200_000, False)])
def test_small_grants_need_the_branch_only(  # at the threshold itself the district's list is needed
    database: Database, branch: Branch, tmp_path: Path, now: datetime, threshold_fen: int, moves_on: object
) -> None:
    """Below the office's threshold the branch's publicity is enough; at the threshold the district's is needed."""
    terms = Terms(replace(POLICY, district_from_fen=threshold_fen), CALENDAR)
    with database.transaction() as session:
        case = hanging(session, branch, tmp_path, now)
        assert casework.end_publicity(session, case.id, terms, by=ACT, now=at("2026-11-27")) is moves_on
