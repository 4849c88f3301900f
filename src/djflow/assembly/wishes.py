"""A person's own quiet hours, from the phone."""

from dataclasses import dataclass
from datetime import time

from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.notify.wishes import service
from djflow.notify.wishes.model import EARLIEST, LATEST, Quiet

EVENINGS = (time(18), time(19), time(20), time(21))
MORNINGS = (time(8), time(8, 30), time(9))


@dataclass(frozen=True, slots=True)
class QuietPage:
    """The office's hours and what a person may choose besides; `wish` is the choice in force."""

    office_from: time
    office_to: time
    wish: Quiet | None
    evenings: tuple[time, ...]
    mornings: tuple[time, ...]


def quiet_page(house: House, person: PersonId) -> QuietPage:
    """Return a person's quiet hours and the choices that make the office's longer."""
    hours = house.settings.sending
    with house.reading() as session:
        wish = service.quiet(session, [person]).get(person)
    evenings = tuple(one for one in EVENINGS if one < hours.quiet_from)
    mornings = tuple(one for one in MORNINGS if one > hours.quiet_to)
    return QuietPage(hours.quiet_from, hours.quiet_to, wish, evenings, mornings)


def set_quiet(house: House, person: PersonId, quiet_from: str, quiet_to: str, *, by: str) -> None:
    """Keep a person's own quiet hours given as `HH:MM`, empty for the office's; both empty: no wish any more.

    Raises: InputError for what is not among the choices.
    """
    hours = house.settings.sending
    first = _chosen(quiet_from, EVENINGS, max(hours.quiet_from, EARLIEST))
    last = _chosen(quiet_to, MORNINGS, min(hours.quiet_to, LATEST))
    wish = Quiet(first, last) if quiet_from or quiet_to else None
    with house.transaction() as session:
        service.set_quiet(session, person, wish, by=by, now=house.now())


def _chosen(words: str, choices: tuple[time, ...], otherwise: time) -> time:
    named = {one.isoformat("minutes"): one for one in choices} | {"": otherwise}
    if words not in named:
        raise InputError("请从列出的钟点里选，再提交一次。", code="wish.quiet")
    return named[words]
