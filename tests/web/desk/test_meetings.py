"""Meetings at the desk: planned, arranged, noticed, signed, followed up; a unit sees its own part and nothing else."""

import re

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.meetings import service
from djflow.meetings.invitations.model import Grant, Reply
from djflow.meetings.model import MeetingState
from djflow.meetings.rules import listed
from tests.assembly.conftest import at
from tests.assembly.test_meetings import AtMoment, Hall, approve, hall
from tests.web.desk.conftest import Browser, Staff

__all__ = ["at", "hall"]
HERE = "/desk/meetings"


def clerk_at(house: House, login: str = "m-clerk") -> Browser:
    """Return the office's clerk at the desk of a house at its moment."""
    return Staff(house).inside(login, Role.OFFICE_CLERK, person="A02")


def unit_at(house: House, code: str, login: str) -> Browser:
    """Return a unit's liaison at the desk."""
    return Staff(house).inside(login, Role.UNIT_LIAISON, unit=code)


def topics_of(page: str) -> dict[str, str]:
    """Return the ids of the topics on a page by title."""
    return dict(re.findall(r'<span class="unseen">(\S+)的顺序</span>.*?name="place-([0-9a-f]{32})"', page))


def noticed(hall: Hall, at: AtMoment) -> tuple[House, str]:
    """Bring the meeting by the desk's forms as far as its notice, on 4 December."""
    path = f"{HERE}/{hall.meeting.id}"
    office = clerk_at(hall.house, "m-first")
    assert office.send(f"{path}/office-topic", unit=hall.unit("HR"), title="赶场服务").status_code == 303
    (topic,) = topics_of(office.text(path)).values()
    assert office.send(f"{path}/topics", **{f"place-{topic}": "1"}).status_code == 303
    assert office.send(f"{path}/ask").status_code == 303
    approve(hall)
    house = at("2026-12-04T09:00")
    later = clerk_at(house, "m-later")
    assert later.send(f"{path}/do", act="notify").status_code == 303
    assert hall.state() is MeetingState.NOTICED
    return house, path


def test_the_office_plans_a_meeting_and_sees_what_stands_against_it(hall: Hall) -> None:
    """A taken room stops it, taken people are shown first with whom to send instead; ticked, it is planned once."""
    office = clerk_at(hall.house)
    page = office.text(f"{HERE}/new?kind=ad_hoc")
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert key
    form = {
        "key": key[1],
        "kind": "ad_hoc",
        "title": "防汛专题会",
        "day": "2026-12-10",
        "starts": "09:30",
        "ends": "10:30",
        "place": hall.meeting.new.place,
        "chair": "副部长",
        "unit": hall.unit("HR"),
    }
    taken = office.send(f"{HERE}/new", **form)
    assert (taken.status_code, "已有会议，不能安排" in taken.text) == (400, True)
    form["place"] = "二楼会议室"
    warned = office.send(f"{HERE}/new", **form)
    assert warned.status_code == 400
    assert "甲A01要参加" in warned.text
    assert "可请甲A02" in warned.text
    made = [office.send(f"{HERE}/new", **form, despite="yes").headers["location"] for _ in range(2)]
    assert made[0] == made[1]
    assert "防汛专题会" in office.text(HERE)
    assert office.send(f"{HERE}/new", **{**form, "starts": "x"}).status_code == 400
    assert office.send(f"{HERE}/new", **{**form, "day": "2026-01-01"}).status_code == 400


