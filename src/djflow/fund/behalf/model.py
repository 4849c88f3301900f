"""An act done for somebody else. Acts are stored and never renamed. Source: handbook of the fund, section 6."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from djflow.core.ids import PersonId


class BehalfAct(StrEnum):
    """What was done for the person whose act it is."""

    FILE = "file"
    WITHDRAW = "withdraw"
    APPEAL = "appeal"
    DELIBERATE = "deliberate"
    VISIT = "visit"
    OBJECT = "object"
    PHONE = "phone"


BEHALF_WORDS: Mapping[BehalfAct, str] = MappingProxyType(
    {
        BehalfAct.FILE: "代本人填报",
        BehalfAct.WITHDRAW: "代申请人撤回",
        BehalfAct.APPEAL: "代申请人申诉",
        BehalfAct.DELIBERATE: "代支部登记评议",
        BehalfAct.VISIT: "代镇街登记入户核实",
        BehalfAct.OBJECT: "代群众登记异议",
        BehalfAct.PHONE: "代批准人登记电话批准",
    }
)


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """An act of `person` for somebody else, with `second` present; `evidence` is the SHA-256 of the paper or empty."""

    act: BehalfAct
    person: PersonId
    second: PersonId
    reason: str = field(repr=False)
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """An act as it was kept, its reason sealed in the store."""

    id: str
    act: BehalfAct
    person: PersonId
    second: PersonId
    evidence: str
    at: datetime
