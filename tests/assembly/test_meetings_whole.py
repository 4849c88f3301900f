"""A quarter's joint meeting from the call for topics to its struck-off items, with every message counted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Verdict
from djflow.assembly import House, documents_acts, documents_watch, meetings_mine, meetings_papers, meetings_watch
from djflow.assembly import approval_desk as desk
from djflow.assembly import meetings as acts
from djflow.assembly.opinions import Said
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.documents.register import service as register
from djflow.documents.register.model import Document, DocumentState
from djflow.meetings import service
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item, ItemAct, ItemState, NewItem
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Presence, Reply, Seat, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import Meeting, MeetingState, NewTopic
from djflow.meetings.service import Arrangement
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, RankLevel, UnitEntry, UnitKind
from tests.assembly.met import issued, text_of, words_of
from tests.assembly.test_meetings import AtMoment

BY = "test"
DEPARTMENTS = ("HR", "LAW", "FIN", "AGR")
STAFF = {
    "deputy": (Role.DEPT_DEPUTY, "B01"),
    "minister": (Role.DEPT_MINISTER, "A01"),
    "clerk": (Role.OFFICE_CLERK, "A03"),
    "hr": (Role.UNIT_LIAISON, "A04"),
    "law": (Role.UNIT_LIAISON, "B03"),
    "fin": (Role.UNIT_LIAISON, "F03"),
    "agr": (Role.UNIT_LIAISON, "G03"),
}


@dataclass(frozen=True, slots=True)
class Quarter:
    """The house at any moment, its people by code, units by code, accounts by login."""

    at: AtMoment
    ids: dict[str, PersonId]
    units: dict[str, UnitId]
    accounts: dict[str, Account]

    def meeting(self) -> Meeting:
        """Return the quarter's joint meeting as it stands."""
        with self.at("2026-11-25T08:00").reading() as session:
            (found,) = service.meetings(session)
        return found

    def seat(self, unit: str) -> Seat:
        """Return a unit's seat as it stands."""
        with self.at("2026-11-25T08:00").reading() as session:
            found = invitations.seats(session, self.meeting().id)
        return next(one for one in found if one.new.unit == self.units[unit])

    def told(self, kind: str = "meeting.meeting") -> Counter[str]:
        """Return how many messages there are about a kind of subject, by occasion."""
        with self.at("2026-11-25T08:00").reading() as session:
            rows = notify.listing(session, limit=10_000)
        return Counter(row["slot"].partition(":")[0] for row in rows if row["subject"].startswith(f"{kind}:"))

    def who(self, occasion: str) -> list[str]:
        """Return the codes of those told about the meeting on an occasion."""
        codes = {person: code for code, person in self.ids.items()}
        with self.at("2026-11-25T08:00").reading() as session:
            found = notify.told_about(session, self.meeting().subject)
        return sorted(codes[PersonId(one)] for one, slot in found if slot.partition(":")[0] == occasion)

    def item(self, number: int) -> Item:
        """Return an agreed matter by its number."""
        with self.at("2026-11-25T08:00").reading() as session:
            found = actions.items(session, meeting=self.meeting().id)
        return next(one for one in found if one.number == number)


def person(code: str, unit: str, *, leads: bool) -> PersonEntry:
    """Return a person of a department; a leader is a vice head."""
    rank = RankLevel.DEPUTY_SECTION if leads else RankLevel.CLERK
    title = "局长" if leads else "科员"
    return PersonEntry(
        code=code,
        name=f"甲{code}",
        gender=Gender.MALE,
        unit_code=unit,
        rank=rank,
        is_leader=leads,
        post_title=title,
        skills=frozenset({"综合受理"}),
    )


