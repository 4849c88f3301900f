"""What follows in rotation and in the reserve list when an approval about them ends, in the approval's transaction."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from djflow.approvals.model import Outcome
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.dispatch.reserve import service as reserve
from djflow.dispatch.reserve.model import KIND as RESERVE
from djflow.dispatch.reserve.model import MemberId
from djflow.dispatch.rotation import service as rotation
from djflow.dispatch.rotation.model import KIND as ROTATION
from djflow.dispatch.rotation.model import ProposalId


def hear_rotation(house: House, session: Session, outcomes: Iterable[Outcome], *, by: str) -> None:
    """Appoint successors that were approved, let people on or off the reserve list; others are left alone."""
    for outcome in outcomes:
        subject = outcome.case.new.subject
        if not outcome.changed or not outcome.case.over:
            continue
        if subject.kind == ROTATION:
            rotation.follow(session, ProposalId(subject.id), dispatch_terms(house), by=by, now=house.now())
        elif subject.kind == RESERVE:
            reserve.follow(session, MemberId(subject.id), dispatch_terms(house), by=by, now=house.now())
