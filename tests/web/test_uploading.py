"""Posted forms are counted while they come in; how often one address may send is counted too."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from starlette.requests import Request
from starlette.types import Message

from djflow.core.errors import InputError
from djflow.web.pace import Pace
from djflow.web.uploading import Posted, read_posted
from tests.fund.books import at

MULTIPART = "multipart/form-data; boundary=q"


def read(kind: str, pieces: Iterable[bytes], *, length: str = "", file_bytes: int = 1000) -> Posted:
    """Read a body that comes in pieces."""
    left = iter([*pieces])
    headers = [(b"content-type", kind.encode())]
    headers += [(b"content-length", length.encode())] if length else []

    async def receive() -> Message:
        piece = next(left, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, read_posted(request, file_bytes=file_bytes)).result()


def part(name: str, content: bytes, file: str = "") -> bytes:
    """Return one part of a form."""
    named = f'; filename="{file}"' if file else ""
    return f'--q\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


def test_fields_and_files_come_apart() -> None:
    """Texts keep their Chinese, of repeated ones the first counts; files lose their names; empty choices are none."""
    body = (
        part("kind", "收入".encode()) + part("kind", b"x") + part("file", b"\x00\xff", "../a") + part("file", b"", "b")
    )
    found = read(MULTIPART, [body + b"--q--\r\n"])
    assert (dict(found.fields), found.files) == ({"kind": "收入"}, {"file": (b"\x00\xff",)})
    assert "收入" not in repr(found)
    assert dict(read("application/x-www-form-urlencoded", [b"a=1&a=2&b=%E6%94%B6"]).fields) == {"a": "1", "b": "收"}


def test_a_split_body_is_the_same_body() -> None:
    """However the line cuts the pieces, the same form comes out."""
    body = part("kind", b"id_copy") + part("file", b"\r\n--q-no\r\n" * 9, "a") + b"--q--\r\n"
    whole = read(MULTIPART, [body])
    assert all(read(MULTIPART, [body[:cut], body[cut:]]) == whole for cut in range(1, len(body)))


@pytest.mark.parametrize(
    ("kind", "body", "length"),
    [
        ("text/plain", b"a=1", ""),
        ("", b"a=1", ""),
        (MULTIPART, b"no parts", ""),
        ("multipart/form-data", part("a", b"1"), ""),
        ("multipart/form-data; boundary=", part("a", b"1"), ""),
        (MULTIPART, b"--q\r\nContent-Disposition: form-data\r\n\r\n1\r\n--q--\r\n", ""),
        (MULTIPART, part("file", b"x" * 1001, "a") + b"--q--\r\n", ""),
        (MULTIPART, b"".join(part("file", b"x", "a") for _ in range(6)) + b"--q--\r\n", ""),
        (MULTIPART, b"".join(part(f"f{n}", b"x") for n in range(21)) + b"--q--\r\n", ""),
        (MULTIPART, part("file", b"x" * 200_000, "a") + b"--q--\r\n", ""),
        (MULTIPART, b"", "99999999999999999999"),
        (MULTIPART, b"", "-1"),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 100_000, ""),
        ("application/x-www-form-urlencoded", b"a=\xff", ""),
        ("application/x-www-form-urlencoded", b"a=%ff", ""),
    ],
)
def test_what_is_no_form_or_too_much_is_refused(kind: str, body: bytes, length: str) -> None:
    """Other content, broken parts, too many, too long, impossible lengths: a sentence, never a fault."""
    with pytest.raises(InputError, match="没有"):
        read(kind, [body], length=length)


def test_an_address_has_its_pace() -> None:
    """Three an hour go through, the fourth not, an hour later again; IPv6 neighbours of one house count as one."""
    pace, now = Pace(3, timedelta(hours=1), addresses=2), at("2026-11-18")
    assert [pace.allows("10.0.0.1", now) for _ in range(4)] == [True, True, True, False]
    assert pace.allows("::ffff:10.0.0.1", now) is False
    assert pace.allows("10.0.0.1", now + timedelta(hours=1))
    house = [pace.allows(f"2001:db8::{n}", now) for n in range(1, 5)]
    assert house == [True, True, True, False]
    assert pace.allows("2001:db8:0:1::1", now)
    assert pace.allows("", now)
    assert pace.allows("10.0.0.1", now), "only two addresses are remembered, the first was forgotten"