@pytest.fixture
def quarter(house: House, ids: dict[str, PersonId], at: AtMoment) -> Quarter:
    """Four departments, each with two leaders and a liaison."""
    now = house.now()
    more = [("FIN", "财政局", "F"), ("AGR", "农业农村局", "G")]
    made = {}
    with house.transaction() as session:
        people.put_units(
            session,
            [UnitEntry(code, name, UnitKind.DISTRICT_UNIT, 5 + n) for n, (code, name, _) in enumerate(more)],
            by=BY,
            now=now,
        )
        entries = [person(f"{letter}0{n}", code, leads=n < 3) for code, _, letter in more for n in (1, 2, 3)]
        entries.append(person("B04", "LAW", leads=True))
        people.put_people(session, entries, by=BY, now=now)
        codes = [one.code for one in entries]
        known = {**ids, **people.person_ids(session, codes)}
        chains.publish(session, house.settings.approvals.versions, by="config", now=now)
        for login, (role, code) in STAFF.items():
            new = NewAccount(f"q-{login}", frozenset({role}), code)
            made[login] = accounts.create(session, new, "x" * 40, by=BY, now=now)
        units = {one.code: one.id for one in people.units(session)}
    return Quarter(at, known, units, made)


def test_a_quarter_from_topic_call_to_struck_off_items(quarter: Quarter) -> None:
    """Each part below goes on from the one before; no message is missing and none is sent twice."""
    call_for_topics(quarter)
    approve_topics(quarter)
    notice = issue_notice(quarter)
    answer(quarter)
    remind(quarter)
    hold(quarter)
    write_minutes(quarter)
    follow_items(quarter)
    assert quarter.meeting().state is MeetingState.CLOSED
    with quarter.at("2027-03-02T09:00").reading() as session:
        assert register.document(session, notice.id).state is DocumentState.ARCHIVED
    assert quarter.told() == Counter(
        {"topics": 4, "topics-due": 2, "notice": 8, "grant": 4, "substitute": 1, "reply": 2, "silent": 2}
        | {"eve": 3, "shortly": 3}
    )
    assert quarter.told("meeting.item") == Counter({"assigned": 2, "yellow": 1, "red": 1, "month": 3, "back": 1})


def twice(look: Callable[[House], object], house: House) -> None:
    """Look twice, as a flow that runs again does."""
    look(house)
    look(house)


def cycle(house: House) -> meetings_watch.Cycle:
    """Run the meeting cycle."""
    return meetings_watch.cycle(house, by="watch")


def reminded(house: House) -> meetings_watch.Reminded:
    """Run the reminders."""
    return meetings_watch.remind(house, by="watch")


def call_for_topics(quarter: Quarter) -> None:
    """Planned by itself; two liaisons hand in by phone, the others are reminded until the day topics are due."""
    twice(cycle, quarter.at("2026-11-20T08:10"))
    meeting = quarter.meeting()
    assert (meeting.state, f"{meeting.new.starts_at:%Y-%m-%d %H:%M}") == (MeetingState.TOPIC_CALL, "2026-12-10 01:00")
    assert quarter.who("topics") == ["A04", "B03", "F03", "G03"]
    then = quarter.at("2026-11-21T10:00")
    for code, unit, title in (("A04", "HR", "赶场服务排班"), ("B03", "LAW", "赶场普法"), ("A04", "HR", "赶场安排")):
        mine = meetings_mine.meeting(then, quarter.ids[code], meeting.id)
        assert mine.hands_in
        acts.hand_in(then, meeting.id, NewTopic(quarter.units[unit], title, ""), quarter.ids[code], by="me")
    for moment in ("2026-11-23T09:00", "2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00"):
        twice(reminded, quarter.at(moment))
    assert quarter.who("topics-due") == ["F03", "G03"]


def approve_topics(quarter: Quarter) -> None:
    """Merged and put in order, then deputy and minister agree, each reading the list."""
    house, key = quarter.at("2026-11-30T09:00"), quarter.meeting().id
    with house.reading() as session:
        topics = {one.new.title: one.id for one in service.topics(session, key)}
    order = Arrangement((topics["赶场服务排班"], topics["赶场普法"]), {topics["赶场安排"]: topics["赶场服务排班"]})
    acts.arrange(house, key, order, by=BY)
    acts.ask_approval(house, key, by=BY)
    for login in ("deputy", "minister"):
        with house.reading() as session:
            case = approvals.cases_about(session, quarter.meeting().subject)[0]
        (task,) = case.waiting
        view = desk.case_view(house, quarter.accounts[login], case.id)
        assert "1. 赶场服务排班（人社局）" in desk.matter(house, quarter.accounts[login], view)
        pick = desk.Pick(task.id, case.new.content_hash)
        desk.decide(house, quarter.accounts[login], pick, Said(Verdict.APPROVE, "同意"))
    assert quarter.meeting().state is MeetingState.TOPICS_FIXED


