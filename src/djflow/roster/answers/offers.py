"""People on duty help each other out: one asks, the other accepts or refuses, the office may want to approve.

Nothing moves in the roster here; the caller puts the new version in force in the same transaction as `finish`.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.notify.model import Answer, Intent, NoticeKind
from djflow.people import service as people
from djflow.roster import store as roster_store
from djflow.roster.answers import rules, service, store
from djflow.roster.answers.model import DutyState, Offer, OfferKind, OfferState, Proposal
from djflow.roster.answers.service import Held
from djflow.roster.answers.tables import SwapOfferRow
from djflow.roster.notices import alert, day_words
from djflow.roster.planning import PlannedSession
from djflow.roster.views import DutyKind

OUTCOMES = {
    OfferState.REFUSED: "对方没有同意，值班仍由您承担",
    OfferState.EXPIRED: "对方没有答复，值班仍由您承担",
}


def subject_of(offer_id: str) -> Subject:
    """Return an offer's subject."""
    return Subject("roster.offer", offer_id)


def propose(session: Session, proposal: Proposal, *, hours: int, by: str, now: datetime) -> Offer:
    """Ask somebody to take a duty over or to exchange; the same question again is the same offer.

    Raises: ConflictError when a duty is not held as stated, has begun, or another question about it is open.
    """
    own = service.require_held(session, proposal.event, proposal.asker)
    if proposal.other == proposal.asker:
        raise InputError("不能和自己换班，请选另一位同志。", code="offer.self")
    if (own.post, own.kind) != (proposal.post, DutyKind.DUTY):
        raise ConflictError("备勤不能换班或找人代：不能备勤时请点“不能到岗”。", code="offer.standby")
    rules.require_time(own.plan, now)
    if service.state_of(session, proposal.event, proposal.asker, holds=True) is DutyState.DECLINED:
        raise ConflictError("这次值班正在安排接替，不用再找人。", code="answer.state")
    plans = (own.plan, *(held.plan for held in _counterpart(session, proposal, now=now)))
    for offer in store.open_offers(session, event=proposal.event):
        if (offer.asker, offer.event) != (proposal.asker, proposal.event):
            continue
        if (offer.other, offer.other_event) == (proposal.other, proposal.other_event):
            return offer
        if not rules.has_expired(offer, now):
            raise ConflictError("这次值班已有一项换班请求在等答复：想换别人，请先撤回它。", code="offer.open")
    offer = store.add_offer(session, own.month, proposal, ends=rules.offer_ends(plans, hours, now), now=now)
    _recorded(session, offer, "offer.make", by=by, now=now)
    _ask(session, offer, plans, now=now)
    return offer


def _counterpart(session: Session, proposal: Proposal, *, now: datetime) -> Iterable[Held]:
    if proposal.kind is OfferKind.SUBSTITUTE:
        return ()
    theirs = service.held(session, proposal.other_event, proposal.other)
    if theirs is None or (theirs.post, theirs.kind) != (proposal.other_post, DutyKind.DUTY):
        raise ConflictError("对方那一场的安排已有变动：请返回重新选。", code="offer.moved")
    if service.month_of(proposal.other_event) != service.month_of(proposal.event):
        raise InputError("只能在同一个月里换班。", code="offer.month")
    rules.require_time(theirs.plan, now)
    return (theirs,)


def of(session: Session, offer_id: str) -> Offer:
    """Return an offer.

    Raises: NotFoundError when there is none.
    """
    return store.offer_of(_row(session, offer_id))


def lock(session: Session, offer_id: str) -> Offer:
    """Return an offer with its month locked until the transaction ends.

    Raises: NotFoundError when there is none.
    """
    roster_store.lock_month(session, Month.parse(of(session, offer_id).month))
    return of(session, offer_id)


def accept(session: Session, offer_id: str, *, by: str, now: datetime) -> Offer:
    """Record the other's consent where the office wants to approve, and tell the office; twice is once."""
    offer = lock(session, offer_id)
    if offer.state is OfferState.ACCEPTED:
        return offer
    offer = _moved(session, offer, OfferState.ACCEPTED, by=by, now=now)
    notify.acknowledge(session, subject_of(offer.id), offer.other, Answer.CONFIRMED, via=by, now=now)
    sentence = f"有一项换班等您批准：djflow roster answers {offer.month}；批准：djflow roster approve-swap {offer.id}"
    notify.enqueue(session, [alert(subject_of(offer.id), "accepted", sentence, now=now)], now=now)
    return offer


