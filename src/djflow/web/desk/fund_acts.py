"""Acts on a case of the fund as forms: a refusal shows the form again with its sentence and what was typed."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from djflow.assembly import fund_acts, fund_desk, fund_scope, fund_sheet
from djflow.assembly.fund_acts import RULES, DeskAct
from djflow.assembly.fund_desk import Call, HomeVisit, Vote
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.money import fen_of
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.publicity.model import NewObjection, Via
from djflow.web.desk import fund_forms as forms
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit
from djflow.web.errors import STATUS

_Doer = Callable[[Visit], str]
_TO_MEND = (InputError, RuleError, ConflictError, NotFoundError)
NOTES: Mapping[DeskAct, str] = MappingProxyType(
    {
        DeskAct.ACCEPT: "受理后进入支部评议和核查，限期从受理当天算起。",
        DeskAct.FAST_TRACK: "走应急通道后直接送区级审批；材料和公示限期后补，名单上标明“应急”。",
        DeskAct.PHONE: "您是记录人，在场的另一人是见证人；登记后您不再审批这件申请。",
        DeskAct.WITHDRAW: "撤回后不能恢复。已送银行的不能撤回。登记后您不再审批这件申请。",
        DeskAct.APPEAL: "申诉是新的一件申请，由别的同志审批；登记后您不审批它。",
        DeskAct.OBJECT: "期内收到的异议会立即停下公示、审批和付款。登记后您不再审批这件申请，也不处理这件异议。",
        DeskAct.SETTLE: "审批过这件申请或代登记过异议的同志不能处理。先打开异议看清内容。",
        DeskAct.CLOSE: "应急的要先补齐材料、核查和公示才能办结。",
    }
)
"""What somebody should know before an act."""


def form_page(act: DeskAct, visit: Visit) -> Answer:
    """Show the form of an act."""
    return _form(visit, act, {}, "", 200)


def _form(visit: Visit, act: DeskAct, typed: Mapping[str, str], message: str, status: int) -> Page:
    word = visit.path["case"]
    with visit.house.reading() as session:
        case = fund_scope.case_for(session, visit.account, word, RULES[act].act)
    rule = fund_acts.require(visit.account.roles, act, case)
    asked = forms.fields(visit, act, fund_sheet.sheet(visit.house, visit.account, word))
    values = {
        "case": case,
        "act": act.value,
        "heading": rule.words,
        "note": NOTES.get(act, ""),
        "fields": asked,
        "typed": {one.name: typed.get(one.name, one.start if not typed else "") for one in asked},
        "files": any(one.kind == "file" for one in asked),
        "message": message,
    }
    return Page("desk_fund_form.html.j2", "fund", values, status)


def do(act: DeskAct, visit: Visit) -> Answer:
    """Do an act, or show its form again with what is wrong."""
    try:
        return Go(_DO[act](visit))
    except _TO_MEND as error:
        typed = {name: texts[0] for name, texts in visit.form.values.items() if texts}
        return _form(visit, act, typed, error.message, _status(error))


def _status(error: DjflowError) -> int:
    return next(number for kind, number in STATUS if isinstance(error, kind))


def _back(visit: Visit, said: str = "fund_done") -> str:
    return f"/desk/fund/{visit.path['case']}?said={said}"


def _step(act: DeskAct, visit: Visit) -> str:
    reason = forms.text(visit.form, "reason")
    fund_desk.step(visit.house, visit.account, visit.path["case"], act, reason)
    return _back(visit)


def _close(visit: Visit) -> str:
    form = visit.form
    on = forms.day(form, "on", "回访日期")
    content = forms.chosen(form, "content", forms.SATISFACTION, "满意程度")
    words = forms.text(form, "reason")
    if not words:
        raise InputError("请写明回访情况，再提交一次。", code="fund.reason")
    if on > visit.house.today():
        raise InputError("回访日期不能晚于今天：请核对。", code="fund.day")
    fund_desk.step(visit.house, visit.account, visit.path["case"], DeskAct.CLOSE, f"{on}回访，{content}。{words}")
    return _back(visit)


def _hand_over(visit: Visit) -> str:
    told = forms.text(visit.form, "reason")
    fund_desk.hand_over(visit.house, visit.account, visit.path["case"], told, visit.form.file("receipt"))
    return _back(visit)


def _visit(visit: Visit) -> str:
    form = visit.form
    seen = HomeVisit(
        visitors=(form.one("first")[: forms.SHORT], form.one("other")[: forms.SHORT]),
        on=forms.day(form, "on", "核实日期"),
        consistent=forms.chosen(form, "consistent", ("yes", "no"), "看到的情况") == "yes",
        note=forms.text(form, "note"),
    )
    fund_desk.visit(visit.house, visit.account, visit.path["case"], seen, forms.read_other(form))
    return _back(visit)


def _deliberate(visit: Visit) -> str:
    form = visit.form
    vote = Vote(
        held_on=forms.day(form, "on", "开会日期"),
        present=forms.whole(form, "present", "到会人数"),
        votes_for=forms.whole(form, "votes_for", "赞成"),
        against=forms.whole(form, "against", "反对"),
        abstain=forms.whole(form, "abstain", "弃权"),
        known=forms.codes(form, "known"),
        proposed_fen=fen_of(form.one("amount")),
        recused=form.one("recused") == "yes",
        minutes=form.file("minutes"),
    )
    fund_desk.deliberate(visit.house, visit.account, visit.path["case"], vote, forms.read_other(form))
    return _back(visit)


def _flag(visit: Visit) -> str:
    form = visit.form
    words = forms.text(form, "reason")
    fund_desk.settle_flag(visit.house, visit.account, visit.path["case"], form.one("flag"), words)
    return _back(visit)


def _attach(visit: Visit) -> str:
    form = visit.form
    kind = MaterialKind(forms.chosen(form, "kind", [one.value for one in MaterialKind], "哪种材料"))
    fund_desk.attach(visit.house, visit.account, visit.path["case"], Upload(kind, form.file("file")))
    return _back(visit)


def _phone(visit: Visit) -> str:
    form = visit.form
    call = Call(form.one("approver")[: forms.SHORT], forms.moment(form, "通话"))
    fund_desk.phone(visit.house, visit.account, visit.path["case"], call, forms.read_other(form))
    return _back(visit)


def _object(visit: Visit) -> str:
    form = visit.form
    way = forms.chosen(form, "way", forms.WAYS, "怎样收到")
    new = NewObjection(forms.text(form, "text"), Via.HAND, form.one("contact"), forms.moment(form, "收到"))
    other = forms.read_other(form, way)
    fund_desk.object_to(visit.house, visit.account, visit.path["case"], form.one("period"), new, other)
    return _back(visit)


def _settle(visit: Visit) -> str:
    form = visit.form
    upheld = forms.chosen(form, "verdict", ("upheld", "dismissed"), "结论") == "upheld"
    fund_desk.settle_objection(
        visit.house,
        visit.account,
        visit.path["case"],
        form.one("objection"),
        forms.text(form, "reason"),
        upheld=upheld,
    )
    return _back(visit)


def _withdraw(visit: Visit) -> str:
    fund_desk.withdraw(visit.house, visit.account, visit.path["case"], forms.read_other(visit.form))
    return _back(visit, "fund_withdrawn")


def _appeal(visit: Visit) -> str:
    told = forms.text(visit.form, "told")
    made = fund_desk.appeal(visit.house, visit.account, visit.path["case"], told, forms.read_other(visit.form))
    return f"/desk/fund/{made.number}?said=fund_appealed"


_STEPS = (DeskAct.ACCEPT, DeskAct.RETURN, DeskAct.REJECT, DeskAct.FAST_TRACK)
_DO: Mapping[DeskAct, _Doer] = MappingProxyType(
    {
        **{act: partial(_step, act) for act in _STEPS},
        DeskAct.DELIBERATE: _deliberate,
        DeskAct.VISIT: _visit,
        DeskAct.FLAG: _flag,
        DeskAct.ATTACH: _attach,
        DeskAct.PHONE: _phone,
        DeskAct.OBJECT: _object,
        DeskAct.SETTLE: _settle,
        DeskAct.WITHDRAW: _withdraw,
        DeskAct.HAND_OVER: _hand_over,
        DeskAct.CLOSE: _close,
        DeskAct.APPEAL: _appeal,
    }
)

ROUTES = tuple(
    route
    for act, rule in RULES.items()
    for route in (
        Route(f"/desk/fund/{{case}}/{act.value}", rule.act, partial(form_page, act)),
        Route(f"/desk/fund/{{case}}/{act.value}", rule.act, partial(do, act), "POST", files=True),
    )
)
