"""What the forms of the fund's desk ask, field by field, and how an answer is read; nothing is guessed."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType

from djflow.assembly.fund_acts import RULES, DeskAct, is_own
from djflow.assembly.fund_desk import ForOther
from djflow.assembly.fund_sheet import Sheet
from djflow.core.clock import instant_of
from djflow.core.errors import InputError
from djflow.core.money import plain_yuan
from djflow.fund.checks.model import FLAG_WORDS
from djflow.fund.materials.model import MATERIAL_WORDS
from djflow.fund.publicity.model import Level, ObjectionState, PeriodState
from djflow.web.desk.door import Fields
from djflow.web.desk.frame import Visit
from djflow.web.words import full_day, full_instant

LONG, SHORT = 1000, 60
LEVEL_WORDS: Mapping[Level, str] = MappingProxyType({Level.BRANCH: "支部公示", Level.DISTRICT: "区级公示"})
PERIOD_WORDS: Mapping[PeriodState, str] = MappingProxyType(
    {
        PeriodState.OPEN: "公示中",
        PeriodState.FROZEN: "因异议暂停",
        PeriodState.CLOSED: "已期满",
        PeriodState.CANCELLED: "已撤下",
    }
)
OBJECTION_WORDS: Mapping[ObjectionState, str] = MappingProxyType(
    {
        ObjectionState.OPEN: "正在核实",
        ObjectionState.DISMISSED: "不成立",
        ObjectionState.UPHELD: "成立",
        ObjectionState.LATE: "期满后收到，等答复",
    }
)
WAYS = ("来信", "来访", "来电")
SATISFACTION = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
_WHOLE = re.compile(r"[0-9]{1,4}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_BETWEEN = re.compile(r"[\s、，,;；]+")

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question: `kind` is text, long, date, time, number, choice, tick or file."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    options: Options = ()
    start: str = ""
    needed: bool = True


def _why(label: str) -> Field:
    return Field("reason", label, "long")


def _for_other(needs_scan: str, why: str = "为什么代办") -> tuple[Field, ...]:
    hint = "拍照或扫描，PDF、JPG、PNG"
    return (
        _why(why),
        Field("second", "在场的另一人（工号）", hint="不能是您本人、申请人或其亲属"),
        Field("scan", needs_scan or "书面依据（可不附）", "file", hint, needed=bool(needs_scan)),
    )


def fields(visit: Visit, act: DeskAct, sheet: Sheet) -> tuple[Field, ...]:
    """Return the questions of an act about a case, those about acting for somebody else included."""
    asked = _ASKED[act](sheet, visit.house.today().isoformat())
    rule = RULES[act]
    if rule.behalf is None or not rule.home or is_own(visit.account.roles, rule):
        return asked
    return (*asked, *_for_other(""))


def _flagging(sheet: Sheet, _today: str) -> tuple[Field, ...]:
    flags = [one for one in sheet.file.flags if one.is_open and one.case == sheet.case.id]
    options = tuple((one.id, f"{FLAG_WORDS[one.kind]}（{full_instant(one.at)}）") for one in flags)
    return (Field("flag", "哪一条疑点", "choice", options=options), _why("核实情况和理由"))


def _attaching(_sheet: Sheet, _today: str) -> tuple[Field, ...]:
    kinds = tuple((kind.value, words) for kind, words in MATERIAL_WORDS.items())
    return (
        Field("kind", "哪种材料", "choice", options=kinds),
        Field("file", "文件", "file", "PDF、JPG、PNG，图片里的拍摄信息会去掉"),
    )


def _settling(sheet: Sheet, _today: str) -> tuple[Field, ...]:
    waits = [one for one in sheet.file.objections if one.state in {ObjectionState.OPEN, ObjectionState.LATE}]
    options = tuple((one.id, f"{full_instant(one.received_at)}收到，{OBJECTION_WORDS[one.state]}") for one in waits)
    verdicts = (("dismissed", "异议不成立，恢复办理"), ("upheld", "异议成立，不予通过"))
    return (
        Field("objection", "哪一件异议", "choice", options=options),
        Field("verdict", "结论", "choice", options=verdicts),
        _why("核实情况和理由"),
    )


def _delivering(_sheet: Sheet, _today: str) -> tuple[Field, ...]:
    receipt = Field("receipt", "签收单（本人签字）", "file", "拍照或扫描")
    return (_why("慰问情况（谁、哪天、怎样送到）"), receipt)


def _revisiting(_sheet: Sheet, today: str) -> tuple[Field, ...]:
    return (
        Field("on", "回访日期", "date", start=today),
        Field("content", "满意程度", "choice", options=tuple((one, one) for one in SATISFACTION)),
        _why("回访情况"),
    )


def _visiting(_sheet: Sheet, today: str) -> tuple[Field, ...]:
    consistent = (("yes", "与申请一致"), ("no", "与申请不一致"))
    return (
        Field("first", "核实人一（工号）"),
        Field("other", "核实人二（工号）"),
        Field("on", "核实日期", "date", start=today),
        Field("consistent", "看到的情况", "choice", options=consistent),
        Field("note", "核实记录", "long"),
    )


def _voting(sheet: Sheet, today: str) -> tuple[Field, ...]:
    return (
        Field("on", "开会日期", "date", start=today),
        Field("present", "到会人数", "number"),
        Field("votes_for", "赞成", "number"),
        Field("against", "反对", "number", start="0"),
        Field("abstain", "弃权", "number", start="0"),
        Field("known", "到会的在册人员（工号，用顿号或空格隔开）", needed=False),
        Field("amount", "建议金额（元）", start=plain_yuan(sheet.case.requested_fen)),
        Field("recused", "申请人及其亲属已离场回避", "tick"),
        Field("minutes", "评议记录", "file", "拍照或扫描"),
    )


def _calling(_sheet: Sheet, today: str) -> tuple[Field, ...]:
    return (
        Field("approver", "批准人（工号）"),
        Field("on", "通话日期", "date", start=today),
        Field("at", "通话时间", "time", "如 09:30"),
        *_for_other("", "为什么不能等书面审批"),
    )


def _objecting(sheet: Sheet, today: str) -> tuple[Field, ...]:
    lists = [one for one in reversed(sheet.file.periods) if one.state is not PeriodState.CANCELLED]
    options = tuple((one.id, f"{LEVEL_WORDS[one.level]}（{full_day(one.posted_on)}张贴）") for one in lists)
    return (
        Field("period", "对哪份公示", "choice", options=options),
        Field("way", "怎样收到", "choice", options=tuple((one, one) for one in WAYS)),
        Field("on", "收到日期", "date", start=today),
        Field("at", "收到时间", "time", "如 09:30；期满前收到的算在期内"),
        Field("text", "异议的内容", "long", "只有处理异议的同志能看到"),
        Field("contact", "怎样联系（可不填）", needed=False),
        Field("second", "在场的另一人（工号）", hint="不能是您本人、申请人或其亲属"),
        Field("scan", "来信或记录（只记下校验值，不存原件）", "file", needed=False),
    )


def _appealing(_sheet: Sheet, _today: str) -> tuple[Field, ...]:
    return (Field("told", "申诉的理由", "long"), *_for_other("申诉书（申请人签字）"))


_ASKED: Mapping[DeskAct, Callable[[Sheet, str], tuple[Field, ...]]] = MappingProxyType(
    {
        DeskAct.ACCEPT: lambda _sheet, _today: (),
        DeskAct.FAST_TRACK: lambda _sheet, _today: (),
        DeskAct.RETURN: lambda _sheet, _today: (_why("退回的理由（申请人会看到，请写明补什么）"),),
        DeskAct.REJECT: lambda _sheet, _today: (_why("不予通过的理由（申请人会看到）"),),
        DeskAct.DELIBERATE: _voting,
        DeskAct.VISIT: _visiting,
        DeskAct.FLAG: _flagging,
        DeskAct.ATTACH: _attaching,
        DeskAct.PHONE: _calling,
        DeskAct.OBJECT: _objecting,
        DeskAct.SETTLE: _settling,
        DeskAct.WITHDRAW: lambda _sheet, _today: _for_other("撤回申请书（申请人签字）", "为什么撤回、为什么代办"),
        DeskAct.HAND_OVER: _delivering,
        DeskAct.CLOSE: _revisiting,
        DeskAct.APPEAL: _appealing,
    }
)


def read_other(form: Fields, reason: str = "") -> ForOther:
    """Return what a form says about acting for somebody else."""
    return ForOther(reason or text(form, "reason"), form.one("second")[:SHORT], form.file("scan"))


def text(form: Fields, name: str) -> str:
    """Return an answer in words.

    Raises: InputError for too many of them.
    """
    words = form.one(name)
    if len(words) > LONG:
        raise InputError(f"文字太长，最多 {LONG} 个字：请缩短后再提交。", code="desk.long")
    return words


def day(form: Fields, name: str, label: str) -> date:
    """Return a date.

    Raises: InputError.
    """
    try:
        return date.fromisoformat(form.one(name))
    except ValueError as error:
        raise InputError(f"{label}没有填或写法不对，应如 2026-11-24。", code="desk.date") from error


def moment(form: Fields, label: str) -> datetime:
    """Return the instant of the fields `on` and `at`.

    Raises: InputError.
    """
    on, clock = day(form, "on", f"{label}日期"), form.one("at")
    if not _CLOCK.fullmatch(clock):
        raise InputError(f"{label}时间没有填或写法不对，应如 09:30。", code="desk.time")
    return instant_of(on, time.fromisoformat(clock))


def whole(form: Fields, name: str, label: str) -> int:
    """Return a whole number from 0.

    Raises: InputError.
    """
    if not _WHOLE.fullmatch(form.one(name)):
        raise InputError(f"{label}应是半角数字，如 5。", code="desk.number")
    return int(form.one(name))


def chosen(form: Fields, name: str, options: Iterable[str], label: str) -> str:
    """Return one of the options.

    Raises: InputError.
    """
    if form.one(name) not in set(options):
        raise InputError(f"请选择{label}，再提交一次。", code="desk.choice")
    return form.one(name)


def codes(form: Fields, name: str) -> tuple[str, ...]:
    """Return the codes of persons in a field, in order."""
    return tuple(one for one in _BETWEEN.split(form.one(name)) if one)
