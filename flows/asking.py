"""Asks a coordinator: about a list, or for an answer to a draft; the run is suspended until there is one."""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

from prefect.flow_runs import asuspend_flow_run

from flows.artifacts import Row
from flows.forms import Review
from flows.frame import the_house
from flows.rotation_forms import Answers
from flows.runs import replace_waiting
from flows.this_run import say

_DAY_SECONDS = 86_400
Given = TypeVar("Given", bound=Review)


async def asked(deployment: str, keys: Sequence[str], form: type[Answers]) -> Answers:
    """Suspend the run until the coordinator has answered; the same keys are the same question.

    Prefect answers a reused key with the first answer: a run that is resumed finds what was said.
    """
    await replace(deployment)
    key = hashlib.sha256("|".join(keys).encode()).hexdigest()[:16]
    return await asuspend_flow_run(wait_for_input=form, key=key, timeout=_patience())


async def replace(deployment: str) -> None:
    """End an earlier run of a deployment that still waits for an answer: this one asks anew."""
    if await replace_waiting(deployment, "由后面的一次运行代替，请在新的运行里答复。"):
        say("前一次运行还在等答复，已由这一次代替。")


async def reviewed(key: str, form: Callable[[str], type[Given]]) -> Given:
    """Suspend the run until there is an answer that can be acted upon; `form` takes the complaint about the last one.

    Each question has its own key: Prefect answers a reused key with the first answer.
    """
    complaint = ""
    for attempt in itertools.count(1):
        given = await asuspend_flow_run(wait_for_input=form(complaint), key=f"{key}-{attempt}", timeout=_patience())
        complaint = given.complaint
        if not complaint:
            return given
        say(complaint)
    raise AssertionError


def _patience() -> int:
    return the_house().settings.prefect.review_timeout_days * _DAY_SECONDS


def page(title: str, rows: Sequence[Row]) -> str:
    """Return rows as Markdown under a title."""
    heads = list(rows[0]) if rows else []
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(row[head]) for head in heads) + " |" for row in rows]
    return f"## {title}\n\n" + "\n".join(lines)
