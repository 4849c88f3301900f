"""The sheets of the month's workbook, one function each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from djflow.core.clock import civil_date
from djflow.roster.model import LEADER_POST
from djflow.roster.outputs.paper import Column, Page, Paper, Sheet, Tone, Value
from djflow.roster.outputs.staffing import (
    Staffing,
    duties_of,
    in_official_order,
    post_order,
    post_words,
    staffings,
    standby_of,
)
from djflow.roster.outputs.wording import (
    STATUSES,
    bound_words,
    full_day,
    gap_words,
    hours,
    priced_parts,
    sessions_words,
    stage_words,
    title,
    unfilled_words,
    weekday,
    weight_words,
)
from djflow.roster.views import BoardMarket, DutyKind, DutyLine, RosterBook


def days_sheet(paper: Paper, book: RosterBook, page: Page) -> None:
    """总表: every session in order of date."""
    sheet = paper.sheet("总表", _day_columns(book), page)
    _head(sheet, book)
    sheet.freeze(4)
    for staffing in staffings(book):
        _session_row(sheet, book, staffing, [staffing.market_name, staffing.place])
    sheet.note(_legend())
    sheet.finish()


def markets_sheet(paper: Paper, book: RosterBook, page: Page) -> None:
    """按场镇: a block per market in the configured order."""
    sheet = paper.sheet("按场镇", market_columns(book), page)
    _head(sheet, book)
    sheet.freeze(3)
    sheet.block_per_page = True
    for market in book.markets:
        market_block(sheet, book, market)
    sheet.finish()


def market_block(sheet: Sheet, book: RosterBook, market: BoardMarket) -> None:
    """Write one market: its rule, place, telephone of the town office, then its sessions."""
    own = [s for s in staffings(book) if s.market == market.code]
    rule = market.rule or "未知"
    sheet.band(
        f"{market.name}（{market.township}）　场期：{rule}　时间：{hours(market.start, market.end)}　"
        f"地点：{market.place}　镇乡电话：{market.town_phone}　本月 {len(own)} 场"
    )
    for staffing in own:
        _session_row(sheet, book, staffing, [], usual_place=market.place)
    if not own:
        sheet.note("本月没有安排服务。")
    sheet.note(_legend())


def units_sheet(paper: Paper, book: RosterBook, page: Page) -> None:
    """按单位: a block per unit in official order, units without a duty included."""
    sheet = paper.sheet("按单位", unit_columns(), page)
    _head(sheet, book)
    sheet.freeze()
    lines = in_official_order(book)
    order = {load.unit_name: load.unit_order for load in book.loads}
    order |= {line.unit_name: line.unit_order for line in book.lines}
    for name in sorted(order, key=lambda unit: (order[unit], unit)):
        unit_block(sheet, name, lines.get(name, ()), book)
    sheet.finish()


def unit_block(sheet: Sheet, name: str, lines: Sequence[DutyLine], book: RosterBook) -> None:
    """Write one unit: its counts, then who, when and where."""
    duties = duties_of(lines)
    rest = sum(line.rest_day for line in duties)
    waiting = len(standby_of(lines))
    people = len({line.person for line in lines})
    sheet.band(f"{name}　值班 {len(duties)} 人次（休息日 {rest}）　备勤 {waiting} 人次　共 {people} 人")
    cancelled = {(s.market, s.on) for s in staffings(book) if s.is_cancelled}
    for line in lines:
        tone: Tone = "off" if (line.market, line.on) in cancelled else "rest" if line.rest_day else "body"
        where: list[Value] = [line.market_name, line.place, post_words(line), line.person_name, line.person_code]
        sheet.row([line.on, weekday(line.on), hours(line.start, line.end), *where], tone)
    if not lines:
        sheet.note("本月没有安排。")


def people_sheet(paper: Paper, book: RosterBook, page: Page) -> None:
    """按人员: load before and in this month beside the target, and the days."""
    days: dict[str, list[str]] = defaultdict(list)
    for line in book.lines:
        mark = "（备勤）" if line.kind is DutyKind.STANDBY else ""
        days[line.person].append(f"{line.on.day}日{line.market_name}{mark}")
    sheet = paper.sheet("按人员", _PEOPLE, page)
    _head(sheet, book)
    sheet.freeze(2)
    for load in book.loads:
        kind = "带队" if load.leader else "其他"
        points: list[Value] = [load.duties, load.load, load.history, load.target]
        where = "、".join(days[load.person])
        sheet.row([load.person_code, load.person_name, load.unit_name, kind, *points, where])
    sheet.note("积分：工作日值班、周末值班、法定节假日值班依次加重；目标是同类人员历史积分加本月积分的平均值。")
    sheet.finish()


def gaps_sheet(paper: Paper, book: RosterBook, page: Page) -> None:
    """空缺说明: every place that stays empty, with the reason."""
    sheet = paper.sheet("空缺说明", _GAPS, page)
    sheet.head(title(book, "赶场值班空缺说明"), unfilled_words(book.quality))
    sheet.freeze()
    for gap in book.gaps:
        sheet.row([gap.on, weekday(gap.on), gap.market_name, gap.post, gap.count, gap.why])
    if not book.gaps:
        sheet.note("本月各场次、各岗位均已排满，没有空缺。")
    sheet.finish()


def quality_sheet(paper: Paper, book: RosterBook, page: Page) -> None:
    """质量: how good the roster is, in words and figures."""
    quality = book.quality
    sheet = paper.sheet("质量", _QUALITY, page)
    sheet.head(title(book, "赶场值班表质量说明"), gap_words(quality))
    sheet.freeze()
    sheet.band("一、总体")
    for row in _overall(book):
        sheet.row(row)
    sheet.band("二、目标值由哪些部分组成（分越少越好）")
    for part, points in priced_parts(quality):
        sheet.row([part.name, points, part.meaning])
    sheet.row(["合计", quality.objective, "即目标值。"], strong=(0, 1))
    sheet.band("三、权重（由本单位在配置中确定）")
    for key, weight in book.weights.items():
        sheet.row([weight_words(key).name, weight, weight_words(key).meaning])
    sheet.finish()


def _overall(book: RosterBook) -> Iterable[list[Value]]:
    quality = book.quality
    yield ["场次", len(book.sessions), f"{sessions_words(book)}。"]
    yield ["岗位数", quality.places, f"已排 {quality.places - quality.unfilled} 个。"]
    yield ["空缺", quality.unfilled, f"{unfilled_words(quality)}。"]
    yield ["镇乡缺员", quality.township_missing, "按规则每场应有镇乡干部而没有的人数。"]
    yield ["目标值", quality.objective, "下面各部分之和，越小越好。"]
    yield ["理论下限", bound_words(quality), "已经证明：任何排法的目标值都不会低于它。"]
    yield ["与最优差距", gap_words(quality), STATUSES.get(quality.status, quality.status) + "。"]
    yield ["计算用时", f"{quality.seconds:.1f} 秒", "求解器用时。"]
    yield ["编制日期", full_day(civil_date(book.created_at)), f"{stage_words(book)}。"]


def market_columns(book: RosterBook) -> tuple[Column, ...]:
    """Return the columns of a market's block."""
    when = (Column("日期", 9, centred=True), Column("星期", 5.5, centred=True), Column("农历", 9.5, centred=True))
    return (*when, Column("时间", 13, centred=True), *_people_columns(book))


