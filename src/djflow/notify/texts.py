"""The office's own words: templates below `config/texts/`, each with a literal table of the variables it may use.

Templates run in a sandbox and a missing value is an error, never an empty place. Callers hand in every variable of
the table, so that the office may use any of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from djflow.core.errors import ConfigError
from djflow.notify.meeting_samples import MEETING_SAMPLES
from djflow.notify.paper_samples import PAPER_SAMPLES

SUFFIX = ".j2"

_PERSONAL_DUTY: Mapping[str, object] = {
    "name": "张三丰",
    "date": "12月25日",
    "time": "9:00",
    "market": "马鞍山",
    "place": "镇便民服务中心门前",
}
_COURSE: Mapping[str, object] = {
    "name": "张三丰",
    "course": "乡村振兴专题班",
    "first": "12月1日",
    "last": "12月5日",
    "school": "区委党校",
}
_APPROVAL: Mapping[str, object] = {"name": "张三丰", "what": "温暖基金申请WF2026-0017", "step": "镇街审核"}
_NOTICE_ROW: Mapping[str, str] = {
    "market": "马鞍山",
    "rule": "逢3、8",
    "date": "12月8日",
    "weekday": "星期二",
    "time": "9:00-12:00",
    "place": "镇便民服务中心门前",
    "units": "区人社局、区医保局",
    "leader": "李四光（区人社局副局长）",
    "services": "社保、医保咨询",
    "note": "",
}

_RECEIPT: Mapping[str, object] = {
    "department": "中共某某区委组织部",
    "number": "JZ2026-0012",
    "donor": "某某公司",
    "amount": "8,000.00",
    "amount_in_capitals": "捌仟元整",
    "purpose": "党内关爱帮扶",
    "received_on": "2026年11月20日",
    "issued_on": "2026年11月24日",
    "void": False,
}

SAMPLES: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "public/duty_notice": {
            "district": "某某区",
            "department": "中共某某区委组织部",
            "month": "2026年12月",
            "rows": (_NOTICE_ROW,),
            "changes": ("因道路施工，原定12月8日马鞍山服务调整为12月13日。",),
            "town_phones": ({"township": "马鞍山乡", "phone": "0872-000-0101"},),
            "supervision_phone": "0872-000-0001",
            "published_on": "2026年11月24日",
            "version": 1,
        },
        "sms/duty_reminder": {**_PERSONAL_DUTY, "leader": "李四光", "post": "法律政策"},
        "sms/roster_change": {
            "name": "张三丰",
            "added": "12月25日周五09:00马鞍山（法律政策）",
            "removed": "12月21日周一09:00大仓（法律政策）",
        },
        "sms/duty_offer": {
            "name": "张三丰",
            "asker": "李四光",
            "what": "想用12月25日周五马鞍山换您12月21日周一大仓的值班",
        },
        "sms/offer_outcome": {
            "name": "张三丰",
            "what": "12月25日周五马鞍山",
            "outcome": "对方没有同意，值班仍由您承担",
        },
        "sms/standby_reminder": _PERSONAL_DUTY,
        "sms/standby_called": {**_PERSONAL_DUTY, "post": "法律政策"},
        "sms/unconfirmed": {"name": "张三丰", "what": "12月25日周五09:00马鞍山值班提醒"},
        "sms/digest": {"name": "张三丰", "count": "2", "items": "一、12月25日马鞍山停场；二、12月26日大仓停场"},
        "sms/closure": {**_PERSONAL_DUTY, "notice": "镇政府防汛通知"},
        "sms/donation_thanks": {"name": "张三丰", "receipt": "JZ2026-0012"},
        "mail/fund_anchor": {
            "department": "中共某某区委组织部",
            "date": "2026年11月24日",
            "count": "1208",
            "hash": "0f" * 32,
            "state": "账目核对无误",
        },
        "mail/fund_digest": {
            "department": "中共某某区委组织部",
            "month": "2026年11月",
            "date": "2026年11月30日",
            "count": "1208",
            "added": "36",
            "available": "64,000.00",
            "hash": "0f" * 32,
            "state": "账目核对无误",
        },
        "public/donation_receipt": _RECEIPT,
        "public/donation_certificate": _RECEIPT,
        "public/fund_year": {
            "department": "中共某某区委组织部",
            "year": 2026,
            "through": "2026年12月31日",
            "incomes": ({"label": "财政拨款", "amount": "100,000.00"},),
            "income": "100,000.00",
            "people": "12",
            "spendings": ({"label": "临时帮扶类", "people": "12", "amount": "36,000.00"},),
            "spent": "36,000.00",
            "available": "64,000.00",
            "published_on": "2027年1月5日",
            "supervision_phone": "0872-000-0001",
        },
        "sms/approval_waiting": {**_APPROVAL, "due": "11月30日"},
        "sms/approval_reminder": {**_APPROVAL, "due": "11月30日"},
        "sms/approval_escalated": {**_APPROVAL, "due": "11月30日", "office": "镇（乡）组织委员"},
        "sms/approval_settled": {**_APPROVAL, "office": "副部长"},
        "sms/approval_receipt": {**_APPROVAL, "verdict": "同意", "time": "11月24日10:05"},
        "sms/approval_outcome": {"name": "张三丰", "what": "温暖基金申请WF2026-0017", "outcome": "已办结"},
        "sms/fund_progress": {"name": "张三丰", "number": "WF2026-0017", "state": "银行退回，等更正账号"},
        "sms/fund_branch": {"name": "张三丰", "number": "WF2026-0017", "state": "已提交，等支部受理"},
        "sms/batch_call": {"name": "张三丰", "batch": "2027年服务三农下派", "count": "2", "until": "11月27日"},
        "sms/batch_person": {"name": "张三丰", "batch": "2027年服务三农下派", "state": "已列为拟派人选，即将公示"},
        "sms/posting_cadre": {
            "name": "张三丰",
            "host": "马鞍山乡",
            "title": "驻村工作队员",
            "state": "请于12月01日至12月08日报到",
        },
        "sms/posting_unit": {
            "name": "张三丰",
            "cadre": "李四光",
            "host": "马鞍山乡",
            "title": "驻村工作队员",
            "state": "已报到，请在电脑端确认到岗",
        },
        "sms/document_unit": {
            "name": "张三丰",
            "what": "示组发〔2026〕12号",
            "state": "已印发，请于11月30日前签收",
        },
        "sms/meeting": {
            "name": "张三丰",
            "title": "统筹城乡基层党建联席会议",
            "state": "定于12月10日09:00在区委三楼会议室召开，请于12月08日前回复是否参会",
        },
        "sms/circular_unit": {
            "name": "张三丰",
            "period": "2026年第四季度",
            "state": "请于12月07日前核对贵单位的数据，逾期视为无异议",
        },
        "sms/approval_code": {"name": "张三丰", "code": "052719", "minutes": "10"},
        "sms/reserve_outcome": {"name": "张三丰", "outcome": "这次未列入"},
        "sms/course_call": _COURSE,
        "sms/course_off": _COURSE,
        "sms/hours_short": {"name": "张三丰", "year": "2026", "lacking": "24"},
        "im/operator_alert": {
            "title": "下月值班表还没有公示",
            "detail": "2026年12月",
            "link": "http://127.0.0.1:4280/",
        },
        **PAPER_SAMPLES,
        **MEETING_SAMPLES,
    }
)
"""Every text there is, and a sample of every variable it may use."""

_OFFICE_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, OSError)
"""What the office's own file or expressions may raise: each is a fault of the text, not of the program."""


