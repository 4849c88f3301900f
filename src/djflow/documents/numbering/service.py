"""What is asked of numbering: give a number out, take over those used on paper, void one, show the ledger.

The record's head is locked first, then the counter of the series and year: whoever asks at the same moment waits, so
that numbers follow each other without a gap. A transaction that fails gives its number back by itself.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.documents.numbering import rules, store
from djflow.documents.numbering.model import PAPER, Number, NumberUse, Series

MAX_REASON = 200


def series_of(known: Iterable[Series], code: str) -> Series:
    """Return the series with a code.

    Raises: NotFoundError naming those there are.
    """
    listed = tuple(known)
    found = next((one for one in listed if one.code == code), None)
    if found is None:
        words = "、".join(f"{one.code}（{one.words or one.name}）" for one in listed)
        raise NotFoundError(f"没有代字“{code}”，可以用：{words}。", code="number.series")
    return found


def take(session: Session, series: Series, holder: Subject, *, by: str, now: datetime) -> Number:
    """Give a document the next number of a series in the present year; a document that has one keeps it.

    Raises: ConflictError when the document holds a number of another series.
    """
    audit.hold(session)
    before = store.of_holder(session, holder)
    if before is not None:
        if before.series != series.code:
            raise ConflictError(f"这份公文已经编了 {before.text}：要换代字，请先作废原来的字号。", code="number.held")
        return before
    year = civil_date(now).year
    counter = store.held_counter(session, series.code, year)
    seq = counter.last + 1
    _require_room(seq)
    counter.last = seq
    text = rules.number_text(series, year, seq)
    made = store.add(session, store.Taken(series.code, year, seq, text, holder, NumberUse.USED), by=by, now=now)
    details: Details = {"number": text, "series": series.code, "year": year}
    audit.record(session, holder, "number.take", by=by, now=now, details=details)
    return made


def adopt(session: Session, series: Series, year: int, through: int, *, by: str, now: datetime) -> int:
    """Enter the numbers used on paper up to `through`, so that the next one follows; return how many were entered.

    Raises: ConflictError when a number up to there was used already; InputError for no sensible number or year.
    """
    _require_room(through)
    if not 2000 <= year <= civil_date(now).year:
        raise InputError("纸质发文的年份不对：请填今年或以前的四位年份。", code="number.year")
    audit.hold(session)
    counter = store.held_counter(session, series.code, year)
    if through <= counter.last:
        text = rules.number_text(series, year, through)
        raise ConflictError(
            f"{text} 已经用过（现用到第 {counter.last} 个）：一个字号不能用两次，请核对发文登记本。", code="number.used"
        )
    fresh = range(counter.last + 1, through + 1)
    for seq in fresh:
        holder = Subject(PAPER, f"{series.code}.{year}.{seq}")
        text = rules.number_text(series, year, seq)
        store.add(session, store.Taken(series.code, year, seq, text, holder, NumberUse.PAPER), by=by, now=now)
    counter.last = through
    details: Details = {"first": fresh[0], "last": through, "year": year}
    audit.record(session, Subject("document.series", series.code), "number.adopt", by=by, now=now, details=details)
    return len(fresh)


def void(session: Session, number_id: str, reason: str, *, by: str, now: datetime) -> Number:
    """Void a number: it stays in the ledger with its reason and is never given out again; twice is once.

    Raises: NotFoundError; InputError without a reason.
    """
    audit.hold(session)
    found = store.number(session, number_id)
    if found is None:
        raise NotFoundError("没有这个发文字号：请刷新后再看。", code="number.unknown")
    if found.use is NumberUse.VOID:
        return found
    store.void(session, found.id, required_reason(reason), now=now)
    details: Details = {"number": found.text, "year": found.year}
    audit.record(session, found.holder, "number.void", by=by, now=now, details=details)
    return store.number(session, number_id) or found


def required_reason(reason: str) -> str:
    """Return a reason without the space around it.

    Raises: InputError when there is none, or it is too long.
    """
    words = " ".join(reason.split())
    if not 0 < len(words) <= MAX_REASON:
        raise InputError(f"请写明原因（1—{MAX_REASON} 个字）。", code="number.reason")
    return words


def of_holder(session: Session, holder: Subject) -> Number | None:
    """Return the number a document holds, void ones aside."""
    return store.of_holder(session, holder)


def number(session: Session, number_id: str) -> Number:
    """Return a number by its id.

    Raises: NotFoundError.
    """
    found = store.number(session, number_id)
    if found is None:
        raise NotFoundError("没有这个发文字号：请刷新后再看。", code="number.unknown")
    return found


def with_text(session: Session, text: str) -> tuple[Number, ...]:
    """Return the numbers that read like this, the newest first."""
    return store.with_text(session, text)


def draw(session: Session, counter: str, year: int) -> int:
    """Return the next of a plain counter of the year, for what only has to be told apart; gaps are possible there."""
    audit.hold(session)
    row = store.held_counter(session, f"{counter}.", year)
    row.last += 1
    session.flush()
    return row.last


def require_unused(session: Session, text: str, holder: Subject) -> None:
    """Refuse a number that somebody else has used, void ones included.

    Raises: ConflictError.
    """
    if any(one.holder != holder for one in store.with_text(session, text)):
        raise ConflictError(f"{text} 已经用过：一个字号不能用两次，请核对发文字号台账。", code="number.used")


def ledger(session: Session, series: str, year: int) -> tuple[Number, ...]:
    """Return every number of a series and year in order, void ones with their reason."""
    return store.numbers(session, series, year)


def upcoming(session: Session, series: Series, year: int) -> str:
    """Return what the next number would read, if nobody else takes it before."""
    return rules.number_text(series, year, store.last(session, series.code, year) + 1)


def years(session: Session) -> tuple[int, ...]:
    """Return the years numbers were given out in, the newest first."""
    return store.years(session)


def _require_room(seq: int) -> None:
    if not 1 <= seq <= rules.MOST:
        raise InputError(f"发文序号要在 1 到 {rules.MOST} 之间。", code="number.seq")
