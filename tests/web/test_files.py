"""Signed downloads: the right link opens one file for a while, nothing else opens anything."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from djflow.core.clock import FixedClock
from djflow.core.links import FilePath, link, sign
from djflow.web.app import create_app
from djflow.web.files import files_router, media_type
from djflow.web.public.memory import MemoryBoardSource
from tests.web.conftest import Visitor

NOW = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
KEY = bytes(range(32))
PATH = FilePath("roster.excel", "018f0000000070008000000000000001", "2026年12月·赶场值班表.xlsx")
BODY = b"PK\x03\x04 sheet"


@dataclass(frozen=True)
class OneFile:
    """A source with one file."""

    def file(self, kind: str, subject: str, name: str) -> bytes | None:
        """Return the file when it is that one."""
        return BODY if FilePath(kind, subject, name) == PATH else None


def served(source: MemoryBoardSource, now: datetime = NOW) -> FastAPI:
    """Return the application with downloads at `now`."""
    return create_app(source, extra_routers=[files_router(OneFile(), KEY, FixedClock(now))], clock=FixedClock(now))


def test_a_good_link_brings_the_file_under_its_chinese_name(source: MemoryBoardSource) -> None:
    """The link opens the file, which is saved under its Chinese name and kept in no cache."""
    answer = Visitor(served(source)).ask(link(PATH, NOW + timedelta(days=7), KEY))
    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"download.xlsx\"; filename*=UTF-8''"
        "2026%E5%B9%B412%E6%9C%88%C2%B7%E8%B5%B6%E5%9C%BA%E5%80%BC%E7%8F%AD%E8%A1%A8.xlsx"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert "spreadsheetml" in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_link_opens_until_its_last_second(source: MemoryBoardSource) -> None:
    """The link opens in its last second and is gone, with a Chinese page, in the next."""
    address = link(PATH, NOW + timedelta(seconds=1), KEY)
    assert Visitor(served(source)).ask(address).status_code == 200
    late = Visitor(served(source, NOW + timedelta(seconds=1))).ask(address)
    assert late.status_code == 410
    assert "下载链接已过期" in late.text
    assert late.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("place", range(0, 90, 3))
def test_a_changed_token_opens_nothing(source: MemoryBoardSource, place: int) -> None:
    """Whatever letter of the token is changed, nothing opens."""
    token = sign(PATH, NOW + timedelta(days=1), KEY)
    place %= len(token)
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    assert Visitor(served(source)).ask(f"/files/{changed}/{PATH.name}").status_code == 404


@pytest.mark.parametrize("token", ["x", "....", "%00", "é", "A" * 4000, "AAAA", "-_-_"])
def test_nonsense_opens_nothing(source: MemoryBoardSource, token: str) -> None:
    """A token that is no token gets the Chinese page for things not found."""
    answer = Visitor(served(source)).ask(f"/files/{token}/a.xlsx")
    assert answer.status_code == 404
    assert "下载链接不完整" in answer.text


def test_a_token_opens_only_its_own_name_and_key(source: MemoryBoardSource) -> None:
    """A token opens neither another name nor anything under another key."""
    visitor = Visitor(served(source))
    token = sign(PATH, NOW + timedelta(days=1), KEY)
    assert visitor.ask(f"/files/{token}/other.xlsx").status_code == 404
    assert visitor.ask(link(PATH, NOW + timedelta(days=1), KEY[::-1])).status_code == 404


def test_a_file_that_is_gone_is_said_to_be_gone(source: MemoryBoardSource) -> None:
    """A good link to a file that was thrown away says so."""
    gone = FilePath(PATH.kind, PATH.subject, "别的.xlsx")
    answer = Visitor(served(source)).ask(link(gone, NOW + timedelta(days=1), KEY))
    assert answer.status_code == 404
    assert "请重新生成" in answer.text


def test_a_short_key_is_a_fault_of_the_program() -> None:
    """Downloads are not opened with a key anybody could guess."""
    with pytest.raises(ValueError, match="shorter"):
        files_router(OneFile(), b"short", FixedClock(NOW))


def test_unknown_endings_are_plain_bytes() -> None:
    """A file of unknown kind is sent as bytes."""
    assert media_type("a.xyz") == media_type("a") == "application/octet-stream"
    assert media_type("A.PNG") == "image/png"
