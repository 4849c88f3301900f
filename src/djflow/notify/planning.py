"""From notices to messages: the first step of a chain when a notice is due, the next one when a step has had its time.

What a provider gets is rendered and frozen when the message is written, with the address of that moment. Nobody is
skipped: without an address the message is listed for a human and the chain goes on.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from djflow.core.errors import ConfigError
from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.notify import rules, service, store
from djflow.notify.delivery import store as messages
from djflow.notify.delivery.model import Waiting
from djflow.notify.labels import KIND_LABELS
from djflow.notify.model import (
    COORDINATOR,
    PHONE_LIST,
    Answer,
    Draft,
    Hours,
    Intent,
    MessageState,
    Notice,
    NoticeKind,
    NoticeState,
    Policy,
    Urgency,
)
from djflow.notify.rules import Move, Reached
from djflow.notify.tables import TemplateRow
from djflow.notify.texts import Texts
from djflow.notify.wishes import service as wishes
from djflow.notify.wishes.model import widened

_TRY_TEXT_AGAIN = timedelta(minutes=10)
_LEAST_WAIT = timedelta(hours=1)
_NOTHING = timedelta(0)


class ContactWay(StrEnum):
    """Which address a channel needs; `recipient` takes our own id, `none` nothing (a group)."""

    MOBILE = "mobile"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    EMAIL = "email"
    RECIPIENT = "recipient"
    NONE = "none"


_LINKED = frozenset({ContactWay.WECOM, ContactWay.DINGTALK, ContactWay.EMAIL, ContactWay.RECIPIENT})
"""Ways to one person that carry links. Short messages do not: carriers refuse links in templates; groups must not."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a gateway knows of a text; `codes` maps channel to the provider's code."""

    code: str = ""
    codes: Mapping[str, str] | None = None
    approved: bool = True
    limits: Mapping[str, int] | None = None

    def on(self, channel: str) -> str:
        """Return the provider's code on a channel."""
        return (self.codes or {}).get(channel, self.code)


