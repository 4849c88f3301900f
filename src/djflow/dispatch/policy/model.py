"""The six kinds of batches as data: what a kind asks, allows and counts, each with its basis.

Every value comes from config/dispatch.toml and has a version; a batch is run to its end by the version it was called
under. Words are stored and never renamed. Source: handbook of the domain, section 2.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from djflow.calendar.workdays import WorkCalendar
from djflow.core.spans import Month
from djflow.people.model import Gender, RankLevel

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class BatchKind(StrEnum):
    """The six batches of the programme."""

    RURAL = "rural"
    COMMUNITY = "community"
    UPWARD = "upward"
    TRAINING = "training"
    RESERVE = "reserve"
    TASKFORCE = "taskforce"


KIND_WORDS: Mapping[BatchKind, str] = MappingProxyType(
    {
        BatchKind.RURAL: "服务“三农”下派",
        BatchKind.COMMUNITY: "指导社区派驻",
        BatchKind.UPWARD: "培养锻炼上派",
        BatchKind.TRAINING: "更新知识培训",
        BatchKind.RESERVE: "动态培养储备",
        BatchKind.TASKFORCE: "帮促工作抽调",
    }
)


class RuleKind(StrEnum):
    """A rule of eligibility or recusal; what its `value` means stands beside it."""

    AGE_MAX = "age_max"
    """Years of age at most, counted by birth month on the first day of the posting."""
    EDUCATION = "education"
    """The lowest education, a word of `Education`."""
    PARTY_MEMBER = "party_member"
    """A full member of the Party."""
    SERVICE_YEARS = "service_years"
    """Full years in service at least."""
    RANK = "rank"
    """The lowest rank, a word of `RankLevel`."""
    APPRAISALS = "appraisals"
    """How many of the latest yearly reviews must each be `competent` or better."""
    DISCIPLINE = "discipline"
    """Not under investigation nor within the effect of a sanction."""
    HEALTH = "health"
    """Fit for the work by the last examination; `value` is how many months one holds good, None for always."""
    RETIREMENT = "retirement"
    """Full years left to retirement at least."""
    PROFESSION = "profession"
    """Not of a profession that must stay; `classes` are words of `Profession`."""
    NOT_TO_BORROW = "not_to_borrow"
    """Not of a class that must not be borrowed; `classes` are words of `Borrowing`, each with years."""
    UNFINISHED_TASK = "unfinished_task"
    """Not on an organised task that still runs."""
    CARE = "care"
    """No care situation on proof (pregnancy or nursing, sole carer, serious illness)."""
    COOLDOWN = "cooldown"
    """Months since the end of a term of twelve months or more at least; volunteering overrides."""
    OTHER_BATCH = "other_batch"
    """Not nominated, decided or posted in another batch at the same time."""
    COUPLE = "couple"
    """Husband and wife are not both in villages at the same time."""
    STATUTORY_DUTY = "statutory_duty"
    """Not the only holder of a statutory duty of the unit."""
    OWN_UNIT = "own_unit"
    """Not sent to one's own unit."""
    NATIVE_PLACE = "native_place"
    """Not sent to the township of one's native place."""
    RELATIVE = "relative"
    """No relative in line of command, nor in personnel, discipline, audit or finance, at the host."""


class Strictness(StrEnum):
    """A hard rule forbids; a soft one costs points and is shown."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a kind; `value` is a number or a word as its `RuleKind` says, None where the rule needs none.

    `classes` says of whom the rule speaks, each word with the years of service after which it speaks no more (0:
    never).
    """

    kind: RuleKind
    basis: str
    strictness: Strictness = Strictness.HARD
    value: int | str | None = None
    classes: tuple[tuple[str, int], ...] = ()


class Paper(StrEnum):
    """A document of a batch or posting."""

    DEMAND_FORM = "demand_form"
    CALL = "call"
    QUOTA_TABLE = "quota_table"
    NOMINATION = "nomination"
    CHECK_FORM = "check_form"
    MINUTES = "minutes"
    PUBLICITY = "publicity"
    TALK_RECORD = "talk_record"
    DISPATCH_LETTER = "dispatch_letter"
    MIDTERM_FORM = "midterm_form"
    FINAL_FORM = "final_form"
    RETURN_NOTICE = "return_notice"
    EXTENSION_NOTICE = "extension_notice"
    RECALL_NOTICE = "recall_notice"
    ARCHIVE_LIST = "archive_list"