def test_topics_are_merged_ordered_and_approved(hall: Hall) -> None:
    """Wrong numbers are refused in words; merged topics go on in another; what is being approved stays."""
    path = f"{HERE}/{hall.meeting.id}"
    unit = unit_at(hall.house, "LAW", "m-law")
    for title in ("普法", "调解"):
        assert unit.send(f"{path}/topic", title=title).status_code == 303
    office = clerk_at(hall.house)
    office.send(f"{path}/office-topic", unit=hall.unit("HR"), title="赶场服务")
    page = office.text(path)
    assert "有议题，请编排后报批" in office.text("/desk")
    topics = topics_of(page)
    first, second, third = topics["普法"], topics["调解"], topics["赶场服务"]
    wrong = office.send(f"{path}/topics", **{f"place-{first}": "1", f"place-{second}": "1"})
    assert "写了两次" in wrong.text
    assert "没有列入" in office.send(f"{path}/topics", **{f"into-{first}": "3"}).text
    form = {f"place-{third}": "1", f"place-{first}": "2", f"into-{second}": "2"}
    assert office.send(f"{path}/topics", **form).status_code == 303
    with hall.house.reading() as session:
        assert [one.new.title for one in listed(service.topics(session, hall.meeting.id))] == ["赶场服务", "普法"]
    assert office.send(f"{path}/ask").status_code == 303
    assert "正在审批" in office.send(f"{path}/topics", **form).text
    assert "请编排后报批" not in office.text("/desk")


def test_a_unit_sees_its_own_part_only(hall: Hall, at: AtMoment) -> None:
    """Its seat and topics, not those of others; of a meeting without a seat nothing, as if there were none."""
    house, path = noticed(hall, at)
    law = unit_at(house, "LAW", "m-law")
    page = law.text(f"{path}/seats")
    assert ("甲B01" in page, "甲A01" in page, "甲C01" in page) == (True, False, False)
    seat = hall.seat("LAW")
    sent = law.send(f"{path}/seat/{seat.id}/reply", reply="leave", reason="外出学习")
    assert sent.status_code == 303
    assert (hall.seat("LAW").reply, hall.seat("LAW").grant) == (Reply.LEAVE, Grant.ASKED)
    assert law.send(f"{path}/seat/{hall.seat('HR').id}/reply", reply="attend").status_code == 404
    assert law.send(f"{path}/seat/{seat.id}/grant", granted="yes").status_code == 403
    assert "外出学习" not in law.text(f"{path}/seats")
    office = clerk_at(house)
    assert "有请假或替会，请答复" in office.text("/desk")
    assert "外出学习" in office.text(f"{path}/seats")
    assert office.send(f"{path}/seat/{seat.id}/grant", granted="yes").status_code == 303
    assert hall.seat("LAW").grant is Grant.GRANTED
    assert "请答复" not in office.text("/desk")


def test_who_is_told_is_shown_before_it_is_cancelled(hall: Hall, at: AtMoment) -> None:
    """The page lists exactly the people who are told afterwards; without a reason nothing is cancelled."""
    house, path = noticed(hall, at)
    office = clerk_at(house)
    page = office.text(f"{path}/stop/cancel")
    shown = sorted(code for code in hall.ids if f"甲{code}" in page)
    assert office.send(f"{path}/stop/cancel", reason=" ").status_code == 400
    assert hall.state() is MeetingState.NOTICED
    assert office.send(f"{path}/stop/cancel", reason="防汛").status_code == 303
    assert (hall.state(), hall.told("cancelled")) == (MeetingState.CANCELLED, shown)
    assert office.ask(f"{path}/stop/close").status_code == 404


def test_a_meeting_that_was_put_off_gets_another_date(hall: Hall, at: AtMoment) -> None:
    """Its approved topics stay; the room and the people of the new date are looked at."""
    house, path = noticed(hall, at)
    office = clerk_at(house)
    assert office.send(f"{path}/stop/postpone", reason="防汛").status_code == 303
    form = {"key": hall.meeting.id, "day": "2026-12-17", "starts": "09:00", "ends": "11:00", "place": "三楼"}
    assert "已经过去" in office.send(f"{path}/move", **{**form, "day": "2026-12-01"}).text
    assert office.send(f"{path}/move", **form, despite="yes").status_code == 303
    assert hall.state() is MeetingState.TOPICS_FIXED


