"""How somebody posted serves: leave, months, spot checks, the diary, the reviews."""

from datetime import date, datetime

import pytest
from sqlalchemy import text

from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan, Month
from djflow.db.session import Database
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.leave.model import Grantor, LeaveState, Wish
from djflow.dispatch.postings.model import Posting, PostingState, RecallReason
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import Count, Form, Light
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import Assessment, Grade, Stage, Votes
from tests.dispatch.posted import ACT, TERMS, at, on_duty, settle

DECEMBER = Month(2026, 12)
SECRETS = ("母亲住院", "王大爷家漏雨", "扎实肯干", "走访很多户")


@pytest.fixture
def posted(database: Database, now: datetime) -> Posting:
    """Somebody who began on the first of December."""
    with database.transaction() as session:
        return on_duty(session, settle(session, now).new())


def wish(first: int, last: int, reason: str = "母亲住院") -> Wish:
    """Return leave on days of December."""
    return Wish(DateSpan(date(2026, 12, first), date(2026, 12, last)), reason)


def test_short_leave_is_the_hosts_to_grant(database: Database, posted: Posting) -> None:
    """Three days are granted by the host; asking and answering twice is once, another answer is refused."""
    with database.transaction() as session:
        asked = leaves.ask(session, posted.id, wish(7, 9), terms=TERMS, by=ACT, now=at("2026-12-02"))
        again = leaves.ask(session, posted.id, wish(7, 9), terms=TERMS, by=ACT, now=at("2026-12-02"))
        for _ in range(2):
            granted = leaves.answer(session, asked.id, Grantor.HOST, granted=True, by=ACT, now=at("2026-12-03"))
        with pytest.raises(ConflictError, match="已准"):
            leaves.answer(session, asked.id, Grantor.HOST, granted=False, by=ACT, now=at("2026-12-03"))
        assert leaves.on_leave(session, [posted.id], date(2026, 12, 8)) == {posted.id}
        assert leaves.on_leave(session, [posted.id], date(2026, 12, 10)) == frozenset()
        assert leaves.reason(session, asked.id, by=ACT, now=at("2026-12-03")) == "母亲住院"
    assert again == asked
    assert granted.state is LeaveState.GRANTED


def test_long_leave_goes_to_the_department(database: Database, posted: Posting) -> None:
    """Four days are not the host's to answer; the department may."""
    with database.transaction() as session:
        asked = leaves.ask(session, posted.id, wish(7, 10), terms=TERMS, by=ACT, now=at("2026-12-02"))
        with pytest.raises(RuleError, match="由区委组织部批准"):
            leaves.answer(session, asked.id, Grantor.HOST, granted=True, by=ACT, now=at("2026-12-03"))
        given = leaves.answer(session, asked.id, Grantor.OFFICE, granted=False, by=ACT, now=at("2026-12-03"))
        assert given.state is LeaveState.REFUSED
        assert leaves.waiting(session) == ()


def test_leave_that_cannot_be(database: Database, posted: Posting) -> None:
    """Days gone by, days outside the term, days asked for already, no reason: each a clear answer."""
    with database.transaction() as session:
        now = at("2026-12-08")
        leaves.ask(session, posted.id, wish(10, 11), terms=TERMS, by=ACT, now=now)
        for asked, words in ((wish(7, 9), "不能早于今天"), (wish(11, 12), "已有请假")):
            with pytest.raises(RuleError, match=words):
                leaves.ask(session, posted.id, asked, terms=TERMS, by=ACT, now=now)
        outside = Wish(DateSpan(date(2028, 11, 30), date(2028, 12, 1)), "事假")
        with pytest.raises(RuleError, match="任期"):
            leaves.ask(session, posted.id, outside, terms=TERMS, by=ACT, now=now)
        with pytest.raises(InputError, match="事由"):
            leaves.ask(session, posted.id, wish(20, 20, " "), terms=TERMS, by=ACT, now=now)


def test_leave_is_taken_back_before_it_begins(database: Database, posted: Posting) -> None:
    """Granted leave that has begun stays; before that it is free again."""
    with database.transaction() as session:
        asked = leaves.ask(session, posted.id, wish(10, 11), terms=TERMS, by=ACT, now=at("2026-12-02"))
        leaves.answer(session, asked.id, Grantor.HOST, granted=True, by=ACT, now=at("2026-12-03"))
        with pytest.raises(ConflictError, match="已经开始"):
            leaves.withdraw(session, asked.id, by=ACT, now=at("2026-12-10"))
        for _ in range(2):
            back = leaves.withdraw(session, asked.id, by=ACT, now=at("2026-12-09"))
        assert back.state is LeaveState.WITHDRAWN
        leaves.ask(session, posted.id, wish(10, 11), terms=TERMS, by=ACT, now=at("2026-12-09"))


