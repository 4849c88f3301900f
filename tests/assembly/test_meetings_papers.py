"""The documents of meetings: drafted once, issued by the register, and what their issue brings in the meeting."""

from dataclasses import replace
from datetime import date

import pytest

from djflow.approvals.delegation import service as delegation
from djflow.assembly import documents_acts, matters, meetings_papers, meetings_values, meetings_watch
from djflow.assembly import documents_signing as signing
from djflow.assembly import meetings as acts
from djflow.core.errors import ConfigError, ConflictError, InputError, RuleError
from djflow.core.spans import DateSpan
from djflow.documents.official.model import DocumentKind, Table
from djflow.documents.register import service as register
from djflow.documents.register.model import DocumentState
from djflow.documents.register.model import Who as Place
from djflow.meetings import service
from djflow.meetings.invitations.model import Reply, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import MeetingKind, MeetingState, Who
from djflow.meetings.papers.model import Paper
from djflow.people import service as people
from djflow.people.model import UnitKind
from tests.assembly.met import agreed, held, issued, messages, signed, text_of, with_clerk, words_of
from tests.assembly.test_meetings import BY, AtMoment, Hall, fixed, hall
from tests.roster.district import UNITS

__all__ = ["hall"]


def test_the_notice_says_everything_a_notice_must(hall: Hall) -> None:
    """Name, time, place, who attends, agenda, demands, reply form, contact; no number or day before it is signed."""
    with pytest.raises(ConflictError, match="议题批定以后"):
        meetings_papers.notice(hall.house, hall.meeting.id, by=BY)
    fixed(hall)
    found = meetings_papers.notice(hall.house, hall.meeting.id, hall.ids["A03"], by=BY)
    assert meetings_papers.notice(hall.house, hall.meeting.id, by=BY).id == found.id
    text = text_of(hall.house, found)
    assert (text.kind, text.title) == (DocumentKind.NOTICE, "关于召开统筹城乡基层党建工作推进会的通知")
    assert text.recipients == ("人力资源和社会保障局", "司法局", "大仓镇")
    said = words_of(text)
    for words in (
        "定于2026年12月10日（星期四）上午9:00召开统筹城乡基层党建工作推进会",
        "一、会议时间",
        "区委三楼会议室",
        "出席：人力资源和社会保障局、司法局、大仓镇主要负责人。",
        "1.赶场服务（人力资源和社会保障局）。",
        "（一）请参会人员提前15分钟签到入场",
        "请于2026年12月8日前反馈参会回执",
        "联系人：甲A03，电话：0872-000-0001",
    ):
        assert words in said, words
    (form,) = text.attachments
    assert form.title == "参会回执"
    (table,) = [one for one in form.body if isinstance(one, Table)]
    assert [cell.text for cell in table.rows[0]][:4] == ["单位", "姓名", "职务", "手机"]
    assert (text.number, text.signed_on, text.printed_on) == ("", None, None)
    with hall.house.reading() as session:
        gets = register.units_of(session, found.id)[0]
    assert set(gets) == {hall.unit(one) for one in ("HR", "LAW", "T1")}


def test_the_issue_of_the_notice_notices_the_meeting_once(hall: Hall, at: AtMoment) -> None:
    """Signed, numbered and issued before the day it is due: everybody is told then, and not again by the cycle."""
    fixed(with_clerk(hall))
    early = at("2026-12-01T09:00")
    found = issued(early, meetings_papers.notice(early, hall.meeting.id, by=BY))
    assert (found.number, hall.state()) == ("示组通〔2026〕1号", MeetingState.NOTICED)
    assert len(hall.told("notice:1")) == 6
    documents_acts.issue(early, found.id, by=BY)
    cycle = meetings_watch.cycle(at("2026-12-03T08:10"), by="watch")
    assert (cycle.noticed, cycle.drafted) == (0, 0)
    assert len(hall.told("notice:1")) == 6
    assert [row["缺公文"] for row in cycle.rows if row["会议"] == hall.meeting.new.title] == [""]


def test_the_day_of_the_notice_does_not_wait_for_the_paper(hall: Hall, at: AtMoment) -> None:
    """The cycle drafts it, the messages go out on their day, the table says what lacks; dropped is not wanted."""
    fixed(hall)
    assert meetings_watch.cycle(at("2026-12-01T08:10"), by="watch").drafted == 1
    found = meetings_watch.cycle(at("2026-12-03T08:10"), by="watch")
    assert (found.drafted, found.noticed, found.stuck) == (0, 1, ())
    (row,) = [one for one in found.rows if one["会议"] == hall.meeting.new.title]
    (line,) = meetings_papers.lines(hall.house, hall.meeting.id)
    assert line.document is not None
    assert row["缺公文"] == f"会议通知{line.document.name}拟稿"
    documents_acts.drop(hall.house, line.document.id, "只发短信", Place.OFFICE, by=BY)
    again = meetings_watch.cycle(at("2026-12-03T09:10"), by="watch")
    assert (again.drafted, [one["缺公文"] for one in again.rows if one["会议"] == row["会议"]]) == (0, [""])
    anew = meetings_papers.notice(hall.house, hall.meeting.id, by=BY)
    assert anew.id != line.document.id