def finish(session: Session, offer: Offer, *, by: str, now: datetime) -> None:
    """Record that an offer is in the roster, and that its duties were handed over.

    Raises: ConflictError when the offer is over or a duty is no longer held as stated.
    """
    given = [(offer.event, offer.asker)]
    if offer.kind is OfferKind.SWAP:
        given.append((offer.other_event, offer.other))
    held = [service.require_held(session, event, person) for event, person in given]
    for one in held:
        rules.require_time(one.plan, now)
    _moved(session, offer, OfferState.DONE, by=by, now=now)
    notify.acknowledge(session, subject_of(offer.id), offer.other, Answer.CONFIRMED, via=by, now=now)
    for one in held:
        service.release(session, one, by=by, now=now)


def refuse(session: Session, offer_id: str, *, by: str, now: datetime) -> Offer:
    """End an offer because the other or the office does not want it, and tell the asker; twice is once."""
    offer = lock(session, offer_id)
    if offer.state is OfferState.REFUSED:
        return offer
    notify.acknowledge(session, subject_of(offer.id), offer.other, Answer.DECLINED, via=by, now=now)
    return _told(session, _moved(session, offer, OfferState.REFUSED, by=by, now=now), now=now)


def withdraw(session: Session, offer_id: str, *, by: str, now: datetime) -> Offer:
    """Take one's own offer back; twice is once."""
    offer = lock(session, offer_id)
    if offer.state is OfferState.WITHDRAWN:
        return offer
    notify.withdraw(session, subject_of(offer.id), offer.other)
    return _moved(session, offer, OfferState.WITHDRAWN, by=by, now=now)


def expire(session: Session, offer_id: str, *, by: str, now: datetime) -> bool:
    """End an offer whose time is over and tell the asker; False when it is not."""
    offer = lock(session, offer_id)
    if not rules.has_expired(offer, now):
        return False
    _told(session, _moved(session, offer, OfferState.EXPIRED, by=by, now=now), now=now)
    return True


def open_offers(session: Session, month: Month | None = None) -> tuple[Offer, ...]:
    """Return offers that wait for somebody, oldest first."""
    return store.open_offers(session, month=month)


def offers_of(session: Session, person: PersonId, since: datetime) -> tuple[Offer, ...]:
    """Return the offers a person made or was made since an instant, newest first."""
    return store.offers_of(session, person, since)


def _row(session: Session, offer_id: str) -> SwapOfferRow:
    row = store.offer_row(session, offer_id)
    if row is None:
        raise NotFoundError("没有这项换班请求：请返回您的值班页面查看。", code="offer.unknown")
    return row


def _moved(session: Session, offer: Offer, state: OfferState, *, by: str, now: datetime) -> Offer:
    row = _row(session, offer.id)
    rules.require_offer_move(row.state, state)
    if rules.has_expired(offer, now) and state is not OfferState.EXPIRED:
        raise ConflictError("这项换班请求已过期：还想换请重新提出。", code="offer.expired")
    row.state, row.decided_at = state, now
    session.flush()
    moved = store.offer_of(row)
    _recorded(session, moved, "offer.move", by=by, now=now)
    return moved


def _recorded(session: Session, offer: Offer, action: str, *, by: str, now: datetime) -> None:
    details = {"kind": offer.kind.value, "state": offer.state.value, "event": offer.event}
    audit.record(session, subject_of(offer.id), action, by=by, now=now, details=details)


def _ask(session: Session, offer: Offer, plans: tuple[PlannedSession, ...], *, now: datetime) -> None:
    cards = people.people_by_ids(session, [offer.asker, offer.other])
    mine = f"{day_words(plans[0].on)}{plans[0].market_name}"
    what = f"请您代{mine}的值班"
    if offer.kind is OfferKind.SWAP:
        what = f"想用{mine}换您{day_words(plans[1].on)}{plans[1].market_name}的值班"
    values = {"name": cards[offer.other].name, "asker": cards[offer.asker].name, "what": what}
    intent = Intent(
        NoticeKind.DUTY_OFFER,
        subject_of(offer.id),
        0,
        offer.other,
        "offer",
        "sms/duty_offer",
        now,
        offer.expires_at,
        values,
    )
    notify.enqueue(session, [intent], now=now)


def _told(session: Session, offer: Offer, *, now: datetime) -> Offer:
    """Tell the asker how it ended; what the other was to be asked is withdrawn."""
    notify.withdraw(session, subject_of(offer.id), offer.other)
    name = people.people_by_ids(session, [offer.asker])[offer.asker].name
    found = service.held(session, offer.event, offer.asker)
    if found is None:
        return offer
    what = f"{day_words(found.plan.on)}{found.plan.market_name}"
    intent = Intent(
        NoticeKind.DUTY_OFFER,
        subject_of(offer.id),
        0,
        offer.asker,
        "outcome",
        "sms/offer_outcome",
        now,
        rules.starts_at(found.plan),
        {"name": name, "what": what, "outcome": OUTCOMES[offer.state]},
    )
    if intent.expires_at > now:
        notify.enqueue(session, [intent], now=now)
    return offer
