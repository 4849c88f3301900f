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
    return KindPolicy(
        **{
            **said,
            "kind": BatchKind(said["kind"]),
            "valid_from": date.fromisoformat(said["valid_from"]),
            "rules": tuple(_rule(one) for one in said["rules"]),
            "papers": tuple(Paper(one) for one in said["papers"]),
            "clocks": Clocks(**_tuples(said.get("clocks", {}))),
            "attendance": Attendance(**_tuples(said.get("attendance", {}))),
        }
    )


def _rule(said: Mapping[str, Any]) -> Rule:
    return Rule(
        kind=RuleKind(said["kind"]),
        basis=said["basis"],
        strictness=Strictness(said.get("strictness", Strictness.HARD)),
        value=said.get("value"),
        classes=tuple((str(word), int(years)) for word, years in said.get("classes", ())),
    )


def _tuples(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