def test_a_notice_of_another_date_cannot_be_issued(hall: Hall, at: AtMoment) -> None:
    """A meeting put off meanwhile: the old notice is refused, the new date gets a notice of its own."""
    fixed(with_clerk(hall))
    then = at("2026-12-01T09:00")
    old = signed(then, meetings_papers.notice(then, hall.meeting.id, by=BY))
    acts.postpone(then, hall.meeting.id, "防汛", by=BY)
    documents_acts.number(then, old.id, by=BY)
    documents_acts.typeset(then, old.id, by=BY)
    with pytest.raises(RuleError, match="会议时间已经变了"):
        documents_acts.issue(then, old.id, by=BY)
    moved = acts.usual(then, MeetingKind.PROMOTION, date(2026, 12, 17), "december")
    acts.reschedule(then, hall.meeting.id, moved, by=BY)
    with pytest.raises(RuleError, match="会议时间已经变了"):
        documents_acts.issue(then, old.id, by=BY)
    fresh = meetings_papers.notice(then, hall.meeting.id, by=BY)
    assert fresh.id != old.id
    assert "12月17日" in words_of(text_of(then, fresh))
    assert hall.state() is MeetingState.TOPICS_FIXED


def test_a_change_is_put_on_paper_for_those_who_were_invited(hall: Hall, at: AtMoment) -> None:
    """Nothing to change, or nobody invited yet, is refused; then a postponement and a cancellation are drafted."""
    fixed(with_clerk(hall))
    then = at("2026-12-04T09:00")
    with pytest.raises(ConflictError, match="没有延期"):
        meetings_papers.change_notice(then, hall.meeting.id, by=BY)
    acts.send_notice(then, hall.meeting.id, Who.OFFICE, by=BY)
    acts.postpone(then, hall.meeting.id, "防汛", by=BY)
    found = meetings_papers.change_notice(then, hall.meeting.id, by=BY)
    assert found.title == "关于统筹城乡基层党建工作推进会延期召开的通知"
    said = words_of(text_of(then, found))
    assert "原定于2026年12月10日（星期四）上午9:00" in said
    assert "防汛" not in said
    assert issued(then, found).number == "示组通〔2026〕1号"
    acts.cancel(then, hall.meeting.id, "不开了", by=BY)
    over = meetings_papers.change_notice(then, hall.meeting.id, by=BY)
    assert over.title == "关于取消召开统筹城乡基层党建工作推进会的通知"


def test_minutes_are_issued_by_their_document(hall: Hall, at: AtMoment) -> None:
    """Rolls, matters and due dates; a later matter is written in; sent in they are closed; the issue gives out."""
    fixed(with_clerk(hall))
    then = at("2026-12-04T09:00")
    acts.send_notice(then, hall.meeting.id, Who.OFFICE, by=BY)
    leave = acts.reply(then, hall.seat("LAW").id, Wish(Reply.LEAVE, "外出学习"), by=BY)
    acts.grant(then, leave.id, granted=True, by=BY)
    day = at("2026-12-10T08:50")
    for unit in ("HR", "T1"):
        acts.sign_in(day, hall.seat(unit).id, by=BY)
    after = at("2026-12-11T09:00")
    held(after, hall)
    agreed(after, hall, "修好路灯", date(2027, 1, 20))
    found = meetings_papers.minutes(after, hall.meeting.id, by=BY)
    agreed(after, hall, "开通公交", date(2027, 2, 20))
    assert meetings_papers.minutes(after, hall.meeting.id, by=BY).id == found.id
    text = text_of(after, found)
    assert [(one.word, one.names) for one in text.rolls] == [
        ("出席", ("人力资源和社会保障局甲A01", "大仓镇甲C01")),
        ("请假", ("司法局甲B01",)),
    ]
    said = words_of(text)
    assert "1.修好路灯。由大仓镇牵头，人力资源和社会保障局配合，于2027年1月20日前完成。" in said
    assert "2.开通公交。" in said
    signing.submit(after, found.id, by=BY)
    with pytest.raises(ConflictError, match="已经送审"):
        agreed(after, hall, "第三项", date(2027, 2, 20))
    with pytest.raises(ConflictError, match="已拟成"):
        acts.issue_minutes(after, hall.meeting.id, "张部长", by=BY)
    signing.take_back(after, found.id, by=BY)
    assert messages(after, "meeting.item")["assigned"] == 0
    done = issued(after, found)
    documents_acts.issue(after, found.id, by=BY)
    with after.reading() as session:
        noted = minutes.issued(session, hall.meeting.id)
    assert noted is not None
    assert (done.number, noted.words, noted.signer) == ("第1期", "第1期", "甲B01")
    assert hall.state() is MeetingState.TRACKING
    assert messages(after, "meeting.item")["assigned"] == 2


