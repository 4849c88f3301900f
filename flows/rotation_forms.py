"""Forms of rotation and of the reserve list: one choice for each proposal or member, by numbers and codes only."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prefect.input import RunInput
from pydantic import Field, create_model

from djflow.dispatch.reserve.model import REASON_WORDS, REASONS, Reason, ReviewKind
from djflow.dispatch.rotation.model import DECLINE_WORDS, DeclineReason

_WHERE = "*看完说明，逐项选好，再按 Resume。没有选的留到下次。*"
LATER = "暂缓"
ACCEPT = "采纳，报审批"
KEEP = "继续留库"
_DECLINE = "不采纳："
_LEAVE = "出库："


class Answers(RunInput):
    """The answers to a list; `build` narrows it to the numbers asked about."""


def rotation_form(numbers: Mapping[str, bool], text: str) -> type[Answers]:
    """Return the form with a choice for each number of a proposal; without anybody a proposal cannot be accepted."""
    declines = [f"{_DECLINE}{words}" for words in DECLINE_WORDS.values()]
    choices = {number: [LATER, *([ACCEPT] if filled else []), *declines] for number, filled in numbers.items()}
    return _form("RotationReview", choices, "方案", text)


def reserve_form(codes: Sequence[str], text: str) -> type[Answers]:
    """Return the form with a choice for each person code that is due for review."""
    leaves = [f"{_LEAVE}{REASON_WORDS[reason]}" for reason in REASONS[ReviewKind.EXIT]]
    return _form("ReserveReview", {code: [LATER, KEEP, *leaves] for code in codes}, "工号", text)


def _form(name: str, choices: Mapping[str, Sequence[str]], what: str, text: str) -> type[Answers]:
    fields: dict[str, Any] = {
        f"answer_{place}": (
            str,
            Field(
                default=LATER,
                title=f"{what} {key}",
                description="不选就是暂缓。",
                json_schema_extra={"enum": list(words)},
            ),
        )
        for place, (key, words) in enumerate(choices.items(), start=1)
    }
    form = create_model(name, __base__=Answers, **fields)
    return form.with_initial_data(description=f"{_WHERE}\n\n{text}")


def verdicts_of(given: RunInput, numbers: Sequence[str]) -> Mapping[str, DeclineReason | None]:
    """Return the answer for each proposal that got one: a reason against it, None to accept it."""
    reasons = {f"{_DECLINE}{shown}": one for one, shown in DECLINE_WORDS.items()}
    return {number: reasons.get(words) for number, words in _chosen(given, numbers)}


def outcomes_of(given: RunInput, codes: Sequence[str]) -> Mapping[str, Reason]:
    """Return the answer for each person code that got one: still fit, or why the person leaves."""
    reasons = {f"{_LEAVE}{REASON_WORDS[one]}": one for one in REASONS[ReviewKind.EXIT]}
    return {code: reasons.get(words, Reason.STILL_FIT) for code, words in _chosen(given, codes)}


def _chosen(given: RunInput, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, key in enumerate(keys, start=1):
        words = str(getattr(given, f"answer_{place}"))
        if words != LATER:
            yield key, words
