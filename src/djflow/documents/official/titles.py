"""Breaks a title into lines by meaning: no word is cut, and the lines make a trapezoid or a diamond.

Every way of breaking has a price: cutting a word, a line that begins with 的, lines of one length (a rectangle) or with
the short one in the middle (an hourglass). The cheapest way is taken, the earlier break winning a tie.
Source: GB/T 9704-2012, 7.3.1.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations

LINE_CHARS = 19
"""How many characters of size 2 fit into a line with a little air at both ends."""

_WORD_LINES = (
    "党委 党组 党工委 党支部 党员 党建 党内 党风 组织 组织部 组织员 办公室 区委 县委 市委",
    "省委 中共 中央 政府 街道 社区 乡镇 村级 干部 人才 人员 人选 代表 群众 书记 委员",
    "单位 部门 机关 企业 学校 基层 农村 城乡 城市 乡村 振兴 统筹 选派 派驻 驻村 驻点",
    "挂职 下派 上派 抽调 培训 培养 储备 锻炼 轮换 召回 返岗 延期 派出 工作 工作队",
    "第一书记 通知 通报 公示 公告 意见 方案 办法 规定 制度 下派一批 派驻一批 上派一批",
    "培训一批 储备一批 抽调一批 细则 决定 决议 报告 请示 批复 函告 纪要 会议 联席 推进",
    "座谈 动员 部署 情况 进展 问题 整改 考核 考评 评选 评议 表彰 先进 优秀 年度 季度",
    "上半年 下半年 月份 做好 开展 召开 举办 印发 转发 加强 完善 建立 健全 落实 贯彻 学习",
    "宣传 实施 组织实施 进一步 认真 切实 全面 深入 有关 关于 事项 名额 分配 推荐 报送",
    "上报 提名 资格 审查 任前 任职 拟派 拟任 期满 中期 服务 便民 赶场 值班 安排 温暖",
    "工程 基金 困难 帮扶 慰问 走访 救助 发放 结对 共建 活动 项目 专项 行动 重点 任务",
    "目标 责任 管理 监督 检查 督查 调研 调整 推动 促进 改进 提升 强化 推行 巩固 拓展 深化 规范",
    "保障 服务站 治理 引领 脱贫 攻坚 成果 产业 发展 经济 集体 社会 综合 信息 安全 应急 防汛",
    "流动 教育 评估 述职 选举 换届 后备 到村 任职 到岗 离岗 交流 遴选 招录 招聘 待遇 经费",
)
WORDS = frozenset(" ".join(_WORD_LINES).split())
"""Words of titles that are not cut."""

CUT_WORD, BAD_START, LONE_END, RECTANGLE, HOURGLASS, SLOPE = 40, 60, 60, 12, 30, 1
GOOD_BREAK, FAIR_BREAK = -12, -6
_NO_START = "的、，。；：）》”’〕了着之"
_NO_END = "（《“‘〔与和及并在对从向为第"


def break_title(title: str, most: int = LINE_CHARS) -> tuple[str, ...]:
    """Return the lines of a title, each at most `most` characters wide (two ASCII letters count as one).

    Breaks that the title holds already are kept.
    """
    lines: list[str] = []
    for part in (part.strip() for part in title.splitlines()):
        lines += _broken(part, most) if part else []
    return tuple(lines)


def width(text: str) -> float:
    """Return how many Chinese characters wide a text is; ASCII counts half."""
    return sum(0.5 if letter.isascii() else 1.0 for letter in text)


def _broken(title: str, most: int) -> Sequence[str]:
    if width(title) <= most:
        return [title]
    count = int(-(-width(title) // most))
    places = _places(title)
    while count <= len(places) + 1:
        found = min(_ways(title, places, count, most), default=None)
        if found:
            return found[1]
        count += 1
    return [title]


def _places(title: str) -> tuple[int, ...]:
    """Return where a line may end: not inside numbers or Latin words, not at a mark that belongs to its neighbour."""
    inside = _word_cuts(title)
    free = [
        at
        for at in range(2, len(title) - 1)
        if not (title[at - 1].isascii() and title[at].isascii())
        and title[at] not in "、，。；：）》”’〕"
        and title[at - 1] not in "（《“‘〔"
    ]
    good = tuple(at for at in free if at not in inside)
    return good if len(good) * 4 >= len(free) else tuple(free)


@cache
def _word_cuts(title: str) -> frozenset[int]:
    cuts = {
        at + step
        for at in range(len(title))
        for size in range(2, 5)
        if title[at : at + size] in WORDS
        for step in range(1, size)
    }
    # A number and its measure, and a whole date, stay together.
    cuts |= {
        at
        for at in range(1, len(title))
        if title[at - 1].isdigit() or (title[at].isdigit() and title[at - 1] in "年月第")
    }
    return frozenset(cuts)


def _ways(title: str, places: Sequence[int], count: int, most: int) -> Iterator[tuple[int, list[str]]]:
    """Yield every way of `count` lines that fits, with its price."""
    if count > 4:
        yield from _even(title, places, count, most)
        return
    for chosen in combinations(places, count - 1):
        ends = (*chosen, len(title))
        lines = [title[first:last] for first, last in zip((0, *chosen), ends, strict=True)]
        if all(width(line) <= most for line in lines):
            yield _price(title, chosen, lines), lines


def _even(title: str, places: Sequence[int], count: int, most: int) -> Iterator[tuple[int, list[str]]]:
    lines, start = [], 0
    for left in range(count, 1, -1):
        fair = start + (len(title) - start) / left
        fits = [at for at in places if at > start and width(title[start:at]) <= most]
        if not fits:
            return
        end = min(fits, key=lambda at: (abs(at - fair), at))
        lines.append(title[start:end])
        start = end
    lines.append(title[start:])
    if width(lines[-1]) <= most:
        yield 0, lines


def _price(title: str, chosen: Sequence[int], lines: Sequence[str]) -> int:
    return sum(_break_price(title, at) for at in chosen) + _shape_price([width(line) for line in lines])


def _break_price(title: str, at: int) -> int:
    price = CUT_WORD if at in _word_cuts(title) else 0
    price += BAD_START if title[at] in _NO_START else 0
    price += LONE_END if title[at - 1] in _NO_END else 0
    if title[at:].startswith("关于") or title[at - 1] in "、，》”":
        return price + GOOD_BREAK
    if title[at - 1] == "的" or title[at] in "与和及并暨（《":
        return price + FAIR_BREAK
    return price


def _shape_price(widths: Sequence[float]) -> int:
    longest, shortest = max(widths), min(widths)
    price = int((longest - shortest) ** 2 / 4) * SLOPE
    price += RECTANGLE if longest - shortest < 1 else 0
    triples = zip(widths, widths[1:], widths[2:], strict=False)
    price += HOURGLASS * sum(1 for before, here, after in triples if before > here < after)
    return price + (int(8 * (6 - shortest)) if shortest < 6 else 0)
