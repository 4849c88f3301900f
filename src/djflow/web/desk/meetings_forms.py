"""Forms of meetings at the desk: plan one with what stands against it, give another date, put off or cancel."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from djflow.accounts.model import Act as Right
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_desk as desk
from djflow.assembly import meetings_planning as planning
from djflow.assembly.meetings_scope import meeting_for
from djflow.core.clock import civil_datetime, instant_of
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import UnitId, new_id
from djflow.meetings.model import ACT_WORDS, MAX_PLACE, MAX_TITLE, Act, Meeting, MeetingKind, NewMeeting
from djflow.people import service as people
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit
from djflow.web.desk.meetings import ROOT, TO_MEND, common
from djflow.web.desk.typed import needed_day

_STOPS = (Act.POSTPONE, Act.CANCEL)


def new_page(visit: Visit) -> Answer:
    """Show the plan of a kind as the office usually holds it."""
    word = visit.query.get("kind", MeetingKind.AD_HOC.value)
    kind = next((one for one in MeetingKind if one.value == word), MeetingKind.AD_HOC)
    policy = acts.terms_of(visit.house).kinds[kind]
    ends = (datetime.combine(visit.house.today(), policy.at) + timedelta(minutes=policy.minutes)).time()
    typed = {
        "kind": kind.value,
        "title": policy.name,
        "place": policy.place,
        "chair": policy.chair,
        "day": "",
        "starts": f"{policy.at:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "units": set(planning.usual_units(visit.house, kind)),
        "key": new_id(visit.house.now()),
    }
    return _form(visit, typed)


def plan(visit: Visit) -> Answer:
    """Plan a meeting; what stands against people is shown first, and once more is meant."""
    try:
        new, units = _read(visit), tuple(UnitId(one) for one in visit.form.every("unit"))
        outlook = planning.outlook(visit.house, new, units)
        if outlook.rooms or (visit.form.one("despite") != "yes" and not outlook.is_clear):
            return _form(visit, _typed(visit), outlook=outlook)
        meeting = planning.plan(visit.house, new, units, by=visit.by)
    except TO_MEND as error:
        return _form(visit, _typed(visit), error.message)
    return Go(f"{ROOT}/{meeting.id}?said=planned")


def _read(visit: Visit, of: Meeting | None = None) -> NewMeeting:
    form = visit.form
    kind = next((one for one in MeetingKind if one.value == form.one("kind")), of.new.kind if of else None)
    if kind is None:
        raise InputError("请选会议类型。", code="meeting.kind")
    day = needed_day(form.one("day"), "开会日期")
    starts, ends = (instant_of(day, _time(form.one(name), words)) for name, words in _HOURS)
    key = form.one("key")
    if not (key.isascii() and key.isalnum() and len(key) <= 32):
        raise InputError("表单不完整：请从“安排会议”重新进入。", code="meeting.key")
    title, chair = (of.new.title, of.new.chair) if of else (form.one("title"), form.one("chair"))
    return NewMeeting(of.new.key if of else f"desk:{key}", kind, title, form.one("place"), starts, ends, chair)


_HOURS = (("starts", "开始时间"), ("ends", "结束时间"))


def _time(text: str, what: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{what}的写法不对：请写成 09:00 这样。", code="desk.time") from error
    if found.tzinfo is not None:
        raise InputError(f"{what}的写法不对：请写成 09:00 这样。", code="desk.time")
    return found


def _typed(visit: Visit) -> Mapping[str, object]:
    names = ("kind", "title", "place", "chair", "day", "starts", "ends", "key")
    return {**{name: visit.form.one(name) for name in names}, "units": set(visit.form.every("unit"))}


def _form(
    visit: Visit, typed: Mapping[str, object], message: str = "", outlook: planning.Outlook | None = None
) -> Page:
    with visit.house.reading() as session:
        units = [(unit.id, unit.name) for unit in people.units(session) if unit.entry.active]
    values = {
        "meeting": None,
        "typed": typed,
        "units": units,
        "outlook": outlook,
        "most": (MAX_TITLE, MAX_PLACE),
        "message": message,
        **common(visit),
    }
    return Page("desk_meeting_form.html.j2", "meetings", values, 400 if message or outlook else 200)


def move_page(visit: Visit) -> Answer:
    """Ask for the new date of a meeting that was put off."""
    return _move(visit)


def _move(visit: Visit, message: str = "", outlook: planning.Outlook | None = None) -> Page:
    found = _found(visit)
    new = found.new
    begins, ends = civil_datetime(new.starts_at), civil_datetime(new.ends_at)
    usual = {"day": "", "starts": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}", "place": new.place}
    typed = {**usual, **{name: visit.form.one(name) for name in usual if visit.form.one(name)}, "key": found.id}
    values = {
        "meeting": found,
        "typed": typed,
        "units": (),
        "outlook": outlook,
        "most": (MAX_TITLE, MAX_PLACE),
        "message": message,
        **common(visit),
    }
    return Page("desk_meeting_form.html.j2", "meetings", values, 400 if message or outlook else 200)


def move(visit: Visit) -> Answer:
    """Give a meeting that was put off its new date."""
    found = _found(visit)
    try:
        new = _read(visit, found)
        outlook = planning.outlook_of(visit.house, found, new)
        if outlook.rooms or (visit.form.one("despite") != "yes" and not outlook.is_clear):
            return _move(visit, outlook=outlook)
        acts.reschedule(visit.house, found.id, new, by=visit.by)
    except TO_MEND as error:
        return _move(visit, error.message)
    return Go(f"{ROOT}/{found.id}?said=told")


def stop_page(visit: Visit) -> Answer:
    """Show exactly who would be told if a meeting were put off or cancelled, and ask why."""
    return _stop(visit)


def _stop(visit: Visit, message: str = "") -> Page:
    act, found = _stopping(visit), _found(visit)
    values = {
        "meeting": found,
        "act": act,
        "words": ACT_WORDS[act],
        "hears": desk.hears(visit.house, visit.account, found.id, act),
        "typed": visit.form.raw("reason"),
        "message": message,
        **common(visit),
    }
    return Page("desk_meeting_stop.html.j2", "meetings", values, 400 if message else 200)


def stop(visit: Visit) -> Answer:
    """Put a meeting off, or cancel it."""
    act, found = _stopping(visit), _found(visit)
    done = acts.postpone if act is Act.POSTPONE else acts.cancel
    try:
        done(visit.house, found.id, visit.form.raw("reason"), by=visit.by)
    except TO_MEND as error:
        return _stop(visit, error.message)
    return Go(f"{ROOT}/{found.id}?said=told")


def _stopping(visit: Visit) -> Act:
    act = next((one for one in _STOPS if one.value == visit.path["act"]), None)
    if act is None:
        raise NotFoundError("没有这个办法：请从页面上的按钮办理。", code="meeting.act")
    return act


def _found(visit: Visit) -> Meeting:
    with visit.house.reading() as session:
        return meeting_for(session, visit.account, visit.path["meeting"], Right.MEETING_RUN)


_ONE = f"{ROOT}/{{meeting}}"
ROUTES = (
    Route(f"{ROOT}/new", Right.MEETING_RUN, new_page),
    Route(f"{ROOT}/new", Right.MEETING_RUN, plan, "POST"),
    Route(f"{_ONE}/move", Right.MEETING_RUN, move_page),
    Route(f"{_ONE}/move", Right.MEETING_RUN, move, "POST"),
    Route(f"{_ONE}/stop/{{act}}", Right.MEETING_RUN, stop_page),
    Route(f"{_ONE}/stop/{{act}}", Right.MEETING_RUN, stop, "POST"),
)
