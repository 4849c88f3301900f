"""Reads and writes answers, offers and invitations."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.ids import PersonId, new_id
from djflow.core.spans import Month
from djflow.db.store import sealing_vault
from djflow.roster.answers.model import Answer, DutyState, Offer, OfferState, Proposal
from djflow.roster.answers.tables import DutyAnswerRow, InvitationRow, SwapOfferRow

OPEN = (OfferState.OFFERED, OfferState.ACCEPTED)
_REASON = "duty_answer.reason"


def answer_row(session: Session, event: str, person: PersonId) -> DutyAnswerRow | None:
    """Return the row of one person's answer about one duty."""
    query = select(DutyAnswerRow).where(DutyAnswerRow.event == event, DutyAnswerRow.person_id == person)
    return session.scalar(query.execution_options(populate_existing=True))


def new_answer(session: Session, month: Month, event: str, person: PersonId, *, now: datetime) -> DutyAnswerRow:
    """Add a row for a duty nobody answered yet."""
    row = DutyAnswerRow(
        id=new_id(now),
        month=str(month),
        event=event,
        person_id=person,
        state=DutyState.ASSIGNED,
        at=now,
        version=0,
    )
    session.add(row)
    return row


def seal_reason(session: Session, row: DutyAnswerRow, reason: str) -> None:
    """Keep a reason so that only the key opens it."""
    row.reason = sealing_vault(session).seal(reason, context=f"{_REASON}:{row.id}")


def answers(session: Session, month: Month) -> tuple[Answer, ...]:
    """Return a month's answers by session and person."""
    query = select(DutyAnswerRow).where(DutyAnswerRow.month == str(month))
    return tuple(_answer(row) for row in session.scalars(query.order_by(DutyAnswerRow.event, DutyAnswerRow.person_id)))


def unsettled(session: Session) -> tuple[Answer, ...]:
    """Return declines for which nobody was found yet, oldest first."""
    query = select(DutyAnswerRow).where(DutyAnswerRow.state == DutyState.DECLINED)
    return tuple(_answer(row) for row in session.scalars(query.order_by(DutyAnswerRow.at, DutyAnswerRow.id)))


def declines(session: Session, month: Month, person: PersonId, *, but: str) -> int:
    """Return how many duties of a month, other than session `but`, a person has declined."""
    query = select(func.count(DutyAnswerRow.id)).where(
        DutyAnswerRow.month == str(month),
        DutyAnswerRow.person_id == person,
        DutyAnswerRow.declined_at.is_not(None),
        DutyAnswerRow.event != but,
    )
    return int(session.scalar(query) or 0)


def _answer(row: DutyAnswerRow) -> Answer:
    return Answer(row.id, row.event, PersonId(row.person_id), row.state, row.at, row.version)


def offer_row(session: Session, offer_id: str) -> SwapOfferRow | None:
    """Return an offer's row."""
    return session.get(SwapOfferRow, offer_id, populate_existing=True)


def add_offer(session: Session, month: Month, proposal: Proposal, *, ends: datetime, now: datetime) -> Offer:
    """Write an offer."""
    row = SwapOfferRow(
        id=new_id(now),
        month=str(month),
        kind=proposal.kind,
        asker_id=proposal.asker,
        event=proposal.event,
        post=proposal.post,
        other_id=proposal.other,
        other_event=proposal.other_event,
        other_post=proposal.other_post,
        state=OfferState.OFFERED,
        made_at=now,
        expires_at=ends,
    )
    session.add(row)
    session.flush()
    return offer_of(row)


def offer_of(row: SwapOfferRow) -> Offer:
    """Return a row's value."""
    return Offer(
        id=row.id,
        kind=row.kind,
        month=row.month,
        asker=PersonId(row.asker_id),
        event=row.event,
        post=row.post,
        other=PersonId(row.other_id),
        other_event=row.other_event,
        other_post=row.other_post,
        state=row.state,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )


def open_offers(session: Session, *, event: str = "", month: Month | None = None) -> tuple[Offer, ...]:
    """Return offers that wait for somebody, oldest first, of all months, of one month, or about one session."""
    query = select(SwapOfferRow).where(SwapOfferRow.state.in_(OPEN))
    if event:
        query = query.where(or_(SwapOfferRow.event == event, SwapOfferRow.other_event == event))
    if month:
        query = query.where(SwapOfferRow.month == str(month))
    return tuple(offer_of(row) for row in session.scalars(query.order_by(SwapOfferRow.made_at, SwapOfferRow.id)))


def offers_of(session: Session, person: PersonId, since: datetime) -> tuple[Offer, ...]:
    """Return the offers a person made or was made, newest first; those that ended before `since` are left out."""
    query = (
        select(SwapOfferRow)
        .where(
            or_(SwapOfferRow.asker_id == person, SwapOfferRow.other_id == person),
            or_(SwapOfferRow.state.in_(OPEN), SwapOfferRow.made_at >= since),
        )
        .order_by(SwapOfferRow.made_at.desc(), SwapOfferRow.id)
    )
    return tuple(offer_of(row) for row in session.scalars(query))


def invitation(session: Session, person: PersonId, purpose: str, subject: str) -> InvitationRow | None:
    """Return the person's invitation for a purpose and subject that was not revoked."""
    query = select(InvitationRow).where(
        InvitationRow.person_id == person,
        InvitationRow.purpose == purpose,
        InvitationRow.subject == subject,
        InvitationRow.revoked_at.is_(None),
    )
    return session.scalar(query.order_by(InvitationRow.id))


def invitation_by_hash(session: Session, digest: str) -> InvitationRow | None:
    """Return the invitation whose token has this hash."""
    return session.scalar(select(InvitationRow).where(InvitationRow.hash == digest))


def invitations_of(session: Session, person: PersonId) -> tuple[InvitationRow, ...]:
    """Return a person's invitations that were not revoked."""
    query = select(InvitationRow).where(InvitationRow.person_id == person, InvitationRow.revoked_at.is_(None))
    return tuple(session.scalars(query.order_by(InvitationRow.id)))


def add_invitation(session: Session, row: InvitationRow) -> None:
    """Write an invitation."""
    session.add(row)
    session.flush()


def last_answers(session: Session, month: Month) -> Mapping[tuple[str, PersonId], Answer]:
    """Return a month's answers by session and person."""
    return {(answer.event, answer.person): answer for answer in answers(session, month)}


def forget_reasons(session: Session, before: datetime, *, limit: int) -> int:
    """Erase the reasons given before an instant, except where somebody still has to act on the answer."""
    settled = DutyAnswerRow.state.not_in((DutyState.DECLINED, DutyState.WAITING))
    is_old = or_(settled, DutyAnswerRow.month < str(Month.of(civil_date(before))))
    old = select(DutyAnswerRow.id).where(DutyAnswerRow.reason.is_not(None), DutyAnswerRow.at < before, is_old)
    done = update(DutyAnswerRow).where(DutyAnswerRow.id.in_(old.limit(limit))).values(reason=None)
    return len(session.execute(done.returning(DutyAnswerRow.id)).all())


def forget_invitations(session: Session, before: datetime, *, limit: int) -> int:
    """Delete links that expired before an instant."""
    old = select(InvitationRow.id).where(InvitationRow.expires_at < before).limit(limit)
    return len(
        session.execute(delete(InvitationRow).where(InvitationRow.id.in_(old)).returning(InvitationRow.id)).all()
    )
