"""Rules about numbers that name people and bodies, how they are shown, and what counts as a change.

Identity number: GB 11643-1999 (ISO 7064 MOD 11-2). Unified social credit code: GB 32100-2015 (MOD 31-3).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date

from djflow.core.errors import InputError
from djflow.people.model import ContactKind, Fault, PersonEntry, UnitEntry

_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_ID_CHECKS = "10X98765432"
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_BANK_ACCOUNT = re.compile(r"[0-9]{8,32}")
_FOREIGN_ACCOUNT = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30}")
_BANK_CARD = re.compile(r"62[0-9]{14,17}")
_BANK_NAME = re.compile(r"[\w（）·-]{4,60}")
_ORG_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_CODE = re.compile(f"[{_ORG_ALPHABET}]{{18}}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,30}")
_GAPS = re.compile(r"[\s\-‐–—]+")


def id_check_digit(first_17: str) -> str:
    """Return the 18th character that belongs to the first 17 digits of an identity number.

    Source: GB 11643-1999 section 4.
    """
    total = sum(int(digit) * (1 << 17 - place) for place, digit in enumerate(first_17))
    return _ID_CHECKS[total % 11]


def org_check_character(first_17: str) -> str:
    """Return the 18th character that belongs to the first 17 of a unified social credit code.

    Source: GB 32100-2015 section 5.
    """
    total = sum(_ORG_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first_17))
    return _ORG_ALPHABET[-total % 31]


def normal_id_number(text: str) -> str:
    """Return an identity number as 18 characters with a capital X.

    Raises: InputError when length, birth date or check digit is wrong.
    """
    number = _compact(text).upper()
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise InputError("是 15 位旧号码，请填 18 位身份证号。")
    if not _ID_NUMBER.fullmatch(number):
        raise InputError("不是 18 位身份证号（17 位数字加 1 位数字或 X），请核对。")
    if not _is_date(number[6:14]):
        raise InputError("身份证号中的出生日期不存在，请核对。")
    if id_check_digit(number[:17]) != number[17]:
        raise InputError("身份证号校验位不对，多半有一位填错，请核对。")
    return number


def normal_org_code(text: str) -> str:
    """Return a unified social credit code as 18 capital characters.

    Raises: InputError when its form or check character is wrong.
    """
    code = _compact(text).upper()
    if not _ORG_CODE.fullmatch(code):
        raise InputError("不是 18 位统一社会信用代码，请核对。")
    if org_check_character(code[:17]) != code[17]:
        raise InputError("统一社会信用代码校验位不对，多半有一位填错，请核对。")
    return code


def normal_mobile(text: str) -> str:
    """Return a mainland mobile number as 11 digits.

    Raises: InputError when it is none.
    """
    found = _MOBILE.fullmatch(_compact(text))
    if not found:
        raise InputError("不是 11 位手机号码，请核对。")
    return found[1]


def card_check_digit(digits: str) -> str:
    """Return the last digit that belongs to the others of a bank card's number.

    Source: ISO/IEC 7812-1 annex B (Luhn).
    """
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def normal_bank_account(text: str) -> str:
    """Return a bank account or card number as 8 to 32 digits; a UnionPay card (62, 16 to 19 digits) proves itself.

    Raises: InputError when it is none, belongs to a foreign bank, or a card's check digit is wrong.
    """
    number = _compact(text)
    if _FOREIGN_ACCOUNT.fullmatch(number):
        raise InputError("像是境外银行的账号：只能付到本人在境内银行的人民币账户，请改填。")
    if not _BANK_ACCOUNT.fullmatch(number):
        raise InputError("银行账号应为 8 到 32 位数字，请核对。")
    if _BANK_CARD.fullmatch(number) and card_check_digit(number[:-1]) != number[-1]:
        raise InputError("银行卡号校验位不对，多半有一位填错，请对照卡面核对。")
    return number


def normal_bank_name(text: str) -> str:
    """Return the bank at which somebody has an account as it is printed on card or passbook, without blanks.

    Raises: InputError when it is shorter than 4 or longer than 60 characters, or has no Chinese one.
    """
    name = "".join(unicodedata.normalize("NFKC", text).split()).replace("(", "（").replace(")", "）")
    if not _BANK_NAME.fullmatch(name) or name.isascii():
        raise InputError("开户行应写银行的中文全称和网点，如“巍山农商行大仓支行”，请核对。")
    return name


def normal_code(text: str) -> str:
    """Return the office's code of a person, unit or branch: up to 30 letters, digits, hyphens, underscores.

    Raises: InputError when it has other characters.
    """
    code = unicodedata.normalize("NFKC", text).strip()
    if not _CODE.fullmatch(code):
        raise InputError("编号只能用字母、数字、“-”和“_”，最多 30 位。")
    return code


def mask_mobile(number: str) -> str:
    """Return a mobile number as 138****0000; an empty text stays empty."""
    return f"{number[:3]}****{number[-4:]}" if number else ""


def mask_id_number(number: str) -> str:
    """Return an identity number as 5101**********1234; an empty text stays empty."""
    return f"{number[:4]}**********{number[-4:]}" if number else ""


def mask_bank_account(number: str) -> str:
    """Return a bank account as stars and its last four digits; an empty text stays empty."""
    return f"****{number[-4:]}" if number else ""


def mask_name(name: str) -> str:
    """Return a name as lists and pages show it: 张*明, 张* for short ones; an empty text stays empty.

    One star whatever the length: only the first and the last character of a name are kept.
    """
    shown = "".join(name.split())
    if not shown:
        return ""
    return f"{shown[0]}*{shown[-1]}" if len(shown) > 2 else f"{shown[0]}*"


def mask_address(address: str) -> str:
    """Return an e-mail address or account name with its first characters only."""
    name, at, domain = address.partition("@")
    return f"{name[:2]}***{at}{domain}" if address else ""


def mask_contact(kind: ContactKind, address: str) -> str:
    """Return a contact as it may be shown: a mobile by its ends, anything else by its first characters."""
    return mask_mobile(address) if kind is ContactKind.SECOND_MOBILE else mask_address(address)


def require_sound(entry: PersonEntry) -> None:
    """Check what can be wrong with a person taken alone.

    Raises: InputError with the field's fault.
    """
    normal_code(entry.code)
    if not entry.name.strip():
        raise InputError(f"工号 {entry.code} 没有姓名，请补填。")
    for text, check in (
        (entry.mobile, normal_mobile),
        (entry.id_number, normal_id_number),
        (entry.bank_account, normal_bank_account),
        (entry.bank_name, normal_bank_name),
    ):
        if text and check(text) != text:
            raise InputError(f"工号 {entry.code} 的号码含有空格或分隔符，请只填数字。")
    if entry.max_duties is not None and not 0 <= entry.max_duties <= 31:
        raise InputError(f"工号 {entry.code} 的每月最多值班应在 0 到 31 之间。")
    if not entry.avoid_weekdays <= frozenset(range(7)):
        raise InputError(f"工号 {entry.code} 的不便周几应在周一到周日之间。")


def list_faults(
    entries: Sequence[PersonEntry], units: Collection[str], branches: Collection[str], owners: Mapping[str, str]
) -> tuple[Fault, ...]:
    """Return what keeps a list of persons from being stored beside known units and branches, in the list's order.

    `owners` maps identity numbers in the house to the codes of the persons who hold them.
    """
    # Somebody who is in the list is about to get the number that the list says, so the stored one does not count.
    listed = {entry.code for entry in entries}
    codes, numbers, faults = dict[str, int](), dict[str, str](), []
    for index, entry in enumerate(entries):
        if entry.unit_code not in units:
            faults.append(Fault(index, "unit_code", f"没有单位“{entry.unit_code}”：请先录入单位，或核对名称。"))
        if entry.branch_code and entry.branch_code not in branches:
            faults.append(Fault(index, "branch_code", f"没有支部“{entry.branch_code}”：请先录入支部，或核对名称。"))
        if codes.setdefault(entry.code, index) != index:
            faults.append(Fault(index, "code", f"工号 {entry.code} 重复：每人只能有一行。"))
            continue
        owner = owners.get(entry.id_number, entry.code)
        other = numbers.setdefault(entry.id_number, entry.code) if entry.id_number else entry.code
        if other != entry.code:
            faults.append(Fault(index, "id_number", f"身份证号与工号 {other} 的重复：请核对是否同一人。"))
        elif owner != entry.code and owner not in listed:
            faults.append(Fault(index, "id_number", f"身份证号已登记在工号 {owner} 名下：请核对是否同一人。"))
    return tuple(faults)


def date_faults(entry: PersonEntry, today: date) -> tuple[tuple[str, str], ...]:
    """Return field and sentence for each date of a person that cannot be, seen from `today`."""
    faults = []
    if entry.birth is not None and entry.birth.first > today:
        faults.append(("birth", "出生年月在今天之后：请核对。"))
    joined = entry.party_member_since
    if joined is not None and joined > today:
        faults.append(("party_member_since", "入党时间在今天之后：请核对。"))
    elif joined is not None and entry.birth is not None and joined.year - entry.birth.year < 18:
        faults.append(("party_member_since", "入党时不满 18 岁：请核对入党时间和出生年月。"))
    return tuple(faults)


def changed_fields(before: PersonEntry, after: PersonEntry) -> tuple[str, ...]:
    """Return the names of the fields that differ, in the order of the entry."""
    names = (field.name for field in fields(PersonEntry))
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def is_new_post(before: PersonEntry, after: PersonEntry) -> bool:
    """Return whether a change moves a person to another unit, title or rank."""
    return (before.unit_code, before.post_title, before.rank) != (after.unit_code, after.post_title, after.rank)


def circular_parents(units: Iterable[UnitEntry]) -> tuple[str, ...]:
    """Return the codes of units that are, through their parents, above themselves; sorted."""
    parents: Mapping[str, str] = {unit.code: unit.parent_code for unit in units}
    return tuple(sorted(code for code in parents if _reaches_itself(code, parents)))


def _reaches_itself(code: str, parents: Mapping[str, str]) -> bool:
    above, seen = parents.get(code, ""), set[str]()
    while above and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents.get(above, "")
    return False


def _compact(text: str) -> str:
    return _GAPS.sub("", unicodedata.normalize("NFKC", text))


def _is_date(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1900
