"""Model of `approvals.toml`: who stands in for whom, and the chain of every kind of subject.

Thresholds are quoted yuan; numbers without quotes are refused, because a TOML float is not an amount of money.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from djflow.accounts.model import ADMIN_ROLES, ROLE_WORDS, Role
from djflow.approvals.chains.model import (
    Approver,
    Chain,
    ChainStep,
    Conflict,
    Instead,
    Level,
    Power,
    Quorum,
    QuorumKind,
    Recusal,
    StepKind,
    level_of,
)
from djflow.approvals.chains.rules import faults
from djflow.core.errors import InputError
from djflow.core.money import fen_of
from djflow.settings.fields import AS_TUPLE, Strings, Table, Text
from djflow.settings.problems import Problem
from djflow.settings.reading import FileText

_SHARE = re.compile(r"(?P<need>[1-9][0-9]?)(/(?P<of>[1-9][0-9]?))?")
_NO_APPROVERS = ADMIN_ROLES | {Role.PUBLIC_VIEWER, Role.AUDITOR_READONLY}
_ROLES = {role.value: word for role, word in ROLE_WORDS.items() if role not in _NO_APPROVERS}


def _quoted_yuan(value: object) -> int:
    try:
        return fen_of(value, at_least=0)
    except InputError as error:
        raise ValueError('金额要写成加引号的元，最多两位小数，如 "2000.01"。') from error


def share_of(value: object) -> tuple[int, int]:
    """Return how many votes pass: `"3"` as (3, 0), `"2/3"` as (2, 3).

    Raises: ValueError with a Chinese sentence.
    """
    found = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('要写成加引号的票数或几分之几，如 "3" 或 "2/3"。')
    return int(found["need"]), int(found["of"] or 0)


def role_of(value: object) -> Role:
    """Return a role that may approve.

    Raises: ValueError with a Chinese sentence listing what may be written.
    """
    if not isinstance(value, str) or value not in _ROLES:
        listed = "、".join(f"{role}（{word}）" for role, word in _ROLES.items())
        raise ValueError(f"没有“{value}”这个可以办理审批的角色，可以写：{listed}。")
    return Role(value)


def roles_of(value: object) -> tuple[Role, ...]:
    """Return a list of roles that may approve.

    Raises: ValueError with a Chinese sentence.
    """
    return tuple(role_of(one) for one in value) if isinstance(value, list | tuple) else (role_of(value),)


def _word(kind: type[StepKind] | type[QuorumKind] | type[Level]) -> BeforeValidator:
    def known(value: object) -> object:
        if not isinstance(value, str) or value not in {one.value for one in kind}:
            raise ValueError(f"没有“{value}”这种写法，可以写：{'、'.join(kind)}。")
        return kind(value)

    return BeforeValidator(known)


def _powers(value: object) -> object:
    if not isinstance(value, list | tuple) or not set(value) <= {one.value for one in Power}:
        raise ValueError(f"可以写的有：{'、'.join(Power)}。")
    return frozenset(Power(one) for one in value)


def _recusals(value: object) -> object:
    pairs: tuple[tuple[str, str], ...] = tuple(value.items()) if isinstance(value, dict) else ((str(value), ""),)
    for conflict, instead in pairs:
        if conflict not in set(Conflict) or instead not in set(Instead):
            known, ways = "、".join(Conflict), "、".join(Instead)
            raise ValueError(f"回避规则“{conflict} = {instead}”不对：前面可以写 {known}，后面可以写 {ways}。")
    return {Conflict(conflict): Instead(instead) for conflict, instead in pairs}


RoleWord = Annotated[Role, BeforeValidator(role_of)]
RoleWords = Annotated[tuple[Role, ...], BeforeValidator(roles_of)]
Yuan = Annotated[int, BeforeValidator(_quoted_yuan)]
Days = Annotated[int, Field(ge=0, le=250)]


class StandIns(Table):
    """Who stands in for a role."""

    deputy: RoleWord | None = Field(default=None, description="副职代审的角色", examples=['deputy = "dept_deputy"'])
    superior: RoleWord | None = Field(default=None, description="上级角色", examples=['superior = "dept_minister"'])


class StepTable(Table):
    """One step of a chain as the office writes it."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = Field(
        description="步骤编号", examples=['id = "town"']
    )
    name: Annotated[str, Field(min_length=1, max_length=20)] = Field(
        description="步骤名称", examples=['name = "镇街审核"']
    )
    kind: Annotated[StepKind, _word(StepKind)] = Field(
        default=StepKind.APPROVE, description="种类", examples=['kind = "approve"']
    )
    when_amount_at_least: Yuan = Field(
        default=0, description="达到多少元才有这一步（含）", examples=['when_amount_at_least = "2000.01"']
    )
    role: RoleWord | None = Field(default=None, description="由什么角色办", examples=['role = "dept_deputy"'])
    roles: RoleWords = Field(default=(), description="由哪几种角色办", examples=['roles = ["dept_deputy"]'])
    level: Annotated[Level, _word(Level)] | None = Field(
        default=None, description="在哪一级；不写按角色", examples=['level = "town"']
    )
    persons: Strings = Field(default=(), description="指定人员的工号", examples=['persons = ["A001"]'])
    quorum: Annotated[QuorumKind, _word(QuorumKind)] = Field(
        default=QuorumKind.ANY, description="或签、会签、依次签、票决", examples=['quorum = "any"']
    )
    need: Annotated[tuple[int, int], BeforeValidator(share_of)] = Field(
        default=(1, 0), description="赞成几票或几分之几", examples=['need = "2/3"']
    )
    min_present: int = Field(default=0, ge=0, le=99, description="至少几人参加", examples=["min_present = 3"])
    one_reject_rejects: bool = Field(
        default=False, description="一票反对就不通过", examples=["one_reject_rejects = false"]
    )
    conflicts: Annotated[Mapping[Conflict, Instead], BeforeValidator(_recusals)] = Field(
        default={}, description="回避规则", examples=['conflicts = { self = "deputy" }']
    )
    stand_ins: Strings = Field(default=(), description="指定代审人员的工号", examples=['stand_ins = ["A001"]'])
    deadline_workdays: Days = Field(default=0, description="期限（工作日）", examples=["deadline_workdays = 5"])
    remind_at: Annotated[tuple[int, ...], AS_TUPLE] = Field(
        default=(), description="第几个工作日催办", examples=["remind_at = [2, 4]"]
    )
    escalate_to: RoleWord | None = Field(
        default=None, description="超时报给什么角色", examples=['escalate_to = "dept_minister"']
    )
    may: Annotated[frozenset[Power], BeforeValidator(_powers)] = Field(
        default=frozenset(), description="还可以怎样办", examples=['may = ["transfer"]']
    )
    cc: RoleWords = Field(default=(), description="办完抄送什么角色", examples=['cc = ["office_clerk"]'])

    @property
    def step(self) -> ChainStep:
        """The step as the engine knows it."""
        roles = (*((self.role,) if self.role else ()), *self.roles)
        level = self.level or (level_of(roles[0]) if roles else Level.DISTRICT)
        return ChainStep(
            id=self.id,
            name=self.name,
            kind=self.kind,
            from_fen=self.when_amount_at_least,
            approver=Approver(roles, level, self.persons),
            quorum=Quorum(self.quorum, *self.need, self.min_present, self.one_reject_rejects),
            recusals=tuple(
                Recusal(conflict, instead, self.stand_ins if instead is Instead.NAMED else ())
                for conflict, instead in sorted(self.conflicts.items(), key=lambda one: list(Conflict).index(one[0]))
            ),
            deadline_workdays=self.deadline_workdays,
            remind_at=self.remind_at,
            escalate_to=_held_by(self.escalate_to) if self.escalate_to else None,
            may=self.may,
            cc=tuple(_held_by(role) for role in self.cc),
        )


