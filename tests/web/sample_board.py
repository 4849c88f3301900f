"""An invented district of 36 markets and 72 sessions in December 2026, for tests and the benchmark."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from djflow.calendar.lunar import lunar_day
from djflow.core.spans import Month
from djflow.roster.views import (
    Board,
    BoardChange,
    BoardMarket,
    BoardMarketDay,
    BoardSession,
    DistrictNames,
    SessionState,
)
from djflow.web.public.memory import MemoryBoardSource

DECEMBER = Month(2026, 12)
TODAY = date(2026, 12, 2)
NAMES = DistrictNames("清河区", "中共清河区委组织部", "0830-2712380")
TOWNSHIPS = (
    *("白石镇", "柳溪镇", "龙潭镇", "双河镇", "青峰镇", "大坪乡"),
    *("永兴镇", "石桥街道", "太平镇", "云顶乡", "回龙镇", "金沙镇"),
)
DIGITS = ("1、4、7", "2、5、8", "3、6、9", "1、6", "2、7", "3、8", "4、9", "5、10")
TEAMS = (
    ("区人力资源社会保障局", "社保参保与待遇资格认证"),
    ("区医疗保障局", "医保参保缴费与报销咨询"),
    ("区民政局", "低保、临时救助申请"),
    ("区农业农村局", "惠农补贴与种养技术"),
    ("区卫生健康局", "健康体检与家庭医生签约"),
    ("区教育局", "学生资助咨询"),
    ("区公安分局", "户籍与身份证办理"),
    ("区司法局", "法律援助与调解"),
    ("区自然资源局", "宅基地与不动产登记咨询"),
    ("区市场监督管理局", "营业执照办理"),
    ("区税务局", "个体税务办理"),
    ("区信访局", "群众诉求受理"),
)
LEADERS = (
    "李成林（区民政局副局长）",
    "王秀兰（区医保局副局长）",
    "陈志远（镇党委委员）",
    "赵小梅（区人社局副局长）",
    "",
)


def sample_source() -> MemoryBoardSource:
    """Return the house on 2 December 2026: December published in its second version, January not yet."""
    markets = sample_markets()
    days = {
        month: market_days(markets, month) for month in (DECEMBER, DECEMBER.following, DECEMBER.following.following)
    }
    return MemoryBoardSource(NAMES, markets, {DECEMBER: sample_board(markets, days[DECEMBER])}, days, TODAY)


def sample_markets(count: int = 36) -> tuple[BoardMarket, ...]:
    """Return markets, three a township; the last one's rule is not known."""
    made = [_market(number) for number in range(count)]
    made[-1] = replace(made[-1], rule=None, rule_described="场期待核实", served="场期核实后安排")
    return tuple(made)


def _market(number: int) -> BoardMarket:
    township = TOWNSHIPS[number // 3 % len(TOWNSHIPS)]
    name = (township[:2] + ("场", "老街", "新场")[number % 3]) + (str(number // 36) if number >= 36 else "")
    digits = DIGITS[number % len(DIGITS)]
    return BoardMarket(
        code=f"QH{number + 1:02d}",
        name=name,
        township=township,
        rule=f"逢{digits}",
        rule_described=f"公历每月逢{digits}",
        place=f"{name}便民服务中心门前广场",
        start=time(8, 30),
        end=time(12, 0),
        town_phone=f"0830-27{number // 3:02d}101",
        served="每月前两个逢场日",
    )


def market_days(markets: tuple[BoardMarket, ...], month: Month) -> tuple[BoardMarketDay, ...]:
    """Return the market days by the digits of each market's rule; one is closed for snow."""
    found = [
        BoardMarketDay(market.code, on, lunar_day(on).label)
        for on in month.span
        for market in markets
        if market.rule and on.day <= 30 and on.day % 10 in {int(d) % 10 for d in market.rule[1:].split("、")}
    ]
    return tuple(
        replace(day, closed="因道路结冰，当日停场。") if (day.market, day.on.day) == ("QH03", 13) else day
        for day in found
    )


def sample_board(markets: tuple[BoardMarket, ...], days: tuple[BoardMarketDay, ...], per_market: int = 2) -> Board:
    """Return December's board: `per_market` market days of each market are served; every 25th session is cancelled."""
    by_code = {market.code: market for market in markets}
    served = {one for number, code in enumerate(by_code) for one in _served(days, code, number, per_market)}
    chosen = [day for day in days if (day.market, day.on) in served]
    sessions = [_session(by_code[day.market], day, number) for number, day in enumerate(chosen)]
    return Board(
        district=NAMES.district,
        department=NAMES.department,
        supervision_phone=NAMES.supervision_phone,
        month=DECEMBER,
        version=2,
        published_at=datetime(2026, 11, 26, 2, 30, tzinfo=UTC),
        markets=markets,
        market_days=days,
        sessions=tuple(sessions),
        changes=(
            BoardChange(date(2026, 11, 26), "因道路结冰，原定12月13日白石新场服务调整为12月16日。"),
            BoardChange(date(2026, 11, 25), "因会场维修，12月4日柳溪老街服务地点调整为柳溪镇文化广场。"),
        ),
    )


def _served(days: tuple[BoardMarketDay, ...], code: str, number: int, count: int) -> list[tuple[str, date]]:
    held = [day for day in days if day.market == code and day.closed is None]
    step = max(1, len(held) // count)
    return [(code, day.on) for day in held[number % step :: step][:count]]


def _session(market: BoardMarket, day: BoardMarketDay, number: int) -> BoardSession:
    cancelled = number % 25 == 24
    chosen = sorted({(number * 5 + step * 3) % len(TEAMS) for step in range(4)})
    return BoardSession(
        market=market.code,
        on=day.on,
        lunar=day.lunar,
        place=market.place,
        start=market.start,
        end=market.end,
        state=SessionState.CANCELLED if cancelled else SessionState.PLANNED,
        units=(*(TEAMS[one][0] for one in chosen), f"{market.township}人民政府"),
        services=tuple(TEAMS[one][1] for one in chosen),
        leader=LEADERS[number % len(LEADERS)],
        gaps=("医保窗口",) if number % 17 == 3 else (),
        note="因镇上停水停电取消。" if cancelled else "",
    )
