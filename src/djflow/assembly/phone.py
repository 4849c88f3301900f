"""What a person on duty sees on the phone: the own duties of this and next month, one duty, questions, a calendar.

Reading only; what is done from there stands in `answers`. Nobody sees more than the own duties, the names of those
who lead them, and whom one may ask.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.approvals.doorway import links as approval_links
from djflow.approvals.doorway import service as doorway
from djflow.approvals.model import TaskId
from djflow.assembly import replacing
from djflow.assembly.frames import frame_of, names_of
from djflow.assembly.house import House
from djflow.assembly.replacing import Choice
from djflow.core.clock import civil_date, days
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.people import service as people
from djflow.people.model import PersonCard
from djflow.roster import reading
from djflow.roster import service as rosters
from djflow.roster.answers import invitations, offers, rules, service
from djflow.roster.answers.model import DutyState, Invited, Offer, OfferKind, OfferState
from djflow.roster.outputs import ics
from djflow.roster.planning import PlannedSession
from djflow.roster.record import Duty, Kept
from djflow.roster.views import DutyKind

OFFERS_SHOWN = days(14)
LEADER = "带队领导"
APPROVE = "approve"
"""Begins what a stored message keeps of an approver's link."""


@dataclass(frozen=True, slots=True)
class MyDuty:
    """One of a person's duties; `open` means it can still be answered, `phone` is the town office's."""

    event: str
    plan: PlannedSession
    post: str
    standby: bool
    state: DutyState
    open: bool
    held: bool
    leader: str
    phone: str

    @property
    def words(self) -> str:
        """Where the duty is, in words."""
        return rules.DUTY_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class MyOffer:
    """A question between two people; `asked` tells that it was put to the reader."""

    id: str
    asked: bool
    other: str
    unit: str
    swap: bool
    state: OfferState
    event: str
    on: date
    market: str
    other_on: date | None
    other_market: str
    expires_at: datetime

    @property
    def words(self) -> str:
        """Where it is, in the reader's words."""
        return "等您答复" if self.asked and self.open else rules.OFFER_WORDS[self.state]

    @property
    def open(self) -> bool:
        """Whether the reader has something to say or may take it back."""
        return self.state is OfferState.OFFERED or (self.state is OfferState.ACCEPTED and not self.asked)


@dataclass(frozen=True, slots=True)
class MyPage:
    """Everything on a person's first page."""

    name: str
    months: tuple[Month, ...]
    duties: tuple[MyDuty, ...]
    offers: tuple[MyOffer, ...]


def duty_link(house: House, session: Session, person: PersonId, *, now: datetime, event: str = "") -> str:
    """Return the person's link of this month in the caller's transaction, to one duty when `event` is given.

    The same person has the same link all month, so a message that is made twice is the same message.
    """
    token = invitations.invite(session, person, now=now)
    return f"{house.settings.web.address}/me/{token}" + (f"/duty/{event}" if event else "")


def approval_reference(session: Session, task: Subject, person: PersonId, *, now: datetime) -> str:
    """Return what a stored message keeps instead of an approver's link; empty when the task waits no longer."""
    try:
        return f"{APPROVE}:{doorway.reference(session, TaskId(task.id), person, now=now)}"
    except RuleError:
        return ""


def receipt_reference(session: Session, task: Subject, person: PersonId, *, now: datetime) -> str:
    """Return what a receipt keeps instead of the link to what was decided, where one can say that it was not them."""
    return f"{APPROVE}:{doorway.after_decision(session, TaskId(task.id), person, now=now)}"


def link_reference(session: Session, person: PersonId, *, now: datetime, event: str = "", path: str = "") -> str:
    """Return what a stored message keeps instead of the person's link: it opens nothing without the house's key."""
    return invitations.reference(session, person, now=now) + (f"/duty/{event}" if event else path)


def link_from(house: House, reference: str) -> str:
    """Return the link that a stored message stands for, when it is sent."""
    kind, colon, approval = reference.partition(":")
    if colon and kind == APPROVE:
        return f"{house.settings.web.address}/me/approve/{approval_links.token_of(house.vault, approval)}"
    invitation, slash, path = reference.partition("/")
    return f"{house.settings.web.address}/me/{invitations.token_of(house.vault, invitation)}{slash}{path}"


def is_of_a_duty(reference: str) -> bool:
    """Return whether a stored message's link leads to one duty."""
    return "/duty/" in reference


def link_for(house: House, person: PersonId, *, event: str = "") -> str:
    """Return the person's link of this month, to one duty when `event` is given."""
    with house.transaction() as session:
        return duty_link(house, session, person, now=house.now(), event=event)


def link_of_code(house: House, code: str, *, fresh: bool, by: str) -> str:
    """Return the link of the person with this code; `fresh` ends the links given out before.

    Raises: NotFoundError for an unknown code.
    """
    with house.transaction() as session:
        person = people.person_by_code(session, code).id
        if fresh:
            invitations.revoke(session, person, by=by, now=house.now())
        return duty_link(house, session, person, now=house.now())


def invited(house: House, token: str) -> Invited:
    """Return whom a link lets in.

    Raises: NotFoundError for a token that was never given out; GoneError once it is over.
    """
    with house.reading() as session:
        return invitations.invited(session, token, now=house.now())


def used(house: House, token: str) -> None:
    """Remember the first act with a link."""
    with house.transaction() as session:
        invitations.mark_used(session, token, now=house.now())


def form_key(house: House) -> bytes:
    """Return the key that ties a form to the link it was shown under."""
    return house.vault.derived("phone-forms")


