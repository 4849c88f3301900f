"""No published figure is about fewer than five people, and nothing is lost from the sums."""

from hypothesis import given
from hypothesis import strategies as st

from djflow.fund.disclosure.model import LEAST_PEOPLE, MERGED, AidGroup, AidLine
from djflow.fund.disclosure.rules import lines, told

GROUPS = st.lists(
    st.tuples(st.frozensets(st.sampled_from("abcdefghijklmnop"), max_size=9), st.integers(1, 10**9)), max_size=7
)


def group(label: str, count: int, fen: int = 100) -> AidGroup:
    """Return a group of so many people of its own."""
    return AidGroup(label, frozenset(f"{label}{number}" for number in range(count)), fen)


def test_small_groups_stand_together() -> None:
    """Two small groups that are five together are one line; large ones stand alone."""
    found = lines((group("甲", 6, 600), group("乙", 3, 300), group("丙", 2, 200)))
    assert found == (AidLine("甲", 6, 600), AidLine(MERGED, 5, 500))


def test_one_small_group_takes_the_smallest_large_one_along() -> None:
    """Otherwise the total less the others would tell it."""
    found = lines((group("甲", 9, 900), group("乙", 6, 600), group("丙", 1, 100)))
    assert found == (AidLine("甲", 9, 900), AidLine(MERGED, 7, 700))


def test_fewer_than_five_in_all_are_not_counted_out() -> None:
    """A year that helped four people says so without the number."""
    assert lines((group("甲", 3, 300), group("乙", 1, 100))) == (AidLine(MERGED, None, 400),)
    assert (told(0), told(4), told(5)) == (0, None, 5)
    assert lines(()) == ()


@given(GROUPS)
def test_nothing_is_lost_and_nobody_is_found(drawn: list[tuple[frozenset[str], int]]) -> None:
    """All money of groups with people is in the lines; a line below five people stands alone and has no number."""
    groups = tuple(AidGroup(f"g{number}", people, fen) for number, (people, fen) in enumerate(drawn))
    found = lines(groups)
    assert sum(line.amount_fen for line in found) == sum(one.amount_fen for one in groups if one.people)
    assert all(line.people is None or line.people >= LEAST_PEOPLE for line in found)
    if any(line.people is None for line in found):
        assert len(found) == 1
