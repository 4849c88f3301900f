"""What every act on a document shares: lock it, read what stands in the way, move it once, write the record."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import InputError, NotFoundError
from djflow.documents.official.model import OfficialDocument
from djflow.documents.register import rules, store
from djflow.documents.register.codec import digest
from djflow.documents.register.model import ACT_WORDS, Act, Document, Who
from djflow.documents.register.sharing import store as shares
from djflow.documents.register.transitions import NEEDS_REASON, Facts, require_guard, require_may, transition_of
from djflow.people import service as people

MAX_REASON = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A step about to be made: what, in what capacity, why, and which other columns it changes."""

    act: Act
    who: Who
    reason: str = field(default="", repr=False)
    values: tuple[tuple[str, object], ...] = ()


def held(session: Session, document_id: str) -> Document:
    """Return a document, the record's head and its row locked until the transaction ends.

    Raises: NotFoundError.
    """
    audit.hold(session)
    return _known(store.document(session, document_id, lock=True))


def read(session: Session, document_id: str) -> Document:
    """Return a document.

    Raises: NotFoundError.
    """
    return _known(store.document(session, document_id))


def _known(found: Document | None) -> Document:
    if found is None:
        raise NotFoundError("没有这份公文：请从公文列表进入。", code="document.unknown")
    return found


def facts_of(session: Session, found: Document) -> Facts:
    """Return what stands in the way of acts on a document."""
    text = store.text(session, found.id, found.edition)
    asked = shares.countersigns(session, found.id)
    names: dict[str, str] = {unit.id: unit.short_name for unit in people.units(session)}
    waiting = sum(one.acknowledged_at is None for one in shares.receipts(session, found.id))
    return Facts(
        unready=rules.unready(text),
        unanswered=rules.unanswered(asked, names),
        changed=digest(text) != found.content_hash,
        unissuable=_unissuable(session, found, text),
        waiting=waiting,
        number=found.number,
    )


def _unissuable(session: Session, found: Document, text: OfficialDocument) -> tuple[str, ...]:
    names = [one.name for one in shares.files(session, found.id, found.edition)]
    lacking = [] if any(name.endswith(".docx") for name in names) else ["还没有排印出文件"]
    if not text.recipients and not shares.receipts(session, found.id):
        lacking.append("没有主送机关，也没有发往的单位")
    return tuple(lacking)


def step(session: Session, found: Document, made: Step, *, by: str, now: datetime) -> Document:
    """Move a locked document on by the table and record it.

    Raises: ConflictError, RuleError as the table says; InputError without a reason where one is needed.
    """
    row = transition_of(found, made.act)
    require_may(row, made.who)
    require_guard(row, facts_of(session, found))
    reason = " ".join(made.reason.split())
    if made.act in NEEDS_REASON and not reason:
        raise InputError(f"{ACT_WORDS[made.act]}要写明原因。", code="document.reason")
    if len(reason) > MAX_REASON:
        raise InputError(f"原因最多 {MAX_REASON} 个字：请写短一些。", code="document.reason")
    change = store.Change(made.act, row.then, made.who, by, now, reason, made.values)
    store.change(session, found, change)
    after = read(session, found.id)
    details: Details = {"file": found.file_number, "before": found.state.value, "after": row.then.value}
    if after.number:
        details = {**details, "number": after.number}
    details = {**details, "edition": after.edition, "content": after.content_hash[:16]}
    audit.record(session, found.subject, f"document.{made.act.value}", by=by, now=now, details=details)
    return after
