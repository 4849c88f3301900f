"""What the office asks of a roster: keep a draft, publish it, void it, amend it; each in the caller's transaction.

A month has at most one open draft and one version in force. Every act locks the month's row first, so two people
pressing the same button get one and the same result. Publication writes the compensation leave and the notices with it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId, RosterId, new_id
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.roster import store
from djflow.roster.notices import Wording, change_intents
from djflow.roster.record import Kept, difference, earned_leave
from djflow.roster.tables import RosterMonthRow, RosterRow
from djflow.roster.views import Quality, RosterState

STATE_WORDS: Mapping[RosterState, str] = {
    RosterState.REVIEW: "等待审核",
    RosterState.PUBLISHED: "已发布",
    RosterState.AMENDED: "已被新版替换",
    RosterState.VOID: "已作废",
    RosterState.CLOSED: "已归档",
}

TRANSITIONS: Mapping[RosterState, frozenset[RosterState]] = {
    RosterState.REVIEW: frozenset({RosterState.PUBLISHED, RosterState.VOID}),
    RosterState.PUBLISHED: frozenset({RosterState.AMENDED, RosterState.CLOSED, RosterState.VOID}),
    RosterState.AMENDED: frozenset(),
    RosterState.VOID: frozenset(),
    RosterState.CLOSED: frozenset(),
}
"""Which state may follow which; read by the services, the tests and the manual. Source: domain glossary, Roster."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A roster and where it is."""

    roster_id: RosterId
    month: Month
    state: RosterState
    round: int
    version: int


@dataclass(frozen=True, slots=True)
class DraftInput:
    """A draft to be kept: what it holds, how good it is and which prices made it."""

    month: Month
    kept: Kept
    quality: Quality
    weights: Mapping[str, int]
    preset: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """Result of publishing: `already` means nothing was left to do."""

    standing: Standing
    already: bool
    told: int


def subject_of(roster_id: RosterId) -> Subject:
    """Return a roster's subject."""
    return Subject("roster.roster", roster_id)


def month_subject(month: Month) -> Subject:
    """Return the subject of a month's roster as a whole: what notices and reminders are about."""
    return Subject("roster.month", str(month))


def standing_of(session: Session, roster_id: RosterId) -> Standing:
    """Return where a roster is.

    Raises: NotFoundError when there is no such roster.
    """
    return _standing(_row(session, roster_id))


def standing_in(session: Session, month: Month) -> Standing | None:
    """Return the month's open draft, else the version in force, else None."""
    row = store.month_row(session, month)
    found = (row.draft_id or row.current_id) if row else None
    return standing_of(session, RosterId(found)) if found else None


def listing(session: Session) -> tuple[Standing, ...]:
    """Return open drafts and versions in force, by month."""
    ids = [found for row in store.months(session) for found in (row.current_id, row.draft_id) if found]
    return tuple(standing_of(session, RosterId(found)) for found in ids)


def version_in_force(session: Session, month: Month) -> Standing | None:
    """Return the month's published version, whatever draft may be open beside it."""
    row = store.month_row(session, month)
    return standing_of(session, RosterId(row.current_id)) if row and row.current_id else None


def lock(session: Session, roster_id: RosterId) -> None:
    """Hold the roster's month until the transaction ends, so that what is read next stays true."""
    _locked(session, roster_id)


def require_open(session: Session, roster_id: RosterId) -> None:
    """Refuse a roster that no longer waits for review.

    Raises: ConflictError saying where it is.
    """
    _open_draft(session, roster_id)


def content(session: Session, roster_id: RosterId) -> Kept:
    """Return what a roster holds."""
    return store.content(session, roster_id)


def preset_of(session: Session, roster_id: RosterId) -> str:
    """Return the key of the preset a roster was made with, empty for the ordinary prices."""
    return _row(session, roster_id).preset


def open_drafts(session: Session) -> tuple[Standing, ...]:
    """Return every draft that waits for review."""
    return tuple(_standing(row) for row in store.open_drafts(session))


def keep_draft(session: Session, draft: DraftInput, *, by: str, now: datetime) -> Standing:
    """Keep a new draft of a month that has neither an open draft nor a version in force.

    Raises: ConflictError when somebody was faster.
    """
    month_row = store.lock_month(session, draft.month)
    if month_row.draft_id or month_row.current_id:
        raise ConflictError(f"{draft.month.title}的值班表已经有草案或已发布，没有再生成一份。请刷新后查看。")
    return _add_draft(session, month_row, draft, by=by, now=now)


