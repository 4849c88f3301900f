"""Who is told what about a roster: new and removed duties, cancelled sessions, reminders. Pure: intents come out.

A notice holds name, time and place only. A duty is reminded some days before, on the eve and shortly before; its key
names the session and the person, so a new version of the roster never reminds twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from djflow.core.clock import civil_date, days, instant_of
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify.model import COORDINATOR, Intent, NoticeKind
from djflow.roster.model import LEADER_POST
from djflow.roster.planning import PlannedSession
from djflow.roster.record import Difference, Duty, Kept, StoredSession, difference
from djflow.roster.views import DutyKind, SessionState

SHORTLY = "T-2h"
"""The last reminder; who has confirmed does not get it."""
CALLED_WITHIN = days(3)
"""A standby who takes a duty as near as this is called at once, not told with the changes of the roster."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Names needed to fill the texts, and whether duty on a rest day earns leave."""

    names: Mapping[PersonId, str]
    comp_leave: bool = True


@dataclass(frozen=True, slots=True)
class Timing:
    """When a duty is reminded: `early_days` before at a time, on the eve at a time, `shortly` before it starts."""

    early_days: int
    early_at: time
    eve_at: time
    shortly: timedelta


def day_words(on: date) -> str:
    """Return a date as a short message writes it: `12月5日周六`."""
    return f"{on.month}月{on.day}日周{'一二三四五六日'[on.weekday()]}"


def duty_words(plan: PlannedSession, duty: Duty) -> str:
    """Return one duty in a message: day, time, town, and post or standby."""
    post = "备勤" if duty.kind is DutyKind.STANDBY else duty.post
    return f"{day_words(plan.on)}{plan.start:%H:%M}{plan.market_name}（{post}）"


def change_intents(  # noqa: PLR0913 - subject, version, the two versions, the wording and the time
    subject: Subject,
    version: int,
    before: Kept | None,
    after: Kept,
    wording: Wording,
    *,
    now: datetime,
    only: frozenset[PersonId] | None = None,
) -> tuple[Intent, ...]:
    """Return one intent per person whose duties differ between two versions; `only` limits it to some people.

    Whoever loses a duty because the session is cancelled is told of the closure, with its public notice.
    """
    sessions = {s.plan.event: s for s in (*(before.sessions if before else ()), *after.sessions)}
    called, changes = _called_apart(difference(before, after), sessions, now)
    added: dict[PersonId, list[Duty]] = defaultdict(list)
    removed: dict[PersonId, list[Duty]] = defaultdict(list)
    closed: dict[PersonId, list[Duty]] = defaultdict(list)
    for duty in changes.added:
        added[duty.person].append(duty)
    for duty in changes.removed:
        cancelled = sessions[duty.event].state is SessionState.CANCELLED
        (closed if cancelled else removed)[duty.person].append(duty)
    wanted = [duty for duty in called if only is None or duty.person in only]
    intents = [_call(duty, sessions[duty.event].plan, version, wording, now) for duty in wanted]
    for person in sorted({*added, *removed, *closed}):
        if only is not None and person not in only:
            continue
        name = wording.names.get(person, "")
        if added[person] or removed[person]:
            values = {
                "name": name,
                "added": _listed(added[person], sessions),
                "removed": _listed(removed[person], sessions),
            }
            kind = NoticeKind.DUTY_ASSIGNED if added[person] else NoticeKind.DUTY_REMOVED
            last = max(sessions[duty.event].plan.on for duty in (*added[person], *removed[person]))
            intents.append(
                Intent(kind, subject, version, person, "change", "sms/roster_change", now, _after(last), values)
            )
        for duty in closed[person]:
            session = sessions[duty.event]
            values = {**_place_words(session.plan), "name": name, "notice": session.note}
            slot = f"closed:{duty.event}"
            until = _after(session.plan.on)
            intents.append(
                Intent(NoticeKind.CLOSURE, subject, version, person, slot, "sms/closure", now, until, values)
            )
    return tuple(intent for intent in intents if intent.expires_at > now)