@dataclass(frozen=True, slots=True)
class TextFault:
    """What is wrong with a text: `file` below the folder, `line` from 1 (0: the whole file), what, and the remedy."""

    file: str
    line: int
    what: str
    fix: str


class Texts:
    """The texts of one house, read from `folder`."""

    def __init__(self, folder: Path) -> None:
        """Read texts from `folder`, anew whenever a file changes."""
        self.folder = folder
        # Texts are SMS, IM and plain public notices, not HTML; the pages escape what they show.
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder, encoding="utf-8-sig"),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, name: str, /, **values: object) -> str:
        """Return the text `name` (such as `sms/duty_reminder`) filled with `values`, without blanks around it.

        Raises: ConfigError when the text is missing or wrong, or a variable it uses was not handed in.
        """
        try:
            rendered = self._environment.get_template(name + SUFFIX).render(**values)
        except _OFFICE_FAULTS as error:
            fault = self._fault_of(name, error)
            raise ConfigError(f"config/texts/{fault.file} 第 {fault.line} 行：{fault.what}{fault.fix}") from error
        return re.sub(r"\n{3,}", "\n\n", rendered).strip()

    def variables(self, name: str) -> frozenset[str]:
        """Return the variables the text `name` uses.

        Raises: ConfigError when the text is missing or cannot be read.
        """
        try:
            return frozenset(used for used, _ in self._used(name))
        except _OFFICE_FAULTS as error:
            fault = self._fault_of(name, error)
            raise ConfigError(f"config/texts/{fault.file} 第 {fault.line} 行：{fault.what}{fault.fix}") from error

    def source(self, name: str) -> str:
        """Return the text `name` as the office wrote it.

        Raises: ConfigError when it cannot be read.
        """
        try:
            return (self.folder / (name + SUFFIX)).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"config/texts/{name}{SUFFIX} 读不出来：请检查文件。") from error

    def load_all(self) -> None:
        """Read and try every text once.

        Raises: ConfigError listing each fault with file and line.
        """
        faults = self.faults()
        if faults:
            lines = [f"config/texts/{fault.file} 第 {fault.line} 行：{fault.what}{fault.fix}" for fault in faults]
            raise ConfigError("文本模板有误：\n" + "\n".join(lines))

    def faults(self) -> tuple[TextFault, ...]:
        """Return what is wrong with the texts: syntax, unknown variables, missing and superfluous files."""
        return (*self._superfluous(), *(fault for name in SAMPLES for fault in self._faults_of(name)))

    def _superfluous(self) -> Iterator[TextFault]:
        known = {name + SUFFIX for name in SAMPLES}
        for path in sorted(self.folder.rglob("*" + SUFFIX)):
            file = path.relative_to(self.folder).as_posix()
            if file not in known:
                yield TextFault(file, 0, "没有用到这个文本。", f"可以有的文本：{'、'.join(sorted(known))}。")

    def _faults_of(self, name: str) -> Iterator[TextFault]:
        allowed = SAMPLES[name]
        try:
            strange = [(used, line) for used, line in self._used(name) if used not in allowed]
            if not strange:
                self._environment.get_template(name + SUFFIX).render(**allowed)
        except _OFFICE_FAULTS as error:
            yield self._fault_of(name, error)
            return
        for used, line in sorted(set(strange), key=lambda found: (found[1], found[0])):
            yield TextFault(name + SUFFIX, line, f"没有变量 {used}。", f"可以用的变量：{'、'.join(allowed)}。")

    def _used(self, name: str) -> list[tuple[str, int]]:
        loader = self._environment.loader
        if loader is None:
            raise TemplateNotFound(name)
        source, _, _ = loader.get_source(self._environment, name + SUFFIX)
        tree = self._environment.parse(source, name + SUFFIX)
        names = list(tree.find_all(nodes.Name))
        own = {node.name for node in names if node.ctx in ("store", "param")} | {"loop", "namespace", "range"}
        return [(node.name, node.lineno) for node in names if node.ctx == "load" and node.name not in own]

    def _fault_of(self, name: str, error: Exception) -> TextFault:
        file = name + SUFFIX
        if isinstance(error, TemplateNotFound):
            return TextFault(file, 0, "没有这个文本。", "请从示例配置抄一份。")
        if isinstance(error, UnicodeDecodeError):
            return TextFault(file, 0, "文件不是 UTF-8 编码。", "请在编辑器里另存为 UTF-8 编码。")
        if isinstance(error, OSError):
            return TextFault(file, 0, "文件读不出来。", "请检查文件的读权限。")
        if isinstance(error, TemplateSyntaxError):
            return TextFault(file, error.lineno, "模板写法不对。", "请检查 {{ }}、{% %} 是否成对、拼写是否正确。")
        line = _line_in_template(error, file)
        if isinstance(error, SecurityError):
            return TextFault(file, line, "用了不允许的写法。", "模板里只能用变量和 if、for。")
        return TextFault(file, line, "有变量或写法填不出来。", f"可以用的变量：{'、'.join(SAMPLES.get(name, {}))}。")


def _line_in_template(error: Exception, file: str) -> int:
    trace = error.__traceback__
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
