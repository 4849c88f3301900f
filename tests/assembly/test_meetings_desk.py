"""What waits for the office, who is told before it is done, signing in at the door, corrections by hand."""

from datetime import date

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.model import Verdict
from djflow.assembly import House, approval_desk, meetings_planning, phone
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_desk as desk
from djflow.assembly import meetings_signing as signing
from djflow.assembly.opinions import Said
from djflow.core.errors import ConflictError, GoneError, InputError, NotFoundError, RuleError
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from djflow.meetings.actions.model import Light
from djflow.meetings.corrections.model import Correction
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations.model import Presence, Reply, Wish
from djflow.meetings.model import Act, NewTopic, Who
from djflow.meetings.service import Arrangement
from tests.assembly.test_meetings import AtMoment, Hall, fixed, hall

__all__ = ["hall"]
BY = "test"
DOOR = "2026-12-10T08:50"


@pytest.fixture
def noticed(hall: Hall, at: AtMoment) -> Hall:
    """The meeting after its notice of 4 December."""
    fixed(hall)
    acts.send_notice(at("2026-12-04T09:00"), hall.meeting.id, Who.OFFICE, by=BY)
    return hall


def raised(house: House) -> int:
    """Return how many tasks about meetings wait."""
    with house.reading() as session:
        return len(inbox.raised(session, [ItemKind.MEETING]))


def presence(hall: Hall, unit: str) -> Presence:
    """Return what came of a unit's seat."""
    return seating.presence(hall.meeting, hall.seat(unit))


def test_a_leave_waits_until_it_is_answered_or_taken_back(noticed: Hall, at: AtMoment) -> None:
    """One task for all that is asked; it ends with the last answer, and with a changed mind."""
    house = at("2026-12-04T09:00")
    assert raised(house) == 0
    for unit in ("LAW", "T1"):
        acts.reply(house, noticed.seat(unit).id, Wish(Reply.LEAVE, "出差"), by=BY)
    assert raised(house) == 1
    acts.grant(house, noticed.seat("LAW").id, granted=True, by=BY)
    assert raised(house) == 1
    acts.reply(house, noticed.seat("T1").id, Wish(Reply.ATTEND), by=BY)
    assert raised(house) == 0


def test_a_list_that_comes_back_waits_again(hall: Hall) -> None:
    """Topics wait for the office, not while their approvers have them, and again once these send the list back."""
    house, meeting = hall.house, hall.meeting
    topic = acts.hand_in(house, meeting.id, NewTopic(hall.unit("HR"), "赶场服务"), None, by=BY)
    assert raised(house) == 1
    acts.arrange(house, meeting.id, Arrangement((topic.id,)), by=BY)
    acts.ask_approval(house, meeting.id, by=BY)
    assert raised(house) == 0
    with house.reading() as session:
        (case,) = approvals.cases_about(session, meeting.subject)
    (task,) = case.waiting
    pick = approval_desk.Pick(task.id, case.new.content_hash)
    approval_desk.decide(house, hall.accounts["deputy"], pick, Said(Verdict.RETURN_TO_APPLICANT, "请补充"))
    assert raised(house) == 1


def test_lights_of_meetings_follow_their_limits(hall: Hall, at: AtMoment) -> None:
    """Topics are to be approved by 1 December: yellow three workdays before, red after."""
    assert desk.line_of(hall.house, hall.meeting).due == date(2026, 12, 1)
    shown = [desk.line_of(at(f"{day}T09:00"), hall.meeting).light for day in ("2026-11-25", "2026-11-26", "2026-12-02")]
    assert shown == [Light.GREEN, Light.YELLOW, Light.RED]


def token_of(hall: Hall, code: str, house: House) -> str:
    """Return somebody's personal link's token."""
    return phone.link_for(house, hall.ids[code]).rpartition("/")[2]


def test_the_door_opens_in_time_and_to_its_own_code_only(noticed: Hall, at: AtMoment) -> None:
    """Too early, over, another meeting's or an invented code: nobody gets in."""
    meeting, house = noticed.meeting, at(DOOR)
    good = signing.secret(house, meeting)
    assert [name for _, name in signing.door(house, meeting.id, good).units]
    with pytest.raises(ConflictError, match="还没到签到时间"):
        signing.door(at("2026-12-10T08:40"), meeting.id, good)
    with pytest.raises(GoneError):
        signing.door(at("2026-12-10T18:00"), meeting.id, good)
    other = acts.plan(house, acts.usual(house, meeting.new.kind, date(2026, 12, 20), "other"), by=BY)
    for wrong in (signing.secret(house, other), "", "x", "é"):
        with pytest.raises(NotFoundError):
            signing.door(house, meeting.id, wrong)


