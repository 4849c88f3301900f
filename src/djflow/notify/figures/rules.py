"""Counts what went out and arrived. Pure.

A channel whose provider reported nothing at all does not report: what went by it is not known to have been lost.
"""

from collections.abc import Sequence

from djflow.core.sections import Figure
from djflow.notify.figures.model import ANSWERED, DELIVERED, SENT, Sent


def totals(sent: Sequence[Sent], asked: int, answered: int) -> dict[str, Figure]:
    """Return the figures of a span; none of a rate without anything it could be of."""
    found = {SENT.code: Figure(sum(one.accepted for one in sent))}
    reporting = [one for one in sent if one.delivered]
    if reporting:
        found[DELIVERED.code] = Figure(sum(one.delivered for one in reporting), sum(one.accepted for one in reporting))
    if asked:
        found[ANSWERED.code] = Figure(answered, asked)
    return found


def lacking(sent: Sequence[Sent]) -> tuple[str, ...]:
    """Return how much went by channels that do not report."""
    silent = sum(one.accepted for one in sent if not one.delivered)
    return (f"有{silent}条通知由不回执的渠道发出，未计入送达率。",) if silent else ()
