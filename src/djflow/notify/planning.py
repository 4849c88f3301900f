"""From notices to messages: the first step of a chain when a notice is due, the next one when a step has had its time.

What a provider gets is rendered and frozen when the message is written, with the address of that moment. Nobody is
skipped: without an address the message is listed for a human and the chain goes on.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from djflow.core.errors import ConfigError
from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.notify import rules, service, store
from djflow.notify.delivery import store as messages
from djflow.notify.delivery.model import Waiting
from djflow.notify.labels import KIND_LABELS
from djflow.notify.limits import store as limited
from djflow.notify.manners import PERSONAL, Wishes
from djflow.notify.model import (
    COORDINATOR,
    PHONE_LIST,
    Answer,
    Draft,
    Intent,
    MessageState,
    Notice,
    NoticeKind,
    NoticeState,
    Policy,
    Urgency,
)
from djflow.notify.outlook import LINKED, ContactWay, Outlook, Template
from djflow.notify.rules import Move, Reached
from djflow.notify.tables import TemplateRow

TRY_TEXT_AGAIN = timedelta(minutes=10)
_LEAST_WAIT = timedelta(hours=1)
_LOOK_AGAIN = timedelta(minutes=10)
_DONE = "done"
_NOTHING = timedelta(0)


def plan(session: Session, outlook: Outlook, *, now: datetime, limit: int = 300) -> int:
    """Write the first message of every notice that is due and return how many notices were looked at."""
    straight = [kind for kind, policy in outlook.policies.items() if not policy.digest]
    due = store.due(session, now, kinds=straight, limit=limit)
    stale = {notice.id for notice in due if notice.expires_at <= now}
    store.move(session, stale, NoticeState.STALE, reason="expired")
    live = [notice for notice in due if notice.id not in stale]
    writer = _Writer(session, outlook, now, {notice.recipient for notice in live})
    for notice in live:
        writer.step(writer.in_own_order(notice), 0)
    _approve(session, outlook, now)
    return len(due)


def _approve(session: Session, outlook: Outlook, now: datetime) -> None:
    """Let messages go whose template the office has got approved meanwhile."""
    held = messages.held_for_template(session)
    if held:
        notices = store.notices(session, [one.notice_id for one in held])
        writer = _Writer(session, outlook, now, {notice.recipient for notice in notices.values()})
        for one in held:
            writer.approve(notices[one.notice_id], one)


def advance(session: Session, outlook: Outlook, *, now: datetime, limit: int = 500) -> int:
    """Look again at every chain whose step has had its time and return how many there were."""
    waiting = messages.waiting(session, now, limit=limit)
    messages.set_wait(session, [one.message_id for one in waiting], None)
    notices = store.notices(session, [one.notice_id for one in waiting])
    writer = _Writer(session, outlook, now, {notice.recipient for notice in notices.values()})
    closed: list[str] = []
    for one in waiting:
        notice = notices[one.notice_id]
        if _is_looked_at(notice, one):
            closed += _moved(writer, notice, one)
    store.move(session, closed, NoticeState.CLOSED, reason=_DONE)
    return len(waiting)


_NOTICE_ENDS = {MessageState.STALE: NoticeState.STALE, MessageState.SUPERSEDED: NoticeState.SUPERSEDED}
_UNDER_WAY = frozenset({MessageState.SENDING, MessageState.UNKNOWN})


def _is_looked_at(notice: Notice, one: Waiting) -> bool:
    # A report that comes after the notice was done may still say that nothing arrived.
    is_done = notice.state is NoticeState.CLOSED and notice.reason == _DONE and notice.answer is None
    is_open = notice.state is NoticeState.OPEN or (is_done and one.state is MessageState.UNDELIVERED)
    return is_open and notice.step == one.step


def _moved(writer: "_Writer", notice: Notice, one: Waiting) -> list[str]:
    """Move one notice on; return its id when it is simply done."""
    if one.state in _NOTICE_ENDS:
        store.move(writer.session, [notice.id], _NOTICE_ENDS[one.state], reason=one.reason)
        return []
    policy = writer.policy(notice)
    end = _end_of(notice, policy)
    is_past = end <= writer.now
    if is_past and one.state in rules.WAITING and not messages.has_left(writer.session, notice.id):
        store.move(writer.session, [notice.id], NoticeState.STALE, reason="expired")
        return []
    is_under_way = is_past and one.state in _UNDER_WAY
    if is_under_way and writer.now < end + _LEAST_WAIT:
        messages.set_wait(writer.session, [one.message_id], writer.now + _LOOK_AGAIN)
        return []
    failed = is_under_way or one.state in rules.FAILED
    return _made_move(writer, notice, one, Reached(notice.step, notice.escalated, notice.answer, failed, is_past))


def _made_move(writer: "_Writer", notice: Notice, one: Waiting, reached: Reached) -> list[str]:
    policy = writer.policy(notice)
    if reached.answer is None and policy.acknowledge and writer.outlook.is_settled(writer.session, notice):
        reached = replace(reached, answer=Answer.READ)
    move = rules.next_move(policy, reached)
    if move is Move.NEXT_STEP:
        # After a message sent again by hand there may be steps that were tried before.
        reached = replace(reached, step=messages.last_step(writer.session, notice.id))
        move = rules.next_move(policy, reached)
    match move:
        case Move.CLOSE:
            return [notice.id]
        case Move.NEXT_STEP:
            writer.step(notice, reached.step + 1, after=one)
        case Move.ESCALATE:
            writer.escalate(notice, policy, one)
        case Move.HUMAN:
            reason = "failed" if reached.failed else "unanswered"
            store.move(writer.session, [notice.id], NoticeState.NEEDS_HUMAN, reason=reason)
    return []


def _end_of(notice: Notice, policy: Policy) -> datetime:
    return min(notice.expires_at, notice.due_at + policy.lifetime) if policy.lifetime else notice.expires_at


class _Writer:
    """Writes steps of chains within one transaction, with the addresses of everybody concerned looked up once."""

    def __init__(self, session: Session, outlook: Outlook, now: datetime, recipients: Collection[str]) -> None:
        self.session, self.outlook, self.now = session, outlook, now
        self._recipients = recipients
        self._addresses: dict[ContactWay, Mapping[str, str]] = {}
        self._wishes = Wishes(session, outlook.manners, recipients)
        self._stopped = limited.stopped_channels(session, now)
        self._known: set[tuple[str, str]] = set()

    def policy(self, notice: Notice) -> Policy:
        """Return how a notice travels, in its recipient's own order."""
        policy = self.outlook.policies[notice.kind]
        if not notice.first_way:
            return policy
        ways = {channel: way.value for channel, way in self.outlook.ways.items()}
        return rules.in_own_order(policy, ways, notice.first_way)

    def in_own_order(self, notice: Notice) -> Notice:
        """Return a notice with the way its recipient wants to be tried first, which is kept with it."""
        first_way = self._wishes.first_way(notice.recipient)
        if first_way != notice.first_way:
            store.keep_order(self.session, notice.id, first_way)
        return replace(notice, first_way=first_way)

    def step(self, notice: Notice, first: int, *, after: Waiting | None = None) -> None:
        """Write the message of the first step from `first` on that can be tried; what waits of `after` is over."""
        policy = self.policy(notice)
        for number in range(first, len(policy.steps)):
            channel = policy.steps[number].channel
            if channel == PHONE_LIST:
                messages.give_up_step(self.session, notice.id, now=self.now)
                store.reached(self.session, notice.id, step=number, escalated=notice.escalated)
                store.move(self.session, [notice.id], NoticeState.NEEDS_HUMAN, reason="phone")
                return
            if self._is_passed_over(policy, number) or self._is_better_reached(policy, number, notice.recipient):
                continue
            try:
                draft = self._draft(notice, policy, number)
            except ConfigError:
                self._wait_for_text(notice, after)
                return
            messages.give_up_step(self.session, notice.id, now=self.now)
            messages.add(self.session, [draft], now=self.now)
            if draft.state is not MessageState.NEEDS_HUMAN:
                store.reached(self.session, notice.id, step=number, escalated=notice.escalated)
                return
        store.move(self.session, [notice.id], NoticeState.NEEDS_HUMAN, reason="no_contact")

    def _wait_for_text(self, notice: Notice, after: Waiting | None) -> None:
        again = self.now + TRY_TEXT_AGAIN
        if after is None:
            store.postpone(self.session, notice.id, again, "text")
        else:
            messages.set_wait(self.session, [after.message_id], again)
        alert_text(self.session, notice.text, now=self.now)

    def approve(self, notice: Notice, held: Waiting) -> None:
        """Write a message that waited for its template anew when the template is approved now."""
        template = self.outlook.templates.get(notice.text)
        if template is None or template.approved:
            try:
                draft = self._draft(notice, self.policy(notice), held.step)
            except ConfigError:
                return  # it waits on; its text is listed with the texts
            messages.renew(self.session, held.message_id, draft)

    def _is_passed_over(self, policy: Policy, number: int) -> bool:
        # What is urgent does not wait for a stopped channel while another one works.
        later = [step.channel for step in policy.steps[number + 1 :]]
        stopped = policy.steps[number].channel in self._stopped
        return stopped and policy.urgency is Urgency.URGENT and any(one not in self._stopped for one in later)

    def _is_better_reached(self, policy: Policy, number: int, recipient: str) -> bool:
        # An account nobody verified may be somebody else's: it waits behind any other way to the person.
        ways = self.outlook.ways
        later = [ways[step.channel] for step in policy.steps[number + 1 :] if step.channel != PHONE_LIST]
        return self._wishes.is_doubtful(ways[policy.steps[number].channel], recipient) and any(
            way in PERSONAL and self._address(way, recipient) and not self._wishes.is_doubtful(way, recipient)
            for way in later
        )

    def _leaves(self, notice: Notice, policy: Policy, expires: datetime) -> tuple[datetime, str]:
        hours, urgency = self.outlook.hours, policy.urgency
        send = partial(rules.send_at, expires_at=expires, urgency=urgency, hours=hours, salt=notice.key)
        own = self._wishes.quiet_hours(notice.recipient) if rules.may_wait(notice.kind, urgency) else None
        return send(self.now) if own is None else rules.send_outside(own, expires, send, now=self.now)

    def _draft(self, notice: Notice, policy: Policy, number: int) -> Draft:
        step = policy.steps[number]
        expires = _end_of(notice, policy)
        due, held = self._leaves(notice, policy, expires)
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
            wait_until=rules.wait_until(wait, answer_by, expires, now=due) if policy.acknowledge else expires,
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

    def _link(self, notice: Notice, channel: str) -> str:
        way = self.outlook.ways[channel]
        if way not in LINKED or self._wishes.is_doubtful(way, notice.recipient):
            return ""
        return self.outlook.link(self.session, notice, self.now)

    def _payload(self, notice: Notice, channel: str) -> Mapping[str, object]:
        text = self.outlook.texts.render(notice.text, **notice.values)
        template = self.outlook.templates.get(notice.text, Template())
        self._keep_version(notice.text, template, channel)
        return {
            "text": text,
            "title": KIND_LABELS[notice.kind],
            "template": template.on(channel),
            "variables": {name: notice.values.get(name, "") for name in template.limits or sorted(notice.values)},
            "link": self._link(notice, channel),
            "asks": self.outlook.policies[notice.kind].acknowledge,
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


def alert_text(session: Session, name: str, *, now: datetime) -> None:
    """Tell the office once a day that a text cannot be filled."""
    title = f"通知文本 {name} 填不出来，通知在等：请运行 djflow check-config 检查 config/texts。"
    subject = Subject("notify.text", name.replace("/", "."))
    service.enqueue(session, [alert(subject, f"text:{now:%Y-%m-%d}", title, now=now)], now=now)
