"""The documents of a posting, set and ready for seal or signature. The record says who took out which, never of whom.

A document that the posting owed counts as issued once somebody has taken it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from djflow.accounts.model import Account, Act
from djflow.assembly.dispatch_postings_scope import posting_for
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConfigError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.dispatch.papers import writing
from djflow.dispatch.papers.model import ArchiveLine, Heading, PostingPaper, ReviewWords, Sent, Term
from djflow.dispatch.policy.model import KIND_WORDS, PAPER_WORDS, Paper
from djflow.dispatch.postings import rules
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import OPEN, Posting, PostingState
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import GRADE_WORDS, Review, Stage, Votes
from djflow.documents.official.model import DocumentKind, OfficialDocument
from djflow.documents.official.rendering import render
from djflow.people import service as people
from djflow.people.model import GENDER_LABELS
from djflow.people.personnel import service as personnel

DOCX, PDF = "docx", "pdf"
_STAGES: Mapping[Paper, Stage] = {Paper.MIDTERM_FORM: Stage.MIDTERM, Paper.FINAL_FORM: Stage.FINAL}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a document is taken out: as .docx or .pdf, with the number the register gave it."""

    form: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A document's file; its name holds no person's name."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A document of a list: whether it can be taken out now (else why not), is owed, was issued, bears a number."""

    paper: Paper
    words: str
    refusal: str
    owed: bool
    issued: bool
    numbered: bool


def paper_of(word: str) -> Paper:
    """Return the document of a word from an address.

    Raises: NotFoundError.
    """
    if word not in set(Paper):
        raise NotFoundError("没有这种文书：请从列表里选。", code="paper.unknown")
    return Paper(word)


def posting_papers(house: House, account: Account, posting_id: str) -> tuple[Listed, ...]:
    """Return the documents of a posting.

    Raises: NotFoundError for a posting of others as for none.
    """
    with house.reading() as session:
        posting = posting_for(session, account, posting_id, Act.POSTING_OFFICE)
        due = postings.papers(session, posting.id)
    owed = {one.paper for one in due if one.made_at is None}
    issued = {one.paper for one in due if one.made_at is not None} - owed
    return tuple(
        Listed(paper, PAPER_WORDS[paper], _refusal(posting, paper), paper in owed, paper in issued, is_numbered(paper))
        for paper in writing.POSTING_PAPERS
    )


def is_numbered(paper: Paper) -> bool:
    """Say whether a document bears a number of the register."""
    return writing.FORMS[paper] is not DocumentKind.SHEET


def posting_paper(house: House, account: Account, posting_id: str, paper: Paper, wanted: Wanted) -> Taken:
    """Return a document of a posting and note that it was taken out.

    Raises: NotFoundError; RuleError while there is nothing to say in it; InputError for a wrong number; ConfigError
    without fonts for a PDF, or for a wrong text.
    """
    with house.transaction() as session:
        posting = posting_for(session, account, posting_id, Act.POSTING_OFFICE)
        refusal = _refusal(posting, paper)
        if refusal:
            raise RuleError(refusal, code="paper.too_early")
        values = _posting_values(house, session, posting, paper, by=account.actor)
    made = writing.posting_document(house.texts, paper, values, heading(house, wanted.number))
    taken = take(house, made, wanted, f"{PAPER_WORDS[paper]}-{posting.id[-8:]}")
    # Written down only when there is a document: setting it is slow and must keep nobody waiting for the record.
    with house.transaction() as session:
        note(house, session, posting.subject, paper, by=account.actor)
        postings.paper_made(session, posting.id, paper, by=account.actor, now=house.now())
    return taken


def note(house: House, session: Session, subject: Subject, paper: Paper, *, by: str) -> None:
    """Record that a document was taken out."""
    audit.record(session, subject, "dispatch.print", by=by, now=house.now(), details={"paper": paper.value})


def take(house: House, document: OfficialDocument, wanted: Wanted, name: str) -> Taken:
    """Return a document as the wanted file.

    Raises: InputError for another sort of file, or what the document lacks; ConfigError without fonts for a PDF.
    """
    if wanted.form not in {DOCX, PDF}:
        raise InputError("文书只有 .docx 和 PDF 两种：请从页面上选。", code="paper.form")
    made = render(document, now=house.now())
    if wanted.form == DOCX:
        return Taken(f"{name}.docx", made.docx)
    if made.pdf is None:
        raise ConfigError(made.problem, code="print.no_font")
    return Taken(f"{name}.pdf", made.pdf)


