"""What a rule is given and how it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from djflow.core.errors import ConfigError
from djflow.dispatch.eligibility.model import Bar, Facts, Place, Verdict
from djflow.dispatch.policy.model import KindPolicy, Rule

Answer = tuple[Verdict, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule of a kind, the person it is held against, the host (None: not yet known), the first day."""

    rule: Rule
    policy: KindPolicy
    facts: Facts
    place: Place | None
    on: date

    @property
    def number(self) -> int:
        """The rule's number.

        Raises: ConfigError when it has none.
        """
        if not isinstance(self.rule.value, int):
            raise ConfigError(f"规则 {self.rule.kind} 没有数值，请在 dispatch.toml 写上 value。")
        return self.rule.value

    @property
    def word(self) -> str:
        """The rule's word, empty where it has none."""
        return self.rule.value if isinstance(self.rule.value, str) else ""


Judge = Callable[[Asked], Answer]


def passes(detail: str) -> Answer:
    """Answer that the rule is met."""
    return Verdict.PASS, detail


def fails(detail: str) -> Answer:
    """Answer that the rule is not met."""
    return Verdict.FAIL, detail


def lacks(what: str) -> Answer:
    """Answer that something must be found out first."""
    return Verdict.CHECK, f"待核实：缺{what}"


def barred(bar: Bar | None, asked: Asked, what: str, words: tuple[str, str]) -> Answer:
    """Answer for something that may stand in the way; `words` say that it does not, and that it does."""
    if bar is None:
        return lacks(what)
    return fails(words[1]) if bar.holds(asked.on) else passes(words[0])
