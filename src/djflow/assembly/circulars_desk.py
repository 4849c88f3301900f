"""What the desk shows of circulars: the list, one with its answers, its figures, its draft; what the office does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Account
from djflow.accounts.model import Act as Right
from djflow.accounts.rules import may
from djflow.assembly import circulars as acts
from djflow.assembly.circulars import terms_of
from djflow.assembly.circulars_mine import figure_words
from djflow.assembly.circulars_scope import circular_for, title_of
from djflow.assembly.documents_acts import Preview
from djflow.assembly.house import House
from djflow.circulars import confirming, handing, service
from djflow.circulars.figures import shown
from djflow.circulars.model import (
    OVER,
    WRITABLE,
    Act,
    Answered,
    Circular,
    CircularState,
    Confirmation,
    Correction,
    Edition,
    Move,
    Snapshot,
    Terms,
    Verdict,
    Who,
)
from djflow.circulars.paragraphs import Draft, Problem, moved_words, problems_of, value_words
from djflow.circulars.ranking import Group, groups
from djflow.circulars.sources import gather
from djflow.circulars.text import tables
from djflow.circulars.transitions import BY_STATE_AND_ACT
from djflow.core.errors import InputError, NotFoundError
from djflow.core.sections import Section
from djflow.documents.official.model import Table

OFFICE_ACTS = (Act.ASK, Act.CLOSE, Act.RECOLLECT, Act.SUBMIT, Act.HAND)
"""What the office does by a button alone."""
STOPS = (Act.RETURN, Act.DROP)
"""What needs a reason."""
LIFE = (
    *(CircularState.COLLECTED, CircularState.CONFIRMING, CircularState.DRAFTED, CircularState.REVIEW),
    *(CircularState.HANDED, CircularState.ISSUED, CircularState.ARCHIVED),
)
"""The usual way of a circular, for showing how far it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """A circular in the list, with the units that have not answered and the corrections nobody decided."""

    circular: Circular
    title: str
    waiting: int
    undecided: int


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A correction in words; why it was made and what the unit was told are for the office alone."""

    correction: Correction
    unit: str
    name: str
    shown: str
    claimed: str
    reason: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Can:
    """What somebody may do with a circular now."""

    acts: tuple[Act, ...]
    stops: tuple[Act, ...]
    decides: bool
    edits: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One circular with its answers, corrections and steps."""

    circular: Circular
    title: str
    confirmations: tuple[Confirmation, ...]
    claims: tuple[ClaimLine, ...]
    moves: tuple[Move, ...]
    reasons: tuple[tuple[Act, datetime, str], ...] = field(repr=False)
    can: Can

    def answered(self, word: Answered) -> int:
        """Return how many units answered so."""
        return sum(one.answered is word for one in self.confirmations)


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator of the whole district in words: now, and how it moved since the period before."""

    name: str
    now: str
    moved: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """One programme: its figures of the whole, and why something has none."""

    title: str
    rows: tuple[Row, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The newest figures as they may be published: small samples left out."""

    edition: Edition
    sections: tuple[SectionView, ...]
    tables: tuple[Table, ...]
    problems: tuple[Problem, ...]
    ranked: tuple[Group, ...]


def lines(house: House, *, past: bool) -> tuple[Line, ...]:
    """Return the circulars under way, or those over, newest first."""
    terms = terms_of(house)
    with house.reading() as session:
        found = service.circulars(session, OVER if past else set(CircularState) - OVER)
        return tuple(_line(session, terms, one) for one in found)


def _line(session: Session, terms: Terms, found: Circular) -> Line:
    if found.state is not CircularState.CONFIRMING:
        return Line(found, title_of(terms, found), 0, 0)
    silent = sum(one.answered is Answered.ASKED for one in service.confirmations(session, found.id))
    undecided = sum(one.verdict is Verdict.OPEN for one in confirming.corrections(session, found.id))
    return Line(found, title_of(terms, found), silent, undecided)


def sheet(house: House, account: Account, circular_id: str) -> Sheet:
    """Return one circular; raises NotFoundError for what an account may not see whole."""
    terms, runs = terms_of(house), may(account.roles, Right.CIRCULAR_RUN)
    with house.reading() as session:
        found = circular_for(session, account, circular_id)
        snapshot = service.edition(session, found.id).snapshot
        asked = service.confirmations(session, found.id)
        names = {one.unit: one.name for one in asked} | {one.id: one.name for one in snapshot.units}
        claims = tuple(
            _claim(session, one, snapshot, names.get(one.unit, ""), (runs, terms.min_n))
            for one in confirming.corrections(session, found.id)
        )
        return Sheet(
            circular=found,
            title=title_of(terms, found),
            confirmations=asked,
            claims=claims,
            moves=service.moves(session, found.id),
            reasons=service.reasons(session, found.id) if runs else (),
            can=_can(found, runs=runs),
        )


def _can(found: Circular, *, runs: bool) -> Can:
    def possible(acts: tuple[Act, ...]) -> tuple[Act, ...]:
        return tuple(act for act in acts if runs and (found.state, act) in BY_STATE_AND_ACT)

    return Can(
        acts=possible(OFFICE_ACTS),
        stops=possible(STOPS),
        decides=runs and found.state is CircularState.CONFIRMING,
        edits=runs and found.state in WRITABLE,
    )


