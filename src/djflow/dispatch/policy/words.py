"""Words about a cadre that the policies speak of: education, grades, professions, classes, key posts.

They are stored and never renamed. Source: handbook of the domain, sections 2.2 and 2.5.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Education(StrEnum):
    """Highest education, lowest first."""

    SCHOOL = "school"
    COLLEGE = "college"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTOR = "doctor"

    @property
    def level(self) -> int:
        """Height as a number: 0 secondary school and below … 4 doctor."""
        return list(Education).index(self)


EDUCATION_WORDS: Mapping[Education, str] = MappingProxyType(
    {
        Education.SCHOOL: "高中及以下",
        Education.COLLEGE: "大专",
        Education.BACHELOR: "本科",
        Education.MASTER: "硕士",
        Education.DOCTOR: "博士",
    }
)


class Grade(StrEnum):
    """Result of a yearly review, a mid-term or a final one."""

    EXCELLENT = "excellent"
    COMPETENT = "competent"
    BASIC = "basic"
    INCOMPETENT = "incompetent"
    UNRATED = "unrated"


GRADE_WORDS: Mapping[Grade, str] = MappingProxyType(
    {
        Grade.EXCELLENT: "优秀",
        Grade.COMPETENT: "称职",
        Grade.BASIC: "基本称职",
        Grade.INCOMPETENT: "不称职",
        Grade.UNRATED: "不定等次",
    }
)


class Profession(StrEnum):
    """What somebody works as, as far as it matters who must stay."""

    OFFICE = "office"
    SCHOOL_TEACHER = "school_teacher"
    COUNTY_MEDIC = "county_medic"
    TECHNICAL = "technical"


PROFESSION_WORDS: Mapping[Profession, str] = MappingProxyType(
    {
        Profession.OFFICE: "机关管理",
        Profession.SCHOOL_TEACHER: "中小学教师",
        Profession.COUNTY_MEDIC: "县级医院医护人员",
        Profession.TECHNICAL: "其他专业技术",
    }
)


class Borrowing(StrEnum):
    """A class of people that must not be borrowed, some only for their first years."""

    PROBATION = "probation"
    LEADING_GROUP = "leading_group"
    SELECTED_GRADUATE = "selected_graduate"
    NEW_SERVANT = "new_servant"


BORROWING_WORDS: Mapping[Borrowing, str] = MappingProxyType(
    {
        Borrowing.PROBATION: "试用期内",
        Borrowing.LEADING_GROUP: "领导班子成员",
        Borrowing.SELECTED_GRADUATE: "选调生",
        Borrowing.NEW_SERVANT: "新录用公务员",
    }
)


class KeyRole(StrEnum):
    """A post at a unit at which no relative may work."""

    PERSONNEL = "personnel"
    FINANCE = "finance"
    DISCIPLINE = "discipline"
    AUDIT = "audit"


KEY_ROLE_WORDS: Mapping[KeyRole, str] = MappingProxyType(
    {
        KeyRole.PERSONNEL: "组织人事",
        KeyRole.FINANCE: "财务",
        KeyRole.DISCIPLINE: "纪检",
        KeyRole.AUDIT: "审计",
    }
)
