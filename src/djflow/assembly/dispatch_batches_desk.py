"""What the desk shows of batches and does with them: the cadre section sees all, a unit its own part only.

Whatever belongs to another unit does not exist; names of others are not shown to a unit before they hang.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, Role
from djflow.accounts.rules import PERMISSIONS, may
from djflow.assembly.dispatch_batches import approval
from djflow.assembly.house import House
from djflow.core.errors import NotFoundError
from djflow.core.ids import UnitId
from djflow.dispatch.batches import proposing, service
from djflow.dispatch.batches.model import (
    BATCH_WORDS,
    CANDIDATE_WORDS,
    Batch,
    BatchAct,
    BatchId,
    BatchState,
    Candidate,
    CandidateState,
    Demand,
    DemandId,
    UnitShare,
    Who,
)
from djflow.dispatch.batches.moving import UNKNOWN
from djflow.dispatch.batches.store import Move
from djflow.dispatch.batches.transitions import BY_STATE_AND_ACT, IN_PLAY, TAKES_DEMANDS, TAKES_NOMINATIONS
from djflow.dispatch.postings import service as postings
from djflow.people import service as people
from djflow.people.model import PersonCard

_WHOLE = frozenset({Role.CADRE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER, Role.AUDITOR_READONLY})
WAY = (
    BatchState.DRAFT,
    BatchState.CALLED,
    BatchState.COLLECTING,
    BatchState.CHECKING,
    BatchState.PROPOSED,
    BatchState.DECIDING,
    BatchState.DECIDED,
    BatchState.PUBLICITY,
    BatchState.ACTIVE,
    BatchState.CLOSING,
    BatchState.CLOSED,
)
"""The steps of a batch in order, as the page shows them."""
BY_PERSONS = tuple(
    act for act in BatchAct if any(Who.CADRES in row.who for row in BY_STATE_AND_ACT.values() if row.act is act)
)
_KNOWN_TO_ALL = frozenset({CandidateState.PUBLICISED, CandidateState.HELD, CandidateState.CLEARED})


@dataclass(frozen=True, slots=True)
class Seat:
    """Who asks: everything, or one unit's part."""

    account: Account
    whole: bool
    unit: UnitId | None

    @property
    def by(self) -> str:
        """How the record names who asks."""
        return self.account.actor

    def may(self, act: Act) -> bool:
        """Return whether they may do an act at all."""
        return may(self.account.roles, act)


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post on the desk: how it is called, what was asked and granted, who is to go there."""

    demand: Demand
    title: str
    people: int


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A unit's share: its quota and how many it has nominated."""

    share: UnitShare
    code: str
    name: str
    nominated: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody nominated, as whoever may see them sees them; `post` is empty until it may be known."""

    candidate: Candidate
    card: PersonCard = field(repr=False)
    state: str
    post: str
    wishes: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A batch on the desk; `acts` are what the one who looks may do with it now."""

    batch: Batch
    whole: bool
    state: str
    steps: tuple[tuple[str, bool, bool], ...]
    late: bool
    posts: tuple[PostLine, ...]
    shares: tuple[ShareLine, ...]
    people: tuple[PersonLine, ...]
    acts: tuple[BatchAct, ...]
    moves: tuple[Move, ...]
    takes_demands: bool
    takes_nominations: bool
    approval: str
    approval_step: str
    sent: int


@dataclass(frozen=True, slots=True)
class ListLine:
    """A batch in the list."""

    batch: Batch
    state: str
    people: int
    late: bool


def seat_of(session: Session, account: Account, act: Act = Act.BATCH_READ) -> Seat:
    """Return from where an account does an act, by those of its roles that allow it."""
    whole = bool(account.roles & PERMISSIONS[act] & _WHOLE)
    return Seat(account, whole, None if whole else accounts.unit_of(session, account))


def batch_for(session: Session, seat: Seat, batch_id: str) -> Batch:
    """Return a batch that concerns whoever asks.

    Raises: NotFoundError for one that does not, as for one that is not there.
    """
    found = service.require(session, batch_id)
    if not seat.whole and not _concerns(session, seat, found):
        raise NotFoundError(UNKNOWN, code="batch.unknown")
    return found


def _concerns(session: Session, seat: Seat, found: Batch) -> bool:
    if seat.unit is None:
        return False
    if found.state is BatchState.DRAFT:
        return True
    hosts = {one.new.unit for one in service.demands(session, found.id)}
    invited = {one.unit for one in service.shares(session, found.id) if one.quota}
    sending = {one.unit for one in service.candidates(session, found.id)}
    return seat.unit in hosts | invited | sending


