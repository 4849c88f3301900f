"""Values about people: what the office states (`…Entry`) and what others read (`Unit`, `PersonCard`, `Absence`).

Entries name units, branches and persons by the office's own codes, because that is what its tables hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from djflow.core.ids import AbsenceId, BranchId, PersonId, UnitId
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject

SERVICE_SKILLS = ("民政社保", "农业技术", "法律政策", "医疗卫生", "综合受理")
"""Service categories used where the office has configured none; the leader's post follows from `is_leader`."""


class Gender(StrEnum):
    """Gender as the personnel file states it."""

    MALE = "male"
    FEMALE = "female"


class UnitKind(StrEnum):
    """What sort of body a unit is."""

    DISTRICT_UNIT = "district_unit"
    TOWNSHIP = "township"
    SUBDISTRICT = "subdistrict"
    VILLAGE = "village"
    COMMUNITY = "community"
    ENTERPRISE = "enterprise"
    SCHOOL = "school"

    @property
    def is_town(self) -> bool:
        """Whether the unit is a township or subdistrict office."""
        return self in {UnitKind.TOWNSHIP, UnitKind.SUBDISTRICT}


class RankLevel(StrEnum):
    """Rank of a cadre, lowest first."""

    OTHER = "other"
    CLERK = "clerk"
    SECTION_MEMBER = "section_member"
    DEPUTY_SECTION = "deputy_section"
    SECTION = "section"
    DEPUTY_DIVISION = "deputy_division"
    DIVISION = "division"

    @property
    def grade(self) -> int:
        """Height of the rank as a number: 0 other, 1 clerk … 6 division head."""
        return list(RankLevel).index(self)


class PersonStatus(StrEnum):
    """Where a person stands; only ACTIVE people are given duties."""

    ACTIVE = "active"
    LEAVE = "leave"
    DISPATCHED = "dispatched"
    TRAINING = "training"
    RETIRED = "retired"
    LEFT = "left"


class AbsenceKind(StrEnum):
    """Why somebody is away; a kind only, never a reason in words."""

    LEAVE = "leave"
    SICK = "sick"
    TRAINING = "training"
    DISPATCH = "dispatch"
    MEETING = "meeting"
    OTHER = "other"


class Relation(StrEnum):
    """What two persons are to each other in the kinship register."""

    SPOUSE = "spouse"
    PARENT_CHILD = "parent_child"
    SIBLING = "sibling"
    IN_LAW = "in_law"
    OTHER = "other"


class ContactKind(StrEnum):
    """A way to reach a person besides the mobile."""

    OFFICE_PHONE = "office_phone"
    SECOND_MOBILE = "second_mobile"
    EMAIL = "email"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


GENDER_LABELS: Mapping[Gender, str] = {Gender.MALE: "男", Gender.FEMALE: "女"}
UNIT_KIND_LABELS: Mapping[UnitKind, str] = {
    UnitKind.DISTRICT_UNIT: "区级部门",
    UnitKind.TOWNSHIP: "镇乡",
    UnitKind.SUBDISTRICT: "街道",
    UnitKind.VILLAGE: "村",
    UnitKind.COMMUNITY: "社区",
    UnitKind.ENTERPRISE: "企业",
    UnitKind.SCHOOL: "学校",
}
RANK_LABELS: Mapping[RankLevel, str] = {
    RankLevel.OTHER: "其他",
    RankLevel.CLERK: "科员",
    RankLevel.SECTION_MEMBER: "股级",
    RankLevel.DEPUTY_SECTION: "副科",
    RankLevel.SECTION: "正科",
    RankLevel.DEPUTY_DIVISION: "副处",
    RankLevel.DIVISION: "正处",
}
STATUS_LABELS: Mapping[PersonStatus, str] = {
    PersonStatus.ACTIVE: "在岗",
    PersonStatus.LEAVE: "长假",
    PersonStatus.DISPATCHED: "选派在外",
    PersonStatus.TRAINING: "脱产培训",
    PersonStatus.RETIRED: "退休",
    PersonStatus.LEFT: "调离",
}
ABSENCE_LABELS: Mapping[AbsenceKind, str] = {
    AbsenceKind.LEAVE: "休假",
    AbsenceKind.SICK: "病假",
    AbsenceKind.TRAINING: "培训",
    AbsenceKind.DISPATCH: "选派",
    AbsenceKind.MEETING: "会议",
    AbsenceKind.OTHER: "其他",
}


