"""One request and what came back, sorted by whether the provider may have taken the message.

Before the request left (name not found, connection refused): certainly not taken. After it left (timeout, reset, 5xx,
an HTML page, cut JSON): unknown. Shared by the native path and the Apprise plugins.
"""

import asyncio
import functools
import http.client
import json
import socket
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from djflow.notify.channels.base import Outcome, Verdict

CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 1 << 20
SessionFactory = Callable[[], aiohttp.ClientSession]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an answer means, not yet tied to a message; `per_number`: one number may be to blame for all."""

    verdict: Verdict
    code: str = ""
    retry_after: timedelta | None = None
    next_channel: bool = False
    provider_id: str = ""
    parts: int = 1
    per_number: bool = False

    def outcome(self, message_id: str) -> Outcome:
        """Return the ruling for one message."""
        return Outcome(
            message_id,
            self.verdict,
            self.code,
            self.provider_id,
            self.parts,
            self.retry_after,
            self.next_channel,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request; nothing of it is ever logged."""

    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status and body, or `fault` when nothing readable did."""

    status: int = 0
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fault: Ruling | None = None


_JSON_HEADERS: Final = {"Content-Type": "application/json; charset=utf-8"}
_WRONG_ADDRESS: Final = frozenset({401, 403, 404, 405, 407})
_WRONG_CONTENT: Final = frozenset({400, 413, 414, 415, 422})


def json_request(url: str, content: object, headers: Mapping[str, str] | None = None) -> Request:
    """Return a POST of the content as JSON; the same content gives the same bytes."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Request(url, body, {**_JSON_HEADERS, **(headers or {})})


def open_session(limit: int = 100) -> aiohttp.ClientSession:
    """Return a client session with at most `limit` connections and no memory of cookies."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=limit), cookie_jar=aiohttp.DummyCookieJar())


@functools.cache
def proxy_of(scheme: str, host: str) -> str | None:
    """Return the machine's proxy for a host; aiohttp's own look-up reads files at every request and halves the rate."""
    if urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(scheme)


@functools.cache
def _patience(within: timedelta) -> aiohttp.ClientTimeout:
    seconds = within.total_seconds()
    # `sock_read` bounds silence; `total` bounds a provider that drips.
    return aiohttp.ClientTimeout(total=4 * seconds, sock_connect=CONNECT_SECONDS, sock_read=seconds)


async def exchange(session: aiohttp.ClientSession, request: Request, within: timedelta) -> Answer:
    """Send the request and return what came back; never raises for what a network or provider does."""
    try:
        url = URL(request.url, encoded=True)
        async with session.request(
            request.method,
            url,
            data=request.body or None,
            headers=request.headers,
            timeout=_patience(within),
            proxy=proxy_of(url.scheme, url.host or ""),
            allow_redirects=False,
        ) as response:
            body = await response.content.read(MAX_ANSWER_BYTES)
            while not response.content.at_eof() and len(body) < MAX_ANSWER_BYTES:
                body += await response.content.read(MAX_ANSWER_BYTES)
            # aiohttp's headers may be looked up in any case.
            return Answer(response.status, body, response.headers)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        return Answer(fault=fault_of(error))


def exchange_now(request: Request, within: timedelta) -> Answer:
    """Do what `exchange` does, blocking: for Apprise's own calling convention."""
    parts = urlsplit(request.url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
    except OSError as error:
        return Answer(fault=fault_before(error))
    try:
        connection.sock.settimeout(within.total_seconds())
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection.request(request.method, target or "/", request.body, dict(request.headers))
        response = connection.getresponse()
        body = response.read(MAX_ANSWER_BYTES)
        return Answer(response.status, body, {name.lower(): text for name, text in response.getheaders()})
    except (OSError, http.client.HTTPException) as error:
        return Answer(fault=fault_after(error))
    finally:
        connection.close()


def fault_of(error: Exception) -> Ruling:
    """Return the ruling for a failed request of the native path."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Ruling(Verdict.TRANSIENT, "dns")
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch | ssl.SSLError):
        return Ruling(Verdict.CONFIG, "tls")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Ruling(Verdict.TRANSIENT, "connect_timeout")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Ruling(Verdict.TRANSIENT, "refused")
    if isinstance(error, aiohttp.InvalidURL) or (isinstance(error, ValueError) and not isinstance(error, OSError)):
        return Ruling(Verdict.CONFIG, "bad_url")
    return fault_after(error)


def fault_before(error: OSError) -> Ruling:
    """Return the ruling for a connection that was never made."""
    if isinstance(error, socket.gaierror):
        return Ruling(Verdict.TRANSIENT, "dns")
    if isinstance(error, ssl.SSLError):
        return Ruling(Verdict.CONFIG, "tls")
    return Ruling(Verdict.TRANSIENT, "connect_timeout" if isinstance(error, TimeoutError) else "refused")


def fault_after(error: Exception) -> Ruling:
    """Return the ruling for a request that may have arrived."""
    timed_out = isinstance(error, TimeoutError | asyncio.TimeoutError)
    return Ruling(Verdict.UNKNOWN, "timeout" if timed_out else "reset")


def json_answer(answer: Answer) -> Mapping[str, object] | Ruling:
    """Return the answer's JSON object, or the ruling when there is none to be read.

    A 5xx counts as unknown whatever it says; a 4xx with an object is left to the provider's own codes.
    """
    if answer.fault:
        return answer.fault
    if answer.status >= 500:
        return Ruling(Verdict.UNKNOWN, f"http_{answer.status}")
    if answer.status == 429:
        return Ruling(Verdict.RATE_LIMITED, "http_429", _wait_named(answer.headers))
    try:
        content = json.loads(answer.body)
    except ValueError:
        return by_status(answer.status)
    return content if isinstance(content, dict) else by_status(answer.status)


def by_status(status: int) -> Ruling:
    """Return the ruling when only the HTTP status speaks."""
    code = f"http_{status}"
    if status in _WRONG_ADDRESS or 300 <= status < 400:
        return Ruling(Verdict.CONFIG, code)
    if status in _WRONG_CONTENT:
        return Ruling(Verdict.PERMANENT, code)
    if status == 429:
        return Ruling(Verdict.RATE_LIMITED, code, timedelta(minutes=1))
    return Ruling(Verdict.UNKNOWN, "unreadable" if status == 200 else code)


def _wait_named(headers: Mapping[str, str]) -> timedelta:
    for name in ("retry-after", "x-ogw-ratelimit-reset"):
        value = headers.get(name, "")
        if value.isascii() and value.isdigit():
            return timedelta(seconds=max(1, min(int(value), 86_400)))
    return timedelta(minutes=1)
