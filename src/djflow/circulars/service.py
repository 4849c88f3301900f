"""What can be done with a circular: collect, ask units, close, rewrite, review, hand over, follow to the archive.

Every act takes the record's head first, then the circular's row, so that two at once queue and the later one meets
what the earlier one left. What units do stands in `confirming`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.circulars import codec, rules, store, telling
from djflow.circulars.model import (
    OVER,
    PUBLISHED,
    STATE_WORDS,
    WRITABLE,
    Act,
    Answered,
    Cause,
    Circular,
    CircularState,
    Confirmation,
    Correction,
    Edition,
    Gathered,
    KindPolicy,
    Move,
    Override,
    Snapshot,
    Terms,
    Verdict,
    Who,
)
from djflow.circulars.periods import Period
from djflow.circulars.store import Change
from djflow.circulars.transitions import (
    NEEDS_REASON,
    NOTHING_KNOWN,
    Facts,
    require_guards,
    require_may,
    transition_of,
)
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError
from djflow.core.ids import UnitId
from djflow.people import service as people


@dataclass(frozen=True, slots=True)
class NewCircular:
    """A circular to be begun: its kind by code, its period, what the programmes say."""

    kind: str
    period: Period
    gathered: Gathered


@dataclass(frozen=True, slots=True)
class Step:
    """A step about to be made: what, in what capacity, what is known, why, and what it brings."""

    act: Act
    who: Who
    facts: Facts = NOTHING_KNOWN
    reason: str = field(default="", repr=False)
    due_on: date | None = None
    document_id: str | None = None


def policy_of(terms: Terms, kind: str) -> KindPolicy:
    """Return how the office writes a kind of circular.

    Raises: NotFoundError.
    """
    policy = terms.kinds.get(kind)
    if policy is None:
        raise NotFoundError(
            f"circulars.toml 里没有“{kind[:20]}”这种通报，可以写：{'、'.join(sorted(terms.kinds))}。",
            code="circular.kind",
        )
    return policy


def open_circular(session: Session, new: NewCircular, *, terms: Terms, by: str, now: datetime) -> Circular:
    """Freeze what the programmes say of a period as the first edition; the same kind and period is the same circular.

    Raises: RuleError for a period that is not over, or without data; nothing is kept then. NotFoundError for the kind.
    """
    audit.hold(session)
    policy_of(terms, new.kind)
    known = store.standing(session, new.kind, new.period)
    if known is not None:
        return known
    rules.require_period(new.period, today=civil_date(now))
    rules.require_data(new.period, new.gathered.sections)
    snapshot = _frozen(session, new.kind, new.period, new.gathered)
    made = store.add(session, new.kind, new.period, now=now)
    store.add_edition(session, made, snapshot, Cause.COLLECTED, by=by, now=now)
    made = circular(session, made.id)
    _record(session, made, "circular.collect", by=by, now=now)
    return made


def _frozen(session: Session, kind: str, period: Period, gathered: Gathered) -> Snapshot:
    published = _published(session, kind, period.previous)
    if published is not None:
        # What was published is what readers compare with, corrections of that time included.
        gathered = Gathered(gathered.sections, published.sections, gathered.overdue)
    return rules.frozen(gathered, people.units(session))


def _published(session: Session, kind: str, period: Period) -> Snapshot | None:
    found = store.standing(session, kind, period)
    return edition(session, found.id).snapshot if found is not None and found.state in PUBLISHED else None


def recollect(
    session: Session, circular_id: str, gathered: Gathered, *, terms: Terms, by: str, now: datetime
) -> Circular:
    """Freeze new figures as the next edition, accepted corrections kept; units whose figures changed are asked again.

    Figures that are the same as before change nothing.

    Raises: ConflictError once the circular is under review; RuleError without data.
    """
    found = opened(session, circular_id)
    row = transition_of(found, Act.RECOLLECT)
    rules.require_data(found.period, gathered.sections)
    before = edition(session, circular_id)
    after = _frozen(session, found.kind, found.period, gathered)
    after = rules.corrected(after, accepted(session, circular_id))
    if codec.digest(codec.encode(after)) == before.digest:
        return found
    store.add_edition(session, found, after, Cause.COLLECTED, by=by, now=now)
    moved = step(session, circular(session, circular_id), Step(Act.RECOLLECT, Who.OFFICE), by=by, now=now)
    if row.then is CircularState.CONFIRMING and _ask(session, moved, _due(terms, now), by=by, now=now):
        store.extend(session, circular_id, _due(terms, now))
    return circular(session, circular_id)


def accepted(session: Session, circular_id: str) -> tuple[Correction, ...]:
    """Return the corrections the coordinator accepted, oldest first."""
    return tuple(one for one in store.corrections(session, circular_id) if one.verdict is Verdict.ACCEPTED)


def ask(session: Session, circular_id: str, who: Who, *, terms: Terms, by: str, now: datetime) -> Circular:
    """Ask every unit named to confirm its figures; who confirmed figures that did not change is not asked again."""
    found = opened(session, circular_id)
    if found.state is CircularState.CONFIRMING:
        return found
    due_on = _due(terms, now)
    moved = step(session, found, Step(Act.ASK, who, due_on=due_on), by=by, now=now)
    _ask(session, moved, due_on, by=by, now=now)
    return moved


def _due(terms: Terms, now: datetime) -> date:
    return terms.calendar.add_workdays(civil_date(now), terms.confirm_workdays).date


def _ask(session: Session, found: Circular, due_on: date, *, by: str, now: datetime) -> bool:
    """Ask whoever has not answered to the figures as they are now, nobody who is not named; return whether any was."""
    snapshot = edition(session, found.id).snapshot
    active = {unit.id for unit in people.units(session) if unit.entry.active}
    wanted = rules.to_ask(snapshot, active)
    known = {one.unit: one for one in store.confirmations(session, found.id)}
    seen = {number: edition(session, found.id, number).snapshot for number in {one.edition for one in known.values()}}
    anew = [
        unit
        for unit in wanted
        if unit.id not in known
        or rules.of_unit(seen[known[unit.id].edition], unit.id) != rules.of_unit(snapshot, unit.id)
    ]
    gone = set(known) - {unit.id for unit in wanted}
    store.forget(session, found.id, gone)
    telling.answered(session, found, sorted(gone), by=by, now=now)
    for unit in anew:
        store.ask(session, found, unit, due_on, now=now)
    telling.asked(session, found, [unit.id for unit in anew], due_on, now=now)
    return bool(anew)


def close(session: Session, circular_id: str, who: Who, *, by: str, now: datetime) -> Circular:
    """End the confirmation: every unit answered, or its time is over; whoever did not answer agrees in silence.

    Raises: RuleError while units may still answer, or a correction waits for a decision.
    """
    found = opened(session, circular_id)
    if found.state is CircularState.DRAFTED:
        return found
    facts, late = waiting(session, circular_id, today=civil_date(now))
    moved = step(session, found, Step(Act.CLOSE, who, facts), by=by, now=now)
    for unit in late:
        store.answer(session, circular_id, unit, Answered.SILENT, found.edition, by=by, now=now)
    telling.answered(session, found, late, by=by, now=now)
    return moved


def waiting(session: Session, circular_id: str, *, today: date) -> tuple[Facts, tuple[UnitId, ...]]:
    """Return what the end of the confirmation still waits for, and the units whose time to answer is over."""
    asked = [one for one in store.confirmations(session, circular_id) if one.answered is Answered.ASKED]
    late = tuple(one.unit for one in asked if one.due_on < today)
    undecided = sum(one.verdict is Verdict.OPEN for one in store.corrections(session, circular_id))
    return Facts(waiting=len(asked) - len(late), undecided=undecided), late


def edit(session: Session, circular_id: str, written: Override, *, by: str, now: datetime) -> None:
    """Put the coordinator's words in the place of a paragraph; an empty text gives the figures' own back.

    `text.rewrite` makes the value from what the coordinator typed.

    Raises: ConflictError outside drafting; InputError for an over-long paragraph.
    """
    found = opened(session, circular_id)
    if found.state not in WRITABLE:
        raise ConflictError(
            f"{found.period.title}的通报现在是“{STATE_WORDS[found.state]}”，不能改段落：初稿或退回后才能改。",
            code="circular.state",
        )
    rules.require_paragraph(written.text)
    store.put_override(session, circular_id, written)
    details: Details = {"place": written.place, "back": not written.text}
    audit.record(session, found.subject, "circular.edit", by=by, now=now, details=details)


def submit(session: Session, circular_id: str, who: Who, *, by: str, now: datetime) -> Circular:
    """Hand the draft to the reviewer; twice is once."""
    found = opened(session, circular_id)
    if found.state is CircularState.REVIEW:
        return found
    return step(session, found, Step(Act.SUBMIT, who), by=by, now=now)


def send_back(session: Session, circular_id: str, reason: str, *, by: str, now: datetime) -> Circular:
    """Return the draft to the office; twice is once.

    Raises: InputError without a reason.
    """
    found = opened(session, circular_id)
    if found.state is CircularState.RETURNED:
        return found
    return step(session, found, Step(Act.RETURN, Who.REVIEWER, reason=reason), by=by, now=now)


def hand(session: Session, circular_id: str, document_id: str, *, by: str, now: datetime) -> Circular:
    """Note that the review was passed and the text went to the register as this document; twice is once."""
    found = opened(session, circular_id)
    if found.state is CircularState.HANDED and found.document_id == document_id:
        return found
    return step(session, found, Step(Act.HAND, Who.REVIEWER, document_id=document_id), by=by, now=now)


def take_back(session: Session, circular_id: str, who: Who, *, by: str, now: datetime) -> Circular:
    """Note that the document was given up in the register: the circular is written anew; twice is once."""
    found = opened(session, circular_id)
    if found.state is CircularState.RETURNED:
        return found
    return step(session, found, Step(Act.TAKE_BACK, who, document_id=""), by=by, now=now)


def issue(session: Session, circular_id: str, who: Who, *, by: str, now: datetime) -> Circular:
    """Note that the document was issued; twice is once."""
    found = opened(session, circular_id)
    if found.state is CircularState.ISSUED:
        return found
    return step(session, found, Step(Act.ISSUE, who), by=by, now=now)


def archive(session: Session, circular_id: str, who: Who, *, by: str, now: datetime) -> Circular:
    """Note that the document was archived; twice is once."""
    found = opened(session, circular_id)
    if found.state is CircularState.ARCHIVED:
        return found
    return step(session, found, Step(Act.ARCHIVE, who), by=by, now=now)


def drop(session: Session, circular_id: str, reason: str, *, by: str, now: datetime) -> Circular:
    """Give a circular up before it is handed over; twice is once. Another one of its period may then be begun.

    Raises: InputError without a reason.
    """
    found = opened(session, circular_id)
    if found.state is CircularState.DROPPED:
        return found
    moved = step(session, found, Step(Act.DROP, Who.OFFICE, reason=reason), by=by, now=now)
    telling.answered(session, found, [one.unit for one in store.confirmations(session, circular_id)], by=by, now=now)
    return moved


def opened(session: Session, circular_id: str) -> Circular:
    """Return a circular, kept from everybody else until the transaction ends.

    Raises: NotFoundError.
    """
    audit.hold(session)
    return _found(session, circular_id, lock=True)


def step(session: Session, found: Circular, made: Step, *, by: str, now: datetime) -> Circular:
    """Move an opened circular on by one act and record it.

    Raises: ConflictError when the act may not follow (any more); RuleError for who may not, or an unmet condition.
    """
    row = transition_of(found, made.act)
    require_may(row, made.who)
    require_guards(row, made.facts)
    reason = rules.require_words(made.reason, "理由", needed=made.act in NEEDS_REASON)
    written = Change(made.act, row.then, made.who, by, now, reason, made.due_on, made.document_id)
    if not store.change(session, found, written):
        raise ConflictError("这份通报刚刚已由别人办理：请刷新后查看。", code="circular.state")
    after = circular(session, found.id)
    _record(session, after, f"circular.{made.act.value}", by=by, now=now)
    return after


def circular(session: Session, circular_id: str) -> Circular:
    """Return a circular.

    Raises: NotFoundError.
    """
    return _found(session, circular_id)


def circulars(session: Session, states: Collection[CircularState] | None = None) -> tuple[Circular, ...]:
    """Return the circulars in some states, or all, newest first."""
    return store.circulars(session, states if states is not None else tuple(CircularState))


def running(session: Session) -> tuple[Circular, ...]:
    """Return the circulars that something can still happen to, newest first."""
    return store.circulars(session, set(CircularState) - OVER)


def edition(session: Session, circular_id: str, number: int = 0) -> Edition:
    """Return an edition of a circular, the newest for 0.

    Raises: NotFoundError; IntegrityError when it is not what was frozen.
    """
    found = store.edition(session, circular_id, number or circular(session, circular_id).edition)
    if found is None:
        raise NotFoundError("没有这一版数据：请刷新后再试。", code="circular.edition")
    return found


def editions(session: Session, circular_id: str) -> tuple[Edition, ...]:
    """Return every edition of a circular, oldest first."""
    return store.editions(session, circular_id)


def confirmations(session: Session, circular_id: str) -> tuple[Confirmation, ...]:
    """Return the units asked and what they answered, in the official order of the newest edition."""
    place = {one.id: one.order for one in edition(session, circular_id).snapshot.units}
    found = store.confirmations(session, circular_id)
    return tuple(sorted(found, key=lambda one: (place.get(one.unit, len(place)), one.unit)))


def overrides(session: Session, circular_id: str) -> tuple[Override, ...]:
    """Return the paragraphs the coordinator rewrote."""
    return store.overrides(session, circular_id)


def moves(session: Session, circular_id: str) -> tuple[Move, ...]:
    """Return the steps a circular took, oldest first."""
    return store.moves(session, circular_id)


def reasons(session: Session, circular_id: str) -> tuple[tuple[Act, datetime, str], ...]:
    """Open and return the reasons given for steps, oldest first."""
    return store.reasons(session, circular_id)


def _record(session: Session, found: Circular, action: str, *, by: str, now: datetime) -> None:

    details = {"period": str(found.period), "state": found.state.value, "edition": found.edition}
    audit.record(session, found.subject, action, by=by, now=now, details=details)


def _found(session: Session, circular_id: str, *, lock: bool = False) -> Circular:
    found = store.circular(session, circular_id, lock=lock)
    if found is None:
        raise NotFoundError("没有这份通报：请刷新后再试。", code="circular.unknown")
    return found
