"""Money is integer fen; yuan is only how people write it.

Decimal accepts `５０００`, `1e3` and `5_000`, so a text is matched by an ASCII pattern before anything reads it.
"""

import re

from djflow.core.errors import InputError

_YUAN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")


def yuan_text(fen: int) -> str:
    """Return an amount in fen as yuan with two decimals: `3000.00`."""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def fen_of(text: str) -> int:
    """Return the fen of an amount written in yuan with at most two decimals.

    Raises: InputError for signs, blanks, exponents, separators, full-width digits, more decimals.
    """
    found = _YUAN.fullmatch(text)
    if not found:
        raise InputError("金额的写法不对：只用半角数字，最多两位小数，如 3000 或 3000.50。", code="bad_amount")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