RELATION_LABELS: Mapping[Relation, str] = {
    Relation.SPOUSE: "配偶",
    Relation.PARENT_CHILD: "父母子女",
    Relation.SIBLING: "兄弟姐妹",
    Relation.IN_LAW: "姻亲",
    Relation.OTHER: "其他近亲",
}


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """What the office states about a unit; `seat` is (x, y) in km on any flat grid shared by the district."""

    code: str
    name: str
    kind: UnitKind
    official_order: int
    short_name: str = ""
    parent_code: str = ""
    org_code: str = ""
    seat: tuple[float, float] | None = None
    public_phone: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the house."""

    id: UnitId
    entry: UnitEntry

    @property
    def code(self) -> str:
        """The office's code."""
        return self.entry.code

    @property
    def name(self) -> str:
        """Full name."""
        return self.entry.name

    @property
    def short_name(self) -> str:
        """Short name, the full name where none is stated."""
        return self.entry.short_name or self.entry.name


@dataclass(frozen=True, slots=True)
class BranchEntry:
    """What the office states about a Party branch."""

    code: str
    name: str
    unit_code: str
    secretary_code: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of the house."""

    id: BranchId
    entry: BranchEntry


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """What the office states about a person; `avoid_weekdays` counts Monday as 0, empty texts mean unknown.

    Mobile, identity and bank number stand here in the clear and therefore never appear in its printed form.
    """

    code: str
    name: str = field(repr=False)
    gender: Gender
    unit_code: str
    rank: RankLevel = RankLevel.CLERK
    is_leader: bool = False
    birth: Month | None = field(default=None, repr=False)
    branch_code: str = ""
    post_title: str = ""
    skills: frozenset[str] = frozenset()
    mobile: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    bank_account: str = field(default="", repr=False)
    bank_name: str = field(default="", repr=False)
    party_member_since: date | None = field(default=None, repr=False)
    native_place: str = field(default="", repr=False)
    home_town: str = field(default="", repr=False)
    max_duties: int | None = None
    avoid_weekdays: frozenset[int] = frozenset()
    avoid_towns: frozenset[str] = frozenset()
    status: PersonStatus = PersonStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as rosters, boards and pages see one: nothing sealed in it."""

    id: PersonId
    code: str
    name: str
    unit_id: UnitId
    unit_code: str
    unit_name: str
    unit_order: int
    unit_kind: UnitKind
    seat: tuple[float, float] | None
    post_title: str
    rank: RankLevel
    is_leader: bool
    skills: frozenset[str]
    max_duties: int | None
    avoid_weekdays: frozenset[int]
    avoid_towns: frozenset[str]
    status: PersonStatus

    @property
    def grade(self) -> int:
        """Height of the rank as a number, higher is higher."""
        return self.rank.grade

    @property
    def serves(self) -> bool:
        """Whether the person may be given duties at all."""
        return self.status is PersonStatus.ACTIVE

    @property
    def has_gone(self) -> bool:
        """Whether the person has retired or left, and is told and shown nothing any more."""
        return self.status in {PersonStatus.RETIRED, PersonStatus.LEFT}


@dataclass(frozen=True, slots=True)
class AbsenceEntry:
    """Days on which a person is away; `origin` says which record caused it (a leave request, a meeting, an import)."""

    person_id: PersonId
    span: DateSpan
    kind: AbsenceKind
    origin: Subject


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence of the house."""

    id: AbsenceId
    entry: AbsenceEntry


@dataclass(frozen=True, slots=True)
class KinshipEntry:
    """Two persons of the house and what they are to each other; the order of the two says nothing."""

    person_id: PersonId
    relative_id: PersonId
    relation: Relation


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """A further way to reach a person."""

    person_id: PersonId
    kind: ContactKind
    address: str = field(repr=False)
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact of the house with its address masked."""

    id: str
    person_id: PersonId
    kind: ContactKind
    masked: str
    preferred: bool
    verified: bool


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post a person held from `first` to `last`, both included; None: unknown beginning, still held."""

    person_id: PersonId
    unit_id: UnitId
    title: str
    rank: RankLevel
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What a set of entries did: codes created and updated, in the order given, and how many were already so."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the entry at `index` of a list cannot be stored; `field` is the entry's field."""

    index: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason why a table was not taken: row number and column as Excel and the header show them."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Result of an import; with any rejection nothing was stored."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejection, ...] = ()
