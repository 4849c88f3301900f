"""How the board answers: conditionally, packed, guarded, and in Chinese when something is wrong."""

import gzip
import json
from dataclasses import dataclass

import pytest

from djflow.core.errors import ConfigError, DatabaseUnavailableError
from djflow.web.app import create_app
from djflow.web.frame import SECURITY_HEADERS, style_sheets
from djflow.web.public.memory import MemoryBoardSource
from tests.web.conftest import CLOCK, Visitor
from tests.web.sample_board import sample_source


@dataclass(slots=True)
class BrokenSource(MemoryBoardSource):
    """A house in trouble."""

    trouble: Exception | None = None

    def revision(self) -> int:
        """Return the number or fail."""
        if self.trouble is not None:
            raise self.trouble
        return self.number


def broken(trouble: Exception | None) -> BrokenSource:
    """Return the invented district with `trouble`."""
    sound = sample_source()
    return BrokenSource(sound.names, sound.town_markets, sound.boards, sound.days, sound.on, trouble=trouble)


def test_a_browser_that_has_the_page_gets_304(visitor: Visitor) -> None:
    """A page the browser already has is not sent again, by ETag and by date."""
    page = visitor.ask("/board/2026-12")
    etag = page.headers["etag"]
    assert page.headers["cache-control"] == "public, no-cache"
    for known in (etag, f'"old", {etag}', etag.removeprefix("W/"), "*"):
        again = visitor.ask("/board/2026-12", if_none_match=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert visitor.ask("/board/2026-12", if_modified_since=page.headers["last-modified"]).status_code == 304


@pytest.mark.parametrize("since", ["yesterday", "Mon, 01 Jan 1990 00:00:00 GMT", "", "Mon, 32 Foo"])
def test_a_browser_with_an_old_or_odd_date_gets_the_page(visitor: Visitor, since: str) -> None:
    """A date that is older or makes no sense brings the whole page."""
    assert visitor.ask("/", if_modified_since=since).status_code == 200


def test_etag_counts_before_date(visitor: Visitor) -> None:
    """An ETag that does not match brings the page even when the date would not."""
    page = visitor.ask("/")
    answer = visitor.ask("/", if_none_match='"other"', if_modified_since=page.headers["last-modified"])
    assert answer.status_code == 200


def test_pages_are_packed_for_those_who_can_unpack(visitor: Visitor) -> None:
    """Whoever takes gzip gets it; whoever refuses gets the same page plain."""
    plain = visitor.ask("/board/2026-12")
    packed = visitor.ask("/board/2026-12", accept_encoding="deflate, gzip;q=0.8")
    refused = visitor.ask("/board/2026-12", accept_encoding="gzip;q=0")
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
    assert packed.content == plain.content == refused.content
    assert "content-encoding" not in refused.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(gzip.compress(plain.content)) == packed.content


@pytest.mark.parametrize(
    "path", ["/", "/board/2026-12", "/api/markets.json", "/market/QH01.ics", "/favicon.svg", "/nope"]
)
def test_head_answers_like_get(visitor: Visitor, path: str) -> None:
    """HEAD has the status and headers of GET."""
    got, head = visitor.ask(path), visitor.ask(path, "HEAD")
    assert head.status_code == got.status_code
    assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("path", ["/", "/nope", "/board/2026-13", "/health", "/favicon.ico", "/market/QH01/qr.svg"])
def test_every_answer_is_guarded(visitor: Visitor, path: str) -> None:
    """Every answer forbids frames, foreign content, guessing of types and sending the address on."""
    headers = visitor.ask(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nope", 404, "没有这个页面"),
        ("/board/2026-13", 400, "应如 2026-12"),
        ("/board/99999-01", 400, "应如 2026-12"),
        ("/board/9999-01", 400, "超出 1900—2100 年"),
        ("/board/" + "9" * 5000, 400, "应如 2026-12"),
        ("/board/2019-05", 404, "2019年5月没有公示内容"),
        ("/board/<b>", 400, "&lt;b&gt;"),
        ("/day/2026-02-30", 400, "没有这个日期"),
        ("/day/9999-01-01", 400, "超出 1900—2100 年"),
        ("/day/1999-01-01", 404, "没有公示内容"),
        ("/day/20261205", 400, "日期的写法不对"),
        ("/day?on=0000-00-00", 400, "没有这个日期"),
        ("/market/none", 404, "没有这个场镇"),
        ("/market/none.ics", 404, "没有这个场镇"),
        ("/market/none/qr.svg", 404, "没有这个场镇"),
        ("/print/2026-12/a4/none", 404, "没有这个场镇"),
        ("/print/2026-12/a5", 404, "没有这个页面"),
        ("/static/style.css", 404, "没有这个文件"),
        ("/docs", 404, "没有这个页面"),
        ("/openapi.json", 404, "没有这个页面"),
    ],
)
def test_a_wrong_address_gets_a_chinese_page(visitor: Visitor, path: str, status: int, words: str) -> None:
    """A wrong address gets a page that says in Chinese what is wrong and leads on."""
    answer = visitor.ask(path)
    assert answer.status_code == status
    assert words in answer.text
    assert 'href="/board/2026-12"' in answer.text
    assert "<b>" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_months_that_exist_are_offered_for_one_that_does_not(visitor: Visitor) -> None:
    """A month without anything to show leads to those that have."""
    assert '<a href="/board/2026-12">2026年12月</a>' in visitor.ask("/board/2031-01").text


