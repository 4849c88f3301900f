"""Reads a provider's code from its answer and looks up what it means."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from djflow.notify.channels.base import Verdict
from djflow.notify.channels.wire import Answer, Ruling, by_status, json_answer

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DEAD_CODES = frozenset(
    {
        *("invaliduser", "unlicenseduser", "40003", "60111", "81013"),
        *("isv.MOBILE_NUMBER_ILLEGAL", "MOBILE_NUMBER_ILLEGAL", "MOBILE_NOT_ON_SERVICE", "MOBILE_IN_NULL"),
        "InvalidParameterValue.IncorrectPhoneNumber",
        *("MK:0001", "MI:0073", "MI:0210", "DB:0101", "CB:0001", "CB:0053"),
    }
)
"""Codes that say that nobody is at an address: WeCom's, Aliyun's with its reports, Tencent Cloud's.

The last row is China Mobile's, which 云MAS and Tencent Cloud pass on in reports. A telephone that is off, a number that
is blocked or owes money is not among them: it may be reached another day.
"""


def text_of(content: Mapping[str, object], name: str) -> str:
    """Return a field as text; numbers are spelled, what is missing is empty."""
    value = content.get(name)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def table(**classes: str) -> Mapping[str, Ruling]:
    """Return code → ruling from words separated by blanks: `permanent="81013 40003"`."""
    return MappingProxyType(
        {code: Ruling(Verdict(verdict), code) for verdict, codes in classes.items() for code in codes.split()}
    )


def limited(code: str, wait: timedelta) -> Ruling:
    """Return a limit that lasts `wait`; from a day on the next channel takes over."""
    return Ruling(Verdict.RATE_LIMITED, code, wait, next_channel=wait >= DAY)


def coded(answer: Answer, field: str, known: Mapping[str, Ruling]) -> Mapping[str, object] | Ruling:
    """Return the answer's object when its code is 0, else the ruling for its code.

    A code that is not listed is an explicit refusal of this message: permanent, so that the next channel is tried.
    """
    content = json_answer(answer)
    if isinstance(content, Ruling):
        return content
    code = text_of(content, field)
    if not code:
        return by_status(answer.status)
    if code == "0":
        return content
    if code in known:
        return known[code]
    return Ruling(Verdict.PERMANENT, code) if answer.status == 200 else by_status(answer.status)


def accepted(provider_id: str = "", parts: int = 1) -> Ruling:
    """Return the good ruling."""
    return Ruling(Verdict.ACCEPTED, provider_id=provider_id, parts=parts)


def with_id(ruling: Ruling, provider_id: str) -> Ruling:
    """Return the ruling with the provider's id."""
    return replace(ruling, provider_id=provider_id)
