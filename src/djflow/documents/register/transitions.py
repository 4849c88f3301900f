"""The life of a document as data: state, act, who may, under which condition, what follows.

Services, tests and the manual read this table; nothing else decides what may follow what.
Source: domain handbook, sections 4.2 and 9.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.core.ways import Way
from djflow.documents.register.model import ACT_WORDS, STATE_WORDS, Act, Document, DocumentState, Who

A, S, W = Act, DocumentState, Who


class Guard(StrEnum):
    """A condition a document must meet before an act."""

    NONE = "none"
    READY = "ready"
    AGREED = "agreed"
    UNCHANGED = "unchanged"
    ISSUABLE = "issuable"
    ACKNOWLEDGED = "acknowledged"
    NUMBERED = "numbered"
    UNNUMBERED = "unnumbered"


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `act` by one of `who` leads to `then` if `guard` holds."""

    state: DocumentState
    act: Act
    who: frozenset[Who]
    guard: Guard
    then: DocumentState


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the moment of an act; each tuple lists, in words, what stands in the way."""

    unready: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    changed: bool = False
    unissuable: tuple[str, ...] = ()
    waiting: int = 0
    number: str = ""


NOTHING_KNOWN = Facts()


def _row(state: DocumentState, act: Act, who: set[Who], then: DocumentState, guard: Guard = Guard.NONE) -> Transition:
    return Transition(state, act, frozenset(who), guard, then)


TRANSITIONS: tuple[Transition, ...] = (
    _row(S.DRAFT, A.SUBMIT, {W.DRAFTER}, S.PROOFREAD, Guard.READY),
    _row(S.DRAFT, A.DROP, {W.DRAFTER, W.OFFICE}, S.DROPPED, Guard.UNNUMBERED),
    _row(S.DRAFT, A.VOID, {W.OFFICE}, S.VOID, Guard.NUMBERED),
    _row(S.PROOFREAD, A.PASS, {W.APPROVAL}, S.COUNTERSIGN),
    _row(S.PROOFREAD, A.RETURN, {W.APPROVAL, W.DRAFTER}, S.RETURNED),
    _row(S.COUNTERSIGN, A.COUNTERSIGNED, {W.UNIT, W.APPROVAL}, S.REVIEW, Guard.AGREED),
    _row(S.COUNTERSIGN, A.RETURN, {W.UNIT, W.APPROVAL, W.DRAFTER}, S.RETURNED),
    _row(S.REVIEW, A.SIGN, {W.APPROVAL}, S.SIGNED, Guard.UNCHANGED),
    _row(S.REVIEW, A.RETURN, {W.APPROVAL, W.DRAFTER}, S.RETURNED),
    _row(S.RETURNED, A.SUBMIT, {W.DRAFTER}, S.PROOFREAD, Guard.READY),
    _row(S.RETURNED, A.DROP, {W.DRAFTER, W.OFFICE}, S.DROPPED, Guard.UNNUMBERED),
    _row(S.RETURNED, A.VOID, {W.OFFICE}, S.VOID, Guard.NUMBERED),
    _row(S.SIGNED, A.NUMBER, {W.OFFICE}, S.NUMBERED),
    _row(S.SIGNED, A.REVISE, {W.OFFICE}, S.DRAFT),
    _row(S.SIGNED, A.DROP, {W.OFFICE}, S.DROPPED, Guard.UNNUMBERED),
    _row(S.SIGNED, A.VOID, {W.OFFICE}, S.VOID, Guard.NUMBERED),
    # The number stays with the document: the new edition bears it too.
    _row(S.NUMBERED, A.REVISE, {W.OFFICE}, S.DRAFT),
    _row(S.NUMBERED, A.TYPESET, {W.OFFICE}, S.TYPESET),
    _row(S.NUMBERED, A.VOID, {W.OFFICE}, S.VOID),
    _row(S.TYPESET, A.REVISE, {W.OFFICE}, S.DRAFT),
    _row(S.TYPESET, A.ISSUE, {W.OFFICE}, S.ISSUED, Guard.ISSUABLE),
    _row(S.TYPESET, A.VOID, {W.OFFICE}, S.VOID),
    _row(S.ISSUED, A.RECEIVE, {W.UNIT}, S.RECEIVED, Guard.ACKNOWLEDGED),
    _row(S.ISSUED, A.ARCHIVE, {W.OFFICE}, S.ARCHIVED, Guard.ACKNOWLEDGED),
    _row(S.ISSUED, A.VOID, {W.OFFICE}, S.VOID),
    _row(S.RECEIVED, A.ARCHIVE, {W.OFFICE}, S.ARCHIVED),
    _row(S.RECEIVED, A.VOID, {W.OFFICE}, S.VOID),
)

BY_STATE_AND_ACT: Mapping[tuple[DocumentState, Act], Transition] = MappingProxyType(
    {(row.state, row.act): row for row in TRANSITIONS}
)
_WAY = Way("document", BY_STATE_AND_ACT, STATE_WORDS, ACT_WORDS)
WRITABLE = frozenset({S.DRAFT, S.RETURNED})
"""States in which text and units may be changed."""
BEFORE_SIGNING = frozenset({S.PROOFREAD, S.COUNTERSIGN, S.REVIEW})
"""States in which a document is on its way through the approval."""
OUT = frozenset({S.ISSUED, S.RECEIVED, S.ARCHIVED})
"""States in which others have the document."""
NEEDS_REASON = frozenset({A.VOID, A.DROP, A.REVISE})

_SENTENCES: Mapping[Guard, Callable[[Facts], str]] = MappingProxyType(
    {
        Guard.NONE: lambda _: "",
        Guard.READY: lambda f: f"还不能送审：{'；'.join(f.unready)}。" if f.unready else "",
        Guard.AGREED: lambda f: f"会签还没有完：{'；'.join(f.unanswered)}。" if f.unanswered else "",
        Guard.UNCHANGED: lambda f: "送审以后文稿有改动，不能签发：请退回后重新送审。" if f.changed else "",
        Guard.ISSUABLE: lambda f: f"还不能印发：{'；'.join(f.unissuable)}。" if f.unissuable else "",
        Guard.ACKNOWLEDGED: lambda f: f"还有 {f.waiting} 个单位没有签收。" if f.waiting else "",
        Guard.NUMBERED: lambda f: "" if f.number else "还没有编号：请选“停止办理”。",
        Guard.UNNUMBERED: lambda f: f"已经编了 {f.number}：请选“作废”，字号会留在台账里。" if f.number else "",
    }
)


def transition_of(document: Document, act: Act) -> Transition:
    """Return the row for an act on a document.

    Raises: ConflictError saying where the document is and since when.
    """
    return _WAY.row(document.name, document.state, document.since, act)


def require_may(row: Transition, who: Who) -> None:
    """Refuse somebody whose place the act is not.

    Raises: RuleError.
    """
    _WAY.require_may(who, row.who, row.act, "这份公文")


def require_guard(row: Transition, facts: Facts) -> None:
    """Refuse an act whose condition does not hold.

    Raises: RuleError saying what is missing.
    """
    _WAY.require(row.guard.value, _SENTENCES[row.guard](facts))
