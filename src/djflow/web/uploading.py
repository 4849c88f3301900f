"""Reads posted forms that may bring files: counted while they come in, refused before they fill the memory.

Files stay in memory and never touch the disk in the clear. What is refused is still taken from the line up to a bound,
because a browser whose sending is cut off shows no answer. Source: RFC 7578.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from djflow.core.errors import InputError

MOST_TEXT: Final = 96 * 1024
"""Three texts of 2,000 characters, each written as nine bytes, and what stands around them."""
MOST_FIELDS: Final = 20
MOST_FILES: Final = 5
FILE: Final = "file"
_DRAINED: Final = 64 * 1024 * 1024
_NO_FORM = "提交的内容看不懂，没有保存：请在页面上填写后提交。"


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent: its fields, of repeated ones the first, and the files that were chosen."""

    fields: Mapping[str, str] = field(repr=False)
    files: tuple[bytes, ...] = field(default=(), repr=False)


NOTHING: Final = Posted(MappingProxyType({}))


class _InMemory(MultiPartParser):
    """Keeps what it reads in memory; the stream it reads is bounded."""

    spool_max_size = 0  # a spooled file with no limit never rolls over to the disk


async def read_posted(request: Request, *, file_bytes: int) -> Posted:
    """Return what a form sent; at most `MOST_FILES` files of `file_bytes` each.

    Raises: InputError for another kind of content, too much of it, or what is no form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return Posted(await _read_text(request))
    if kind == "multipart/form-data":
        return await _read_parts(request, file_bytes)
    raise InputError(_NO_FORM, code="form.kind")


async def _read_text(request: Request) -> Mapping[str, str]:
    body = b"".join([piece async for piece in _bounded(request, MOST_TEXT, "写的内容太长，没有保存：请写短一些。")])
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InputError(_NO_FORM, code="form.text") from error
    return dict(reversed(pairs))


async def _read_parts(request: Request, file_bytes: int) -> Posted:
    megabytes = file_bytes // 1024 // 1024
    most = f"没有上传：每个文件不超过 {megabytes} MB，最多 {MOST_FILES} 个、合计 {2 * megabytes} MB，请缩小或分几次传。"
    stream = _bounded(request, 2 * file_bytes + MOST_TEXT, most)
    parser = _InMemory(request.headers, stream, max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        too_many = "Too many files" in error.message
        raise InputError(most if too_many else _NO_FORM, code="form.parts") from error
    values: dict[str, str] = {}
    files: list[bytes] = []
    try:
        for name, value in form.multi_items():
            if isinstance(value, str):
                values.setdefault(name, value)
            elif name == FILE and value.size:
                files.append(await _content(value, file_bytes, most))
    finally:
        await form.close()
    return Posted(values, tuple(files))


async def _content(sent: UploadFile, file_bytes: int, most: str) -> bytes:
    if (sent.size or 0) > file_bytes:
        raise InputError(most, code="material.size")
    return await sent.read()


async def _bounded(request: Request, most: int, sentence: str) -> AsyncGenerator[bytes, None]:
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        raise InputError(_NO_FORM, code="form.length")
    refused = int(length[:18]) > most
    count = 0
    async for piece in request.stream():
        count += len(piece)
        refused = refused or count > most
        if count > _DRAINED:
            break
        if not refused:
            yield piece
    if refused:
        raise InputError(sentence, code="form.size")
