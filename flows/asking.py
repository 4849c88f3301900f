"""Asks a coordinator about a list: the text above the form, the suspended run that replaces an earlier one."""

import hashlib
from collections.abc import Sequence

from prefect.flow_runs import asuspend_flow_run

from flows.artifacts import Row
from flows.frame import the_house
from flows.rotation_forms import Answers
from flows.runs import replace_waiting
from flows.this_run import say

_DAY_SECONDS = 86_400


async def asked(deployment: str, keys: Sequence[str], form: type[Answers]) -> Answers:
    """Suspend the run until the coordinator has answered; the same keys are the same question.

    Prefect answers a reused key with the first answer: a run that is resumed finds what was said.
    """
    if await replace_waiting(deployment, "由后面的一次运行代替，请在新的运行里答复。"):
        say("前一次运行还在等答复，已由这一次代替。")
    key = hashlib.sha256("|".join(keys).encode()).hexdigest()[:16]
    return await asuspend_flow_run(
        wait_for_input=form, key=key, timeout=the_house().settings.prefect.review_timeout_days * _DAY_SECONDS
    )


def page(title: str, rows: Sequence[Row]) -> str:
    """Return rows as Markdown under a title."""
    heads = list(rows[0]) if rows else []
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(row[head]) for head in heads) + " |" for row in rows]
    return f"## {title}\n\n" + "\n".join(lines)
