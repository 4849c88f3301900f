"""First complete roster and its improvement, a day at a time.

With all other days fixed, filling one day at least price is an assignment problem and solved exactly. The first
roster takes the days in order. Improvement clears a few days and fills them again, in a fresh order; a result
that is not worse is kept. Session rules (heads per department, township persons) do not fit an assignment
problem: they are mended afterwards by forbidding the worst offender or reserving a place, and solving again.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from djflow.roster.solver.month import Bools, Doubles, Longs, Month
from djflow.roster.solver.roster import Draft

_MENDS = 40


class DayFiller:
    """Fills single days of drafts; `extra` [c, g] shifts the price of pairs (repair rewards what is kept)."""

    def __init__(self, month: Month, extra: Doubles | None = None) -> None:
        """Expand each day's groups into places."""
        self.m = month
        self.extra = extra
        self.places = [
            np.repeat(np.arange(s.start, s.stop), month.g_need[s])
            for s in (month.day_groups(d) for d in range(month.days))
        ]
        self.busy = [d for d in range(month.days) if len(self.places[d])]
        self.session_rules = month.dept_left is not None or bool(month.town_need.any())

    def fill(self, draft: Draft, day: int) -> None:
        """Fill the cleared `day` of `draft` at least price, the other days unchanged."""
        m, w = self.m, self.m.problem.weights
        gap = max(0, m.problem.rules.rest_gap)
        places = self.places[day]
        near = draft.duty[:, max(0, day - gap) : day + gap + 1]
        who = np.flatnonzero((draft.count < m.cap) & (near < 0).all(axis=1) & m.free[:, day])
        if not len(who) or not len(places):
            return
        groups = m.day_groups(day)
        local = places - groups.start
        over = (draft.heads >= m.quota_high).astype(np.int64) - (draft.heads < m.quota_low)
        off = (draft.load[who] - m.target[who])[:, None]
        units = m.g_units[groups][None, :]
        price = m.cost(who, groups) + w.fairness * (2 * off + units) * units + w.quota * over[m.c_dept[who]][:, None]
        total = price if self.extra is None else price + self.extra[who, groups]
        able = m.eligible(who, groups)
        matrix = np.where(able[:, local], total[:, local], np.inf).T.astype(np.float64)
        if self.session_rules:
            found, at = self._with_session_rules(matrix, places, who)
        else:
            found, at = cheapest(matrix, float(w.unfilled))
        draft.put(who[at], places[found], day)

    def _with_session_rules(self, matrix: Doubles, places: Longs, who: Longs) -> tuple[Longs, Longs]:
        """Fill a day, then mend one broken session rule after another."""
        m, w = self.m, self.m.problem.weights
        town = m.town[m.c_dept[who]]
        reserved = np.zeros(len(places), bool)
        found, at = cheapest(matrix, float(w.unfilled))
        for _ in range(_MENDS):
            changed = self._thin_departments(matrix, places, who, (found, at))
            if not changed:
                changed = self._reserve_township(matrix, places, town, reserved, (found, at))
            if not changed:
                return found, at
            found, at = cheapest(matrix, float(w.unfilled))
        keep = self._allowed(places, who, found, at)
        return found[keep], at[keep]

    def _excess(self, places: Longs, who: Longs, found: Longs, at: Longs) -> Bools:
        """Return which placed people exceed their department's heads at the session."""
        m = self.m
        excess = np.zeros(len(found), bool)
        if m.dept_left is None:
            return excess
        heads: dict[tuple[int, int], int] = {}
        for i in range(len(found)):
            key = (int(m.g_event[places[found[i]]]), int(m.c_dept[who[at[i]]]))
            heads[key] = heads.get(key, 0) + 1
            excess[i] = heads[key] > m.dept_left[key]
        return excess

    def _allowed(self, places: Longs, who: Longs, found: Longs, at: Longs) -> Bools:
        """Return which placed people may stay."""
        return np.asarray(~self._excess(places, who, found, at))

    def _thin_departments(self, matrix: Doubles, places: Longs, who: Longs, now: tuple[Longs, Longs]) -> bool:
        """Forbid the surplus people of a department their session; return whether anything changed."""
        m = self.m
        excess = self._excess(places, who, *now)
        for i in np.flatnonzero(excess):
            session = m.g_event[places] == m.g_event[places[now[0][i]]]
            matrix[session, now[1][i]] = np.inf
        return bool(excess.any())

    def _reserve_township(
        self, matrix: Doubles, places: Longs, town: Bools, reserved: Bools, now: tuple[Longs, Longs]
    ) -> bool:
        """Reserve one more place for township people at each session short of them; return whether any was."""
        m = self.m
        found, at = now
        changed = False
        sessions = m.g_event[places]
        for e in np.unique(sessions):
            if not m.town_need[e]:
                continue
            mine = sessions[found] == e
            missing = m.town_need[e] - (mine & town[at]).sum()
            open_places = np.flatnonzero((sessions == e) & ~reserved & np.isfinite(matrix[:, town]).any(axis=1))
            if missing <= 0 or not len(open_places):
                continue
            rise = matrix[np.ix_(open_places, np.flatnonzero(town))].min(axis=1) - matrix[open_places].min(axis=1)
            taken_by_town = np.isin(open_places, found[mine & town[at]])
            place = open_places[np.lexsort((open_places, rise, ~taken_by_town))[0]]
            matrix[place, ~town] = np.inf
            reserved[place] = changed = True
        return changed


def cheapest(matrix: Doubles, empty: float) -> tuple[Longs, Longs]:
    """Match rows (places) to columns (people) at least price; any row may stay empty for `empty` points."""
    rows = matrix.shape[0]
    finite = np.isfinite(matrix)
    never = 1e3 * (abs(empty) + (float(np.abs(matrix[finite]).max()) if finite.any() else 0.0) + 1.0)
    wide = np.hstack([np.where(finite, matrix, never), np.full((rows, rows), empty)])
    found, at = linear_sum_assignment(wide)
    good = at < matrix.shape[1]
    found, at = found[good], at[good]
    return found.astype(np.int64), at.astype(np.int64)


def first_roster(month: Month, filler: DayFiller) -> Draft:
    """Fill the days in order."""
    draft = Draft(month)
    for day in filler.busy:
        filler.fill(draft, day)
    return draft


def improve(
    draft: Draft, filler: DayFiller, rounds: int, rng: np.random.Generator, stop: Callable[[], bool]
) -> tuple[Draft, int]:
    """Clear and refill blocks of days `rounds` times; return the best roster and its price."""
    best, price = draft, draft.price()
    days = filler.busy
    for turn in range(rounds if days else 0):
        if stop():
            break
        if turn < len(days):
            block = [days[turn]]
        elif rng.random() < 0.5:
            size, at = int(rng.integers(2, 6)), int(rng.integers(0, len(days)))
            block = [days[(at + i) % len(days)] for i in range(min(size, len(days)))]
        else:
            block = rng.choice(days, size=min(int(rng.integers(2, 6)), len(days)), replace=False).tolist()
        trial = best.copy()
        for day in block:
            trial.clear_day(day)
        for day in rng.permutation(block).tolist():
            filler.fill(trial, day)
        for day in rng.permutation(block).tolist() if len(block) > 1 else []:
            trial.clear_day(day)
            filler.fill(trial, day)
        now = trial.price()
        if now <= price:
            best, price = trial, now
    return best, price
