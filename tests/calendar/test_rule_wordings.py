"""Wordings of market rules: what each means, or what it is refused for."""

from datetime import date

import pytest

from djflow.calendar.market import DayCalendar, RuleTextError, describe, market_days, parse_rule

# What people print → the canonical wording of what it means.
GOOD = {
    # solar and lunar last digits
    "逢1、4、7": "公历逢1、4、7",
    "公历逢1、5、8": "公历逢1、5、8",
    "农历逢一、四、七": "农历逢一、四、七",
    "农历逢 二、五、十": "农历逢二、五、十",
    "逢１、４、７": "公历逢1、4、7",
    "逢1,4，7": "公历逢1、4、7",
    "１·４·７": "公历逢1、4、7",
    "逢3.8": "公历逢3、8",
    "逢1/4/7": "公历逢1、4、7",
    "逢1-4-7": "公历逢1、4、7",
    "逢1 6": "公历逢1、6",
    "逢3和8": "公历逢3、8",
    "逢147": "公历逢1、4、7",
    "逢38": "公历逢3、8",
    "逢10": "公历逢10",
    "逢510": "公历逢5、10",
    "逢0、5": "公历逢5、10",
    "三六九": "农历逢三、六、九",
    "五十": "农历逢五、十",
    "二五十": "农历逢二、五、十",
    "公历逢五十": "公历逢5、10",
    "逢五逢十": "农历逢五、十",
    "逢五排十": "农历逢五、十",
    "逢七、四、一": "农历逢一、四、七",
    "逢壹肆柒": "农历逢一、四、七",
    "赶 “三”、 “六”、 “九”": "农历逢三、六、九",
    "農曆逢一、四、七日": "农历逢一、四、七",
    "阴历二、七": "农历逢二、七",
    "舊曆三八": "农历逢三、八",
    "新历3、6、9": "公历逢3、6、9",
    "3·6·9“新历”": "公历逢3、6、9",
    "逢1、4、7（农历）": "农历逢一、四、七",
    "农历逢1、四、七": "农历逢一、四、七",
    "每月逢1、4、7赶场": "公历逢1、4、7",
    "每月农历三、六、九": "农历逢三、六、九",
    "每旬3、6、9": "公历逢3、6、9",
    "日期尾数为3、6、9的日子": "公历逢3、6、9",
    "赶场日为农历一、四、七": "农历逢一、四、七",
    "逢場天:逢2、5、8": "公历逢2、5、8",
    "三天一场，农历逢一、四、七": "农历逢一、四、七",
    # days of the month
    "农历初一、十一、廿一": "农历逢一",
    "初三、十三、二十三": "农历逢三",
    "十、二十、三十": "农历逢十",
    "初一、十五": "农历每月初一、十五",
    "每月初一十五": "农历每月初一、十五",
    "农历廿五": "农历每月廿五",
    "卅": "农历每月三十日",
    "农历初一至初三": "农历每月初一、初二、初三",
    "每月5日、15日、25日": "公历每月5日、15日、25日",
    "每月1号、15号": "公历每月1日、15日",
    "每月1日至3日": "公历每月1日、2日、3日",
    "逢5、15、25": "公历每月5日、15日、25日",
    # odd and even, weekdays, daily
    "单日": "公历单日",
    "逢双": "公历双日",
    "雙號": "公历双日",
    "农历双日": "农历双日",
    "星期三、星期六": "星期三、星期六",
    "周日": "星期日",
    "禮拜天": "星期日",
    "週六": "星期六",
    "周一、三、五": "星期一、星期三、星期五",
    "周135": "星期一、星期三、星期五",
    "周六日": "星期六、星期日",
    "每周六、日": "星期六、星期日",
    "周末": "星期六、星期日",
    "周一至周五": "星期一、星期二、星期三、星期四、星期五",
    "星期五到日": "星期五、星期六、星期日",
    "每月第一、三个周六": "每月第一个、第三个星期六",
    "每月最后一个星期日": "每月最后一个星期日",
    "天天": "天天",
    "百日场": "天天",
    "白日場": "天天",
    "每天都赶": "天天",
    "除周日外每天都赶": "天天，星期日不赶",
    # zodiac
    "赶辰戌,即龙狗日": "逢辰戌日（龙狗）",
    "龙狗日": "逢辰戌日（龙狗）",
    "逢屬鼠、屬馬日": "逢子午日（鼠马）",
    "空三赶四赶丑巳酉": "逢丑巳酉日（牛蛇鸡）",
    "空三赶四赶丑巳酉[牛蛇鸡]日": "逢丑巳酉日（牛蛇鸡）",
    "空五赶六,鼠马日": "逢子午日（鼠马）",
    "逢子日": "逢子日（鼠）",
    "逢子日，逢丑日": "逢子日（鼠），逢丑日（牛）",
    # intervals, dates, unknown
    "隔二赶三": "3天一场",
    "隔二赶三,自2026-12-01起": "3天一场，自2026-12-01起",
    "2026年12月6日起，七天一场": "7天一场，自2026-12-06起",
    "隔日一场": "2天一场",
    "不定期": "不定期",
    "不定期:2026-12-05、2026-12-19": "2026-12-05、2026-12-19",
    "2026年12月5日、12日、19日": "2026-12-05、2026-12-12、2026-12-19",
    "未知": "未知",
    # several statements
    "公历逢1、4、7,农历腊月二十后天天": "公历逢1、4、7，农历腊月二十至除夕天天",
    "逢一四七腊月二十三起天天逢场": "农历逢一、四、七，农历腊月廿三至除夕天天",
    "逢2、5、8(31日不赶)": "公历逢2、5、8，公历每月31日不赶",
    "逢2、5、8 31日不赶": "公历逢2、5、8，公历每月31日不赶",
    "单日，31号除外": "公历单日，公历每月31日不赶",
    "农历逢一、四、七，大年初一不赶": "农历逢一、四、七，农历正月初一不赶",
    "逢5，除夕至初三停": "公历逢5，农历除夕至正月初三不赶",
    "农历逢五、十，小月廿九赶": "农历逢五、十，小月廿九赶",
    "农历三、六、九，闰月不赶": "农历逢三、六、九，闰月不赶",
    "农历三月三": "农历三月初三",
    "每年5月1日": "每年5月1日",
    "农历逢五、十，周日": "农历逢五、十，星期日",
}

