"""What is asked of the board: its figures, and a page of its postings."""

from collections import Counter
from datetime import date

from sqlalchemy.orm import Session

from djflow.dispatch.board import rules, store
from djflow.dispatch.board.model import Figures, Scope, Side, Wanted
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings.model import Posting


def figures(session: Session, scope: Scope, on: date, kind: BatchKind | None = None) -> Figures:
    """Return how many are posted where and from where, of one kind when given, and how many people units have."""
    every = store.open_terms(session, scope, on)
    shown = [one for one in every if kind is None or one.kind == kind]
    return Figures(
        hosts=rules.counted(shown, Side.HOST),
        homes=rules.counted(shown, Side.HOME),
        kinds={BatchKind(word): count for word, count in Counter(one.kind for one in every).items()},
        staff=store.staff(session),
    )


def page(session: Session, wanted: Wanted) -> tuple[tuple[Posting, ...], bool]:
    """Return a page of open postings, the first to end first, and whether there are more."""
    found = store.page(session, wanted)
    return found[: wanted.most], len(found) > wanted.most
