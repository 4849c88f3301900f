"""A proven lower bound of every roster's price, and the pairs a good roster is made of.

Lagrangian (Dantzig-Wolfe) relaxation: "every place is filled", department quotas and session rules are priced
instead of enforced; then each cadre's month is an exact programme (`pricing`), and the sum of the cheapest
months is a lower bound whatever the prices are. Subgradient ascent with momentum looks for the prices with the
highest bound: step α·(target − bound)/‖direction‖², α shrinks after a stall and the best prices return.

Which pairs the programmes choose on the way is counted, late choices more; `restricted` builds on those.

When places must stay empty the plain bound is weak. `Ascent` therefore prices an empty place at `empty_price`
(small) and the caller adds (unfilled − empty_price) × proven minimum of empty places, which is valid since a
roster with u empty places costs at least soft + empty_price·u + (unfilled − empty_price)·minimum.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from djflow.roster.solver.month import Doubles, Floats, Month
from djflow.roster.solver.pricing import Picks, Pricer, Prices

_MOMENTUM = 0.8
_PATIENCE = 8
_SHRINK = 0.85
_EXHAUSTED = 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class _Slack:
    """What the picked months do to the priced rules: direction of ascent."""

    place: Doubles
    department: Doubles
    session: Doubles | None


class Ascent:
    """Raises the bound step by step; `bound` is the best so far (single precision), `hits` [c, g] the choices."""

    def __init__(self, month: Month, empty_price: float, start: Doubles, *, soft: bool = True) -> None:
        """Start with `start` [g] as the worth of places, all other prices zero."""
        self.m = month
        self.soft = soft
        self.empty_price = empty_price
        weights = month.problem.weights
        self.quota = float(weights.quota) if soft else 0.0
        self.town_price = float(weights.township_price) if soft else 0.0
        self.pricer = Pricer(month, soft=soft)
        self.limited = month.dept_left is not None or bool(month.town_need.any() and soft)
        shape = (len(month.events), len(month.quota_low))
        self.heads_price = np.zeros(shape)  # surcharge for a department's head at a session, >= 0
        self.town_worth = np.zeros(len(month.events))  # worth of a township head at a session, >= 0
        self.prices = Prices(start, np.zeros(shape[1]), np.zeros(shape) if self.limited else None)
        self.best_prices = self.prices
        self._best_session = (self.heads_price, self.town_worth)
        self.bound = -np.inf
        self.alpha = 1.0
        self.steps = 0
        self._stall = 0
        self._way = _Slack(np.zeros(month.groups), np.zeros(shape[1]), np.zeros(shape) if self.limited else None)
        self._way_town = np.zeros(len(month.events))
        self.hits: Floats = np.zeros((month.people, month.groups), np.float32)

    @property
    def exhausted(self) -> bool:
        """Whether further steps would change nothing worth having."""
        return self.alpha < _EXHAUSTED

    def value(self, prices: Prices, picks: Picks) -> float:
        """Return the bound that `picks` prove at `prices`."""
        m = self.m
        worth = prices.department
        total = float(prices.place @ m.g_need) + float(picks.value.sum())
        total -= float(np.where(worth > 0, worth * m.quota_high, worth * m.quota_low).sum()) if self.soft else 0.0
        if prices.session is not None:
            heads, town = self.heads_price, self.town_worth
            if m.dept_left is not None:
                total -= float((heads * np.minimum(m.dept_left, m.people)).sum())
            total += float(town @ m.town_need)
        return total + (m.constant if self.soft else 0)

    def run(self, steps: int, target: float, stop: Callable[[], bool]) -> None:
        """Take up to `steps` steps towards `target`, the price of a known roster."""
        for _ in range(steps):
            if self.exhausted or stop():
                return
            self._step(target)

    def _step(self, target: float) -> None:
        """Price everybody's month, remember the bound, move the prices."""
        picks = self.pricer.solve(self.prices)
        self.steps += 1
        self.hits[picks.cadre, picks.group] += np.float32(self.steps)
        value = self.value(self.prices, picks)
        if value > self.bound + 1e-6 * abs(self.bound) or self.steps == 1:
            self.bound, self.best_prices, self._stall = value, self.prices, 0
            self._best_session = (self.heads_price, self.town_worth)
        else:
            self._stall += 1
            if self._stall >= _PATIENCE:
                self.alpha *= _SHRINK
                self._stall = 0
                self.prices = self.best_prices
                self.heads_price, self.town_worth = self._best_session
        self._move(picks, value, target)

    def _move(self, picks: Picks, value: float, target: float) -> None:
        """Take one subgradient step from the present prices."""
        m, old = self.m, self._way
        dept = m.c_dept[picks.cadre]
        heads = np.bincount(dept, minlength=len(m.quota_low))
        worth = self.prices.department
        wanted = np.where(worth > 0, m.quota_high, np.where(worth < 0, m.quota_low, heads))
        wanted = np.where(worth == 0, np.clip(heads, m.quota_low, m.quota_high), wanted)
        place = _MOMENTUM * old.place + m.g_need - np.bincount(picks.group, minlength=m.groups)
        department = _MOMENTUM * old.department + heads - wanted
        # a price at its limit cannot follow: left in, its slack would only shorten the step of all others
        place[(self.prices.place >= self.empty_price) & (place > 0)] = 0
        department[(np.abs(worth) >= self.quota) & (department * worth >= 0)] = 0
        norm = float((place**2).sum()) + float((department**2).sum())
        session = None
        if old.session is not None:
            session, norm = self._session_way(old.session, picks, norm)
        self._way = _Slack(place, department, session)
        if norm == 0:
            self.alpha = 0.0
            return
        step = self.alpha * max(target - value, 1e-3 * abs(target), 1e-9) / norm
        new_place = np.minimum(self.prices.place + step * place, self.empty_price)
        new_dept = np.clip(worth + step * department, -self.quota, self.quota)
        new_session = None
        if session is not None:
            if m.dept_left is not None:
                self.heads_price = np.maximum(0, self.heads_price + step * session)
            self.town_worth = np.clip(self.town_worth + step * self._way_town, 0, self.town_price)
            new_session = self.heads_price - self.town_worth[:, None] * m.town[None, :]
        self.prices = Prices(new_place, new_dept, new_session)

    def _session_way(self, old: Doubles, picks: Picks, norm: float) -> tuple[Doubles, float]:
        """Return the direction for heads per department and session; also set the one for township heads."""
        m = self.m
        heads = np.zeros((len(m.events), len(m.quota_low)))
        np.add.at(heads, (m.g_event[picks.group], m.c_dept[picks.cadre]), 1)
        way = np.zeros_like(old)
        if m.dept_left is not None:
            way = _MOMENTUM * old + heads - m.dept_left
            # a rule that is slack and free of charge must not lengthen the direction
            way[(self.heads_price == 0) & (way < 0)] = 0
        town = _MOMENTUM * self._way_town + m.town_need - heads[:, m.town].sum(axis=1)
        town[(self.town_worth == 0) & (town < 0)] = 0
        self._way_town = town
        return way, norm + float((way**2).sum()) + float((town**2).sum())

    def proven(self) -> float:
        """Return the best bound recomputed in double precision, rounded up to the next integer price."""
        if not self.steps:
            return 0.0
        heads, town = self.heads_price, self.town_worth
        self.heads_price, self.town_worth = self._best_session
        exact = Pricer(self.m, np.float64, soft=self.soft)
        value = self.value(self.best_prices, exact.solve(self.best_prices))
        self.heads_price, self.town_worth = heads, town
        return float(np.ceil(value - 1e-6 * max(1.0, abs(value) * 1e-3)))
