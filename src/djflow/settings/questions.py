"""The questions an office answers when it starts its own district, each with a default and an explanation.

Answers with a `place` go into that file and key; the others are kept in djflow.toml as `待确认` until the part of
djflow that needs them reads them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from djflow.calendar.service_rule import parse_service_rule
from djflow.calendar.town import Hours
from djflow.core.errors import InputError
from djflow.settings.fields import DATABASE_ADDRESS, time_of_day
from djflow.settings.locate import Path
from djflow.settings.roster_file import RANKS

Check = Callable[[str], str]
"""Takes an answer and returns its TOML literal, or refuses it with an InputError."""

_PHONE = re.compile(r"([0-9]{3,4}-)?[0-9]{3,8}(-[0-9]{1,5})?")
_MOBILE = re.compile(r"1[0-9]{10}")
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_DATABASE = re.compile(DATABASE_ADDRESS)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `place` is file and key path of a used answer, None for one that is only kept."""

    key: str
    group: str
    text: str
    why: str
    default: str
    check: Check
    place: tuple[str, Path] | None = None

    def literal(self, answer: str) -> str:
        """Return the answer as a TOML literal.

        Raises: InputError saying what is wrong and how it should be written.
        """
        return self.check(answer.strip())


def quoted(text: str) -> str:
    """Return `text` as a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else f"\\u{ord(letter):04X}" for letter in escaped) + '"'


def _text(shortest: int, longest: int) -> Check:
    def check(answer: str) -> str:
        if not shortest <= len(answer) <= longest:
            raise InputError(f"应有 {shortest} 到 {longest} 个字，现有 {len(answer)} 个。")
        return quoted(answer)

    return check


def _number(low: int, high: int) -> Check:
    def check(answer: str) -> str:
        if not re.fullmatch(r"[0-9]{1,6}", answer) or not low <= int(answer) <= high:
            raise InputError(f"应为 {low} 到 {high} 之间的整数。")
        return str(int(answer))

    return check


def _choice(words: Mapping[str, str]) -> Check:
    def check(answer: str) -> str:
        if answer not in words:
            raise InputError(f"请在 {'、'.join(words)} 里选一个。")
        return words[answer]

    return check


def _phone(answer: str) -> str:
    if _MOBILE.fullmatch(answer):
        raise InputError("公示只用座机，请不要填手机号码。")
    if answer and not _PHONE.fullmatch(answer):
        raise InputError("座机写法如 0872-6120000；没有就直接回车。")
    return quoted(answer)


def _matching(pattern: re.Pattern[str], hint: str) -> Check:
    def check(answer: str) -> str:
        if answer and not pattern.fullmatch(answer):
            raise InputError(hint)
        return quoted(answer)

    return check


def _reading(parse: Callable[[str], object]) -> Check:
    def check(answer: str) -> str:
        try:
            parse(answer)
        except ValueError as error:
            raise InputError(str(error)) from error
        return quoted(answer)

    return check


_YES_NO = _choice({"是": "true", "否": "false"})
_NOTE = _text(0, 200)


def _district(key: str) -> tuple[str, Path]:
    return ("djflow.toml", ("district", key))


def _setting(table: str, key: str) -> tuple[str, Path]:
    return ("djflow.toml", (table, key))


def _roster(key: str) -> tuple[str, Path]:
    return ("roster.toml", (key,))


def _habit(key: str) -> tuple[str, Path]:
    return ("markets.toml", ("defaults", key))


_NAMES = "一、名称"
_MARKETS = "二、场期习惯"
_SERVICE = "三、服务和值班"
_LATER = "四、以后要用的（现在不清楚可直接回车，会记为待确认）"
_SYSTEM = "五、网络、数据和保留期限"

QUESTIONS = (
    Question("name", _NAMES, "本区的名称", "写在公示和页面上，如“某某区”。", "", _text(2, 20), _district("name")),
    Question(
        "department", _NAMES, "部门全称", "公示的落款。", "中共某某区委组织部", _text(4, 40), _district("department")
    ),
    Question(
        "department_short",
        _NAMES,
        "部门简称",
        "页面和提醒里用。",
        "区委组织部",
        _text(2, 20),
        _district("department_short"),
    ),
    Question(
        "signature",
        _NAMES,
        "短信签名",
        "2—12字，不带【】，要与备案的一致。",
        "区委组织部",
        _text(2, 12),
        _district("signature"),
    ),
    Question(
        "supervision_phone",
        _NAMES,
        "监督电话",
        "公示用的座机，不要写手机。",
        "",
        _phone,
        _district("supervision_phone"),
    ),
    Question("doc_series", _NAMES, "发文的代字", "如“×组发”“×组通”，几个用顿号隔开。", "", _NOTE),
    Question("seal", _NAMES, "公文怎么用印", "如“盖章扫描”“电子印章”。", "", _NOTE),
    Question(
        "day31",
        _MARKETS,
        "逢1的场（如逢1、4、7），31日赶不赶",
        "各场不一样的，以后在场镇表里单独填。",
        "不赶",
        _choice({"赶": '"hold"', "不赶": '"skip"'}),
        _habit("day31"),
    ),
    Question(
        "small_month",
        _MARKETS,
        "农历逢十的场，小月没有三十，廿九赶不赶",
        "只关系到按农历赶场的地方。",
        "不赶",
        _choice({"赶": '"hold_on_29"', "不赶": '"skip"'}),
        _habit("small_month"),
    ),
    Question(
        "year_end",
        _MARKETS,
        "腊月二十以后是不是天天逢场",
        "各场不一样的，以后在场镇表里单独填。",
        "否",
        _choice({"是": '{ mode = "daily" }', "否": '{ mode = "none" }'}),
        _habit("year_end"),
    ),
    Question(
        "service",
        _SERVICE,
        "一般服务哪几场",
        "可写：每场、每月第1、3场、逢周六的场。",
        "每月第1、3场",
        _reading(parse_service_rule),
        _habit("service"),
    ),
    Question(
        "service_hours",
        _SERVICE,
        "服务时间",
        "写法如 09:00-12:00。",
        "09:00-12:00",
        _reading(Hours.parse),
        _habit("service_hours"),
    ),
    Question(
        "rest_gap_days",
        _SERVICE,
        "同一人两次值班之间至少空几天",
        "0 为不限。",
        "2",
        _number(0, 14),
        _roster("rest_gap_days"),
    ),
    Question(
        "max_duties",
        _SERVICE,
        "每人每月最多值班几次",
        "排班时谁也不会超过这个数。",
        "5",
        _number(1, 31),
        _roster("max_duties"),
    ),
    Question(
        "min_township", _SERVICE, "每场至少几名镇乡干部", "0 为不要求。", "1", _number(0, 10), _roster("min_township")
    ),
    Question(
        "min_leader_rank",
        _SERVICE,
        "带队领导的最低职级",
        f"可选：{'、'.join(RANKS)}。",
        "副科",
        _choice(MappingProxyType({rank: quoted(rank) for rank in RANKS})),
        _roster("min_leader_rank"),
    ),
    Question(
        "standby", _SERVICE, "每场要不要安排一名备勤", "有人临时去不了时顶上。", "是", _YES_NO, _roster("standby")
    ),
    Question(
        "comp_leave",
        _SERVICE,
        "休息日值班记不记补休",
        "记下来，由各单位安排补休。",
        "是",
        _YES_NO,
        _roster("comp_leave"),
    ),
    Question("core_departments", _SERVICE, "必须到场的核心部门", "如“人社、医保、民政、农业农村”。", "", _NOTE),
    Question(
        "publisher", _SERVICE, "值班表由谁公示、公示在哪里", "如“镇乡公示栏、村务公开栏、微信公众号”。", "", _NOTE
    ),
    Question(
        "holiday_notice", _LATER, "明年放假通知的文号", "通知公布后还要照样子建 config/holidays/ 下的文件。", "", _NOTE
    ),
    Question("fund_rule", _LATER, "温暖基金的依据文件、类别和上限", "写文件名称和主要数额。", "", _NOTE),
    Question("fund_publicity", _LATER, "基金公示几天，工作日还是自然日", "如“5个工作日”。", "", _NOTE),
    Question("fund_payment", _LATER, "基金由谁发放、怎么发", "如“区财政局，打卡发放”。", "", _NOTE),
    Question(
        "dispatch_terms",
        _LATER,
        "干部选派（六个一批）的期限、名额和回避规定",
        "如“下派两年，同一单位不超过十分之一”。",
        "",
        _NOTE,
    ),
    Question("meeting_frequency", _LATER, "联席会、推进会多久开一次", "如“联席会每季度一次”。", "", _NOTE),
    Question("sms_channel", _LATER, "短信走哪个渠道", "如“移动集团短信（CMPP）”，签名备案了没有。", "", _NOTE),
    Question("im_product", _LATER, "用哪个即时通讯", "企业微信、政务钉钉、飞书或没有。", "", _NOTE),
    Question("protection_level", _LATER, "等级保护定了几级", "县级单位通常是二级。", "", _NOTE),
    Question("archive_rule", _LATER, "档案部门对保管期限的要求", "如“基金材料保管10年”。", "", _NOTE),
    Question("network", _SYSTEM, "装在哪个网", "政务外网、互联网或单机。", "", _NOTE),
    Question(
        "public_url",
        _SYSTEM,
        "群众访问的网址",
        "没有就直接回车，只在本机看。",
        "",
        _matching(_URL, "网址写法如 https://example.gov.cn/djflow；没有就直接回车。"),
        _setting("web", "public_url"),
    ),
    Question(
        "port",
        _SYSTEM,
        "网页的端口",
        "一般不用改；被占用时 djflow doctor 会提醒。",
        "4280",
        _number(1024, 65535),
        _setting("web", "port"),
    ),
    Question(
        "database_url",
        _SYSTEM,
        "数据库地址",
        "直接回车用自带的 SQLite；PostgreSQL 写法如 postgresql://djflow@localhost/djflow。",
        "",
        _matching(_DATABASE, "写法如 postgresql://djflow@localhost/djflow；用自带的就直接回车。"),
        _setting("database", "url"),
    ),
    Question(
        "quiet_from",
        _SYSTEM,
        "晚上几点以后不发通知",
        "特急的除外，其余顺延到第二天早上。",
        "21:30",
        _reading(time_of_day),
        _setting("sending", "quiet_from"),
    ),
    Question(
        "quiet_to",
        _SYSTEM,
        "早上几点以后才发通知",
        "夜里攒下的通知从这时起发。",
        "07:30",
        _reading(time_of_day),
        _setting("sending", "quiet_to"),
    ),
    Question(
        "notice_days",
        _SYSTEM,
        "通知记录保留多少天",
        "发给谁、什么时候、送到没有，不含通知以外的资料。",
        "730",
        _number(30, 36500),
        _setting("retention", "notice_days"),
    ),
    Question(
        "audit_days",
        _SYSTEM,
        "操作记录保留多少天",
        "不少于六个月。",
        "1095",
        _number(183, 36500),
        _setting("retention", "audit_days"),
    ),
)

BY_KEY: Mapping[str, Question] = MappingProxyType({question.key: question for question in QUESTIONS})
