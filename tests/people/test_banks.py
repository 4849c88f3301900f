"""Bank accounts: a card proves itself by its last digit; what is foreign or mistyped is refused with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.errors import InputError
from djflow.people import rules


def test_the_published_example_of_the_check_digit() -> None:
    """The example of the standard: 7992739871 is followed by 3."""
    assert rules.card_check_digit("7992739871") == "3"


@given(first=st.from_regex(r"62[0-9]{13,16}", fullmatch=True), place=st.integers(2, 14), by=st.integers(1, 9))
def test_one_wrong_digit_of_a_card_is_found(first: str, place: int, by: int) -> None:
    """A right card goes through, also with blanks as it is printed; any single digit changed is refused."""
    number = first + rules.card_check_digit(first)
    assert rules.normal_bank_account(f"{number[:4]} {number[4:]}") == number
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(InputError, match="校验位不对"):
        rules.normal_bank_account(wrong)


def test_other_accounts_have_no_check_digit() -> None:
    """Passbooks and accounts of other forms go through as digits."""
    for number in ("0000123456789012", "12345678", "8111001012300123456"):
        assert rules.normal_bank_account(number) == number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DE89370400440532013000", "境外银行"),
        ("GB29 NWBK 6016 1331 9268 19", "境外银行"),
        ("1234567", "8 到 32 位"),
        ("6217-账号", "8 到 32 位"),
        ("", "8 到 32 位"),
    ],
)
def test_what_is_no_account_of_this_country_is_refused(text: str, words: str) -> None:
    """The sentence says what is wrong and does not repeat the number."""
    with pytest.raises(InputError, match=words) as caught:
        rules.normal_bank_account(text)
    assert not text or text not in caught.value.message


@pytest.mark.parametrize("text", ["", "农行", "123456", "ABC Bank", "=1+1", "银" * 61])
def test_what_is_no_bank_is_refused(text: str) -> None:
    """A bank has a Chinese name of 4 to 60 characters."""
    with pytest.raises(InputError, match="开户行"):
        rules.normal_bank_name(text)


def test_a_bank_is_written_one_way() -> None:
    """Blanks go, brackets become full-width: the same bank is always the same text."""
    assert rules.normal_bank_name(" 中国银行 (青石)支行 ") == "中国银行（青石）支行"
