"""What can be done with materials: hand in, look at, take back, forget after the time the office keeps them.

A look is recorded like a change. Removing destroys the key in the row, so that nobody can open the file any more; the
file itself goes with the next `sweep_strays`, after the transaction is safe.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, GoneError, NotFoundError
from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.fund.cases import service as cases
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import CaseState, FundCase, Policy
from djflow.fund.cases.transitions import CHANGEABLE, ENDED
from djflow.fund.materials import store
from djflow.fund.materials.cabinet import Cabinet
from djflow.fund.materials.cleaning import cleaned
from djflow.fund.materials.model import MATERIAL_WORDS, OFFICE_KINDS, Material, MaterialKind, Upload
from djflow.fund.materials.tables import FundMaterialRow

MAX_FILES = 40
_STRAY_AGE = timedelta(hours=1)
_DROPPED = (CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.EXPIRED)
_ARCHIVED = (CaseState.CLOSED, CaseState.CLAWED_BACK)


def attach(session: Session, case_id: str, upload: Upload, cabinet: Cabinet, *, by: str, now: datetime) -> Material:
    """Keep a file, encrypted and without what does not belong to it; the same file of the same kind once.

    Raises: InputError for a file that is refused; ConflictError when the case takes no such material now.
    """
    row = cases.require(session, case_id, lock=True)
    _require_open(case_store.case_of(row), upload.kind)
    clean = cleaned(upload.content, max_bytes=cabinet.max_bytes, max_pixels=cabinet.max_pixels)
    digest = vault_of(session).lookup(hashlib.sha256(clean.content).hexdigest(), kind="fund.material")
    known = store.rows_of(session, case_id)
    for one in known:
        if (one.kind, one.digest) == (upload.kind, digest):
            return store.material_of(one)
    if len(known) >= MAX_FILES:
        raise ConflictError(f"一件申请最多 {MAX_FILES} 个文件：请先删去不用的。", code="material.count")
    key = new_id(now)
    kept = FundMaterialRow(
        id=key,
        case_id=case_id,
        kind=upload.kind,
        media=clean.media,
        size=len(clean.content),
        digest=digest,
        at=now,
        by=by,
    )
    material = store.add(session, kept, cabinet.put(key, clean.content))
    _stamp(session, case_id)
    details = {"kind": material.kind.value, "media": material.media.value, "size": material.size}
    audit.record(session, cases.get(session, case_id).subject, "fund.attach", by=by, now=now, details=details)
    return material


def take_back(session: Session, material_id: str, *, by: str, now: datetime) -> None:
    """Remove a material from a draft or returned case and destroy it; twice is once.

    Raises: ConflictError when the case may not be changed now.
    """
    row = store.row_of(session, material_id)
    if row is None:
        return
    case = case_store.case_of(cases.require(session, row.case_id, lock=True))
    if case.state not in CHANGEABLE and not (row.kind in OFFICE_KINDS and case.state is CaseState.CHECKING):
        raise ConflictError(f"申请 {case.number} 已在办理中，材料不能撤下。", code="material.state")
    row.data_key, row.removed_at = None, now
    session.flush()
    _stamp(session, case.id)
    details = {"kind": row.kind.value}
    audit.record(session, case.subject, "fund.take_back", by=by, now=now, details=details)


def look(session: Session, material_id: str, cabinet: Cabinet, *, by: str, now: datetime) -> tuple[Material, bytes]:
    """Return a material and its content for a reviewer of its case; that somebody looked is recorded.

    Raises: NotFoundError; GoneError when it was destroyed; IntegrityError when the file was lost or changed.
    """
    row = store.row_of(session, material_id)
    if row is None:
        raise NotFoundError("没有这份材料：请刷新后再试。", code="material.unknown")
    key = store.key_of(session, row)
    if key is None:
        raise GoneError("这份材料已过保存期，已经销毁。", code="material.gone")
    content = cabinet.read(material_id, key)
    case = cases.get(session, row.case_id)
    details = {"kind": row.kind.value, "material": material_id}
    audit.record(session, case.subject, "fund.look_material", by=by, now=now, details=details)
    return store.material_of(row), content


def materials_of(session: Session, case_id: str) -> tuple[Material, ...]:
    """Return a case's materials, oldest first."""
    return tuple(store.material_of(row) for row in store.rows_of(session, case_id))


def material(session: Session, material_id: str) -> Material | None:
    """Return a material, None when there is none."""
    row = store.row_of(session, material_id)
    return None if row is None else store.material_of(row)


def missing(session: Session, case: FundCase, policy: Policy) -> tuple[str, ...]:
    """Return in words the materials the category requires and the case lacks, in the office's order."""
    rule = policy.categories.get(case.category)
    present = {one.kind for one in materials_of(session, case.id)}
    required = [MaterialKind(kind) for kind in rule.materials] if rule else []
    return tuple(MATERIAL_WORDS[kind] for kind in required if kind not in present)


def forget_old(session: Session, policy: Policy, *, by: str, now: datetime) -> int:
    """Destroy the materials of cases that ended longer ago than the office keeps them and return how many."""
    rows: list[FundMaterialRow] = []
    for states, kept_days in ((_DROPPED, policy.rejected_days), (_ARCHIVED, policy.archive_days)):
        rows += store.rows_to_forget(session, states, now - timedelta(days=kept_days))
    for row in rows:
        row.data_key = None
    by_case = _counted(rows)
    for case_id, count in by_case.items():
        subject = cases.get(session, case_id).subject
        audit.record(session, subject, "fund.forget_materials", by=by, now=now, details={"files": count})
    session.flush()
    return len(rows)


def sweep_strays(session: Session, cabinet: Cabinet, *, now: datetime) -> int:
    """Delete files that can no longer be opened or whose transaction broke off, an hour later; return how many."""
    return cabinet.sweep(store.known_ids(session), now - _STRAY_AGE)


def _counted(rows: Sequence[FundMaterialRow]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.case_id] = found.get(row.case_id, 0) + 1
    return found


def _stamp(session: Session, case_id: str) -> None:
    # What the branch adds while it checks does not change what was asked for and proved.
    proofs = sorted(row.digest for row in store.rows_of(session, case_id) if row.kind not in OFFICE_KINDS)
    digest = hashlib.sha256("\n".join(proofs).encode()).hexdigest() if proofs else ""
    case_store.stamp_materials(session, cases.require(session, case_id), digest)


def _require_open(case: FundCase, kind: MaterialKind) -> None:
    late = case.emergency and case.papers_due_on is not None
    if case.state in CHANGEABLE or (case.state not in ENDED and (kind in OFFICE_KINDS or late)):
        return
    raise ConflictError(
        f"申请 {case.number} 现在不收“{MATERIAL_WORDS[kind]}”：补材料请等退回补正。", code="material.state"
    )