def replace_draft(
    session: Session, roster_id: RosterId, draft: DraftInput, *, reason: str, by: str, now: datetime
) -> Standing:
    """Void an open draft and keep another one in its place, as the next round.

    Raises: ConflictError when the draft is no longer open; InputError without a reason.
    """
    month_row = _locked(session, roster_id)
    _void(session, month_row, _open_draft(session, roster_id), reason=reason, by=by, now=now)
    return _add_draft(session, month_row, draft, by=by, now=now)


def _add_draft(session: Session, month_row: RosterMonthRow, draft: DraftInput, *, by: str, now: datetime) -> Standing:
    month_row.rounds += 1
    row = RosterRow(
        id=new_id(now),
        month=str(draft.month),
        state=RosterState.REVIEW,
        round=month_row.rounds,
        version=0,
        preset=draft.preset,
        created_at=now,
        created_by=by,
        weights=json.dumps(dict(draft.weights), sort_keys=True),
        quality=_quality_text(draft.quality),
        bound=draft.quality.bound,
    )
    store.keep(session, row, draft.kept)
    month_row.draft_id = row.id
    details: Details = {"month": str(draft.month), "round": row.round, "unfilled": draft.quality.unfilled}
    audit.record(session, subject_of(RosterId(row.id)), "roster.draft", by=by, now=now, details=details)
    return _standing(row)


def void(session: Session, roster_id: RosterId, *, reason: str, by: str, now: datetime) -> Standing:
    """Throw an open draft away; twice is once.

    Raises: ConflictError when it is published already; InputError without a reason.
    """
    month_row = _locked(session, roster_id)
    row = _row(session, roster_id)
    if row.state is not RosterState.VOID:
        _void(session, month_row, _open_draft(session, roster_id), reason=reason, by=by, now=now)
    return _standing(row)


def _void(session: Session, month_row: RosterMonthRow, row: RosterRow, *, reason: str, by: str, now: datetime) -> None:
    if not reason.strip():
        raise InputError("请写明作废或重新生成的理由，再提交一次。", code="roster.reason_missing")
    _move(row, RosterState.VOID)
    row.reason, row.decided_at, row.decided_by = reason.strip(), now, by
    month_row.draft_id = None
    audit.record(session, subject_of(RosterId(row.id)), "roster.void", by=by, now=now, details={"round": row.round})


