"""What the office's acts put into the boxes of the desk, in the act's own transaction."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.core.clock import instant_of
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import MAX_TITLE, Address, Item, ItemKind, NewItem
from djflow.notify.labels import KIND_LABELS
from djflow.notify.lives import service as lives
from djflow.notify.lives.model import Call
from djflow.notify.model import COORDINATOR
from djflow.people import service as people
from djflow.people.model import PersonCard
from djflow.roster import service as roster
from djflow.roster.answers import offers
from djflow.roster.answers import service as answers
from djflow.roster.answers.model import DutyState, Offer, OfferState
from djflow.roster.service import Standing
from djflow.roster.views import RosterState

_CLERKS = Address(role=Role.OFFICE_CLERK)
OFFICE_NAME, GONE_NAME = "值班表管理员", "（已不在册）"


def roster_moved(session: Session, found: Standing, *, by: str, now: datetime) -> None:
    """Put a draft that waits into the clerks' boxes; take it out once it is published or void."""
    subject = roster.subject_of(found.roster_id)
    if found.state is not RosterState.REVIEW:
        inbox.settle(session, ItemKind.ROSTER_REVIEW, subject, by=by, now=now)
        return
    item = NewItem(
        ItemKind.ROSTER_REVIEW,
        subject,
        _CLERKS,
        f"{found.month.title}赶场值班表第{found.round}稿等待审核",
        f"/desk/roster/{found.roster_id}",
        due_at=instant_of(found.month.first),
    )
    inbox.post_item(session, item, now=now)


def duty_declined(session: Session, card: PersonCard, event: str, month: Month, *, now: datetime) -> None:
    """Tell the clerks that somebody cannot come and that nobody was found; no reason is named."""
    item = NewItem(
        ItemKind.DUTY_DECLINED,
        _decline_subject(event, card.id),
        _CLERKS,
        f"{card.name}（{card.unit_name}）不能到岗，请安排替换：{event}"[:MAX_TITLE],
        f"/desk/answers/{month}",
        due_at=instant_of(date.fromisoformat(event.rpartition("@")[2])),
    )
    inbox.raise_item(session, item, now=now)


def keep_answers(session: Session, *, by: str, now: datetime) -> None:
    """Take out of the boxes declines that somebody stands in for or took back, and swaps nobody waits for any more."""
    for kind, subject in sorted(inbox.raised(session, (ItemKind.DUTY_DECLINED, ItemKind.SWAP_REQUEST))):
        waits = _declined(session, subject) if kind is ItemKind.DUTY_DECLINED else _asks(session, subject)
        if not waits:
            inbox.settle(session, kind, subject, by=by, now=now)


def _declined(session: Session, subject: Subject) -> bool:
    event = subject.id.rpartition(".")[0]
    said = answers.answers(session, answers.month_of(event))
    return any(
        answer.state is DutyState.WAITING
        and _decline_subject(event, person) == subject
        and answers.held(session, event, person) is not None
        for (where, person), answer in said.items()
        if where == event
    )


def _asks(session: Session, subject: Subject) -> bool:
    return offers.of(session, subject.id).state is OfferState.ACCEPTED


def _decline_subject(event: str, person: PersonId) -> Subject:
    # The last digits of a person's id tell the people of one session apart and keep the subject short.
    return Subject("roster.decline", f"{event}.{person[-12:]}")


def offer_waits(session: Session, offer: Offer, *, now: datetime) -> None:
    """Put a swap that both people agreed on into the clerks' boxes."""
    item = NewItem(
        ItemKind.SWAP_REQUEST,
        _offer_subject(offer.id),
        _CLERKS,
        f"换班等待批准：{offer.event}"[:MAX_TITLE],
        f"/desk/answers/{offer.month}",
    )
    inbox.post_item(session, item, now=now)


def offer_over(session: Session, offer_id: str, *, by: str, now: datetime) -> None:
    """Take a swap out of the boxes once it is decided, taken back or expired."""
    inbox.settle(session, ItemKind.SWAP_REQUEST, _offer_subject(offer_id), by=by, now=now)


_CALLS = (ItemKind.PHONE_LIST, ItemKind.DEAD_LETTER)


