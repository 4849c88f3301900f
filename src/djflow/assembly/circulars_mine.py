"""What a unit sees of circulars and does with them: its own figures, confirmed or corrected, with what was decided.

The same at the desk and on the phone. Nobody sees the figures of another unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from djflow.accounts import answering
from djflow.accounts.model import Account
from djflow.assembly.circulars import terms_of
from djflow.assembly.circulars_scope import asked_of, scope_of, title_of
from djflow.assembly.house import House
from djflow.circulars import confirming, service
from djflow.circulars.figures import Seen, shown, unit_of
from djflow.circulars.model import (
    OVER,
    Answered,
    Circular,
    CircularState,
    Confirmation,
    Correction,
    NewCorrection,
    Overdue,
    Verdict,
)
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.core.sections import Figure, Indicator, Measured, Section


@dataclass(frozen=True, slots=True)
class MyCircular:
    """A circular with what the own unit answered."""

    circular: Circular
    title: str
    unit: UnitId
    unit_name: str
    confirmation: Confirmation

    @property
    def waits(self) -> bool:
        """Whether the unit is still to answer."""
        return self.circular.state is CircularState.CONFIRMING and self.confirmation.answered is Answered.ASKED


@dataclass(frozen=True, slots=True)
class Claim:
    """What the unit last claimed of a figure, in words, with its reason and what it was told."""

    claimed: str
    verdict: Verdict
    reason: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MyFigure:
    """A figure of the unit: by which codes it is corrected, how it reads, the claim that stands on it."""

    section: str
    code: str
    name: str
    words: str
    figure: Figure
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class MySection:
    """The figures of one programme."""

    title: str
    figures: tuple[MyFigure, ...]


@dataclass(frozen=True, slots=True)
class MySheet:
    """What a circular says of the own unit, and what may be done now."""

    mine: MyCircular
    sections: tuple[MySection, ...]
    overdue: tuple[Overdue, ...]
    confirms: bool
    corrects: bool


def own(house: House, person: PersonId) -> tuple[MyCircular, ...]:
    """Return the circulars under way that somebody answers to for a unit, newest first."""
    with house.reading() as session:
        units = answering.units_of(session, person)
        return _of_units(house, session, service.running(session), units) if units else ()


def waiting(house: House, person: PersonId) -> tuple[MyCircular, ...]:
    """Return the circulars whose figures wait for somebody."""
    with house.reading() as session:
        units = answering.units_of(session, person)
        asking = service.circulars(session, {CircularState.CONFIRMING}) if units else ()
        return tuple(one for one in _of_units(house, session, asking, units) if one.waits)


def of_account(house: House, account: Account, *, past: bool) -> tuple[MyCircular, ...]:
    """Return the circulars an account's unit was asked about, under way or over, newest first."""
    with house.reading() as session:
        unit = scope_of(session, account).unit
        states = OVER if past else set(CircularState) - OVER
        return _of_units(house, session, service.circulars(session, states), [unit]) if unit else ()


def _of_units(
    house: House, session: Session, found: Sequence[Circular], units: Sequence[UnitId]
) -> tuple[MyCircular, ...]:
    terms = terms_of(house)
    return tuple(
        MyCircular(circular, title_of(terms, circular), one.unit, one.name, one)
        for circular in found
        for one in service.confirmations(session, circular.id)
        if one.unit in units
    )


def sheet(house: House, circular_id: str, unit: UnitId) -> MySheet:
    """Return what a circular says of a unit.

    Raises: NotFoundError when the unit was not asked.
    """
    terms = terms_of(house)
    with house.reading() as session:
        found, answered = asked_of(session, circular_id, unit)
        snapshot = confirming.shown(session, circular_id, unit)
        named = {(section.code, one.code): one for section in snapshot.sections for one in section.indicators}
        claims: dict[tuple[str, str], Claim] = {}
        for one in confirming.corrections(session, circular_id):
            if one.unit == unit:
                key = (one.section, one.code)
                claims[key] = _claim(session, one, named.get(key), terms.min_n)
    mine = MyCircular(found, title_of(terms, found), unit, answered.name, answered)
    asking = found.state is CircularState.CONFIRMING
    waits = any(one.verdict is Verdict.OPEN for one in claims.values())
    return MySheet(
        mine=mine,
        sections=tuple(_section(one, unit, claims, terms.min_n) for one in snapshot.sections),
        overdue=snapshot.overdue,
        confirms=asking and answered.answered is not Answered.CONFIRMED and not waits,
        corrects=asking,
    )