def test_a_month_goes_out_comes_in_and_is_confirmed(database: Database, posted: Posting) -> None:
    """Forms go out once, are written until the host confirms, and short months turn yellow, then red."""
    january, february = DECEMBER.following, DECEMBER.following.following
    with database.transaction() as session:
        with pytest.raises(NotFoundError, match="还没有下发"):
            months.fill_month(session, posted.id, DECEMBER, Form(20), by=ACT, now=at("2027-01-05"))
        for month, now in ((DECEMBER, "2027-01-05"), (january, "2027-02-02"), (february, "2027-03-02")):
            asked = months.ask_months(session, month, terms=TERMS, by=ACT, now=at(now))
            assert [one.id for one in asked] == [posted.id]
            assert months.ask_months(session, month, terms=TERMS, by=ACT, now=at(now)) == ()
        for days in (40, 22):
            form = Form(days, 30, 2, "走访很多户")
            if days == 40:
                with pytest.raises(InputError, match="31 天"):
                    months.fill_month(session, posted.id, DECEMBER, form, by=ACT, now=at("2027-01-05"))
            else:
                months.fill_month(session, posted.id, DECEMBER, form, by=ACT, now=at("2027-01-05"))
        for _ in range(2):
            got = months.confirm_month(
                session, posted.id, Count(DECEMBER, 22), terms=TERMS, by=ACT, now=at("2027-01-06")
            )
        assert (got.stated, got.days, got.short) == (22, 22, False)
        with pytest.raises(ConflictError, match="22 天"):
            months.confirm_month(session, posted.id, Count(DECEMBER, 3), terms=TERMS, by=ACT, now=at("2027-01-06"))
        with pytest.raises(ConflictError, match="已由接收单位确认"):
            months.fill_month(session, posted.id, DECEMBER, Form(3), by=ACT, now=at("2027-01-07"))
        for month, days in ((january, 12), (february, 9)):
            months.confirm_month(session, posted.id, Count(month, days), terms=TERMS, by=ACT, now=at("2027-03-05"))
        lights = months.lights(session, posted, terms=TERMS)
        causes = months.recall_causes(session, posted, 2027, terms=TERMS)
        assert months.read_form(session, posted.id, DECEMBER, by=ACT, now=at("2027-03-05")) == "走访很多户"
        assert list(lights.values()) == [Light.GREEN, Light.YELLOW, Light.RED]
        assert causes == (RecallReason.ATTENDANCE,)
        months.correct_month(session, posted.id, Count(february, 20), terms=TERMS, by=ACT, now=at("2027-03-08"))
        assert months.recall_causes(session, posted, 2027, terms=TERMS) == ()


def test_spot_checks_count_unless_excused_or_struck(database: Database, posted: Posting) -> None:
    """Granted leave excuses; a mistake is struck and that day may be checked again; two absences propose a recall."""
    with database.transaction() as session:
        asked = leaves.ask(session, posted.id, wish(7, 9), terms=TERMS, by=ACT, now=at("2026-12-02"))
        leaves.answer(session, asked.id, Grantor.HOST, granted=True, by=ACT, now=at("2026-12-03"))

        def check(day: int, *, present: bool) -> str:
            found = months.spot_check(
                session, posted.id, date(2026, 12, day), present=present, by=ACT, now=at("2026-12-20")
            )
            return found.id

        assert check(8, present=False) == check(8, present=False)
        wrong = check(14, present=False)
        with pytest.raises(ConflictError, match="12月14日"):
            check(14, present=True)
        for _ in range(2):
            months.strike_check(session, wrong, by=ACT, now=at("2026-12-20"))
        check(14, present=True)
        check(15, present=False)
        assert months.recall_causes(session, posted, 2026, terms=TERMS) == ()
        check(16, present=False)
        assert months.recall_causes(session, posted, 2026, terms=TERMS) == (RecallReason.SPOT_CHECKS,)
        assert [one.excused for one in months.checks(session, [posted.id])] == [True, False, False, False, False]
        with pytest.raises(RuleError, match="不晚于今天"):
            check(21, present=True)


