"""Money at the door: what is understood, what is refused, how it is printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.errors import InputError
from djflow.core.money import MAX_FEN, capital, checked_fen, fen_of, plain_yuan, yuan, yuan_of


@pytest.mark.parametrize(
    ("text", "fen"),
    [("3000", 300_000), ("3,000.00", 300_000), ("0.5", 50), ("0.01", 1), ("1,234,567.8", 123_456_780), ("007", 700)],
)
def test_an_amount_is_read_to_the_fen(text: str, fen: int) -> None:
    """Yuan in ASCII digits, with or without separators of thousands, at most two decimals."""
    assert fen_of(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        *("５０００", "1e3", "5_000", "+5", "٣", "三千", "3000元", "￥3000", "1.005", "1.", ".5", "1,00", "12,3456"),
        *("", " ", " 5", "5\n", "--5", "-", "NaN", "Infinity", "0x10", "1000000000000", "3，000", "５", "1 000"),
        *(True, False, 5, 5.0, None, b"5"),
    ],
)
def test_every_odd_notation_is_refused(text: object) -> None:
    """What `Decimal` would take and people do not write is refused, and so is everything that is no text."""
    with pytest.raises(InputError) as refused:
        fen_of(text)
    assert refused.value.code == "bad_amount"


@pytest.mark.parametrize("text", ["0", "0.00", "-1", "-0.01"])
def test_nothing_and_less_are_refused(text: str) -> None:
    """An amount is above zero unless the caller says otherwise."""
    with pytest.raises(InputError, match="大于零"):
        fen_of(text)
    assert fen_of(text, at_least=-100) <= 0


def test_an_amount_above_the_cap_is_refused_with_the_cap() -> None:
    """The refusal says how much is allowed."""
    assert fen_of("5000", at_most=500_000) == 500_000
    with pytest.raises(InputError, match=r"不能超过 5,000\.00 元"):
        fen_of("5000.01", at_most=500_000)


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None])
def test_only_whole_fen_are_an_amount(value: object) -> None:
    """A bool is no amount, although Python counts with it."""
    with pytest.raises(InputError, match="整数"):
        checked_fen(value)


@given(st.integers(min_value=-MAX_FEN, max_value=MAX_FEN))
def test_what_is_printed_is_read_back(fen: int) -> None:
    """Printed yuan mean the same fen, with and without separators."""
    assert fen_of(yuan(fen), at_least=-MAX_FEN) == fen
    assert fen_of(plain_yuan(fen), at_least=-MAX_FEN) == fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (300_000, "叁仟元整"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_000, "壹拾元整"),
        (1_005_000, "壹万零伍拾元整"),
        (100_000_000, "壹佰万元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_000_100_000, "壹亿零壹仟元整"),
        (1_000_050_000, "壹仟万零伍佰元整"),
        (50, "伍角整"),
        (5, "伍分"),
        (0, "零元整"),
    ],
)
def test_receipts_write_capital_amounts(fen: int, words: str) -> None:
    """Capital amounts follow the payment rules' own examples."""
    assert capital(fen) == words


@given(st.integers(min_value=0, max_value=MAX_FEN))
def test_capital_amounts_mean_one_amount(fen: int) -> None:
    """Read back by another way, a capital amount is the amount."""
    assert _read(capital(fen)) == fen


def _read(words: str) -> int:
    digits = "零壹贰叁肆伍陆柒捌玖"
    places = {"拾": 10, "佰": 100, "仟": 1000}
    units = {"亿": 10**10, "万": 10**6, "元": 100, "角": 10, "分": 1}
    total = group = digit = 0
    for sign in words.removesuffix("整"):
        if sign in digits:
            digit = digits.index(sign)
        elif sign in places:
            group, digit = group + digit * places[sign], 0
        else:
            total, group, digit = total + (group + digit) * units[sign], 0, 0
    return total


@given(st.integers(0, MAX_FEN))
def test_amounts_of_a_sentence_read_back(fen: int) -> None:
    """`3000` or `3000.50`: what is printed reads back as the same number of fen."""
    assert fen_of(yuan_of(fen), at_least=0) == fen
