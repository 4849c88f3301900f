"""Reads and writes the versions of chains."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.approvals.chains.model import Chain
from djflow.approvals.chains.reading import chain_of
from djflow.approvals.chains.tables import ApprovalChainRow


def digests(session: Session) -> Mapping[tuple[str, int], str]:
    """Return the digest of every version there ever was, by kind and version."""
    rows = session.execute(select(ApprovalChainRow.kind, ApprovalChainRow.version, ApprovalChainRow.digest))
    return {(kind, version): digest for kind, version, digest in rows}


def add(session: Session, chain: Chain, *, now: datetime) -> None:
    """Write a version."""
    row = ApprovalChainRow(
        kind=chain.kind, version=chain.version, valid_from=chain.valid_from, digest=chain.digest,
        body=chain.canonical, published_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()


def version(session: Session, kind: str, number: int, digest: str) -> Chain | None:
    """Return one version, None when there is none with this digest."""
    row = session.get(ApprovalChainRow, (kind, number))
    return chain_of(row.body) if row is not None and row.digest == digest else None


def valid(session: Session, kind: str, on: date) -> Chain | None:
    """Return the newest version that is valid on a day."""
    query = (
        select(ApprovalChainRow)
        .where(ApprovalChainRow.kind == kind, ApprovalChainRow.valid_from <= on)
        .order_by(ApprovalChainRow.version.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return chain_of(row.body) if row else None
