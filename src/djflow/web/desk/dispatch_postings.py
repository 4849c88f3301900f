"""Postings at the desk: the list of one's scope, one posting whole, and what host and department do with it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from djflow.accounts.model import Act
from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_view as view
from djflow.assembly.dispatch_postings_scope import posting_for
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.policy.model import PAPER_WORDS, Paper
from djflow.dispatch.postings.ending.model import EXTENSION_WORDS, Longer, Recalled
from djflow.dispatch.postings.leave.model import GRANTOR_WORDS, LEAVE_WORDS, Grantor
from djflow.dispatch.postings.model import ACT_WORDS, POSTING_WORDS, RECALL_WORDS, RecallReason, Who
from djflow.dispatch.postings.months.model import LIGHT_WORDS, Count
from djflow.dispatch.postings.reviews.model import GRADE_WORDS, STAGE_WORDS, Assessment, Grade, Stage, Votes
from djflow.web.desk import dispatch_posting_forms as forms
from djflow.web.desk import fund_forms as reading
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit
from djflow.web.errors import STATUS

_TO_MEND = (InputError, RuleError, ConflictError)
E = TypeVar("E")
SAID: Mapping[str, str] = MappingProxyType(
    {"done": "已登记，有关同志会收到通知。", "asked": "已报批，批准后生效。", "no": "已登记过，没有重复办理。"}
)


def list_page(visit: Visit) -> Answer:
    """Show the postings of one's scope; finished ones on request."""
    over = visit.query.get("over") == "1"
    values = {
        "lines": view.lines(visit.house, visit.account, over=over),
        "over": over,
        "states": POSTING_WORDS,
        "lights": LIGHT_WORDS,
    }
    return Page("desk_postings.html.j2", "postings", values)