def test_a_signer_on_leave_is_represented_in_the_minutes(hall: Hall, at: AtMoment) -> None:
    """The deputy's delegate signs, and the meeting's record names both."""
    fixed(with_clerk(hall))
    acts.send_notice(at("2026-12-04T09:00"), hall.meeting.id, Who.OFFICE, by=BY)
    after = at("2026-12-11T09:00")
    held(after, hall)
    with after.transaction() as session:
        away = DateSpan(after.today(), after.today())
        delegation.delegate(session, hall.ids["B01"], hall.ids["A02"], away, by=BY, now=after.now())
    draft = meetings_papers.minutes(after, hall.meeting.id, by=BY)
    issued(after, draft, {hall.ids["B01"]: hall.ids["A02"]})
    with after.reading() as session:
        noted = minutes.issued(session, hall.meeting.id)
    assert noted is not None
    assert noted.signer == "甲A02（代甲B01）"
    assert hall.state() is MeetingState.CLOSED


def test_a_unit_that_disappeared_is_named_before_the_notice_is_drafted(hall: Hall, at: AtMoment) -> None:
    """The draft is refused with the unit's name, and the cycle lists it instead of stopping."""
    fixed(hall)
    with hall.house.transaction() as session:
        gone = [replace(one, active=one.code != "LAW") for one in UNITS]
        people.put_units(session, gone, by=BY, now=hall.house.now())
    with pytest.raises(RuleError, match="司法局已撤并停用"):
        meetings_papers.notice(hall.house, hall.meeting.id, by=BY)
    found = meetings_watch.cycle(at("2026-12-01T08:10"), by="watch")
    assert ["司法局已撤并停用" in str(row["问题"]) for row in found.stuck] == [True]


def test_a_text_with_an_unknown_field_is_named_and_nothing_is_lost(hall: Hall) -> None:
    """The check of the configuration and the draft name file and variable; mended, the draft goes through."""
    fixed(hall)
    path = hall.house.texts.folder / "documents" / "meeting_notice.j2"
    right = path.read_text("utf-8")
    path.write_text(right.replace("{{ place }}", "{{ room }}"), "utf-8")
    (fault,) = hall.house.texts.faults()
    assert (fault.file, fault.what) == ("documents/meeting_notice.j2", "没有变量 room。")
    with pytest.raises(ConfigError, match="meeting_notice"):
        meetings_papers.notice(hall.house, hall.meeting.id, by=BY)
    path.write_text(right, "utf-8")
    assert meetings_papers.notice(hall.house, hall.meeting.id, by=BY).state is DocumentState.DRAFT


def test_sheets_are_printed_without_the_register(hall: Hall, at: AtMoment) -> None:
    """The list of topics and the sheet for signing in; what must be issued is refused as a sheet."""
    fixed(hall)
    then = at("2026-12-04T09:00")
    acts.send_notice(then, hall.meeting.id, Who.OFFICE, by=BY)
    acts.reply(then, hall.seat("HR").id, Wish(Reply.ATTEND), by=BY)
    for paper in (Paper.TOPIC_LIST, Paper.SIGN_IN):
        made = meetings_values.sheet(then, hall.meeting.id, paper, by=BY)
        assert made.docx[:2] == b"PK"
    with pytest.raises(InputError, match="走公文"):
        meetings_values.sheet(then, hall.meeting.id, Paper.MINUTES, by=BY)
    with then.reading() as session:
        values = meetings_values.paper_of(then, session, service.meeting(session, hall.meeting.id))
    assert [(one.unit, one.name) for one in values.seats][-1] == ("大仓镇", "甲C01")
    assert {one.kind for one in values.called} == {UnitKind.DISTRICT_UNIT, UnitKind.TOWNSHIP}


def test_who_approves_the_topics_reads_them(hall: Hall) -> None:
    """The matter of the approval is the list with its units, in its order."""
    fixed(hall)
    with hall.house.reading() as session:
        told = matters.told(session, hall.meeting.subject)
    assert told == (
        "统筹城乡基层党建工作推进会，2026年12月10日（星期四）上午9:00，区委三楼会议室，共 1 项议题",
        "1. 赶场服务（人社局）",
    )
