"""Meetings from the call for topics to the struck-off item, on both databases."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.documents.numbering.model import Series, SeriesForm
from djflow.documents.official.model import DocumentKind
from djflow.meetings import service
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import ItemAct, ItemState, ItemWho, NewItem
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Grant, Presence, Reply, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.minutes.rules import lines
from djflow.meetings.model import MeetingState, NewTopic, TopicState, Who
from djflow.meetings.service import Arrangement
from djflow.people import service as people
from tests.meetings.held import BY, STARTS, TERMS, Office, new
from tests.roster.district import UNITS

ISSUES = Series("jiyao", "", "会议纪要", (DocumentKind.MINUTES,), "document.routine", SeriesForm.ISSUE)


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    """A meeting on 10 December with a seat for each of three units."""
    return Office(session, now)


def test_planning_twice_is_one_meeting_and_a_taken_room_is_refused(office: Office) -> None:
    """The same key is the same meeting; another one at that time needs another room."""
    again = service.plan(office.session, new(), by=BY, now=office.now)
    assert again.id == office.meeting.id
    with pytest.raises(ConflictError, match="已安排“第四季度联席会议”"):
        service.plan(office.session, new("other", STARTS + timedelta(minutes=60)), by=BY, now=office.now)
    later = service.plan(office.session, new("other", STARTS + timedelta(hours=2)), by=BY, now=office.now)
    assert later.state is MeetingState.TOPIC_CALL


def test_topics_are_merged_into_one_list(office: Office) -> None:
    """The office puts topics in order and merges doubles; the rest is left out, and then nothing more is taken."""
    session, key, now = office.session, office.meeting.id, office.now
    one, two, three = (
        service.hand_in(session, key, NewTopic(office.units[unit], title), None, by=BY, now=now)
        for unit, title in (("HR", "赶场"), ("LAW", "赶场服务"), ("T1", "路灯"))
    )
    assert service.hand_in(session, key, NewTopic(office.units["HR"], "赶场"), None, by=BY, now=now).id == one.id
    with pytest.raises(RuleError, match="还没有列入的议题"):
        service.fix_topics(session, key, by=BY, now=now)
    with pytest.raises(InputError, match="每个议题只能排一次"):
        service.arrange(session, key, Arrangement((one.id,), {two.id: three.id}), by=BY, now=now)
    found = service.arrange(session, key, Arrangement((one.id,), {two.id: one.id}), by=BY, now=now)
    states = {topic.id: topic.state for topic in found}
    assert states == {one.id: TopicState.LISTED, two.id: TopicState.MERGED, three.id: TopicState.DROPPED}
    service.fix_topics(session, key, by=BY, now=now)
    with pytest.raises(ConflictError, match="不再收议题"):
        service.hand_in(session, key, NewTopic(office.units["T1"], "水"), None, by=BY, now=now)


def test_a_unit_that_disappeared_hands_in_nothing_and_holds_the_notice_up(office: Office) -> None:
    """A closed unit is named before anything is sent."""
    office.fix()
    closed = [replace(UNITS[1], active=False)]
    people.put_units(office.session, closed, by=BY, now=office.now)
    with pytest.raises(RuleError, match="司法局已撤并停用"):
        invitations.send_notice(office.session, office.meeting.id, Who.OFFICE, by=BY, now=office.now)
    invitations.drop(office.session, office.seat("LAW").id, by=BY, now=office.now)
    sent = invitations.send_notice(office.session, office.meeting.id, Who.OFFICE, by=BY, now=office.now)
    assert sent.state is MeetingState.NOTICED
    other = service.plan(office.session, new("other", STARTS + timedelta(days=1)), by=BY, now=office.now)
    with pytest.raises(NotFoundError, match="已撤并停用"):
        service.hand_in(office.session, other.id, NewTopic(office.units["LAW"], "水"), None, by=BY, now=office.now)


def test_whoever_is_to_come_is_away_for_the_rosters(office: Office) -> None:
    """From the notice on principals are away; a substitute that was agreed to is, the principal is not any more."""
    office.notify()
    assert office.away() == {"A01", "B01", "C01"}
    leave = Wish(Reply.LEAVE, "外出学习")
    asked = invitations.reply(office.session, office.seat("LAW").id, leave, by=BY, now=office.now)
    assert asked.grant is Grant.ASKED
    assert office.away() == {"A01", "B01", "C01"}
    invitations.grant(office.session, asked.id, granted=True, by=BY, now=office.now)
    assert office.away() == {"A01", "C01"}
    assert invitations.reason(office.session, asked.id) == "外出学习"
    invitations.postpone(office.session, office.meeting.id, "场地维修", by=BY, now=office.now)
    assert office.away() == set()


def test_a_principal_is_replaced_by_a_leader_of_the_own_unit_only(office: Office) -> None:
    """No reason, somebody of elsewhere, oneself, or no leader: each is refused in words."""
    office.notify()
    seat = office.seat("HR")
    for code, reason, words in (
        ("A02", "", "写明原因"),
        ("B01", "出差", "本单位在册"),
        ("A01", "出差", "本人"),
        ("A02", "出差", "分管负责同志"),
    ):
        wish = Wish(Reply.SUBSTITUTE, reason, office.ids[code])
        with pytest.raises((InputError, RuleError), match=words):
            invitations.reply(office.session, seat.id, wish, by=BY, now=office.now)
    assert office.seat("HR").reply is Reply.PENDING
    with pytest.raises(ConflictError, match="没有等您答复"):
        invitations.grant(office.session, seat.id, granted=True, by=BY, now=office.now)
    with pytest.raises(ConflictError, match="已经开始"):
        invitations.reply(office.session, seat.id, Wish(Reply.ATTEND), by=BY, now=STARTS)


def test_a_meeting_whose_invitees_all_stay_away_cannot_be_held(office: Office) -> None:
    """When everybody was let off, it says so; a new date asks everybody anew and keeps the topics."""
    office.notify()
    for unit in ("HR", "LAW", "T1"):
        asked = invitations.reply(
            office.session, office.seat(unit).id, Wish(Reply.LEAVE, "防汛"), by=BY, now=office.now
        )
        invitations.grant(office.session, asked.id, granted=True, by=BY, now=office.now)
    with pytest.raises(RuleError, match="全部请假"):
        invitations.hold(office.session, office.meeting.id, Who.OFFICE, by=BY, now=STARTS)
    invitations.postpone(office.session, office.meeting.id, "防汛", by=BY, now=STARTS)
    with pytest.raises(InputError, match="已经过去"):
        invitations.reschedule(office.session, office.meeting.id, new(), by=BY, now=STARTS)
    moved = new(starts_at=STARTS + timedelta(days=7))
    after = invitations.reschedule(office.session, office.meeting.id, moved, by=BY, now=STARTS)
    assert (after.state, after.round) == (MeetingState.TOPICS_FIXED, 2)
    assert {one.reply for one in invitations.seats(office.session, after.id)} == {Reply.PENDING}


def test_signing_in_is_open_from_a_quarter_before_the_start(office: Office) -> None:
    """Too early and after the end nobody signs in; twice is once; attendance is counted by unit."""
    office.notify()
    seat = office.seat("HR")
    for at, words in ((STARTS - timedelta(minutes=16), "还没到"), (STARTS + timedelta(hours=3), "已经结束")):
        with pytest.raises(ConflictError, match=words):
            invitations.sign_in(office.session, seat.id, terms=TERMS, by=BY, now=at)
    at = STARTS - timedelta(minutes=15)
    first = invitations.sign_in(office.session, seat.id, terms=TERMS, by=BY, now=at)
    assert invitations.sign_in(office.session, seat.id, terms=TERMS, by=BY, now=STARTS) == first
    late = STARTS + timedelta(minutes=5)
    invitations.sign_in(office.session, office.seat("T1").id, terms=TERMS, by=BY, now=late)
    assert len(invitations.mark_silent(office.session, office.meeting.id, by=BY, now=at)) == 3
    assert invitations.mark_silent(office.session, office.meeting.id, by=BY, now=at) == ()
    invitations.hold(office.session, office.meeting.id, Who.CLOCK, by=BY, now=late)
    span = DateSpan(civil_date(STARTS), civil_date(STARTS))
    counted = {one.unit: one for one in invitations.attendance(office.session, span)}
    assert counted[office.units["HR"]].counts == {Presence.PRESENT: 1}
    assert counted[office.units["T1"]].counts == {Presence.LATE: 1}
    assert counted[office.units["LAW"]].counts == {Presence.ABSENT: 1}
    assert (counted[office.units["LAW"]].came, counted[office.units["LAW"]].no_reply) == (0, 1)


def test_minutes_give_items_out_and_the_last_strike_closes_the_meeting(office: Office) -> None:
    """Items are drafted, given out with the minutes' number, reported, verified and struck off; then it is over."""
    session, key, now = office.session, office.meeting.id, STARTS + timedelta(hours=2)
    office.notify()
    invitations.hold(session, key, Who.OFFICE, by=BY, now=now)
    minutes.draft(session, key, by=BY, now=now)
    unowned = NewItem("修好路灯", office.units["T1"], (office.units["HR"],), date(2027, 1, 20))
    gone = actions.add(session, key, unowned, by=BY, now=now)
    with pytest.raises(RuleError, match="第1项"):
        minutes.sign_on_paper(session, key, "张部长", ISSUES, by=BY, now=now)
    actions.remove(session, gone.id, by=BY, now=now)
    owner = office.ids["C02"]
    item = actions.add(session, key, replace(unowned, owner=owner), by=BY, now=now)
    with pytest.raises(ConflictError, match="还没有印发"):
        actions.act(session, item.id, ItemAct.ACCEPT, ItemWho.OWNER, by=BY, now=now)
    assert minutes.sign_on_paper(session, key, "张部长", ISSUES, by=BY, now=now).state is MeetingState.TRACKING
    text = lines(minutes.minutes(session, key))
    assert text[0].startswith("2026年12月10日，部长在三楼会议室主持召开第四季度联席会议，研究赶场服务等事项。")
    assert text[1] == "1．修好路灯。由大仓镇牵头，人力资源和社会保障局配合，于2027年1月20日前完成。"
    issued = minutes.issued(session, key)
    assert issued is not None
    assert issued.words == "第1期"
    for what, who, said in (
        (ItemAct.ACCEPT, ItemWho.OWNER, ""),
        (ItemAct.PROGRESS, ItemWho.OWNER, "已招标"),
        (ItemAct.REPORT, ItemWho.OWNER, "已亮灯"),
        (ItemAct.SEND_BACK, ItemWho.OFFICE, "缺照片"),
        (ItemAct.REPORT, ItemWho.OWNER, "补了照片"),
        (ItemAct.VERIFY, ItemWho.OFFICE, ""),
        (ItemAct.STRIKE_OFF, ItemWho.OFFICE, ""),
    ):
        item = actions.act(session, item.id, what, who, said, by=BY, now=now)
    assert item.state is ItemState.STRUCK_OFF
    assert [one.text for one in actions.reports(session, item.id)] == ["已招标", "已亮灯", "缺照片", "补了照片"]
    after = minutes.follow(session, service.opened(session, key), Who.CLOCK, by=BY, now=now)
    assert after.state is MeetingState.CLOSED
