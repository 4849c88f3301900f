"""Rotation as flows and pages ask for it: what is due, proposals kept, one accepted or declined, approvals followed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from djflow.assembly.approval_office import office_of
from djflow.assembly.dispatch_question import ask, due_of
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import ConflictError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import KIND_WORDS, Terms
from djflow.dispatch.postings import rules as posting_rules
from djflow.dispatch.postings import service as postings
from djflow.dispatch.rotation import service
from djflow.dispatch.rotation.model import (
    PROPOSAL_WORDS,
    Chain,
    DeclineReason,
    Due,
    Move,
    NewProposal,
    Plan,
    PlannedMove,
    Proposal,
    ProposalState,
    Question,
)
from djflow.dispatch.rotation.solver import propose
from djflow.people import service as people
from djflow.people.model import PersonCard, Unit

Row = Mapping[str, str | int]
_HALF_A_YEAR = timedelta(days=180)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found: terms due, open proposals, and rows by codes for artifacts."""

    due: tuple[Due, ...]
    open: tuple[Proposal, ...]
    due_rows: tuple[Row, ...]
    rows: tuple[Row, ...]

    @property
    def empty(self) -> int:
        """How many due seats nobody was found for."""
        return sum(not one.new.moves for one in self.open)


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of accepted proposals: appointed, refused, waiting; `blocked` says what keeps one, by number."""

    appointed: int
    refused: int
    waiting: int
    blocked: tuple[str, ...] = ()


def run(house: House, on: date, *, by: str) -> Found:
    """Propose successors for everything due on a day, keep the proposals, and return them; again changes nothing."""
    with house.transaction() as session:
        question, due = ask(house, session, on)
        plan = propose(question)
        terms = dispatch_terms(house)
        kept = service.keep(session, tuple(_new(session, terms, question, plan, one) for one in due), by=by,
                            now=house.now())  # fmt: skip
        return Found(due, kept, _due_rows(session, due), _rows(session, kept))


def found(house: House, on: date) -> Found:
    """Return what is due and which proposals are open, without making any."""
    with house.reading() as session:
        due = due_of(session, dispatch_terms(house), on)
        kept = service.proposals(session, {ProposalState.OPEN})
        return Found(due, kept, _due_rows(session, due), _rows(session, kept))


def accept(house: House, number: str, *, by: str) -> Proposal:
    """Send a proposal to its approvers; raises what `rotation.service.accept` raises."""
    with house.transaction() as session:
        known = service.proposal(session, number)
        return service.accept(session, known.id, office=office_of(house), by=by, now=house.now())


def decline(house: House, number: str, reason: DeclineReason, *, by: str) -> Proposal:
    """Put a proposal away; raises what `rotation.service.decline` raises."""
    with house.transaction() as session:
        known = service.proposal(session, number)
        return service.decline(session, known.id, reason, by=by, now=house.now())


def follow(house: House, *, by: str) -> Followed:
    """Do what approvals have decided about accepted proposals, each in a transaction of its own; twice is once."""
    with house.reading() as session:
        waiting = [(one.id, one.number) for one in service.pending(session)]
    states, blocked = list[ProposalState](), list[str]()
    for proposal_id, number in waiting:
        try:
            with house.transaction() as session:
                done = service.follow(session, proposal_id, dispatch_terms(house), by=by, now=house.now())
                states.append(done.state)
        except (ConflictError, RuleError) as error:
            blocked.append(f"{number}：{error.message}")
    return Followed(
        appointed=states.count(ProposalState.APPOINTED),
        refused=states.count(ProposalState.DECLINED),
        waiting=states.count(ProposalState.ACCEPTED),
        blocked=tuple(blocked),
    )


def open_numbers(house: House) -> tuple[str, ...]:
    """Return the numbers of proposals that wait for an answer."""
    with house.reading() as session:
        return tuple(one.number for one in service.proposals(session, {ProposalState.OPEN}))


def explained_rows(house: House, number: str) -> tuple[Row, ...]:
    """Return why, candidate by candidate, by codes."""
    with house.reading() as session:
        one = service.proposal(session, number)
        codes = _cards(session, [line.person for line in one.new.explained])
    return tuple(
        {
            "方案": number,
            "顺序": line.rank or "—",
            "工号": codes[line.person].code,
            "距上次选派（年）": f"{line.score.tenths / 10:.1f}" if not line.score.never else "从未",
            "年数分": line.score.years,
            "从未选派分": line.score.never,
            "近期值班扣分": line.score.overtime,
            "合计": line.score.total,
            "抽签": line.score.lot,
            "结论": "入选" if line.chosen else "可接任" if line.allowed else "不能接任",
            "说明": "；".join(line.remarks),
        }
        for line in one.new.explained[:_SHOWN]
    )


def _new(session: Session, terms: Terms, question: Question, plan: Plan, due: Due) -> NewProposal:
    chain = next((one for one in plan.chains if one.seat == due.term.id), Chain(due.term.id))
    mine = tuple(one for one in plan.explained if one.seat == due.term.id)
    return NewProposal(
        seat=due.term.id,
        kind=due.term.kind,
        host=due.term.host,
        title=due.term.title,
        due_on=due.term.span.last,
        seed=question.seed,
        moves=tuple(_planned(session, terms, question, one) for one in chain.moves),
        explained=mine,
    )


def _planned(session: Session, terms: Terms, question: Question, move: Move) -> PlannedMove:
    seat = next(one for one in question.seats if one.id == move.seat)
    home = next(one.unit for one in question.candidates if one.person == move.person)
    if move.seat.startswith("key:"):
        return PlannedMove(move, home, seat.unit, seat.title, DateSpan(move.first, move.first))
    before = postings.posting(session, move.seat)
    policy = terms.valid(before.new.kind, move.first)
    months = policy.term_months if policy else 12
    last = posting_rules.last_day_after(move.first, months)
    if seat.vacant and before.first_end - move.first >= _HALF_A_YEAR:
        last = before.first_end
    return PlannedMove(
        move, home, before.new.host, seat.title, DateSpan(move.first, last), before.new.kind, replaces=before.id
    )


def _due_rows(session: Session, due: tuple[Due, ...]) -> tuple[Row, ...]:
    cards, units = _cards(session, [one.term.person for one in due]), _units(session)
    return tuple(
        {
            "批次": KIND_WORDS[one.term.kind],
            "接收单位": units[one.term.host].short_name,
            "岗位": one.term.title,
            "现任工号": cards[one.term.person].code,
            "派出单位": units[one.term.home].short_name,
            "到期": one.term.span.last.isoformat(),
            "还有（天）": one.days_left,
            "提醒": "空缺待补" if one.term.vacated else f"{one.within}天内到期" if one.days_left >= 0 else "已过期",
        }
        for one in due
    )


def _rows(session: Session, kept: tuple[Proposal, ...]) -> tuple[Row, ...]:
    cards = _cards(session, [planned.move.person for one in kept for planned in one.new.moves])
    units = _units(session)
    rows: list[Row] = []
    for one in kept:
        chain = " ← ".join(
            f"{units[planned.host].short_name}“{planned.title}”：{cards[planned.move.person].code}"
            for planned in one.new.moves
        )
        first = one.new.moves[0] if one.new.moves else None
        rows.append(
            {
                "方案": one.number,
                "接收单位": units[one.new.host].short_name,
                "岗位": one.new.title,
                "到期": one.new.due_on.isoformat(),
                "接任工号": cards[first.move.person].code if first else "没有合适人选",
                "接任时间": first.span.first.isoformat() if first else "",
                "交接（天）": first.move.overlap if first else 0,
                "交接": "不足" if any(planned.move.short for planned in one.new.moves) else "足够" if first else "",
                "接任链": chain,
                "状态": PROPOSAL_WORDS[one.state],
            }
        )
    return tuple(rows)


def _cards(session: Session, ids: list[PersonId]) -> Mapping[PersonId, PersonCard]:
    return people.people_by_ids(session, ids)


def _units(session: Session) -> Mapping[UnitId, Unit]:
    return {one.id: one for one in people.units(session)}
