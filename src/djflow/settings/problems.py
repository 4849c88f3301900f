"""What is wrong with the configuration, said so that the office can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops djflow; a notice reminds the office of something still to be settled."""

    ERROR = "error"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding: `file` below config/, `line` counted from 1 (0: the file itself), dotted `key`, `what`, `fix`."""

    file: str
    line: int
    key: str
    what: str
    fix: str
    severity: Severity = Severity.ERROR

    @property
    def sentence(self) -> str:
        """The finding without its file: line, key, what and fix."""
        where = f"第 {self.line} 行" if self.line else "整个文件"
        key = f"（{self.key}）" if self.key else ""
        return f"{where}{key}：{self.what}{self.fix}"

    def as_json(self) -> dict[str, str | int]:
        """Return the finding as a flat JSON object."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "what": self.what,
            "fix": self.fix,
            "severity": self.severity.value,
        }


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the findings that stop djflow."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def notices_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the findings that only remind."""
    return tuple(problem for problem in problems if problem.severity is Severity.NOTICE)
