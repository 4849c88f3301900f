"""How small groups are merged until nobody can be found in the figures. Pure."""

from collections.abc import Sequence

from djflow.fund.disclosure.model import LEAST_PEOPLE, MERGED, AidGroup, AidLine


def told(people: int) -> int | None:
    """Return a number of people as it may be told: nobody, or at least five."""
    return people if people == 0 or people >= LEAST_PEOPLE else None


def lines(groups: Sequence[AidGroup]) -> tuple[AidLine, ...]:
    """Return groups as published lines: those below five people together, with more of them until they are five.

    A single small group beside large ones would be the total less the others, so it takes the smallest large one along.
    """
    given = [group for group in groups if group.people]
    small = [group for group in given if len(group.people) < LEAST_PEOPLE]
    large = [group for group in given if len(group.people) >= LEAST_PEOPLE]
    together = frozenset[str]().union(*(group.people for group in small))
    while small and len(together) < LEAST_PEOPLE and large:
        least = min(large, key=lambda group: (len(group.people), group.label))
        large.remove(least)
        small.append(least)
        together |= least.people
    shown = [AidLine(group.label, len(group.people), group.amount_fen) for group in large]
    if small:
        shown.append(AidLine(MERGED, told(len(together)), sum(group.amount_fen for group in small)))
    return tuple(shown)
