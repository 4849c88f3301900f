"""Papers of emergencies: the family was helped first, the proof must follow within the days the office fixed.

Applicant and branch are reminded before the last day and when it has passed; then the office is told too, and what
has not been paid yet is not paid until the papers are there. Nothing is refused by silence.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.fund import casework
from djflow.fund.running.advancing import advance
from djflow.fund.running.model import Desk
from djflow.fund.running.standing import standing
from djflow.fund.running.telling import remind_of_papers
from djflow.notify import service as notify
from djflow.notify.planning import alert


def chase(session: Session, case_id: str, desk: Desk, *, by: str, now: datetime) -> bool:
    """Remind of an emergency's papers and stop its payment when they are late; False when nobody was newly told."""
    audit.hold(session)
    before = standing(session, case_id, desk, now=now)
    case, due = before.case, before.case.papers_due_on
    if due is None or not casework.papers_left(session, case, desk.terms):
        return False
    late = casework.papers_late(session, case, desk.terms, now=now)
    words = f"应急材料应在{due.month}月{due.day}日前补齐，" + ("已逾期，补齐前暂停拨付" if late else "请尽快补齐")
    told = remind_of_papers(session, case, words, "papers:late" if late else "papers:due", now=now)
    if late:
        sentence = f"应急申请 {case.number} 的材料逾期未补（应在{due}前）：请督促支部和镇街，补齐前不拨付。"
        told += notify.enqueue(session, [alert(case.subject, "papers:late", sentence, now=now)], now=now)
    advance(session, before, desk, by=by, now=now)
    return told > 0
