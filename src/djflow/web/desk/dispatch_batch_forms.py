"""Acts on batches as forms: a refusal shows the form again with its sentence and what was typed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from djflow.accounts.model import Act
from djflow.assembly import dispatch_batches, dispatch_batches_acts, dispatch_batches_files
from djflow.assembly import dispatch_batches_checks as checks
from djflow.assembly import dispatch_batches_desk as desk
from djflow.assembly.dispatch_batches_acts import Given
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.dispatch.batches.model import BATCH_ACT_WORDS, BatchAct, NewBatch, NewDemand, TeamNeed
from djflow.dispatch.batches.publicity.model import NewObjection, Via
from djflow.dispatch.batches.transitions import NEEDS_REASON
from djflow.dispatch.policy.model import KIND_WORDS, BatchKind
from djflow.people.model import ImportReport
from djflow.web.desk import fund_forms as forms
from djflow.web.desk.dispatch_batches import SECTION
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit
from djflow.web.desk.fund_forms import Field
from djflow.web.errors import STATUS

_TO_MEND = (InputError, RuleError, ConflictError, NotFoundError)
_BETWEEN = re.compile(r"[\s、，,;；]+")
NOTES: Mapping[BatchAct, str] = MappingProxyType(
    {
        BatchAct.GRANT: "按所报人数分到岗位，按单位人数和可同时派出的比例分到各单位；下达前还可以改。",
        BatchAct.CALL: "发出后名额不能再改，各单位联络员会收到通知和待办。",
        BatchAct.CLOSE_NOMINATIONS: "截止后逐人逐条审查资格，缺材料的列为“待核实”。",
        BatchAct.ASK_AGAIN: "已推荐的保留，各单位可以再推荐。",
        BatchAct.PROPOSE: "按资格、意向、轮换和单位比例定人，同分抽签；已指定和排除的照办。",
        BatchAct.SUBMIT: "送审后由审批人在自己的页面上批；有人退出会换人从头再批。",
        BatchAct.POST: "名单立即张贴到公示网页，每人按工作日计时。",
        BatchAct.GO_ON: "没有决定的人选转为备选，空出的岗位不再补人。",
        BatchAct.ACTIVATE: "公示无异议的逐人办理派出，值班表随即知道谁不在。",
        BatchAct.CANCEL: "取消后不能恢复；正在审批、公示的一并停下，被推荐的同志会收到通知。",
    }
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form about a batch: what it is called, what it asks, what it does and where it leads."""

    act: Act
    heading: str
    fields: Callable[[Visit], tuple[Field, ...]]
    do: Callable[[Visit], str]
    note: str = ""


def _why(label: str = "理由") -> Field:
    return Field("reason", label, "long")


def _back(visit: Visit, said: str = "done", page: str = "") -> str:
    return f"/desk/dispatch/batch/{visit.path['batch']}{page}?said={said}"


def _demand_fields(_visit: Visit) -> tuple[Field, ...]:
    unit = Field("unit", "接收单位编码", hint="不填就是您的单位", needed=False)
    return (
        unit,
        Field("title", "岗位", hint="如 驻村第一书记、驻村工作队员"),
        Field("places", "人数", "number", start="1"),
        Field("specialty", "专业要求（可不填）", needed=False),
        Field("village", "村（社区）编码（可不填）", needed=False),
        Field("women", "至少几名女同志（工作队用）", "number", start="0"),
    )


def _demand(visit: Visit) -> str:
    form = visit.form
    women = forms.whole(form, "women", "女同志人数")
    new = NewDemand(
        UnitId(""),
        form.one("title"),
        forms.whole(form, "places", "人数"),
        form.one("specialty")[: forms.SHORT],
        form.one("village")[: forms.SHORT],
        TeamNeed(women_at_least=women) if women else None,
    )
    dispatch_batches_acts.demand(visit.house, visit.account, visit.path["batch"], form.one("unit"), new)
    return _back(visit, "kept")


def _posts(visit: Visit) -> tuple[tuple[str, str], ...]:
    found = desk.sheet(visit.house, visit.account, visit.path["batch"])
    return tuple((one.demand.id, one.title) for one in found.posts if not one.demand.withdrawn)


