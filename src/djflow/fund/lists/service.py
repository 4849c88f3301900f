"""What is asked of lists: judge one, take one in whole, see how far it is, close it with its last line."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import ConflictError, NotFoundError
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseId, Claim, Filing, FundCase, Terms
from djflow.fund.lists import store
from djflow.fund.lists.model import FundList, Judged, Listed, ListId, NewList, Wanted


def judge(session: Session, new: NewList, terms: Terms, *, now: datetime) -> tuple[Judged, ...]:
    """Say of every line whether it was filed before, cannot be filed and why, or may be; nothing is written.

    Raises: ConflictError for a closed list that is handed in with new lines.
    """
    known = store.by_name(session, new.name)
    filed = store.filed(session, known.id) if known else {}
    found = tuple(_judged(session, one, new, filed.get(one.person), terms, now) for one in new.lines)
    if known is not None and known.closed_at is not None and any(one.before is None for one in found):
        raise ConflictError(f"“{new.title}”的名单已经办结：要增加人员，请另开一张名单。", code="list.closed")
    return found


def _judged(
    session: Session, wanted: Wanted, new: NewList, before: FundCase | None, terms: Terms, now: datetime
) -> Judged:
    if before is None:
        return Judged(wanted, refused=cases.refusals(session, _claim(wanted, new), terms, now=now))
    if (before.requested_fen, before.category) == (wanted.amount_fen, wanted.category):
        return Judged(wanted, before=before.id)
    return Judged(wanted, before.id, (f"这个人已按别的金额或类别上报（{before.number}）：要改，请另开一张名单。",))


def _claim(wanted: Wanted, new: NewList) -> Claim:
    return Claim(
        applicant=wanted.person,
        category=wanted.category,
        requested_fen=wanted.amount_fen,
        filing=Filing.LIST,
        reason=f"{new.title}慰问",
    )


def take_in(session: Session, new: NewList, judged: tuple[Judged, ...], terms: Terms, *, by: str, now: datetime) -> int:
    """File every line that was judged fit as a draft and return how many were new; twice is once.

    Raises: what `cases.apply` raises, when somebody changed something since the judgement.
    """
    known = store.by_name(session, new.name)
    if known is None:
        known = store.add(session, new, now=now)
        details: Details = {"name": known.name, "lines": len(new.lines)}
        audit.record(session, known.subject, "fund.list", by=by, now=now, details=details)
    fresh = [one.wanted for one in judged if one.before is None]
    for wanted in fresh:
        case = cases.apply(session, _claim(wanted, new), terms, by=by, now=now)
        store.add_line(session, known, wanted, case)
    return len(fresh)


def close_with(session: Session, case: FundCase, *, by: str, now: datetime) -> bool:
    """Close the list a case is a line of if this was its last open line; False otherwise."""
    known = store.of_case(session, case.id)
    if known is None or known.closed_at is not None or store.has_open_line(session, known.id):
        return False
    store.close(session, known.id, now=now)
    audit.record(session, known.subject, "fund.list_close", by=by, now=now, details={"name": known.name})
    return True


def unfiled(session: Session, list_id: ListId | None = None) -> tuple[CaseId, ...]:
    """Return the lines that have not gone to their approvers yet, of one list when given."""
    return store.unfiled(session, list_id)


def get(session: Session, name: str) -> tuple[FundList, tuple[Listed, ...]]:
    """Return a list and its lines.

    Raises: NotFoundError.
    """
    known = store.by_name(session, name)
    if known is None:
        raise NotFoundError(f"没有名单“{name}”：请用 djflow fund festival list 查看有哪些。", code="list.unknown")
    return known, store.lines(session, known.id)


def all_lists(session: Session) -> tuple[FundList, ...]:
    """Return every list, the newest first."""
    return store.all_lists(session)
