"""What a record, a notice, a flow run or an audit row is about."""

import re
from dataclasses import dataclass
from typing import Self

from djflow.core.errors import InputError

_KIND = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")
_ID = re.compile(r"[A-Za-z0-9@._-]{1,80}")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A kind such as `roster.roster` and an id; printed `roster.roster:018f…`.

    The printed form is row key, URL part, flow parameter, Prefect tag, dedupe key and log field.
    """

    kind: str
    id: str

    def __post_init__(self) -> None:
        """Refuse what could not be printed and parsed back.

        Raises: InputError for a malformed kind or id.
        """
        if not _KIND.fullmatch(self.kind) or not _ID.fullmatch(self.id):
            raise InputError("对象标识的写法不对：应为“类别:编号”，如 roster.roster:018f…。", code="bad_subject")

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the subject printed as `text`.

        Raises: InputError when the text is not `kind:id`.
        """
        kind, _, ident = text.partition(":")
        return cls(kind, ident)
