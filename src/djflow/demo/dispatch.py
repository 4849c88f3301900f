"""The demonstration district's batch of cadres for villages, in its check: one person still has points to settle."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.assembly import House, dispatch_batches
from djflow.core.spans import Month
from djflow.dispatch.batches import nominating, service
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import Batch, NewBatch, NewDemand, Nomination
from djflow.dispatch.eligibility.model import Bar, Care
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import Education, Grade, KeyRole, Profession
from djflow.dispatch.postings import service as postings
from djflow.dispatch.profiles import service as profiles
from djflow.dispatch.profiles.model import Health, KeyPostLine, Party, Profile
from djflow.people import service as people
from djflow.people.model import PersonCard, PersonEntry, UnitKind

TITLE_END = "年第一批驻村干部"
_HOSTS, _NOMINATED, _OLDEST, _AHEAD = 3, 8, 40, timedelta(days=60)


def load_dispatch(house: House, *, by: str) -> bool:
    """Open a batch, survey three townships, call, nominate and close; False when there is a batch already."""
    if dispatch_batches.batches(house):
        return False
    starts_on = Month.of(house.today() + _AHEAD).first
    new = NewBatch(BatchKind.RURAL, f"{starts_on.year}{TITLE_END}", starts_on, seed=2027)
    batch = dispatch_batches.create(house, new, by=by)
    with house.reading() as session:
        leaders, chosen = _survey(session, house.today())
    with house.transaction() as session:
        known = [_profile(card, place, house.today()) for place, card in enumerate(chosen)]
        profiles.put_profiles(session, known, by=by, now=house.now())
        posts = [KeyPostLine(card.unit_code, role, card.code) for card in leaders for role in KeyRole]
        profiles.put_key_posts(session, posts, by=by, now=house.now())
    _collect(house, batch, leaders, chosen, by=by)
    dispatch_batches.close_nominations(house, batch.id, by=by)
    return True


def _collect(
    house: House, batch: Batch, leaders: Sequence[PersonCard], chosen: Sequence[PersonCard], *, by: str
) -> None:
    hosts = [card.unit_id for card in leaders]
    news = [
        (card.unit_id, Nomination(card.id, (hosts[place % len(hosts)],), himself=place == 0))
        for place, card in enumerate(chosen)
    ]

    def ask(session: Session, desk: Desk, now: datetime) -> None:
        for host in hosts:
            service.put_demand(session, batch.id, NewDemand(host, "驻村工作队员", 2), desk, by=by, now=now)
        service.grant(session, batch.id, desk, by=by, now=now)
        asked = {card.unit_id for card in chosen}
        quotas = {one.unit: int(one.unit in asked) for one in service.shares(session, batch.id)}
        service.set_quota(session, batch.id, {}, quotas, desk, by=by, now=now)

    dispatch_batches.act(house, ask)
    dispatch_batches.call(house, batch.id, by=by)
    dispatch_batches.act(
        house, lambda session, _desk, now: nominating.nominate(session, batch.id, news, by=by, now=now)
    )


def _survey(session: Session, today: date) -> tuple[list[PersonCard], list[PersonCard]]:
    """Return somebody of each host, and whom units nominate."""
    cards, units = people.cadres(session), people.units(session)
    towns = [unit for unit in units if unit.entry.kind is UnitKind.TOWNSHIP][:_HOSTS]
    leaders = [next(card for card in cards if card.unit_id == town.id) for town in towns]
    entries = people.entries(session, [card.code for card in cards])
    away = {one.new.home for one in postings.postings(session)}
    chosen = [card for card in cards if card.unit_id not in away and _fits(card, entries[card.code], today)]
    return leaders, _spread(chosen)


def _fits(card: PersonCard, entry: PersonEntry, today: date) -> bool:
    young = entry.birth is not None and today.year - entry.birth.year <= _OLDEST
    member = entry.party_member_since is not None
    return card.unit_kind is UnitKind.DISTRICT_UNIT and card.serves and not card.is_leader and young and member


def _spread(cards: Sequence[PersonCard]) -> list[PersonCard]:
    """Return one person of each unit, in official order, up to the number nominated."""
    first: dict[str, PersonCard] = {}
    for card in cards:
        first.setdefault(card.unit_code, card)
    return list(first.values())[:_NOMINATED]


def _profile(card: PersonCard, place: int, today: date) -> Profile:
    known = place != 1
    return Profile(
        card.code,
        education=Education.BACHELOR,
        party=Party.FULL,
        in_service_since=Month(2012, 7),
        recruited=Month(2012, 7),
        classes=frozenset(),
        probation=Bar(stands=False),
        profession=Profession.OFFICE,
        section=f"第{place + 1}科",
        duties=frozenset(),
        reviews=tuple((today.year - back, Grade.COMPETENT) for back in (1, 2, 3)),
        unfinished_task=Bar(stands=False),
        native_known=True,
        kin_checked=known,
        history_checked=True,
        discipline=Bar(stands=False) if known else None,
        health=Health(fit=True, examined_on=today - timedelta(days=60)),
        care=Care(Bar(stands=False)),
    )
