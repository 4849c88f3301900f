"""How often one address may do something: counted in memory, forgotten after a while."""

import ipaddress
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock


class Pace:
    """Lets at most `most` things through per address within `window`, and remembers at most `addresses` addresses."""

    def __init__(self, most: int, window: timedelta, addresses: int = 10_000) -> None:
        self._most, self._window, self._addresses = most, window, addresses
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def allows(self, address: str, now: datetime) -> bool:
        """Count one thing and return whether it may be done; what is not allowed is not counted."""
        with self._lock:
            times = self._seen.setdefault(_network(address), deque())
            self._seen.move_to_end(_network(address))
            while len(self._seen) > self._addresses:
                self._seen.popitem(last=False)
            while times and times[0] <= now - self._window:
                times.popleft()
            if len(times) >= self._most:
                return False
            times.append(now)
            return True


def _network(address: str) -> str:
    # One household has a whole /64 of IPv6 addresses and may use a fresh one each time.
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
