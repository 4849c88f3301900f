"""The open data of the board as plain values, and the words that explain each field; a test keeps the two together."""

from datetime import date

from djflow.core.clock import civil_datetime
from djflow.core.errors import NotFoundError
from djflow.core.spans import Month
from djflow.roster.views import BoardChange, BoardMarket, BoardMarketDay, BoardSession
from djflow.web.public.catalog import Catalog
from djflow.web.words import weekday

MARKET_FIELDS = (
    ("code", "场镇代码，各处一致，不随名称改变"),
    ("name", "场镇名称"),
    ("township", "所在镇、乡、街道"),
    ("rule", "场期，按当地通行写法；null 表示待核实"),
    ("rule_described", "场期的规范写法"),
    ("place", "服务地点"),
    ("start", "服务开始时间，HH:MM，北京时间"),
    ("end", "服务结束时间，HH:MM，北京时间"),
    ("town_phone", "镇、乡办公室咨询电话"),
    ("served", "哪些逢场日安排服务"),
    ("next_market_day", "今天起下一个逢场日（不含停场），YYYY-MM-DD；近三个月没有则为 null"),
)
MONTH_FIELDS = (
    ("district", "区、县名称"),
    ("department", "公示单位"),
    ("supervision_phone", "监督电话"),
    ("month", "月份，YYYY-MM"),
    ("published", "本月服务安排是否已公布"),
    ("version", "公布版本号，更正一次加一；未公布为 null"),
    ("published_at", "本版公布时间，ISO 8601，北京时间；未公布为 null"),
    ("sessions", "服务场次，见下表"),
    ("market_days", "逢场日，见下表"),
    ("changes", "更正，见下表"),
)
SESSION_FIELDS = (
    ("market", "场镇代码"),
    ("date", "日期，YYYY-MM-DD"),
    ("weekday", "星期"),
    ("lunar", "农历日期"),
    ("place", "地点"),
    ("start", "开始时间，HH:MM"),
    ("end", "结束时间，HH:MM"),
    ("state", "planned 照常，cancelled 已取消"),
    ("units", "参加单位，按单位排序"),
    ("services", "服务内容"),
    ("leader", "带队领导姓名和职务；待定为空"),
    ("gaps", "人员待定的岗位"),
    ("note", "说明，取消时为原因"),
)
DAY_FIELDS = (
    ("market", "场镇代码"),
    ("date", "日期，YYYY-MM-DD"),
    ("lunar", "农历日期"),
    ("closed", "停场公告；照常逢场为 null"),
    ("served", "这一天有无服务；本月未公布为 null"),
)
CHANGE_FIELDS = (("date", "更正日期，YYYY-MM-DD"), ("text", "更正内容"))

TABLES = (
    ("场镇（markets.json 的 markets）", MARKET_FIELDS),
    ("一个月（board/月份.json）", MONTH_FIELDS),
    ("服务场次（sessions）", SESSION_FIELDS),
    ("逢场日（market_days）", DAY_FIELDS),
    ("更正（changes）", CHANGE_FIELDS),
)


def markets_value(catalog: Catalog) -> dict[str, object]:
    """Return all markets with their next market day."""
    coming = catalog.next_days()
    return {
        "district": catalog.names.district,
        "as_of": catalog.today.isoformat(),
        "markets": [_market(one, coming.get(one.code)) for one in catalog.markets],
    }


def month_value(catalog: Catalog, month: Month) -> dict[str, object]:
    """Return one month: sessions, market days and changes.

    Raises: NotFoundError for a month the board does not show.
    """
    if not catalog.shown(month):
        raise NotFoundError(f"{month.title}没有公示内容。", code="web.month")
    board = catalog.board(month)
    served = catalog.served_on(month) if board else None
    return {
        "district": catalog.names.district,
        "department": catalog.names.department,
        "supervision_phone": catalog.names.supervision_phone,
        "month": str(month),
        "published": board is not None,
        "version": board.version if board else None,
        "published_at": civil_datetime(board.published_at).isoformat(timespec="seconds") if board else None,
        "sessions": [_session(one) for one in catalog.sessions(month)],
        "market_days": [_day(one, served) for one in catalog.market_days(month)],
        "changes": [_change(one) for one in board.changes] if board else [],
    }


def _market(market: BoardMarket, following: BoardMarketDay | None) -> dict[str, object]:
    return {
        "code": market.code,
        "name": market.name,
        "township": market.township,
        "rule": market.rule,
        "rule_described": market.rule_described,
        "place": market.place,
        "start": f"{market.start:%H:%M}",
        "end": f"{market.end:%H:%M}",
        "town_phone": market.town_phone,
        "served": market.served,
        "next_market_day": following.on.isoformat() if following else None,
    }


def _session(session: BoardSession) -> dict[str, object]:
    return {
        "market": session.market,
        "date": session.on.isoformat(),
        "weekday": weekday(session.on),
        "lunar": session.lunar,
        "place": session.place,
        "start": f"{session.start:%H:%M}",
        "end": f"{session.end:%H:%M}",
        "state": session.state.value,
        "units": list(session.units),
        "services": list(session.services),
        "leader": session.leader,
        "gaps": list(session.gaps),
        "note": session.note,
    }


def _day(day: BoardMarketDay, served: frozenset[tuple[str, date]] | None) -> dict[str, object]:
    return {
        "market": day.market,
        "date": day.on.isoformat(),
        "lunar": day.lunar,
        "closed": day.closed,
        "served": None if served is None else (day.market, day.on) in served,
    }


def _change(change: BoardChange) -> dict[str, object]:
    return {"date": change.on.isoformat(), "text": change.text}
