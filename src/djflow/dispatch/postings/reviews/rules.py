"""How good a grade may be: failed spot checks cap it, and only a share may be excellent. Pure.

Source: handbook of the domain, section 2.5.
"""

from djflow.dispatch.policy.model import Attendance
from djflow.dispatch.postings.reviews.model import GRADE_WORDS, Grade


def ceiling(absences: int, asked: Attendance) -> Grade:
    """Return the best grade somebody may get after so many failed spot checks in the year."""
    not_excellent, only_basic, incompetent = asked.spot_absences
    if absences >= incompetent:
        return Grade.INCOMPETENT
    if absences >= only_basic:
        return Grade.BASIC
    return Grade.COMPETENT if absences >= not_excellent else Grade.EXCELLENT


def best(grade: Grade, most: Grade) -> Grade:
    """Return a grade, or the ceiling where it is better than that."""
    return max(grade, most, key=lambda one: one.place)


def excellent_places(reviewed: int, asked: Attendance) -> int:
    """Return how many of those reviewed together may be excellent: the share rounded down, always at least one."""
    return max(1, reviewed * asked.excellent_percent // 100)


def grade_faults(grade: Grade, absences: int, asked: Attendance) -> tuple[str, ...]:
    """Return, in words, why somebody cannot get a grade."""
    most = ceiling(absences, asked)
    if grade.place >= most.place:
        return ()
    return (f"本年抽查不在岗 {absences} 次，最高只能评为“{GRADE_WORDS[most]}”。",)