def issue_notice(quarter: Quarter) -> Document:
    """Drafted by the cycle, signed, numbered, issued: the meeting is noticed; units acknowledge, one is late."""
    house = quarter.at("2026-12-01T08:10")
    assert cycle(house).drafted == 1
    (line,) = meetings_papers.lines(house, quarter.meeting().id)
    assert line.document is not None
    said = words_of(text_of(house, line.document))
    assert "1.赶场服务排班（人力资源和社会保障局）。\n2.赶场普法（司法局）。" in said
    found = issued(quarter.at("2026-12-02T10:00"), line.document)
    assert (found.number, quarter.meeting().state) == ("示组通〔2026〕1号", MeetingState.NOTICED)
    twice(cycle, quarter.at("2026-12-03T08:10"))
    assert len(quarter.who("notice")) == 8
    for unit in DEPARTMENTS[:3]:
        documents_acts.acknowledge(quarter.at("2026-12-03T09:00"), found.id, quarter.units[unit], by="me")
    assert documents_watch.watch(quarter.at("2026-12-07T09:00"), by="watch").reminded == 1
    documents_acts.acknowledge(quarter.at("2026-12-07T10:00"), found.id, quarter.units["AGR"], by="me")
    documents_acts.archive(quarter.at("2026-12-08T10:00"), found.id, by=BY)
    return found


def answer(quarter: Quarter) -> None:
    """One comes, one sends a leader who is agreed to, one is let off, one says nothing."""
    house = quarter.at("2026-12-04T09:00")
    acts.reply(house, quarter.seat("HR").id, Wish(Reply.ATTEND), by="me")
    substitute = Wish(Reply.SUBSTITUTE, "出差", quarter.ids["B04"])
    for unit, wish in (("LAW", substitute), ("FIN", Wish(Reply.LEAVE, "省里开会"))):
        asked = acts.reply(house, quarter.seat(unit).id, wish, by="me")
        acts.grant(house, asked.id, granted=True, by=BY)
        acts.grant(house, asked.id, granted=True, by=BY)
    assert quarter.who("substitute") == ["B04"]
    assert quarter.who("grant") == ["B01", "B03", "F01", "F03"]


def remind(quarter: Quarter) -> None:
    """On the day replies are due, after it, the eve and two hours before: each once, to whom it concerns."""
    moments = ("2026-12-08T09:00", "2026-12-09T09:00", "2026-12-09T16:00", "2026-12-09T20:00", "2026-12-10T07:00")
    silent = [reminded(quarter.at(moment)).silent for moment in moments for _ in range(2)]
    assert silent == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert quarter.who("reply") == quarter.who("silent") == ["G01", "G03"]
    assert quarter.who("eve") == quarter.who("shortly") == ["A01", "B04", "G01"]
    assert quarter.seat("AGR").reply is Reply.NO_REPLY


def hold(quarter: Quarter) -> None:
    """Signed in from a quarter before; after its end the cycle notes that it was held."""
    acts.sign_in(quarter.at("2026-12-10T08:50"), quarter.seat("HR").id, by=BY)
    acts.sign_in(quarter.at("2026-12-10T09:10"), quarter.seat("LAW").id, by=BY)
    twice(cycle, quarter.at("2026-12-10T12:00"))
    assert quarter.meeting().state is MeetingState.HELD
    with quarter.at("2026-12-10T12:00").reading() as session:
        found = {one.unit: dict(one.counts) for one in invitations.attendance(session, _december())}
    told = {unit: found[quarter.units[unit]] for unit in DEPARTMENTS}
    assert told == {
        "HR": {Presence.PRESENT: 1},
        "LAW": {Presence.SUBSTITUTED: 1},
        "FIN": {Presence.EXCUSED: 1},
        "AGR": {Presence.ABSENT: 1},
    }


