"""The documents of meetings: drafted in the documents' register, and what follows in a meeting once one is issued.

Simple rule of the notice: the meeting is noticed when its document is issued, or on the day the notice is due when the
document is not out yet; the messages go out then all the same, and the cycle's table says that the paper is missing.
A document about a date that is not the meeting's any more cannot be issued.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from djflow.assembly import meetings as acts
from djflow.assembly.documents_terms import document_terms
from djflow.assembly.house import House
from djflow.assembly.meetings_values import heading_of, paper_of
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.documents.official.rules import block_texts
from djflow.documents.register import service as register
from djflow.documents.register.model import STATE_WORDS, Document, DocumentState, NewDocument
from djflow.documents.register.transitions import OUT, WRITABLE
from djflow.meetings import service as meetings
from djflow.meetings.actions import service as actions
from djflow.meetings.invitations import service as invitations
from djflow.meetings.minutes import service as minuting
from djflow.meetings.minutes.model import Printed
from djflow.meetings.minutes.rules import incomplete, sentence
from djflow.meetings.model import AFTER, Act, Meeting, MeetingState, Who
from djflow.meetings.papers import service as papers
from djflow.meetings.papers import writing
from djflow.meetings.papers.model import PAPER_WORDS, Paper
from djflow.people import service as people

_INVITING = frozenset({MeetingState.TOPICS_FIXED, MeetingState.NOTICED})
_NOT_WANTED = frozenset({DocumentState.DROPPED, DocumentState.VOID})
_CHANGES: Mapping[MeetingState, Paper] = {
    MeetingState.POSTPONED: Paper.POSTPONED,
    MeetingState.CANCELLED: Paper.CANCELLED,
}
_SERIES: Mapping[Paper, str] = {
    Paper.NOTICE: papers.NOTICE_SERIES,
    Paper.POSTPONED: papers.NOTICE_SERIES,
    Paper.CANCELLED: papers.NOTICE_SERIES,
    Paper.MINUTES: papers.MINUTES_SERIES,
}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A document of a meeting in words: what it is, and where it stands; `document` is None while there is none."""

    paper: Paper
    words: str
    stands: str
    document: Document | None


def notice(house: House, meeting_id: str, drafter: PersonId | None = None, *, by: str) -> Document:
    """Draft the notice of a meeting whose topics are fixed, to the units invited; twice is once.

    Raises: ConflictError in another state; RuleError when nobody is invited, or a unit is closed; ConfigError for a
    wrong text; what `register.draft` raises.
    """
    with house.transaction() as session:
        meeting = meetings.opened(session, meeting_id)
        if meeting.state not in _INVITING:
            raise ConflictError("会议通知在议题批定以后、开会以前拟稿：现在不能拟。", code="meeting.notice_state")
        return _draft(house, session, meeting, Paper.NOTICE, drafter, by=by)


def change_notice(house: House, meeting_id: str, drafter: PersonId | None = None, *, by: str) -> Document:
    """Draft the notice that a noticed meeting was put off or given up, to the units invited; twice is once.

    Raises: ConflictError when it is neither, or nobody had been invited to it; what `notice` raises.
    """
    with house.transaction() as session:
        meeting = meetings.opened(session, meeting_id)
        paper = _CHANGES.get(meeting.state)
        if paper is None:
            raise ConflictError("会议没有延期，也没有取消：不用拟变更通知。", code="meeting.change_state")
        if not meetings.done(session, meeting, Act.NOTIFY):
            raise ConflictError("会议通知还没有发过，不用再发变更通知。", code="meeting.change_state")
        return _draft(house, session, meeting, paper, drafter, by=by)


def minutes(house: House, meeting_id: str, drafter: PersonId | None = None, *, by: str) -> Document:
    """Draft the minutes with what was agreed on; a draft that lacks an item is written anew, else twice is once.

    Raises: ConflictError while no minutes are being drafted; RuleError when an item has nobody who answers for it.
    """
    with house.transaction() as session:
        meeting = meetings.opened(session, meeting_id)
        if meeting.state is not MeetingState.MINUTES_DRAFT:
            raise ConflictError("纪要在会后起草：请先登记召开、开始起草纪要。", code="meeting.minutes_state")
        lacking = incomplete(actions.items(session, meeting=meeting_id))
        if lacking:
            raise RuleError(lacking, code="meeting.complete")
        return _draft(house, session, meeting, Paper.MINUTES, drafter, by=by)


def _draft(
    house: House, session: Session, meeting: Meeting, paper: Paper, drafter: PersonId | None, *, by: str
) -> Document:
    found = papers.live(session, meeting, paper)
    if found is not None and not _outdated(session, meeting, found, paper):
        return found
    text = writing.document(house.texts, paper, paper_of(house, session, meeting), heading_of(house, session, drafter))
    new = NewDocument(
        series=_SERIES[paper],
        text=text,
        drafter=found.drafter if found else drafter,
        recipients=_invited(session, meeting),
        origin=papers.next_origin(session, meeting, paper),
    )
    terms, now = document_terms(house), house.now()
    if found is not None:
        return register.amend(session, found.id, replace(new, series=found.series), terms=terms, by=by, now=now)
    return register.draft(session, new, terms=terms, by=by, now=now)


def _outdated(session: Session, meeting: Meeting, found: Document, paper: Paper) -> bool:
    """Return whether minutes that may still be changed lack something that was agreed on."""
    if paper is not Paper.MINUTES or found.state not in WRITABLE:
        return False
    text = "\n".join(words for block in register.text(session, found.id).body for words in block_texts(block))
    return any(sentence(one) not in text for one in minuting.minutes(session, meeting.id).agreed)


