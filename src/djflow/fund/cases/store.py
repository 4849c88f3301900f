"""Reads and writes applications; seals on the way in, opens only where the function says so."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from djflow.core.ids import BranchId, PersonId, UnitId, new_id
from djflow.db.session import vault_of
from djflow.db.store import keep_step, move_on, sealing_vault
from djflow.db.vault import Vault
from djflow.fund.cases.model import Act, CaseId, CaseState, Category, Claim, Filing, FundCase, Move, Who
from djflow.fund.cases.rules import Ban
from djflow.fund.cases.tables import FundBanRow, FundCaseMoveRow, FundCaseRow, FundCounterRow, FundPhoneRow
from djflow.fund.cases.transitions import ENDED
from djflow.people.dossiers.model import Dossier

_PRIVATE = ("reason", "family", "income", "payee_account", "payee_bank")
_MOVE_REASON = "fund_case_move.reason"


@dataclass(frozen=True, slots=True)
class Private:
    """What stands sealed in a case, opened: for reviewers of this case only."""

    reason: str = field(repr=False)
    family: str = field(repr=False)
    income: str = field(repr=False)
    payee_account: str = field(repr=False)
    payee_bank: str = field(repr=False)
    income_fen: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What a move writes beside the state."""

    act: Act
    after: CaseState
    who: Who
    by: str
    at: datetime
    reason: str = field(default="", repr=False)
    new_round: bool = False
    approved_fen: int | None = None


def next_number(session: Session, year: int) -> str:
    """Return the year's next number `WF2026-0017`; other takers wait until this transaction ends."""
    row = _locked_counter(session, year)
    if row is None:
        try:
            with session.begin_nested():
                session.add(FundCounterRow(year=year, last=0))
        except IntegrityError:
            pass  # another transaction made it at this very moment; it is locked below
        row = cast("FundCounterRow", _locked_counter(session, year))
    row.last += 1
    return f"WF{year}-{row.last:04d}"


def _locked_counter(session: Session, year: int) -> FundCounterRow | None:
    query = select(FundCounterRow).where(FundCounterRow.year == year).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def _claim_hash(vault: Vault, claim: Claim, payee_account: str) -> str:
    parts = [
        *(claim.applicant, claim.category.value, claim.requested_fen, claim.filing.value, claim.emergency),
        *(claim.reason, claim.family, claim.income, claim.income_fen, claim.household, payee_account),
        *([claim.payee_bank] if claim.payee_bank else []),
    ]
    return vault.lookup(json.dumps(parts, ensure_ascii=False), kind="fund.claim")


def _content_hash(vault: Vault, row: FundCaseRow) -> str:
    # Keyed, because an account number alone could be guessed from a plain hash.
    return vault.lookup(f"{row.claim_hash}:{row.materials_hash}", kind="fund.content")


def new_case(number: str, claim: Claim, dossier: Dossier, *, now: datetime) -> FundCaseRow:
    """Return the row of a draft; `fill` writes it."""
    return FundCaseRow(
        id=new_id(now),
        number=number,
        year=int(number[2:6]),
        state=CaseState.DRAFT,
        since=now,
        applicant_id=claim.applicant,
        branch_id=dossier.branch,
        unit_id=dossier.unit,
        id_hash=dossier.id_hash,
        materials_hash="",
        version=0,
        round=1,
        made_at=now,
    )


def fill(session: Session, row: FundCaseRow, claim: Claim, payee_account: str) -> None:
    """Put what is asked for into a row, private parts sealed, and write it."""
    vault = sealing_vault(session)
    row.category, row.requested_fen, row.emergency = claim.category, claim.requested_fen, claim.emergency
    row.filing, row.proposed_fen = claim.filing, None
    private = Private(claim.reason, claim.family, _income_text(claim), payee_account, claim.payee_bank)
    for name in _PRIVATE:
        _seal(vault, row, name, getattr(private, name))
    row.payee_hash = vault.lookup(payee_account, kind="fund.payee")
    if claim.household:  # it is kept as a hash only: whoever changes the rest cannot repeat it
        row.household_hash = vault.lookup(claim.household, kind="fund.household")
    row.claim_hash = _claim_hash(vault, claim, payee_account)
    row.content_hash = _content_hash(vault, row)
    row.version += 1
    session.add(row)
    session.flush()


