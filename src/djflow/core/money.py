"""Money is a whole number of fen. Text becomes fen only through an ASCII pattern, never through float or Decimal.

`Decimal` takes `５０００`, `1e3`, `5_000`, `+5` and `٣` for numbers; an office's form must not.
"""

import re

from djflow.core.errors import InputError

_YUAN = re.compile(r"(0|[1-9][0-9]{0,9})(?:\.([0-9]{1,2}))?", re.ASCII)


def fen_of(text: str) -> int:
    """Return the fen of an amount in yuan written `3000`, `3000.5` or `3000.50`.

    Raises: InputError for every other notation: signs, separators, full-width digits, exponents, three decimals.
    """
    found = _YUAN.fullmatch(text)
    if not found:
        raise InputError(
            "金额的写法不对：请用半角数字写元，如 3000 或 3000.50，不要写正负号、逗号、单位，最多两位小数。",
            code="money.text",
        )
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan_of(fen: int) -> str:
    """Return an amount as people write it: `3000` or `3000.50`."""
    whole, rest = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole}.{rest:02d}" if rest else f"{sign}{whole}"
