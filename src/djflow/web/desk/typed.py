"""What people type into the desk's forms about money: dates, years, page marks. Each refusal says how to write it."""

from datetime import date

from djflow.core.errors import InputError, NotFoundError


def day_of(text: str, what: str) -> date | None:
    """Return a date written `2026-11-24`, None for an empty text.

    Raises: InputError naming the field.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"{what}的写法不对：请写成 2026-11-24 这样。", code="desk.date") from error


def needed_day(text: str, what: str) -> date:
    """Return a date that must be given.

    Raises: InputError naming the field.
    """
    found = day_of(text, what)
    if found is None:
        raise InputError(f"请填{what}，写成 2026-11-24 这样。", code="desk.date")
    return found


def year_of(text: str) -> int:
    """Return a year of four digits from 2000 to 2199.

    Raises: NotFoundError for anything else: nothing lies there.
    """
    if not (text.isascii() and text.isdigit() and len(text) == 4 and text.startswith(("20", "21"))):
        raise NotFoundError("没有这个年份的账：请从页面上选。", code="desk.year")
    return int(text)


def mark_of(text: str) -> int:
    """Return the number a list goes on below, 0 for its beginning.

    Raises: InputError.
    """
    if text and not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InputError("页码写法不对，请从列表的开头进入。", code="desk.page")
    return int(text or 0)
