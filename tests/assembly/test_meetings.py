"""Meetings in a house: regular ones plan themselves, the list is approved, exactly the right people are told, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Verdict
from djflow.assembly import House, meetings_watch
from djflow.assembly import approval_desk as desk
from djflow.assembly import meetings as acts
from djflow.assembly.opinions import Said
from djflow.core.errors import ConflictError, NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.meetings import service
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import ItemAct, NewItem
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Reply, Seat, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import Meeting, MeetingKind, MeetingState, NewMeeting, NewTopic, Who
from djflow.meetings.service import Arrangement
from djflow.notify import service as notify
from djflow.people import service as people

BY = "test"
AtMoment = Callable[[str], House]
STAFF = {
    "liaison": (Role.UNIT_LIAISON, "A04"),
    "lawyer": (Role.UNIT_LIAISON, "B03"),
    "town": (Role.TOWN_CLERK, "C02"),
    "deputy": (Role.DEPT_DEPUTY, "B01"),
    "minister": (Role.DEPT_MINISTER, "A01"),
}


@dataclass(frozen=True, slots=True)
class Hall:
    """A house with a promotion meeting on 10 December, to which all three units belong."""

    house: House
    ids: dict[str, PersonId]
    accounts: dict[str, Account]
    meeting: Meeting

    def seat(self, unit: str) -> Seat:
        """Return a unit's seat as it stands."""
        with self.house.reading() as session:
            key = people.unit_by_code(session, unit).id
            return next(one for one in invitations.seats(session, self.meeting.id) if one.new.unit == key)

    def unit(self, code: str) -> UnitId:
        """Return a unit."""
        with self.house.reading() as session:
            return people.unit_by_code(session, code).id

    def state(self) -> MeetingState:
        """Return where the meeting is."""
        with self.house.reading() as session:
            return service.meeting(session, self.meeting.id).state

    def told(self, slot: str) -> list[str]:
        """Return the codes of those who were told on an occasion."""
        codes = {person: code for code, person in self.ids.items()}
        with self.house.reading() as session:
            rows = notify.listing(session, limit=1000)
        return sorted(codes[PersonId(row["recipient"])] for row in rows if row["slot"] == slot)


@pytest.fixture
def hall(house: House, ids: dict[str, PersonId]) -> Hall:
    """The house with its meeting."""
    made = {}
    with house.transaction() as session:
        chains.publish(session, house.settings.approvals.versions, by="config", now=house.now())
        for login, (role, code) in STAFF.items():
            new = NewAccount(login, frozenset({role}), code)
            made[login] = accounts.create(session, new, "x" * 40, by=BY, now=house.now())
    meeting = acts.plan(house, usual(house), by=BY)
    return Hall(house, ids, made, meeting)


def usual(house: House) -> NewMeeting:
    """Return the promotion meeting of 10 December."""
    return acts.usual(house, MeetingKind.PROMOTION, date(2026, 12, 10), "december")


def approve(hall: Hall) -> None:
    """Let the deputy and the minister agree to the list that waits."""
    for login in ("deputy", "minister"):
        with hall.house.reading() as session:
            case = approvals.cases_about(session, hall.meeting.subject)[0]
        task = next(one for one in case.tasks if one.state.value == "waiting")
        pick = desk.Pick(task.id, case.new.content_hash)
        desk.decide(hall.house, hall.accounts[login], pick, Said(Verdict.APPROVE, "同意"))


def fixed(hall: Hall) -> None:
    """Bring the meeting as far as its approved list."""
    topic = acts.hand_in(hall.house, hall.meeting.id, NewTopic(hall.unit("HR"), "赶场服务"), None, by=BY)
    acts.arrange(hall.house, hall.meeting.id, Arrangement((topic.id,)), by=BY)
    acts.ask_approval(hall.house, hall.meeting.id, by=BY)
    approve(hall)


def test_the_list_is_fixed_by_its_approval_alone(hall: Hall) -> None:
    """Liaisons are asked once; a list under approval stays as it is; the last approver's word fixes it."""
    acts.plan(hall.house, usual(hall.house), by=BY)
    assert hall.told("topics:1") == ["A04", "B03", "C02"]
    topic = acts.hand_in(hall.house, hall.meeting.id, NewTopic(hall.unit("HR"), "赶场服务"), None, by=BY)
    acts.arrange(hall.house, hall.meeting.id, Arrangement((topic.id,)), by=BY)
    acts.ask_approval(hall.house, hall.meeting.id, by=BY)
    with pytest.raises(ConflictError, match="正在审批"):
        acts.hand_in(hall.house, hall.meeting.id, NewTopic(hall.unit("LAW"), "普法"), None, by=BY)
    assert hall.state() is MeetingState.TOPIC_CALL
    approve(hall)
    assert hall.state() is MeetingState.TOPICS_FIXED


