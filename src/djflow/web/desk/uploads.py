"""Reads forms that carry files; everything stays in memory, for what is handed in here may lie in no temporary file.

Source: RFC 7578 (multipart/form-data).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from djflow.core.errors import InputError
from djflow.web.desk.door import MAX_FIELDS, MAX_FORM_BYTES, Fields, read_form

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # the library names it for type checkers only

_FORM_TYPE = b"multipart/form-data"
_DRAINED = 8


async def read_upload(request: Request, max_file_bytes: int) -> Fields:
    """Return the fields and files of a posted form; one without files may come the plain way.

    Raises: InputError for another kind of content, too much of it, or bytes that are no text.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != _FORM_TYPE:
        return await read_form(request)
    limit = max_file_bytes + MAX_FORM_BYTES
    pieces, size = list[bytes](), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            pieces.append(chunk)
        elif size > _DRAINED * limit:
            break
    if size > limit:
        # What is refused is taken from the line first: a browser whose sending is cut off shows no answer.
        most = max_file_bytes // 1024 // 1024
        raise InputError(f"文件超过 {most} MB：请缩小或分开后再传。", code="desk.file_size")
    reader = _Reader()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), reader.callbacks())
        parser.write(b"".join(pieces))
        parser.finalize()
        return reader.fields()
    except (MultipartParseError, UnicodeDecodeError, ValueError) as error:
        raise InputError("提交的内容看不懂：请在页面上填写后提交。", code="desk.form") from error


@dataclass
class _Part:
    header: bytes = b""
    value: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)


class _Reader:
    """Collects the parts of a form."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def callbacks(self) -> "MultipartCallbacks":
        """Return what the parser calls as it reads."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._header,
            "on_part_data": self._data,
        }

    def _begin(self) -> None:
        if len(self._parts) >= MAX_FIELDS:
            raise InputError("提交的内容太长：请缩短后再提交。", code="desk.form")
        self._parts.append(_Part())

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].header += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].value += data[start:end]

    def _header(self) -> None:
        part = self._parts[-1]
        part.headers[part.header.lower()] = part.value
        part.header = part.value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].content += data[start:end]

    def fields(self) -> Fields:
        """Return what the form sent; a part with a file name is a file, of which the name is not kept."""
        values: dict[str, list[str]] = {}
        files: dict[str, bytes] = {}
        for part in self._parts:
            _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
            name = options.get(b"name", b"").decode("utf-8")
            if b"filename" in options:
                files[name] = bytes(part.content)
            else:
                values.setdefault(name, []).append(part.content.decode("utf-8"))
        return Fields(values, files)
