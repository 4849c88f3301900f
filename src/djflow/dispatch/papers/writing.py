"""Writes the documents of dispatch: the office's text of each, filled with values, as official document or form.

Which form a document has stands in `FORMS`; its words stand in `config/texts/documents/`. A call bears its quota table
as an attachment. Source: handbook of the domain, sections 2.4 and 4.5.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from types import MappingProxyType

from djflow.core.errors import NotFoundError
from djflow.dispatch.papers.model import (
    BatchPaper,
    CandidatePaper,
    DemandLine,
    FindingLine,
    Heading,
    PostingPaper,
    QuotaLine,
    ReviewWords,
    Sent,
    Term,
)
from djflow.dispatch.policy.model import PAPER_WORDS, Paper
from djflow.documents.official.markup import Written, plain, read_text
from djflow.documents.official.model import Attachment, DocumentKind, OfficialDocument
from djflow.documents.official.rules import day_words
from djflow.notify.texts import Texts

FORMS: Mapping[Paper, DocumentKind] = MappingProxyType(
    {
        Paper.DEMAND_FORM: DocumentKind.SHEET,
        Paper.CALL: DocumentKind.NOTICE,
        Paper.QUOTA_TABLE: DocumentKind.SHEET,
        Paper.NOMINATION: DocumentKind.SHEET,
        Paper.CHECK_FORM: DocumentKind.SHEET,
        Paper.MINUTES: DocumentKind.MINUTES,
        Paper.PUBLICITY: DocumentKind.SHEET,
        Paper.TALK_RECORD: DocumentKind.SHEET,
        Paper.DISPATCH_LETTER: DocumentKind.LETTER,
        Paper.MIDTERM_FORM: DocumentKind.SHEET,
        Paper.FINAL_FORM: DocumentKind.SHEET,
        Paper.RETURN_NOTICE: DocumentKind.NOTICE,
        Paper.EXTENSION_NOTICE: DocumentKind.NOTICE,
        Paper.RECALL_NOTICE: DocumentKind.NOTICE,
        Paper.ARCHIVE_LIST: DocumentKind.SHEET,
    }
)
BATCH_PAPERS = (Paper.DEMAND_FORM, Paper.CALL, Paper.QUOTA_TABLE, Paper.MINUTES, Paper.PUBLICITY)
CANDIDATE_PAPERS = (Paper.NOMINATION, Paper.CHECK_FORM)
POSTING_PAPERS = (
    Paper.TALK_RECORD,
    Paper.DISPATCH_LETTER,
    Paper.MIDTERM_FORM,
    Paper.FINAL_FORM,
    Paper.RETURN_NOTICE,
    Paper.EXTENSION_NOTICE,
    Paper.RECALL_NOTICE,
    Paper.ARCHIVE_LIST,
)
_SIGNED = frozenset({Paper.PUBLICITY})
_ALL_UNITS = "各镇（街道）党（工）委，区级有关部门党组（党委）"


def batch_document(texts: Texts, paper: Paper, values: BatchPaper, heading: Heading) -> OfficialDocument:
    """Return a document of a batch.

    Raises: NotFoundError for a document that batches do not have; ConfigError when the office's text is wrong.
    """
    _require(paper, BATCH_PAPERS)
    given = {**_common(values.term, heading), **_batch_values(values)}
    written = _written(texts, paper, given)
    made = _document(paper, written, heading)
    if paper is not Paper.CALL:
        return made
    quotas = _written(texts, Paper.QUOTA_TABLE, given)
    attached = tuple(
        Attachment(one.title, quotas.body if one.title == PAPER_WORDS[Paper.QUOTA_TABLE] else one.body)
        for one in made.attachments
    )
    return replace(made, attachments=attached)


def candidate_document(texts: Texts, paper: Paper, values: CandidatePaper, heading: Heading) -> OfficialDocument:
    """Return a form of a nomination; raises as `batch_document`."""
    _require(paper, CANDIDATE_PAPERS)
    given = {
        **_common(values.term, heading),
        **_values(values.who),
        "rank": values.rank,
        "education": values.education,
        "party": values.party,
        "since": values.since,
        "reviews": values.reviews,
        "wishes": values.wishes or "服从安排",
        "how": values.how,
        "outcome": values.outcome,
        "findings": [_values(one) for one in values.findings],
    }
    return _document(paper, _written(texts, paper, given), heading)


def posting_document(texts: Texts, paper: Paper, values: PostingPaper, heading: Heading) -> OfficialDocument:
    """Return a document of a posting; raises as `batch_document`."""
    _require(paper, POSTING_PAPERS)
    given = {
        **_common(values.term, heading),
        **_values(values.who),
        **_values(values.review),
        "report_by": _day(values.report_by),
        "before": _day(values.before),
        "papers": [{"name": one.name, "made_on": _day(one.made_on), "note": one.note} for one in values.kept],
    }
    return _document(paper, _written(texts, paper, given), heading)


def text_name(paper: Paper) -> str:
    """Return the name of a document's text."""
    return f"documents/dispatch_{paper.value}"


def _require(paper: Paper, known: tuple[Paper, ...]) -> None:
    if paper not in known:
        raise NotFoundError(f"这里没有{PAPER_WORDS[paper]}：请从列表里选。", code="paper.unknown")


def _written(texts: Texts, paper: Paper, given: Mapping[str, object]) -> Written:
    harmless = {name: plain(value) for name, value in given.items()}
    return read_text(texts.render(text_name(paper), **harmless))


def _document(paper: Paper, written: Written, heading: Heading) -> OfficialDocument:
    kind = FORMS[paper]
    sheet = kind is DocumentKind.SHEET
    signed = heading.signed_on if not sheet or paper in _SIGNED else None
    issued = not sheet and kind is not DocumentKind.LETTER
    return OfficialDocument(
        kind=kind,
        issuers=(heading.department,),
        title=written.title,
        body=written.body,
        number="" if sheet else heading.number,
        recipients=written.recipients,
        attachments=tuple(Attachment(title) for title in written.attachments),
        signed_on=signed,
        cc=written.cc,
        print_office=f"{heading.department}办公室" if issued else "",
        printed_on=heading.signed_on if issued else None,
        annotation=written.annotation,
    )


def _common(term: Term, heading: Heading) -> Mapping[str, object]:
    return {
        "department": heading.department,
        "department_short": heading.department_short,
        "phone": heading.phone,
        "day": day_words(heading.signed_on),
        "batch": term.batch,
        "kind": term.kind,
        "first": day_words(term.first),
        "last": day_words(term.last),
    }


def _batch_values(values: BatchPaper) -> Mapping[str, object]:
    shown = values.shown or (None, None)
    return {
        "months": values.months,
        "demands": [_values(one) for one in values.demands],
        "quotas": [_values(one) for one in values.quotas],
        "conditions": values.conditions,
        "nominate_by": _day(values.nominate_by),
        "recipients": _ALL_UNITS,
        "people": [_values(one) for one in values.people],
        "demanded": sum(one.places for one in values.demands),
        "total": sum(one.quota for one in values.quotas),
        "from_on": _day(shown[0]),
        "to_on": _day(shown[1]),
        "workdays": values.shown_workdays,
    }


def _values(one: Sent | DemandLine | QuotaLine | FindingLine | ReviewWords) -> dict[str, object]:
    return asdict(one)


def _day(day: date | None) -> str:
    return day_words(day) if day is not None else ""