def _claim(session: Session, one: Correction, snapshot: Snapshot, unit: str, how: tuple[bool, int]) -> ClaimLine:
    runs, least = how
    reason, answer = confirming.claim_words(session, one.id) if runs else ("", "")
    section = next((part for part in snapshot.sections if part.code == one.section), None)
    indicator = next((part for part in section.indicators if part.code == one.code), None) if section else None
    short = next((part for part in section.shortfalls if part.code == one.code), None) if section else None
    name = indicator.name if indicator else short.what if short else one.code
    return ClaimLine(
        correction=one,
        unit=unit,
        name=f"{section.title}：{name}" if section else name,
        shown=figure_words(indicator, one.shown, least),
        claimed=figure_words(indicator, one.claimed, least),
        reason=reason,
        answer=answer,
    )


def figures(house: House, circular_id: str) -> Figures:
    """Return the newest figures with those of the period before, the units in tables, and the ranking."""
    terms = terms_of(house)
    with house.reading() as session:
        edition = service.edition(session, circular_id)
    snapshot = edition.snapshot
    before = {one.code: one for one in snapshot.previous}
    return Figures(
        edition=edition,
        sections=tuple(_section(one, before.get(one.code), terms) for one in snapshot.sections),
        tables=tuple(tables(snapshot, terms)),
        problems=problems_of(snapshot),
        ranked=tuple(one for one in groups(snapshot, terms) if one.standings),
    )


def _section(section: Section, before: Section | None, terms: Terms) -> SectionView:
    rows = []
    for one in section.indicators:
        now = shown(one, section.totals.get(one.code), least=terms.min_n)
        then = shown(one, before.totals.get(one.code) if before else None, least=terms.min_n)
        words = value_words(one, now, terms)
        if words:
            rows.append(Row(one.name, words, moved_words(one, now, then, terms)))
    return SectionView(section.title, tuple(rows), section.lacking)


def draft(house: House, circular_id: str) -> Draft:
    """Return a circular as it would be printed; raises what `handing.draft` raises."""
    with house.reading() as session:
        return handing.draft(session, circular_id, terms=terms_of(house))


def preview(house: House, circular_id: str, *, word: bool) -> Preview:
    """Return a circular as PDF, or as .docx when wanted or where the machine has no fonts.

    Raises: what the renderer raises.
    """
    from djflow.documents.official.rendering import render  # noqa: PLC0415 - heavy

    paper = acts.printed(house, circular_id)
    made = render(paper, now=house.now())
    if word or made.pdf is None:
        return Preview(f"{paper.title}.docx", made.docx)
    return Preview(f"{paper.title}.pdf", made.pdf)


def act(house: House, circular_id: str, wanted: Act, *, by: str) -> None:
    """Do what a button alone does; raises what the services raise, InputError for what is no button."""
    if wanted is Act.HAND:
        acts.hand_over(house, circular_id, by=by)
        return
    terms, now = terms_of(house), house.now()
    with house.transaction() as session:
        match wanted:
            case Act.ASK:
                service.ask(session, circular_id, Who.OFFICE, terms=terms, by=by, now=now)
            case Act.CLOSE:
                service.close(session, circular_id, Who.OFFICE, by=by, now=now)
            case Act.RECOLLECT:
                found = service.opened(session, circular_id)
                policy = service.policy_of(terms, found.kind)
                told = gather(session, found.period, policy, terms.calendar, now)
                service.recollect(session, circular_id, told, terms=terms, by=by, now=now)
            case Act.SUBMIT:
                service.submit(session, circular_id, Who.OFFICE, by=by, now=now)
            case _:
                raise InputError("没有这个办法：请从页面上的按钮办理。", code="circular.act")


def stop(house: House, circular_id: str, wanted: Act, reason: str, *, by: str) -> Circular:
    """Send a draft back, or drop a circular; raises what the services raise, InputError for what is no button."""
    ways = {Act.RETURN: acts.send_back, Act.DROP: acts.drop}
    if wanted not in ways:
        raise InputError("没有这个办法：请从页面上的按钮办理。", code="circular.act")
    return ways[wanted](house, circular_id, reason, by=by)


def decide(house: House, circular_id: str, correction_id: str, verdict: Verdict, answer: str, *, by: str) -> Correction:
    """Accept a correction or decline it; raises what `confirming.decide` raises."""
    with house.transaction() as session:
        if all(one.id != correction_id for one in confirming.corrections(session, circular_id)):
            raise NotFoundError("没有这条更正：请刷新后再试。", code="circular.claim_unknown")
        return confirming.decide(session, correction_id, verdict, answer, by=by, now=house.now())


def edit(house: House, circular_id: str, place: str, text: str, *, by: str) -> None:
    """Put the coordinator's words in the place of a paragraph; raises what `handing.edit` raises."""
    with house.transaction() as session:
        handing.edit(session, circular_id, place, text, terms=terms_of(house), by=by, now=house.now())


def answers(found: Sheet) -> Mapping[Answered, int]:
    """Return how many units gave each answer."""
    return {word: found.answered(word) for word in Answered}
