"""What stands before the phone pages: links that are tried out, forms that come from elsewhere.

Whoever has the link may act; a form must come from a page shown under the same link (a value in the form and a cookie
that other sites cannot send). Wrong links are counted per address; a good link is never slowed down.
Source: OWASP cheat sheet on cross-site request forgery, signed double submit.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request

from djflow.core.errors import DjflowError, InputError, RuleError
from djflow.web.pace import Pace

MOST_BYTES = 16_384
MOST_FIELDS = 10
COOKIE = "djflow_me"
FIELD = "form"


class TooManyWrongLinksError(DjflowError):
    """Somebody tries links out."""

    code = "link.too_many"
    retryable = True


class WrongLinks:
    """Counts wrong links per address: more than `most` within `window` are answered with a refusal."""

    def __init__(self, most: int = 20, window: timedelta = timedelta(minutes=10), addresses: int = 10_000) -> None:
        """Remember at most `addresses` addresses."""
        self._pace = Pace(most, window, addresses)

    def count(self, address: str, now: datetime) -> None:
        """Count one wrong link.

        Raises: TooManyWrongLinksError when there were too many.
        """
        if not self._pace.allows(address, now):
            raise TooManyWrongLinksError("打开了太多不存在的链接：请过十分钟再试，或打电话向组织部要一个新链接。")


class Forms:
    """Marks forms with the link they were shown under, and knows them again."""

    def __init__(self, key: bytes, name: str = COOKIE) -> None:
        """Sign with `key` for the pages whose cookie is called `name`: a mark of other pages is none here."""
        self._key, self._name = key, name

    def cookie(self, token: str) -> str:
        """Return the cookie of a link."""
        return self._mac(f"{self._name}|cookie|{token}")

    def mark(self, token: str, act: str) -> str:
        """Return the hidden value of the form for `act`, the path below the link."""
        return self._mac(f"{self._name}|form|{token}|{act}")

    def check(self, request: Request, fields: dict[str, str], token: str, act: str) -> None:
        """Refuse a form that was not shown under this link.

        Raises: RuleError.
        """
        shown = hmac.compare_digest(fields.get(FIELD, "").encode(), self.mark(token, act).encode())
        same = hmac.compare_digest(request.cookies.get(self._name, "").encode(), self.cookie(token).encode())
        foreign = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
        if foreign or not (shown and same):
            raise RuleError("这一页放得太久，或不是从原来的页面提交的，没有保存：请返回重新打开，再提交一次。")

    def _mac(self, text: str) -> str:
        raw = hmac.new(self._key, text.encode(), hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def fields(request: Request) -> dict[str, str]:
    """Return the fields of a posted form; of repeated ones the first counts.

    Raises: InputError when it is too long, no form, or no text.
    """
    length = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (length.isascii() and length.isdecimal() and int(length) <= MOST_BYTES):
        raise InputError("提交的内容太长，没有保存：请写短一些。")
    if kind != "application/x-www-form-urlencoded":
        raise InputError("提交的内容看不懂，没有保存：请从原来的页面提交。")
    try:
        body = (await request.body()).decode("utf-8")
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InputError("提交的内容看不懂，没有保存：请从原来的页面提交。") from error
    return dict(reversed(pairs))
