"""What people on duty do from their phone: confirm, decline, ask somebody to take over or swap, answer such questions.

Each act opens its own transactions; the rules are checked and a replacement is looked for between them, and the new
version is put in force together with the answer that caused it. Every act may be repeated: the second time finds what
the first left. Pages, short-message replies, the command line and a sweep call these.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.assembly import boxes, replacing
from djflow.assembly.filing import file_roster
from djflow.assembly.house import House
from djflow.assembly.roster import wording_of
from djflow.core import log
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.notify import service as notify
from djflow.notify.model import Answer
from djflow.people import service as people
from djflow.roster import notices
from djflow.roster import service as rosters
from djflow.roster.answers import offers, rules, service
from djflow.roster.answers.model import DutyState, Offer, OfferKind, OfferState, Proposal
from djflow.roster.answers.service import Held, Refusal
from djflow.roster.service import Amendment, Standing
from djflow.roster.views import DutyKind

_TRIES = 3
_log = log.logger("answers")

Step = Callable[[Session], bool]
"""Runs inside the transaction; False means somebody else has done it already and nothing is to be changed."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a sweep brought to an end: declines with a replacement or handed to the office, offers that expired."""

    declines: int
    offers: int


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One duty and its answer, by codes: no name, no reason."""

    event: str
    post: str
    code: str
    unit: str
    standby: bool
    state: DutyState

    @property
    def words(self) -> str:
        """The state in words."""
        return rules.DUTY_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An open offer by codes."""

    id: str
    kind: OfferKind
    state: OfferState
    event: str
    asker: str
    other: str
    other_event: str

    @property
    def words(self) -> str:
        """The state in words."""
        return rules.OFFER_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class Overview:
    """A month's answers: every duty of the version in force, and offers that wait for somebody."""

    month: Month
    rows: tuple[AnswerRow, ...]
    offers: tuple[OfferRow, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Duties by state, in the order of the states."""
        found = Counter(row.state for row in self.rows)
        return {state.value: found[state] for state in DutyState if found[state]}

    @property
    def in_words(self) -> Mapping[str, int]:
        """Duties by state in words."""
        return {rules.DUTY_WORDS[DutyState(state)]: count for state, count in self.counts.items()}


def confirm(house: House, person: PersonId, event: str, *, by: str) -> DutyState:
    """Record that a person will be there; twice is once.

    Raises: ConflictError when the duty is no longer the person's, has begun, or is being handed over.
    """
    with house.transaction() as session:
        said = service.confirm(session, event, person, by=by, now=house.now())
        notify.acknowledge(session, notices.session_subject(event), person, Answer.CONFIRMED, via=by, now=house.now())
        boxes.keep_answers(session, by=by, now=house.now())
        return said.state


def decline(house: House, person: PersonId, event: str, reason: str, *, by: str) -> DutyState:
    """Record that a person cannot come and find somebody else at once; twice is once.

    Past the month's free declines, and when nobody can be found, the coordinator is told and decides.
    Raises: InputError without a reason; ConflictError when the duty is no longer the person's or has begun.
    """
    free = house.settings.roster.substitutions_free
    with house.transaction() as session:
        said = service.decline(session, Refusal(event, person, reason), free=free, by=by, now=house.now())
        notify.acknowledge(session, notices.session_subject(event), person, Answer.DECLINED, via=by, now=house.now())
        if said.fresh and said.state is DutyState.WAITING:
            _alarm(session, person, event, f"本月已超过 {free} 次", house)
        boxes.keep_answers(session, by=by, now=house.now())
    if said.fresh and said.state is DutyState.DECLINED:
        return _replace(house, person, event, by=by)
    return said.state


def _replace(house: House, person: PersonId, event: str, *, by: str) -> DutyState:
    """Put somebody else in a declined place, or hand it to the coordinator; a newer version makes it start again."""
    for _ in range(_TRIES):
        with house.reading() as session:
            standing = rosters.version_in_force(session, service.month_of(event))
            held = service.held(session, event, person)
        found = _successor(house, standing, held) if standing and held else None
        gone = held is None

        def settle(session: Session, *, moved: bool = gone or found is not None) -> bool:
            if moved:
                return service.substituted(session, event, person, by=by, now=house.now())
            if service.to_office(session, event, person, by=by, now=house.now()):
                _alarm(session, person, event, "暂时没有合适的人接替", house)
            return False

        try:
            _put_in_force(house, found, settle, by=by)
        except ConflictError:
            continue
        break
    with house.reading() as session:
        holds = service.held(session, event, person) is not None
        return service.state_of(session, event, person, holds=holds)


def _successor(house: House, standing: Standing, held: Held) -> Amendment | None:
    try:
        return replacing.replacement(house, standing, held, today=house.today())
    except InputError as error:  # the month's own facts contradict each other: a human decides
        _log.warning("no replacement could be looked for in %s: %s", standing.roster_id, error.code)
        return None


def _put_in_force(house: House, amendment: Amendment | None, step: Step, *, by: str) -> None:
    """Take a step and put the new version in force, both or neither; who is concerned is told in the same breath."""
    done = None
    with house.transaction() as session:
        if amendment:
            rosters.lock(session, amendment.base_id)
        if step(session) and amendment:
            done = rosters.amend(session, amendment, wording_of(house, session), by=by, now=house.now())
            boxes.keep_answers(session, by=by, now=house.now())
    if done:
        file_roster(house, done.standing.roster_id)


def _alarm(session: Session, person: PersonId, event: str, why: str, house: House) -> None:
    card = people.people_by_ids(session, [person])[person]
    found = service.held(session, event, person)
    post = f" {found.post}" if found and found.post else ""
    month = service.month_of(event)
    sentence = (
        f"工号{card.code}不能到岗 {event}{post}，{why}，请您安排："
        f"djflow roster suggest {month} {event}{post}，再用 djflow roster swap 换人。"
    )
    slot = f"decline:{card.code}"
    notify.enqueue(
        session, [notices.alert(service.subject_of(event), slot, sentence, now=house.now())], now=house.now()
    )
    boxes.duty_declined(session, card, event, month, now=house.now())


def propose_substitute(house: House, person: PersonId, event: str, who: str, *, by: str) -> Offer:
    """Ask somebody (a code, or a name that only one person has) to take a duty over; the rules are checked at once.

    Raises: NotFoundError for an unknown person; RuleError naming the rule that forbids it; ConflictError.
    """
    with house.reading() as session:
        other = _named(session, who)
        post = service.own(session, event, person).post
    return _propose(house, Proposal(OfferKind.SUBSTITUTE, person, event, post, other), by=by)


def propose_swap(house: House, person: PersonId, event: str, who: str, their_event: str, *, by: str) -> Offer:
    """Ask the person with the code `who` to exchange his duty at `their_event` for this one; rules are checked at once.

    Raises: NotFoundError for an unknown person; RuleError naming the rule that forbids it; ConflictError.
    """
    with house.reading() as session:
        other = _named(session, who)
        post, theirs = service.own(session, event, person).post, service.held(session, their_event, other)
    proposal = Proposal(OfferKind.SWAP, person, event, post, other, their_event, theirs.post if theirs else "")
    return _propose(house, proposal, by=by)


def _named(session: Session, who: str) -> PersonId:
    words = who.strip()
    found = [card for card in people.cadres(session) if card.serves and words in (card.code, card.name)]
    if not found:
        raise NotFoundError("没有找到这位在岗的同志：请写工号或全名。", code="offer.nobody")
    if len(found) > 1:
        raise InputError("有几位同名的同志：请写工号。", code="offer.namesakes")
    return found[0].id


def _propose(house: House, proposal: Proposal, *, by: str) -> Offer:
    with house.reading() as session:
        standing = _standing(session, service.month_of(proposal.event))
    replacing.agreed(house, standing, proposal)
    hours = house.settings.roster.offer_hours
    with house.transaction() as session:
        return offers.propose(session, proposal, hours=hours, by=by, now=house.now())


def _standing(session: Session, month: Month) -> Standing:
    found = rosters.version_in_force(session, month)
    if found is None:
        raise ConflictError("这个月还没有发布的值班表，不能换班。", code="offer.moved")
    return found


def respond(house: House, person: PersonId, offer_id: str, *, accept: bool, by: str) -> Offer:
    """Accept or refuse what somebody asks; twice is once. Accepted, it is in force at once or waits for the office.

    Raises: NotFoundError when it was not this person who was asked; RuleError; ConflictError when it is over.
    """
    with house.reading() as session:
        offer = _mine(offers.of(session, offer_id), person, asked=True)
    if not accept:
        with house.transaction() as session:
            return offers.refuse(session, offer_id, by=by, now=house.now())
    if offer.state is OfferState.DONE or not house.settings.roster.swap_needs_approval:
        return _fulfil(house, offer, by=by)
    with house.reading() as session:
        standing = _standing(session, Month.parse(offer.month))
    replacing.agreed(house, standing, offer.proposal)
    with house.transaction() as session:
        accepted = offers.accept(session, offer_id, by=by, now=house.now())
        boxes.offer_waits(session, accepted, now=house.now())
    return accepted


def withdraw(house: House, person: PersonId, offer_id: str, *, by: str) -> Offer:
    """Take one's own question back; twice is once.

    Raises: NotFoundError when it is not this person's; ConflictError when it is over.
    """
    with house.transaction() as session:
        _mine(offers.of(session, offer_id), person, asked=False)
        boxes.offer_over(session, offer_id, by=by, now=house.now())
        return offers.withdraw(session, offer_id, by=by, now=house.now())


def _mine(offer: Offer, person: PersonId, *, asked: bool) -> Offer:
    if person != (offer.other if asked else offer.asker):
        raise NotFoundError("没有这项换班请求：请返回您的值班页面查看。", code="offer.unknown")
    return offer


def approve(house: House, offer_id: str, *, by: str) -> Offer:
    """Put an accepted offer in force for the office; twice is once.

    Raises: NotFoundError; ConflictError when the other has not accepted or it is over; RuleError.
    """
    with house.reading() as session:
        offer = offers.of(session, offer_id)
    if offer.state is OfferState.OFFERED:
        raise ConflictError("对方还没有答复，不能批准：请等对方同意以后再批。", code="offer.state")
    return _fulfil(house, offer, by=by)


def reject(house: House, offer_id: str, *, by: str) -> Offer:
    """End an offer for the office and tell the asker; twice is once.

    Raises: NotFoundError; ConflictError when it is over.
    """
    with house.transaction() as session:
        refused = offers.refuse(session, offer_id, by=by, now=house.now())
        boxes.offer_over(session, offer_id, by=by, now=house.now())
    return refused


def _fulfil(house: House, offer: Offer, *, by: str) -> Offer:
    """Put what two people agreed on in force; a newer version in between makes it look again."""
    if offer.state is OfferState.DONE:
        return offer

    def finish(session: Session) -> bool:
        if offers.lock(session, offer.id).state is OfferState.DONE:
            return False
        offers.finish(session, offer, by=by, now=house.now())
        boxes.offer_over(session, offer.id, by=by, now=house.now())
        return True

    for last in (False, False, True):
        with house.reading() as session:
            standing = _standing(session, Month.parse(offer.month))
            if offers.of(session, offer.id).state is OfferState.DONE:
                break
        try:
            _put_in_force(house, replacing.agreed(house, standing, offer.proposal), finish, by=by)
            break
        except ConflictError:
            with house.reading() as session:
                same = _standing(session, Month.parse(offer.month)) == standing
                done = offers.of(session, offer.id).state is OfferState.DONE
            if done:
                break
            if last or same:
                raise
    with house.reading() as session:
        return offers.of(session, offer.id)


def settle(house: House, *, by: str) -> Settled:
    """Finish what a crash left: declines nobody was found for yet; and end offers whose time is over."""
    with house.reading() as session:
        left = service.unsettled(session)
        expired = [offer for offer in offers.open_offers(session) if rules.has_expired(offer, house.now())]
    for answer in left:
        state = _replace(house, answer.person, answer.event, by=by)
        _log.info("decline %s settled: %s", answer.id, state.value)
    ended = 0
    for offer in expired:
        with house.transaction() as session:
            ended += offers.expire(session, offer.id, by=by, now=house.now())
            boxes.offer_over(session, offer.id, by=by, now=house.now())
    with house.transaction() as session:
        boxes.keep_answers(session, by=by, now=house.now())
    return Settled(len(left), ended)


def overview(house: House, month: Month) -> Overview:
    """Return who confirmed, declined or has not answered, by codes.

    Raises: NotFoundError while nothing is published.
    """
    with house.reading() as session:
        standing = rosters.version_in_force(session, month)
        if standing is None:
            raise NotFoundError(f"{month.title}还没有已发布的值班表，没有答复可看。")
        kept = rosters.content(session, standing.roster_id)
        said = service.answers(session, month)
        waiting = offers.open_offers(session, month)
        ids = {duty.person for duty in kept.duties} | {p for offer in waiting for p in (offer.asker, offer.other)}
        cards = people.people_by_ids(session, sorted(ids))
    rows = []
    for duty in kept.duties:
        answer = said.get((duty.event, duty.person))
        state = rules.standing(answer.state if answer else None, holds=True)
        card = cards[duty.person]
        standby = duty.kind is DutyKind.STANDBY
        rows.append(AnswerRow(duty.event, duty.post, card.code, card.unit_name, standby, state))
    on = {event: stored.plan.on for event, stored in kept.planned.items()}
    rows = [row for row in rows if row.event in on]
    rows.sort(key=lambda row: (on[row.event], row.event, row.standby, row.post, row.code))
    listed = tuple(
        OfferRow(o.id, o.kind, o.state, o.event, cards[o.asker].code, cards[o.other].code, o.other_event)
        for o in waiting
    )
    return Overview(month, tuple(rows), listed)
