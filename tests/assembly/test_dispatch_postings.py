"""Postings in a house: rosters know who is away, everybody concerned is told once, longer terms are approved."""

from collections.abc import Callable
from datetime import date

import pytest

from djflow.accounts.model import Account
from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Case, CaseState, Verdict
from djflow.assembly import House, approval_acts, relief
from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_watch as watching
from djflow.assembly import roster as desk
from djflow.core.ids import PersonId, RosterId
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Extension, ExtensionState, Longer, Recalled
from djflow.dispatch.postings.leave.model import Grantor, Wish
from djflow.dispatch.postings.model import PostingState, RecallReason, Who
from djflow.dispatch.postings.months.model import Count, Form
from djflow.dispatch.postings.reviews.model import Assessment, Grade, Votes
from djflow.inbox import service as inbox
from djflow.inbox.model import Box
from djflow.people import service as people
from djflow.people.model import PersonStatus, UnitEntry, UnitKind
from djflow.roster import service as rosters
from djflow.roster.views import DutyKind
from tests.assembly.posted import BY, Out, appointed, begun, staffed, told

DECEMBER = Month(2026, 12)
AtMoment = Callable[[str], House]


@pytest.fixture
def out(house: House, ids: dict[str, PersonId]) -> Out:
    """A house whose people are sent out."""
    return staffed(house, ids)


def titles(house: House, account: Account) -> list[str]:
    """Return what an account has to do."""
    with house.reading() as session:
        return sorted(item.title for item in inbox.box(session, account, Box.TO_DO))


def on_duty(house: House, roster_id: RosterId) -> set[PersonId]:
    """Return who has a duty in a roster."""
    with house.reading() as session:
        return {duty.person for duty in rosters.content(session, roster_id).duties if duty.kind is DutyKind.DUTY}


def test_a_posting_in_a_published_month_amends_the_roster(house: House, out: Out) -> None:
    """Sent out after publication, somebody's duties go to others at the next watch, without setting a status."""
    draft = desk.draft(house, DECEMBER, by="test")
    desk.publish(house, draft.roster_id, by="form")
    code = next(code for code in sorted(out.ids) if out.ids[code] in on_duty(house, draft.roster_id) and code > "A01")
    appointed(out, out.new(code))
    done = desk.repair_month(house, DECEMBER, by="watch")
    assert done is not None
    assert done.version == 2
    assert out.ids[code] not in on_duty(house, done.roster_id)
    assert desk.repair_month(house, DECEMBER, by="watch") is None
    january = desk.draft(house, DECEMBER.following, by="test")
    assert out.ids[code] not in on_duty(house, january.roster_id)
    with house.reading() as session:
        assert people.person_by_code(session, code).status is PersonStatus.ACTIVE


def test_a_recalled_cadre_is_given_duties_again(house: House, out: Out, at: AtMoment) -> None:
    """From the day after the last one at the host the rosters count on somebody again."""
    posting = begun(out, at("2026-12-01T09:00"))
    recalled = Recalled(RecallReason.UNIT_NEED, date(2026, 12, 4), "单位急需")
    acts.recall(at("2026-12-03T09:00"), posting.id, recalled, by=BY)
    with house.reading() as session:
        days = people.unavailable_days(session, DECEMBER.span)[posting.new.person]
    assert max(days) == date(2026, 12, 4)


def test_everybody_concerned_is_told_once(house: House, out: Out, at: AtMoment) -> None:
    """Talk, report, confirm, leave: the right people hear of each once, however often it is tapped or watched."""
    posting = appointed(out)
    watching.watch(house, by="watch")
    assert titles(house, out.accounts["cadre-office"]) == ["进行任前谈话"]
    for _ in range(2):
        acts.talk(house, posting.id, by=BY)
        watching.watch(house, by="watch")
    assert told(house, out) == [("A02", "report")]
    first = at("2026-12-01T09:00")
    for _ in range(2):
        acts.report(first, posting.id, Who.CADRE, by="me")
        watching.watch(first, by="watch")
    assert told(first, out) == [("A02", "report"), ("C01", "confirm"), ("C02", "confirm")]
    assert titles(first, out.accounts["host"]) == titles(first, out.accounts["town"]) == ["确认派来的同志已经到岗"]
    assert titles(first, out.accounts["liaison"]) == []
    acts.confirm(first, posting.id, Who.HOST, by=BY)
    assert titles(first, out.accounts["host"]) == []
    asked = acts.ask_leave(first, posting.id, Wish(DateSpan(date(2026, 12, 7), date(2026, 12, 8)), "事假"), by="me")
    assert titles(first, out.accounts["host"]) == ["派出干部请假2天，等接收单位答复"]
    for _ in range(2):
        acts.answer_leave(first, asked.id, Grantor.HOST, granted=True, by=BY)
    assert titles(first, out.accounts["host"]) == []
    long = Wish(DateSpan(date(2026, 12, 14), date(2026, 12, 18)), "病假")
    acts.ask_leave(first, posting.id, long, by="me")
    assert titles(first, out.accounts["host"]) == []
    assert titles(first, out.accounts["cadre-office"]) == ["派出干部请假5天，等区委组织部答复"]
    assert [slot for who, slot in told(first, out) if who == "A02"].count(f"leave:{asked.id}") == 1