# What cannot be understood for certain → the part that the refusal names.
BAD = {
    "": "空的",
    "  ": "空的",
    "逢1、四、7": "1、四、7",
    "逢1、4、7，逢一": "一",
    "逢15": "15",
    "逢16": "16",
    "农历二十": "二十",
    "三十": "三十",
    "农历初一、四、七": "初一、四、七",
    "5日": "5日",
    "1日、4日、7日": "1日、4日、7日",
    "每月1、4、7日": "1、4、7日",
    "逢1-5": "1-5",
    "逢32": "32",
    "逢四一": "四一",
    "公历初一": "初一",
    "农历三十一日": "三十一",
    "公历农历逢1": "公历",
    "公历逢一、四、七(农历)": "农历",
    "农历逢一、四、七，逢5、10": "5、10",
    "农历逢一，单日": "单日",
    "农历逢一、四、七，30日不赶": "30日",
    "星期八": "星期八",
    "周三日": "周三日",
    "周日，5、10": "5",
    "每月第一个": "第一个",
    "单日、双日": "单日又写双日",
    "天天，逢1": "天天",
    "未知，逢1": "未知",
    "不定期，逢1": "不定期",
    "赶子午，即龙狗日": "龙狗",
    "赶辰巳": "辰巳",
    "逢甲子日": "甲",
    "空四赶五赶丑巳酉": "空四赶五",
    "隔二赶五": "隔二赶五",
    "隔两天赶一场": "隔两天赶一场",
    "每隔两天": "每隔两天",
    "隔三差五": "隔三差五",
    "三天一场，农历一六": "三天一场",
    "逢1、4、7或2、5、8": "或",
    "大约逢5": "大约",
    "逢1、4、7上午": "上午",
    "逢1、4、7，春节不赶": "春节",
    "逢1、4、7，节假日不赶": "节假",
    "逢1、4、7，腊月二十后逢双": "双",
    "逢1、4、7，正月十五后天天": "正月十五后天天",
    "逢1、4、7，正月初八开市": "开市",
    "12月5日、12月19日": "12月5日、12月19日",
    "2026-02-30": "2026-02-30",
    "工作日": "工作",
    "abc": "abc",
    "江垭逢1、4、7": "江垭",
    "赶場": "赶場",
    "周日不赶": "周日不赶",
    "逢": "逢",
    "逢1至": "至",
    "逢٣": "٣",
}


@pytest.mark.parametrize(("text", "meaning"), GOOD.items())
def test_a_printed_rule_is_understood(text: str, meaning: str) -> None:
    """Each wording means what a villager would say it means, and its canonical wording means the same."""
    rule = parse_rule(text)
    assert describe(rule) == meaning
    assert parse_rule(meaning) == rule


@pytest.mark.parametrize(("text", "part"), BAD.items())
def test_an_unclear_rule_is_refused_naming_the_part(text: str, part: str) -> None:
    """Nothing is guessed: the refusal quotes the part as typed."""
    with pytest.raises(RuleTextError) as refused:
        parse_rule(text)
    assert part in refused.value.message
    assert refused.value.code.startswith("calendar.rule_")


def test_a_tables_heading_may_name_the_calendar_for_all_its_rules() -> None:
    """Under the heading 农历圩日 Arabic digits are lunar too; a calendar in the rule itself still wins."""
    assert parse_rule("逢1、4、7", default_calendar=DayCalendar.LUNAR) == parse_rule("农历逢一、四、七")
    assert parse_rule("逢1、四、七", default_calendar=DayCalendar.LUNAR) == parse_rule("农历逢一、四、七")
    assert parse_rule("公历逢1", default_calendar=DayCalendar.LUNAR) == parse_rule("公历逢1")
    assert parse_rule("双日", default_calendar=DayCalendar.LUNAR) == parse_rule("农历双日")


def test_typing_variants_of_one_rule_are_one_rule() -> None:
    """Width, script, separators and meaning-free words change nothing."""
    variants = [
        "逢5、10",
        "逢 ５ 、 １０",
        "公历逢5和10赶场",
        "逢5,逢10",
        "5、10赶集",
        "逢5、10。",
        "西曆逢5、10日",
        "逢五、十（公历）",
    ]
    assert {parse_rule(text) for text in variants} == {parse_rule("公历逢5、10")}


def test_an_endless_text_is_refused_at_once() -> None:
    """A pasted page is no market rule."""
    with pytest.raises(RuleTextError, match="太长"):
        parse_rule("逢1、" * 1000)


def test_the_first_day_bounds_every_rule() -> None:
    """自2026-12-08起 leaves out the earlier days."""
    days = market_days(parse_rule("逢5，自2026-12-08起"), date(2026, 12, 1), date(2026, 12, 31))
    assert days == (date(2026, 12, 15), date(2026, 12, 25))
