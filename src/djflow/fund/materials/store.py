"""Reads and writes rows of materials."""

import base64
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.fund.cases.model import CaseId, CaseState
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.materials.model import Material
from djflow.fund.materials.tables import FundMaterialRow

_KEY = "fund_material.data_key"


def add(session: Session, row: FundMaterialRow, key: bytes) -> Material:
    """Write a material with its key sealed."""
    text = base64.b64encode(key).decode()
    row.data_key = sealing_vault(session).seal(text, context=f"{_KEY}:{row.id}")
    session.add(row)
    session.flush()
    return material_of(row)


def key_of(session: Session, row: FundMaterialRow) -> bytes | None:
    """Open and return a material's key, None when it was destroyed."""
    if row.data_key is None:
        return None
    return base64.b64decode(vault_of(session).open(row.data_key, context=f"{_KEY}:{row.id}"))


def material_of(row: FundMaterialRow) -> Material:
    """Return a row's value."""
    return Material(row.id, CaseId(row.case_id), row.kind, row.media, row.size, row.at)


def row_of(session: Session, material_id: str) -> FundMaterialRow | None:
    """Return a material's row, None when there is none or it was removed."""
    row = session.get(FundMaterialRow, material_id, populate_existing=True)
    return row if row is not None and row.removed_at is None else None


def rows_of(session: Session, case_id: str) -> tuple[FundMaterialRow, ...]:
    """Return the rows of a case's materials, oldest first."""
    query = select(FundMaterialRow).where(FundMaterialRow.case_id == case_id, FundMaterialRow.removed_at.is_(None))
    return tuple(session.scalars(query.order_by(FundMaterialRow.at, FundMaterialRow.id)))


def known_ids(session: Session) -> frozenset[str]:
    """Return the ids of all materials that can be opened."""
    return frozenset(session.scalars(select(FundMaterialRow.id).where(FundMaterialRow.data_key.is_not(None))))


def rows_to_forget(session: Session, states: Collection[CaseState], before: datetime) -> tuple[FundMaterialRow, ...]:
    """Return materials of cases that came to one of `states` before an instant and can still be opened."""
    query = select(FundMaterialRow).join(FundCaseRow, FundCaseRow.id == FundMaterialRow.case_id)
    query = query.where(FundCaseRow.state.in_(sorted(states)), FundCaseRow.since < before)
    return tuple(session.scalars(query.where(FundMaterialRow.data_key.is_not(None)).order_by(FundMaterialRow.id)))
