"""Reads and writes the versions of policies that were used."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.dispatch.policy.model import BatchKind, KindPolicy
from djflow.dispatch.policy.reading import policy_of
from djflow.dispatch.policy.tables import PolicyRow


def digests(session: Session) -> Mapping[tuple[BatchKind, int], str]:
    """Return the digest of every version there ever was a batch under."""
    rows = session.execute(select(PolicyRow.kind, PolicyRow.version, PolicyRow.digest))
    return {(kind, version): digest for kind, version, digest in rows}


def add(session: Session, policy: KindPolicy, *, now: datetime) -> None:
    """Write a version."""
    row = PolicyRow(
        kind=policy.kind, version=policy.version, valid_from=policy.valid_from, digest=policy.digest,
        body=policy.canonical, used_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()


def version(session: Session, kind: BatchKind, number: int, digest: str) -> KindPolicy | None:
    """Return one version, None when there is none with this digest."""
    row = session.get(PolicyRow, (kind, number))
    return policy_of(row.body) if row is not None and row.digest == digest else None
