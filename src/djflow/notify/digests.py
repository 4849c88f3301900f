"""Digests: what may wait is told to a person in one message per half-day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.errors import ConfigError
from djflow.core.subject import Subject
from djflow.notify import rules, service, store
from djflow.notify.model import Intent, Notice, NoticeKind, NoticeState
from djflow.notify.outlook import Outlook
from djflow.notify.planning import TRY_TEXT_AGAIN, alert_text


def digest(session: Session, outlook: Outlook, *, now: datetime) -> int:
    """Merge what may wait into one notice per recipient and half-day and return how many digests that makes."""
    kinds = [kind for kind, policy in outlook.policies.items() if policy.digest]
    if not kinds or not outlook.is_digest_time(now):
        return 0
    waiting = store.due(session, now, kinds=kinds, limit=2000)
    store.move(session, [one.id for one in waiting if one.expires_at <= now], NoticeState.STALE, reason="expired")
    items = dict(_items(session, outlook, [one for one in waiting if one.expires_at > now], now))
    by_recipient: dict[str, list[Notice]] = {}
    for notice in waiting:
        if notice.id in items:
            by_recipient.setdefault(notice.recipient, []).append(notice)
    names = outlook.directory.names(session, list(by_recipient))
    made = 0
    for recipient, merged in sorted(by_recipient.items()):
        intent = _digest_intent(recipient, names.get(recipient, ""), merged, items, now)
        if service.enqueue(session, [intent], now=now):
            into = store.id_of_key(session, intent.key) or ""
            store.merge(session, [one.id for one in merged], into)
            made += 1
    return made


def _items(session: Session, outlook: Outlook, notices: Sequence[Notice], now: datetime) -> Iterator[tuple[str, str]]:
    """Yield what each notice says by its id; one whose text cannot be filled waits and the office hears of it."""
    for notice in notices:
        try:
            yield notice.id, outlook.texts.render(notice.text, **notice.values).rstrip("。")
        except ConfigError:
            store.postpone(session, notice.id, now + TRY_TEXT_AGAIN, "text")
            alert_text(session, notice.text, now=now)


def _digest_intent(
    recipient: str, name: str, merged: Sequence[Notice], items: Mapping[str, str], now: datetime
) -> Intent:
    half = rules.half_day(now)
    return Intent(
        NoticeKind.DIGEST,
        Subject("notify.digest", half),
        0,
        recipient,
        half,
        "sms/digest",
        now,
        max(one.expires_at for one in merged),
        {"name": name, "count": str(len(merged)), "items": "；".join(items[one.id] for one in merged) + "。"},
    )