def sheet_page(visit: Visit) -> Answer:
    """Show one posting whole, nothing sealed opened."""
    found = view.sheet(visit.house, visit.account, visit.path["posting"])
    values = {
        "sheet": found,
        "posting": found.posting,
        "acts": [(word, forms.ACTS[word][0]) for word in found.may],
        "states": POSTING_WORDS,
        "steps": ACT_WORDS,
        "lights": LIGHT_WORDS,
        "leave_words": LEAVE_WORDS,
        "grantors": GRANTOR_WORDS,
        "stages": STAGE_WORDS,
        "grades": GRADE_WORDS,
        "papers": PAPER_WORDS,
        "causes": RECALL_WORDS,
        "extensions": EXTENSION_WORDS,
        "looks": visit.may(Act.POSTING_HOST),
        "office": visit.may(Act.POSTING_OFFICE),
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_posting.html.j2", "postings", values)


def form_page(word: str, visit: Visit) -> Answer:
    """Show the form of an act."""
    return _form(visit, word, {}, "", 200)


def _form(visit: Visit, word: str, typed: Mapping[str, str], message: str, status: int) -> Page:
    found = view.sheet(visit.house, visit.account, visit.path["posting"])
    asked = forms.fields(visit, word, found)
    if not message and word not in found.may:
        message, asked = f"现在不能{forms.ACTS[word][0]}：请回到派出情况查看。", ()
    values = {
        "sheet": found,
        "posting": found.posting,
        "act": word,
        "heading": forms.ACTS[word][0],
        "note": forms.NOTES.get(word, ""),
        "fields": asked,
        "typed": {one.name: typed.get(one.name, one.start if not typed else "") for one in asked},
        "message": message,
        "offered": word in found.may,
    }
    return Page("desk_posting_form.html.j2", "postings", values, status)


def do(word: str, visit: Visit) -> Answer:
    """Do an act, or show its form again with what is wrong."""
    act = forms.ACTS[word][1]
    with visit.house.reading() as session:
        posting_for(session, visit.account, visit.path["posting"], act)
    try:
        said = _DO[word](visit)
    except _TO_MEND as error:
        typed = {name: texts[0] for name, texts in visit.form.values.items() if texts}
        return _form(visit, word, typed, error.message, _status(error))
    return Go(f"/desk/postings/{visit.path['posting']}?said={said}")


def _status(error: DjflowError) -> int:
    return next(number for kind, number in STATUS if isinstance(error, kind))


def _chosen(visit: Visit, name: str, known: type[E], label: str) -> E:
    try:
        return known(visit.form.one(name))  # type: ignore[call-arg] # every one of them is an enum of words
    except ValueError as error:
        raise InputError(f"请选{label}，再提交一次。", code="posting.choice") from error


def _day(visit: Visit, name: str, label: str) -> date:
    return reading.day(visit.form, name, label)


def _id(visit: Visit) -> str:
    return visit.path["posting"]


def _confirm(visit: Visit) -> str:
    who = Who.OFFICE if visit.may(Act.POSTING_OFFICE) else Who.HOST
    acts.confirm(visit.house, _id(visit), who, by=visit.by)
    return "done"


def _leave(visit: Visit) -> str:
    sheet = view.sheet(visit.house, visit.account, _id(visit))
    leave = visit.form.one("leave")
    if leave not in {one.id for one in sheet.leaves}:
        raise InputError("请选哪一次请假，再提交一次。", code="posting.choice")
    who = Grantor.OFFICE if visit.may(Act.POSTING_OFFICE) else Grantor.HOST
    granted = reading.chosen(visit.form, "answer", ("yes", "no"), "答复") == "yes"
    acts.answer_leave(visit.house, leave, who, granted=granted, by=visit.by)
    return "done"


def _month(visit: Visit) -> str:
    count = Count(Month.parse(visit.form.one("month")), reading.whole(visit.form, "days", "在岗天数"))
    acts.confirm_month(visit.house, _id(visit), count, office=visit.may(Act.POSTING_OFFICE), by=visit.by)
    return "done"


def _check(visit: Visit) -> str:
    present = reading.chosen(visit.form, "present", ("yes", "no"), "结果") == "yes"
    acts.spot_check(visit.house, _id(visit), _day(visit, "on", "抽查日期"), present=present, by=visit.by)
    return "done"


def _assess(visit: Visit) -> str:
    counts = [reading.whole(visit.form, grade.value, GRADE_WORDS[grade]) for grade in Grade]
    votes = Votes(reading.whole(visit.form, "present", "参加人数"), *counts)
    given = Assessment(visit.form.one("opinion"), votes, _chosen(visit, "grade", Grade, "建议等次"))
    acts.assess(visit.house, _id(visit), given, by=visit.by)
    return "done"


def _talk(visit: Visit) -> str:
    acts.talk(visit.house, _id(visit), by=visit.by)
    return "done"


def _report(visit: Visit) -> str:
    acts.report(visit.house, _id(visit), Who.OFFICE, by=visit.by)
    return "done"


def _cancel(visit: Visit) -> str:
    acts.cancel(visit.house, _id(visit), visit.form.one("reason"), by=visit.by)
    return "done"


def _strike(visit: Visit) -> str:
    sheet, check = view.sheet(visit.house, visit.account, _id(visit)), visit.form.one("check")
    if check not in {one.id for one in sheet.checks}:
        raise InputError("请选哪一次抽查，再提交一次。", code="posting.choice")
    acts.strike_check(visit.house, check, by=visit.by)
    return "done"


def _final(visit: Visit) -> str:
    acts.open_final(visit.house, _id(visit), Who.OFFICE, by=visit.by)
    return "done"


def _grade(visit: Visit) -> str:
    acts.grade(visit.house, _id(visit), _chosen(visit, "grade", Grade, "等次"), by=visit.by)
    return "done"


def _extend(visit: Visit) -> str:
    longer = Longer(_day(visit, "until", "新的期满日"), Who.OFFICE, visit.form.one("reason"))
    return "done" if acts.extend(visit.house, _id(visit), longer, by=visit.by) is None else "asked"


def _handover(visit: Visit) -> str:
    span = DateSpan(_day(visit, "first", "交接开始"), _day(visit, "last", "交接结束"))
    sheet = view.sheet(visit.house, visit.account, _id(visit))
    successor = visit.form.one("successor") or None
    if successor is not None and successor not in {key for key, _ in view.successors(visit.house, sheet.posting)}:
        raise InputError("请从列表里选接任的同志，再提交一次。", code="posting.choice")
    acts.hand_over(visit.house, _id(visit), span, successor, by=visit.by)
    return "done"


def _return(visit: Visit) -> str:
    acts.send_home(visit.house, _id(visit), _day(visit, "last", "最后在岗日"), by=visit.by)
    return "done"


def _propose(visit: Visit) -> str:
    cause, number = _chosen(visit, "cause", RecallReason, "理由"), visit.form.one("number")[: reading.SHORT]
    if not number:
        raise InputError("请写文号或反映编号，再提交一次。", code="posting.number")
    return "done" if acts.raise_recall(visit.house, _id(visit), cause, number, by=visit.by) else "no"


def _dismiss(visit: Visit) -> str:
    acts.dismiss_recall(visit.house, _id(visit), by=visit.by)
    return "done"


def _recall(visit: Visit) -> str:
    recalled = Recalled(
        reason=_chosen(visit, "cause", RecallReason, "理由"),
        last=_day(visit, "last", "最后在岗日"),
        note=visit.form.one("reason"),
        replace=visit.form.one("replace") == "yes",
    )
    acts.recall(visit.house, _id(visit), recalled, by=visit.by)
    return "done"


def _vacancy(visit: Visit) -> str:
    acts.close_vacancy(visit.house, _id(visit), by=visit.by)
    return "done"


def _paper(visit: Visit) -> str:
    acts.paper_made(visit.house, _id(visit), _chosen(visit, "paper", Paper, "文书"), by=visit.by)
    return "done"


def _archive(visit: Visit) -> str:
    acts.archive(visit.house, _id(visit), by=visit.by)
    return "done"


_DO: Mapping[str, Callable[[Visit], str]] = MappingProxyType(
    {
        "confirm": _confirm,
        "leave": _leave,
        "month": _month,
        "check": _check,
        "assess": _assess,
        "talk": _talk,
        "report": _report,
        "cancel": _cancel,
        "strike": _strike,
        "final": _final,
        "grade": _grade,
        "extend": _extend,
        "handover": _handover,
        "return": _return,
        "propose": _propose,
        "dismiss": _dismiss,
        "recall": _recall,
        "vacancy": _vacancy,
        "paper": _paper,
        "archive": _archive,
    }
)


def look(visit: Visit) -> Answer:
    """Open what is sealed about leave, a month or a review, once and recorded."""
    house, account, posting = visit.house, visit.account, visit.path["posting"]
    what, key = visit.path["what"], visit.path["key"]
    if what == "leave":
        texts: tuple[tuple[str, str], ...] = (("请假事由", view.look_leave(house, account, posting, key)),)
    elif what == "month":
        texts = (("本月工作情况", view.look_form(house, account, posting, Month.parse(key))),)
    elif what == "review":
        stage, _, number = key.partition("-")
        if stage not in set(Stage) or not number.isdecimal():
            raise NotFoundError("没有这次考核：请刷新后再试。", code="review.unknown")
        words = view.look_review(house, account, posting, Stage(stage), int(number))
        texts = (("本人总结", words.summary), ("接收单位意见", words.opinion))
    else:
        raise NotFoundError("没有这项内容：请刷新后再试。", code="posting.look")
    return Page("desk_posting_look.html.j2", "postings", {"texts": texts, "posting_id": posting})


ROUTES = (
    Route("/desk/postings", Act.POSTING_READ, list_page),
    Route("/desk/postings/{posting}", Act.POSTING_READ, sheet_page),
    *(
        Route(f"/desk/postings/{{posting}}/{word}", act, partial(handler, word), method)
        for word, (_, act) in forms.ACTS.items()
        for method, handler in (("GET", form_page), ("POST", do))
    ),
    Route("/desk/postings/{posting}/look/{what}/{key}", Act.POSTING_HOST, look, "POST"),
)
