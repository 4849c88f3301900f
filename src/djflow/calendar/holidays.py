"""A year's holiday notice as the office files it: days off and make-up workdays with the notice as source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from djflow.core.errors import ConfigError
from djflow.core.spans import DateSpan

_SPILL = timedelta(days=15)
"""A New Year's holiday may begin in the last days of the year before."""

_KEYS = {"year", "source", "days_off", "makeup_workdays", "note"}


@dataclass(frozen=True, slots=True)
class DaysOff:
    """One holiday: its Chinese name and its days off, both ends included."""

    name: str
    span: DateSpan


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """The official arrangement of one year; `source` names the notice and its number."""

    year: int
    source: str
    days_off: tuple[DaysOff, ...]
    makeup_workdays: tuple[date, ...]

    def __post_init__(self) -> None:
        """Refuse dates of another year, overlaps, and make-up workdays that were workdays anyway.

        Raises: ConfigError naming the year and the date.
        """
        seen: dict[date, str] = {}
        for holiday in self.days_off:
            for day in holiday.span:
                self._check_year(day)
                if day in seen:
                    raise self._wrong(f"{day} 同时列在“{seen[day]}”和“{holiday.name}”，请只留一处")
                seen[day] = holiday.name
        for day in self.makeup_workdays:
            self._check_year(day)
            if day in seen:
                raise self._wrong(f"{day} 既是“{seen[day]}”放假又是调休上班，请核对通知")
            if day.isoweekday() < 6:
                raise self._wrong(f"{day} 是周一至周五，本来就上班，不是调休上班日，请核对通知")
        if len(set(self.makeup_workdays)) != len(self.makeup_workdays):
            raise self._wrong("调休上班日有重复，请删去重复的")

    def _check_year(self, day: date) -> None:
        if day.year != self.year and not date(self.year, 1, 1) - _SPILL <= day < date(self.year, 1, 1):
            raise self._wrong(f"{day} 不属于 {self.year} 年，请改正日期或放到那一年的文件")

    def _wrong(self, what: str) -> ConfigError:
        return ConfigError(f"{self.year} 年节假日文件有误：{what}。", code="calendar.holiday_file")


def holiday_year(content: Mapping[str, object]) -> HolidayYear:
    """Return the year described by the parsed content of a holiday file.

    Raises: ConfigError saying which key is missing or wrong and what it should look like.
    """
    year = content.get("year")
    if not isinstance(year, int) or isinstance(year, bool) or not 1950 <= year <= 2100:
        raise _file_error("year", "应为四位年份，如 year = 2027")
    unknown = sorted(set(content) - _KEYS)
    if unknown:
        raise _file_error(unknown[0], f"不认识这一项，只能有 {'、'.join(sorted(_KEYS))}")
    source = content.get("source")
    if not isinstance(source, str) or not source.strip():
        raise _file_error("source", "应写明放假通知的名称和文号")
    days_off = tuple(_days_off(entry) for entry in _entries(content, "days_off"))
    if not days_off:
        raise _file_error("days_off", "至少应有一个假期")
    makeup = tuple(_day(entry, "makeup_workdays") for entry in _entries(content, "makeup_workdays"))
    return HolidayYear(year, source.strip(), days_off, tuple(sorted(makeup)))


def _entries(content: Mapping[str, object], key: str) -> Iterator[object]:
    entries = content.get(key, [])
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise _file_error(key, "应为列表")
    yield from entries


def _days_off(entry: object) -> DaysOff:
    if not isinstance(entry, Mapping):
        raise _file_error("days_off", "每一项应有 name、first、last")
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise _file_error("days_off.name", '应写假期名称，如 name = "春节"')
    first = _day(entry.get("first"), f"days_off（{name}）.first")
    last = _day(entry.get("last", first), f"days_off（{name}）.last")
    if last < first:
        raise _file_error(f"days_off（{name}）", f"结束日 {last} 早于开始日 {first}，请对调或改正")
    return DaysOff(name.strip(), DateSpan(first, last))


def _day(value: object, key: str) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise _file_error(key, "应为不加引号的日期，如 2027-01-01")
    return value


def _file_error(key: str, hint: str) -> ConfigError:
    return ConfigError(f"节假日文件的 {key} 有误：{hint}。", code="calendar.holiday_file")
