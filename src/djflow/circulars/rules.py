"""What may be collected, asked, claimed and written; how accepted claims change figures. Pure: no I/O, no clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from djflow.circulars.model import (
    MAX_PARAGRAPH,
    MAX_REASON,
    Correction,
    Gathered,
    NamedUnit,
    NewCorrection,
    Snapshot,
)
from djflow.circulars.periods import Period
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Measured, Section, Shortfall
from djflow.core.typed import cleaned
from djflow.people.model import Unit

MOST = 1_000_000


def require_period(period: Period, *, today: date) -> Period:
    """Return a period that is over.

    Raises: RuleError for one that has not begun or still runs.
    """
    if period.span.first > today:
        raise RuleError(f"{period.title}还没有开始，不能写通报：请核对期间。", code="circular.future")
    if period.span.last >= today:
        raise RuleError(f"{period.title}到{period.span.last:%m月%d日}才结束，请过后再汇总。", code="circular.running")
    return period


def require_data(period: Period, sections: Sequence[Section]) -> None:
    """Refuse a period of which no programme has a figure.

    Raises: RuleError saying which programmes were asked.
    """
    if not any(_says_something(one) for one in sections):
        asked = "、".join(one.title for one in sections) or "各项工作"
        raise RuleError(
            f"{period.title}没有数据（{asked}都没有记录），没有生成通报：请核对期间。", code="circular.empty"
        )


def _says_something(section: Section) -> bool:
    figures = [*section.totals.values(), *(one for unit in section.units.values() for one in unit.values())]
    return any(one.part or one.whole for one in figures) or bool(section.shortfalls)


def frozen(gathered: Gathered, units: Sequence[Unit]) -> Snapshot:
    """Return what was gathered with the names of the units as they are called now, in official order."""
    sections, previous = _ordered(gathered.sections), _ordered(gathered.previous)
    snapshot = Snapshot(sections, previous, (), gathered.overdue)
    named = concerned(snapshot) | concerned(Snapshot(previous, (), ()))
    known = [NamedUnit(one.id, one.name, one.entry.kind, place) for place, one in enumerate(units) if one.id in named]
    missing = named - {one.id for one in known}
    if missing:
        raise NotFoundError(
            f"有 {len(missing)} 个单位在数据里，但单位表里没有：请先登记单位再汇总。", code="circular.unit"
        )
    return replace(snapshot, units=tuple(known))


def _ordered(sections: Iterable[Section]) -> tuple[Section, ...]:
    return tuple(sorted(sections, key=lambda one: (one.order, one.code)))


def concerned(snapshot: Snapshot) -> frozenset[UnitId]:
    """Return the units a circular would name."""
    return frozenset(
        {unit for one in snapshot.sections for unit, figures in one.units.items() if figures}
        | {short.unit for one in snapshot.sections for short in one.shortfalls}
        | {one.unit for one in snapshot.overdue}
    )


def changed(before: Snapshot, after: Snapshot) -> frozenset[UnitId]:
    """Return the units of which two snapshots say different things."""
    return frozenset(
        unit for unit in concerned(before) | concerned(after) if of_unit(before, unit) != of_unit(after, unit)
    )


def of_unit(snapshot: Snapshot, unit: UnitId) -> Snapshot:
    """Return only what a snapshot says of one unit, the totals left out: what the unit is asked to confirm."""

    def part(section: Section) -> Section:
        mine = section.units.get(unit)
        return replace(
            section,
            totals={},
            units={unit: mine} if mine else {},
            shortfalls=tuple(one for one in section.shortfalls if one.unit == unit),
            notes=(),
            lacking=(),
        )

    sections = tuple(part(one) for one in snapshot.sections)
    return Snapshot(
        tuple(one for one in sections if one.units or one.shortfalls),
        (),
        tuple(one for one in snapshot.units if one.id == unit),
        tuple(one for one in snapshot.overdue if one.unit == unit),
    )


def shown_figure(snapshot: Snapshot, unit: UnitId, section: str, code: str) -> Figure | None:
    """Return the figure of a unit by the code of an indicator or of a shortfall, None when there is none."""
    for one in snapshot.sections:
        if one.code != section:
            continue
        figure = one.units.get(unit, {}).get(code)
        if figure is not None:
            return figure
        for short in one.shortfalls:
            if short.unit == unit and short.code == code:
                return Figure(short.count)
    return None


def require_correction(snapshot: Snapshot, new: NewCorrection) -> tuple[NewCorrection, Figure]:
    """Return a claim with its cleaned reason, and the figure it contests.

    Raises: InputError for a figure that cannot be or does not differ, a missing or over-long reason; NotFoundError.
    """
    shown = shown_figure(snapshot, new.unit, new.section, new.code)
    if shown is None:
        raise NotFoundError("这次通报没有贵单位的这项数据，不能更正：请刷新后再看。", code="circular.figure")
    claimed = new.claimed
    if not 0 <= claimed.part <= MOST or (claimed.whole is not None and not 0 <= claimed.whole <= MOST):
        raise InputError(f"更正的数应在 0 到 {MOST} 之间。", code="circular.claim")
    if (shown.whole is None) != (claimed.whole is None):
        needs = "要写两个数（如 38/40）" if shown.whole is not None else "只写一个数"
        raise InputError(f"这项数据的更正{needs}。", code="circular.claim")
    if _is_rate(snapshot, new) and claimed.whole is not None and claimed.part > claimed.whole:
        raise InputError("更正的比率超过了 100%：前一个数不能大于后一个。", code="circular.claim")
    if claimed == shown:
        raise InputError("更正的数与通报里的一样：没有出入请直接确认。", code="circular.claim")
    return replace(new, reason=require_words(new.reason, "更正理由", MAX_REASON)), shown


def _is_rate(snapshot: Snapshot, new: NewCorrection) -> bool:
    found = (one for section in snapshot.sections if section.code == new.section for one in section.indicators)
    return any(one.code == new.code and one.measured is Measured.RATE for one in found)


def require_words(text: str, what: str, most: int = MAX_REASON, *, needed: bool = True) -> str:
    """Return typed words, cleaned.

    Raises: InputError for missing or over-long ones.
    """
    words = cleaned(text)
    if needed and not words:
        raise InputError(f"请写明{what}。", code="circular.words")
    if len(words) > most:
        raise InputError(f"{what}有 {len(words)} 个字，最多 {most} 个，请缩短。", code="circular.words")
    return words


def require_paragraph(text: str) -> str:
    """Return a paragraph as the coordinator wrote it; empty means: as the figures give it.

    Raises: InputError for an over-long one, or one of several paragraphs.
    """
    words = require_words(text, "这一段", MAX_PARAGRAPH, needed=False)
    if "\n" in words:
        raise InputError("一次只改一段：请不要换行。", code="circular.paragraph")
    return words


def corrected(snapshot: Snapshot, accepted: Iterable[Correction]) -> Snapshot:
    """Return a snapshot in which accepted claims stand, oldest first.

    A claim counts while the figure it contested is still there: once the programme's own record was mended, it is over.
    A total follows when it is the sum of its units; another total stands as it was.
    """
    for one in accepted:
        if shown_figure(snapshot, one.unit, one.section, one.code) == one.shown:
            sections = tuple(_amended(section, one) for section in snapshot.sections)
            snapshot = replace(snapshot, sections=sections)
    return snapshot


def _amended(section: Section, claim: Correction) -> Section:
    if section.code != claim.section:
        return section
    mine = section.units.get(claim.unit, {})
    if claim.code not in mine:
        shortfalls = (_shortened(one, claim) for one in section.shortfalls)
        return replace(section, shortfalls=tuple(one for one in shortfalls if one.count))
    units = {**section.units, claim.unit: {**mine, claim.code: claim.claimed}}
    totals = dict(section.totals)
    if sums_up(section, claim.code):
        totals[claim.code] = _sum(units, claim.code)
    return replace(section, units=units, totals=totals)


def _shortened(short: Shortfall, claim: Correction) -> Shortfall:
    if short.unit != claim.unit or short.code != claim.code:
        return short
    return replace(short, count=claim.claimed.part)


def sums_up(section: Section, code: str) -> bool:
    """Return whether the total of an indicator is the sum of its units' figures."""
    return code in section.totals and section.totals[code] == _sum(section.units, code)


def _sum(units: Mapping[UnitId, Mapping[str, Figure]], code: str) -> Figure:
    found = [figures[code] for figures in units.values() if code in figures]
    wholes = [one.whole for one in found if one.whole is not None]
    return Figure(sum(one.part for one in found), sum(wholes) if wholes else None)


def to_ask(snapshot: Snapshot, active: Collection[UnitId]) -> tuple[NamedUnit, ...]:
    """Return the units to be asked, in official order: those named that have not been closed since."""
    named = concerned(snapshot)
    return tuple(one for one in snapshot.units if one.id in named and one.id in active)
