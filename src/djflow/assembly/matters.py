"""What an approver is told of the matter: of dispatch who goes where, of a meeting its topics, a document's text.

Only whoever opened the matter as its approver, or may look into dispatch at the desk, is told. Health, discipline
and reasons stand nowhere here: the desk opens those, recorded.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.assembly import documents_text
from djflow.assembly.dispatch_extensions import EXTENSION
from djflow.assembly.meetings_topics import MEETING
from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject
from djflow.dispatch.batches import deciding, proposing
from djflow.dispatch.batches import service as batches
from djflow.dispatch.batches.model import CandidateState
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.reserve import service as reserve
from djflow.dispatch.reserve.model import KIND as RESERVE
from djflow.dispatch.reserve.model import MEMBER_WORDS, MemberId
from djflow.dispatch.rotation import service as rotation
from djflow.dispatch.rotation.model import KIND as ROTATION
from djflow.dispatch.rotation.model import ProposalId
from djflow.documents.register.model import KIND as DOCUMENT
from djflow.meetings import service as meetings
from djflow.meetings.papers.writing import moment_words
from djflow.meetings.rules import listed as listed_topics
from djflow.people import service as people

OF_DISPATCH = frozenset({deciding.KIND, EXTENSION, ROTATION, RESERVE})
"""Matters that name people: at the desk only whoever may look into batches is told of them."""
_NOT_MEANT = frozenset({CandidateState.WITHDRAWN, CandidateState.DROPPED, CandidateState.REFUSED})


def told(session: Session, subject: Subject) -> tuple[str, ...]:
    """Return the lines about a matter of dispatch, a meeting's topics or a document, none for anything else."""
    tell = _TELLERS.get(subject.kind)
    return tell(session, subject.id) if tell else ()


def _batch(session: Session, batch_id: str) -> tuple[str, ...]:
    batch = batches.require(session, batch_id)
    asked = {one.id: one for one in batches.demands(session, batch_id)}
    titles = proposing.titles_of(session, tuple(asked.values()))
    meant = [one for one in batches.candidates(session, batch_id) if one.demand and one.state not in _NOT_MEANT]
    names = _names(session, [one.person for one in meant])
    lines = [
        f"{names.get(one.person, '')} → {titles.get(one.demand, '')}"
        for one in sorted(meant, key=lambda one: (titles.get(one.demand, "") if one.demand else "", one.id))
        if one.demand
    ]
    places = sum(one.granted or 0 for one in asked.values())
    head = f"拟派 {len(lines)} 人（名额 {places} 个），{batch.starts_on:%Y年%m月%d日}至{batch.ends_on:%Y年%m月%d日}"
    return (head, *lines)


def _extension(session: Session, extension_id: str) -> tuple[str, ...]:
    asked = ending.extension(session, extension_id)
    posting = postings.posting(session, asked.posting)
    name, host = _names(session, [posting.new.person])[posting.new.person], _units(session)[posting.new.host]
    return (
        f"{name}，在{host}任{posting.new.title}",
        f"现任期 {posting.span.first:%Y年%m月%d日}至{posting.span.last:%Y年%m月%d日}",
        f"延长到 {asked.until:%Y年%m月%d日}",
    )


def _rotation(session: Session, proposal_id: str) -> tuple[str, ...]:
    moves = rotation.by_id(session, ProposalId(proposal_id)).new.moves
    names, units = _names(session, [one.move.person for one in moves]), _units(session)
    return tuple(
        f"{names.get(one.move.person, '')} → {units.get(one.host, '')}“{one.title}”，"
        f"{one.span.first:%Y年%m月%d日}至{one.span.last:%Y年%m月%d日}，与前任同在 {one.move.overlap} 天"
        for one in moves
    )


def _reserve(session: Session, member_id: str) -> tuple[str, ...]:
    member = reserve.by_id(session, MemberId(member_id))
    return (_names(session, [member.person])[member.person], MEMBER_WORDS[member.state])


def _topics(session: Session, meeting_id: str) -> tuple[str, ...]:
    meeting = meetings.meeting(session, meeting_id)
    units, listed = _units(session), listed_topics(meetings.topics(session, meeting_id))
    head = f"{meeting.new.title}，{moment_words(meeting.new.starts_at)}，{meeting.new.place}，共 {len(listed)} 项议题"
    lines = [f"{one.place}. {one.new.title}（{units.get(one.new.unit, '')}）" for one in listed]
    said = [f"　{one.new.text}" for one in listed]
    return (head, *(line for pair in zip(lines, said, strict=True) for line in pair if line.strip("　")))


_TELLERS: Mapping[str, Callable[[Session, str], tuple[str, ...]]] = MappingProxyType(
    {
        deciding.KIND: _batch,
        EXTENSION: _extension,
        ROTATION: _rotation,
        RESERVE: _reserve,
        MEETING: _topics,
        DOCUMENT: documents_text.told,
    }
)


def _names(session: Session, persons: Collection[PersonId]) -> Mapping[PersonId, str]:
    cards = people.people_by_ids(session, persons)
    return {
        key: f"{card.name}（{card.unit_name}{' ' if card.post_title else ''}{card.post_title}）"
        for key, card in cards.items()
    }


def _units(session: Session) -> Mapping[UnitId, str]:
    return {unit.id: unit.short_name for unit in people.units(session)}