def _seal(vault: Vault, row: FundCaseRow, name: str, text: str) -> None:
    # No bank and an empty bank are the same: whoever looks for cases without one looks for NULL.
    sealed = vault.seal(text, context=f"fund_case.{name}:{row.id}") if text or name != "payee_bank" else None
    setattr(row, name, sealed)


def put_payee(session: Session, row: FundCaseRow, account: str, bank: str) -> None:
    """Write to which account of the applicant a case is paid; what was decided about stays what it was."""
    vault = sealing_vault(session)
    _seal(vault, row, "payee_account", account)
    _seal(vault, row, "payee_bank", bank)
    row.payee_hash = vault.lookup(account, kind="fund.payee")
    row.version += 1
    session.flush()


def _income_text(claim: Claim) -> str:
    # The figure is as private as the words and is read with them only.
    return json.dumps({"text": claim.income, "per_head_fen": claim.income_fen}, ensure_ascii=False)


def open_private(session: Session, row: FundCaseRow) -> Private:
    """Open what is sealed in a case."""
    vault = vault_of(session)

    def opened(name: str) -> str:
        sealed = getattr(row, name)
        return "" if sealed is None else vault.open(sealed, context=f"fund_case.{name}:{row.id}")

    income = json.loads(opened("income") or '{"text": ""}')
    words, per_head = str(income["text"]), income.get("per_head_fen")
    account, bank = opened("payee_account"), opened("payee_bank")
    return Private(opened("reason"), opened("family"), words, account, bank, per_head)


def stamp_materials(session: Session, row: FundCaseRow, materials_hash: str) -> None:
    """Bind a case to its present materials: approvers who saw others must look again."""
    if row.materials_hash == materials_hash:
        return
    row.materials_hash = materials_hash
    row.content_hash = _content_hash(vault_of(session), row)
    row.version += 1
    session.flush()


