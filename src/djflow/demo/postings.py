"""The demonstration district's postings under way: one to report, one on leave, one with few days, one near its end."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from djflow.assembly import House
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.clock import instant_of
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.policy.model import BatchKind, Terms
from djflow.dispatch.postings import rules, service
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.leave.model import Grantor, Wish
from djflow.dispatch.postings.model import NewPosting, Posting, Who
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import Count, Form
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import Assessment, Grade, Votes
from djflow.people import service as people
from djflow.people.model import PersonCard, Unit

_BATCH = "demo-2026-rural"
_TITLE = "驻村工作队员"
_SHORT = 12
"""Days at the host in a month that is below what is asked."""


def load_postings(house: House, *, by: str) -> bool:
    """Send four cadres of different departments to four townships; False when anybody is posted already."""
    today, terms = house.today(), dispatch_terms(house)
    with house.transaction() as session:
        if service.postings(session, open_only=False):
            return False
        towns, staff = _places(session), _staff(session, today)
        if len(towns) < 4 or len(staff) < 4:
            return False
        policy = terms.valid(BatchKind.RURAL, today)
        if policy is None:
            return False
        spans = _spans(today)
        posted = [
            _appointed(session, (card, town), span, policy.version, terms=terms, by=by)
            for card, town, span in zip(staff, towns, spans, strict=False)
        ]
        _ending(session, posted[0], terms=terms, by=by)
        _on_leave(session, posted[1], today, terms=terms, by=by)
        _few_days(session, posted[2], today, terms=terms, by=by)
    return True


def _places(session: Session) -> list[Unit]:
    return [unit for unit in people.units(session) if unit.entry.kind.is_town and unit.entry.active][:4]


def _staff(session: Session, today: date) -> list[PersonCard]:
    """Return one cadre who leads nothing and is here today of each of four large departments."""
    away = people.unavailable_days(session, DateSpan(today, today + timedelta(days=60)))
    by_unit = dict[str, list[PersonCard]]()
    for card in people.cadres(session):
        if not card.unit_kind.is_town and card.serves and not card.is_leader and card.id not in away:
            by_unit.setdefault(card.unit_code, []).append(card)
    largest = sorted(by_unit.values(), key=lambda cards: (-len(cards), cards[0].unit_code))
    return [cards[-1] for cards in largest[:4]]


def _spans(today: date) -> Sequence[DateSpan]:
    ending = today + timedelta(days=30)
    return (
        DateSpan(rules.months_later(ending, -24) + timedelta(days=1), ending),
        _two_years(today - timedelta(days=100)),
        _two_years(rules.months_later(today.replace(day=1), -3)),
        _two_years(today + timedelta(days=7)),
    )


def _two_years(first: date) -> DateSpan:
    return DateSpan(first, rules.last_day_after(first, 24))


def _appointed(
    session: Session, who: tuple[PersonCard, Unit], span: DateSpan, version: int, *, terms: Terms, by: str
) -> Posting:
    card, town = who
    new = NewPosting(
        key=f"{_BATCH}-{card.code}",
        batch=_BATCH,
        kind=BatchKind.RURAL,
        version=version,
        person=card.id,
        home=card.unit_id,
        host=town.id,
        title=_TITLE,
        span=span,
    )
    before = instant_of(span.first - timedelta(days=10), time(9))
    posting = service.appoint(session, new, terms=terms, by=by, now=before)
    return service.talk(session, posting.id, by=by, now=before)


def _begin(session: Session, posting: Posting, *, terms: Terms, by: str) -> None:
    first = instant_of(posting.span.first, time(9))
    service.report(session, posting.id, Who.CADRE, terms=terms, by=by, now=first)
    service.confirm(session, posting.id, Who.HOST, by=by, now=first)


def _ending(session: Session, posting: Posting, *, terms: Terms, by: str) -> None:
    _begin(session, posting, terms=terms, by=by)
    policy = rules.policy_of(posting.new, terms)
    middle = instant_of(rules.midterm_on(posting.span, policy, terms.calendar), time(10))
    given = Assessment("示范：工作扎实，群众认可。", Votes(20, 12, 7, 1), Grade.COMPETENT)
    reviews.assess(session, posting.id, given, terms=terms, by=by, now=middle)
    reviews.record(session, posting.id, Grade.COMPETENT, terms=terms, by=by, now=middle)


def _on_leave(session: Session, posting: Posting, today: date, *, terms: Terms, by: str) -> None:
    _begin(session, posting, terms=terms, by=by)
    before = instant_of(today - timedelta(days=1), time(9))
    wish = Wish(DateSpan(today, today + timedelta(days=2)), "示范：家中有事")
    asked = leaves.ask(session, posting.id, wish, terms=terms, by=by, now=before)
    leaves.answer(session, asked.id, Grantor.HOST, granted=True, by=by, now=before)
    months.write_diary(session, posting.id, today - timedelta(days=1), "示范：走访三户，了解秋收。", by=by, now=before)


def _few_days(session: Session, posting: Posting, today: date, *, terms: Terms, by: str) -> None:
    _begin(session, posting, terms=terms, by=by)
    last = Month.of(today).preceding
    for month in (last.preceding, last):
        asked = instant_of(month.following.first + timedelta(days=1), time(9))
        months.ask_months(session, month, terms=terms, by=by, now=asked)
        months.fill_month(session, posting.id, month, Form(_SHORT, 15, 1), by=by, now=asked)
        count = Count(month, _SHORT)
        months.confirm_month(session, posting.id, count, terms=terms, by=by, now=asked)