def listing(house: House, account: Account) -> tuple[ListLine, ...]:
    """Return the batches that concern an account, the newest first."""
    with house.reading() as session:
        seat = seat_of(session, account)
        found = [one for one in service.batches(session) if seat.whole or _concerns(session, seat, one)]
        counts = service.counts(session)
    today = house.today()
    return tuple(
        ListLine(
            one,
            BATCH_WORDS[one.state],
            sum(count for state, count in counts.get(one.id, {}).items() if state in IN_PLAY),
            _is_late(one, today),
        )
        for one in found
    )


def _is_late(found: Batch, today: date) -> bool:
    return found.due_on is not None and today > found.due_on


def sheet(house: House, account: Account, batch_id: str) -> Sheet:
    """Return a batch as an account sees it.

    Raises: NotFoundError for one that does not concern them.
    """
    case = approval(house, batch_id)
    with house.reading() as session:
        seat = seat_of(session, account)
        found = batch_for(session, seat, batch_id)
        demands = service.demands(session, found.id)
        everybody = service.candidates(session, found.id)
        titles = proposing.titles_of(session, demands)
        mine = [one for one in demands if seat.whole or one.new.unit == seat.unit]
        posts = [PostLine(one, titles[one.id], _going(seat, everybody, one)) for one in mine]
        return Sheet(
            batch=found,
            whole=seat.whole,
            state=BATCH_WORDS[found.state],
            steps=_steps(found),
            late=_is_late(found, house.today()),
            posts=tuple(posts),
            shares=_shares(session, seat, found.id, everybody),
            people=_people(session, seat, everybody, titles),
            acts=acts_of(seat, found),
            moves=service.moves(session, found.id) if seat.whole else (),
            takes_demands=found.state in TAKES_DEMANDS and seat.may(Act.BATCH_DEMAND),
            takes_nominations=found.state in TAKES_NOMINATIONS and seat.may(Act.BATCH_NOMINATE),
            approval=case[0].id if case and seat.whole else "",
            approval_step=case[1] if case and seat.whole else "",
            sent=len(postings.postings(session, batch=found.id)),
        )


def _going(seat: Seat, everybody: tuple[Candidate, ...], demand: Demand) -> int:
    there = [one for one in everybody if one.demand == demand.id]
    return sum(seat.whole or one.state in _KNOWN_TO_ALL for one in there)


def _steps(found: Batch) -> tuple[tuple[str, bool, bool], ...]:
    if found.state is BatchState.CANCELLED:
        return ((BATCH_WORDS[found.state], False, True),)
    at = WAY.index(found.state)
    return tuple((BATCH_WORDS[state], place < at, place == at) for place, state in enumerate(WAY))


def _shares(session: Session, seat: Seat, batch_id: BatchId, everybody: tuple[Candidate, ...]) -> tuple[ShareLine, ...]:
    units = {unit.id: unit for unit in people.units(session)}
    known = {one.unit: one for one in service.shares(session, batch_id)}
    lines = [
        ShareLine(
            known[unit],
            units[unit].code,
            units[unit].name,
            sum(one.unit == unit and one.state in IN_PLAY for one in everybody),
        )
        for unit in units
        if unit in known and (seat.whole or unit == seat.unit)
    ]
    return tuple(lines)


def _people(
    session: Session, seat: Seat, everybody: tuple[Candidate, ...], titles: Mapping[DemandId, str]
) -> tuple[PersonLine, ...]:
    shown = [one for one in everybody if seat.whole or one.unit == seat.unit]
    cards = people.people_by_ids(session, sorted({one.person for one in shown}))
    names = {unit.id: unit.short_name for unit in people.units(session)}
    lines = [
        PersonLine(
            one,
            cards[one.person],
            CANDIDATE_WORDS[one.state],
            titles.get(one.demand, "") if one.demand and (seat.whole or one.state in _KNOWN_TO_ALL) else "",
            "、".join(names[unit] for unit in one.wishes if unit in names),
        )
        for one in shown
        if one.person in cards
    ]
    return tuple(sorted(lines, key=lambda line: (line.card.unit_order, line.card.code)))


def acts_of(seat: Seat, found: Batch) -> tuple[BatchAct, ...]:
    """Return what somebody may do with a batch where it is."""
    if not seat.may(Act.BATCH_WORK):
        return ()
    rows = (BY_STATE_AND_ACT.get((found.state, act)) for act in BY_PERSONS)
    return tuple(row.act for row in rows if row is not None and Who.CADRES in row.who)
