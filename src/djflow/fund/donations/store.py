"""Reads and writes donations; takes numbers from their series."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.fund.donations.model import Donation, DonationId, DonationState, DonorKind, Pledge
from djflow.fund.donations.tables import DonationRow, DonationSeriesRow
from djflow.fund.ledger.model import AccountCode, TransferId

_NAME = "fund_donation.person_name"


def next_number(session: Session, series: str) -> int:
    """Return the next number of a series; whoever comes second waits, and a number of a failed act is given again."""
    row = session.get(DonationSeriesRow, series, with_for_update=True, populate_existing=True)
    if row is None:
        row = DonationSeriesRow(series=series, last=0)
        session.add(row)
    row.last += 1
    session.flush()
    return row.last


def add(session: Session, pledge: Pledge, number: str, *, now: datetime) -> DonationRow:
    """Add a pledge."""
    donor = pledge.donor
    row = DonationRow(
        id=new_id(now),
        key=pledge.key,
        number=number,
        kind=donor.kind,
        unit_name=donor.name if donor.kind is DonorKind.UNIT else "",
        anonymous=donor.anonymous,
        person_id=donor.person,
        amount_fen=pledge.amount_fen,
        earmark=pledge.earmark,
        categories=json.dumps(sorted(pledge.categories)),
        state=DonationState.PLEDGED,
        pledged_at=now,
        method=pledge.method,
    )
    if donor.kind is DonorKind.PERSON:
        row.person_name = sealing_vault(session).seal(donor.name, context=f"{_NAME}:{row.id}")
    session.add(row)
    session.flush()
    return row


def row_of(session: Session, donation_id: DonationId) -> DonationRow | None:
    """Return a donation's row, locked until the transaction ends."""
    return session.get(DonationRow, donation_id, with_for_update=True, populate_existing=True)


def by_key(session: Session, key: str) -> DonationRow | None:
    """Return the donation pledged under a key."""
    return session.scalar(select(DonationRow).where(DonationRow.key == key))


def by_number(session: Session, number: str) -> DonationRow | None:
    """Return the donation with a number."""
    return session.scalar(select(DonationRow).where(DonationRow.number == number))


def numbers(session: Session, ids: Collection[str]) -> Mapping[str, str]:
    """Return the numbers of donations by id."""
    query = select(DonationRow.id, DonationRow.number).where(DonationRow.id.in_(ids))
    return {str(key): str(number) for key, number in session.execute(query)}


def listing(session: Session, state: DonationState | None, *, limit: int) -> tuple[DonationRow, ...]:
    """Return donations, the newest first, in one state when given."""
    query = select(DonationRow).order_by(DonationRow.pledged_at.desc(), DonationRow.number.desc()).limit(limit)
    return tuple(session.scalars(query if state is None else query.where(DonationRow.state == state)))


def donation_of(session: Session, row: DonationRow, *, named: bool = False) -> Donation:
    """Return a row as a donation; a person's name only when it is asked for."""
    name = row.unit_name
    if named and row.person_name is not None:
        name = vault_of(session).open(row.person_name, context=f"{_NAME}:{row.id}")
    return Donation(
        id=DonationId(row.id),
        number=row.number,
        kind=row.kind,
        anonymous=row.anonymous,
        person=PersonId(row.person_id) if row.person_id else None,
        amount_fen=row.amount_fen,
        earmark=row.earmark,
        categories=frozenset(json.loads(row.categories)),
        state=row.state,
        pledged_at=row.pledged_at,
        received_on=row.received_on,
        account=AccountCode(row.account) if row.account else None,
        transfer=TransferId(row.transfer_id) if row.transfer_id else None,
        receipt_number=row.receipt_number or "",
        receipted_at=row.receipted_at,
        thanked_at=row.thanked_at,
        ended_at=row.ended_at,
        name=name,
        method=row.method,
    )