def test_nobody_signs_for_somebody_else(noticed: Hall, at: AtMoment) -> None:
    """A colleague's or liaison's link signs nothing; the own link signs once, late after the start."""
    house, key = at(DOOR), noticed.meeting.id
    good = signing.secret(house, noticed.meeting)
    for code in ("A02", "A04"):
        with pytest.raises(RuleError, match="不是这次会议的参会人"):
            signing.sign_at_door(house, key, good, token_of(noticed, code, house))
    assert signing.comer(house, key, "nobody") is None
    token = token_of(noticed, "A01", house)
    signing.sign_at_door(house, key, good, token)
    signing.sign_at_door(at("2026-12-10T09:30"), key, good, token)
    assert presence(noticed, "HR") is Presence.PRESENT
    late = at("2026-12-10T09:05")
    with pytest.raises(NotFoundError, match="签到码不对"):
        signing.sign_by_number(late, key, "000000x", noticed.ids["B01"])
    signing.sign_by_number(late, key, signing.number(late, noticed.meeting), noticed.ids["B01"])
    assert presence(noticed, "LAW") is Presence.LATE
    assert presence(noticed, "T1") is Presence.ABSENT


def test_a_link_goes_to_whoever_is_to_come(noticed: Hall, at: AtMoment) -> None:
    """Asked twice within ten minutes it is sent once; a foreign seat gets none."""
    house, key = at(DOOR), noticed.meeting.id
    good = signing.secret(house, noticed.meeting)
    slot = f"signin:1:{int(house.now().timestamp()) // 600}"
    for _ in range(2):
        signing.send_link(house, key, good, noticed.seat("T1").id)
    assert noticed.told(slot) == ["C01"]
    with pytest.raises(NotFoundError):
        signing.send_link(house, key, good, "0" * 32)


def test_a_correction_says_who_sat_there(noticed: Hall, at: AtMoment) -> None:
    """Every presence can be set with a reason, once; somebody of elsewhere never sat there."""
    house, seat = at("2026-12-10T10:00"), noticed.seat("HR").id

    def set_to(what: Presence, code: str = "", reason: str = "会务核对") -> None:
        person = noticed.ids[code] if code else None
        meetings_planning.correct(house, seat, Correction(what, reason, person), by=BY)

    for wanted, code in (("present", ""), ("late", ""), ("substituted", "A02"), ("excused", ""), ("absent", "")):
        set_to(Presence(wanted), code)
        assert presence(noticed, "HR") is Presence(wanted)
    with pytest.raises(RuleError, match="本单位"):
        set_to(Presence.SUBSTITUTED, "B02")
    with pytest.raises(InputError, match="理由"):
        set_to(Presence.PRESENT, reason=" ")


def test_a_leader_sees_whom_a_change_would_tell(noticed: Hall, at: AtMoment) -> None:
    """Whoever was let off is not called in vain by a cancelled meeting; a new date asks them too."""
    house = at("2026-12-04T09:00")
    seat = acts.reply(house, noticed.seat("LAW").id, Wish(Reply.LEAVE, "出差"), by=BY)
    acts.grant(house, seat.id, granted=True, by=BY)

    with house.transaction() as session:
        new = NewAccount("m-office", frozenset({Role.OFFICE_CLERK}), "A03")
        clerk = accounts.create(session, new, "x" * 40, by=BY, now=house.now())
    put_off = desk.hears(house, clerk, noticed.meeting.id, Act.POSTPONE)
    given_up = desk.hears(house, clerk, noticed.meeting.id, Act.CANCEL)
    assert [one for one in put_off if one not in given_up] == ["司法局甲B01"]
    acts.cancel(house, noticed.meeting.id, "防汛", by=BY)
    codes = {f"甲{code}" for code in noticed.told("cancelled")}
    assert {one[-4:] for one in given_up} == codes


def test_a_new_date_forgets_who_signed_in_for_the_old_one(noticed: Hall, at: AtMoment) -> None:
    """A meeting put off at its start is signed for anew, with a new code; a unit that was there can be taken off."""
    house, good = at(DOOR), signing.secret(at(DOOR), noticed.meeting)
    signing.sign_at_door(house, noticed.meeting.id, good, token_of(noticed, "A01", house))
    later = at("2026-12-10T09:01")
    meetings_planning.correct(later, noticed.seat("T1").id, Correction(Presence.PRESENT, "会务核对"), by=BY)
    acts.postpone(later, noticed.meeting.id, "防汛", by=BY)
    moved = acts.usual(later, noticed.meeting.new.kind, date(2026, 12, 17), "december")
    acts.reschedule(later, noticed.meeting.id, moved, by=BY)
    assert noticed.seat("HR").signed is None
    meetings_planning.drop(later, noticed.seat("T1").id, by=BY)
    acts.send_notice(later, noticed.meeting.id, Who.OFFICE, by=BY)
    with pytest.raises(NotFoundError):
        signing.door(at("2026-12-17T08:50"), noticed.meeting.id, good)