def write_minutes(quarter: Quarter) -> None:
    """Drafted three workdays after, signed and issued seven after: only then owners hear of their matters."""
    house, key = quarter.at("2026-12-15T09:00"), quarter.meeting().id
    with house.transaction() as session:
        minutes.draft(session, key, by=BY, now=house.now())
        for content, lead, helper, due, owner in (
            ("完善赶场排班", "HR", "LAW", date(2027, 1, 20), "A04"),
            ("编印普法手册", "LAW", "FIN", date(2027, 2, 26), "B03"),
        ):
            new = NewItem(content, quarter.units[lead], (quarter.units[helper],), due, quarter.ids[owner])
            actions.add(session, key, new, by=BY, now=house.now())
    draft = meetings_papers.minutes(house, key, by=BY)
    rolls = [(one.word, one.names) for one in text_of(house, draft).rolls]
    assert rolls == [
        ("出席", ("人力资源和社会保障局甲A01", "司法局甲B04")),
        ("请假", ("财政局甲F01",)),
    ]
    late = [str(row["超期"]) for row in cycle(quarter.at("2026-12-21T08:10")).rows]
    assert late == [""]
    assert quarter.told("meeting.item") == Counter()
    found = issued(quarter.at("2026-12-21T10:00"), draft)
    assert (found.number, quarter.meeting().state) == ("第1期", MeetingState.TRACKING)
    twice(cycle, quarter.at("2026-12-22T08:10"))
    assert quarter.told("meeting.item") == Counter({"assigned": 2})


def follow_items(quarter: Quarter) -> None:
    """Accepted, reported each month, one late and urged by its lights, sent back once, verified, struck off."""
    watched = meetings_watch.watch_items
    for number, code in ((1, "A04"), (2, "B03")):
        then = quarter.at("2026-12-22T09:00")
        acts.act_on_item(then, quarter.item(number).id, ItemAct.ACCEPT, quarter.ids[code], by="me")
    for moment in ("2026-12-24T08:30", "2026-12-25T08:30", "2026-12-31T08:30"):
        twice(watched, quarter.at(moment))
    progress(quarter, "2026-12-31T09:00", 1, "A04", ItemAct.PROGRESS, "已排出初稿")
    twice(watched, quarter.at("2027-01-15T08:30"))
    assert watched(quarter.at("2027-01-20T08:30")).red == 1
    progress(quarter, "2027-01-21T09:00", 1, "A04", ItemAct.REPORT, "已完成")
    twice(watched, quarter.at("2027-01-25T08:30"))
    progress(quarter, "2027-01-26T09:00", 2, "B03", ItemAct.REPORT, "已付印")
    for number, what in ((1, ItemAct.VERIFY), (1, ItemAct.STRIKE_OFF), (2, ItemAct.SEND_BACK)):
        text = "缺样书" if what is ItemAct.SEND_BACK else ""
        acts.act_on_item(quarter.at("2027-02-01T09:00"), quarter.item(number).id, what, None, text, by=BY)
    assert quarter.meeting().state is MeetingState.TRACKING
    progress(quarter, "2027-02-03T09:00", 2, "B03", ItemAct.REPORT, "样书已送")
    twice(watched, quarter.at("2027-02-26T08:30"))
    for what in (ItemAct.VERIFY, ItemAct.STRIKE_OFF):
        acts.act_on_item(quarter.at("2027-03-01T09:00"), quarter.item(2).id, what, None, by=BY)
    assert {quarter.item(number).state for number in (1, 2)} == {ItemState.STRUCK_OFF}
    twice(cycle, quarter.at("2027-03-02T08:10"))


def progress(quarter: Quarter, moment: str, number: int, code: str, what: ItemAct, text: str) -> None:
    """Let an owner report on the phone."""
    mine = meetings_mine.item(quarter.at(moment), quarter.ids[code], quarter.item(number).id)
    acts.act_on_item(quarter.at(moment), mine.item.id, what, quarter.ids[code], text, by="me")


def _december() -> DateSpan:
    return DateSpan(date(2026, 12, 1), date(2026, 12, 31))