def keep_calls(session: Session, *, by: str, now: datetime) -> None:
    """Keep one open item for every notice that waits for a human, and settle those that do not any more."""
    lives.end_calls(session, now=now)
    known = inbox.raised(session, _CALLS)
    wanted = {_call_key(call): call for call in lives.phone_list(session, limit=None)}
    missing = [call for key, call in wanted.items() if key not in known]
    cards = people.people_by_ids(
        session, sorted({PersonId(c.recipient) for c in missing if c.recipient != COORDINATOR})
    )
    names = {str(person): f"{card.name}（{card.unit_name}）" for person, card in cards.items()} | {
        COORDINATOR: OFFICE_NAME
    }
    for call in missing:
        inbox.raise_item(session, _call_item(call, names.get(call.recipient, GONE_NAME)), now=now)
    for kind, subject in sorted(known - wanted.keys()):
        inbox.settle(session, kind, subject, by=by, now=now)


def _call_key(call: Call) -> tuple[ItemKind, Subject]:
    kind = ItemKind.DEAD_LETTER if call.all_failed else ItemKind.PHONE_LIST
    return kind, Subject("notify.notice", call.notice_id)


def _call_item(call: Call, who: str) -> NewItem:
    kind, subject = _call_key(call)
    words = "请打电话" if kind is ItemKind.PHONE_LIST else "消息发不出，请重发或打电话"
    title = f"{words}：{who}，{KIND_LABELS[call.kind]}"[:MAX_TITLE]
    return NewItem(kind, subject, _CLERKS, title, f"/desk/messages/{call.notice_id}", due_at=call.expires_at)


def channel_down(session: Session, channel: str, words: str, *, now: datetime) -> None:
    """Ask the system administrator to get a channel going again."""
    item = NewItem(
        ItemKind.CHANNEL_DOWN,
        Subject("notify.channel", channel),
        Address(role=Role.SYSTEM_ADMIN),
        f"渠道“{channel}”{words}"[:MAX_TITLE],
        "/desk/channels",
    )
    inbox.raise_item(session, item, now=now)


def channels_up(session: Session, channels: Iterable[str], *, by: str, now: datetime) -> None:
    """Take channels that work again out of the boxes."""
    down = inbox.raised(session, [ItemKind.CHANNEL_DOWN])
    for channel in channels:
        subject = Subject("notify.channel", channel)
        if (ItemKind.CHANNEL_DOWN, subject) in down:
            inbox.settle(session, ItemKind.CHANNEL_DOWN, subject, by=by, now=now)


def run_failed(session: Session, deployment: str, run: str, name: str, *, now: datetime) -> None:
    """Ask the system administrator to look at a failed run, unless an earlier one of its deployment still waits."""
    if not _failures_of(session, deployment):
        item = NewItem(
            ItemKind.FLOW_FAILED,
            Subject("prefect.run", f"{deployment}.{run}"),
            Address(role=Role.SYSTEM_ADMIN),
            f"自动运行失败：{name}"[:MAX_TITLE],
            "/desk/system",
        )
        # The same run is the same item for ever: settled by hand it does not come back, however often it is found.
        inbox.post_item(session, item, now=now)


def runs_well(session: Session, deployment: str, *, by: str, now: datetime) -> None:
    """Take the failed runs of a deployment out of the boxes once a later one ended well."""
    inbox.settle_all(session, [ItemKind.FLOW_FAILED], _failures_of(session, deployment), by=by, now=now)


def failing_deployments(session: Session) -> frozenset[str]:
    """Return the deployments that have a failed run in the boxes."""
    return frozenset(subject.id.partition(".")[0] for _, subject in inbox.raised(session, [ItemKind.FLOW_FAILED]))


def _failures_of(session: Session, deployment: str) -> tuple[Subject, ...]:
    found = inbox.raised(session, [ItemKind.FLOW_FAILED])
    return tuple(subject for _, subject in found if subject.id.startswith(f"{deployment}."))


_OF_CASES = frozenset({"approvals.task", "approvals.standstill"})


def link_of(item: Item) -> str:
    """Return the page of the desk where an item is seen to: its own link, else that of the case it is about."""
    if item.link:
        return item.link
    if item.subject.kind in _OF_CASES:
        # Tasks and standstills are numbered within their case.
        return f"/desk/approvals/{item.subject.id.rpartition('-')[0]}"
    if item.kind is ItemKind.APPROVAL_DENIED:
        return "/desk/denials"
    return f"/desk/approvals/{item.subject.id}" if item.subject.kind == "approvals.case" else ""


def _offer_subject(offer_id: str) -> Subject:
    return Subject("roster.offer", offer_id)