def test_posting_to_a_page_is_refused_in_chinese(visitor: Visitor) -> None:
    """A method that is not served is refused with what is allowed."""
    answer = visitor.ask("/board/2026-12", "POST")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "不支持这种访问方式" in answer.text


def test_programs_get_errors_as_json(visitor: Visitor) -> None:
    """Below /api/ an error is JSON with a code and a Chinese sentence."""
    answer = visitor.ask("/api/board/2026-13.json")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_month"
    assert "应如 2026-12" in answer.json()["error"]["message"]


def test_a_database_that_is_away_is_said_to_be_busy() -> None:
    """While the database is away the page says so without details, and health says failing."""
    source = broken(DatabaseUnavailableError("数据库 /srv/secret.db 被锁住。"))
    visitor = Visitor(create_app(source, clock=CLOCK))
    answer = visitor.ask("/board/2026-12")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "过一分钟再试" in answer.text
    assert "secret" not in answer.text
    health = visitor.ask("/health")
    assert (health.status_code, health.json()["status"]) == (503, "failing")


def test_a_broken_house_keeps_its_inside_to_itself() -> None:
    """A wrong configuration or a fault of the program shows a plain Chinese page, no trace, still guarded."""
    for trouble in (ConfigError("config/djflow.toml 第 3 行写错。"), RuntimeError("secret trace")):
        answer = Visitor(create_app(broken(trouble), clock=CLOCK)).ask("/")
        assert answer.status_code == 500
        assert "这一页暂时打不开" in answer.text
        assert "djflow.toml" not in answer.text
        assert "Traceback" not in answer.text
        assert "secret" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_house_that_fails_later_still_names_itself() -> None:
    """When trouble comes after a good page, the error page carries the district's name without asking the house."""
    source = broken(None)
    visitor = Visitor(create_app(source, clock=CLOCK))
    visitor.text("/")
    source.trouble = RuntimeError("gone")
    assert "清河区赶场便民服务公示" in visitor.ask("/").text


def test_health_tells_what_the_supervisor_needs(visitor: Visitor) -> None:
    """Health is a small JSON that is never cached."""
    answer = visitor.ask("/health")
    assert answer.json() == {"status": "ok", "revision": 1, "today": "2026-12-02", "months": ["2026-12"]}
    assert answer.headers["cache-control"] == "no-store"


def test_style_sheets_are_cached_for_ever(visitor: Visitor) -> None:
    """A style sheet stands under its fingerprint and may be kept for a year."""
    sheet = style_sheets()["style"]
    answer = visitor.ask(sheet.path)
    assert answer.content == sheet.body
    assert "immutable" in answer.headers["cache-control"]
    assert sheet.path in visitor.text("/")


def test_short_ways_lead_on(visitor: Visitor) -> None:
    """The short addresses lead to this month, to the day asked for, and to the icon."""
    ways = {"/board": "/board/2026-12", "/day": "/day/2026-12-02", "/day?on=2026-12-05": "/day/2026-12-05"}
    ways["/favicon.ico"] = "/favicon.svg"
    assert {way: visitor.ask(way).headers["location"] for way in ways} == ways


def test_robots_are_kept_from_downloads(visitor: Visitor) -> None:
    """Crawlers may read the board but not the office's downloads."""
    assert "Disallow: /files/" in visitor.text("/robots.txt")


def test_json_of_a_month_has_exactly_the_explained_fields(visitor: Visitor) -> None:
    """The page about the data explains every field there is, and none that is not."""
    from djflow.web.public import fields

    month = json.loads(visitor.text("/api/board/2026-12.json"))
    markets = json.loads(visitor.text("/api/markets.json"))
    pairs = (
        (month, fields.MONTH_FIELDS),
        (month["sessions"][0], fields.SESSION_FIELDS),
        (month["market_days"][0], fields.DAY_FIELDS),
        (month["changes"][0], fields.CHANGE_FIELDS),
        (markets["markets"][0], fields.MARKET_FIELDS),
    )
    for value, explained in pairs:
        assert list(value) == [name for name, _ in explained]
    assert month["published_at"] == "2026-11-26T10:30:00+08:00"
    assert markets["markets"][-1]["rule"] is None
    unpublished = json.loads(visitor.text("/api/board/2027-01.json"))
    assert (unpublished["published"], unpublished["sessions"]) == (False, [])
    assert unpublished["market_days"][0]["served"] is None
