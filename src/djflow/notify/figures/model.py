"""Messages as they are counted for a circular."""

from dataclasses import dataclass

from djflow.core.sections import Indicator, Measured

C, R = Measured.COUNT, Measured.RATE

SENT = Indicator("notify.sent", "发出通知", C, "条")
DELIVERED = Indicator("notify.delivered", "通知送达率", R, "条", "%", higher_is_better=True)
ANSWERED = Indicator("notify.answered", "通知回复率", R, "条", "%", higher_is_better=True)
INDICATORS = (SENT, DELIVERED, ANSWERED)


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out by a channel, and how much of it arrived by its provider's report."""

    channel: str
    accepted: int
    delivered: int