def test_a_late_report_is_told_and_shown(house: House, out: Out, at: AtMoment) -> None:
    """Nine days after the first day without a report: the cadre is told again, the cadre section has a task."""
    posting = appointed(out)
    acts.talk(house, posting.id, by=BY)
    late = at("2026-12-10T08:20")
    found = watching.watch(late, by="watch")
    assert [row["还有（天）"] for row in found.late] == [-2]
    assert ("A02", "report:late") in told(late, out)
    assert titles(late, out.accounts["cadre-office"]) == ["派出干部超期没有报到"]
    assert "甲A02" not in repr(found)


def test_the_end_is_announced_at_sixty_thirty_and_seven_days(house: House, out: Out, at: AtMoment) -> None:
    """Each warning goes once to cadre, host and home unit; a month before the end the final review opens by itself."""
    posting = begun(out, at("2026-12-01T09:00"))
    _ = house
    for moment in ("2028-10-01T08:20", "2028-10-05T08:20", "2028-10-31T08:20", "2028-11-23T08:20", "2028-11-24T08:20"):
        found = watching.watch(at(moment), by="watch")
        assert len(found.ending) == 1
    ends = [(who, slot.rpartition(":")[2]) for who, slot in told(out.house, out) if slot.startswith("end:")]
    assert sorted(ends) == sorted((who, days) for who in ("A02", "C01", "C02", "A04") for days in ("60", "30", "7"))
    with out.house.reading() as session:
        assert service.posting(session, posting.id).state is PostingState.FINAL_REVIEW
    assert "填写派来的同志的期满考核意见" in titles(out.house, out.accounts["host"])


def test_a_month_runs_from_form_to_recall(house: House, out: Out, at: AtMoment) -> None:
    """Forms go out on the second workday, hosts confirm, two short months put a recall before the department."""
    posting = begun(out, at("2026-12-01T09:00"))
    assert watching.month_to_ask(at("2027-02-01T08:40")) is None
    for month, moment in ((Month(2027, 1), "2027-02-02T08:40"), (Month(2027, 2), "2027-03-02T08:40")):
        day = at(moment)
        assert watching.month_to_ask(day) == month
        assert [watching.attend(day, month, by="watch").asked for _ in range(2)] == [1, 0]
        acts.fill_month(day, posting.id, month, Form(12, 20, 1), by="me")
        assert titles(day, out.accounts["host"]) == [f"确认派来的同志{month.title}在岗天数"]
        acts.confirm_month(day, posting.id, Count(month, 9), office=False, by=BY)
        assert titles(day, out.accounts["host"]) == []
    day = at("2027-03-03T08:40")
    again = watching.attend(day, Month(2027, 2), by="watch")
    assert (again.short, again.proposed) == (1, 0)
    assert [row["在岗"] for row in again.rows] == ["多月天数不足"]
    assert "研究是否召回一名派出干部" in titles(day, out.accounts["cadre-office"])
    with day.reading() as session:
        assert [one.reason for one in ending.proposals(session)] == [RecallReason.ATTENDANCE]
    acts.dismiss_recall(day, posting.id, by=BY)
    assert "研究是否召回一名派出干部" not in titles(day, out.accounts["cadre-office"])
    _ = house


def test_a_form_not_filled_is_reminded_once(out: Out, at: AtMoment) -> None:
    """Five days after it was asked for, the form is asked for a second time, and no third."""
    begun(out, at("2026-12-01T09:00"))
    watching.attend(at("2027-01-05T08:40"), DECEMBER, by="watch")
    for moment in ("2027-01-08T08:20", "2027-01-11T08:20", "2027-01-12T08:20"):
        watching.watch(at(moment), by="watch")
    slots = [slot for who, slot in told(out.house, out) if who == "A02" and slot.startswith("month")]
    assert slots == ["month:2026-12", "month:2026-12:late"]


def test_the_middle_is_asked_for_and_recorded(out: Out, at: AtMoment) -> None:
    """At half of the term the host is asked; once its form is in, the next run records it."""
    posting = begun(out, at("2026-12-01T09:00"))
    assert watching.middles(at("2027-11-30T08:50"), by="watch").rows == ()
    day = at("2027-12-01T08:50")
    assert watching.middles(day, by="watch").recorded == 0
    assert titles(day, out.accounts["host"]) == ["填写派来的同志的中期考核意见"]
    acts.assess(day, posting.id, Assessment("好", Votes(9, 6, 3), Grade.EXCELLENT), by=BY)
    assert titles(day, out.accounts["cadre-office"]) == ["评定派出干部中期考核等次"]
    assert watching.middles(day, by="watch").recorded == 1
    assert titles(day, out.accounts["cadre-office"]) == []
    with day.reading() as session:
        assert service.posting(session, posting.id).state is PostingState.MIDTERM_DONE


