"""The words of market rules: one spelling for every character, then a list of tokens.

Full-width and traditional characters are turned into half-width and simplified ones, keeping track of where each
came from, so that a refusal quotes what the office typed. What no word matches is refused by name.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto

from djflow.calendar.market.patterns import RuleTextError

_TRADITIONAL = dict(
    zip(
        "農曆歷歴陽陰舊單雙數號禮週個後臘閏趕場鬧龍馬雞鷄豬間開為爲從無與會廟過進節兩時則續當條輪屬國內並於還圍詳"
        "壹貳贰參叁肆伍陸陆柒捌玖拾犬・•∙‧―–—─−〜",
        "农历历历阳阴旧单双数号礼周个后腊闰赶场闹龙马鸡鸡猪间开为为从无与会庙过进节两时则续当条轮属国内并于还围详"
        "一二二三三四五六六七八九十狗····-----~",
        strict=True,
    )
)
_INVISIBLE = "\u200b\u200c\u200d\ufeff\u2060"
MAX_LENGTH = 300
"""Longest rule text read, in characters."""

_CN = "[一二三四五六七八九十廿卅初〇零]"
_COUNT = "(?:[0-9]{1,2}|[一二三四五六七八九十两]{1,3})"
_NTH_ONE = "[一二三四五1-5]"


class Kind(StrEnum):
    """Kinds of tokens, in the order in which they are tried; the first that matches wins."""

    DATE = auto()
    VAGUE = auto()
    UNKNOWN = auto()
    IRREGULAR = auto()
    CALENDAR = auto()
    SMALL_MONTH = auto()
    LEAP_MONTH = auto()
    MONTHLY = auto()
    TAIL = auto()
    YEARLY = auto()
    DAILY = auto()
    INTERVAL = auto()
    WEEKEND = auto()
    WEEK = auto()
    NTH = auto()
    HOLD = auto()
    NOT = auto()
    EXCEPT = auto()
    EVE = auto()
    MONTH = auto()
    FILLER = auto()
    OPENING = auto()
    PARITY = auto()
    FROM = auto()
    AFTER = auto()
    RANGE = auto()
    FENG = auto()
    NUMBER = auto()
    BRANCH = auto()
    ANIMAL = auto()
    UNIT = auto()
    SEPARATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    BLANK = auto()


_WORDS: dict[Kind, str] = {
    Kind.DATE: r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}"
    r"|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}[日号]?",
    Kind.VAGUE: rf"隔三[差岔]五|每?隔{_COUNT}[天日](?![、,]?[赶逢]{_COUNT})|左右|前后|上下|大约|大概|约|或者|或|等"
    r"|有时|偶尔|不时|上午|下午|中午|正午|午前|午后|早上|晚上|春节|[0-9]{1,2}(?::[0-9]{2}|[点时])(?:半|分)?",
    Kind.UNKNOWN: r"未知|不详|不明|待定|未定|待查|待核实|不清楚|暂缺",
    Kind.IRREGULAR: r"不定期|不定时|不固定|不定|无固定(?:场期|日期|时间)?|临时通知|另行通知|另行公布",
    Kind.CALENDAR: r"公历|新历|阳历|西历|国历|农历|阴历|旧历|夏历|老历|古历",
    Kind.SMALL_MONTH: r"小月|月小|[无没缺]有?三十[日]?",
    Kind.LEAP_MONTH: r"逢?闰月",
    Kind.MONTHLY: r"每个月|每月|月月|逐月",
    Kind.TAIL: r"日?期?的?尾数|末位数?|个位数?|尾号|每个?旬|各旬|逢旬",
    Kind.YEARLY: r"每年|年年",
    Kind.DAILY: r"(?:天天|每一天|每天|每日|日日|每?一[天日](?=[赶逢]?一))(?:[赶逢]?一[场集街圩墟市次]|场)?"
    r"|[百白]日[场集街圩墟]|常日场",
    Kind.INTERVAL: rf"[空隔间歇]{_COUNT}[天日]?[、,]?[赶逢]{_COUNT}[天日场]?"
    rf"|每?{_COUNT}[天日][赶逢]?一[场集街圩墟市次赶会逢]|[每间]?隔[天日](?:[赶逢]?一[场集街圩墟市次])?",
    Kind.WEEKEND: r"双休日|每?个?(?:周|星期|礼拜)末",
    Kind.WEEK: r"每个?(?:星期|礼拜|周)(?=[逢的]|星期|礼拜|周)"
    r"|(?:星期|礼拜|周)(?:[一二三四五六七八九十日天]+|[0-9]+[日天]?)",
    Kind.NTH: rf"第{_NTH_ONE}(?:[、,和及与]?第?{_NTH_ONE})*个?|最后一?个?(?=的?(?:星期|礼拜|周))|末个|首个|头一?个",
    Kind.HOLD: r"(?:照常|照样|照旧|照|仍|也|同样)(?:[赶逢][场集街圩墟]?)|照常|照旧|照样",
    Kind.NOT: r"(?:均|都|则|也)?(?:不赶|不逢|不开|不成|停赶|停|休|歇|闭|罢|无|没有|没)[场集街圩墟市]?(?:期|日)?"
    r"|除外|不补|不算|不计|[之以]?外",
    Kind.EXCEPT: r"除了|除去|除(?!夕)",
    Kind.EVE: r"除夕夜?|大?年三十夜?|三十夜",
    Kind.MONTH: r"(?:1[0-2]|0?[1-9]|正|腊|冬|十[一二]?|[一二三四五六七八九])月份?|大?年(?=初)",
    Kind.FILLER: r"日子|这些天|每个(?!月)|庙会|[赶逢](?:场|集|街|圩|墟|闹子|会|期)子?(?:天|日|的?日子)?"
    r"|[场集街圩墟会]期|[场集街圩墟市](?:天|日)"
    r"|闹子|[大小热][场集街圩]|集市|市场|成[集市]|有[集场]|日期|时间|定期|固定|定于|规律|加[场赶集逢开]|增[场加]"
    r"|当[天日]|这[天日]|那[天日]|之日|也就是|就是|即是|即为|生肖|进入|期间|整个|另外|同时|一律|属|场|集|街|圩|墟|市|会|有"
    r"|[\"'“”‘’「」『』《》:的都均皆全是为即且但则每里间内入并另凡又还]",
    Kind.OPENING: r"开[市集场]",
    Kind.PARITY: r"[单双奇偶]数?(?:日子|日|号|天)?",
    Kind.FROM: r"自|从|由|首[场集街]|起点|基准日",
    Kind.AFTER: r"[以之过往]后|后|起算?|开始|以来",
    Kind.RANGE: r"一?直?[至到]|[-~]+",
    Kind.FENG: r"[逢赶排带含]",
    Kind.NUMBER: rf"{_CN}+|[0-9]+",
    Kind.BRANCH: r"[子丑寅卯辰巳午未申酉戌亥]+",
    Kind.ANIMAL: r"[鼠牛虎兔龙蛇马羊猴鸡狗猪]+",
    Kind.UNIT: r"[日号]",
    Kind.SEPARATOR: r"以及|[、·./+&|和及与]",
    Kind.OPEN: r"[(\[{【〔<]",
    Kind.CLOSE: r"[)\]}】〕>]",
    Kind.COMMA: r"[,;。!…\n\r]+",
    Kind.BLANK: r"\s+",
}
_TOKEN = re.compile("|".join(f"(?P<{kind.name}>{words})" for kind, words in _WORDS.items()))
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the rule: its kind, its plain text and the piece of the original text it stands for."""

    kind: Kind
    text: str
    quote: str


