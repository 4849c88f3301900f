"""The frame of every page: templates, style sheets with fingerprints, conditional answers, security headers."""

import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from djflow.web.words import FILTERS

HTML = "text/html; charset=utf-8"
REVALIDATE = "public, no-cache"
FOREVER = "public, max-age=31536000, immutable"
NO_STORE = "no-store"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

STYLE_SHEETS = {
    "style": ("djflow.web", "style.css"),
    "desk": ("djflow.web.desk", "desk.css"),
    "sheet": ("djflow.web.desk", "sheet.css"),
    "me": ("djflow.web.me", "me.css"),
    "relief": ("djflow.web.public", "relief.css"),
    "a4": ("djflow.web.public", "a4.css"),
    "a3": ("djflow.web.public", "a3.css"),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished answer: `body` bytes, the same packed with gzip, a weak ETag and when it was made."""

    body: bytes
    media_type: str
    made_at: datetime
    cache_control: str = REVALIDATE
    file_name: str = ""
    packed: bytes = field(init=False)
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        """Pack the body once, so that no request pays for it."""
        object.__setattr__(self, "packed", gzip.compress(self.body, 6, mtime=0))
        object.__setattr__(self, "etag", f'W/"{hashlib.sha256(self.body).hexdigest()[:20]}"')


def respond(request: Request, page: Rendered) -> Response:
    """Return `page` as this client wants it: 304 when it has it already, packed when it can unpack."""
    headers = {
        "Cache-Control": page.cache_control,
        "ETag": page.etag,
        "Last-Modified": format_datetime(page.made_at.astimezone(UTC), usegmt=True),
        "Vary": "Accept-Encoding",
    }
    if _has_it(request.headers, page):
        return Response(status_code=304, headers=headers)
    if page.file_name:
        headers["Content-Disposition"] = f'inline; filename="{page.file_name}"'
    body = page.body
    if accepts_gzip(request.headers) and len(page.packed) < len(body):
        body = page.packed
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=page.media_type, headers=headers)


def _has_it(headers: Headers, page: Rendered) -> bool:
    # RFC 9110 13.2.2: If-Modified-Since counts only without If-None-Match.
    if known := headers.get("if-none-match"):
        return known.strip() == "*" or page.etag[2:] in {tag.strip().removeprefix("W/") for tag in known.split(",")}
    if since := headers.get("if-modified-since"):
        try:
            seen = parsedate_to_datetime(since)
        except ValueError:
            return False
        return seen.tzinfo is not None and page.made_at.replace(microsecond=0) <= seen
    return False


def accepts_gzip(headers: Headers) -> bool:
    """Return whether the client takes gzip."""
    for offer in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """A style sheet with a fingerprint in its address, so that it may be cached for ever."""

    name: str
    body: bytes

    @property
    def path(self) -> str:
        """The address: `/static/style.0a1b2c3d4e.css`."""
        return f"/static/{self.name}.{hashlib.sha256(self.body).hexdigest()[:10]}.css"


@cache
def style_sheets() -> dict[str, StyleSheet]:
    """Return the product's style sheets by name."""
    return {
        name: StyleSheet(name, files(package).joinpath(file).read_bytes())
        for name, (package, file) in STYLE_SHEETS.items()
    }


@cache
def environment() -> Environment:
    """Return the template environment: escaping always on, an unknown name is an error."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("djflow.web"),
                PackageLoader("djflow.web.public"),
                PackageLoader("djflow.web.me"),
                PackageLoader("djflow.web.desk"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= FILTERS
    made.globals["styles"] = {name: sheet.path for name, sheet in style_sheets().items()}
    return made


class SecurityHeaders:
    """Adds the security headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded)