def test_attendance_is_corrected_with_a_reason(hall: Hall, at: AtMoment) -> None:
    """Before the meeting nobody was there; afterwards the office writes down who sat there and why it knows."""
    _, path = noticed(hall, at)
    seat = hall.seat("T1")
    early = clerk_at(at("2026-12-10T08:00"), "m-early")
    assert early.send(f"{path}/seat/{seat.id}/correct", presence="present", reason="手机没电").status_code == 400
    office = clerk_at(at("2026-12-10T09:30"))
    assert office.send(f"{path}/seat/{seat.id}/correct", presence="late", reason="").status_code == 400
    assert office.send(f"{path}/seat/{seat.id}/correct", presence="late", reason="手机没电").status_code == 303
    page = office.text(f"{path}/attendance")
    assert "更正为迟到：手机没电" in page
    assert "迟到 1" in page


def test_items_are_written_given_out_reported_and_struck_off(hall: Hall, at: AtMoment) -> None:
    """The minutes list the items; the lead unit reports at the desk, the office verifies; the last one ends it all."""
    _, path = noticed(hall, at)
    after = at("2026-12-11T09:00")
    office = clerk_at(after)
    for act in ("hold", "draft_minutes"):
        assert office.send(f"{path}/do", act=act).status_code == 303
    form = {"content": "修好路灯", "lead": hall.unit("LAW"), "due": "2027-01-20", "helper": hall.unit("HR")}
    assert office.send(f"{path}/item", **{**form, "due": "2026-12-01"}).status_code == 400
    assert office.send(f"{path}/item", **form).status_code == 303
    assert "司法局牵头，人力资源和社会保障局配合" in office.text(f"{path}/minutes")
    assert office.send(f"{path}/issue", signer="张部长").status_code == 303
    law = unit_at(after, "LAW", "m-law")
    (item,) = set(re.findall(rf"{HERE}/items/([0-9a-f]{{32}})", law.text(f"{HERE}/items?light=green")))
    one = f"{HERE}/items/{item}"
    for act, text in (("accept", ""), ("report", "已亮灯")):
        assert law.send(f"{one}/report", act=act, text=text).status_code == 303
    helper = unit_at(after, "HR", "m-hr")
    assert "已亮灯" in helper.text(one)
    assert helper.send(f"{one}/report", act="accept").status_code == 404
    assert unit_at(after, "T1", "m-town").ask(one).status_code == 404
    assert "已报办结，请核实" in office.text("/desk")
    assert office.send(f"{one}/act", act="send_back", text="").status_code == 400
    for act in ("verify", "strike_off"):
        assert office.send(f"{one}/act", act=act).status_code == 303
    assert hall.state() is MeetingState.CLOSED
    assert "修好路灯" in office.text(f"{HERE}/items?done=1")
    assert "请核实" not in office.text("/desk")


def test_leaders_look_and_do_nothing(hall: Hall) -> None:
    """A deputy sees the meeting without buttons; the code for the door is the office's."""
    deputy = Staff(hall.house).inside("m-deputy", Role.DEPT_DEPUTY, person="B01")
    path = f"{HERE}/{hall.meeting.id}"
    page = deputy.text(path)
    assert "<button" not in page.partition("</header>")[2]
    assert deputy.ask(f"{path}/door").status_code == 403
    assert "签到码" in clerk_at(hall.house).text(f"{path}/door")


def test_figures_of_a_year_are_shown_and_taken_out(hall: Hall, at: AtMoment) -> None:
    """A held meeting counts each unit once; the file is a workbook; a unit's liaison sees no figures of others."""
    house, _ = noticed(hall, at)
    after = at("2026-12-11T09:00")
    office = clerk_at(after)
    office.send(f"{HERE}/{hall.meeting.id}/do", act="hold")
    assert "0.0%（0/1）" in office.text(f"{HERE}/figures?year=2026&kind=promotion")
    assert office.send(f"{HERE}/figures", year="2026").content.startswith(b"PK")
    liaison = unit_at(house, "LAW", "m-law")
    assert liaison.ask(f"{HERE}/figures").status_code == 403
    assert "到会统计" not in liaison.text(HERE)
