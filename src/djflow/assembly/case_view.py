"""A case as programs and desks see it: states, numbers, dates, votes – never who is poor or why."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from djflow.assembly.house import House
from djflow.assembly.relief import terms_of
from djflow.core.clock import civil_datetime
from djflow.core.money import yuan_of
from djflow.fund import casework
from djflow.fund.cases.model import ACT_WORDS, CATEGORY_WORDS, HOLDER_WORDS, STATE_WORDS, Move
from djflow.fund.casework import CaseFile
from djflow.fund.checks.model import FLAG_WORDS
from djflow.people.dossiers import service as dossiers

Json = Mapping[str, object]


def show(house: House, word: str) -> Json:
    """Return the whole of a case, named by id or number, as JSON values without anything personal.

    Raises: NotFoundError.
    """
    file, branch = _read(house, word)
    return {**_head(file, branch), **_found(file), **_way(file)}


def told(house: House, word: str) -> tuple[str, ...]:
    """Return a case in lines for people, without anything personal.

    Raises: NotFoundError.
    """
    file, branch = _read(house, word)
    case = file.case
    holder = HOLDER_WORDS.get(case.state, "")
    since = f"{civil_datetime(case.since):%Y-%m-%d %H:%M} 起{f'，在{holder}' if holder else ''}"
    lines = [
        f"{case.number}  {CATEGORY_WORDS[case.category]}  {yuan_of(case.amount_fen)}元  支部 {branch or '—'}",
        f"{STATE_WORDS[case.state]}（{since}）",
    ]
    lines += [f"期限 {file.due_on}"] if file.due_on else []
    lines += [f"应急通道，{case.papers_due_on} 前补齐材料"] if case.papers_due_on else []
    lines += [f"还缺材料：{'、'.join(file.missing)}"] if file.missing else []
    lines += [f"疑点：{FLAG_WORDS[one.kind]}（{one.id}）" for one in file.flags if one.is_open]
    lines += [f"{civil_datetime(one.at):%Y-%m-%d %H:%M}  {ACT_WORDS[one.act]}" for one in file.moves]
    return tuple(lines)


def _read(house: House, word: str) -> tuple[CaseFile, str]:
    with house.reading() as session:
        file = casework.case_file(session, word, terms_of(house))
        branch = file.case.branch
        return file, dossiers.branches(session, [branch])[branch][0] if branch else ""


def _head(file: CaseFile, branch_code: str) -> Json:
    case = file.case
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state.value,
        "since": _moment(case.since),
        "due_on": str(file.due_on) if file.due_on else None,
        "category": case.category.value,
        "requested_fen": case.requested_fen,
        "proposed_fen": case.proposed_fen,
        "approved_fen": case.approved_fen,
        "branch": branch_code,
        "filed_by": case.filing.value,
        "emergency": case.emergency,
        "papers_due_on": str(case.papers_due_on) if case.papers_due_on else None,
        "appeal_of": case.appeal_of,
        "round": case.round,
        "version": case.version,
        "content": case.content_hash,
    }


def _found(file: CaseFile) -> Json:
    return {
        "materials": [
            {"id": one.id, "kind": one.kind.value, "media": one.media.value, "size": one.size} for one in file.materials
        ],
        "missing": list(file.missing),
        "flags": [
            {"id": one.id, "kind": one.kind.value, "case": one.case, "other": one.other, "open": one.is_open}
            for one in file.flags
        ],
        "crosschecks": [{"department": one.department, "finding": one.finding.value} for one in file.crosschecks],
        "visits": file.visits,
        "votes": [
            {
                "on": str(one.held_on),
                "present": one.present,
                "for": one.votes_for,
                "against": one.against,
                "abstain": one.abstain,
                "passed": one.passed,
            }
            for one in file.votes
        ],
    }


def _way(file: CaseFile) -> Json:
    return {
        "publicity": [
            {
                "id": one.id,
                "level": one.level.value,
                "state": one.state.value,
                "posted_on": str(one.posted_on),
                "ends_on": str(one.ends_on),
            }
            for one in file.periods
        ],
        "objections": [
            {"id": one.id, "state": one.state.value, "received_at": _moment(one.received_at)} for one in file.objections
        ],
        "moves": list(_moves(file.moves)),
    }


def _moves(moves: Iterable[Move]) -> Iterable[Json]:
    for one in moves:
        yield {
            "act": one.act.value,
            "state": one.after.value,
            "round": one.round,
            "who": one.who.value,
            "at": _moment(one.at),
        }


def _moment(at: datetime) -> str:
    return civil_datetime(at).isoformat(timespec="seconds")