def _claim(session: Session, one: Correction, indicator: Indicator | None, least: int) -> Claim:
    reason, answer = confirming.claim_words(session, one.id)
    return Claim(figure_words(indicator, one.claimed, least), one.verdict, reason, answer)


def _section(section: Section, unit: UnitId, claims: dict[tuple[str, str], Claim], least: int) -> MySection:
    mine = section.units.get(unit, {})
    rows = [
        (one.code, one.name, figure_words(one, mine[one.code], least), mine[one.code])
        for one in section.indicators
        if one.code in mine
    ]
    rows += [(one.code, one.what, f"{one.count}{one.noun}", Figure(one.count)) for one in section.shortfalls]
    return MySection(
        section.title,
        tuple(
            MyFigure(section.code, code, name, words, figure, claims.get((section.code, code)))
            for code, name, words, figure in rows
        ),
    )


def figure_words(indicator: Indicator | None, figure: Figure, least: int) -> str:
    """Return a figure with both its numbers, for whoever has to look whether they are right; None for a shortfall."""
    if indicator is None:
        return str(figure.part)
    if indicator.measured is Measured.COUNT or figure.whole is None:
        return f"{figure.part}{indicator.noun}"
    numbers = f"{figure.part}/{figure.whole}{indicator.noun}"
    seen = shown(indicator, figure, least=least)
    if seen.seen is Seen.SMALL:
        return f"{numbers}（样本不足{least}，不公布数值）"
    return f"{seen.value}{unit_of(indicator)}（{numbers}）" if seen.seen is Seen.VALUE else numbers


def unit_for(house: House, person: PersonId, unit: str) -> UnitId:
    """Return a unit somebody answers for.

    Raises: NotFoundError for another one.
    """
    with house.reading() as session:
        for one in answering.units_of(session, person):
            if one == unit:
                return one
    raise NotFoundError("没有这份通报，或没有请您的单位核对：请返回查看。", code="circular.unknown")


def unit_of_account(house: House, account: Account, circular_id: str) -> UnitId:
    """Return the unit for which an account answers to a circular; raises NotFoundError when it was not asked."""
    with house.reading() as session:
        _, one = asked_of(session, circular_id, scope_of(session, account).unit)
        return one.unit


def confirm(house: House, circular_id: str, unit: UnitId, *, by: str) -> Confirmation:
    """Note that a unit found its figures right; raises what `confirming.confirm` raises."""
    with house.transaction() as session:
        asked_of(session, circular_id, unit)
        return confirming.confirm(session, circular_id, unit, by=by, now=house.now())


def correct(house: House, circular_id: str, new: NewCorrection, *, by: str) -> Correction:
    """Take a unit's claim that a figure is wrong; raises what `confirming.correct` raises."""
    with house.transaction() as session:
        asked_of(session, circular_id, new.unit)
        return confirming.correct(session, circular_id, new, by=by, now=house.now())


def typed(unit: UnitId, place: tuple[str, str], numbers: tuple[str, str], reason: str) -> NewCorrection:
    """Return a claim as it was typed: the codes of its section and figure, the right number and what it is out of.

    Raises: InputError for what is no number.
    """
    part, whole = (_number(one) for one in numbers)
    if part is None:
        raise InputError("请写明应是多少。", code="circular.claim")
    return NewCorrection(unit, *place, Figure(part, whole), reason)


def _number(text: str) -> int | None:
    words = text.strip()
    if not words:
        return None
    if not (words.isascii() and words.isdigit() and len(words) <= 7):
        raise InputError("更正的数只写数字，如 38。", code="circular.claim")
    return int(words)