def _withdraw_demand(visit: Visit) -> str:
    post = visit.form.one("post")
    reason = forms.text(visit.form, "reason")
    dispatch_batches_acts.withdraw_demand(visit.house, visit.account, visit.path["batch"], post, reason)
    return _back(visit, "left")


def _quota_fields(visit: Visit) -> tuple[Field, ...]:
    found = desk.sheet(visit.house, visit.account, visit.path["batch"])
    posts = [(f"d:{one.demand.id}", f"岗位 {one.title}（现 {one.demand.places}）") for one in found.posts]
    units = [
        (f"u:{one.share.unit}", f"{one.name}（现 {one.share.quota}，最多 {one.share.most}）") for one in found.shares
    ]
    return (Field("key", "改哪一个", "choice", options=(*posts, *units)), Field("count", "改为几个", "number"))


def _quota(visit: Visit) -> str:
    count = forms.whole(visit.form, "count", "名额")
    dispatch_batches_acts.set_quota(visit.house, visit.account, visit.path["batch"], visit.form.one("key"), count)
    return _back(visit, "kept")


def _nominate(visit: Visit) -> str:
    form = visit.form
    wishes = tuple(word for word in _BETWEEN.split(form.one("wishes")) if word)
    said = form.one("volunteers") == "yes", form.one("himself") == "yes"
    person = form.one("person")
    dispatch_batches_acts.nominate(visit.house, visit.account, visit.path["batch"], person, wishes, said)
    return _back(visit, "nominated")


def _people(visit: Visit) -> tuple[tuple[str, str], ...]:
    found = desk.sheet(visit.house, visit.account, visit.path["batch"])
    return tuple((one.candidate.id, f"{one.card.name}（{one.card.code}，{one.state}）") for one in found.people)


def _leave(visit: Visit, *, drop: bool) -> str:
    key, reason = visit.form.one("person"), forms.text(visit.form, "reason")
    dispatch_batches_acts.leave(visit.house, visit.account, visit.path["batch"], key, reason, drop=drop)
    return _back(visit, "left")


def _person_fields(visit: Visit) -> tuple[Field, ...]:
    chosen = visit.query.get("person", "")
    return (Field("person", "哪一位", "choice", options=_people(visit), start=chosen), _why("理由（只有干部科能看到）"))


def _pin_fields(visit: Visit) -> tuple[Field, ...]:
    found = checks.proposal_sheet(visit.house, visit.account, visit.path["batch"])
    people = tuple((one.line.candidate, f"{one.card.name}（{one.card.code}）") for one in found.lines)
    ways = (("pin", "指定派到"), ("ban", "不派到"), ("free", "取消指定或排除"))
    return (
        Field("person", "哪一位", "choice", options=people),
        Field("way", "怎样", "choice", options=ways),
        Field("post", "岗位", "choice", options=_posts(visit)),
    )


def _pin(visit: Visit) -> str:
    form = visit.form
    way = forms.chosen(form, "way", ("pin", "ban", "free"), "怎样")
    given = form.one("person"), form.one("post"), way
    dispatch_batches_acts.pin(visit.house, visit.account, visit.path["batch"], *given)
    return _back(visit, "kept", "/proposal")


def _names(visit: Visit) -> tuple[tuple[str, str], ...]:
    found = checks.publicity_sheet(visit.house, visit.account, visit.path["batch"])
    return tuple((one.period.id, one.card.name) for one in reversed(found.lines) if one.period.state != "cancelled")


def _object_fields(visit: Visit) -> tuple[Field, ...]:
    return (
        Field("period", "对哪一位", "choice", options=_names(visit)),
        Field("on", "收到日期", "date", start=visit.house.today().isoformat()),
        Field("at", "收到时间", "time", "如 09:30；期满前收到的算在期内"),
        Field("text", "异议的内容", "long", "只有处理异议的同志能看到"),
        Field("contact", "怎样联系（可不填）", needed=False),
    )


