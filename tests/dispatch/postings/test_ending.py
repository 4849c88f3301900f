"""How postings end: longer, called back, home, handed over, put away; always with the right days among the absences."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from djflow.core.errors import ConflictError, DjflowError, InputError, RuleError
from djflow.core.spans import DateSpan
from djflow.db.session import Database
from djflow.dispatch.policy.model import BatchKind, Paper
from djflow.dispatch.postings import service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Extension, ExtensionState, Longer, Recalled
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.leave.model import Grantor, LeaveState, Wish
from djflow.dispatch.postings.model import Act, Posting, PostingState, RecallReason, Who
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import Assessment, Grade, Votes
from djflow.people import service as people
from tests.dispatch.posted import ACT, FIRST, LAST, TERMS, District, at, on_duty, settle

GOOD = Assessment("好", Votes(5, 5), Grade.COMPETENT)
EVER = DateSpan(FIRST, date(2031, 1, 1))


@pytest.fixture
def district(database: Database, now: datetime) -> District:
    """A small district."""
    with database.transaction() as session:
        return settle(session, now)


def away(session: Session) -> list[DateSpan]:
    """Return the days people know somebody is away."""
    return [one.entry.span for one in people.absences(session, EVER)]


def owed(session: Session, posting: Posting) -> set[Paper]:
    """Return the papers a posting still owes."""
    return {one.paper for one in service.papers(session, posting.id) if one.made_at is None}


def test_the_office_extends_within_the_free_months(database: Database, district: District) -> None:
    """A short term is made longer at once: a new absence, a notice to write; the same end again changes nothing."""
    with database.transaction() as session:
        short = district.new(span=DateSpan(FIRST, date(2027, 11, 30)))
        posting = on_duty(session, short)
        longer = Longer(date(2028, 5, 31), reason="村里离不开")
        for _ in range(2):
            asked = ending.ask_extension(session, posting.id, longer, terms=TERMS, by=ACT, now=at("2027-10-01"))
        after = service.posting(session, posting.id)
        assert asked is None
        assert (after.span.last, after.first_end, after.state) == (
            date(2028, 5, 31), date(2027, 11, 30), PostingState.ON_DUTY,
        )  # fmt: skip
        assert away(session) == [after.span]
        assert Paper.EXTENSION_NOTICE in owed(session, posting)
        assert [move.act for move in service.moves(session, posting.id)].count(Act.EXTEND) == 1


def test_a_task_force_is_extended_by_approval_only(database: Database, district: District) -> None:
    """Beyond three months the office cannot; a request waits; approved it counts from the day it was asked."""
    with database.transaction() as session:
        force = district.new(kind=BatchKind.TASKFORCE, span=DateSpan(FIRST, date(2027, 2, 26)))
        posting = on_duty(session, force)
        longer = Longer(date(2027, 5, 31), reason="任务没有完成")
        with pytest.raises(RuleError, match="要先经审批"):
            ending.extend(session, posting.id, longer, terms=TERMS, by=ACT, now=at("2027-01-20"))
        with pytest.raises(InputError, match="理由"):
            ending.ask_extension(
                session, posting.id, replace(longer, reason=" "), terms=TERMS, by=ACT, now=at("2027-01-20")
            )
        asked = ending.ask_extension(session, posting.id, longer, terms=TERMS, by=ACT, now=at("2027-01-20"))
        assert isinstance(asked, Extension)
        assert ending.ask_extension(session, posting.id, longer, terms=TERMS, by=ACT, now=at("2027-01-21")) == asked
        assert away(session) == [posting.span]
        for _ in range(2):
            done = ending.answer_extension(session, asked.id, granted=True, terms=TERMS, by=ACT, now=at("2027-02-20"))
        assert done.state is ExtensionState.GRANTED
        assert away(session) == [DateSpan(FIRST, date(2027, 5, 31))]
        with pytest.raises(RuleError, match="最长 6 个月"):
            ending.ask_extension(
                session, posting.id, Longer(date(2027, 6, 30), reason="再延"), terms=TERMS, by=ACT, now=at("2027-02-21")
            )


def test_an_extension_into_the_next_posting_is_refused(database: Database, district: District) -> None:
    """Somebody who goes elsewhere afterwards cannot stay longer."""
    with database.transaction() as session:
        posting = on_duty(session, district.new(span=DateSpan(FIRST, date(2027, 11, 30))))
        following = district.new(key="next", batch="b2", span=DateSpan(date(2027, 12, 15), date(2028, 6, 1)))
        service.appoint(session, following, terms=TERMS, by=ACT, now=at("2027-10-01"))
        with pytest.raises(ConflictError, match="两个批次"):
            ending.extend(
                session, posting.id, Longer(date(2028, 1, 31), reason="忙"), terms=TERMS, by=ACT, now=at("2027-10-02")
            )


def test_a_recall_frees_the_days_and_ends_the_leave(database: Database, district: District) -> None:
    """Called back during leave: the leave is cut, what was asked is void, the post is to be filled in fifteen days."""
    with database.transaction() as session:
        posting = on_duty(session, district.new())
        running, later = (
            leaves.ask(session, posting.id, Wish(DateSpan(date(2027, 3, first), date(2027, 3, last)), "事假"),
                       terms=TERMS, by=ACT, now=at("2027-03-01"))
            for first, last in ((8, 10), (22, 22))
        )  # fmt: skip
        leaves.answer(session, running.id, Grantor.HOST, granted=True, by=ACT, now=at("2027-03-01"))
        recalled = Recalled(RecallReason.UNIT_NEED, date(2027, 3, 9), "单位急需")
        for bad, words in (
            (replace(recalled, note=""), "理由"),
            (replace(recalled, last=FIRST.replace(day=1, month=11)), "任期"),
        ):
            with pytest.raises(InputError, match=words):
                ending.recall(session, posting.id, bad, terms=TERMS, by=ACT, now=at("2027-03-08"))
        for _ in range(2):
            after = ending.recall(session, posting.id, recalled, terms=TERMS, by=ACT, now=at("2027-03-08"))
        assert (after.state, after.recall) == (PostingState.RECALLED, RecallReason.UNIT_NEED)
        assert away(session) == [DateSpan(FIRST, date(2027, 3, 9))]
        found = {one.id: one for one in leaves.leaves(session, [posting.id])}
        assert found[running.id].span.last == date(2027, 3, 9)
        assert found[later.id].state is LeaveState.VOID
        (empty,) = service.vacancies(session)
        assert (empty.left, empty.until, empty.due_on) == (posting.id, LAST, date(2027, 3, 23))
        with pytest.raises(ConflictError, match="已召回"):
            leaves.ask(session, posting.id, Wish(DateSpan(date(2027, 3, 9), date(2027, 3, 9)), "事假"),
                       terms=TERMS, by=ACT, now=at("2027-03-08"))  # fmt: skip
        again = district.new(key="again", batch="b2", span=DateSpan(date(2027, 3, 10), date(2027, 9, 1)))
        assert service.appoint(session, again, terms=TERMS, by=ACT, now=at("2027-03-08")).is_open


def test_an_approval_after_a_recall_extends_nothing(database: Database, district: District) -> None:
    """A request that waited when somebody was called back is void."""
    with database.transaction() as session:
        posting = on_duty(session, district.new())
        longer = Longer(date(2029, 5, 31), reason="再干半年")
        asked = ending.ask_extension(session, posting.id, longer, terms=TERMS, by=ACT, now=at("2028-03-01"))
        assert isinstance(asked, Extension)
        recalled = Recalled(RecallReason.HEALTH, date(2028, 3, 31), "身体原因", replace=False)
        ending.recall(session, posting.id, recalled, terms=TERMS, by=ACT, now=at("2028-03-20"))
        done = ending.answer_extension(session, asked.id, granted=True, terms=TERMS, by=ACT, now=at("2028-04-01"))
        assert done.state is ExtensionState.VOID
        assert away(session) == [DateSpan(FIRST, date(2028, 3, 31))]
        assert service.vacancies(session) == ()


def test_causes_for_a_recall_are_brought_up_once_and_decided_by_people(database: Database, district: District) -> None:
    """A cause waits until the department dismisses it or calls somebody back; the same cause comes up once."""
    with database.transaction() as session:
        posting = on_duty(session, district.new())
        reason = RecallReason.ATTENDANCE
        raised = [
            ending.propose_recall(session, posting.id, reason, key, by=ACT, now=at("2027-03-02"))
            for key in ("2027", "2027")
        ]
        assert raised == [True, False]
        assert [one.reason for one in ending.proposals(session)] == [reason]
        assert [ending.dismiss_recall(session, posting.id, by=ACT, now=at("2027-03-03")) for _ in range(2)] == [1, 0]
        assert ending.proposals(session) == ()
        assert not ending.propose_recall(session, posting.id, reason, "2027", by=ACT, now=at("2027-04-02"))
        assert ending.propose_recall(session, posting.id, reason, "2028", by=ACT, now=at("2028-02-02"))


def test_home_at_the_end(database: Database, district: District) -> None:
    """The final review opens thirty days before the end, is graded, then the cadre goes home and is put away."""
    with database.transaction() as session:
        posting = on_duty(session, district.new())
        with pytest.raises(RuleError, match="2028年10月31日"):
            ending.open_final(session, posting.id, Who.CLOCK, terms=TERMS, by=ACT, now=at("2028-10-30"))
        for _ in range(2):
            ending.open_final(session, posting.id, Who.CLOCK, terms=TERMS, by=ACT, now=at("2028-10-31"))
        with pytest.raises(RuleError, match="还没有定等次"):
            ending.send_home(session, posting.id, LAST, terms=TERMS, by=ACT, now=at("2028-11-20"))
        reviews.assess(session, posting.id, GOOD, terms=TERMS, by=ACT, now=at("2028-11-10"))
        reviews.record(session, posting.id, Grade.COMPETENT, terms=TERMS, by=ACT, now=at("2028-11-15"))
        overlap = DateSpan(date(2028, 11, 14), date(2028, 11, 28))
        assert ending.hand_over(session, posting.id, overlap, None, by=ACT, now=at("2028-11-28")).days == 15
        early = date(2028, 11, 28)
        for _ in range(2):
            after = ending.send_home(session, posting.id, early, terms=TERMS, by=ACT, now=at("2028-11-28"))
        assert (after.state, after.span.last, after.first_end) == (PostingState.RETURNED, early, LAST)
        assert away(session) == [DateSpan(FIRST, early)]
        with pytest.raises(RuleError, match="文书没有印发"):
            ending.archive(session, posting.id, by=ACT, now=at("2028-12-10"))
        for paper in Paper:
            service.paper_made(session, posting.id, paper, by=ACT, now=at("2028-12-10"))
        for _ in range(2):
            done = ending.archive(session, posting.id, by=ACT, now=at("2028-12-10"))
        assert done.state is PostingState.ARCHIVED
        assert owed(session, posting) == set()


def test_a_longer_term_is_reviewed_again(database: Database, district: District) -> None:
    """Extended out of the final review, the old grade does not send anybody home."""
    with database.transaction() as session:
        posting = on_duty(session, district.new(span=DateSpan(FIRST, date(2027, 11, 30))))
        ending.open_final(session, posting.id, Who.OFFICE, terms=TERMS, by=ACT, now=at("2027-11-01"))
        reviews.assess(session, posting.id, GOOD, terms=TERMS, by=ACT, now=at("2027-11-02"))
        reviews.record(session, posting.id, Grade.COMPETENT, terms=TERMS, by=ACT, now=at("2027-11-03"))
        longer = Longer(date(2028, 11, 30), reason="续派一年")
        assert ending.extend(session, posting.id, longer, terms=TERMS, by=ACT, now=at("2027-11-10")).state is (
            PostingState.MIDTERM_DONE
        )
        ending.open_final(session, posting.id, Who.CLOCK, terms=TERMS, by=ACT, now=at("2028-11-01"))
        with pytest.raises(RuleError, match="还没有定等次"):
            ending.send_home(session, posting.id, date(2028, 11, 30), terms=TERMS, by=ACT, now=at("2028-11-30"))


def together(database: Database, *acts: Callable[[Session], object]) -> list[str]:
    """Do acts at the same moment, each in its own transaction, and return `ok` or the code of each refusal."""
    said: list[str] = []

    def run(act: Callable[[Session], object]) -> None:
        try:
            with database.transaction() as session:
                act(session)
            said.append("ok")
        except DjflowError as error:
            said.append(error.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def test_at_once(database: Database, district: District) -> None:
    """Two taps of two hosts, two batches for one person, a recall while leave is asked: one clear outcome each."""
    with database.transaction() as session:
        posting = service.appoint(session, district.new(), terms=TERMS, by=ACT, now=at("2026-11-20"))
        service.talk(session, posting.id, by=ACT, now=at("2026-11-23"))

    def report(session: Session) -> object:
        return service.report(session, posting.id, Who.CADRE, terms=TERMS, by=ACT, now=at("2026-12-01"))

    def confirm(session: Session) -> object:
        return service.confirm(session, posting.id, Who.HOST, by=ACT, now=at("2026-12-01"))

    def sent(batch: str) -> Callable[[Session], object]:
        new = district.new("G2", key=batch, batch=batch)
        return lambda session: service.appoint(session, new, terms=TERMS, by=ACT, now=at("2026-11-20"))

    recalled = Recalled(RecallReason.DISCIPLINE, date(2026, 12, 10), "核查")
    wish = Wish(DateSpan(date(2026, 12, 20), date(2026, 12, 21)), "事假")

    def call_back(session: Session) -> object:
        return ending.recall(session, posting.id, recalled, terms=TERMS, by=ACT, now=at("2026-12-09"))

    def ask(session: Session) -> object:
        return leaves.ask(session, posting.id, wish, terms=TERMS, by=ACT, now=at("2026-12-09"))

    assert together(database, report, report, report) == ["ok", "ok", "ok"]
    assert together(database, confirm, confirm) == ["ok", "ok"]
    assert together(database, sent("b2"), sent("b3")) == ["ok", "posting.twice"]
    assert together(database, call_back, ask) in (["ok", "ok"], ["ok", "posting.not_serving"])
    with database.reading() as session:
        after = service.posting(session, posting.id)
        assert after.state is PostingState.RECALLED
        assert [move.act for move in service.moves(session, posting.id)] == [
            Act.TALK, Act.REPORT, Act.CONFIRM, Act.RECALL,
        ]  # fmt: skip
        assert not [one for one in leaves.leaves(session, [posting.id]) if one.state is not LeaveState.VOID]
        assert DateSpan(FIRST, date(2026, 12, 10)) in away(session)
