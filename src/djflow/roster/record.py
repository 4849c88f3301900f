"""What a stored roster holds, and pure questions about it: differences between versions, leave earned, who is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from djflow.core.ids import PersonId
from djflow.roster.planning import PlannedSession
from djflow.roster.views import DutyKind, SessionState


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session of a version and whether it takes place; `note` is a public sentence."""

    plan: PlannedSession
    state: SessionState = SessionState.PLANNED
    note: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """A person at a session; standby has no post."""

    event: str
    post: str
    person: PersonId
    kind: DutyKind = DutyKind.DUTY


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Places that stay empty and the sentence that says why."""

    event: str
    post: str
    count: int
    why: str


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """A person's points carried into the month and the target of the person's class."""

    person: PersonId
    history: int
    target: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything one version holds."""

    sessions: tuple[StoredSession, ...]
    duties: tuple[Duty, ...]
    gaps: tuple[Gap, ...] = ()
    loads: tuple[Load, ...] = ()

    @property
    def planned(self) -> Mapping[str, StoredSession]:
        """Sessions that take place, by event."""
        return {s.plan.event: s for s in self.sessions if s.state is SessionState.PLANNED}


def earned_leave(kept: Kept) -> tuple[tuple[PersonId, date, str], ...]:
    """Return who earns a day of compensation leave, when and at which session: every duty on a rest day.

    Source: office practice, a rest day worked is given back.
    """
    planned = kept.planned
    return tuple(
        (duty.person, planned[duty.event].plan.on, duty.event)
        for duty in sorted(kept.duties)
        if duty.kind is DutyKind.DUTY and duty.event in planned and planned[duty.event].plan.rest_day
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """How two versions differ per person: duties that are new, duties that are gone; both sorted."""

    added: tuple[Duty, ...]
    removed: tuple[Duty, ...]


def difference(before: Kept | None, after: Kept) -> Difference:
    """Return what changes for people between two versions; sessions that do not take place count as gone."""
    old = _held(before) if before else frozenset()
    new = _held(after)
    return Difference(tuple(sorted(new - old)), tuple(sorted(old - new)))


def _held(kept: Kept) -> frozenset[Duty]:
    planned = kept.planned
    return frozenset(duty for duty in kept.duties if duty.event in planned)


def cancelled(kept: Kept, event: str, note: str) -> Kept:
    """Return the version with one session cancelled; its people are free, its gaps gone."""
    return Kept(
        sessions=tuple(
            replace(s, state=SessionState.CANCELLED, note=note) if s.plan.event == event else s for s in kept.sessions
        ),
        duties=tuple(d for d in kept.duties if d.event != event),
        gaps=tuple(g for g in kept.gaps if g.event != event),
        loads=kept.loads,
    )