def test_the_diary_is_kept_sealed_and_its_days_are_counted(database: Database, posted: Posting) -> None:
    """The same words twice are one entry; lists know the days only; a day to come is refused."""
    with database.transaction() as session:
        for on in (3, 3, 4):
            months.write_diary(session, posted.id, date(2026, 12, on), "王大爷家漏雨", by=ACT, now=at("2026-12-04"))
        months.write_diary(session, posted.id, date(2026, 12, 4), "屋顶已修好", by=ACT, now=at("2026-12-04T18:00"))
        for on, words in ((5, "屋顶"), (4, "  ")):
            with pytest.raises(InputError):
                months.write_diary(session, posted.id, date(2026, 12, on), words, by=ACT, now=at("2026-12-04"))
        assert months.diary_days(session, [posted.id]) == {posted.id: (date(2026, 12, 3), date(2026, 12, 4))}
        entries = months.own_diary(session, posted.id)
    assert [one.text for one in entries] == ["屋顶已修好", "王大爷家漏雨", "王大爷家漏雨"]


def test_the_middle_is_reviewed(database: Database, posted: Posting) -> None:
    """The host assesses, the department records: then the middle is done, and nothing is due until the end."""
    given = Assessment("扎实肯干", Votes(12, 8, 4), Grade.EXCELLENT)
    with database.transaction() as session:
        now = at("2027-12-01")
        reviews.write_summary(session, posted.id, "一年小结", terms=TERMS, by=ACT, now=now)
        with pytest.raises(RuleError, match="还没有提交中期考核意见"):
            reviews.record(session, posted.id, Grade.COMPETENT, terms=TERMS, by=ACT, now=now)
        reviews.assess(session, posted.id, given, terms=TERMS, by=ACT, now=now)
        after = reviews.record(session, posted.id, Grade.EXCELLENT, terms=TERMS, by=ACT, now=now)
        (kept,) = reviews.reviews(session, [posted.id])
        words = reviews.read_words(session, posted.id, Stage.MIDTERM, 0, by=ACT, now=now)
        with pytest.raises(ConflictError, match="没有要做的考核"):
            reviews.record(session, posted.id, Grade.BASIC, terms=TERMS, by=ACT, now=now)
    assert after.state is PostingState.MIDTERM_DONE
    assert (kept.votes, kept.proposed, kept.grade) == (Votes(12, 8, 4), Grade.EXCELLENT, Grade.EXCELLENT)
    assert (words.summary, words.opinion) == ("一年小结", "扎实肯干")


def test_failed_checks_and_the_share_limit_the_grade(database: Database, now: datetime) -> None:
    """After one failed check nobody is excellent; of three of a batch one may be."""
    with database.transaction() as session:
        district = settle(session, now)
        first, second, third = (on_duty(session, district.new(code)) for code in ("G1", "G2", "G3"))
        day = at("2027-12-01")
        months.spot_check(session, first.id, date(2027, 11, 30), present=False, by=ACT, now=day)
        good = Assessment("好", Votes(5, 5), Grade.EXCELLENT)
        with pytest.raises(RuleError, match="最高只能评为“称职”"):
            reviews.assess(session, first.id, good, terms=TERMS, by=ACT, now=day)
        for one in (second, third):
            reviews.assess(session, one.id, good, terms=TERMS, by=ACT, now=day)
        reviews.record(session, second.id, Grade.EXCELLENT, terms=TERMS, by=ACT, now=day)
        with pytest.raises(RuleError, match="优秀名额只有 1 个"):
            reviews.record(session, third.id, Grade.EXCELLENT, terms=TERMS, by=ACT, now=day)
        reviews.record(session, third.id, Grade.COMPETENT, terms=TERMS, by=ACT, now=day)
    with pytest.raises(InputError, match="票数"):
        Votes(5, 4, 2)


def test_nothing_private_lies_open(database: Database, posted: Posting) -> None:
    """Reasons, diary, forms and opinions stand nowhere in the clear: not in a row, not in the record."""
    with database.transaction() as session:
        now = at("2027-12-01")
        leaves.ask(session, posted.id, Wish(DateSpan(date(2027, 12, 6), date(2027, 12, 6)), SECRETS[0]),
                   terms=TERMS, by=ACT, now=now)  # fmt: skip
        months.write_diary(session, posted.id, date(2027, 11, 30), SECRETS[1], by=ACT, now=now)
        given = Assessment(SECRETS[2], Votes(3, 3), Grade.COMPETENT)
        reviews.assess(session, posted.id, given, terms=TERMS, by=ACT, now=now)
        months.ask_months(session, Month(2027, 11), terms=TERMS, by=ACT, now=now)
        months.fill_month(session, posted.id, Month(2027, 11), Form(20, text=SECRETS[3]), by=ACT, now=now)
        tables = ("posting", "posting_move", "posting_leave", "posting_month", "posting_diary", "posting_review",
                  "audit_entry")  # fmt: skip
        rows = [row for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608 - fixed names
    assert rows
    said = repr(rows)
    assert not [word for word in SECRETS if word in said or repr(word.encode())[2:-1] in said]