def test_a_long_extension_goes_through_the_approval_engine(out: Out, at: AtMoment) -> None:
    """A task force beyond three months: two leaders approve, then the days change and everybody is told once."""
    begin, day = at("2026-12-01T09:00"), at("2027-01-10T09:00")
    posting = begun(out, begin, out.new(kind=BatchKind.TASKFORCE, last=date(2027, 2, 26)))
    longer = Longer(date(2027, 3, 31), reason="任务没有完成")
    asked = acts.extend(day, posting.id, longer, by=BY)
    assert isinstance(asked, Extension)
    assert acts.extend(day, posting.id, longer, by=BY) == asked
    for login in ("deputy", "minister"):
        case = _case(day, asked.subject)
        task = next(task for task in case.tasks if task.open)
        person = out.accounts[login].person
        assert task.person == person
        answer = Answer(person, Verdict.APPROVE, case.new.content_hash) if person else None
        assert answer is not None
        relief.decide_any(day, task.id, answer, by=BY)
    assert _case(day, asked.subject).state is CaseState.APPROVED
    with day.reading() as session:
        after = service.posting(session, posting.id)
        assert ending.extension(session, asked.id).state is ExtensionState.GRANTED
        (away,) = [one for one in people.absences(session, after.span) if one.entry.origin == after.subject]
    assert away.entry.span.last == after.span.last == date(2027, 3, 31)
    slots = [who for who, slot in told(day, out) if slot == "extended:2027-03-31"]
    assert slots == ["A02", "A04", "C01", "C02"]


def _case(house: House, subject: Subject) -> Case:
    with house.reading() as session:
        (case,) = approvals.cases_about(session, subject)
        return case


def test_a_refused_extension_leaves_the_term(out: Out, at: AtMoment) -> None:
    """The deputy says no: the end stays, and the cadre is told so."""
    day = at("2027-01-10T09:00")
    posting = begun(out, at("2026-12-01T09:00"), out.new(kind=BatchKind.TASKFORCE, last=date(2027, 2, 26)))
    asked = acts.extend(day, posting.id, Longer(date(2027, 3, 31), reason="忙"), by=BY)
    assert asked is not None
    case, person = _case(day, asked.subject), out.accounts["deputy"].person
    assert person is not None
    task = next(task for task in case.tasks if task.open)
    relief.decide_any(day, task.id, Answer(person, Verdict.REJECT, case.new.content_hash, "不同意"), by=BY)
    with day.reading() as session:
        assert service.posting(session, posting.id).span.last == date(2027, 2, 26)
        assert ending.extension(session, asked.id).state is ExtensionState.REFUSED
    assert ("A02", f"not-extended:{asked.id}") in told(day, out)


def test_a_request_taken_back_leaves_the_term(out: Out, at: AtMoment) -> None:
    """Withdrawn from the approval, the request is over and another end may be asked for."""
    day = at("2027-01-10T09:00")
    posting = begun(out, at("2026-12-01T09:00"), out.new(kind=BatchKind.TASKFORCE, last=date(2027, 2, 26)))
    asked = acts.extend(day, posting.id, Longer(date(2027, 3, 31), reason="忙"), by=BY)
    assert asked is not None
    approval_acts.withdraw(day, _case(day, asked.subject).id, by=BY)
    with day.reading() as session:
        assert ending.extension(session, asked.id).state is ExtensionState.REFUSED
    assert acts.extend(day, posting.id, Longer(date(2027, 4, 30), reason="忙"), by=BY) is not None


def test_a_closed_host_and_an_empty_post_come_before_the_department(out: Out, at: AtMoment) -> None:
    """A township that is dissolved proposes a recall; recalled, the post is to be filled, the papers to be put away."""
    day = at("2027-03-01T08:20")
    posting = begun(out, at("2026-12-01T09:00"))
    closed = UnitEntry("T1", "大仓镇", UnitKind.TOWNSHIP, 3, seat=(10.0, 0.0), active=False)
    with day.transaction() as session:
        people.put_units(session, [closed], by=BY, now=day.now())
    assert [watching.watch(day, by="watch").proposed for _ in range(2)] == [1, 0]
    recalled = Recalled(RecallReason.HOST_CLOSED, date(2027, 3, 5), "镇已撤并")
    acts.recall(day, posting.id, recalled, by=BY)
    found = watching.watch(at("2027-03-20T08:20"), by="watch")
    assert [row["超期（天）"] for row in found.vacancies] == [4]
    assert titles(day, out.accounts["cadre-office"]) == ["岗位空缺，提出替补人选"]
    acts.close_vacancy(day, posting.id, by=BY)
    found = watching.watch(at("2027-04-10T08:20"), by="watch")
    assert titles(day, out.accounts["cadre-office"]) == ["派出材料超期没有归档"]
    assert found.vacancies == ()
    assert [who for who, slot in told(day, out) if slot == "recalled"] == ["A02", "A04", "C01", "C02"]
