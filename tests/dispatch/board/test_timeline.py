"""The picture of terms can be drawn, with nobody and with more than fit."""

from datetime import date, timedelta
from io import BytesIO

from PIL import Image

from djflow.dispatch.board.timeline import Bar, timeline
from djflow.dispatch.policy.model import BatchKind

ON = date(2026, 11, 24)


def bars(count: int) -> list[Bar]:
    """Return terms one after the other, each with a planned successor."""
    first = [ON - timedelta(days=700 - 20 * number) for number in range(count)]
    kinds = [kind for kind in BatchKind if kind is not BatchKind.RESERVE]
    return [
        Bar(f"大仓镇 G{number}", kinds[number % 5], day, day + timedelta(days=729), planned=number % 4 == 3)
        for number, day in enumerate(first)
    ]


def test_terms_are_drawn() -> None:
    """A picture is a PNG that grows with the people on it and stops at sixty."""
    sizes = []
    for count in (0, 8, 60, 90):
        picture = Image.open(BytesIO(timeline("任期一览", bars(count), ON)))
        assert picture.format == "PNG"
        sizes.append(picture.height)
    assert sizes[0] < sizes[1] < sizes[2] == sizes[3]