def _called_apart(
    changes: Difference, sessions: Mapping[str, StoredSession], now: datetime
) -> tuple[tuple[Duty, ...], Difference]:
    """Return duties that go to whoever stands by, so near that a call is needed, and the changes without these."""
    stood_by = {(duty.event, duty.person) for duty in changes.removed if duty.kind is DutyKind.STANDBY}
    until = civil_date(now) + CALLED_WITHIN
    called = tuple(
        duty
        for duty in changes.added
        if duty.kind is DutyKind.DUTY
        and (duty.event, duty.person) in stood_by
        and sessions[duty.event].plan.on <= until
    )
    places = {(duty.event, duty.person) for duty in called}
    rest = Difference(
        tuple(duty for duty in changes.added if duty not in called),
        tuple(d for d in changes.removed if d.kind is not DutyKind.STANDBY or (d.event, d.person) not in places),
    )
    return called, rest


def _call(duty: Duty, plan: PlannedSession, version: int, wording: Wording, now: datetime) -> Intent:
    values = {**_place_words(plan), "name": wording.names.get(duty.person, ""), "post": duty.post}
    subject, until = session_subject(duty.event), instant_of(plan.on, plan.start)
    slot = f"called:{version}"
    return Intent(
        NoticeKind.STANDBY_CALLED, subject, version, duty.person, slot, "sms/standby_called", now, until, values
    )


def _listed(duties: Iterable[Duty], sessions: Mapping[str, StoredSession]) -> str:
    ordered = sorted(duties, key=lambda duty: (sessions[duty.event].plan.on, duty.event))
    return "、".join(duty_words(sessions[duty.event].plan, duty) for duty in ordered)


def _after(on: date) -> datetime:
    return instant_of(on + days(1))


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which a duty is reminded, and how long the reminder stays true."""

    name: str
    due_at: datetime
    expires_at: datetime


def slots_of(plan: PlannedSession, timing: Timing) -> tuple[Slot, ...]:
    """Return the three reminder slots of a session; each ends where the next begins."""
    starts = instant_of(plan.on, plan.start)
    early = instant_of(plan.on - days(timing.early_days), timing.early_at)
    eve = instant_of(plan.on - days(1), timing.eve_at)
    shortly = starts - timing.shortly
    return (Slot("T-3d", early, eve), Slot("T-1d", eve, shortly), Slot(SHORTLY, shortly, starts))


def reminder_intents(kept: Kept, wording: Wording, timing: Timing, *, now: datetime) -> tuple[Intent, ...]:
    """Return the reminders whose slot is open at `now`; standby people are reminded on the eve only."""
    today = civil_date(now)
    leaders = {duty.event: wording.names.get(duty.person, "") for duty in kept.duties if duty.post == LEADER_POST}
    planned = kept.planned
    intents: list[Intent] = []
    for duty in kept.duties:
        session = planned.get(duty.event)
        if session is None or not today <= session.plan.on <= today + days(timing.early_days):
            continue
        for slot in slots_of(session.plan, timing):
            if not slot.due_at <= now < slot.expires_at:
                continue
            if duty.kind is DutyKind.STANDBY and slot.name != "T-1d":
                continue
            intents.append(_reminder(duty, session.plan, slot, leaders, wording))
    return tuple(intents)


def _reminder(duty: Duty, plan: PlannedSession, slot: Slot, leaders: Mapping[str, str], wording: Wording) -> Intent:
    values = {**_place_words(plan), "name": wording.names.get(duty.person, "")}
    standby = duty.kind is DutyKind.STANDBY
    kind = NoticeKind.STANDBY_REMINDER if standby else NoticeKind.DUTY_REMINDER
    text = "sms/standby_reminder" if standby else "sms/duty_reminder"
    if not standby:
        values |= {"leader": leaders.get(duty.event, ""), "post": duty.post}
    subject = session_subject(duty.event)
    return Intent(kind, subject, 0, duty.person, slot.name, text, slot.due_at, slot.expires_at, values)


def session_subject(event: str) -> Subject:
    """Return what a reminder of a session (`market@date`) is about."""
    return Subject("roster.session", event)


def _place_words(plan: PlannedSession) -> dict[str, str]:
    return {
        "date": day_words(plan.on),
        "time": f"{plan.start:%H:%M}",
        "market": plan.market_name,
        "place": plan.place,
    }


def alert(subject: Subject, slot: str, sentence: str, *, now: datetime) -> Intent:
    """Return an alert for the coordinator that stays true for a day."""
    return Intent(
        NoticeKind.OPERATOR_ALERT,
        subject,
        0,
        COORDINATOR,
        slot,
        "im/operator_alert",
        now,
        now + days(1),
        {"title": sentence, "detail": "", "link": ""},
    )
