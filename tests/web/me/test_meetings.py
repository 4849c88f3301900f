"""Meetings on the phone: topics, the own answer, agreed matters; whatever is not one's own does not exist."""

from datetime import date

import pytest

from djflow.assembly import House, upkeep
from djflow.assembly import meetings as acts
from djflow.core.ids import PersonId
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import NewItem
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Grant, Reply
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import Who
from djflow.web.app import create_app
from djflow.web.me.meetings import meetings_router
from tests.assembly.test_meetings import AtMoment, Hall, fixed, hall
from tests.web.me.conftest import Phone, link_path

__all__ = ["hall"]


def phone_at(house: House, person: PersonId) -> Phone:
    """Return somebody's phone, on which the pages of meetings open."""
    app = create_app(upkeep.board_source(house), extra_routers=[meetings_router(house)], clock=house.clock)
    return Phone(app, link_path(house, person))


@pytest.fixture
def noticed(hall: Hall, at: AtMoment) -> House:
    """The house on 4 December, after the notice."""
    fixed(hall)
    house = at("2026-12-04T09:00")
    acts.send_notice(house, hall.meeting.id, Who.OFFICE, by="test")
    return house


def test_a_liaison_hands_in_a_topic_once(hall: Hall) -> None:
    """The form takes a topic; a name that is too long is refused in words; a principal is not asked."""
    page = f"/meeting/{hall.meeting.id}"
    act = f"{page}/topic".removeprefix("/")
    liaison = phone_at(hall.house, hall.ids["A04"])
    answer = liaison.tap(page, act, title="赶场服务", text="请研究")
    assert (answer.status_code, answer.headers["location"].rpartition("?")[2]) == (303, "said=topic")
    assert "赶场服务" in liaison.get(page).text
    refused = liaison.tap(page, act, title="长" * 81)
    assert refused.status_code == 400
    assert "最多 80 个" in refused.text
    assert "报送议题" not in phone_at(hall.house, hall.ids["A01"]).get(page).text


def test_a_principal_answers_and_asks_for_leave(hall: Hall, noticed: House) -> None:
    """Without a reason nothing is kept; a leave waits for the office."""
    page = f"/meeting/{hall.meeting.id}"
    act = f"{page}/reply".removeprefix("/")
    phone = phone_at(noticed, hall.ids["B01"])
    assert "等您回复" in phone.get("/meeting").text
    assert "请写明原因" in phone.tap(page, act, reply="leave", reason="").text
    assert phone.tap(page, act, reply="leave", reason="外出学习").status_code == 303
    seat = hall.seat("LAW")
    assert (seat.reply, seat.grant) == (Reply.LEAVE, Grant.ASKED)
    shown = phone.get(page).text
    assert "请假（待批）" in shown
    assert "外出学习" not in shown


def test_a_meeting_of_others_does_not_exist(hall: Hall, noticed: House) -> None:
    """Somebody without a seat sees neither list nor page, and a foreign form is refused."""
    phone = phone_at(noticed, hall.ids["A02"])
    assert hall.meeting.new.title not in phone.get("/meeting").text
    assert phone.get(f"/meeting/{hall.meeting.id}").status_code == 404
    answer = phone.ask(f"{phone.link}/meeting/{hall.meeting.id}/reply", "POST", "form=x&reply=attend")
    assert answer.status_code in {403, 404}
    assert hall.seat("HR").reply is Reply.PENDING


def test_an_owner_accepts_and_reports(hall: Hall, noticed: House, at: AtMoment) -> None:
    """The owner accepts, reports the month and the end; others do not see the matter."""
    assert noticed.now() < at("2026-12-11T09:00").now()
    house = at("2026-12-11T09:00")
    with house.transaction() as session:
        invitations.hold(session, hall.meeting.id, Who.OFFICE, by="test", now=house.now())
        minutes.draft(session, hall.meeting.id, by="test", now=house.now())
        new = NewItem("修好路灯", hall.unit("T1"), (), date(2027, 1, 20), hall.ids["C02"])
        item = actions.add(session, hall.meeting.id, new, by="test", now=house.now())
    acts.issue_minutes(house, hall.meeting.id, "张部长", by="test")
    phone = phone_at(house, hall.ids["C02"])
    page = f"/meeting/item/{item.id}"
    for what, text in (("accept", ""), ("progress", "已招标"), ("report", "已亮灯")):
        assert phone.tap(page, f"{page}/{what}".removeprefix("/"), text=text).status_code == 303
    assert "已报办结" in phone.get(page).text
    assert phone_at(house, hall.ids["A04"]).get(page).status_code == 404
