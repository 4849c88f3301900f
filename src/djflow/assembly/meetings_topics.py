"""The approval of a meeting's topics: opened with the list as it stands, and what it says is done at once."""

import hashlib

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import CaseState, NewCase, Office, Outcome
from djflow.assembly.house import House
from djflow.core.errors import ConflictError, RuleError
from djflow.meetings import rules
from djflow.meetings import service as meetings
from djflow.meetings.model import Meeting, MeetingState

MEETING = "meeting.meeting"
TOPICS = "meeting.topics"
UNDER_WAY = frozenset({CaseState.RUNNING, CaseState.BLOCKED, CaseState.PAUSED, CaseState.SUPPLEMENT})


def open_case(session: Session, meeting: Meeting, office: Office, *, by: str, house: House) -> Outcome:
    """Put the list of topics before its approvers, in the caller's transaction; the same list again is the same case.

    Raises: RuleError without any topic on it, or when the office wrote no chain for it.
    """
    if meeting.state is not MeetingState.TOPIC_CALL:
        raise ConflictError("议题已经确定或会议有变，不用再报批。", code="meeting.topics_closed")
    found = meetings.topics(session, meeting.id)
    if not rules.listed(found):
        raise RuleError("还没有列入的议题：请先编排议题。", code="meeting.topics")
    new = NewCase(meeting.subject, TOPICS, f"{meeting.new.title}议题清单", content_hash(session, meeting))
    return approvals.open_case(session, new, office=office, by=by, now=house.now())


def content_hash(session: Session, meeting: Meeting) -> str:
    """Return the mark of the list as it stands."""
    text = rules.list_text(meeting, meetings.topics(session, meeting.id))
    return hashlib.sha256(text.encode()).hexdigest()


def require_unasked(session: Session, meeting: Meeting) -> None:
    """Refuse to change a list that is being approved.

    Raises: ConflictError.
    """
    if any(case.state in UNDER_WAY for case in approvals.cases_about(session, meeting.subject)):
        raise ConflictError("议题清单正在审批，不能再改：请先撤回审批。", code="meeting.topics_asked")


def withdraw(session: Session, meeting: Meeting, office: Office, *, by: str, house: House) -> None:
    """Take back an approval that is under way: the meeting was put off or given up."""
    for case in approvals.cases_about(session, meeting.subject):
        if case.state in UNDER_WAY | {CaseState.RETURNED}:
            approvals.withdraw(session, case.id, office=office, by=by, now=house.now())


def follow(house: House, session: Session, outcome: Outcome, *, by: str) -> None:
    """Fix the topics once their list is approved as it stands; twice is once."""
    if outcome.case.state is not CaseState.APPROVED:
        return
    meeting = meetings.opened(session, outcome.case.new.subject.id)
    if meeting.state is MeetingState.TOPIC_CALL and outcome.case.new.content_hash == content_hash(session, meeting):
        meetings.fix_topics(session, meeting.id, by=by, now=house.now())
