"""Numbers that name people and bodies."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.errors import InputError
from djflow.core.spans import Month
from djflow.people import rules
from djflow.people.model import Gender, PersonEntry, RankLevel, UnitEntry, UnitKind

BIRTHDAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2020, 12, 31))
PERSON = PersonEntry("C001", "陈一", Gender.MALE, "RS")


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    """Identity numbers with a real date and a right check digit."""
    first = f"{draw(st.integers(110000, 659999))}{draw(BIRTHDAYS):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first + rules.id_check_digit(first)


def test_the_standards_example() -> None:
    """The example printed in the standard has check digit X, the other one 5."""
    assert rules.id_check_digit("11010519491231002") == "X"
    assert rules.id_check_digit("44052418800101001") == "4"
    assert rules.normal_id_number("11010519491231002x") == "11010519491231002X"


@given(identity_numbers())
def test_a_right_identity_number_is_taken_however_it_is_spaced(number: str) -> None:
    """Blanks, hyphens, full-width digits and a small x make no difference."""
    wide = number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    for written in (number, f" {number[:6]} {number[6:14]}-{number[14:]} ", wide, number.lower()):
        assert rules.normal_id_number(written) == number


@given(identity_numbers(), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: str, place: int, shift: int) -> None:
    """A single mistyped digit never passes."""
    digit = "0123456789X".index(number[place]) if place == 17 else int(number[place])
    alphabet = "0123456789X" if place == 17 else "0123456789"
    wrong = number[:place] + alphabet[(digit + shift) % len(alphabet)] + number[place + 1 :]
    with pytest.raises(InputError):
        rules.normal_id_number(wrong)


@given(identity_numbers(), st.integers(0, 15))
def test_two_exchanged_digits_are_always_found(number: str, place: int) -> None:
    """Two neighbouring digits in the wrong order never pass."""
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        with pytest.raises(InputError):
            rules.normal_id_number(swapped)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105491231002", "15 位"),
        ("1101051949123100", "18 位"),
        ("11010519490230002X", "出生日期不存在"),
        ("110105194912310021", "校验位"),
        ("一二三", "18 位"),
        ("", "18 位"),
    ],
)
def test_wrong_identity_numbers_say_what_is_wrong(text: str, reason: str) -> None:
    """The sentence tells length, date and check digit apart and never repeats the number."""
    with pytest.raises(InputError, match=reason) as caught:
        rules.normal_id_number(text)
    assert not text or text not in caught.value.message


def test_unified_social_credit_codes() -> None:
    """A code with the right check character passes, with another one it does not."""
    first = "11532927015100000"
    code = first + rules.org_check_character(first)
    assert rules.normal_org_code(code.lower()) == code
    others = [first + char for char in "0123456789ABCDEFGHJKLMNPQRTUWXY" if first + char != code]
    for wrong in others:
        with pytest.raises(InputError, match="校验位"):
            rules.normal_org_code(wrong)
    with pytest.raises(InputError, match="18 位"):
        rules.normal_org_code("I" + code[1:])


@pytest.mark.parametrize("text", ["16900000001", "169 0000 0001", "+86 169-0000-0001", "８616900000001"])
def test_mobile_numbers_are_eleven_digits(text: str) -> None:
    """Country code, blanks, hyphens and full-width digits make no difference."""
    assert rules.normal_mobile(text) == "16900000001"


@pytest.mark.parametrize("text", ["1690000000", "12900000001", "0872-0000001", "169000000012", "abc"])
def test_other_numbers_are_no_mobiles(text: str) -> None:
    """Land lines and numbers of another length are refused."""
    with pytest.raises(InputError, match="11 位"):
        rules.normal_mobile(text)


@given(
    identity_numbers(), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.from_regex(r"[0-9]{8,32}", fullmatch=True)
)
def test_masks_hide_what_they_should(identity: str, mobile: str, account: str) -> None:
    """A masked number keeps its ends, hides the middle and cannot be taken for a number."""
    assert rules.mask_id_number(identity) == f"{identity[:4]}**********{identity[-4:]}"
    assert rules.mask_mobile(mobile) == f"{mobile[:3]}****{mobile[-4:]}"
    assert rules.mask_bank_account(account) == f"****{account[-4:]}"
    assert {rules.mask_mobile(""), rules.mask_id_number(""), rules.mask_bank_account(""), rules.mask_address("")} == {
        ""
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张小明", "张*明"),
        ("李三", "李*"),
        ("欧阳小明", "欧*明"),
        ("阿卜杜拉·买买提", "阿*提"),
        ("王", "王*"),
        (" 张 三 ", "张*"),
        ("买买提艾力", "买*力"),
        ("", ""),
    ],
)
def test_names_are_masked(name: str, shown: str) -> None:
    """Only the first and last character of a name are shown, whatever its length."""
    assert rules.mask_name(name) == shown


def test_impossible_dates_of_a_person() -> None:
    """Nobody is born or joins after today, nobody joins before the age of eighteen."""
    today = date(2026, 11, 18)
    assert rules.date_faults(PERSON, today) == ()
    born_later = PersonEntry("C001", "陈一", Gender.MALE, "RS", birth=Month(2026, 12))
    young = PersonEntry("C001", "陈一", Gender.MALE, "RS", birth=Month(2000, 5), party_member_since=date(2010, 7, 1))
    later = PersonEntry("C001", "陈一", Gender.MALE, "RS", party_member_since=date(2026, 11, 19))
    assert [rules.date_faults(one, today)[0][0] for one in (born_later, young, later)] == [
        "birth",
        "party_member_since",
        "party_member_since",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        PersonEntry("C 1", "陈一", Gender.MALE, "RS"),
        PersonEntry("C1", " ", Gender.MALE, "RS"),
        PersonEntry("C1", "陈一", Gender.MALE, "RS", mobile="169 0000 0001"),
        PersonEntry("C1", "陈一", Gender.MALE, "RS", max_duties=32),
        PersonEntry("C1", "陈一", Gender.MALE, "RS", avoid_weekdays=frozenset({7})),
    ],
)
def test_unsound_persons_are_refused(wrong: PersonEntry) -> None:
    """A person with a wrong code, no name, an unclean number or an impossible wish is refused."""
    with pytest.raises(InputError):
        rules.require_sound(wrong)


def test_ranks_rise() -> None:
    """Ranks stand in order, so that a lowest grade for leaders means something."""
    assert all(low.grade < high.grade for low, high in pairwise(RankLevel))
    assert RankLevel.DEPUTY_SECTION.grade > RankLevel.CLERK.grade


def test_circular_parents_are_named() -> None:
    """Units above themselves are named, those beside them are not."""

    def unit(code: str, parent: str) -> UnitEntry:
        return UnitEntry(code, code, UnitKind.VILLAGE, 1, parent_code=parent)

    assert rules.circular_parents([unit("A", "B"), unit("B", "C"), unit("C", "A"), unit("D", "A"), unit("E", "")]) == (
        "A",
        "B",
        "C",
    )
