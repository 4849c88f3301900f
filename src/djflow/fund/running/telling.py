"""Tells applicant and branch where a case has come to, and leaves an event for whoever watches cases.

A message names number and state: no amount, no category, no reason. Keys name the place, so that nobody is told twice.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.approvals import staffing
from djflow.approvals.chains.model import Level
from djflow.approvals.model import Place
from djflow.core.ids import PersonId
from djflow.fund.cases.model import STATE_WORDS, CaseState, FundCase
from djflow.fund.running import store
from djflow.fund.running.model import Standing
from djflow.notify import service as notify
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people

_STAYS_TRUE = timedelta(days=30)
_TOLD_BRANCH = frozenset(
    {
        *(CaseState.SUBMITTED, CaseState.CHECKING, CaseState.RETURNED, CaseState.REJECTED, CaseState.FROZEN),
        *(CaseState.PAID, CaseState.FOLLOW_UP, CaseState.WITHDRAWN, CaseState.EXPIRED, CaseState.CLAWED_BACK),
    }
)
"""States in which the branch has something to do, or nothing to do any more."""


def tell(session: Session, before: Standing, after: Standing, *, now: datetime) -> None:
    """Tell whom a step concerns; nothing when the case stands where it stood."""
    if before.place != after.place or before.case.version != after.case.version:
        announce(session, before.case, after.case, after.place[1], now=now)


def announce(session: Session, before: FundCase | None, after: FundCase, step: str, *, now: datetime) -> None:
    """Write the event of a case, and the messages when its state is another one."""
    store.add_event(session, after, step, now=now)
    if before is not None and before.state is after.state:
        return
    branch: tuple[PersonId, ...] = ()
    if after.branch is not None and after.state in _TOLD_BRANCH:
        asked = (Role.BRANCH_SECRETARY, Level.BRANCH)
        branch = staffing.holders(session, [asked], Place(after.unit, after.branch)).get(asked, ())
    persons = people.people_by_ids(session, sorted({after.applicant, *branch}))
    intents = [_intent(NoticeKind.FUND_PROGRESS, after, after.applicant, persons[after.applicant].name, now)]
    told = [person for person in branch if person != after.applicant]
    intents += [_intent(NoticeKind.FUND_BRANCH, after, one, persons[one].name, now) for one in told]
    notify.enqueue(session, intents, now=now)


def remind_of_papers(session: Session, case: FundCase, words: str, slot: str, *, now: datetime) -> int:
    """Tell applicant and branch that papers of an emergency are due or late; return how many were newly told."""
    asked = (Role.BRANCH_SECRETARY, Level.BRANCH)
    holders = staffing.holders(session, [asked], Place(case.unit, case.branch)) if case.branch else {}
    branch = holders.get(asked, ())
    persons = people.people_by_ids(session, sorted({case.applicant, *branch}))
    told = [(NoticeKind.FUND_PROGRESS, case.applicant)]
    told += [(NoticeKind.FUND_BRANCH, one) for one in branch if one != case.applicant]
    intents = [
        Intent(
            kind,
            case.subject,
            0,  # once for each slot, whatever changes in the case meanwhile
            person,
            slot,
            f"sms/{kind}",
            now,
            now + _STAYS_TRUE,
            {"name": persons[person].name, "number": case.number, "state": words},
        )
        for kind, person in told
    ]
    return notify.enqueue(session, intents, now=now)


def _intent(kind: NoticeKind, case: FundCase, to: PersonId, name: str, now: datetime) -> Intent:
    values = {"name": name, "number": case.number, "state": STATE_WORDS[case.state]}
    slot = f"{case.state}:{case.version}"
    return Intent(kind, case.subject, case.version, to, slot, f"sms/{kind}", now, now + _STAYS_TRUE, values)
