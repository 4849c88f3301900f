"""Building blocks of the configuration's models: strict frozen tables, times of day, cron lines, sources."""

from datetime import UTC, datetime, time
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

UNSETTLED = "待确认"
"""Value of `source` for what the office has not settled yet; such values are listed as notices."""

DATABASE_ADDRESS = (
    r"sqlite(\+[a-z0-9]+)?://\S*"
    r"|postgresql(\+[a-z0-9]+)?://([^\s@]*@)?(\[[0-9a-fA-F:.]+\]|[^\s@:/?\[\]]*)(:[0-9]{1,5})?([/?]\S*)?"
)
"""How a database address is written; a port is a number."""

_CRON_CHARACTERS = frozenset("0123456789*/,- ")
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class Table(BaseModel):
    """One TOML table: frozen, no unknown keys, no silent conversions; `source` says where the values come from."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    source: str = Field(default="", description="这些值的出处；还没定下来的写“待确认”", examples=['source = "待确认"'])


def time_of_day(text: object) -> time:
    """Return the time written `21:30`.

    Raises: ValueError with a Chinese sentence.
    """
    if isinstance(text, time):
        return text
    try:
        if isinstance(text, str) and len(text) == 5:
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f'“{text}”不是钟点，应如 "21:30"。')


def cron_lines(value: object) -> tuple[str, ...]:
    """Return one cron line or a list of them as a tuple; each has the five usual fields.

    Raises: ValueError with a Chinese sentence naming the line.
    """
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list | tuple) or not lines or not all(isinstance(line, str) for line in lines):
        raise ValueError('应为一个时间表达式或它们的列表，如 "0 9 18 * *"。')
    for line in lines:
        _check_cron(line)
    return tuple(lines)


def _check_cron(line: str) -> None:
    hint = '应为“分 时 日 月 周”五段，如 "0 9 18 * *" 表示每月18日9:00。'
    if len(line.split()) != 5 or not set(line) <= _CRON_CHARACTERS:
        raise ValueError(f"时间表达式“{line}”的写法不对，{hint}")
    try:
        CronSim(line, _ANY_DAY)
    except CronSimError as error:
        raise ValueError(f"时间表达式“{line}”里有超出范围的数或不存在的日子，{hint}") from error


def as_tuple(value: object) -> object:
    """Return a TOML array as a tuple, anything else unchanged."""
    return tuple(value) if isinstance(value, list) else value


AS_TUPLE = BeforeValidator(as_tuple)
"""Marks a tuple that TOML writes as an array."""

TimeOfDay = Annotated[time, BeforeValidator(time_of_day)]
CronLines = Annotated[tuple[str, ...], BeforeValidator(cron_lines)]
Strings = Annotated[tuple[str, ...], AS_TUPLE]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Phone = Annotated[str, Field(pattern=r"^([0-9]{3,4}-)?[0-9]{3,8}(-[0-9]{1,5})?$|^$")]
Port = Annotated[int, Field(ge=1024, le=65535)]