PAPER_WORDS: Mapping[Paper, str] = MappingProxyType(
    {
        Paper.DEMAND_FORM: "选派需求表",
        Paper.CALL: "选派通知",
        Paper.QUOTA_TABLE: "名额分配表",
        Paper.NOMINATION: "推荐表",
        Paper.CHECK_FORM: "资格审查表",
        Paper.MINUTES: "部务会研究事项",
        Paper.PUBLICITY: "派出公示",
        Paper.TALK_RECORD: "任前谈话记录",
        Paper.DISPATCH_LETTER: "派遣函",
        Paper.MIDTERM_FORM: "中期考核表",
        Paper.FINAL_FORM: "期满考核表",
        Paper.RETURN_NOTICE: "返岗通知",
        Paper.EXTENSION_NOTICE: "延期通知",
        Paper.RECALL_NOTICE: "召回通知",
        Paper.ARCHIVE_LIST: "归档清单",
    }
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long each step may take; workdays unless the name says otherwise, the first day not counted.

    An extension that needs approval is asked for `extension_ahead_days` before the end at the latest. A term that would
    end on a day off lasts until the next workday where `end_on_workday`.
    """

    demand_workdays: int = 10
    nominate_workdays: int = 7
    check_workdays: int = 5
    publicity_workdays: int = 5
    report_days: int = 7
    final_review_days: int = 30
    handover_days: int = 15
    archive_days: int = 30
    replace_days: int = 15
    midterm_percent: int = 50
    due_days: tuple[int, ...] = (60, 30, 7)
    confirm_workdays: int = 3
    extension_ahead_days: int = 30
    end_on_workday: bool = True


@dataclass(frozen=True, slots=True)
class Attendance:
    """What a month at the host must look like; `days_per_month` 0 asks nothing.

    Leave up to `leave_host_days` is the host's to grant, longer leave the organisation department's.
    `spot_absences` are the numbers of failed spot checks in a year from which somebody is no longer excellent, is
    only basically competent, is incompetent. A recall is proposed after `recall_months` months below the days or
    `recall_absences` failed checks. `excellent_percent` is the share of excellent among those reviewed together.
    """

    days_per_month: int = 0
    leave_host_days: int = 3
    spot_absences: tuple[int, int, int] = (1, 2, 3)
    recall_months: int = 2
    recall_absences: int = 2
    excellent_percent: int = 20
    basis: str = ""


def stated(value: "DataclassInstance") -> dict[str, object]:
    """Return the fields of a value that are not as by default, values inside it likewise."""
    found = dict[str, object]()
    for one in fields(value):
        said = getattr(value, one.name)
        usual = one.default_factory() if one.default_factory is not MISSING else one.default
        if said != usual:
            found[one.name] = _plain(said)
    return found


def _plain(said: object) -> object:
    if isinstance(said, tuple):
        return [_plain(one) for one in said]
    return stated(said) if is_dataclass(said) and not isinstance(said, type) else said


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """What one kind of batch asks from `valid_from` on.

    `term_months` is the usual term; `most_months` how long a posting may last with all extensions; an extension
    beyond `free_months` needs approval under `approval_kind`. `quota` is how many places a batch may have, None for no
    limit. `unit_share_percent` of a unit's people may be away at once, always at least one. `moves` is False for the
    reserve list, where nobody goes anywhere. `hours` is what a course must give, 0 for none.
    """

    kind: BatchKind
    version: int
    valid_from: date
    basis: str
    term_months: int
    most_months: int
    free_months: int
    rules: tuple[Rule, ...]
    papers: tuple[Paper, ...]
    quota: int | None = None
    unit_share_percent: int = 10
    cooldown_from_months: int = 12
    moves: bool = True
    in_village: bool = False
    hours: int = 0
    entry_review_months: int = 12
    approval_kind: str = "dispatch.batch"
    clocks: Clocks = field(default_factory=Clocks)
    attendance: Attendance = field(default_factory=Attendance)
    source: str = ""

    @property
    def name(self) -> str:
        """What people call the kind."""
        return KIND_WORDS[self.kind]

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text: the same version must always have the same one."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @property
    def canonical(self) -> str:
        """What the version says as one JSON text; not `source`, which is settled while versions are in use.

        What is as by default is left out, so that a value which later software adds leaves used versions the same.
        """
        said = {key: value for key, value in stated(self).items() if key != "source"}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)

    def rule(self, kind: RuleKind) -> Rule | None:
        """Return the kind's rule of that sort."""
        return next((one for one in self.rules if one.kind is kind), None)


@dataclass(frozen=True, slots=True)
class RetirementAge:
    """When people of a gender and of rank `from_rank` or higher retire: `years` old, later for those born later.

    From `first_birth` on every `step_months` of birth months retire one month later, at most `most_months` later;
    `first_birth` None leaves the age as it is.
    """

    gender: Gender
    from_rank: RankLevel
    years: int
    first_birth: Month | None = None
    step_months: int = 4
    most_months: int = 36


@dataclass(frozen=True, slots=True)
class Terms:
    """The office's policies, every version of every kind, the retirement ages, and the calendar of workdays."""

    policies: tuple[KindPolicy, ...]
    calendar: WorkCalendar
    retirement: tuple[RetirementAge, ...] = ()

    def valid(self, kind: BatchKind, on: date) -> KindPolicy | None:
        """Return the newest version of a kind that is valid on a day."""
        found = [one for one in self.policies if one.kind is kind and one.valid_from <= on]
        return max(found, key=lambda one: (one.valid_from, one.version)) if found else None

    def version(self, kind: BatchKind, version: int) -> KindPolicy | None:
        """Return that version of a kind."""
        return next((one for one in self.policies if (one.kind, one.version) == (kind, version)), None)
