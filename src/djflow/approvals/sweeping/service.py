"""Looks at every case whose time has come: reminds, escalates, lets papers expire, tries blocked cases again.

Safe to run twice and beside itself: what somebody else holds is left to them. A call looks at a limited number of
cases, so that its transaction stays short; call it again while `more` is set.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals import service, store
from djflow.approvals.acts import Plain
from djflow.approvals.model import Office, Outcome
from djflow.approvals.states import Act
from djflow.audit import service as audit

BATCH = 10
"""Cases per call: its transaction stays well below 200 ms."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did; `more`: there is more to do now."""

    outcomes: tuple[Outcome, ...]
    more: bool

    @property
    def counts(self) -> dict[str, int]:
        """Cases looked at, tasks reminded and escalated, cases expired and unblocked."""
        return {
            "cases": len(self.outcomes),
            "reminded": sum(len(one.reminded) for one in self.outcomes),
            "escalated": sum(len(one.escalated) for one in self.outcomes),
            "expired": sum(one.result is not None for one in self.outcomes),
            "blocked": sum(bool(one.blocked) for one in self.outcomes),
        }


def sweep(session: Session, *, office: Office, by: str, now: datetime, limit: int = BATCH) -> Swept:
    """Do what time asks for in at most `limit` cases, the longest due first."""
    audit.hold(session)
    due = store.due(session, now, limit=limit + 1)
    held = store.locked(session, due[:limit], skip=True)
    outcomes = [
        service.carry_out(session, case, Plain(Act.TICK), "approval.tick", office=office, by=by, now=now)
        for case in held
    ]
    return Swept(tuple(outcomes), len(due) > limit)
