"""By which ways a person is reached, what is known against an address, and when a person wants no messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from djflow.core.ids import PersonId


class Way(StrEnum):
    """A way messages take to a person."""

    MOBILE = "mobile"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    EMAIL = "email"


WAY_LABELS: Mapping[Way, str] = {
    Way.MOBILE: "手机",
    Way.WECOM: "企业微信",
    Way.DINGTALK: "钉钉",
    Way.EMAIL: "邮箱",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """An address in the clear for the sender; `verified` when it is known to be the person's."""

    address: str = field(repr=False)
    verified: bool


@dataclass(frozen=True, slots=True)
class DeadContact:
    """An address at which a provider found nobody; `code` is the provider's word, the address masked."""

    person_id: PersonId
    way: Way
    masked: str
    code: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When a person wants no messages that can wait, by local time, end excluded; may span midnight."""

    quiet_from: time
    quiet_to: time