def unit_columns() -> tuple[Column, ...]:
    """Return the columns of a unit's block."""
    return _UNIT


def _day_columns(book: RosterBook) -> tuple[Column, ...]:
    when = (Column("日期", 9, centred=True), Column("星期", 5.5, centred=True), Column("农历", 9.5, centred=True))
    where = (Column("场镇", 11, centred=True), Column("地点", 25), Column("时间", 13, centred=True))
    return (*when, *where, *_people_columns(book))


def _people_columns(book: RosterBook) -> tuple[Column, ...]:
    posts = tuple(Column(post, 18 if post == LEADER_POST else 17, centred=True) for post in post_order(book))
    return (*posts, Column("备勤人员", 17, centred=True), Column("空缺", 12, centred=True))


_UNIT = (
    Column("日期", 9, centred=True),
    Column("星期", 5.5, centred=True),
    Column("时间", 13, centred=True),
    Column("场镇", 11, centred=True),
    Column("地点", 30),
    Column("岗位", 11, centred=True),
    Column("姓名", 10, centred=True),
    Column("工号", 10, centred=True),
)
_PEOPLE = (
    Column("工号", 10, centred=True),
    Column("姓名", 10, centred=True),
    Column("单位", 20),
    Column("类别", 6, centred=True),
    Column("次数", 6, centred=True),
    Column("本月积分", 10, centred=True),
    Column("历史积分", 10, centred=True),
    Column("目标", 6, centred=True),
    Column("值班安排", 34),
)
_GAPS = (
    Column("日期", 9, centred=True),
    Column("星期", 5.5, centred=True),
    Column("场镇", 14, centred=True),
    Column("岗位", 14, centred=True),
    Column("人数", 6, centred=True),
    Column("原因", 50),
)
_QUALITY = (Column("项目", 16, centred=True), Column("数值", 30, centred=True), Column("说明", 52))


def _head(sheet: Sheet, book: RosterBook) -> None:
    issued = full_day(civil_date(book.published_at or book.created_at))
    sheet.head(title(book), f"{book.department}　第 {book.version} 版　{issued}")


def _legend() -> str:
    return "说明：浅色底纹为休息日（周末、法定节假日）场次；加删除线的场次停办；备勤人员在值班人员不能到岗时递补。"


def _session_row(
    sheet: Sheet, book: RosterBook, staffing: Staffing, where: list[Value], *, usual_place: str | None = None
) -> None:
    tone: Tone = "off" if staffing.is_cancelled else "rest" if staffing.is_rest_day else "body"
    time = hours(staffing.start, staffing.end)
    if usual_place is not None and staffing.place != usual_place:
        time = f"{time}\n{staffing.place}"
    posts = [_names(staffing.at_post(post), staffing.gap_at(post)) for post in post_order(book)]
    remark = _remark(staffing)
    values: list[Value] = [staffing.on, weekday(staffing.on), staffing.lunar, *where, time, *posts]
    values += [_names(staffing.standby), remark]
    sheet.row(values, tone, strong=(len(values) - 1,) if remark else ())


def _names(lines: Sequence[DutyLine], empty: int = 0) -> str:
    people = [f"{line.person_name}\n{line.unit_name}{line.person_post if _leads(line) else ''}" for line in lines]
    return "\n".join(people + ["（空缺）"] * empty)


def _leads(line: DutyLine) -> bool:
    return line.post == LEADER_POST and line.kind is DutyKind.DUTY


def _remark(staffing: Staffing) -> str:
    if staffing.is_cancelled:
        return f"停办：{staffing.note}" if staffing.note else "停办"
    counts: Counter[str] = Counter()
    for gap in staffing.gaps:
        counts[gap.post] += gap.count
    return "\n".join(f"{post} {count} 人" for post, count in counts.items())
