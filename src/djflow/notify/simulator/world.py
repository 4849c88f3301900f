"""What the simulated providers remember: what they took, how fast it came, whom they blocked.

Numbers and texts stay inside; what is shown are digests.
"""

import hashlib
import random
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from djflow.core.clock import Clock, SystemClock
from djflow.notify.simulator.faults import Faults


def digest(text: str) -> str:
    """Return the sixteen hex digits that stand for an address or a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


DEAD_NUMBERS = "1700000"
"""Numbers that begin so are out of service: taken by every provider, delivered by none."""


def is_dead(address: str) -> bool:
    """Return whether a number is out of service."""
    return address.startswith(DEAD_NUMBERS)


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a provider sees it."""

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    raw_query: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reaction:
    """A provider's answer."""

    content: object
    status: int = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that a provider accepted for one address."""

    provider: str
    account: str
    out_id: str
    provider_id: str
    at: datetime
    address: str = field(repr=False)
    content: str = field(repr=False)

    def shown(self) -> Mapping[str, str]:
        """Return what may be shown: ids and digests."""
        return {
            "provider": self.provider,
            "out_id": self.out_id,
            "provider_id": self.provider_id,
            "at": self.at.isoformat(),
            "address": digest(self.address),
            "content": digest(self.content),
        }


class World:
    """The memory of all simulated providers."""

    def __init__(self, faults: Faults, seed: int, time_scale: float, clock: Clock | None) -> None:
        """Start empty; provider time runs `time_scale` times as fast as the clock."""
        self.faults = faults
        self.rng = random.Random(seed)  # noqa: S311 - faults, not secrets
        self.time_scale = time_scale
        self.clock = clock or SystemClock()
        self.taken: list[Taken] = []
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.unreported: deque[Taken] = deque()
        self.tokens: dict[str, datetime] = {}
        self.blocked_until: dict[str, float] = {}
        self.nonces: set[str] = set()
        self.recalled: set[str] = set()
        self.repeats: dict[str, tuple[float, str]] = {}
        self._windows: dict[str, deque[float]] = {}
        self._began = self.clock.now()
        self._ids = 0

    def now(self) -> datetime:
        """Return the wall-clock time."""
        return self.clock.now()

    def seconds(self) -> float:
        """Return provider time in seconds since the start."""
        return (self.clock.now() - self._began).total_seconds() * self.time_scale

    def next_id(self, prefix: str) -> str:
        """Return a fresh id."""
        self._ids += 1
        return f"{prefix}{self._ids:010d}"

    def allow(self, name: str, count: int, seconds: float) -> bool:
        """Count a call in a sliding window and return whether it still fits; what does not fit is not counted."""
        now = self.seconds()
        window = self._windows.setdefault(name, deque())
        while window and window[0] <= now - seconds:
            window.popleft()
        if len(window) >= count:
            return False
        window.append(now)
        return True

    def take(self, taken: Taken) -> None:
        """Accept a message."""
        self.taken.append(taken)
        self.unreported.append(taken)

    def refuse(self, provider: str, code: str) -> None:
        """Count a refusal."""
        self.refusals[f"{provider}:{code}"] += 1

    def copies(self) -> Counter[tuple[str, str, str]]:
        """Return how often each text reached each address at each provider, by digest."""
        return Counter((one.provider, digest(one.address), digest(one.content)) for one in self.taken)

    def doubles(self) -> int:
        """Return how many messages came once too often."""
        return sum(count - 1 for count in self.copies().values())
