"""What an approver says, on the phone or at the desk: a verdict, and the reason that everything but consent needs."""

from dataclasses import dataclass, field

from djflow.approvals.model import Verdict
from djflow.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Said:
    """What an approver says to one task or to each line of a list."""

    verdict: Verdict
    opinion: str = field(default="", repr=False)


def said(verdict: str, opinion: str) -> Said:
    """Return what a form says.

    Raises: InputError for no verdict, or without the reason that everything but an approval needs.
    """
    if verdict not in set(Verdict):
        raise InputError("请选一种意见，再提交一次。", code="approval.verdict")
    if not opinion.strip() and verdict not in {Verdict.APPROVE, Verdict.ABSTAIN}:
        raise InputError("不同意、退回或要求补正须写明理由：请写上再提交。", code="approval.opinion")
    return Said(Verdict(verdict), opinion.strip())
