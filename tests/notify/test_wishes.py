"""A person's own quiet hours make the office's longer, within what duty allows."""

from datetime import time, timedelta

import pytest

from djflow.core.errors import InputError
from djflow.notify.model import Hours
from djflow.notify.wishes.model import Quiet, widened

OFFICE = Hours(time(21, 30), time(7, 30))


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Quiet(time(19), time(8, 30)), (time(19), time(8, 30))),
        (Quiet(time(23), time(6)), (time(21, 30), time(7, 30))),
        (Quiet(time(19), time(6)), (time(19), time(7, 30))),
        (None, (time(21, 30), time(7, 30))),
    ],
)
def test_a_wish_never_shortens_the_night(wish: Quiet | None, expected: tuple[time, time]) -> None:
    """Earlier evenings and later mornings count; a shorter night does not."""
    hours = widened(OFFICE, wish)
    assert (hours.quiet_from, hours.quiet_to, hours.spread) == (*expected, timedelta(minutes=20))


def test_hours_within_one_day_stay() -> None:
    """An office that rests at noon only has no night to make longer."""
    noon = Hours(time(12), time(14))
    assert widened(noon, Quiet(time(18), time(9))) == noon


@pytest.mark.parametrize("hours", [(time(17, 59), time(8)), (time(20), time(9, 1))])
def test_duty_reminders_must_get_through(hours: tuple[time, time]) -> None:
    """Nobody is out of reach before six in the evening or after nine in the morning."""
    with pytest.raises(InputError, match="免打扰最早从18:00开始、最晚到09:00结束"):
        Quiet(*hours)
