"""What waits for the office about meetings: topics to arrange, leave to decide, items to verify; kept as it stands."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.approvals import service as approvals
from djflow.assembly.meetings_topics import UNDER_WAY
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import MAX_TITLE, Address, ItemKind, NewItem
from djflow.meetings import service as meetings
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import ItemState
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Grant
from djflow.meetings.model import Meeting, MeetingState

_OFFICE = Address(role=Role.OFFICE_CLERK)
_TO_CHECK = {ItemState.REPORTED: "请核实", ItemState.VERIFIED: "请销号"}


def keep(session: Session, meeting_id: str, *, by: str, now: datetime) -> None:
    """Put into the office's boxes what waits about a meeting, and take out what does not any more."""
    meeting = meetings.meeting(session, meeting_id)
    root = f"/desk/meetings/{meeting.id}"
    kept = {
        _part(meeting, "topics"): (_topics(session, meeting), root),
        _part(meeting, "leave"): (_leave(session, meeting), f"{root}/seats"),
    }
    for item in actions.items(session, meeting=meeting_id):
        todo = _TO_CHECK.get(item.state, "")
        words = f"{meeting.new.title}第{item.number}项议定事项已报办结，{todo}" if todo else ""
        kept[item.subject] = (words, f"/desk/meetings/items/{item.id}")
    for subject, (words, link) in kept.items():
        if words:
            new = NewItem(ItemKind.MEETING, subject, _OFFICE, words[:MAX_TITLE], link)
            inbox.raise_item(session, new, now=now)
        else:
            inbox.settle(session, ItemKind.MEETING, subject, by=by, now=now)


def _part(meeting: Meeting, part: str) -> Subject:
    return Subject(meeting.subject.kind, f"{meeting.id}.{part}")


def _topics(session: Session, meeting: Meeting) -> str:
    if meeting.state is not MeetingState.TOPIC_CALL or not meetings.topics(session, meeting.id):
        return ""
    asked = any(case.state in UNDER_WAY for case in approvals.cases_about(session, meeting.subject))
    return "" if asked else f"{meeting.new.title}有议题，请编排后报批"


def _leave(session: Session, meeting: Meeting) -> str:
    if meeting.state is not MeetingState.NOTICED:
        return ""
    asked = any(one.grant is Grant.ASKED for one in invitations.seats(session, meeting.id))
    return f"{meeting.new.title}有请假或替会，请答复" if asked else ""
