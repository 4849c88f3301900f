import tomllib
from datetime import date
from pathlib import Path

import pytest

from djflow.calendar.holidays import holiday_year
from djflow.calendar.workdays import WorkCalendar
from djflow.core.errors import ConfigError

FILE_2026 = Path(__file__).parents[2] / "config" / "holidays" / "2026.toml"
GOOD = {
    "year": 2027,
    "source": "国办发明电〔2026〕×号",
    "days_off": [{"name": "元旦", "first": date(2027, 1, 1), "last": date(2027, 1, 3)}],
    "makeup_workdays": [date(2027, 1, 9)],
}


def test_the_shipped_file_of_2026_says_what_the_published_notice_says() -> None:
    """The file and the package data agree on every day of 2026, and the file names its notice."""
    filed = holiday_year(tomllib.loads(FILE_2026.read_text(encoding="utf-8")))
    own, published = WorkCalendar({2026: filed}), WorkCalendar()
    days = [date.fromordinal(number) for number in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert [own.day_kind(day) for day in days] == [published.day_kind(day) for day in days]
    assert sum(own.is_workday(day) for day in days) == 248
    assert "国办发明电〔2025〕7号" in filed.source


def test_a_single_day_off_needs_no_end() -> None:
    """Leaving out `last` means one day."""
    filed = holiday_year({**GOOD, "days_off": [{"name": "元旦", "first": date(2027, 1, 1)}]})
    assert filed.days_off[0].span.last == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"year": "2027"}, "year 有误"),
        ({"source": " "}, "应写明放假通知的名称和文号"),
        ({"days_off": []}, "至少应有一个假期"),
        ({"days_off": "元旦"}, "days_off 有误：应为列表"),
        ({"days_off": ["元旦"]}, "每一项应有"),
        ({"days_off": [{"first": date(2027, 1, 1)}]}, "应写假期名称"),
        ({"days_off": [{"name": "元旦", "first": "2027-01-01"}]}, "不加引号的日期"),
        ({"days_off": [{"name": "元旦", "first": date(2027, 1, 3), "last": date(2027, 1, 1)}]}, "早于开始日"),
        ({"days_off": [{"name": "元旦", "first": date(2026, 5, 1)}]}, "2026-05-01 不属于 2027 年"),
        ({"days_off": [*GOOD["days_off"], {"name": "春节", "first": date(2027, 1, 2)}]}, "2027-01-02 同时列在"),  # type: ignore[misc] # a literal of many types
        ({"makeup_workdays": [date(2027, 1, 2)]}, "既是“元旦”放假又是调休上班"),
        ({"makeup_workdays": [date(2027, 1, 8)]}, "2027-01-08 是周一至周五"),
        ({"makeup_workdays": [date(2027, 1, 9), date(2027, 1, 9)]}, "有重复"),
        ({"holidays": []}, "不认识这一项"),
    ],
)
def test_a_wrong_holiday_file_is_refused_with_the_key_and_the_remedy(change: dict[str, object], sentence: str) -> None:
    """A typing error in the holiday file never becomes a wrong deadline."""
    with pytest.raises(ConfigError, match=sentence):
        holiday_year({**GOOD, **change})