def _object(visit: Visit) -> str:
    form = visit.form
    new = NewObjection(forms.text(form, "text"), Via.HAND, form.one("contact"), forms.moment(form, "收到"))
    dispatch_batches_acts.object_to(visit.house, visit.account, visit.path["batch"], form.one("period"), new)
    return _back(visit, "heard", "/publicity")


def _settle_fields(visit: Visit) -> tuple[Field, ...]:
    found = checks.publicity_sheet(visit.house, visit.account, visit.path["batch"])
    options = tuple(
        (said.id, f"{one.card.name}：{said.receipt}") for one in found.lines for said in one.objections if said.waits
    )
    verdicts = (("dismissed", "异议不成立，恢复公示"), ("upheld", "异议成立，不派并递补"))
    return (
        Field("objection", "哪一件异议", "choice", options=options),
        Field("verdict", "结论", "choice", options=verdicts),
        _why("核实情况和理由"),
    )


def _settle(visit: Visit) -> str:
    form = visit.form
    upheld = forms.chosen(form, "verdict", ("upheld", "dismissed"), "结论") == "upheld"
    key, reason = form.one("objection"), forms.text(form, "reason")
    dispatch_batches_acts.settle_objection(visit.house, visit.account, visit.path["batch"], key, reason, upheld=upheld)
    return _back(visit, "settled", "/publicity")


def _step_fields(act: BatchAct, _visit: Visit) -> tuple[Field, ...]:
    return (_why(),) if act in NEEDS_REASON else ()


def _step(act: BatchAct, visit: Visit) -> str:
    seen = visit.form.one("round")
    given = Given(visit.form.one("reason")[: forms.LONG], int(seen) if seen.isascii() and seen.isdigit() else 0)
    dispatch_batches_acts.step(visit.house, visit.account, visit.path["batch"], act, given)
    return _back(visit)


def _upload(table: str, visit: Visit) -> str:
    content = visit.form.file("file")
    report = dispatch_batches_files.take_in(visit.house, visit.account, visit.path["batch"], table, content)
    if report.rejected:
        raise InputError(_listed(report), code="batch.rows")
    return _back(visit, "kept")


def _listed(report: ImportReport) -> str:
    rows = "；".join(f"第 {one.row} 行“{one.column}”{one.message}" for one in report.rejected[:20])
    more = f"……共 {len(report.rejected)} 处" if len(report.rejected) > 20 else ""
    return f"整张表没有导入，一行也没有：{rows}{more}"


_FILE = Field("file", "填好的表", "file", "Excel（.xlsx），用页面上下载的空表填")
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "demand": Form(Act.BATCH_DEMAND, "填报需求", _demand_fields, _demand, "同一单位、岗位、村再报一次就是改。"),
        "demand-withdraw": Form(
            Act.BATCH_DEMAND,
            "撤销需求",
            lambda visit: (Field("post", "哪个岗位", "choice", options=_posts(visit)), _why()),
            _withdraw_demand,
            "撤销后这个岗位不再派人；拟派到这里的同志改派或转为备选。",
        ),
        "quota": Form(Act.BATCH_WORK, "调整名额", _quota_fields, _quota, "合计不能超过这一批的总名额。"),
        "nominate": Form(
            Act.BATCH_NOMINATE,
            "推荐人选",
            lambda _visit: (
                Field("person", "工号"),
                Field("wishes", "意向单位编码（可不填，几个用顿号隔开）", needed=False),
                Field("volunteers", "自愿（不受间隔限制）", "tick", needed=False),
                Field("himself", "本人自荐", "tick", needed=False),
            ),
            _nominate,
            "本单位党组织研究后推荐；本人会收到通知。",
        ),
        "withdraw": Form(Act.BATCH_NOMINATE, "退出", _person_fields, partial(_leave, drop=False)),
        "drop": Form(Act.BATCH_WORK, "不派", _person_fields, partial(_leave, drop=True)),
        "pin": Form(Act.BATCH_WORK, "指定或排除", _pin_fields, _pin, "下一次拟定方案时照办。"),
        "object": Form(Act.BATCH_OBJECT, "登记异议", _object_fields, _object, "代登记的同志不能处理这件异议。"),
        "settle-objection": Form(Act.BATCH_OBJECT, "处理异议", _settle_fields, _settle, "先打开异议看清内容。"),
        "demands-table": Form(
            Act.BATCH_DEMAND, "导入需求表", lambda _visit: (_FILE,), partial(_upload, dispatch_batches_files.DEMANDS)
        ),
        "nominations-table": Form(
            Act.BATCH_NOMINATE,
            "导入推荐表",
            lambda _visit: (_FILE,),
            partial(_upload, dispatch_batches_files.NOMINATIONS),
        ),
        **{
            act.value.replace("_", "-"): Form(
                Act.BATCH_WORK, words, partial(_step_fields, act), partial(_step, act), NOTES.get(act, "")
            )
            for act, words in BATCH_ACT_WORDS.items()
            if act in desk.BY_PERSONS
        },
    }
)
"""The forms of a batch by the word in their address."""