def _held_by(role: Role) -> Approver:
    return Approver((role,), level_of(role))


class ChainTable(Table):
    """The chain of one kind of subject as the office writes it."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)*$", max_length=60)] = Field(
        description="事项种类", examples=['kind = "fund.application"']
    )
    name: Text = Field(description="事项名称", examples=['name = "温暖基金申请"'])
    version: int = Field(ge=1, le=9999, description="版本", examples=["version = 1"])
    valid_from: date = Field(description="从哪天起用", examples=["valid_from = 2026-01-01"])
    max_returns: int = Field(default=2, ge=0, le=9, description="最多退回几次", examples=["max_returns = 2"])
    max_supplements: int = Field(default=2, ge=0, le=9, description="最多补正几次", examples=["max_supplements = 2"])
    supplement_days: Annotated[int, Field(ge=1, le=250)] = Field(
        default=10, description="补正的期限（工作日）", examples=["supplement_days = 10"]
    )
    max_urges: int = Field(default=3, ge=0, le=9, description="每步最多催办几次", examples=["max_urges = 3"])
    dedupe: bool = Field(default=False, description="同一人批过就自动通过", examples=["dedupe = false"])
    tell_applicant: bool = Field(default=True, description="是否通知申请人", examples=["tell_applicant = true"])
    steps: Annotated[tuple[StepTable, ...], AS_TUPLE] = Field(
        min_length=1, description="步骤", examples=["[[chains.steps]]"]
    )

    @property
    def chain(self) -> Chain:
        """The chain as the engine knows it."""
        return Chain(
            kind=self.kind,
            version=self.version,
            valid_from=self.valid_from,
            steps=tuple(one.step for one in self.steps),
            max_returns=self.max_returns,
            max_supplements=self.max_supplements,
            supplement_days=self.supplement_days,
            max_urges=self.max_urges,
            dedupe=self.dedupe,
            tell_applicant=self.tell_applicant,
            name=self.name,
        )


class ApprovalsFile(Table):
    """The whole of `approvals.toml`."""

    roles: Mapping[str, StandIns] = Field(default={}, description="回避时由谁代审", examples=["[roles.dept_minister]"])
    chains: Annotated[tuple[ChainTable, ...], AS_TUPLE] = Field(
        default=(), description="审批流程", examples=["[[chains]]"]
    )

    @model_validator(mode="after")
    def _roles_are_known(self) -> Self:
        for role in self.roles:
            role_of(role)
        return self

    @property
    def versions(self) -> tuple[Chain, ...]:
        """Every chain as the engine knows it, by kind and version."""
        return tuple(sorted((one.chain for one in self.chains), key=lambda one: (one.kind, one.version)))

    @property
    def deputies(self) -> Mapping[Role, Role]:
        """Who stands in for a role as its deputy."""
        return {Role(role): one.deputy for role, one in self.roles.items() if one.deputy}

    @property
    def superiors(self) -> Mapping[Role, Role]:
        """Who stands above a role."""
        return {Role(role): one.superior for role, one in self.roles.items() if one.superior}


def approvals_problems(file: FileText, value: ApprovalsFile) -> Iterator[Problem]:
    """Yield what is unsound about the chains: unprotected money, gaps, one person deciding all, repetitions."""
    seen: set[tuple[str, int]] = set()
    for place, table in enumerate(value.chains):
        path = ("chains", place)
        if (table.kind, table.version) in seen:
            yield file.problem(
                (*path, "version"), f"“{table.kind}”第 {table.version} 版写了两次。", "请删去一个，或把版本加 1。"
            )
        seen.add((table.kind, table.version))
        for fault in faults(table.chain):
            where = (*path, "steps", fault.step, fault.key) if fault.step is not None else (*path, fault.key)
            yield file.problem(where, fault.what, fault.fix)
        yield from _stand_in_problems(file, place, table, value)


def _stand_in_problems(file: FileText, place: int, table: ChainTable, value: ApprovalsFile) -> Iterator[Problem]:
    tables = {Instead.DEPUTY: value.deputies, Instead.SUPERIOR: value.superiors}
    for position, step in enumerate(table.steps):
        roles = (*((step.role,) if step.role else ()), *step.roles)
        for conflict, instead in step.conflicts.items():
            missing = [role for role in roles if instead in tables and role not in tables[instead]]
            for role in missing if step.quorum is not QuorumKind.RATIO else ():
                yield file.problem(
                    ("chains", place, "steps", position, "conflicts"),
                    f"步骤“{step.name}”回避（{conflict}）时要由“{ROLE_WORDS[role]}”的{instead}代审，[roles] 里没有写。",
                    f"请在 [roles.{role}] 写上 {instead}。",
                )
