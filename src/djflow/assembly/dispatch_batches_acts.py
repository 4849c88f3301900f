"""Acts on batches by accounts of the desk: whose batch it is is looked at in the same transaction as the act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy.orm import Session

from djflow.accounts.model import Account, Act
from djflow.assembly import dispatch_batches
from djflow.assembly.dispatch_batches_desk import Seat, batch_for, seat_of
from djflow.assembly.house import House
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.dispatch.batches import checking, deciding, leaving, nominating, proposing, publishing, service
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import (
    BATCH_ACT_WORDS,
    BatchAct,
    CandidateId,
    DemandId,
    NewDemand,
    Nomination,
    Who,
)
from djflow.dispatch.batches.proposals.model import Pin
from djflow.dispatch.batches.publicity.model import NewObjection
from djflow.people import service as people

T = TypeVar("T")
_UNIT_UNKNOWN = "没有这个单位，或不是您的单位：请核对编码。"


@dataclass(frozen=True, slots=True)
class Given:
    """What a form of an act says: the reason, and the round somebody saw."""

    reason: str = field(default="", repr=False)
    round: int = 0


_Doer = Callable[[Session, str, Given, Desk, str, datetime], object]
_DO: Mapping[BatchAct, _Doer] = MappingProxyType(
    {
        BatchAct.GRANT: lambda s, key, _, desk, by, now: service.grant(s, key, desk, by=by, now=now),
        BatchAct.CALL: lambda s, key, _, desk, by, now: service.call(s, key, desk, by=by, now=now),
        BatchAct.CLOSE_NOMINATIONS: lambda s, key, _, desk, by, now: checking.close_nominations(
            s, key, desk, by=by, now=now
        ),
        BatchAct.ASK_AGAIN: lambda s, key, given, desk, by, now: service.ask_again(
            s, key, given.reason, desk, by=by, now=now
        ),
        BatchAct.PROPOSE: lambda s, key, given, desk, by, now: proposing.propose(
            s, key, desk, by=by, now=now, seen_round=given.round
        ),
        BatchAct.SUBMIT: lambda s, key, given, desk, by, now: deciding.submit(
            s, key, given.round, desk, by=by, now=now
        ),
        BatchAct.TAKE_BACK: lambda s, key, _, desk, by, now: deciding.take_back(s, key, desk, by=by, now=now),
        BatchAct.POST: lambda s, key, _, desk, by, now: publishing.post(s, key, desk, by=by, now=now),
        BatchAct.GO_ON: lambda s, key, _, desk, by, now: publishing.go_on(s, key, desk, by=by, now=now),
        BatchAct.ACTIVATE: lambda s, key, _, desk, by, now: publishing.activate(s, key, desk, by=by, now=now),
        BatchAct.BEGIN_CLOSING: lambda s, key, _, desk, by, now: publishing.begin_closing(s, key, desk, by=by, now=now),
        BatchAct.ARCHIVE: lambda s, key, _, desk, by, now: publishing.archive(s, key, desk, by=by, now=now),
        BatchAct.CANCEL: lambda s, key, given, desk, by, now: publishing.cancel(
            s, key, given.reason, desk, by=by, now=now
        ),
    }
)
"""What the cadre section does with a batch as a whole."""


def _on(
    house: House,
    account: Account,
    batch_id: str,
    act: Act,
    do: Callable[[Session, Seat, Desk, datetime], T],
) -> T:
    def done(session: Session, desk: Desk, now: datetime) -> T:
        seat = seat_of(session, account, act)
        batch_for(session, seat, batch_id)
        return do(session, seat, desk, now)

    return dispatch_batches.act(house, done)


def step(house: House, account: Account, batch_id: str, act: BatchAct, given: Given) -> None:
    """Do an act on a batch as a whole.

    Raises: NotFoundError; what the act raises.
    """
    doer = _DO.get(act)
    if doer is None:
        raise RuleError(f"“{BATCH_ACT_WORDS[act]}”由审批、公示带出，不能单独办理。", code="batch.who")

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        doer(session, batch_id, given, desk, seat.by, now)

    _on(house, account, batch_id, Act.BATCH_WORK, do)


def demand(house: House, account: Account, batch_id: str, unit: str, new: NewDemand) -> None:
    """Take in what a host (by code) asks for; a township speaks for itself alone.

    Raises: NotFoundError for another unit; what `service.put_demand` raises.
    """

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        stated = _with_unit(session, seat, unit, new)
        service.put_demand(session, batch_id, stated, desk, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_DEMAND, do)


def _with_unit(session: Session, seat: Seat, code: str, new: NewDemand) -> NewDemand:
    return NewDemand(_unit(session, seat, code), new.title, new.places, new.specialty, new.village, new.team)


def _unit(session: Session, seat: Seat, code: str) -> UnitId:
    if not seat.whole and seat.unit is not None and not code:
        return seat.unit
    found = next((one.id for one in people.units(session) if one.code == code), None)
    if found is None or (not seat.whole and found != seat.unit):
        raise NotFoundError(_UNIT_UNKNOWN, code="batch.unit")
    return found


def withdraw_demand(house: House, account: Account, batch_id: str, demand_id: str, reason: str) -> None:
    """Take a demand back; a township its own alone. Raises: what `leaving.withdraw_demand` raises."""

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        mine = next((one for one in service.demands(session, batch_id) if one.id == demand_id), None)
        if mine is None or (not seat.whole and mine.new.unit != seat.unit):
            raise NotFoundError("没有这项需求，或不是您单位报的。", code="demand.unknown")
        leaving.withdraw_demand(session, batch_id, demand_id, reason, desk, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_DEMAND, do)


def set_quota(house: House, account: Account, batch_id: str, key: str, count: int) -> None:
    """Change what one post (`d:…`) is granted or one unit (`u:…`) is to nominate.

    Raises: what `service.set_quota` raises.
    """
    kind, _, ident = key.partition(":")

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        granted = {DemandId(ident): count} if kind == "d" else {}
        shares = {UnitId(ident): count} if kind == "u" else {}
        service.set_quota(session, batch_id, granted, shares, desk, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_WORK, do)


def nominate(
    house: House, account: Account, batch_id: str, person: str, wishes: tuple[str, ...], said: tuple[bool, bool]
) -> None:
    """Put somebody (by code) forward for their own unit; a liaison for the own unit alone.

    Raises: NotFoundError for somebody of another unit; what `nominating.nominate` raises.
    """

    def do(session: Session, seat: Seat, _desk: Desk, now: datetime) -> None:
        card = people.person_by_code(session, person)
        if not seat.whole and card.unit_id != seat.unit:
            raise NotFoundError("没有这名干部，或不是您单位的。", code="candidate.person")
        units = {unit.code: unit.id for unit in people.units(session)}
        unknown = [code for code in wishes if code not in units]
        if unknown:
            raise InputError(f"没有编码为 {'、'.join(unknown)} 的单位：请核对意向单位。", code="candidate.wishes")
        new = Nomination(card.id, tuple(units[code] for code in wishes), *said)
        nominating.nominate(session, batch_id, [(card.unit_id, new)], by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_NOMINATE, do)


def leave(house: House, account: Account, batch_id: str, candidate: str, reason: str, *, drop: bool) -> None:
    """Let somebody step back (a unit its own people alone), or drop somebody for the cadre section.

    Raises: what `leaving.withdraw` and `leaving.drop` raise.
    """

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        if not seat.whole and seat.unit is not None:
            nominating.own(session, batch_id, candidate, seat.unit)
        if drop:
            leaving.drop(session, batch_id, candidate, reason, desk, by=seat.by, now=now)
        else:
            who = Who.CADRES if seat.whole else Who.UNIT
            leaving.withdraw(session, batch_id, candidate, reason, desk, who=who, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_WORK if drop else Act.BATCH_NOMINATE, do)


def recheck(house: House, account: Account, batch_id: str) -> None:
    """Judge everybody anew; raises what `checking.check` raises."""

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        checking.check(session, batch_id, desk, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_WORK, do)


def settle_finding(house: House, account: Account, batch_id: str, finding: str, reason: str, *, passes: bool) -> None:
    """Settle a point to be checked; raises what `checking.settle` raises."""

    def do(session: Session, seat: Seat, _desk: Desk, now: datetime) -> None:
        checking.settle(session, batch_id, finding, reason, passes=passes, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_WORK, do)


def pin(house: House, account: Account, batch_id: str, candidate: str, demand_id: str, way: str) -> None:
    """Settle (`pin`), exclude (`ban`) or free (`free`) a pair; raises what `proposing.pin` raises."""
    wanted = Pin(CandidateId(candidate), DemandId(demand_id), banned=way == "ban")

    def do(session: Session, seat: Seat, _desk: Desk, now: datetime) -> None:
        act = proposing.unpin if way == "free" else proposing.pin
        act(session, batch_id, wanted, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_WORK, do)


def object_to(house: House, account: Account, batch_id: str, period: str, new: NewObjection) -> None:
    """Type in an objection that came by letter, visit or call; raises what `publishing.object_to` raises."""

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        publishing.object_to(session, period, new, desk, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_OBJECT, do)


def settle_objection(
    house: House, account: Account, batch_id: str, objection: str, reason: str, *, upheld: bool
) -> None:
    """Say what became of an objection; raises what `publishing.settle_objection` raises."""

    def do(session: Session, seat: Seat, desk: Desk, now: datetime) -> None:
        publishing.require_objection(session, batch_id, objection)
        publishing.settle_objection(session, objection, reason, desk, upheld=upheld, by=seat.by, now=now)

    _on(house, account, batch_id, Act.BATCH_OBJECT, do)
