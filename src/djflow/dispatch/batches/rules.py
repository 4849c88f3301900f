"""How quotas are shared out, when a step must be over, what an approver decides about. Pure.

Shares follow the method of the largest remainder: everybody gets the whole part of the exact share, what is left goes
to the largest remainders, equal ones by the order given. Source: handbook of the domain, sections 2.3 and 2.4.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

from djflow.calendar.workdays import WorkCalendar
from djflow.dispatch.batches.model import Batch, Candidate, Demand, DemandId, Limit
from djflow.dispatch.policy.model import BatchKind, KindPolicy
from djflow.people.model import UnitKind

MONTHS_A_YEAR = 12
_TOWNS = frozenset({UnitKind.TOWNSHIP, UnitKind.SUBDISTRICT})
SENDING: Mapping[BatchKind, frozenset[UnitKind]] = MappingProxyType(
    {
        BatchKind.RURAL: frozenset({UnitKind.DISTRICT_UNIT}),
        BatchKind.COMMUNITY: frozenset({UnitKind.DISTRICT_UNIT}),
        BatchKind.UPWARD: _TOWNS,
    }
)
"""Which sort of unit sends people; a kind that is missing takes them from everywhere."""


def share_out(total: int, weights: Sequence[int], most: Sequence[int]) -> tuple[int, ...]:
    """Return `total` shared out in proportion to `weights`, nobody above `most`; less only when all are full."""
    got = [0] * len(weights)
    left = total
    while left > 0:
        open_ones = [place for place in range(len(weights)) if got[place] < most[place] and weights[place] > 0]
        if not open_ones:
            break
        left -= _deal(left, open_ones, weights, most, got)
    return tuple(got)


def _deal(left: int, open_ones: Sequence[int], weights: Sequence[int], most: Sequence[int], got: list[int]) -> int:
    whole = sum(weights[place] for place in open_ones)
    exact = {place: Fraction(left * weights[place], whole) for place in open_ones}
    given = {place: min(int(exact[place]), most[place] - got[place]) for place in open_ones}
    rest = left - sum(int(share) for share in exact.values())
    by_remainder = sorted(open_ones, key=lambda place: (int(exact[place]) - exact[place], place))
    for place in by_remainder[:rest]:
        given[place] = min(given[place] + 1, most[place] - got[place])
    for place, count in given.items():
        got[place] += count
    return sum(given.values())


def most_away(size: int, percent: int) -> int:
    """Return how many of a unit of `size` people may be away at once: its share rounded down, always at least one."""
    return max(1, size * percent // 100) if size else 0


def usual_end(starts_on: date, months: int) -> date:
    """Return the last day of a term of `months` months that begins on `starts_on`."""
    year, month = divmod(starts_on.month - 1 + months, MONTHS_A_YEAR)
    first = date(starts_on.year + year, month + 1, 1)
    following = date(first.year + first.month // MONTHS_A_YEAR, first.month % MONTHS_A_YEAR + 1, 1)
    length = (following - first).days
    return first + timedelta(days=min(starts_on.day, length) - 1) - timedelta(days=1)


def due_on(limit: Limit | None, policy: KindPolicy, today: date, calendar: WorkCalendar) -> date | None:
    """Return the last day of a clock that starts today; the first day does not count, a rest day is put off."""
    clocks = policy.clocks
    workdays = {
        Limit.DEMAND: clocks.demand_workdays,
        Limit.NOMINATE: clocks.nominate_workdays,
        Limit.CHECK: clocks.check_workdays,
        Limit.PUBLICITY: clocks.publicity_workdays,
    }
    days = {Limit.REPORT: clocks.report_days, Limit.ARCHIVE: clocks.archive_days}
    if limit is None:
        return None
    if limit in workdays:
        return calendar.add_workdays(today, workdays[limit]).date
    return calendar.add_workdays(today + timedelta(days=days[limit]), 0).date


def over_quota(policy: KindPolicy, demands: Collection[Demand]) -> str:
    """Return in words that more is granted than the policy or a demand allows, empty when all fits."""
    granted = sum(one.places for one in demands)
    if policy.quota is not None and granted > policy.quota:
        return f"各岗位名额合计 {granted} 个，超过这一批的总名额 {policy.quota} 个：请调减。"
    if not granted:
        return "各岗位名额合计为 0：请先分配名额。"
    return ""


def content_hash(batch: Batch, demands: Mapping[DemandId, Demand], chosen: Collection[Candidate]) -> str:
    """Return the fingerprint of who is to go where and how long: what an approver decides about."""
    lines = sorted(
        [str(one.person), str(one.unit), str(one.demand), demands[one.demand].new.unit, demands[one.demand].new.title]
        for one in chosen
        if one.demand is not None
    )
    content = [batch.id, batch.kind, batch.version, batch.digest, str(batch.starts_on), str(batch.ends_on), lines]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
