"""Which units lie below one. Pure."""

from collections.abc import Iterable

from djflow.core.ids import UnitId


def units_below(units: Iterable[tuple[UnitId, str, str]], top: str) -> frozenset[UnitId]:
    """Return the unit with code `top` and everything below it; `units` are id, code and code of the parent."""
    known = tuple(units)
    inside, before = {top}, 0
    while len(inside) != before:
        before = len(inside)
        inside |= {code for _, code, parent in known if parent in inside}
    return frozenset(key for key, code, _ in known if code in inside)
