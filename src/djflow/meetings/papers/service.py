"""Which documents of the register belong to a meeting: each round its notice, then postponement, end, minutes.

A document that was dropped or voided has had its day: the next one of its sort gets a place of its own.
"""

from sqlalchemy.orm import Session

from djflow.core.errors import ConflictError
from djflow.core.subject import Subject
from djflow.documents.register import service as register
from djflow.documents.register.model import Document, DocumentState
from djflow.documents.register.transitions import WRITABLE
from djflow.meetings.model import Meeting
from djflow.meetings.papers.model import PAPER_WORDS, Paper

MINUTES_SERIES, NOTICE_SERIES = "jiyao", "tong"
"""Series of the numbers, by their codes in documents.toml."""
_KIND = "meeting."
_OVER = frozenset({DocumentState.DROPPED, DocumentState.VOID})


def latest(session: Session, meeting: Meeting, paper: Paper) -> Document | None:
    """Return the newest document of a sort for a meeting's present date, None when there is none."""
    found = _chain(session, meeting, paper)
    return found[-1] if found else None


def live(session: Session, meeting: Meeting, paper: Paper) -> Document | None:
    """Return the document of a sort that is under way or issued, None when there is none."""
    found = latest(session, meeting, paper)
    return None if found is None or found.state in _OVER else found


def next_origin(session: Session, meeting: Meeting, paper: Paper) -> Subject:
    """Return what a document of a sort is drafted for: the one under way if there is one, else a new one."""
    found = _chain(session, meeting, paper)
    if found and found[-1].state not in _OVER and found[-1].origin is not None:
        return found[-1].origin
    return _origin(meeting, paper, len(found) + 1)


def read_origin(origin: Subject | None) -> tuple[Paper, str, int] | None:
    """Return which paper of which meeting and round a document is, None for a document of anything else."""
    if origin is None or not origin.kind.startswith(_KIND):
        return None
    meeting_id, round_, _count = origin.id.rsplit("-", 2)
    return Paper(origin.kind.removeprefix(_KIND)), meeting_id, int(round_)


def require_none(session: Session, meeting: Meeting) -> None:
    """Refuse to issue minutes on paper that are a document of the register; raises ConflictError."""
    found = live(session, meeting, Paper.MINUTES)
    if found is not None:
        raise ConflictError(
            f"{PAPER_WORDS[Paper.MINUTES]}已拟成{found.name}：请在公文里送审、签发、印发，印发后自动交办。",
            code="meeting.minutes_document",
        )


def require_writable(session: Session, meeting: Meeting) -> None:
    """Refuse to change what was agreed on while its minutes are on their way; raises ConflictError."""
    found = live(session, meeting, Paper.MINUTES)
    if found is not None and found.state not in WRITABLE:
        raise ConflictError(
            f"纪要文稿{found.name}已经送审，议定事项不能再改：请先在公文里撤回。", code="meeting.minutes_sent"
        )


def _chain(session: Session, meeting: Meeting, paper: Paper) -> tuple[Document, ...]:
    found: list[Document] = []
    while (one := register.of_origin(session, _origin(meeting, paper, len(found) + 1))) is not None:
        found.append(one)
    return tuple(found)


def _origin(meeting: Meeting, paper: Paper, count: int) -> Subject:
    return Subject(f"{_KIND}{paper.value}", f"{meeting.id}-{meeting.round}-{count}")
