"""Writes a circular from its frozen figures: overall, what was done well, problems, ranking, what is asked for.

A sentence without figures is not written and a part without sentences disappears; why a programme has no figures goes
to the coordinator, not into the text. Source: domain handbook, sections 4.1 and 4.5.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from djflow.circulars.figures import Seen, Shown, change, counted, shown, unit_of
from djflow.circulars.model import Circular, KindPolicy, NamedUnit, Override, Snapshot, Terms
from djflow.circulars.ranking import Group, Standing, groups, key_of, praised
from djflow.circulars.rules import require_paragraph, sums_up
from djflow.circulars.wording import fill, say
from djflow.core.errors import NotFoundError
from djflow.core.ids import UnitId
from djflow.core.sections import Indicator, Measured, Section
from djflow.documents.official.model import Cell, Table

OVERDUE = "overdue"
"""The code by which requirements name agreed items that are late."""
_MOST_FACTS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph at its `place`; level 1 is a heading. `own` is what the figures say, `text` what is printed.

    With a table the text is the table's caption.
    """

    place: str
    level: int
    own: str
    text: str
    table: Table | None = None

    @property
    def rewritten(self) -> bool:
        """Whether the coordinator's words stand here."""
        return self.text != self.own


@dataclass(frozen=True, slots=True)
class Draft:
    """A circular as it would be printed, and what the coordinator should know that is not printed."""

    title: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One sort of shortfall and the units that have it, the gravest first, then in official order."""

    code: str
    what: str
    noun: str
    units: tuple[tuple[NamedUnit, int], ...]

    @property
    def total(self) -> int:
        """How often in all."""
        return sum(count for _, count in self.units)


def compose(circular: Circular, snapshot: Snapshot, terms: Terms, overrides: Sequence[Override] = ()) -> Draft:
    """Return the draft of a circular from its figures, the coordinator's paragraphs laid over it.

    Raises: NotFoundError for a kind that is not configured; ConfigError for a word that is missing or has a field
    there is not.
    """
    policy = terms.kinds.get(circular.kind)
    if policy is None:
        raise NotFoundError(f"circulars.toml 里没有“{circular.kind}”这种通报，请补上。", code="circular.kind")
    ranked = groups(snapshot, terms)
    own = _written(circular, policy, snapshot, terms, ranked)
    by_place = {one.place: one for one in overrides}
    parts = tuple(_overlaid(one, by_place.get(one.place)) for one in own)
    notes = (*_notes(snapshot, terms), *_unused(own, overrides))
    title = say(terms.words, "title", period=circular.period.title, subject=policy.subject)
    return Draft(title, parts, notes)


def rewrite(draft: Draft, place: str, text: str, *, by: str, now: datetime) -> Override:
    """Return the coordinator's words for a paragraph, bound to the text they replace.

    Raises: NotFoundError for a place there is not; InputError for what is no paragraph.
    """
    part = next((one for one in draft.parts if one.place == place), None)
    if part is None:
        raise NotFoundError("初稿里没有这一段了：请刷新后再改。", code="circular.place")
    words = require_paragraph(text)
    return Override(place, "" if words == part.own else words, _hash(part.own), now, by)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _overlaid(part: Part, written: Override | None) -> Part:
    if written is None or written.replaced != _hash(part.own):
        return part
    return replace(part, text=written.text)


def _unused(own: Sequence[Part], overrides: Sequence[Override]) -> Iterator[str]:
    known = {one.place: _hash(one.own) for one in own}
    for one in overrides:
        if known.get(one.place) != one.replaced:
            yield f"数据变了，改写过的这一段没有采用：{one.text}"


def _written(
    circular: Circular, policy: KindPolicy, snapshot: Snapshot, terms: Terms, ranked: tuple[Group, ...]
) -> tuple[Part, ...]:
    problems = problems_of(snapshot)
    opening = say(terms.words, "opening", period=circular.period.title, subject=policy.subject)
    found = [_part("opening", 0, opening)]
    for name, parts in (
        ("overall", tuple(_overall(snapshot, terms))),
        ("praise", tuple(_praise(snapshot, terms, ranked))),
        ("problems", tuple(_problems(snapshot, terms, problems))),
        ("ranking", tuple(_ranking(terms, ranked))),
        ("requirements", tuple(_requirements(circular, snapshot, terms, problems))),
    ):
        if parts:
            found += [_part(name, 1, say(terms.words, name)), *parts]
    return tuple(found)


def _part(place: str, level: int, text: str, table: Table | None = None) -> Part:
    return Part(place, level, text, text, table)


def _overall(snapshot: Snapshot, terms: Terms) -> Iterator[Part]:
    before = {one.code: one for one in snapshot.previous}
    for section in snapshot.sections:
        facts = [fact for one in section.indicators if (fact := _fact(one, section, before.get(section.code), terms))]
        facts += [note.rstrip("。；") for note in section.notes]
        if facts:
            text = say(terms.words, "section", title=section.title, facts="；".join(facts))
            yield _part(f"overall.{section.code}", 0, text)


def _fact(indicator: Indicator, section: Section, before: Section | None, terms: Terms) -> str:
    now = shown(indicator, section.totals.get(indicator.code), least=terms.min_n)
    then = shown(indicator, before.totals.get(indicator.code) if before else None, least=terms.min_n)
    nought = indicator.measured is Measured.COUNT and not now.value and not then.value
    if now.seen is Seen.NOTHING or nought:
        return ""  # no data, or nothing happened now as before: there is nothing to tell
    return "，".join(
        part for part in (value_words(indicator, now, terms), moved_words(indicator, now, then, terms)) if part
    )


def value_words(indicator: Indicator, now: Shown, terms: Terms) -> str:
    """Return a figure in words, what it was measured on beside it, empty without data."""
    if now.seen is Seen.NOTHING:
        return ""
    if now.seen is Seen.SMALL:
        return say(terms.words, "small", name=indicator.name, n=now.n, noun=indicator.noun, least=terms.min_n)
    if indicator.measured is Measured.COUNT:
        return say(terms.words, "count", name=counted(indicator), value=now.value, noun=indicator.noun)
    fields = {"name": indicator.name, "value": now.value, "unit": unit_of(indicator)}
    return say(terms.words, indicator.measured.value, **fields, n=now.n, noun=indicator.noun)


def moved_words(indicator: Indicator, now: Shown, before: Shown, terms: Terms) -> str:
    """Return how a figure moved since the period before in words, empty without a value now."""
    moved = change(indicator, now, before)
    if moved is None:
        return ""
    fields: dict[str, object] = {
        "difference": moved.difference,
        "percent": moved.percent,
        "noun": indicator.noun,
        "unit": unit_of(indicator),
        "least": terms.min_n,
    }
    return say(terms.words, moved.word, **fields)


def _praise(snapshot: Snapshot, terms: Terms, ranked: tuple[Group, ...]) -> Iterator[Part]:
    for one in praised(ranked, terms.praised):
        facts = _best(snapshot, one, terms)
        text = say(terms.words, "praised", unit=one.unit.name, facts="，".join(facts))
        yield _part(f"praise.{one.unit.id}", 0, text)


def _best(snapshot: Snapshot, standing: Standing, terms: Terms) -> list[str]:
    """Return in words the figures in which a unit stands best, at most two, in the order of the sections."""
    known = [(section, one) for section in snapshot.sections for one in section.indicators]
    best = min(standing.places.values())
    found = [(section, one) for section, one in known if standing.places.get(key_of(section, one)) == best]
    return [
        value_words(one, shown(one, section.units[standing.unit.id].get(one.code), least=terms.min_n), terms)
        for section, one in found[:_MOST_FACTS]
    ]


def problems_of(snapshot: Snapshot) -> tuple[Problem, ...]:
    """Return the shortfalls grouped by code, in the order of the sections."""
    named = {one.id: one for one in snapshot.units}
    found: dict[str, dict[UnitId, int]] = {}
    words: dict[str, tuple[str, str]] = {}
    for section in snapshot.sections:
        for one in section.shortfalls:
            if one.count > 0:
                words.setdefault(one.code, (one.what, one.noun))
                counts = found.setdefault(one.code, {})
                counts[one.unit] = counts.get(one.unit, 0) + one.count
    return tuple(
        Problem(
            code,
            *words[code],
            tuple(sorted(((named[u], n) for u, n in counts.items()), key=lambda one: (-one[1], one[0].order))),
        )
        for code, counts in found.items()
    )


def _problems(snapshot: Snapshot, terms: Terms, problems: Sequence[Problem]) -> Iterator[Part]:
    for one in problems:
        fields = {"what": one.what, "total": one.total, "noun": one.noun}
        if len(one.units) == 1:
            text = say(terms.words, "problem_one", units=one.units[0][0].name, **fields)
        else:
            text = say(terms.words, "problem_many", units=_named(one, terms), number=len(one.units), **fields)
        yield _part(f"problem.{one.code}", 0, text)
    named = {one.id: one.name for one in snapshot.units}
    items = [
        say(terms.words, "overdue_item", unit=named[one.unit], content=one.content, due=_day(one.due_on))
        for one in snapshot.overdue
    ]
    if items:
        text = say(terms.words, "overdue", number=len(items), items="；".join(items))
        yield _part(f"problem.{OVERDUE}", 0, text)


def _named(problem: Problem, terms: Terms) -> str:
    return "、".join(
        say(terms.words, "short_unit", unit=unit.name, count=count, noun=problem.noun) for unit, count in problem.units
    )


def _ranking(terms: Terms, ranked: tuple[Group, ...]) -> Iterator[Part]:
    for number, group in enumerate(ranked):
        if len(group.standings) < 2:
            continue
        rows = tuple(
            tuple(Cell(text) for text in (str(one.rank), one.unit.name, str(one.score), rise_words(one.rise)))
            for one in group.standings
        )
        head = tuple(Cell(text, label=True) for text in ("名次", "单位", "综合得分", "比上期"))
        text = say(terms.words, "ranked", group=group.title)
        yield _part(f"ranking.{number}", 0, text, Table((head, *rows), (2, 7, 3, 3), heads=1))


def rise_words(rise: int | None) -> str:
    """Return how a rank moved in words."""
    if rise is None:
        return "—"
    if not rise:
        return "持平"
    return f"上升{rise}位" if rise > 0 else f"下降{-rise}位"


def _requirements(circular: Circular, snapshot: Snapshot, terms: Terms, problems: Sequence[Problem]) -> Iterator[Part]:
    times: Mapping[str, object] = {"period": circular.period.title, "next": circular.period.following.title}
    known: dict[str, dict[str, object]] = {"": {}}
    for one in problems:
        units = "、".join(unit.name for unit, _ in one.units)
        known[one.code] = {"units": units, "number": len(one.units), "total": one.total, "noun": one.noun}
    if snapshot.overdue:
        late = {one.unit for one in snapshot.overdue}
        units = "、".join(one.name for one in snapshot.units if one.id in late)
        known[OVERDUE] = {"units": units, "number": len(late), "total": len(snapshot.overdue), "noun": "项"}
    for number, wanted in enumerate(terms.requirements):
        if wanted.when in known:
            text = fill(wanted.text, f"requirements[{number}]", **times, **known[wanted.when])
            yield _part(f"requirement.{number}", 0, text)


def _day(day: object) -> str:
    return f"{day:%m月%d日}".removeprefix("0").replace("月0", "月")


def _notes(snapshot: Snapshot, terms: Terms) -> Iterator[str]:
    for section in snapshot.sections:
        yield from (f"{section.title}：{one}" for one in section.lacking)
        for indicator in section.indicators:
            told = [figures for figures in section.units.values() if indicator.code in figures]
            if told and indicator.code in section.totals and not sums_up(section, indicator.code):
                yield f"{section.title}的“{indicator.name}”，全区数不等于各单位之和：采纳单位更正时全区数不会跟着变。"
            small = [
                one.name
                for one in snapshot.units
                if shown(indicator, section.units.get(one.id, {}).get(indicator.code), least=terms.min_n).seen
                is Seen.SMALL
            ]
            if small:
                names = "、".join(small)
                yield f"{section.title}的“{indicator.name}”，{names}样本不足{terms.min_n}，没有公布也没有排名。"
