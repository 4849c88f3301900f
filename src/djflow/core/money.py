"""Money: integer fen inside, yuan text at the door. Nothing here is ever a float.

`Decimal` and `int` accept `５０００`, `1e3`, `5_000`, `+5` and `٣`, so a text is held against an ASCII pattern before
it becomes a number. Capital amounts follow 《支付结算办法》附件一《正确填写票据和结算凭证的基本规定》.
"""

import re
from decimal import Decimal

from djflow.core.errors import InputError

MAX_FEN = 10**14 - 1
"""A fen below a trillion yuan: more than any fund holds, and far below what a database's integers hold."""

_YUAN = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", re.ASCII)
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def fen_of(text: object, *, at_least: int = 1, at_most: int = MAX_FEN) -> int:
    """Return a text such as `3000`, `3,000.00` or `0.5` yuan as fen, between `at_least` and `at_most`, both included.

    Raises: InputError for anything else: numbers that are no text, full-width digits, exponents, signs, three decimals.
    """
    if not isinstance(text, str) or not (_YUAN.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise InputError(
            "金额的写法不对：请用半角数字写元，最多两位小数，如 3000 或 3000.50，不带符号和单位。", code="bad_amount"
        )
    return checked_fen(int(Decimal(text.replace(",", "")) * 100), at_least=at_least, at_most=at_most)


def checked_fen(amount_fen: object, *, at_least: int = 1, at_most: int = MAX_FEN) -> int:
    """Return an amount in fen when it is a plain integer between `at_least` and `at_most`, both included.

    Raises: InputError for a bool, any other type, or an amount outside.
    """
    if isinstance(amount_fen, bool) or not isinstance(amount_fen, int):
        raise InputError("金额必须是以分为单位的整数。", code="bad_amount")
    if amount_fen < at_least:
        known = {1: "金额必须大于零。", 0: "金额不能是负数。"}
        raise InputError(known.get(at_least, f"金额不能小于 {yuan(at_least)} 元。"), code="amount_too_small")
    if amount_fen > at_most:
        raise InputError(f"金额不能超过 {yuan(at_most)} 元。", code="amount_too_large")
    return amount_fen


def yuan(amount_fen: int) -> str:
    """Return fen as yuan for people: `3,000.00`, `-0.05`."""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}{whole:,}.{rest:02d}"


def plain_yuan(amount_fen: int) -> str:
    """Return fen as yuan for files and programs: `3000.00`."""
    return yuan(amount_fen).replace(",", "")


def yuan_of(amount_fen: int) -> str:
    """Return fen as yuan in a sentence: `3000` or `3000.50`."""
    return plain_yuan(amount_fen).removesuffix(".00")


def capital(amount_fen: int) -> str:
    """Return fen in the capital characters of receipts: `叁仟元整`, `壹拾元零伍分`, `伍角整`.

    Raises: InputError for a negative amount: a receipt has none.
    """
    amount = checked_fen(amount_fen, at_least=0)
    whole, rest = divmod(amount, 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_whole(whole)}元" if whole or not rest else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and whole:
        words += "零"
    return words + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    words, gap = "", False
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * place) % 10_000
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += _DIGITS[0]
        words, gap = words + _group(group) + _GROUPS[place], False
    return words


def _group(group: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words, gap = words + ("零" if gap else "") + _DIGITS[digit] + _PLACES[place], False
    return words
