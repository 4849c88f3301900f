import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.notify.channels.splitting import split_bytes

TEXTS = st.text(st.sampled_from("a值班𬭚😀\n。é"), max_size=300)


@given(TEXTS, st.integers(4, 64))
def test_pieces_fit_and_lose_nothing(text: str, limit: int) -> None:
    """Pieces joined are the text, and each fits the limit in bytes."""
    pieces = split_bytes(text, limit)
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= limit for piece in pieces)
    assert all(pieces) or pieces == ("",)


def test_a_cut_prefers_the_end_of_a_line() -> None:
    """A long list is cut between its lines."""
    assert split_bytes("甲场：张某\n乙场：李某\n丙场：王某", 36) == ("甲场：张某\n乙场：李某\n", "丙场：王某")


def test_a_limit_smaller_than_a_character_is_refused() -> None:
    """A limit of three bytes cannot hold every character."""
    with pytest.raises(ValueError, match="4 bytes"):
        split_bytes("值班", 3)
