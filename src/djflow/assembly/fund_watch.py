"""What coordinators may know of the fund's cases: numbers, steps, days and offices – never who is poor, or why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.accounts.model import ROLE_WORDS
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.assembly.house import House
from djflow.assembly.relief import terms_of
from djflow.core.clock import civil_date, civil_datetime
from djflow.core.money import yuan
from djflow.core.subject import Subject
from djflow.fund import casework, deadlines
from djflow.fund.cases import service
from djflow.fund.cases.model import (
    ACT_WORDS,
    HOLDER_WORDS,
    STATE_WORDS,
    CaseState,
    FundCase,
    Move,
    Who,
)
from djflow.fund.cases.transitions import OPEN
from djflow.fund.ledger import service as ledger

Row = Mapping[str, str | int]
Rows = tuple[Row, ...]

WHO_WORDS: Mapping[Who, str] = MappingProxyType(
    {
        Who.APPLICANT: "申请人",
        Who.BRANCH: "党支部",
        Who.OFFICE: "组织部",
        Who.APPROVAL: "审批流程",
        Who.LEDGER: "基金账",
        Who.CASHIER: "财务",
        Who.PUBLIC: "群众",
        Who.CLOCK: "到期自动",
    }
)
"""In what capacity somebody acted, as a timeline prints it."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One case step by step; `subject` is its tag, `rows` say what happened when and at whose desk it then lay."""

    number: str
    subject: Subject
    title: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Board:
    """Every open case, the longest waiting first; `late` of them stay longer than they should."""

    count: int
    late: int
    rows: Rows


@dataclass(frozen=True, slots=True)
class Late:
    """What stays longer than it should, the longest overdue first."""

    count: int
    rows: Rows


def board(house: House, *, most: int = 500) -> Board:
    """Return the open cases with their age; rows beyond `most` are counted and left out."""
    terms, now = terms_of(house), house.now()
    with house.reading() as session:
        count = service.count(session, *OPEN)
        late = deadlines.count_overdue(session, terms, now=now)
        found = service.waiting(session, *OPEN, limit=most)
    today = civil_date(now)
    rows = (_board_row(case, due, today) for case, due in zip(found, deadlines.ends_of(found, terms), strict=True))
    return Board(count, late, tuple(rows))


def _is_late(due: date | None, today: date) -> bool:
    return due is not None and due < today


def _board_row(case: FundCase, due: date | None, today: date) -> Row:
    return {
        "编号": case.number,
        "步骤": STATE_WORDS[case.state],
        "在哪里": HOLDER_WORDS.get(case.state, ""),
        "自": str(civil_date(case.since)),
        "已停留（天）": (today - civil_date(case.since)).days,
        "立案以来（天）": (today - civil_date(case.made_at)).days,
        "期限": str(due) if due else "",
        "超期": "是" if _is_late(due, today) else "",
    }


def timeline(house: House, number: str) -> Timeline:
    """Return one case's way, named by number.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        file = casework.case_file(session, number, terms_of(house))
        desk = _approval_desk(session, file.case)
    case, today = file.case, house.today()
    now_at = desk or HOLDER_WORDS.get(case.state, "")
    due = f"，期限{file.due_on}" if file.due_on else ""
    title = f"{case.number}·{STATE_WORDS[case.state]}" + (f"，在{now_at}{due}" if now_at else "")
    return Timeline(case.number, case.subject, title, tuple(_timeline_rows(case, file.moves, now_at, today)))


def _timeline_rows(case: FundCase, moves: Sequence[Move], now_at: str, today: date) -> Iterator[Row]:
    ends = [*(civil_date(move.at) for move in moves), today]
    yield _timeline_row(case.made_at, "立案", "", CaseState.DRAFT, ends[0])
    for move, end in zip(moves, ends[1:], strict=True):
        yield _timeline_row(move.at, ACT_WORDS[move.act], WHO_WORDS[move.who], move.after, end)
    if now_at:
        yield {"时间": str(today), "办了什么": "现在", "由谁": "", "到了哪一步": STATE_WORDS[case.state],
               "在哪里": now_at, "停留（天）": (today - civil_date(case.since)).days}  # fmt: skip


def _timeline_row(at: datetime, act: str, who: str, after: CaseState, end: date) -> Row:
    return {
        "时间": f"{civil_datetime(at):%Y-%m-%d %H:%M}",
        "办了什么": act,
        "由谁": who,
        "到了哪一步": STATE_WORDS[after],
        "在哪里": HOLDER_WORDS.get(after, ""),
        "停留（天）": (end - civil_date(at)).days,
    }


def _approval_desk(session: Session, case: FundCase) -> str:
    running = next((one for one in approvals.cases_about(session, case.subject) if not one.over and one.step), None)
    if running is None:
        return ""
    step = chains.running_chain(session, running.new.kind, running.version, running.digest).step(running.step)
    offices = "、".join(dict.fromkeys(ROLE_WORDS[task.role] for task in running.waiting if task.role))
    return f"{step.name}（{offices}）" if offices else step.name


def late(house: House, *, most: int = 500) -> Late:
    """Return the cases that stay longer than they should and the emergencies whose papers are late.

    Rows beyond `most` are counted and left out.
    """
    terms, now = terms_of(house), house.now()
    today = civil_date(now)
    with house.reading() as session:
        overdue = deadlines.overdue(session, terms, now=now, most=most)
        count = deadlines.count_overdue(session, terms, now=now)
        papers = casework.late_papers(session, terms, now=now)
    waits = [(case, due, STATE_WORDS[case.state], HOLDER_WORDS.get(case.state, "")) for case, due in overdue]
    waits += [(case, case.papers_due_on or today, "应急补材料", "党支部、镇街") for case, _ in papers]
    rows: Rows = tuple(
        {"编号": case.number, "步骤": step, "在哪里": desk, "期限": str(due), "超过（天）": (today - due).days}
        for case, due, step, desk in waits
    )
    return Late(count + len(papers), rows)


def queue(house: House, *, most: int = 500) -> tuple[int, Rows, str]:
    """Return how many approved cases wait for money, the first of them in order, and in yuan what is available."""
    with house.reading() as session:
        found = service.waiting(session, CaseState.WAITING_BUDGET, limit=most)
        count = service.count(session, CaseState.WAITING_BUDGET)
        available = sum(one.available_fen for one in ledger.balances(session))
    rows: Rows = tuple(
        {"次序": place, "编号": case.number, "金额": yuan(case.amount_fen), "批准于": str(civil_date(case.since))}
        for place, case in enumerate(found, start=1)
    )
    return count, rows, yuan(available)
