"""Meetings at the desk: the list, one meeting with its clocks, its topics, what the office and units do with it."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType

from djflow.accounts.model import Act as Right
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_desk as desk
from djflow.assembly import meetings_papers as papers
from djflow.assembly import meetings_signing as signing
from djflow.assembly.meetings_scope import meeting_for, scope_of
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.ids import UnitId
from djflow.meetings.actions.model import LIGHT_WORDS
from djflow.meetings.model import (
    ACT_WORDS,
    KIND_WORDS,
    MEETING_WORDS,
    TOPIC_WORDS,
    Act,
    Meeting,
    MeetingKind,
    NewTopic,
    TopicId,
    Who,
)
from djflow.meetings.papers.model import Paper
from djflow.meetings.service import Arrangement
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit
from djflow.web.public.feed import qr_code

ROOT = "/desk/meetings"
TO_MEND = (InputError, RuleError, ConflictError)
_SAID = MappingProxyType(
    {
        "planned": "会议已安排，联络员会收到征集议题的通知。",
        "done": "已办理。",
        "told": "已办理，有关同志会收到通知。",
        "topics": "议题已编排。",
        "asked": "议题清单已送审。",
        "topic": "议题已报送。",
        "drafted": "已在公文里拟稿，请到公文里送审、编号、印发。",
        "kept": "已保存。",
        "item": "议定事项已登记。",
    }
)
DRAFTS: Mapping[Paper, Callable[..., object]] = MappingProxyType(
    {
        Paper.NOTICE: papers.notice,
        Paper.POSTPONED: papers.change_notice,
        Paper.CANCELLED: papers.change_notice,
        Paper.MINUTES: papers.minutes,
    }
)


def common(visit: Visit) -> Mapping[str, object]:
    """Return what every page about meetings shows."""
    return {
        "root": ROOT,
        "states": MEETING_WORDS,
        "kinds": KIND_WORDS,
        "lights": LIGHT_WORDS,
        "today": visit.house.today(),
        "runs": visit.may(Right.MEETING_RUN),
        "sees_figures": visit.may(Right.MEETING_FIGURES),
        "said": _SAID.get(visit.query.get("said", ""), ""),
    }


def list_page(visit: Visit) -> Answer:
    """Show the meetings under way, or past ones, by kind and year."""
    past = visit.query.get("past", "") == "1"
    kind = next((one for one in MeetingKind if one.value == visit.query.get("kind", "")), None)
    known = desk.years(visit.house)
    year = next((one for one in known if str(one) == visit.query.get("year", "")), None)
    values = {
        "lines": desk.lines(visit.house, visit.account, past=past, kind=kind, year=year),
        "past": past,
        "kind": kind,
        "year": year,
        "years": known,
        **common(visit),
    }
    return Page("desk_meetings.html.j2", "meetings", values)


def meeting_page(visit: Visit) -> Answer:
    """Show one meeting."""
    return _page(visit)


def _page(visit: Visit, message: str = "") -> Page:
    sheet = desk.sheet(visit.house, visit.account, visit.path["meeting"])
    values = {
        "sheet": sheet,
        "meeting": sheet.meeting,
        "life": desk.LIFE,
        "acts": ACT_WORDS,
        "topic_words": TOPIC_WORDS,
        "papers": papers.lines(visit.house, sheet.meeting.id) if sheet.can.runs else (),
        "drafts": DRAFTS,
        "own": _own(visit),
        "typed": visit.form.raw("title"),
        "message": message,
        **common(visit),
    }
    return Page("desk_meeting.html.j2", "meetings", values, 400 if message else 200)


def _own(visit: Visit) -> UnitId | None:
    with visit.house.reading() as session:
        return scope_of(session, visit.account).unit


def did(
    right: Right, made: Callable[[Visit, Meeting], str], shown: Callable[[Visit, str], Page]
) -> Callable[[Visit], Answer]:
    """Return the handler that does something with a meeting: it leads where `made` says, or shows what is wrong."""

    def handler(visit: Visit) -> Answer:
        with visit.house.reading() as session:
            found = meeting_for(session, visit.account, visit.path["meeting"], right)
        try:
            after = made(visit, found)
        except TO_MEND as error:
            return shown(visit, error.message)
        return Go(f"{ROOT}/{found.id}{after}")

    return handler


def _arrange(visit: Visit, found: Meeting) -> str:
    """Take the number of each topic: digits place it, `并` and a number merge it, nothing leaves it out."""
    topics = [one.id for one in desk.topics(visit.house, found.id)]
    placed: dict[int, TopicId] = {}
    merged: dict[TopicId, int] = {}
    for topic in topics:
        into, place = visit.form.one(f"into-{topic}"), visit.form.one(f"place-{topic}")
        if into:
            merged[topic] = _number(into)
        elif place:
            if _number(place) in placed:
                raise InputError(f"第 {place} 个议题写了两次：请改正顺序。", code="meeting.arrange")
            placed[_number(place)] = topic
    if missing := sorted(set(merged.values()) - set(placed)):
        raise InputError(f"要并入的第 {missing[0]} 个议题没有列入：请改正。", code="meeting.arrange")
    how = Arrangement(
        tuple(topic for _, topic in sorted(placed.items())),
        {topic: placed[number] for topic, number in merged.items()},
    )
    acts.arrange(visit.house, found.id, how, by=visit.by)
    return "?said=topics"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise InputError("议题的顺序要填数字，如 1、2、3。", code="meeting.arrange")
    return int(text)


def _ask(visit: Visit, found: Meeting) -> str:
    acts.ask_approval(visit.house, found.id, by=visit.by)
    return "?said=asked"


def _topic(visit: Visit, found: Meeting) -> str:
    unit = _own(visit)
    if unit is None:
        raise RuleError("您的账号没有对应单位，不能报送议题：请安全管理员设上单位。", code="meeting.no_unit")
    return _hand_in(visit, found, unit)


def _office_topic(visit: Visit, found: Meeting) -> str:
    if not visit.form.one("unit"):
        raise InputError("请选报送议题的单位。", code="meeting.unit")
    return _hand_in(visit, found, UnitId(visit.form.one("unit")))


def _hand_in(visit: Visit, found: Meeting, unit: UnitId) -> str:
    new = NewTopic(unit, visit.form.one("title"), visit.form.raw("text"))
    acts.hand_in(visit.house, found.id, new, visit.account.person, by=visit.by)
    return "?said=topic"


def _do(visit: Visit, found: Meeting) -> str:
    word = visit.form.one("act")
    match next((one for one in desk.OFFICE_ACTS if one.value == word), None):
        case Act.NOTIFY:
            acts.send_notice(visit.house, found.id, Who.OFFICE, by=visit.by)
            return "?said=told"
        case Act.HOLD:
            desk.hold(visit.house, found.id, by=visit.by)
        case Act.DRAFT_MINUTES:
            desk.draft_minutes(visit.house, found.id, by=visit.by)
            return "/minutes?said=done"
        case _:
            raise InputError("没有这个办法：请从页面上的按钮办理。", code="meeting.act")
    return "?said=done"


def _draft(visit: Visit, found: Meeting) -> str:
    paper = next((one for one in DRAFTS if one.value == visit.form.one("paper")), None)
    if paper is None:
        raise InputError("没有这种文件：请从页面上的按钮拟稿。", code="meeting.paper")
    DRAFTS[paper](visit.house, found.id, visit.account.person, by=visit.by)
    return "?said=drafted"


def door_page(visit: Visit) -> Answer:
    """Show the code for the door, to be printed on one A4 page or shown on a screen."""
    with visit.house.reading() as session:
        found = meeting_for(session, visit.account, visit.path["meeting"], Right.MEETING_RUN)
    link = signing.door_link(visit.house, found)
    values = {
        "meeting": found,
        "times": acts.times_of(visit.house, found),
        "number": signing.number(visit.house, found),
        "qr": f"data:image/svg+xml;base64,{b64encode(qr_code(link)).decode()}",
        "link": link,
        **common(visit),
    }
    return Page("desk_meeting_door.html.j2", "meetings", values)


_ONE = f"{ROOT}/{{meeting}}"
ROUTES = (
    Route(ROOT, Right.MEETING_LOOK, list_page),
    Route(_ONE, Right.MEETING_LOOK, meeting_page),
    Route(f"{_ONE}/door", Right.MEETING_RUN, door_page),
    Route(f"{_ONE}/topics", Right.MEETING_RUN, did(Right.MEETING_RUN, _arrange, _page), "POST"),
    Route(f"{_ONE}/ask", Right.MEETING_RUN, did(Right.MEETING_RUN, _ask, _page), "POST"),
    Route(f"{_ONE}/topic", Right.MEETING_UNIT, did(Right.MEETING_UNIT, _topic, _page), "POST"),
    Route(f"{_ONE}/office-topic", Right.MEETING_RUN, did(Right.MEETING_RUN, _office_topic, _page), "POST"),
    Route(f"{_ONE}/do", Right.MEETING_RUN, did(Right.MEETING_RUN, _do, _page), "POST"),
    Route(f"{_ONE}/draft", Right.MEETING_RUN, did(Right.MEETING_RUN, _draft, _page), "POST"),
)
