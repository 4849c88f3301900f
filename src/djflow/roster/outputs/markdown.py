"""Markdown for the review form and for Prefect's artifacts.

Artifacts are stored readable and kept long: units and person codes only, never names, telephones or reasons of
absence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from djflow.core.clock import civil_date
from djflow.roster.model import Shortage
from djflow.roster.outputs.staffing import Staffing, duties_of, post_order, staffings
from djflow.roster.outputs.wording import (
    COST_PARTS,
    STATUSES,
    WEIGHT_OF,
    bound_words,
    day_words,
    full_day,
    gap_words,
    hours,
    priced_parts,
    sessions_words,
    stage_words,
    title,
    unfilled_words,
)
from djflow.roster.views import DifferenceLine, DutyLine, RosterBook

_DATES_SHOWN = 6


def review_markdown(book: RosterBook, *, links: Mapping[str, str], why: Mapping[str, str]) -> str:
    """Return the review card: figures, empty places, fairness, rest days, links.

    `links` maps what a link is called to its address; `why` maps a weight's key (`fairness`, `not_incumbent`, …) to
    the office's sentence about it, which replaces the usual one.
    """
    blocks = [
        f"# {title(book)}",
        f"{book.department}　{stage_words(book)}，{full_day(civil_date(book.created_at))}生成",
        _links(links),
        "## 总体\n\n" + _figures(book),
        "## 空缺岗位\n\n" + _gaps(book),
        "## 公平\n\n" + _fairness(book),
        "## 休息日\n\n" + _rest_days(book),
        "## 目标值的组成\n\n" + _parts(book, why),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def roster_table(book: RosterBook) -> list[dict[str, str]]:
    """Return one row per session for a table artifact: market, posts with unit and person code, standby, gaps."""
    posts = post_order(book)
    return [_session_row(staffing, posts) for staffing in staffings(book)]


def difference_markdown(lines: Sequence[DifferenceLine]) -> str:
    """Return what a new version changes, by person code."""
    if not lines:
        return "两个版本没有差别。\n"
    sessions = len({line.event for line in lines})
    rows = [
        (
            day_words(line.on),
            line.market_name,
            line.post,
            line.before_code or "（空缺）",
            line.after_code or "（空缺）",
            line.why or "—",
        )
        for line in lines
    ]
    head = ("日期", "场镇", "岗位", "原工号", "现工号", "原因")
    return f"涉及 {sessions} 场，调整 {len(lines)} 个岗位。\n\n{_table(head, rows)}\n"


def explanation_markdown(shortages: Sequence[Shortage]) -> str:
    """Return why places cannot be filled and the cheapest way out; says so when nothing is short."""
    if not shortages:
        return "人手够用，没有排不满的岗位。\n"
    rows = [
        (s.post, _dates(s), f"{s.need}", f"{s.supply}", f"**{s.short}**", s.rule, s.text)
        for s in sorted(shortages, key=lambda s: (-s.short, s.dates, s.post))
    ]
    head = ("岗位", "日期", "需要", "最多能排", "缺", "受限于", "说明和最省的办法")
    return f"以下缺口已经证明排不满，合计缺 {sum(s.short for s in shortages)} 人次。\n\n{_table(head, rows)}\n"


def _figures(book: RosterBook) -> str:
    quality = book.quality
    filled = quality.places - quality.unfilled
    share = f"{filled / quality.places:.1%}" if quality.places else "—"
    rows = [
        ("场次", sessions_words(book)),
        ("岗位", f"{quality.places} 个，已排 {filled} 个（{share}）"),
        ("空缺", unfilled_words(quality)),
        ("镇乡干部缺员", f"{quality.township_missing} 人次" if quality.township_missing else "没有"),
        ("好到什么程度", f"**{gap_words(quality)}**"),
        ("目标值", f"{quality.objective}（理论下限：{bound_words(quality)}；越小越好）"),
        ("计算", f"{quality.seconds:.1f} 秒，{STATUSES.get(quality.status, quality.status)}"),
    ]
    return _table(("项目", "结果"), rows)


def _gaps(book: RosterBook) -> str:
    """Return each reason once, with the places that stay empty for it."""
    if not book.gaps:
        return "没有空缺，各场次各岗位都已排满。"
    blocks = []
    for why in dict.fromkeys(gap.why for gap in book.gaps):
        mine = [gap for gap in book.gaps if gap.why == why]
        rows = [(day_words(gap.on), gap.market_name, gap.post, f"{gap.count}") for gap in mine]
        blocks.append(f"{_inline(why)}\n\n{_table(('日期', '场镇', '岗位', '人数'), rows)}")
    return "\n\n".join(blocks)


def _fairness(book: RosterBook) -> str:
    rows = []
    for name, leads in (("带队领导", True), ("其他人员", False)):
        loads = [load for load in book.loads if load.leader is leads]
        if not loads:
            continue
        total = sorted(load.history + load.load for load in loads)
        idle = sum(load.duties == 0 for load in loads)
        rows.append(
            (
                name,
                f"{len(loads)}",
                f"{total[0]}",
                f"{median(total):g}",
                f"{total[-1]}",
                f"{loads[0].target}",
                f"{idle}" if idle else "没有人",
                f"{max(load.duties for load in loads)}",
            )
        )
    head = ("类别", "人数", "最低积分", "中位积分", "最高积分", "目标", "本月 0 次", "本月最多次数")
    return "积分是历史积分加本月积分。\n\n" + _table(head, rows)


def _rest_days(book: RosterBook) -> str:
    duties = duties_of(book.lines)
    rest = [line for line in duties if line.rest_day]
    if not duties:
        return "本月没有安排值班。"
    most = max(Counter(line.person for line in rest).values(), default=0)
    return (
        f"值班 {len(duties)} 人次，其中周末和法定节假日 {len(rest)} 人次，占 {len(rest) / len(duties):.1%}，"
        f"涉及 {len({line.person for line in rest})} 人，同一人最多 {most} 次。"
    )


def _parts(book: RosterBook, why: Mapping[str, str]) -> str:
    spoken = {words.name: why.get(WEIGHT_OF.get(key, key)) or why.get(key) for key, words in COST_PARTS.items()}
    rows = [
        (part.name, f"{points}", _share(points, book.quality.objective), spoken.get(part.name) or part.meaning)
        for part, points in priced_parts(book.quality)
    ]
    return _table(("部分", "分", "占比", "含义"), rows)


def _share(points: int, whole: int) -> str:
    return f"{points / whole:.1%}" if whole else "—"


def _links(links: Mapping[str, str]) -> str:
    return "　".join(f"[{_inline(name)}]({address})" for name, address in links.items())


def _session_row(staffing: Staffing, posts: Iterable[str]) -> dict[str, str]:
    row = {
        "日期": day_words(staffing.on),
        "场镇": staffing.market_name,
        "时间": hours(staffing.start, staffing.end),
    }
    for post in posts:
        people = [_code(line) for line in staffing.at_post(post)]
        row[post] = "、".join(people + ["（空缺）"] * staffing.gap_at(post))
    row["备勤"] = "、".join(_code(line) for line in staffing.standby)
    row["状态"] = "停办" if staffing.is_cancelled else "休息日" if staffing.is_rest_day else ""
    return row


def _code(line: DutyLine) -> str:
    return f"{line.unit_name} {line.person_code}"


def _dates(shortage: Shortage) -> str:
    shown = "、".join(f"{on.month}月{on.day}日" for on in shortage.dates[:_DATES_SHOWN])
    return shown + (f"等 {len(shortage.dates)} 天" if len(shortage.dates) > _DATES_SHOWN else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_inline(cell) for cell in line) + " |" for line in lines)


def _inline(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
