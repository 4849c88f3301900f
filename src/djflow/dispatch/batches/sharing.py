"""How many of a unit may be away at once: its share of people, less those another batch has away in the same days."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from djflow.core.ids import UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.batches import rules, store
from djflow.dispatch.batches.model import Batch, UnitShare
from djflow.dispatch.policy.model import KindPolicy
from djflow.dispatch.postings import service as postings
from djflow.people import service as people


def unit_shares(session: Session, found: Batch, policy: KindPolicy, total: int) -> tuple[UnitShare, ...]:
    """Return how many each unit is to nominate of `total`, by its size and within what it may still send."""
    hosts = {one.new.unit for one in store.demands(session, found.id)}
    sizes = Counter(card.unit_id for card in people.cadres(session))
    sending = rules.SENDING.get(found.kind)
    units = [
        unit.id
        for unit in people.units(session)
        if unit.entry.active and unit.id in sizes and unit.id not in hosts
        and (sending is None or unit.entry.kind in sending)
    ]  # fmt: skip
    gone = _away(session, found)
    most = [_most(sizes[unit], gone.get(unit, 0), policy) for unit in units]
    quotas = rules.share_out(total, [sizes[unit] for unit in units], most)
    return tuple(UnitShare(unit, sizes[unit], top, quota) for unit, top, quota in zip(units, most, quotas, strict=True))


def present_shares(session: Session, found: Batch, policy: KindPolicy) -> tuple[UnitShare, ...]:
    """Return the kept shares with what each unit may send as things stand: others may have left since."""
    gone = _away(session, found)
    return tuple(
        replace(one, most=_most(one.size, gone.get(one.unit, 0), policy)) for one in store.shares(session, found.id)
    )


def _most(size: int, gone: int, policy: KindPolicy) -> int:
    return max(0, rules.most_away(size, policy.unit_share_percent) - gone)


def _away(session: Session, found: Batch) -> Mapping[UnitId, int]:
    span = DateSpan(found.starts_on, found.ends_on)
    others = (one for one in postings.postings(session) if one.new.batch != found.id)
    return Counter(one.new.home for one in others if one.span.overlaps(span))
