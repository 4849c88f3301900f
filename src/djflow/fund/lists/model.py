"""A list of people with amounts, and its lines. The list decides nothing: each line is a case with its own approval."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NewType

from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.fund.cases.model import CaseId, Category, FundCase

ListId = NewType("ListId", str)
KIND = "fund.list"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as it was handed in: whom to visit, with how much, in which category."""

    line: int
    person: PersonId
    category: Category
    amount_fen: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewList:
    """A list as it was handed in; `name` tells lists apart, such as `spring-2027-02-05`."""

    name: str
    title: str
    held_on: date
    lines: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class FundList:
    """A list of the house; `closed_at` is when its last line ended."""

    id: ListId
    name: str
    title: str
    held_on: date
    made_at: datetime
    closed_at: datetime | None

    @property
    def subject(self) -> Subject:
        """The list as the record names it."""
        return Subject(KIND, self.id)


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list with its case."""

    line: int
    case: FundCase


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a line: filed `before`, or in words why it cannot be (`refused`), or neither."""

    wanted: Wanted
    before: CaseId | None = None
    refused: tuple[str, ...] = ()