def form_page(word: str, visit: Visit) -> Answer:
    """Show a form."""
    return _form(visit, word, {}, "", 200)


def _form(visit: Visit, word: str, typed: Mapping[str, str], message: str, status: int) -> Page:
    form = FORMS[word]
    batch = desk.sheet(visit.house, visit.account, visit.path["batch"]).batch
    asked = form.fields(visit)
    values = {
        "batch": batch,
        "word": word,
        "heading": form.heading,
        "note": form.note,
        "fields": asked,
        "typed": {one.name: typed.get(one.name, one.start if not typed else "") for one in asked},
        "round": typed.get("round", str(batch.round)),
        "files": any(one.kind == "file" for one in asked),
        "message": message,
    }
    return Page("desk_batch_form.html.j2", SECTION, values, status)


def do(word: str, visit: Visit) -> Answer:
    """Do what a form says, or show it again with what is wrong."""
    try:
        return Go(FORMS[word].do(visit))
    except _TO_MEND as error:
        typed = {name: texts[0] for name, texts in visit.form.values.items() if texts}
        return _form(visit, word, typed, error.message, _status(error))


def _status(error: DjflowError) -> int:
    return next(number for kind, number in STATUS if isinstance(error, kind))


def create(visit: Visit) -> Answer:
    """Open a batch."""
    form = visit.form
    kind = BatchKind(forms.chosen(form, "kind", [one.value for one in KIND_WORDS], "哪一类"))
    starts = forms.day(form, "on", "派出的第一天")
    new = NewBatch(kind, form.one("title"), starts, forms.whole(form, "seed", "抽签种子"))
    made = dispatch_batches.create(visit.house, new, by=visit.by)
    return Go(f"/desk/dispatch/batch/{made.id}?said=created")


def settle(visit: Visit) -> Answer:
    """Settle one point of the check."""
    form = visit.form
    passes = forms.chosen(form, "verdict", ("pass", "fail"), "核实结论") == "pass"
    key, reason = form.one("finding"), form.one("reason")[: forms.LONG]
    dispatch_batches_acts.settle_finding(visit.house, visit.account, visit.path["batch"], key, reason, passes=passes)
    return Go(_back(visit, "kept", "/check"))


def recheck(visit: Visit) -> Answer:
    """Judge everybody anew."""
    dispatch_batches_acts.recheck(visit.house, visit.account, visit.path["batch"])
    return Go(_back(visit, "kept", "/check"))


_PAGE = "/desk/dispatch/batch/{batch}"
ROUTES = (
    Route("/desk/dispatch", Act.BATCH_WORK, create, "POST"),
    Route(f"{_PAGE}/settle", Act.BATCH_WORK, settle, "POST"),
    Route(f"{_PAGE}/recheck", Act.BATCH_WORK, recheck, "POST"),
    *(
        route
        for word, form in FORMS.items()
        for route in (
            Route(f"{_PAGE}/do/{word}", form.act, partial(form_page, word)),
            Route(f"{_PAGE}/do/{word}", form.act, partial(do, word), "POST", files=True),
        )
    ),
)
