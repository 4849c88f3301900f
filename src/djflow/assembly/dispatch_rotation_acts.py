"""Answers given together in a form: each acted upon by itself, one answered elsewhere meanwhile is left as it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from djflow.assembly import dispatch_reserve, dispatch_rotation
from djflow.assembly.house import House
from djflow.core.errors import ConflictError, RuleError
from djflow.dispatch.reserve.model import NewReview, Reason, ReviewKind
from djflow.dispatch.rotation.model import DeclineReason


@dataclass(frozen=True, slots=True)
class Answered:
    """How many were said yes to, no to, and how many could not be acted upon any more."""

    yes: int
    no: int
    elsewhere: int
    words: tuple[str, str]

    @property
    def count(self) -> int:
        """How many answers there were."""
        return self.yes + self.no + self.elsewhere

    @property
    def sentence(self) -> str:
        """What was done, in words."""
        rest = f"，{self.elsewhere}个已在别处办理" if self.elsewhere else ""
        return f"{self.words[0]}{self.yes}个，{self.words[1]}{self.no}个{rest}。"


def answer_proposals(house: House, answers: Mapping[str, DeclineReason | None], *, by: str) -> Answered:
    """Accept the proposals without a reason against them, decline the others, each in its own transaction."""
    accepted = declined = elsewhere = 0
    for number, reason in sorted(answers.items()):
        try:
            if reason is None:
                dispatch_rotation.accept(house, number, by=by)
                accepted += 1
            else:
                dispatch_rotation.decline(house, number, reason, by=by)
                declined += 1
        except ConflictError:
            elsewhere += 1
    return Answered(accepted, declined, elsewhere, ("采纳", "不采纳"))


def answer_reviews(house: House, answers: Mapping[str, Reason], *, by: str) -> Answered:
    """Keep the persons (by code) whose reason says so, ask that the others leave, each in its own transaction."""
    kept = leaving = elsewhere = 0
    for code, reason in sorted(answers.items()):
        try:
            member = dispatch_reserve.member_of_code(house, code).member.id
            if reason is Reason.STILL_FIT:
                dispatch_reserve.keep(house, member, NewReview(ReviewKind.YEARLY, reason), by=by)
                kept += 1
            else:
                dispatch_reserve.take_off(house, member, NewReview(ReviewKind.EXIT, reason), by=by)
                leaving += 1
        except (ConflictError, RuleError):
            elsewhere += 1
    return Answered(kept, leaving, elsewhere, ("留库", "提出出库"))
