"""What is asked of the board: its figures, and a page of its postings."""

from datetime import date

from sqlalchemy.orm import Session

from djflow.dispatch.board import store
from djflow.dispatch.board.model import Figures, Scope, Side, Wanted
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings.model import Posting


def figures(session: Session, scope: Scope, on: date, kind: BatchKind | None = None) -> Figures:
    """Return how many are posted where and from where, of one kind when given, and how many people units have."""
    return Figures(
        hosts=store.counts(session, scope, Side.HOST, on, kind),
        homes=store.counts(session, scope, Side.HOME, on, kind),
        kinds=store.kinds(session, scope),
        staff=store.staff(session),
    )


def page(session: Session, wanted: Wanted) -> tuple[tuple[Posting, ...], bool]:
    """Return a page of open postings, the first to end first, and whether there are more."""
    found = store.page(session, wanted)
    return found[: wanted.most], len(found) > wanted.most
