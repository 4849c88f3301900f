"""What a draft may be, how a signed text is completed for printing, and when somebody is reminded. Pure.

Source: domain handbook, section 4.2; 保守国家秘密法 (classified matters never on this net).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date
from djflow.core.errors import InputError, RuleError
from djflow.documents.numbering.model import Series
from djflow.documents.official.model import KIND_LABELS, OfficialDocument
from djflow.documents.official.rules import classified, faults
from djflow.documents.register.model import Countersign, Document, NewDocument, Receipt, Terms
from djflow.documents.register.transitions import OUT

BANNER = "严禁处理涉密信息"
"""What every page about documents says."""
MAX_TITLE = 120
_MARKS = re.compile(
    r"密\s*级\s*[:：]\s*(?:绝密|机密|秘密)|(?:绝密|机密|秘密)级(?:文件|事项|信息|$)|[（(【\[](?:绝密|机密|秘密)[)）】\]]"
)
_FILLED = ("number", "signed_on", "printed_on")


def texts_of(value: object) -> Iterator[str]:
    """Yield every text in a document, wherever it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Sequence):
        for one in value:
            yield from texts_of(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts_of(getattr(value, one.name))


def require_open(document: OfficialDocument) -> None:
    """Refuse a text that bears the mark of a classified one, wherever it stands.

    Raises: InputError with code `document.classified`.
    """
    if any(classified(text) or _MARKS.search(text) for text in texts_of(document)):
        raise InputError(
            f"文中有密级标志：本系统{BANNER}，没有保存。请立即停止录入，改用涉密计算机办理，并报告保密员。",
            code="document.classified",
        )


def require_draft(new: NewDocument, series: Series) -> None:
    """Refuse what cannot become a document of a series.

    Raises: InputError naming what is wrong.
    """
    text = new.text
    require_open(text)
    if text.kind not in series.kinds:
        known = "、".join(KIND_LABELS[kind] for kind in series.kinds)
        raise InputError(
            f"“{series.name}”不用于{KIND_LABELS[text.kind]}，只用于{known}：请换代字或文种。", code="document.kind"
        )
    if not 0 < len(text.title.strip()) <= MAX_TITLE:
        raise InputError(f"标题要有 1—{MAX_TITLE} 个字。", code="document.title")
    given = [name for name in _FILLED if getattr(text, name)]
    if given:
        raise InputError("字号、成文日期和印发日期由系统填写，文稿里不要写。", code="document.filled")


def unready(document: OfficialDocument) -> tuple[str, ...]:
    """Return what keeps a draft from being submitted."""
    return faults(document)


def completed(text: OfficialDocument, document: Document, signer: str, *, printed_on: date) -> OfficialDocument:
    """Return a signed text with its number, its days and, for one to a higher office, whoever signed it."""
    signers = (signer,) if text.signers and signer else text.signers
    return replace(
        text,
        number=document.number,
        signed_on=document.signed_on,
        printed_on=printed_on if text.print_office else None,
        signers=signers,
    )


def signer_words(person: str, principal: str) -> str:
    """Return how a signature is printed: 王某, or 王某（代李某）."""
    return f"{person}（代{principal}）" if principal else person


def unanswered(asked: Sequence[Countersign], names: dict[str, str]) -> tuple[str, ...]:
    """Return, in words, which units have not agreed."""
    return tuple(
        f"{names.get(one.unit, '')}{'不同意' if one.agreed is False else '还没有答复'}"
        for one in asked
        if not one.agreed
    )


def require_publishable(document: Document) -> None:
    """Refuse to show outside the offices what is internal, or not issued.

    Raises: RuleError.
    """
    if document.internal:
        raise RuleError(f"{document.name}是内部文件，不能公开。", code="document.internal")
    if document.state not in OUT:
        raise RuleError(f"{document.name}还没有印发，不能公开。", code="document.unissued")


def steps_due(document: Document, receipt: Receipt, terms: Terms, today: date) -> int:
    """Return how many reminders a unit should have had by today, 0 when it has acknowledged."""
    if receipt.acknowledged_at is not None or document.issued_at is None:
        return 0
    issued = civil_date(document.issued_at)
    return sum(terms.calendar.add_workdays(issued, days).date <= today for days in terms.remind_workdays)


def due_on(calendar: WorkCalendar, start: date, workdays: int) -> date:
    """Return the last day of so many workdays, the first not counted."""
    return calendar.add_workdays(start, workdays).date
