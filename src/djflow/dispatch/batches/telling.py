"""Tells hosts, units, people and the cadre section of a batch, through messages and boxes, in the act's transaction.

Messages name the batch and the step, never a post or somebody else: nobody learns a name before the list hangs.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Role
from djflow.core.clock import civil_date, instant_of
from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject
from djflow.dispatch.batches.model import BATCH_WORDS, Batch, BatchState, Candidate, CandidateState, UnitShare
from djflow.inbox import service as inbox
from djflow.inbox.model import MAX_TITLE, Address, ItemKind, NewItem
from djflow.notify import service as notify
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people

_STAYS_TRUE = timedelta(days=30)
_LIAISONS = frozenset({Role.UNIT_LIAISON, Role.TOWN_CLERK})
_WORK = {
    BatchState.DRAFT: "收需求、分名额",
    BatchState.CALLED: "核对名额，发选派通知",
    BatchState.CHECKING: "核实资格，拟定方案",
    BatchState.PROPOSED: "审方案，送审",
    BatchState.DECIDED: "张贴公示",
    BatchState.CLOSING: "逐人归档，办结本批",
}
"""What waits for the cadre section in a state; in the others somebody else is asked."""
_TOLD = {
    CandidateState.NOMINATED: "单位已推荐您参加选派，组织部正在审查",
    CandidateState.REFUSED: "经资格审查，本批不派，谢谢支持",
    CandidateState.DECIDED: "已列为拟派人选，即将公示",
    CandidateState.CLEARED: "公示期满无异议，请等候派遣通知",
    CandidateState.DROPPED: "本批不派，具体情况请询问干部科",
    CandidateState.WITHDRAWN: "已退出本批选派",
}


def page_of(batch: Batch) -> str:
    """Return the desk's page of a batch."""
    return f"/desk/dispatch/batch/{batch.id}"


def ask_hosts(session: Session, batch: Batch, *, now: datetime) -> None:
    """Put the survey of demands into the boxes of every township, and the batch into the cadre section's."""
    for unit in people.units(session):
        if unit.entry.kind.is_town and unit.entry.active:
            item = NewItem(
                ItemKind.BATCH_DEMAND,
                batch.subject,
                Address(role=Role.TOWN_CLERK, unit=unit.id),
                f"请填报选派需求：{batch.title}"[:MAX_TITLE],
                page_of(batch),
                due_at=instant_of(batch.due_on) if batch.due_on else None,
            )
            inbox.post_item(session, item, now=now)
    ask_cadres(session, batch, by="", now=now)


def ask_cadres(session: Session, batch: Batch, *, by: str, now: datetime) -> None:
    """Keep what waits for the cadre section about a batch in their boxes, nothing when nothing does."""
    inbox.settle(session, ItemKind.BATCH_WORK, batch.subject, by=by or "system", now=now)
    words = _WORK.get(batch.state)
    if words is None:
        return
    title = f"{batch.title}：{words}"[:MAX_TITLE]
    due = instant_of(batch.due_on) if batch.due_on else None
    to = Address(role=Role.CADRE_CLERK)
    inbox.raise_item(session, NewItem(ItemKind.BATCH_WORK, batch.subject, to, title, page_of(batch), due), now=now)


def share_subject(batch: Batch, unit: UnitId) -> Subject:
    """Return what a unit's share of a batch is called in boxes and messages."""
    return Subject("dispatch.share", f"{batch.id}.{unit[-12:]}")


def call_units(session: Session, batch: Batch, shares: Collection[UnitShare], *, now: datetime) -> None:
    """Ask the liaisons of every unit with a quota to nominate, by message and box."""
    inbox.settle(session, ItemKind.BATCH_DEMAND, batch.subject, by="system", now=now)
    wanted = {share.unit: share.quota for share in shares if share.quota}
    for unit, quota in sorted(wanted.items()):
        for role in sorted(_LIAISONS):
            item = NewItem(
                ItemKind.BATCH_NOMINATE,
                share_subject(batch, unit),
                Address(role=role, unit=unit),
                f"请推荐 {quota} 人：{batch.title}"[:MAX_TITLE],
                page_of(batch),
                due_at=instant_of(batch.due_on) if batch.due_on else None,
            )
            inbox.raise_item(session, item, now=now)
    remind_units(session, batch, wanted, now=now)


def remind_units(session: Session, batch: Batch, wanted: dict[UnitId, int], *, now: datetime) -> int:
    """Tell the liaisons of units how many are still asked for and until when; return how many were newly told."""
    told: list[Intent] = []
    asked = [one for one in accounts.holders(session, _LIAISONS) if one.person is not None]
    units = {one.id: accounts.unit_of(session, one) for one in asked}
    cards = people.people_by_ids(session, [one.person for one in asked if one.person])
    for one in asked:
        unit = units[one.id]
        if one.person is None or unit not in wanted or one.person not in cards:
            continue
        values = {
            "name": cards[one.person].name,
            "batch": batch.title,
            "count": str(wanted[unit]),
            "until": f"{batch.due_on.month}月{batch.due_on.day}日" if batch.due_on else "",
        }
        slot = f"{unit}:{batch.due_on}:{civil_date(now)}"
        told.append(_intent(NoticeKind.BATCH_CALL, batch.subject, one.person, slot, values, now))
    return notify.enqueue(session, told, now=now)


def unit_done(session: Session, batch: Batch, unit: UnitId, *, by: str, now: datetime) -> None:
    """Take the call out of a unit's boxes: it has nominated as many as asked, or nothing is collected any more."""
    inbox.settle(session, ItemKind.BATCH_NOMINATE, share_subject(batch, unit), by=by, now=now)


def end(session: Session, batch: Batch, units: Iterable[UnitId], *, by: str, now: datetime) -> None:
    """Take everything about a batch out of the boxes of hosts and units: it is cancelled."""
    inbox.settle(session, ItemKind.BATCH_DEMAND, batch.subject, by=by, now=now)
    for unit in units:
        unit_done(session, batch, unit, by=by, now=now)


def tell(session: Session, batch: Batch, moved: Iterable[Candidate], *, now: datetime) -> None:
    """Tell people where their own nomination has come to; steps that concern only the office are not told."""
    heard = [one for one in moved if one.state in _TOLD]
    cards = people.people_by_ids(session, sorted({one.person for one in heard}))
    intents = [
        _intent(
            NoticeKind.BATCH_PERSON,
            one.subject,
            one.person,
            f"{one.state.value}:{batch.round}",
            {"name": cards[one.person].name, "batch": batch.title, "state": _TOLD[one.state]},
            now,
        )
        for one in heard
        if one.person in cards
    ]
    notify.enqueue(session, intents, now=now)


def _intent(
    kind: NoticeKind, subject: Subject, to: PersonId, slot: str, values: dict[str, str], now: datetime
) -> Intent:
    return Intent(kind, subject, 0, to, slot, f"sms/{kind}", now, now + _STAYS_TRUE, values)


def words_of(batch: Batch) -> str:
    """Return where a batch is, in the words the desk uses."""
    return BATCH_WORDS[batch.state]
