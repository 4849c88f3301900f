"""The desk's door: cookies, form keys, what a request may send. Nothing here trusts the browser.

A form carries a key made from the login's own token (or, before a login, from a cookie of the login page), so that a
page of another site cannot fill it in. Source: OWASP CSRF prevention, signed double submit; RFC 6265bis (`__Host-`).
"""

import hashlib
import hmac
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from djflow.accounts.hashing import new_token
from djflow.assembly import House, doorway
from djflow.core.errors import InputError, RuleError

FORM_KEY = "form_key"
MAX_FORM_BYTES = 16 * 1024
MAX_FIELDS = 60
MAX_UPLOAD_BYTES = 8 * 1024 * 1024
"""More than a bank's answer of any size or a scanned letter; a form with a larger file is refused unread."""

_UPLOAD_TYPE = "multipart/form-data"
_DRAINED = 8 * MAX_UPLOAD_BYTES
_FORM_TYPE = "application/x-www-form-urlencoded"
_NEXT = re.compile(r"/desk(/[A-Za-z0-9@._~-]+)*")
_STALE = "这张表单已经过期，没有提交：请返回上一页刷新后再做一次。"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form, held in memory only."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a form sent: every field with its values, and the files that came with it."""

    values: Mapping[str, list[str]]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return a field's value without blanks around it, empty when it is missing."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Return a field's value as it was typed, empty when it is missing."""
        return self.values.get(name, [""])[0]

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a field with boxes to tick."""
        return tuple(self.values.get(name, []))

    def file(self, name: str) -> bytes:
        """Return the content of a file that must be there.

        Raises: InputError when none was chosen or it is empty.
        """
        found = self.files.get(name)
        if found is None or not found.content:
            raise InputError("请先选择文件再提交：没有收到文件，或文件是空的。", code="desk.no_file")
        return found.content


NO_FIELDS = Fields({})


async def read_form(request: Request, *, upload: bool = False) -> Fields:
    """Return the fields of a posted form; files are taken where `upload` allows them.

    Raises: InputError for another kind of content, too much of it, or bytes that are no text.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if upload and kind == _UPLOAD_TYPE:
        return await _read_upload(request)
    if kind != _FORM_TYPE:
        raise InputError("提交的内容不是本系统的表单：请在页面上填写后提交。", code="desk.form")
    body = await _body(request, MAX_FORM_BYTES, "提交的内容太长：请缩短后再提交。")
    try:
        return Fields(parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise InputError("提交的内容看不懂：请在页面上填写后提交。", code="desk.form") from error


async def _read_upload(request: Request) -> Fields:
    body = await _body(
        request, MAX_UPLOAD_BYTES, f"文件超过 {MAX_UPLOAD_BYTES // 1024 // 1024} MB：多半选错了文件，请核对后再传。"
    )

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    # Nothing of a file may reach the disk in the clear: whatever fits the limit stays in memory.
    parser = MultiPartParser(request.headers, once(), max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FORM_BYTES)
    parser.spool_max_size = MAX_UPLOAD_BYTES
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InputError("提交的内容看不懂：请在页面上填写后提交。", code="desk.form") from error
    values: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            values.setdefault(name, []).append(value)
        else:
            files[name] = Upload(value.filename or "", await value.read())
    await form.close()
    return Fields(values, files)


async def _body(request: Request, most: int, sentence: str) -> bytes:
    parts, size = list[bytes](), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= most:
            parts.append(chunk)
        elif size > _DRAINED:
            break
    if size > most:
        # What is refused is taken from the line first: a browser whose sending is cut off shows no answer.
        raise InputError(sentence, code="desk.form")
    return b"".join(parts)


class Door:
    """Cookies and form keys of one house."""

    def __init__(self, house: House) -> None:
        self._key = house.vault.derived("desk-forms")
        self._always_secure = house.settings.web.public_url.startswith("https:")

    def token(self, request: Request) -> str:
        """Return the token a browser came with, empty for none."""
        return request.cookies.get(self._names(request)[0], "")

    def form_key(self, visitor: doorway.Visitor) -> str:
        """Return the key of every form of a login."""
        return self._mac(f"desk:{visitor.token_hash}")

    def require_form_key(self, request: Request, form: Fields, visitor: doorway.Visitor) -> None:
        """Refuse a form that does not come from this login's own pages.

        Raises: RuleError.
        """
        self._require(request, form, self.form_key(visitor))

    def login_key(self, request: Request, response_cookie: str = "") -> tuple[str, str]:
        """Return the login page's cookie, made now when the browser has none, and the form key that goes with it."""
        nonce = response_cookie or request.cookies.get(self._names(request)[1], "") or new_token()
        return nonce, self._mac(f"login:{nonce}")

    def require_login_key(self, request: Request, form: Fields) -> None:
        """Refuse a login form that was not filled in on this house's login page.

        Raises: RuleError.
        """
        nonce = request.cookies.get(self._names(request)[1], "")
        if not nonce:
            raise RuleError(_STALE, code="desk.form_key")
        self._require(request, form, self._mac(f"login:{nonce}"))

    def greet(self, request: Request, response: Response, nonce: str) -> None:
        """Leave the login page's cookie."""
        self._set(request, response, self._names(request)[1], nonce)

    def admit(self, request: Request, response: Response, token: str) -> None:
        """Leave a login's token with the browser and take the login page's cookie away."""
        self._set(request, response, self._names(request)[0], token)
        self._drop(request, response, self._names(request)[1])

    def dismiss(self, request: Request, response: Response) -> None:
        """Take the token away."""
        self._drop(request, response, self._names(request)[0])

    def _require(self, request: Request, form: Fields, expected: str) -> None:
        # Browsers that say where a form comes from must say: from here. `Origin` is useless, no-referrer empties it.
        site = request.headers.get("sec-fetch-site", "same-origin")
        sent = form.raw(FORM_KEY).encode()
        if site != "same-origin" or not hmac.compare_digest(sent, expected.encode()):
            raise RuleError(_STALE, code="desk.form_key")

    def _mac(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _secure(self, request: Request) -> bool:
        return self._always_secure or request.url.scheme == "https"

    def _names(self, request: Request) -> tuple[str, str]:
        return ("__Host-desk", "__Host-door") if self._secure(request) else ("desk", "door")

    def _set(self, request: Request, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, path="/", secure=self._secure(request), httponly=True, samesite="strict")

    def _drop(self, request: Request, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self._secure(request), httponly=True, samesite="strict")


def safe_next(path: str) -> str:
    """Return a page of the desk to go on to: the one asked for, else the first."""
    return path if _NEXT.fullmatch(path) else "/desk"


def address_of(request: Request) -> str:
    """Return where a request comes from, for the login log."""
    return request.client.host if request.client else ""
