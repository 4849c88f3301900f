"""Which checks count and who may make them. Pure. Source: handbook of the domain, sections 3.5 and 3.6."""

from collections.abc import Collection, Sequence
from datetime import date

from djflow.core.errors import InputError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.checks.model import CrossCheck, Deliberation, Visit

VISITORS = 2


def require_visitor(visitor: PersonId, applicant: PersonId, kin: Collection[PersonId]) -> None:
    """Refuse the applicant and relatives as visitors.

    Raises: RuleError.
    """
    if visitor == applicant or visitor in kin:
        raise RuleError("入户核实的人不能是申请人本人或其亲属：请另派两人。", code="fund.visitor")


def require_day(day: date, first: date, today: date, what: str) -> None:
    """Refuse a day before the application or after today.

    Raises: InputError.
    """
    if not first <= day <= today:
        raise InputError(f"{what}的日期应在申请之后、今天或以前：请核对。", code="fund.day")


def visit_gaps(visits: Sequence[Visit]) -> tuple[str, ...]:
    """Return in words what the home verification lacks: two visitors who both found what was said."""
    doubtful = [visit for visit in visits if not visit.consistent]
    if doubtful:
        return ("入户核实情况与申请不一致",)
    left = VISITORS - len({visit.visitor for visit in visits})
    return (f"入户核实还差 {left} 人",) if left > 0 else ()


def require_vote(vote: Deliberation, applicant: PersonId, kin: Collection[PersonId], min_present: int) -> None:
    """Refuse a vote that does not add up, is too small, or was taken before the applicant or relatives.

    Raises: InputError for numbers that cannot be; RuleError for a rule of the meeting.
    """
    counts = (vote.votes_for, vote.against, vote.abstain)
    if min(counts) < 0 or vote.present <= 0 or sum(counts) != vote.present:
        raise InputError("赞成、反对、弃权相加应等于到会人数：请核对。", code="fund.vote")
    if vote.present < min_present:
        raise RuleError(f"到会 {vote.present} 人，少于规定的 {min_present} 人：请重新开会评议。", code="fund.vote")
    if len(set(vote.known)) != len(vote.known) or len(vote.known) > vote.present:
        raise InputError("到会名单有重复，或多于到会人数：请核对。", code="fund.vote")
    if not vote.recused or applicant in vote.known or set(vote.known) & set(kin):
        raise RuleError("评议时申请人及其亲属应当离场回避：请回避后重新评议。", code="fund.recusal")
    if not vote.minutes:
        raise InputError("没有附评议记录：请先上传评议记录，再登记结果。", code="fund.minutes")


def department_gaps(found: Sequence[CrossCheck], departments: Sequence[str]) -> tuple[str, ...]:
    """Return in words which departments have not answered yet."""
    answered = {one.department for one in found}
    left = [name for name in departments if name not in answered]
    return (f"部门核对还差：{'、'.join(left)}",) if left else ()