def locked(session: Session, case_id: str) -> FundCaseRow | None:
    """Return a case's row, locked until the transaction ends."""
    query = select(FundCaseRow).where(FundCaseRow.id == case_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def row_of(session: Session, case_id: str) -> FundCaseRow | None:
    """Return a case's row."""
    return session.get(FundCaseRow, case_id, populate_existing=True)


def row_by_number(session: Session, number: str) -> FundCaseRow | None:
    """Return the row of the case with that number."""
    return session.scalar(select(FundCaseRow).where(FundCaseRow.number == number))


def case_of(row: FundCaseRow) -> FundCase:
    """Return a row's value."""
    return FundCase(
        id=CaseId(row.id),
        number=row.number,
        year=row.year,
        state=row.state,
        since=row.since,
        category=row.category,
        requested_fen=row.requested_fen,
        proposed_fen=row.proposed_fen,
        approved_fen=row.approved_fen,
        applicant=PersonId(row.applicant_id),
        branch=BranchId(row.branch_id) if row.branch_id else None,
        unit=UnitId(row.unit_id),
        filing=row.filing,
        emergency=row.emergency,
        appeal_of=CaseId(row.appeal_of) if row.appeal_of else None,
        content_hash=row.content_hash,
        version=row.version,
        round=row.round,
        made_at=row.made_at,
        submitted_at=row.submitted_at,
        papers_due_on=row.papers_due_on,
    )


def change_state(session: Session, case: FundCase, change: Change) -> bool:
    """Move a case on if it still is where it was; False when somebody else was faster."""
    values: dict[str, object] = {"state": change.after, "since": change.at}
    if change.new_round:
        values["round"] = case.round + 1
    if change.act is Act.SUBMIT:
        values["submitted_at"] = change.at
    if change.approved_fen is not None:
        values["approved_fen"] = change.approved_fen
    if not move_on(session, FundCaseRow, case, values):
        return False
    row = FundCaseMoveRow(
        id=new_id(change.at),
        case_id=case.id,
        version=case.version + 1,
        act=change.act,
        before=case.state,
        after=change.after,
        round=case.round + change.new_round,
        who=change.who,
        at=change.at,
        by=change.by,
    )
    keep_step(session, row, change.reason, _MOVE_REASON)
    return True


def moves(session: Session, case_id: str) -> tuple[Move, ...]:
    """Return the steps of a case, oldest first."""
    query = select(FundCaseMoveRow).where(FundCaseMoveRow.case_id == case_id)
    rows = session.scalars(query.order_by(FundCaseMoveRow.version))
    return tuple(Move(row.act, row.before, row.after, row.round, row.at, row.who) for row in rows)


def last_reason(session: Session, case_id: str) -> str:
    """Open and return the reason of the last step that had one, for the applicant's own page."""
    query = select(FundCaseMoveRow).where(FundCaseMoveRow.case_id == case_id)
    row = session.scalar(query.order_by(FundCaseMoveRow.version.desc()).limit(1))
    if row is None or row.reason is None:
        return ""
    return vault_of(session).open(row.reason, context=f"{_MOVE_REASON}:{row.id}")


def reasons(session: Session, case_id: str) -> tuple[tuple[Act, datetime, str], ...]:
    """Open and return the reasons given for steps, oldest first."""
    query = select(FundCaseMoveRow).where(FundCaseMoveRow.case_id == case_id, FundCaseMoveRow.reason.is_not(None))
    rows = session.scalars(query.order_by(FundCaseMoveRow.version))
    vault = vault_of(session)
    return tuple((row.act, row.at, vault.open(row.reason or b"", context=f"{_MOVE_REASON}:{row.id}")) for row in rows)


def others_of(session: Session, person: str, *, but: str = "", lock: bool = False) -> tuple[FundCase, ...]:
    """Return a person's applications in the order of their ids; `lock` keeps others from moving them meanwhile."""
    query = select(FundCaseRow).where(FundCaseRow.applicant_id == person).order_by(FundCaseRow.id)
    query = query.execution_options(populate_existing=True)
    rows = session.scalars(query.with_for_update() if lock else query)
    return tuple(case_of(row) for row in rows if row.id != but)


def draft_like(session: Session, claim: Claim, payee_account: str) -> FundCase | None:
    """Return the draft of the person that says exactly this."""
    same = _claim_hash(vault_of(session), claim, payee_account)
    query = select(FundCaseRow).where(FundCaseRow.applicant_id == claim.applicant, FundCaseRow.claim_hash == same)
    row = session.scalar(query.where(FundCaseRow.state == CaseState.DRAFT).order_by(FundCaseRow.id).limit(1))
    return None if row is None else case_of(row)


def filed_by(session: Session, branches: Collection[str], *, limit: int) -> tuple[FundCase, ...]:
    """Return the newest cases that branches filed for their members."""
    query = select(FundCaseRow).where(FundCaseRow.branch_id.in_(sorted(branches)), FundCaseRow.filing == Filing.BRANCH)
    return tuple(case_of(row) for row in session.scalars(query.order_by(FundCaseRow.id.desc()).limit(limit)))


def alike(session: Session, row: FundCaseRow, since: datetime) -> tuple[FundCaseRow, ...]:
    """Return the later-than-`since` cases with the same identity number, household or account as a case."""
    same = [FundCaseRow.payee_hash == row.payee_hash, FundCaseRow.applicant_id == row.applicant_id]
    if row.household_hash:
        same.append(FundCaseRow.household_hash == row.household_hash)
    if row.id_hash:
        same.append(FundCaseRow.id_hash == row.id_hash)
    query = select(FundCaseRow).where(or_(*same), FundCaseRow.id != row.id, FundCaseRow.made_at >= since)
    return tuple(session.scalars(query.order_by(FundCaseRow.made_at, FundCaseRow.id)))


def cases_in(session: Session, states: Collection[CaseState], *, limit: int | None = None) -> tuple[FundCase, ...]:
    """Return the cases in some states, the longest waiting first."""
    mine = FundCaseRow.state.in_(sorted(states))
    query = select(FundCaseRow).where(mine).order_by(FundCaseRow.since, FundCaseRow.id).limit(limit)
    if limit is not None:
        # Found in the index alone, so that a hundred thousand rows are not sorted for a few.
        first = select(FundCaseRow.since).where(mine).order_by(FundCaseRow.since).limit(limit).subquery()
        query = query.where(FundCaseRow.since <= select(func.max(first.c.since)).scalar_subquery())
    return tuple(case_of(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def cases_before(
    session: Session, before: Mapping[CaseState, datetime], *, limit: int | None = None
) -> tuple[FundCase, ...]:
    """Return the cases that came into a state before its instant, the longest waiting first."""
    query = select(FundCaseRow).where(_before(before)).order_by(FundCaseRow.since, FundCaseRow.id).limit(limit)
    return tuple(case_of(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def count_before(session: Session, before: Mapping[CaseState, datetime]) -> int:
    """Return how many cases came into a state before its instant."""
    return session.scalar(select(func.count()).select_from(FundCaseRow).where(_before(before))) or 0


def _before(before: Mapping[CaseState, datetime]) -> ColumnElement[bool]:
    return or_(false(), *(and_(FundCaseRow.state == state, FundCaseRow.since < at) for state, at in before.items()))


def count_in(session: Session, states: Collection[CaseState]) -> int:
    """Return how many cases are in some states."""
    query = select(func.count()).select_from(FundCaseRow).where(FundCaseRow.state.in_(sorted(states)))
    return session.scalar(query) or 0


def categories_in(session: Session, state: CaseState) -> tuple[Category, ...]:
    """Return the categories of the cases in a state."""
    query = select(FundCaseRow.category).where(FundCaseRow.state == state).distinct()
    return tuple(sorted(session.scalars(query)))


def pages_in(session: Session, state: CaseState, *, size: int = 200) -> Iterator[FundCase]:
    """Yield the cases in a state, the longest waiting first, a page at a time; they may leave it meanwhile."""
    query = select(FundCaseRow).where(FundCaseRow.state == state).order_by(FundCaseRow.since, FundCaseRow.id)
    query = query.limit(size).execution_options(populate_existing=True)
    page = session.scalars(query).all()
    while page:
        found = [case_of(row) for row in page]
        yield from found
        since, key = found[-1].since, found[-1].id
        later = or_(FundCaseRow.since > since, and_(FundCaseRow.since == since, FundCaseRow.id > key))
        page = session.scalars(query.where(later)).all()


def cases_by_number(session: Session, numbers: Collection[str]) -> dict[str, FundCase]:
    """Return cases by number; an unknown number is missing."""
    query = select(FundCaseRow).where(FundCaseRow.number.in_(sorted(set(numbers))))
    return {row.number: case_of(row) for row in session.scalars(query)}


def cases_by_id(session: Session, ids: Collection[str]) -> dict[str, FundCase]:
    """Return cases by id."""
    query = select(FundCaseRow).where(FundCaseRow.id.in_(sorted(set(ids))))
    return {row.id: case_of(row) for row in session.scalars(query)}


def bans_of(session: Session, person: str) -> tuple[Ban, ...]:
    """Return what keeps a person from applying."""
    query = select(FundBanRow).where(FundBanRow.person_id == person).order_by(FundBanRow.until)
    return tuple(Ban(row.reason, row.until) for row in session.scalars(query))


def add_ban(session: Session, person: str, ban: Ban, case_id: str | None, *, now: datetime) -> None:
    """Write a ban."""
    session.add(
        FundBanRow(id=new_id(now), person_id=person, reason=ban.reason, until=ban.until, case_id=case_id, at=now)
    )
    session.flush()


def phone_row(session: Session, case_id: str) -> FundPhoneRow | None:
    """Return the telephone approval of a case."""
    return session.get(FundPhoneRow, case_id)


def add_phone(session: Session, row: FundPhoneRow) -> None:
    """Write a telephone approval."""
    session.add(row)
    session.flush()


def papers_due(session: Session, last: date) -> tuple[FundCase, ...]:
    """Return emergencies on their way whose papers are, or were, due on or before `last`."""
    query = select(FundCaseRow).where(FundCaseRow.papers_due_on <= last, FundCaseRow.state.not_in(sorted(ENDED)))
    return tuple(case_of(row) for row in session.scalars(query.order_by(FundCaseRow.papers_due_on, FundCaseRow.id)))
