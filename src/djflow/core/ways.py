"""How a way written as data refuses: an act that may not follow, somebody whose place it is not, an unmet condition.

The tables of states and acts are each subsystem's own; what is said when they have no row stands here once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from djflow.core.clock import civil_datetime
from djflow.core.errors import ConflictError, RuleError

State = TypeVar("State")
Act = TypeVar("Act")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Way(Generic[State, Act, Row]):
    """The rows of a way by state and act, with its words; `code` begins the codes of its refusals."""

    code: str
    rows: Mapping[tuple[State, Act], Row]
    states: Mapping[State, str]
    acts: Mapping[Act, str]

    def row(self, what: str, state: State, since: datetime, act: Act) -> Row:
        """Return the row for an act on `what`, which is in `state` since a moment.

        Raises: ConflictError saying where it is and since when.
        """
        found = self.rows.get((state, act))
        if found is None:
            raise ConflictError(
                f"{what}已在 {civil_datetime(since):%Y年%m月%d日 %H:%M} 变为“{self.states[state]}”，"
                f"不能{self.acts[act]}：请刷新后查看。",
                code=f"{self.code}.state",
            )
        return found

    def require_may(self, who: object, allowed: Collection[object], act: Act, what: str = "") -> None:
        """Refuse somebody whose place the act on `what` is not.

        Raises: RuleError.
        """
        if who not in allowed:
            raise RuleError(f"您的身份不能{self.acts[act]}{what}。", code=f"{self.code}.who")

    def require(self, condition: str, sentence: str) -> None:
        """Refuse an act whose condition does not hold: `sentence` says what is missing, empty for nothing.

        Raises: RuleError.
        """
        if sentence:
            raise RuleError(sentence, code=f"{self.code}.{condition}")
