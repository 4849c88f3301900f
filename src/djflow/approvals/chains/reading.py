"""Reads a chain back from its canonical text, as the database keeps it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TypedDict, cast

from djflow.accounts.model import Role
from djflow.approvals.chains.model import (
    Approver,
    Chain,
    ChainStep,
    Conflict,
    Instead,
    Level,
    Power,
    Quorum,
    QuorumKind,
    Recusal,
    StepKind,
)


class _Approver(TypedDict):
    roles: list[str]
    level: str
    persons: list[str]


class _Quorum(TypedDict):
    kind: str
    need: int
    of: int
    min_present: int
    one_reject_rejects: bool


class _Recusal(TypedDict):
    conflict: str
    instead: str
    persons: list[str]


class _Step(TypedDict):
    id: str
    name: str
    kind: str
    from_fen: int
    approver: _Approver
    quorum: _Quorum
    recusals: list[_Recusal]
    deadline_workdays: int
    remind_at: list[int]
    escalate_to: _Approver | None
    may: list[str]
    cc: list[_Approver]


@lru_cache(maxsize=64)
def chain_of(text: str) -> Chain:
    """Return the chain whose canonical text this is."""
    content = cast("Mapping[str, object]", json.loads(text))
    steps = cast("Sequence[_Step]", content["steps"])
    plain = {key: value for key, value in content.items() if key not in {"steps", "valid_from"}}
    valid_from = date.fromisoformat(str(content["valid_from"]))
    return Chain(steps=tuple(map(_step, steps)), valid_from=valid_from, **plain)  # type: ignore[arg-type] # own text


def _step(said: _Step) -> ChainStep:
    quorum = said["quorum"]
    return ChainStep(
        id=said["id"],
        name=said["name"],
        kind=StepKind(said["kind"]),
        from_fen=said["from_fen"],
        approver=_approver(said["approver"]),
        quorum=Quorum(
            QuorumKind(quorum["kind"]), quorum["need"], quorum["of"], quorum["min_present"],
            quorum["one_reject_rejects"],
        ),
        recusals=tuple(
            Recusal(Conflict(one["conflict"]), Instead(one["instead"]), tuple(one["persons"]))
            for one in said["recusals"]
        ),
        deadline_workdays=said["deadline_workdays"],
        remind_at=tuple(said["remind_at"]),
        escalate_to=_approver(said["escalate_to"]) if said["escalate_to"] else None,
        may=frozenset(Power(one) for one in said["may"]),
        cc=tuple(_approver(one) for one in said["cc"]),
    )  # fmt: skip


def _approver(said: _Approver) -> Approver:
    return Approver(tuple(Role(one) for one in said["roles"]), Level(said["level"]), tuple(said["persons"]))