def _invited(session: Session, meeting: Meeting) -> tuple[UnitId, ...]:
    units = {unit.id: unit for unit in people.units(session)}
    seats = [units[one.new.unit] for one in invitations.seats(session, meeting.id)]
    if not seats:
        raise RuleError("还没有参会单位：请先加参会单位。", code="meeting.invited")
    closed = [one.short_name for one in seats if not one.entry.active]
    if closed and meeting.state in _INVITING:
        raise RuleError(f"{'、'.join(closed)}已撤并停用：请先去掉，再拟通知。", code="meeting.invited")
    return tuple(one.id for one in sorted(seats, key=lambda one: (one.entry.official_order, one.code)))


def follow(house: House, session: Session, document: Document, *, by: str) -> None:
    """Do in a meeting what the issue of its document brings, in the caller's transaction; twice is once.

    Raises: RuleError when the document is about a date that is not the meeting's any more.
    """
    origin = papers.read_origin(document.origin)
    if origin is None or document.state not in OUT:
        return
    paper, meeting_id, round_ = origin
    meeting = meetings.opened(session, meeting_id)
    if paper is Paper.NOTICE:
        _require_timely(meeting, round_, meeting.state in _INVITING | AFTER)
        if meeting.state is MeetingState.TOPICS_FIXED:
            acts.notify_all(house, session, meeting.id, Who.OFFICE, by=by)
    elif paper in _CHANGES.values():
        _require_timely(meeting, round_, _CHANGES.get(meeting.state) is paper)
    elif paper is Paper.MINUTES and meeting.state is MeetingState.MINUTES_DRAFT:
        signer = register.signer_of(session, register.editions(session, document.id)[-1])
        after = minuting.issue(session, meeting.id, Printed(document.number, signer), by=by, now=house.now())
        acts.tell_owners(house, session, after)


def _require_timely(meeting: Meeting, round_: int, still: bool) -> None:  # noqa: FBT001 - whether it still holds
    if meeting.round != round_ or not still:
        raise RuleError(
            "这份文稿说的会议时间已经变了（会议延期、取消或另定了时间），不能印发：请作废，另拟一份。",
            code="meeting.paper_outdated",
        )


def catch_up(house: House, *, by: str) -> int:
    """Follow issued documents whose meeting has not moved yet, each in its own transaction; return how many moved."""
    waiting = {MeetingState.TOPICS_FIXED: Paper.NOTICE, MeetingState.MINUTES_DRAFT: Paper.MINUTES}
    with house.reading() as session:
        found = meetings.meetings(session, waiting)
    moved = 0
    for meeting in found:
        with house.transaction() as session:
            document = papers.live(session, meetings.opened(session, meeting.id), waiting[meeting.state])
            if document is not None and document.state in OUT:
                follow(house, session, document, by=by)
                moved += meetings.meeting(session, meeting.id).state is not meeting.state
    return moved


def draft_due(house: House, meeting: Meeting, *, by: str) -> bool:
    """Draft the notice of a meeting whose topics are fixed unless it was drafted, or dropped, before."""
    if meeting.state is not MeetingState.TOPICS_FIXED:
        return False
    with house.reading() as session:
        if papers.latest(session, meeting, Paper.NOTICE) is not None:
            return False
    notice(house, meeting.id, by=by)
    return True


def lines(house: House, meeting_id: str) -> tuple[PaperLine, ...]:
    """Return the documents of a meeting's present date, and those it should have; raises NotFoundError."""
    with house.reading() as session:
        meeting = meetings.meeting(session, meeting_id)
        return tuple(_line(session, meeting, one) for one in _expected(session, meeting))


def _expected(session: Session, meeting: Meeting) -> tuple[Paper, ...]:
    found = [Paper.NOTICE] if meeting.state in _INVITING | AFTER else []
    if meeting.state in _CHANGES and meetings.done(session, meeting, Act.NOTIFY):
        found.append(_CHANGES[meeting.state])
    if meeting.state in AFTER - {MeetingState.HELD}:
        found.append(Paper.MINUTES)
    return tuple(found)


def _line(session: Session, meeting: Meeting, paper: Paper) -> PaperLine:
    found = papers.latest(session, meeting, paper)
    stands = "还没有拟稿" if found is None else f"{found.name}{STATE_WORDS[found.state]}"
    return PaperLine(paper, PAPER_WORDS[paper], stands, found)


def missing(house: House, meeting: Meeting) -> str:
    """Return which document a noticed or finished meeting lacks, in words; empty when it lacks none.

    A document that was dropped is not wanted; minutes signed on paper have none.
    """
    with house.reading() as session:
        found = [one for one in _expected(session, meeting) if one is not Paper.MINUTES]
        late = [_line(session, meeting, one) for one in found]
    lacking = [
        f"{one.words}{one.stands}"
        for one in late
        if one.document is None or one.document.state not in OUT | _NOT_WANTED
    ]
    return "；".join(lacking) if meeting.state is MeetingState.NOTICED or meeting.state in _CHANGES else ""


def meeting_of(house: House, document: Document) -> Meeting:
    """Return the meeting a document is of; raises NotFoundError for a document of anything else."""
    origin = papers.read_origin(document.origin)
    if origin is None:
        raise NotFoundError("这份公文不是会议的公文。", code="meeting.paper_unknown")
    with house.reading() as session:
        return meetings.meeting(session, origin[1])