def plain(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the text in half-width simplified characters, and for each character its place in `text`."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in _INVISIBLE:
            continue
        for known in unicodedata.normalize("NFKC", _TRADITIONAL.get(character, character)):
            characters.append(_TRADITIONAL.get(known, known))
            places.append(place)
    return "".join(characters), tuple(places)


def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of a rule text, quotation marks and meaning-free words left out.

    Raises: RuleTextError naming the first part that is no word of the rule language.
    """
    if len(text) > MAX_LENGTH:
        raise RuleTextError(f"场期规则太长（{len(text)} 字），最多 {MAX_LENGTH} 字，请只写场期。")
    written, places = plain(text)
    found: list[Token] = []
    at = 0
    while at < len(written):
        match = _TOKEN.match(written, at)
        if not match:
            raise not_understood(_unknown_part(text, written, places, at))
        kind = Kind[str(match.lastgroup)]
        quote = text[places[at] : places[match.end() - 1] + 1]
        if kind is Kind.VAGUE:
            raise RuleTextError(
                f"场期规则中的“{quote}”不能说明是哪一天，请删去或写明具体场期。", code="calendar.rule_ambiguous"
            )
        if kind is not Kind.FILLER:
            found.append(Token(kind, match[0], quote))
        at = match.end()
    return tuple(found)


def _unknown_part(text: str, written: str, places: tuple[int, ...], first: int) -> str:
    last = first + 1
    while last < len(written) and not _TOKEN.match(written, last):
        last += 1
    return text[places[first] : places[last - 1] + 1]


def not_understood(part: str) -> RuleTextError:
    """Return the refusal that names the part of the rule that was not understood."""
    return RuleTextError(
        f"场期规则中的“{part.strip()}”看不懂，请改写；例如“农历逢一、四、七”“公历逢5、10”“星期三、星期六”“逢辰戌日”。"
    )


def ambiguous(part: str, hint: str) -> RuleTextError:
    """Return the refusal of a part with two meanings; `hint` says how to write either."""
    return RuleTextError(f"场期规则中的“{part.strip()}”有两种读法：{hint}。", code="calendar.rule_ambiguous")


def contradiction(what: str) -> RuleTextError:
    """Return the refusal of a rule that contradicts itself."""
    return RuleTextError(f"场期规则自相矛盾：{what}，请核对。", code="calendar.rule_contradiction")


def date_of(token: Token) -> date:
    """Return the civil date of a DATE token.

    Raises: RuleTextError if there is no such day.
    """
    return date_from(token.text, token.quote)


def date_from(text: str, quote: str) -> date:
    """Return the civil date written `2026-12-05` or `2026年12月5日`; `quote` is named if there is no such day.

    Raises: RuleTextError naming the date.
    """
    match = _DATE.fullmatch(text)
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise RuleTextError(f"“{quote}”不是有效日期，请改正，例如 2026-12-05。")
