"""Rotation as the desk shows it, with names: what is due, the proposals, one proposal with every candidate."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.assembly.dispatch_question import TO_CHECK, due_of
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.dispatch.policy.model import KIND_WORDS
from djflow.dispatch.rotation import service
from djflow.dispatch.rotation.model import (
    DECLINE_WORDS,
    PROPOSAL_WORDS,
    DeclineReason,
    Explained,
    Proposal,
    ProposalState,
)
from djflow.people import service as people

_ENDED = frozenset({ProposalState.APPOINTED, ProposalState.DECLINED})


@dataclass(frozen=True, slots=True)
class DueLine:
    """A term that ends, or a post left early."""

    kind: str
    host: str
    title: str
    who: str
    home: str
    last: date
    days_left: int
    vacant: bool


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One move of a chain, in words."""

    host: str
    title: str
    who: str
    unit: str
    first: date
    overlap: int
    short: bool
    done: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal, in words."""

    number: str
    state: str
    kind: str
    host: str
    title: str
    due_on: date
    moves: tuple[MoveLine, ...]
    open: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is due, proposals that wait for an answer or an approval, and those that are over."""

    due: tuple[DueLine, ...]
    open: tuple[ProposalLine, ...]
    ended: tuple[ProposalLine, ...]


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A candidate and why."""

    explained: Explained
    code: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One proposal with its candidates; `seed` draws the lots again."""

    line: ProposalLine
    candidates: tuple[CandidateLine, ...]
    seed: int

    @property
    def unchecked(self) -> bool:
        """Whether something about the one chosen is still to be found out."""
        chosen = (one.explained.remarks for one in self.candidates if one.explained.chosen)
        return any(TO_CHECK in remark for remarks in chosen for remark in remarks)


def overview(house: House) -> Overview:
    """Return what is due and the proposals of the house."""
    today = house.today()
    with house.reading() as session:
        due = due_of(session, dispatch_terms(house), today)
        cards = people.people_by_ids(session, [one.term.person for one in due])
        units = {one.id: one.short_name for one in people.units(session)}
        found = service.proposals(session, {ProposalState.OPEN, ProposalState.ACCEPTED})
        ended = service.latest(session, _ENDED)
        lines = tuple(
            DueLine(
                kind=KIND_WORDS[one.term.kind],
                host=units[one.term.host],
                title=one.term.title,
                who=cards[one.term.person].name,
                home=units[one.term.home],
                last=one.term.span.last,
                days_left=one.days_left,
                vacant=one.term.vacated,
            )
            for one in due
        )
        return Overview(lines, _lines(session, found), _lines(session, ended))


def sheet(house: House, number: str) -> Sheet:
    """Return one proposal with every candidate.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        found = service.proposal(session, number)
        (line,) = _lines(session, (found,))
        cards = people.people_by_ids(session, [one.person for one in found.new.explained])
    candidates = tuple(
        CandidateLine(one, card.code, card.name, card.unit_name)
        for one in found.new.explained
        for card in (cards[one.person],)
    )
    return Sheet(line, candidates, found.new.seed)


def _lines(session: Session, found: tuple[Proposal, ...]) -> tuple[ProposalLine, ...]:
    cards = people.people_by_ids(session, [planned.move.person for one in found for planned in one.new.moves])
    units = {one.id: one.short_name for one in people.units(session)}
    return tuple(
        ProposalLine(
            number=one.number,
            state=PROPOSAL_WORDS[one.state],
            kind=KIND_WORDS[one.new.kind],
            host=units[one.new.host],
            title=one.new.title,
            due_on=one.new.due_on,
            moves=tuple(
                MoveLine(
                    host=units[planned.host],
                    title=planned.title,
                    who=cards[planned.move.person].name,
                    unit=units[planned.home],
                    first=planned.span.first,
                    overlap=planned.move.overlap,
                    short=planned.move.short,
                    done=bool(planned.posting),
                    waits=one.state is ProposalState.ACCEPTED and bool(service.waits_for(session, planned)),
                )
                for planned in one.new.moves
            ),
            open=one.state is ProposalState.OPEN,
            reason=_reason(one.reason),
        )
        for one in found
    )


def _reason(word: str) -> str:
    if not word:
        return ""
    return DECLINE_WORDS[DeclineReason(word)] if word in set(DeclineReason) else "审批未通过"