def publish(
    session: Session, roster_id: RosterId, wording: Wording, *, reason: str = "", by: str, now: datetime
) -> Publication:
    """Put a draft in force: the board shows it, people are told, leave is credited. Twice is once.

    Raises: ConflictError when the draft was voided.
    """
    month_row = _locked(session, roster_id)
    row = _row(session, roster_id)
    if row.version:
        return Publication(_standing(row), already=True, told=0)
    _open_draft(session, roster_id)
    month_row.draft_id = None
    row.reason, row.decided_at, row.decided_by = reason.strip(), now, by
    told = _put_in_force(session, month_row, row, None, wording, by=by, now=now)
    return Publication(_standing(row), already=False, told=told)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A new version made from the one in force; `cause` is a code such as `absence`, `closure`, `swap`."""

    base_id: RosterId
    kept: Kept
    quality: Quality
    cause: str


def amend(session: Session, amendment: Amendment, wording: Wording, *, by: str, now: datetime) -> Publication:
    """Put a repaired version in force in place of the one it was made from; only who is concerned is told.

    Raises: ConflictError when the version it was made from is no longer in force.
    """
    month_row = _locked(session, amendment.base_id)
    base = _row(session, amendment.base_id)
    if month_row.current_id != base.id:
        raise ConflictError("值班表在此期间已有新的版本，本次调整没有保存：请按新版本再做一次。")
    row = RosterRow(
        id=new_id(now),
        month=base.month,
        state=RosterState.REVIEW,
        round=base.round,
        version=0,
        base_id=base.id,
        preset=base.preset,
        cause=amendment.cause,
        created_at=now,
        created_by=by,
        weights=base.weights,
        quality=_quality_text(amendment.quality),
        bound=amendment.quality.bound,
    )
    store.keep(session, row, amendment.kept)
    _move(base, RosterState.AMENDED)
    told = _put_in_force(session, month_row, row, store.content(session, amendment.base_id), wording, by=by, now=now)
    return Publication(_standing(row), already=False, told=told)


def _put_in_force(  # noqa: PLR0913 - the two versions, how it is told, and who does it when
    session: Session,
    month_row: RosterMonthRow,
    row: RosterRow,
    before: Kept | None,
    wording: Wording,
    *,
    by: str,
    now: datetime,
) -> int:
    month_row.versions += 1
    month_row.current_id = row.id
    _move(row, RosterState.PUBLISHED)
    row.version, row.published_at = month_row.versions, now
    month = Month.parse(row.month)
    kept = store.content(session, RosterId(row.id))
    changes = difference(before, kept)
    granted, withdrawn = 0, 0
    if wording.comp_leave:
        granted, withdrawn = store.set_comp_leave(session, month, earned_leave(kept), now=now)
    told = _tell(session, month, row.version, before, kept, wording, now=now)
    details = {
        "version": row.version,
        "added": len(changes.added),
        "removed": len(changes.removed),
        "leave_granted": granted,
        "leave_withdrawn": withdrawn,
    }
    action = "roster.amend" if before else "roster.publish"
    audit.record(session, subject_of(RosterId(row.id)), action, by=by, now=now, details=details)
    return told


def _tell(  # noqa: PLR0913 - the two versions, how it is told, and when
    session: Session, month: Month, version: int, before: Kept | None, after: Kept, wording: Wording, *, now: datetime
) -> int:
    """Tell who is concerned; whoever has not yet heard of the version before is told the sum of both changes."""
    subject = month_subject(month)
    changes = difference(before, after)
    concerned = {duty.person for duty in (*changes.added, *changes.removed)}
    unheard: dict[int, set[PersonId]] = {}
    for recipient, heard_of in notify.heard_before(session, subject).items():
        if PersonId(recipient) in concerned:
            unheard.setdefault(heard_of, set()).add(PersonId(recipient))
            notify.withdraw(session, subject, recipient)
    direct = frozenset(concerned).difference(*unheard.values())
    intents = list(change_intents(subject, version, before, after, wording, now=now, only=direct))
    by_version = {row.version: row for row in store.versions(session, month)}
    for heard_of, people in sorted(unheard.items()):
        earlier = by_version.get(heard_of)
        heard = store.content(session, RosterId(earlier.id)) if earlier else None
        intents += change_intents(subject, version, heard, after, wording, now=now, only=frozenset(people))
    return notify.enqueue(session, intents, now=now)


def rewrite_draft(
    session: Session, roster_id: RosterId, kept: Kept, quality: Quality, *, by: str, now: datetime
) -> None:
    """Bring an open draft up to date with absences and closures that came after it was made.

    Raises: ConflictError when the draft is no longer open.
    """
    _locked(session, roster_id)
    row = _open_draft(session, roster_id)
    store.replace_content(session, roster_id, kept)
    row.quality, row.bound = _quality_text(quality), quality.bound
    audit.record(session, subject_of(roster_id), "roster.refresh", by=by, now=now, details={"round": row.round})


def holders(session: Session, event: str) -> frozenset[PersonId]:
    """Return who holds a session (`market@date`) in the version in force, standby included."""
    month = Month.parse(event.rpartition("@")[2][:7])
    current = version_in_force(session, month)
    return store.holders(session, current.roster_id, event) if current else frozenset()


def state_opening(session: Session, month: Month, points: Mapping[PersonId, int], *, by: str, now: datetime) -> None:
    """State the points people bring along at the end of `month`."""
    store.put_openings(session, month, points)
    audit.record(session, month_subject(month), "roster.opening", by=by, now=now, details={"people": len(points)})


def _quality_text(quality: Quality) -> str:
    return json.dumps(
        {
            "objective": quality.objective,
            "bound": quality.bound,
            "gap": quality.gap,
            "status": quality.status,
            "seconds": quality.seconds,
            "places": quality.places,
            "unfilled": quality.unfilled,
            "min_unfilled_proven": quality.min_unfilled_proven,
            "township_missing": quality.township_missing,
            "parts": dict(quality.parts),
            "changed": quality.changed,
            "changed_proven": quality.changed_proven,
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def _row(session: Session, roster_id: RosterId) -> RosterRow:
    row = store.roster_row(session, roster_id)
    if row is None:
        raise NotFoundError("没有这份值班表：请用 djflow roster list 查看现有的值班表。")
    return row


def _locked(session: Session, roster_id: RosterId) -> RosterMonthRow:
    return store.lock_month(session, Month.parse(_row(session, roster_id).month))


def _open_draft(session: Session, roster_id: RosterId) -> RosterRow:
    row = _row(session, roster_id)
    if row.state is not RosterState.REVIEW:
        raise ConflictError(f"这份草案{STATE_WORDS[row.state]}，不能再改：请刷新后按现在的状态办理。")
    return row


def _move(row: RosterRow, state: RosterState) -> None:
    if state not in TRANSITIONS[row.state]:
        raise ConflictError(f"值班表{STATE_WORDS[row.state]}，不能变为“{STATE_WORDS[state]}”。")
    row.state = state


def _standing(row: RosterRow) -> Standing:
    return Standing(RosterId(row.id), Month.parse(row.month), row.state, row.round, row.version)
