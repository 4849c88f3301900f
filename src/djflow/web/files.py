"""Downloads for the office behind signed links."""

from typing import Protocol
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from djflow.core.clock import Clock
from djflow.core.errors import NotFoundError
from djflow.core.links import opened
from djflow.web.frame import NO_STORE

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ics": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
}


class FileSource(Protocol):
    """Something that can make or fetch a file."""

    def file(self, kind: str, subject: str, name: str) -> bytes | None:
        """Return the file's bytes, or nothing when there is no such file (any more)."""
        ...


def files_router(source: FileSource, key: bytes, clock: Clock) -> APIRouter:
    """Return the router that hands out files to whoever holds a good link; `key` is at least 16 bytes.

    Raises: ValueError for a shorter key, a programming error.
    """
    if len(key) < 16:
        msg = "a signing key shorter than 16 bytes"
        raise ValueError(msg)

    def download(token: str, name: str) -> Response:
        """Hand out one file as an attachment."""
        path = opened(token, name, key, clock.now())
        body = source.file(path.kind, path.subject, path.name)
        if body is None:
            raise NotFoundError("这个文件已经不在了，请重新生成。", code="web.file")
        return Response(body, media_type=media_type(path.name), headers=attachment_headers(path.name))

    router = APIRouter()
    router.add_api_route("/files/{token}/{name}", download, methods=["GET", "HEAD"], response_model=None)
    return router


def media_type(name: str) -> str:
    """Return the media type a file name's ending stands for."""
    return MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def attachment_headers(name: str) -> dict[str, str]:
    """Return the headers that make a browser keep a file under its name."""
    # RFC 6266: an ASCII name for old clients, the real one in the extended form of RFC 5987.
    ending = name.rpartition(".")[2]
    plain = f"download.{ending}" if ending.isascii() and ending.isalnum() and ending != name else "download"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": NO_STORE,
        "X-Robots-Tag": "noindex, nofollow",
    }