def test_the_notice_goes_out_by_itself_five_workdays_before(hall: Hall, at: AtMoment) -> None:
    """On 3 December, not before, everybody invited and the liaisons hear of it; then reminders follow the clock."""
    fixed(hall)
    meetings_watch.cycle(at("2026-12-02T08:10"), by="watch")
    assert hall.state() is MeetingState.TOPICS_FIXED
    for _ in range(2):
        meetings_watch.cycle(at("2026-12-03T08:10"), by="watch")
    assert hall.told("notice:1") == ["A01", "A04", "B01", "B03", "C01", "C02"]
    acts.reply(at("2026-12-04T09:00"), hall.seat("HR").id, Wish(Reply.ATTEND), by=BY)
    for moment in ("2026-12-08T09:00", "2026-12-09T08:00", "2026-12-09T16:00", "2026-12-10T07:00"):
        first = meetings_watch.remind(at(moment), by="watch")
        assert first.told > 0, moment
        assert meetings_watch.remind(at(moment), by="watch").told == 0
    assert hall.told("reply:1") == hall.told("silent:1") == ["B01", "B03", "C01", "C02"]
    assert hall.told("eve:1") == hall.told("shortly:1") == ["A01", "B01", "C01"]
    assert hall.seat("LAW").reply is Reply.NO_REPLY
    meetings_watch.cycle(at("2026-12-10T18:00"), by="watch")
    assert hall.state() is MeetingState.HELD


def test_a_cancelled_meeting_is_told_to_those_it_would_call_in_vain(hall: Hall, at: AtMoment) -> None:
    """A substitute and the principal hear of it, whoever was let off does not; a second cancel tells nobody."""
    fixed(hall)
    then = at("2026-12-04T09:00")
    acts.send_notice(then, hall.meeting.id, Who.OFFICE, by=BY)
    seat = acts.reply(then, hall.seat("LAW").id, Wish(Reply.LEAVE, "出差"), by=BY)
    acts.grant(then, seat.id, granted=True, by=BY)
    for _ in range(2):
        acts.cancel(then, hall.meeting.id, "防汛", by=BY)
    assert hall.told("cancelled") == ["A01", "A04", "B03", "C01", "C02"]
    assert hall.state() is MeetingState.CANCELLED


def test_a_postponed_meeting_is_told_and_asked_anew(hall: Hall, at: AtMoment) -> None:
    """Before the notice only liaisons hear of it; after it everybody, and the new date's notice goes to everybody."""
    early = acts.plan(hall.house, acts.usual(hall.house, MeetingKind.JOINT, date(2026, 12, 11), "early"), by=BY)
    acts.postpone(hall.house, early.id, "让路", by=BY)
    assert hall.told("postponed:1") == ["A04", "B03"]
    fixed(hall)
    then = at("2026-12-04T09:00")
    acts.send_notice(then, hall.meeting.id, Who.OFFICE, by=BY)
    acts.postpone(then, hall.meeting.id, "防汛", by=BY)
    moved = acts.usual(then, MeetingKind.PROMOTION, date(2026, 12, 17), "december")
    acts.reschedule(then, hall.meeting.id, moved, by=BY)
    acts.send_notice(then, hall.meeting.id, Who.OFFICE, by=BY)
    assert hall.told("notice:2") == ["A01", "A04", "B01", "B03", "C01", "C02"]


def test_the_quarter_plans_its_joint_meeting_once(ids: dict[str, PersonId], at: AtMoment) -> None:
    """In time for topics, on the first workday from the tenth on of the last month; again changes nothing."""
    assert ids
    for _ in range(2):
        found = meetings_watch.cycle(at("2026-11-18T08:10"), by="watch")
    assert [(row["会议"], row["时间"]) for row in found.rows] == [("统筹城乡基层党建联席会议", "12月10日09:00")]


def test_items_shine_yellow_and_red_and_are_told_once(hall: Hall, at: AtMoment) -> None:
    """An owner hears of the item, of both lights and of the month's report; others cannot touch it."""
    fixed(hall)
    acts.send_notice(at("2026-12-04T09:00"), hall.meeting.id, Who.OFFICE, by=BY)
    after = at("2026-12-11T09:00")
    with after.transaction() as session:
        invitations.hold(session, hall.meeting.id, Who.OFFICE, by=BY, now=after.now())
        minutes.draft(session, hall.meeting.id, by=BY, now=after.now())
        new = NewItem("修好路灯", hall.unit("T1"), (), date(2027, 1, 20), hall.ids["C02"])
        item = actions.add(session, hall.meeting.id, new, by=BY, now=after.now())
    acts.issue_minutes(after, hall.meeting.id, "张部长", by=BY)
    assert hall.told("assigned") == ["C02"]
    with pytest.raises(NotFoundError, match="不由您负责"):
        acts.act_on_item(after, item.id, ItemAct.ACCEPT, hall.ids["A04"], by="me")
    acts.act_on_item(after, item.id, ItemAct.ACCEPT, hall.ids["C02"], by="me")
    assert meetings_watch.watch_items(at("2027-01-14T08:30")).yellow == 0
    for moment, light in (("2027-01-15T08:30", "yellow"), ("2027-01-20T08:30", "red")):
        assert meetings_watch.watch_items(at(moment)).told == 1
        assert meetings_watch.watch_items(at(moment)).told == 0
        assert hall.told(f"{light}:2027-01-20") == ["C02"]
    assert meetings_watch.watch_items(at("2027-01-25T08:30")).red == 1
    assert hall.told("month:2027-01") == ["C02"]
    late = at("2027-01-26T09:00")
    acts.urge(late, item.id, "请本周办完", by=BY)
    assert hall.told("urge:1") == ["C02"]
    for what, person, text in (
        (ItemAct.REPORT, hall.ids["C02"], "已亮灯"),
        (ItemAct.VERIFY, None, ""),
        (ItemAct.STRIKE_OFF, None, ""),
    ):
        acts.act_on_item(late, item.id, what, person, text, by=BY)
    assert hall.state() is MeetingState.CLOSED
    assert late.now() - after.now() > timedelta(days=40)
