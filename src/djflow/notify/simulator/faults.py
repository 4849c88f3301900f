"""Faults to order: each a share of the calls, drawn with a seed so that a bad day can be repeated."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from djflow.core.errors import InputError


class Fault(StrEnum):
    """What goes wrong with one call."""

    REFUSED = "refused"
    HTML = "html"
    CUT_JSON = "cut_json"
    SERVER_ERROR = "server_error"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    HANG = "hang"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares between 0 and 1 of calls and of receipts.

    `refused`: too fast, said with status 200. `html`: a maintenance page with 200, not accepted. `cut_json`: accepted,
    half an answer. `server_error`: 502, accepted every other time. `reset_before` and `reset_after` acceptance.
    `hang`: no answer for `hang_seconds`, accepted every other time. `slow`: a good answer after `slow_seconds`.
    """

    refused: float = 0.0
    html: float = 0.0
    cut_json: float = 0.0
    server_error: float = 0.0
    reset_before: float = 0.0
    reset_after: float = 0.0
    hang: float = 0.0
    slow: float = 0.0
    receipt_lost: float = 0.0
    receipt_late: float = 0.0
    receipt_doubled: float = 0.0
    receipt_reordered: float = 0.0
    hang_seconds: float = 60.0
    slow_seconds: float = 2.0

    def draw(self, rng: random.Random) -> Fault | None:
        """Return the fault of the next call, usually none."""
        at = rng.random()
        for fault in Fault:
            share = float(getattr(self, fault.value))
            if at < share:
                return fault
            at -= share
        return None

    def as_map(self) -> Mapping[str, float]:
        """Return the shares by name."""
        return asdict(self)


NAMES = frozenset(field.name for field in fields(Faults))


def faults_of(values: Mapping[str, object]) -> Faults:
    """Return the faults named in a mapping.

    Raises: InputError naming what is unknown or out of range.
    """
    numbers: dict[str, float] = {}
    for name, value in values.items():
        if name not in NAMES:
            raise InputError(f"没有“{name}”这种故障，只有：{'、'.join(sorted(NAMES))}。")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"故障“{name}”的值应是数字，如 0.05。")
        if value < 0 or (value > 1 and not name.endswith("_seconds")):
            raise InputError(f"故障“{name}”的比例应在 0 和 1 之间。")
        numbers[name] = float(value)
    if sum(numbers.get(fault.value, 0.0) for fault in Fault) > 1:
        raise InputError("各种故障的比例加起来不能超过 1。")
    return Faults(**numbers)


def parse_faults(text: str) -> Faults:
    """Return the faults written `html=0.05,reset_after=0.02`.

    Raises: InputError naming the part that was not understood.
    """
    values: dict[str, object] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError as error:
            raise InputError(f"“{part}”没有读懂，应如 html=0.05。") from error
    return faults_of(values)