def heading(house: House, number: str) -> Heading:
    """Return who issues the documents of today."""
    own = house.settings.district
    return Heading(own.department, own.department_short, own.supervision_phone, house.today(), number.strip())


def _refusal(posting: Posting, paper: Paper) -> str:
    """Return why a document cannot be taken out yet, empty when it can."""
    if posting.state is PostingState.CANCELLED:
        return "这次派出没有成行，不出文书。"
    if paper is Paper.RECALL_NOTICE and posting.recall is None:
        return "还没有召回，不能出召回通知。"
    if paper is Paper.EXTENSION_NOTICE and posting.span.last <= posting.first_end:
        return "没有延长任期，不能出延期通知。"
    if paper is Paper.RETURN_NOTICE and (posting.state in OPEN - {PostingState.FINAL_REVIEW} or posting.recall):
        return "还没有到期满考核，不能出返岗通知。" if posting.recall is None else "已召回的不出返岗通知。"
    return ""


def _posting_values(house: House, session: Session, posting: Posting, paper: Paper, *, by: str) -> PostingPaper:
    policy = rules.policy_of(posting.new, dispatch_terms(house))
    units = people.units(session)
    names = {unit.id: unit.name for unit in units}
    village = next((unit.name for unit in units if unit.code == posting.new.village), "")
    who = sent_of(session, [posting.new.person])[posting.new.person]
    kind = KIND_WORDS[posting.new.kind]
    return PostingPaper(
        term=Term(f"{posting.new.span.first.year}年度{kind}", kind, posting.span.first, posting.span.last),
        who=Sent(
            who.name,
            who.gender,
            who.born,
            names[posting.new.home],
            who.post,
            names[posting.new.host],
            village,
            posting.new.title,
        ),
        report_by=posting.span.first + timedelta(days=policy.clocks.report_days),
        before=posting.first_end,
        review=_review(house, session, posting, paper, by=by),
        kept=_kept(session, posting),
    )


def sent_of(session: Session, persons: list[PersonId]) -> Mapping[PersonId, Sent]:
    """Return people as documents name them, without where to."""
    cards = people.people_by_ids(session, persons)
    own = {one.person: one for one in personnel.persons(session, persons)}
    return {
        key: Sent(
            card.name, GENDER_LABELS[own[key].gender], month_words(own[key].birth), card.unit_name, card.post_title
        )
        for key, card in cards.items()
    }


def month_words(month: Month | None) -> str:
    """Return a month as documents write it, empty when it is not known."""
    return "" if month is None else f"{month.year}年{month.month}月"


def _review(house: House, session: Session, posting: Posting, paper: Paper, *, by: str) -> ReviewWords:
    stage = _STAGES.get(paper)
    found = [one for one in reviews.reviews(session, [posting.id]) if one.stage is (stage or Stage.FINAL)]
    if not found:
        return ReviewWords()
    latest = max(found, key=lambda one: one.round)
    grade = GRADE_WORDS[latest.grade] if latest.grade else ""
    if stage is None:
        return ReviewWords(grade=grade)
    opened = reviews.read_words(session, posting.id, stage, latest.round, by=by, now=house.now())
    return ReviewWords(opened.summary, opened.opinion, _votes(latest), grade)


def _votes(review: Review) -> str:
    votes: Votes | None = review.votes
    if votes is None:
        return ""
    given = (
        ("优秀", votes.excellent),
        ("称职", votes.competent),
        ("基本称职", votes.basic),
        ("不称职", votes.incompetent),
    )
    return f"参加{votes.present}人，" + "，".join(f"{word}{count}票" for word, count in given)


def _kept(session: Session, posting: Posting) -> tuple[ArchiveLine, ...]:
    due = postings.papers(session, posting.id)
    return tuple(
        ArchiveLine(
            PAPER_WORDS[one.paper], civil_date(one.made_at) if one.made_at else None, "" if one.made_at else "缺"
        )
        for one in due
        if one.paper is not Paper.ARCHIVE_LIST
    )
