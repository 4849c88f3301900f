"""What the forms about a posting ask, field by field; nothing is guessed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from djflow.accounts.model import Act
from djflow.assembly import dispatch_postings_view as view
from djflow.assembly.dispatch_postings_view import Sheet
from djflow.dispatch.policy.model import PAPER_WORDS
from djflow.dispatch.postings.leave.model import GRANTOR_WORDS, Grantor, LeaveState
from djflow.dispatch.postings.model import RECALL_WORDS
from djflow.dispatch.postings.reviews.model import GRADE_WORDS
from djflow.web.desk.frame import Visit
from djflow.web.desk.fund_forms import Field
from djflow.web.words import full_day

ACTS: Mapping[str, tuple[str, Act]] = MappingProxyType(
    {
        "confirm": ("确认到岗", Act.POSTING_HOST),
        "leave": ("答复请假", Act.POSTING_HOST),
        "month": ("确认在岗天数", Act.POSTING_HOST),
        "check": ("登记抽查", Act.POSTING_HOST),
        "assess": ("填写考核意见", Act.POSTING_HOST),
        "talk": ("登记任前谈话", Act.POSTING_OFFICE),
        "report": ("代为登记报到", Act.POSTING_OFFICE),
        "cancel": ("取消派出", Act.POSTING_OFFICE),
        "strike": ("注销登记错的抽查", Act.POSTING_OFFICE),
        "final": ("开始期满考核", Act.POSTING_OFFICE),
        "grade": ("评定考核等次", Act.POSTING_OFFICE),
        "extend": ("延长任期", Act.POSTING_OFFICE),
        "handover": ("登记交接", Act.POSTING_OFFICE),
        "return": ("办理返岗", Act.POSTING_OFFICE),
        "propose": ("提出召回", Act.POSTING_OFFICE),
        "dismiss": ("不予召回", Act.POSTING_OFFICE),
        "recall": ("召回", Act.POSTING_OFFICE),
        "vacancy": ("空缺岗位不再派人", Act.POSTING_OFFICE),
        "paper": ("登记文书已印发", Act.POSTING_OFFICE),
        "archive": ("归档", Act.POSTING_OFFICE),
    }
)
"""What can be done with a posting at the desk: its words and who may."""
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "confirm": "确认后开始计算在岗天数，可以请假、抽查和填月报。",
        "check": "不打招呼的抽查；已准假的自动记为“请假”，不算缺岗。",
        "assess": "考核意见加密保存，由区委组织部评定等次。",
        "extend": "在规定月数以内的当场生效；超过的自动报批，批准后生效。",
        "cancel": "本人不再去；岗位列为空缺，请在期限内提出替补。",
        "recall": "召回后未开始的请假作废，正在休的到最后在岗日为止；本人、两边单位收到通知，通知里不写原因。",
        "dismiss": "已提出的召回理由都记为不予召回。",
        "archive": "应印发的文书都登记印发后才能归档。",
    }
)
"""What somebody should know before an act."""
GRADES = tuple((grade.value, words) for grade, words in GRADE_WORDS.items())
PRESENT = (("yes", "在岗"), ("no", "不在岗"))
ANSWERS = (("yes", "准假"), ("no", "不准"))


def fields(visit: Visit, word: str, found: Sheet) -> tuple[Field, ...]:
    """Return the questions of an act about a posting."""
    return _ASKED.get(word, _nothing)(visit, found)


def _nothing(_visit: Visit, _found: Sheet) -> tuple[Field, ...]:
    return ()


def _why(label: str) -> Field:
    return Field("reason", label, "long")


def _leave(visit: Visit, found: Sheet) -> tuple[Field, ...]:
    office = visit.may(Act.POSTING_OFFICE)
    waiting = [one for one in found.leaves if one.state is LeaveState.ASKED]
    options = tuple(
        (one.id, f"{full_day(one.span.first)}起 {one.days} 天，由{GRANTOR_WORDS[one.grantor]}批")
        for one in waiting
        if office or one.grantor is Grantor.HOST
    )
    first = options[0][0] if len(options) == 1 else ""
    return (
        Field("leave", "哪一次请假", "choice", options=options, start=first),
        Field("answer", "答复", "choice", options=ANSWERS),
    )


def _month(visit: Visit, found: Sheet) -> tuple[Field, ...]:
    office = visit.may(Act.POSTING_OFFICE)
    open_ones = [one for one in found.months if office or one.confirmed_at is None]
    options = tuple(
        (str(one.month), f"{one.month.title}（要求 {one.required} 天{_stated(one.stated)}）") for one in open_ones
    )
    return (
        Field("month", "哪个月", "choice", options=options, start=options[0][0] if options else ""),
        Field("days", "实际在岗天数", "number", "与签到、考勤记录核对后填写"),
    )


def _stated(days: int | None) -> str:
    return "，本人还没有填" if days is None else f"，本人填 {days} 天"


def _check(visit: Visit, _found: Sheet) -> tuple[Field, ...]:
    today = visit.house.today().isoformat()
    return (Field("on", "抽查日期", "date", start=today), Field("present", "结果", "choice", options=PRESENT))


def _assess(_visit: Visit, found: Sheet) -> tuple[Field, ...]:
    allowed = tuple((key, words) for key, words in GRADES if _allowed(key, found))
    return (
        Field("opinion", "接收单位意见", "long"),
        Field("present", "民主测评参加人数", "number"),
        *(Field(key, f"测评{words}票数", "number", start="0") for key, words in GRADES),
        Field("grade", "建议等次", "choice", _ceiling(found), allowed),
    )


def _allowed(grade: str, found: Sheet) -> bool:
    order = [key for key, _ in GRADES]
    return order.index(grade) >= found.ceiling.place


def _ceiling(found: Sheet) -> str:
    return f"本年抽查有不在岗，最高只能是“{GRADE_WORDS[found.ceiling]}”" if found.ceiling.place else ""


def _cancel(_visit: Visit, _found: Sheet) -> tuple[Field, ...]:
    return (_why("取消的理由"),)


def _strike(_visit: Visit, found: Sheet) -> tuple[Field, ...]:
    options = tuple(
        (one.id, f"{full_day(one.on)}，{'在岗' if one.present else '不在岗'}") for one in found.checks if not one.struck
    )
    return (Field("check", "哪一次抽查", "choice", options=options),)


def _grade(_visit: Visit, found: Sheet) -> tuple[Field, ...]:
    review = view.due_review(found)
    proposed = review.proposed.value if review and review.proposed else ""
    allowed = tuple((key, words) for key, words in GRADES if _allowed(key, found))
    return (Field("grade", "等次", "choice", _ceiling(found), allowed, proposed),)


def _extend(_visit: Visit, _found: Sheet) -> tuple[Field, ...]:
    return (Field("until", "新的期满日", "date"), _why("延长的理由"))


def _handover(visit: Visit, found: Sheet) -> tuple[Field, ...]:
    last = found.posting.span.last
    first = last - timedelta(days=found.policy.clocks.handover_days - 1)
    return (
        Field("first", "交接开始", "date", f"新老重叠至少 {found.policy.clocks.handover_days} 天", start=str(first)),
        Field("last", "交接结束", "date", start=str(last)),
        Field(
            "successor",
            "接任的同志",
            "choice",
            "没有接任的不选",
            view.successors(visit.house, found.posting),
            needed=False,
        ),
    )


def _return(_visit: Visit, found: Sheet) -> tuple[Field, ...]:
    return (Field("last", "最后在岗日", "date", start=str(found.posting.span.last)),)


def _propose(_visit: Visit, _found: Sheet) -> tuple[Field, ...]:
    options = tuple((one.value, words) for one, words in RECALL_WORDS.items())
    return (
        Field("cause", "理由", "choice", options=options),
        Field("number", "文号或反映编号", hint="同一件事只提一次"),
    )


def _recall(visit: Visit, found: Sheet) -> tuple[Field, ...]:
    options = tuple((one.value, words) for one, words in RECALL_WORDS.items())
    start = found.proposals[0].reason.value if found.proposals else ""
    today = min(max(visit.house.today(), found.posting.span.first), found.posting.span.last)
    return (
        Field("cause", "理由", "choice", "只有区委组织部能看到", options, start),
        Field("last", "最后在岗日", "date", start=str(today)),
        _why("情况说明"),
        Field("replace", "派人接替", "tick", start="yes"),
    )


def _paper(_visit: Visit, found: Sheet) -> tuple[Field, ...]:
    owed = sorted({one.paper for one in found.papers if one.made_at is None})
    return (Field("paper", "哪一种文书", "choice", options=tuple((one.value, PAPER_WORDS[one]) for one in owed)),)


_ASKED: Mapping[str, Callable[[Visit, Sheet], tuple[Field, ...]]] = MappingProxyType(
    {
        "leave": _leave,
        "month": _month,
        "check": _check,
        "assess": _assess,
        "cancel": _cancel,
        "strike": _strike,
        "grade": _grade,
        "extend": _extend,
        "handover": _handover,
        "return": _return,
        "propose": _propose,
        "recall": _recall,
        "paper": _paper,
    }
)