class Directory(Protocol):
    """Who can be reached where."""

    def addresses(self, session: Session, way: ContactWay, ids: Collection[str]) -> Mapping[str, str]:
        """Return addresses by recipient; whoever has none is missing."""
        ...

    def names(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:
        """Return names by recipient."""
        ...

    def liaison(self, session: Session, recipient: str) -> str | None:
        """Return the liaison person of the recipient's unit."""
        ...


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the office configured: policies, hours, texts, and for each channel the address it needs.

    `is_settled` tells that a notice needs no answer any more although nobody answered it itself.
    `link` returns what a message keeps of the recipient's own link, empty for none; the sender makes the link of it.
    """

    policies: Mapping[NoticeKind, Policy]
    hours: Hours
    ways: Mapping[str, ContactWay]
    texts: Texts
    templates: Mapping[str, Template]
    directory: Directory
    is_digest_time: Callable[[datetime], bool]
    is_settled: Callable[[Session, Notice], bool]
    link: Callable[[Session, Notice, datetime], str]


def plan(session: Session, outlook: Outlook, *, now: datetime, limit: int = 300) -> int:
    """Write the first message of every notice that is due and return how many notices were looked at."""
    straight = [kind for kind, policy in outlook.policies.items() if not policy.digest]
    due = store.due(session, now, kinds=straight, limit=limit)
    stale = {notice.id for notice in due if notice.expires_at <= now}
    store.move(session, stale, NoticeState.STALE, reason="expired")
    live = [notice for notice in due if notice.id not in stale]
    writer = _Writer(session, outlook, now, {notice.recipient for notice in live})
    for notice in live:
        writer.step(notice, 0)
    return len(due)


def digest(session: Session, outlook: Outlook, *, now: datetime) -> int:
    """Merge what may wait into one notice per recipient and half-day and return how many digests that makes."""
    kinds = [kind for kind, policy in outlook.policies.items() if policy.digest]
    if not kinds or not outlook.is_digest_time(now):
        return 0
    waiting = store.due(session, now, kinds=kinds, limit=2000)
    store.move(session, [one.id for one in waiting if one.expires_at <= now], NoticeState.STALE, reason="expired")
    by_recipient: dict[str, list[Notice]] = {}
    for notice in waiting:
        if notice.expires_at > now:
            by_recipient.setdefault(notice.recipient, []).append(notice)
    names = outlook.directory.names(session, list(by_recipient))
    made = 0
    for recipient, merged in sorted(by_recipient.items()):
        intent = _digest_intent(outlook, recipient, names.get(recipient, ""), merged, now)
        if service.enqueue(session, [intent], now=now):
            into = store.id_of_key(session, intent.key) or ""
            store.merge(session, [one.id for one in merged], into)
            made += 1
    return made


def _digest_intent(outlook: Outlook, recipient: str, name: str, merged: Sequence[Notice], now: datetime) -> Intent:
    half = rules.half_day(now)
    items = "；".join(outlook.texts.render(one.text, **one.values).rstrip("。") for one in merged) + "。"
    return Intent(
        NoticeKind.DIGEST,
        Subject("notify.digest", half),
        0,
        recipient,
        half,
        "sms/digest",
        now,
        max(one.expires_at for one in merged),
        {"name": name, "count": str(len(merged)), "items": items},
    )


def advance(session: Session, outlook: Outlook, *, now: datetime, limit: int = 500) -> int:
    """Look again at every chain whose step has had its time and return how many there were."""
    waiting = messages.waiting(session, now, limit=limit)
    messages.set_wait(session, [one.message_id for one in waiting], None)
    notices = store.notices(session, [one.notice_id for one in waiting])
    writer = _Writer(session, outlook, now, {notice.recipient for notice in notices.values()})
    closed: list[str] = []
    for one in waiting:
        notice = notices[one.notice_id]
        if notice.state is NoticeState.OPEN and notice.step == one.step:
            closed += _moved(writer, notice, one)
    store.move(session, closed, NoticeState.CLOSED, reason="done")
    return len(waiting)


_NOTICE_ENDS = {MessageState.STALE: NoticeState.STALE, MessageState.SUPERSEDED: NoticeState.SUPERSEDED}


def _moved(writer: "_Writer", notice: Notice, one: Waiting) -> list[str]:
    """Move one notice on; return its id when it is simply done."""
    if one.state in _NOTICE_ENDS:
        store.move(writer.session, [notice.id], _NOTICE_ENDS[one.state], reason=one.reason)
        return []
    failed = one.state in rules.FAILED
    policy = writer.outlook.policies[notice.kind]
    answer = notice.answer
    if answer is None and policy.acknowledge and writer.outlook.is_settled(writer.session, notice):
        answer = Answer.READ
    reached = Reached(notice.step, notice.escalated, answer, failed, notice.expires_at <= writer.now)
    match rules.next_move(policy, reached):
        case Move.CLOSE:
            return [notice.id]
        case Move.NEXT_STEP:
            messages.give_up_step(writer.session, notice.id, now=writer.now)
            writer.step(notice, notice.step + 1)
        case Move.ESCALATE:
            writer.escalate(notice, policy, one)
        case Move.HUMAN:
            reason = "failed" if failed else "unanswered"
            store.move(writer.session, [notice.id], NoticeState.NEEDS_HUMAN, reason=reason)
    return []


class _Writer:
    """Writes steps of chains within one transaction, with the addresses of everybody concerned looked up once."""

    def __init__(self, session: Session, outlook: Outlook, now: datetime, recipients: Collection[str]) -> None:
        self.session, self.outlook, self.now = session, outlook, now
        self._recipients = recipients
        self._addresses: dict[ContactWay, Mapping[str, str]] = {}
        self._stopped = messages.stopped_channels(session, now)
        self._wishes = wishes.quiet(session, recipients)
        self._known: set[tuple[str, str]] = set()

    def step(self, notice: Notice, first: int) -> None:
        """Write the message of the first step from `first` on that can be tried."""
        policy = self.outlook.policies[notice.kind]
        for number in range(first, len(policy.steps)):
            channel = policy.steps[number].channel
            if channel == PHONE_LIST:
                store.reached(self.session, notice.id, step=number, escalated=notice.escalated)
                store.move(self.session, [notice.id], NoticeState.NEEDS_HUMAN, reason="phone")
                return
            if self._is_passed_over(policy, number):
                continue
            try:
                draft = self._draft(notice, policy, number)
            except ConfigError:
                store.postpone(self.session, notice.id, self.now + _TRY_TEXT_AGAIN, "text")
                self._alert_text(notice)
                return
            messages.add(self.session, [draft], now=self.now)
            if draft.state is not MessageState.NEEDS_HUMAN:
                store.reached(self.session, notice.id, step=number, escalated=notice.escalated)
                return
        store.move(self.session, [notice.id], NoticeState.NEEDS_HUMAN, reason="no_contact")

    def _is_passed_over(self, policy: Policy, number: int) -> bool:
        # What is urgent does not wait for a stopped channel while another one works.
        later = [step.channel for step in policy.steps[number + 1 :]]
        stopped = policy.steps[number].channel in self._stopped
        return stopped and policy.urgency is Urgency.URGENT and any(one not in self._stopped for one in later)

    def _draft(self, notice: Notice, policy: Policy, number: int) -> Draft:
        step = policy.steps[number]
        expires = min(notice.expires_at, notice.due_at + policy.lifetime) if policy.lifetime else notice.expires_at
        hours = widened(self.outlook.hours, self._wishes.get(notice.recipient))
        due, held = rules.send_at(self.now, expires, policy.urgency, hours, notice.key)
        wait = step.wait or (expires - self.now if policy.acknowledge else _NOTHING)
        answer_by = expires - policy.lead if policy.lead else None
        draft = Draft(
            notice_id=notice.id,
            key=f"{notice.key}|{number}",
            step=number,
            channel=step.channel,
            urgency=policy.urgency,
            recipient=notice.recipient,
            due_at=due,
            expires_at=expires,
            state=MessageState.HELD if due > self.now else MessageState.PENDING,
            reason=held,
            payload=self._payload(notice, step.channel),
            wait=wait,
            answer_by=answer_by,
            wait_until=rules.wait_until(wait, answer_by, expires, now=due) if policy.acknowledge else None,
        )
        way = self.outlook.ways[step.channel]
        if way is not ContactWay.NONE:
            address = self._address(way, notice.recipient)
            if not address:
                return replace(draft, state=MessageState.NEEDS_HUMAN, reason="no_contact", wait_until=None)
            draft = replace(draft, address=address)
        template = self.outlook.templates.get(notice.text)
        if template is not None and not template.approved and way is ContactWay.MOBILE:
            return replace(draft, state=MessageState.HELD, reason="template")
        return draft

    def _payload(self, notice: Notice, channel: str) -> Mapping[str, object]:
        text = self.outlook.texts.render(notice.text, **notice.values)
        template = self.outlook.templates.get(notice.text, Template())
        self._keep_version(notice.text, template, channel)
        return {
            "text": text,
            "title": KIND_LABELS[notice.kind],
            "template": template.on(channel),
            "variables": {name: notice.values.get(name, "") for name in template.limits or sorted(notice.values)},
            "link": self.outlook.link(self.session, notice, self.now) if self.outlook.ways[channel] in _LINKED else "",
        }

    def _keep_version(self, name: str, template: Template, channel: str) -> None:
        code = template.on(channel)
        if (name, code) in self._known:
            return
        self._known.add((name, code))
        version = hashlib.sha256(self.outlook.texts.source(name).encode()).hexdigest()[:16]
        variables = json.dumps(dict(template.limits or {}), ensure_ascii=False, sort_keys=True)
        row = TemplateRow(
            id=new_id(self.now),
            name=name,
            version=version,
            provider_code=code,
            variables=variables,
            approved=template.approved,
            first_used_at=self.now,
        )
        store.know_template(self.session, row)

    def _address(self, way: ContactWay, recipient: str) -> str:
        if way is ContactWay.RECIPIENT:
            return recipient
        if way not in self._addresses:
            self._addresses[way] = self.outlook.directory.addresses(self.session, way, self._recipients)
        return self._addresses[way].get(recipient, "")

    def escalate(self, notice: Notice, policy: Policy, one: Waiting) -> None:
        """Tell the next person up that nobody answered; a level without a person is passed over."""
        level = notice.escalated
        to: str | None = None
        while to is None and level < len(policy.escalate):
            named = policy.escalate[level]
            is_office = named == COORDINATOR
            to = COORDINATOR if is_office else self.outlook.directory.liaison(self.session, notice.recipient)
            level += 1
        if to is None:
            store.move(self.session, [notice.id], NoticeState.NEEDS_HUMAN, reason="unanswered")
            return
        store.reached(self.session, notice.id, step=notice.step, escalated=level)
        again = self.now + max(policy.steps[notice.step].wait / 4, _LEAST_WAIT)
        messages.set_wait(self.session, [one.message_id], min(again, notice.expires_at))
        service.enqueue(self.session, [_unconfirmed(notice, to, level, self.now)], now=self.now)

    def _alert_text(self, notice: Notice) -> None:
        title = f"通知文本 {notice.text} 填不出来，通知在等：请运行 djflow check-config 检查 config/texts。"
        subject = Subject("notify.text", notice.text.replace("/", "."))
        service.enqueue(self.session, [alert(subject, f"text:{self.now:%Y-%m-%d}", title, now=self.now)], now=self.now)


def _unconfirmed(notice: Notice, to: str, level: int, now: datetime) -> Intent:
    parts = [notice.values.get(name, "") for name in ("date", "time", "market")]
    return Intent(
        NoticeKind.UNCONFIRMED,
        notice.subject,
        notice.version,
        to,
        f"{notice.slot[:10]}:{level}:{notice.id}",
        "sms/unconfirmed",
        now,
        notice.expires_at,
        {"name": notice.values.get("name", ""), "what": "".join(parts) + KIND_LABELS[notice.kind]},
    )


def alert(subject: Subject, slot: str, title: str, *, now: datetime) -> Intent:
    """Return an alert for the office that stays true for a day."""
    values = {"title": title, "detail": "", "link": ""}
    until = now + timedelta(days=1)
    kind = NoticeKind.OPERATOR_ALERT
    return Intent(kind, subject, 0, COORDINATOR, slot, "im/operator_alert", now, until, values)