def contact(house: House) -> tuple[str, str]:
    """Return whom to call about anything: the office and its telephone."""
    names = names_of(house)
    return names.department, names.supervision_phone


def page(house: House, person: PersonId) -> MyPage:
    """Return a person's first page: duties from today on by date, questions that are open or recent."""
    today = house.today()
    months = (Month.of(today), Month.of(today).following)
    with house.reading() as session:
        name = people.people_by_ids(session, [person])[person].name
        duties = [duty for month in months for duty in _duties(house, session, month, person)]
        asked = offers.offers_of(session, person, house.now() - OFFERS_SHOWN)
        listed = [shown for offer in asked if (shown := _offer(house, session, offer, person))]
    ahead = sorted((d for d in duties if d.plan.on >= today), key=lambda d: (d.plan.on, d.plan.start, d.event))
    return MyPage(name, months, tuple(ahead), tuple(sorted(listed, key=lambda o: not (o.asked and o.open))))


def duty(house: House, person: PersonId, event: str) -> MyDuty | None:
    """Return one duty, also one that was handed over; None when the person never had it.

    Raises: NotFoundError when `event` is not a session's name.
    """
    month = service.month_of(event)
    with house.reading() as session:
        held = [one for one in _duties(house, session, month, person) if one.event == event]
        if held:
            return held[0]
        if (event, person) not in service.answers(session, month):
            return None
        standing = rosters.version_in_force(session, month)
        kept = rosters.content(session, standing.roster_id) if standing else Kept((), ())
        plan = next((stored.plan for stored in kept.sessions if stored.plan.event == event), None)
        state = service.state_of(session, event, person, holds=False)
    if plan is None:
        return None
    return MyDuty(event, plan, "", False, state, False, False, "", _phone(house, plan.market))


def offer_about(house: House, person: PersonId, event: str) -> MyOffer | None:
    """Return the person's own open question about a duty."""
    found = [offer for offer in page(house, person).offers if not offer.asked and offer.open]
    return next((offer for offer in found if offer.event == event), None)


def choices(house: House, person: PersonId, event: str, *, swap: bool) -> tuple[Choice, ...]:
    """Return whom to ask: people who may take a duty over, or duties of others for which it may be exchanged.

    Raises: ConflictError when the duty is not the person's (any more).
    """
    with house.reading() as session:
        held = service.own(session, event, person)
        standing = rosters.version_in_force(session, held.month)
    if standing is None or held.kind is DutyKind.STANDBY:
        return ()
    if swap:
        return replacing.swaps(house, standing, held, today=house.today())
    return replacing.substitutes(house, standing, held)


def calendar(house: House, person: PersonId) -> bytes:
    """Return the person's duties of this and next month as a calendar file."""
    today = house.today()
    with house.reading() as session:
        found = [rosters.version_in_force(session, month) for month in (Month.of(today), Month.of(today).following)]
        books = [reading.book(session, one.roster_id, frame_of(house, one.month)) for one in found if one]
        name = people.people_by_ids(session, [person])[person].name
    return ics.own_calendar(books, person, name)


def _duties(house: House, session: Session, month: Month, person: PersonId) -> list[MyDuty]:
    standing = rosters.version_in_force(session, month)
    if standing is None:
        return []
    kept = rosters.content(session, standing.roster_id)
    own = [one for one in kept.duties if one.person == person and one.event in kept.planned]
    said = service.answers(session, month) if own else {}
    leading = [one for one in kept.duties if one.post == LEADER]
    cards = people.people_by_ids(session, sorted({one.person for one in leading})) if own else {}
    leaders = {one.event: cards[one.person] for one in leading if one.person in cards}
    return [
        _duty(house, kept, one, {event: s.state for (event, who), s in said.items() if who == person}, leaders)
        for one in own
    ]


def _duty(
    house: House, kept: Kept, one: Duty, said: Mapping[str, DutyState], leaders: Mapping[str, PersonCard]
) -> MyDuty:
    plan = kept.planned[one.event].plan
    leader = leaders.get(one.event)
    words = f"{leader.name}（{leader.unit_name}{leader.post_title}）" if leader else ""
    return MyDuty(
        event=one.event,
        plan=plan,
        post=one.post or "备勤",
        standby=one.kind is DutyKind.STANDBY,
        state=rules.standing(said.get(one.event), holds=True),
        open=house.now() < rules.starts_at(plan),
        held=True,
        leader="" if one.post == LEADER else words,
        phone=_phone(house, plan.market),
    )


def _phone(house: House, market: str) -> str:
    return next((town.town_phone for town in house.settings.markets if town.code == market), "")


def _offer(house: House, session: Session, offer: Offer, person: PersonId) -> MyOffer | None:
    standing = rosters.version_in_force(session, Month.parse(offer.month))
    if standing is None:
        return None
    plans = {s.plan.event: s.plan for s in rosters.content(session, standing.roster_id).sessions}
    asked = offer.other == person
    card = people.people_by_ids(session, [offer.asker, offer.other])[offer.asker if asked else offer.other]
    mine, theirs = plans.get(offer.event), plans.get(offer.other_event)
    if mine is None:
        return None
    over = rules.has_expired(offer, house.now()) or civil_date(house.now()) > mine.on
    return MyOffer(
        id=offer.id,
        asked=asked,
        other=card.name,
        unit=card.unit_name,
        swap=offer.kind is OfferKind.SWAP,
        state=OfferState.EXPIRED if over and offer.is_open else offer.state,
        event=offer.event,
        on=mine.on,
        market=mine.market_name,
        other_on=theirs.on if theirs else None,
        other_market=theirs.market_name if theirs else "",
        expires_at=offer.expires_at,
    )
