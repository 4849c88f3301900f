"""The one form of an application, on the phone and at the desk: what it offers, and how its fields become a claim.

Every fault is a sentence beside its field and repeats nothing that was typed. Changing an application never shows what
it holds: a field left empty keeps what was said before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.core.money import fen_of, yuan_of
from djflow.fund.cases.model import Category, Claim, Filing, Policy
from djflow.fund.materials.model import MATERIAL_WORDS, MaterialKind
from djflow.people.rules import normal_bank_account, normal_bank_name

T = TypeVar("T")
TEXT_LENGTH = 2000
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "category": "帮扶类别",
        "emergency": "应急",
        "amount": "申请金额",
        "reason": "困难情况",
        "family": "家庭情况",
        "income": "收入情况",
        "income_per_head": "家庭人均月收入",
        "household": "户号",
        "account": "收款账号",
        "bank": "开户行",
    }
)
"""The fields by name, in the order in which they stand on the page."""


class FormError(InputError):
    """Fields that cannot be used: each with its sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Keep the sentences by field."""
        super().__init__("有几处要改，改好再提交。", code="apply.form")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Offered:
    """A category as an applicant may choose it."""

    value: str
    label: str
    cap: str
    once: bool
    papers: tuple[str, ...]
    emergency: bool


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it is shown: what may be chosen, what was typed, what is wrong with it.

    `tail` ends the account that is registered for the applicant, empty when none is; `asks_bank` tells that no bank is
    registered with it; `changing` tells that an empty field keeps what was said before.
    """

    offered: tuple[Offered, ...]
    tail: str
    asks_bank: bool
    changing: bool
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    problems: Mapping[str, str] = field(default_factory=dict)


def offered(policy: Policy) -> tuple[Offered, ...]:
    """Return the categories the office opened, in their order."""
    return tuple(
        Offered(
            value=category.value,
            label=rule.label,
            cap=yuan_of(rule.cap_fen),
            once=not rule.repeatable,
            papers=tuple(MATERIAL_WORDS[MaterialKind(kind)] for kind in rule.materials),
            emergency=category is Category.EMERGENCY,
        )
        for category in Category
        if (rule := policy.categories.get(category)) is not None
    )


def read_claim(given: Mapping[str, str], applicant: PersonId, filing: Filing, known: Claim | None = None) -> Claim:
    """Return the claim that the fields of a form make; with `known`, an empty field keeps what that says.

    Raises: FormError with a sentence for each field that cannot be used.
    """
    values = {name: given.get(name, "").strip() for name in FIELDS}
    reading = _Reading(values, known)
    claim = Claim(
        applicant=applicant,
        category=reading.take("category", _category, known.category if known else None) or Category.REGULAR,
        requested_fen=reading.take("amount", fen_of, known.requested_fen if known else None) or 1,
        filing=filing,
        emergency=values["emergency"] == "yes",
        reason=reading.text("reason", known.reason if known else None),
        family=reading.text("family", known.family if known else ""),
        income=reading.text("income", known.income if known else ""),
        income_fen=reading.optional("income_per_head", _per_head, known.income_fen if known else None),
        household=reading.short("household"),
        payee_account=reading.optional("account", normal_bank_account, known.payee_account if known else "") or "",
        payee_bank=reading.optional("bank", normal_bank_name, known.payee_bank if known else "") or "",
    )
    if claim.emergency and claim.category is not Category.EMERGENCY:
        reading.problems["emergency"] = "只有突发救助才能走应急通道：请改类别，或去掉“情况紧急”。"
    if reading.problems:
        raise FormError(reading.problems)
    return claim


class _Reading:
    """Reads field by field and remembers what is wrong."""

    def __init__(self, values: Mapping[str, str], known: Claim | None) -> None:
        self._values, self._known = values, known
        self.problems: dict[str, str] = {}

    def take(self, name: str, read: Callable[[str], T], known: T | None) -> T | None:
        """Read a field that must be there."""
        if not self._values[name] and known is None:
            self.problems[name] = f"请填写{FIELDS[name]}。"
            return None
        return self.optional(name, read, known)

    def optional(self, name: str, read: Callable[[str], T], known: T | None) -> T | None:
        """Read a field that may be empty."""
        if not self._values[name]:
            return known
        try:
            return read(self._values[name])
        except InputError as error:
            self.problems[name] = error.message
            return None

    def text(self, name: str, known: str | None) -> str:
        """Read a free text."""
        return self.take(name, lambda text: _text(text, name), known) or ""

    def short(self, name: str) -> str:
        """Read a short optional text."""
        if len(self._values[name]) > 40:
            self.problems[name] = f"{FIELDS[name]}最多写 40 个字。"
        return self._values[name][:40]


def _text(text: str, name: str) -> str:
    if len(text) > TEXT_LENGTH:
        raise InputError(f"{FIELDS[name]}最多写 {TEXT_LENGTH} 个字，请写短一些。")
    return text


def _category(word: str) -> Category:
    if word not in set(Category):
        raise InputError("没有这个类别：请从列出的类别里选一个。")
    return Category(word)


def _per_head(text: str) -> int:
    return fen_of(text, at_least=0)
