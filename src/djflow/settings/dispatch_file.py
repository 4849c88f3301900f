"""Model of `dispatch.toml`: the six kinds of batches in all their versions, each with its basis; retirement ages."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from djflow.calendar.workdays import WorkCalendar
from djflow.core.errors import InputError
from djflow.core.spans import Month
from djflow.dispatch.policy.model import KIND_WORDS, PAPER_WORDS, BatchKind, KindPolicy, Paper, RetirementAge, RuleKind
from djflow.dispatch.policy.model import Terms as DispatchTerms
from djflow.people.model import GENDER_LABELS, RANK_LABELS, Gender, RankLevel
from djflow.settings.approvals_file import ApprovalsFile
from djflow.settings.dispatch_rules import RuleTable, rule_fault
from djflow.settings.dispatch_times import AttendanceTable, ClocksTable
from djflow.settings.fields import AS_TUPLE, Table, Text
from djflow.settings.problems import Problem, Severity
from djflow.settings.reading import FileText

W = TypeVar("W", bound=StrEnum)
Months = Annotated[int, Field(ge=1, le=120)]


def _one_of(labels: Mapping[W, str]) -> Callable[[object], W]:
    known = {str(one): one for one in labels}

    def read(value: object) -> W:
        if not isinstance(value, str) or value not in known:
            listed = "、".join(f"{word}（{label}）" for word, label in labels.items())
            raise ValueError(f"没有“{value}”这种写法，可以写：{listed}。")
        return known[value]

    return read


_paper = _one_of(PAPER_WORDS)


def _papers(value: object) -> tuple[Paper, ...]:
    papers = tuple(_paper(one) for one in value) if isinstance(value, list | tuple) else ()
    if not papers:
        raise ValueError('要写成文书的列表，如 ["call", "publicity"]。')
    if len(set(papers)) != len(papers):
        raise ValueError("同一种文书写了两次，请删去一个。")
    return papers


def _rules(value: object) -> object:
    return {_rule_kind(name): table for name, table in value.items()} if isinstance(value, dict) else value


def _rule_kind(name: str) -> RuleKind:
    if name not in set(RuleKind):
        raise ValueError(f"没有规则“{name}”，可以写：{'、'.join(RuleKind)}。")
    return RuleKind(name)


def _month(value: object) -> Month:
    try:
        return Month.parse(value if isinstance(value, str) else "")
    except InputError as error:
        raise ValueError('要写成加引号的年月，如 "1965-01"。') from error


class RetirementTable(Table):
    """When people of a gender and rank retire."""

    gender: Annotated[Gender, BeforeValidator(_one_of(GENDER_LABELS))] = Field(
        description="性别", examples=['gender = "male"']
    )
    from_rank: Annotated[RankLevel, BeforeValidator(_one_of(RANK_LABELS))] = Field(
        description="这个职级及以上适用", examples=['from_rank = "other"']
    )
    years: int = Field(ge=45, le=70, description="原法定退休年龄", examples=["years = 60"])
    first_birth: Annotated[Month, BeforeValidator(_month)] | None = Field(
        default=None, description="从哪个月出生的人开始延迟", examples=['first_birth = "1965-01"']
    )
    step_months: int = Field(default=4, ge=1, le=12, description="每隔几个月多延迟一个月", examples=["step_months = 4"])
    most_months: int = Field(default=36, ge=0, le=120, description="最多延迟几个月", examples=["most_months = 36"])

    @property
    def age(self) -> RetirementAge:
        """The age as it is counted."""
        return RetirementAge(
            self.gender, self.from_rank, self.years, self.first_birth, self.step_months, self.most_months
        )


class KindTable(Table):
    """One version of one kind as the office writes it."""

    kind: Annotated[BatchKind, BeforeValidator(_one_of(KIND_WORDS))] = Field(
        description="哪一批", examples=['kind = "rural"']
    )
    version: int = Field(ge=1, le=9999, description="版本", examples=["version = 1"])
    valid_from: date = Field(description="从哪天起用", examples=["valid_from = 2026-01-01"])
    basis: Text = Field(description="依据", examples=['basis = "本区干部选派办法"'])
    term_months: Months = Field(description="一般任期几个月", examples=["term_months = 24"])
    most_months: Months = Field(description="连延期在内最长几个月", examples=["most_months = 36"])
    free_months: Months = Field(description="超过几个月的延期要走审批", examples=["free_months = 24"])
    quota: int | None = Field(default=None, ge=1, le=9999, description="一个批次最多几个名额", examples=["quota = 30"])
    unit_share_percent: int = Field(
        default=10, ge=1, le=100, description="同一单位同时派出最多占百分之几", examples=["unit_share_percent = 10"]
    )
    cooldown_from_months: Months = Field(
        default=12, description="任期满几个月的才要求间隔", examples=["cooldown_from_months = 12"]
    )
    moves: bool = Field(default=True, description="人是否离开原单位", examples=["moves = true"])
    in_village: bool = Field(default=False, description="是否驻村", examples=["in_village = false"])
    hours: int = Field(default=0, ge=0, le=2000, description="每年应完成多少学时", examples=["hours = 0"])
    entry_review_months: Months = Field(
        default=12, description="入库人选几个月复核一次", examples=["entry_review_months = 12"]
    )
    approval_kind: Annotated[str, Field(pattern=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)*$", max_length=60)] = Field(
        default="dispatch.batch", description="按哪条审批流程研究", examples=['approval_kind = "dispatch.batch"']
    )
    papers: Annotated[tuple[Paper, ...], BeforeValidator(_papers)] = Field(
        description="要哪些文书", examples=['papers = ["call", "publicity"]']
    )
    clocks: ClocksTable = Field(description="各环节的时限", examples=["[kinds.clocks]"])
    attendance: AttendanceTable = Field(description="考勤和等次", examples=["[kinds.attendance]"])
    rules: Annotated[Mapping[RuleKind, RuleTable], BeforeValidator(_rules)] = Field(
        description="资格和回避规则", examples=["[kinds.rules.age_max]"]
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.term_months <= self.free_months <= self.most_months:
            raise ValueError("应为 term_months ≤ free_months ≤ most_months，请改大或改小一个。")
        if self.in_village and not self.moves:
            raise ValueError("moves = false 的人不离开原单位，in_village 不能是 true。")
        return self

    @property
    def policy(self) -> KindPolicy:
        """The version as batches read it."""
        plain = self.model_dump(exclude={"clocks", "attendance", "rules"})
        rules = tuple(table.rule(kind) for kind, table in self.rules.items())
        return KindPolicy(**plain, clocks=self.clocks.clocks, attendance=self.attendance.attendance, rules=rules)


class DispatchFile(Table):
    """The whole of `dispatch.toml`."""

    retirement: Annotated[tuple[RetirementTable, ...], AS_TUPLE] = Field(
        default=(), description="退休年龄", examples=["[[retirement]]"]
    )
    kinds: Annotated[tuple[KindTable, ...], AS_TUPLE] = Field(
        min_length=1, description="六类批次", examples=["[[kinds]]"]
    )

    def terms(self, calendar: WorkCalendar) -> DispatchTerms:
        """Return every version of every kind with the calendar that counts its workdays."""
        policies = sorted(
            (one.policy for one in self.kinds), key=lambda one: (list(BatchKind).index(one.kind), one.version)
        )
        return DispatchTerms(tuple(policies), calendar, tuple(one.age for one in self.retirement))


def dispatch_problems(file: FileText, value: DispatchFile, approvals: ApprovalsFile | None) -> Iterator[Problem]:
    """Yield what is unsound about the kinds: rules with wrong values, versions that do not follow, missing kinds."""
    for place, table in enumerate(value.kinds):
        for name, rule in table.rules.items():
            fault = rule_fault(name, rule)
            if fault is not None:
                key, what, fix = fault
                yield file.problem(("kinds", place, "rules", name.value, key), what, fix)
    for kind, label in KIND_WORDS.items():
        written = [(place, table) for place, table in enumerate(value.kinds) if table.kind is kind]
        if not written:
            yield file.problem(("kinds",), f"缺少“{label}”（{kind}）。", "请从示例配置抄来这一段 [[kinds]]。")
        yield from _version_problems(file, label, sorted(written, key=lambda one: one[1].version))
    yield from _age_problems(file, value)
    yield from _chain_notices(file, value, approvals)


def _version_problems(file: FileText, label: str, written: list[tuple[int, KindTable]]) -> Iterator[Problem]:
    for (_, earlier), (place, later) in pairwise(written):
        if earlier.version == later.version:
            yield file.problem(
                ("kinds", place, "version"), f"“{label}”第 {later.version} 版写了两次。", "请删去一个，或把版本加 1。"
            )
        elif later.valid_from <= earlier.valid_from:
            yield file.problem(
                ("kinds", place, "valid_from"),
                f"“{label}”第 {later.version} 版不晚于第 {earlier.version} 版（{earlier.valid_from}）起用。",
                "请把新版的 valid_from 改晚，或改正版本。",
            )


def _age_problems(file: FileText, value: DispatchFile) -> Iterator[Problem]:
    seen: set[tuple[Gender, RankLevel]] = set()
    for place, table in enumerate(value.retirement):
        if (table.gender, table.from_rank) in seen:
            said = f"{GENDER_LABELS[table.gender]}、{RANK_LABELS[table.from_rank]}及以上的退休年龄写了两次。"
            yield file.problem(("retirement", place), said, "请删去一个。")
        seen.add((table.gender, table.from_rank))
    uses = any(RuleKind.RETIREMENT in table.rules for table in value.kinds)
    for gender in Gender if uses else ():
        if (gender, RankLevel.OTHER) not in seen:
            yield file.problem(
                ("retirement",),
                f"有“临近退休”规则，却没有写{GENDER_LABELS[gender]}的退休年龄。",
                f'请补一段 [[retirement]]，gender = "{gender}"、from_rank = "other"。',
            )


def _chain_notices(file: FileText, value: DispatchFile, approvals: ApprovalsFile | None) -> Iterator[Problem]:
    known = {one.kind for one in approvals.chains} if approvals else set()
    for place, table in enumerate(value.kinds if approvals else ()):
        if table.moves and table.approval_kind not in known:
            yield file.problem(
                ("kinds", place, "approval_kind"),
                f"approvals.toml 里还没有“{table.approval_kind}”的审批流程，批次到研究审批时会停下。",
                "请在 approvals.toml 写上这条流程，或改用已有的流程。",
                Severity.NOTICE,
            )
