"""The fund's lists as they hang on public boards now, sheet by sheet as an office prints them, and objections to them.

A list that is over shows nobody any more, whether or not the sweep has taken it down yet.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from djflow.assembly import relief
from djflow.assembly.frames import names_of
from djflow.assembly.house import House
from djflow.core.clock import civil_date
from djflow.core.errors import GoneError, InputError
from djflow.fund.cases.model import Day
from djflow.fund.publicity import rules
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, Line, NewObjection, Objection, ObjectionState, PeriodState, Via
from djflow.roster.views import DistrictNames

BY = "page"
NAME_LENGTH, CONTACT_LENGTH = 30, 50


@dataclass(frozen=True, slots=True)
class Sheet:
    """One notice: lines whose list was put up and ends together; `days` of `unit` are counted after `from_on`."""

    level: Level
    branch: str
    posted_on: date
    from_on: date
    ends_on: date
    days: int
    unit: Day
    frozen: bool
    lines: tuple[Line, ...]

    @property
    def counted(self) -> str:
        """How long the list hangs: `5个工作日`."""
        return f"{self.days}个{'工作日' if self.unit is Day.WORKDAY else '自然日'}"


@dataclass(frozen=True, slots=True)
class Board:
    """What hangs now, with the office that answers for it and the rule it follows."""

    names: DistrictNames
    address: str
    basis: str
    today: date
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of an objection that was sent: its receipt, and whether it came in time to stop the list."""

    receipt: str
    in_time: bool
    ends_on: date


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote: the objection, and who may be asked about it."""

    text: str = field(repr=False)
    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)


def board(house: House) -> Board:
    """Return what hangs now: the district's sheets first, then those of branches by name."""
    today = house.today()
    shown = [
        line
        for level in (Level.DISTRICT, Level.BRANCH)
        for line in relief.public_list(house, level)
        if line.frozen or line.ends_on >= today
    ]
    basis = house.settings.fund.policy.legal_basis
    return Board(names_of(house), house.settings.web.public_url, basis, today, _sheets(shown))


def _sheets(lines: list[Line]) -> tuple[Sheet, ...]:
    ordered = sorted(lines, key=lambda line: (*_sheet_of(line), line.number))
    found = [(key, tuple(group)) for key, group in groupby(ordered, key=_sheet_of)]
    return tuple(
        Sheet(
            level=group[0].level,
            branch=group[0].branch if group[0].level is Level.BRANCH else "",
            posted_on=group[0].posted_on,
            from_on=group[0].from_on,
            ends_on=group[0].ends_on,
            days=group[0].remaining,
            unit=group[0].unit,
            frozen=group[0].frozen,
            lines=group,
        )
        for _, group in found
    )


def _sheet_of(line: Line) -> tuple[bool, str, date, date, date, int, bool]:
    branch = line.branch if line.level is Level.BRANCH else ""
    return (bool(branch), branch, line.posted_on, line.from_on, line.ends_on, line.remaining, line.frozen)


def line_of(house: House, period_id: str) -> Line:
    """Return the line one objects to.

    Raises: NotFoundError; GoneError when its list is over, saying what else can be done.
    """
    with house.reading() as session:
        period = publicity.period(session, period_id)
    over = rules.is_over(period, house.now()) and period.state is not PeriodState.FROZEN
    found = [one for one in relief.public_list(house, period.level) if one.period == period_id]
    if over or not found:
        raise GoneError(
            "这份公示已经结束，名单已撤下，不能再在网上提交异议。" + otherwise(house), code="publicity.over"
        )
    return found[0]


def otherwise(house: House) -> str:
    """Return what somebody can still do when a list is over."""
    names = names_of(house)
    phone = f"拨打监督电话 {names.supervision_phone}，" if names.supervision_phone else ""
    return f"发现问题，仍可以{phone}或写信、当面向{names.department or '组织部'}和纪检机关反映，查实的会追回已发的款。"


def object_to(house: House, period_id: str, words: Words) -> Heard:
    """Take an objection in from the public page.

    Raises: InputError for a text or contact that cannot be kept; NotFoundError; ConflictError when too many wait.
    """
    name, contact = " ".join(words.name.split()), " ".join(words.contact.split())
    if len(name) > NAME_LENGTH or len(contact) > CONTACT_LENGTH:
        raise InputError(
            f"姓名最多 {NAME_LENGTH} 个字，联系方式最多 {CONTACT_LENGTH} 个字：请写短一些。", code="objection.contact"
        )
    said = "，".join(part for part in (name, contact) if part)
    made: Objection = relief.object_to(house, period_id, NewObjection(words.text, Via.PAGE, said), by=BY)
    with house.reading() as session:
        ends_on = publicity.period(session, period_id).ends_on
    return Heard(made.receipt, made.state is not ObjectionState.LATE, min(ends_on, civil_date(house.now())))
