"""Reads a policy back from its canonical text, as the database keeps it."""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from djflow.dispatch.policy.model import (
    Attendance,
    BatchKind,
    Clocks,
    KindPolicy,
    Paper,
    Rule,
    RuleKind,
    Strictness,
)


@lru_cache(maxsize=64)
def policy_of(text: str) -> KindPolicy:
    """Return the policy whose canonical text this is."""
    said: dict[str, Any] = json.loads(text)
    attendance, clocks = said["attendance"], said["clocks"]
    return KindPolicy(
        **{
            **said,
            "kind": BatchKind(said["kind"]),
            "valid_from": date.fromisoformat(said["valid_from"]),
            "rules": tuple(_rule(one) for one in said["rules"]),
            "papers": tuple(Paper(one) for one in said["papers"]),
            "clocks": Clocks(**{**clocks, "due_days": tuple(clocks["due_days"])}),
            "attendance": Attendance(**{**attendance, "spot_absences": tuple(attendance["spot_absences"])}),
        }
    )


def _rule(said: Mapping[str, Any]) -> Rule:
    classes = tuple((str(word), int(years)) for word, years in said["classes"])
    return Rule(RuleKind(said["kind"]), said["basis"], Strictness(said["strictness"]), said["value"], classes)
