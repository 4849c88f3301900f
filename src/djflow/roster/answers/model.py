"""What people on duty answer, and what they offer each other. States are stored and never renamed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from djflow.core.ids import PersonId


class DutyState(StrEnum):
    """Where one person's duty is.

    `assigned` has not been answered, `declined` is looking for somebody else, `waiting` is with the coordinator,
    `substituted` was taken over after a decline, `released` was handed over by agreement or by the office.
    """

    ASSIGNED = "assigned"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WAITING = "waiting"
    SUBSTITUTED = "substituted"
    RELEASED = "released"


class OfferKind(StrEnum):
    """Whether somebody takes a duty over or exchanges one of his own for it."""

    SUBSTITUTE = "substitute"
    SWAP = "swap"


class OfferState(StrEnum):
    """Where an offer is; `accepted` waits for the coordinator, `done` is in the roster."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person said about one duty; the reason stays sealed in the store."""

    id: str
    event: str
    person: PersonId
    state: DutyState
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An offer about to be made."""

    kind: OfferKind
    asker: PersonId
    event: str
    post: str
    other: PersonId
    other_event: str = ""
    other_post: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """`asker` asks `other` to take `event`; in a swap the asker takes `other_event` in return (empty otherwise)."""

    id: str
    kind: OfferKind
    month: str
    asker: PersonId
    event: str
    post: str
    other: PersonId
    other_event: str
    other_post: str
    state: OfferState
    made_at: datetime
    expires_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to say something."""
        return self.state in {OfferState.OFFERED, OfferState.ACCEPTED}

    @property
    def proposal(self) -> Proposal:
        """What was asked."""
        return Proposal(self.kind, self.asker, self.event, self.post, self.other, self.other_event, self.other_post)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a link lets in, and until when (excluded)."""

    person: PersonId
    expires_at: datetime
