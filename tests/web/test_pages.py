"""What the public reads on the board."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from djflow.roster.views import BoardChange, BoardMarketDay, BoardSession, SessionState
from djflow.web.app import create_app
from djflow.web.frame import style_sheets
from djflow.web.public.memory import MemoryBoardSource
from tests.web.conftest import CLOCK, Visitor
from tests.web.sample_board import DECEMBER, market_days, sample_board, sample_markets

PAGES = (
    "/", "/board/2026-12", "/board/2026-12/markets", "/board/2026-12/market/QH01", "/board/2027-01", "/market/QH01",
    "/market/QH03", "/market/QH36", "/markets", "/day/2026-12-04", "/day/2026-12-13", "/day/2026-12-31",
    "/print/2026-12/a4/QH01", "/print/2026-12/a3", "/print/2027-01/a3", "/about/data",
)  # fmt: skip
BUDGET = 50 * 1024


def first_session(source: MemoryBoardSource, state: SessionState = SessionState.PLANNED) -> BoardSession:
    """Return December's first session in `state`."""
    return next(one for one in source.boards[DECEMBER].sessions if one.state is state)


@pytest.mark.parametrize("path", PAGES)
def test_page_with_its_style_sheet_is_at_most_50_kb(visitor: Visitor, path: str) -> None:
    """A page and its style sheet together are at most 50 KB, unpacked, so that an old phone loads it."""
    page = visitor.ask(path)
    sheets = [sheet for sheet in style_sheets().values() if sheet.path in page.text]
    assert page.status_code == 200
    assert len(sheets) == 1
    assert len(page.content) + len(sheets[0].body) <= BUDGET


@pytest.mark.parametrize("path", PAGES)
def test_page_is_chinese_with_landmarks_and_one_first_heading(visitor: Visitor, path: str) -> None:
    """Every page says it is Chinese, has one main part and one first heading, and skips no heading level."""
    text = visitor.text(path)
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert '<html lang="zh-CN">' in text
    assert text.count("<main") == 1
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert "{{" not in text
    assert "None" not in text


@pytest.mark.parametrize("path", PAGES)
def test_tables_have_captions_and_scoped_headings(visitor: Visitor, path: str) -> None:
    """Every table says what it is about, and every heading cell says what it heads."""
    text = visitor.text(path)
    assert text.count("<table") == text.count("<caption")
    assert all("scope=" in cell for cell in re.findall(r"<th\b[^>]*>", text))


@pytest.mark.parametrize("path", PAGES)
def test_links_of_a_page_lead_somewhere(visitor: Visitor, path: str) -> None:
    """No page links to a page that is not there, and none to another host."""
    links = set(re.findall(r'(?:href|src)="([^"]+)"', visitor.text(path)))
    assert all(link.startswith(("/", "#", "tel:")) for link in links)
    inner = sorted(link for link in links if link.startswith("/"))
    answers = {link: visitor.ask(link).status_code for link in inner[:: max(1, len(inner) // 12)]}
    assert set(answers.values()) <= {200, 302}, answers


def test_the_day_page_states_everything_the_public_notice_must_state(
    visitor: Visitor, source: MemoryBoardSource
) -> None:
    """Town, date, hours, place, departments, services, leader, town office and supervision telephone are there."""
    session = first_session(source)
    market = next(one for one in source.town_markets if one.code == session.market)
    text = visitor.text(f"/day/{session.on}")
    wanted = [market.name, "8:30—12:00", session.place, "、".join(session.units), "、".join(session.services)]
    wanted += [session.leader, market.town_phone, source.names.supervision_phone, f"农历{session.lunar}"]
    assert [one for one in wanted if one not in text] == []


def test_the_market_page_shows_rule_next_day_and_sessions(visitor: Visitor, source: MemoryBoardSource) -> None:
    """A market's page prints the rule as the town does, the next market day and who comes when."""
    market = source.town_markets[4]
    text = visitor.text(f"/market/{market.code}")
    mine = [one for one in source.boards[DECEMBER].sessions if one.market == market.code]
    assert f"<dd>{market.rule}<br>" in text
    assert '<a href="/day/2026-12-02">12月2日 周三</a> <span class="tag full">今天</span>' in text
    assert "这一天逢场，没有安排服务。" in text
    served = min(one.on for one in mine if one.on > source.on and one.state is SessionState.PLANNED)
    assert f'下一次服务：<a href="/day/{served}">' in text
    assert all("、".join(one.services) in text for one in mine)


def test_a_market_with_unknown_rule_is_shown_as_such(visitor: Visitor) -> None:
    """A market whose rule is not known is listed, says so, and gets no invented market day."""
    assert "场期待核实" in visitor.text("/markets")
    text = visitor.text("/market/QH36")
    assert "场期待核实" in text
    assert "这个场镇的场期正在核实" in text


def test_a_cancelled_session_is_struck_with_its_reason(visitor: Visitor, source: MemoryBoardSource) -> None:
    """A cancelled session stays on the page, struck through, with the reason."""
    session = first_session(source, SessionState.CANCELLED)
    market = next(one for one in source.town_markets if one.code == session.market)
    for path in (f"/day/{session.on}", "/board/2026-12"):
        text = visitor.text(path)
        assert f"<del>{market.name}</del>" in text
        assert "已取消" in text
        assert session.note in text
    assert "<del>" in visitor.text(f"/print/2026-12/a4/{session.market}")


def test_a_closed_market_day_carries_its_notice(visitor: Visitor) -> None:
    """A closed market day is shown as closed with the town's notice."""
    assert "因道路结冰，当日停场。" in visitor.text("/day/2026-12-13")
    assert "停场：白石新场" in visitor.text("/board/2026-12")
    assert "<del>12月13日 周日</del><small>停场</small>" in visitor.text("/market/QH03")


def test_the_next_market_day_passes_over_a_closure(source: MemoryBoardSource) -> None:
    """On a closed market day the page says so and names the next day that is held."""
    source.on = date(2026, 12, 13)
    text = Visitor(create_app(source, clock=CLOCK)).text("/market/QH03")
    assert "<strong>12月13日 周日停场。</strong>因道路结冰，当日停场。" in text
    assert '<a href="/day/2026-12-16">12月16日 周三</a>' in text


def test_many_change_lines_leave_room_for_the_month(source: MemoryBoardSource) -> None:
    """Of two hundred change lines the first page shows 5 and the month 20, and both say how many more there are."""
    lines = tuple(BoardChange(date(2026, 12, 1), f"12月5日第{n}场的参加单位调整为：区民政局。") for n in range(200))
    source.boards = {DECEMBER: replace(source.boards[DECEMBER], changes=lines)}
    visitor = Visitor(create_app(source, clock=CLOCK))
    for path, shown in (("/", 5), ("/board/2026-12", 20), ("/board/2026-12/markets", 20)):
        text = visitor.text(path)
        assert text.count("参加单位调整为") == shown
        assert f"另有 {200 - shown} 条更正" in text
        assert len(text.encode()) <= BUDGET


def test_change_lines_head_the_month(visitor: Visitor) -> None:
    """Changes after publication stand at the top of the month; a market's page shows only its own."""
    month = visitor.text("/board/2026-12")
    assert month.index("更正") < month.index("12月1日 周二")
    assert month.index("白石新场服务调整") < month.index("柳溪老街服务地点")
    assert "白石新场服务调整" not in visitor.text("/market/QH05")
    assert "柳溪老街服务地点" in visitor.text("/market/QH05")


def test_a_change_line_is_found_by_the_day_it_mentions(visitor: Visitor) -> None:
    """A day's page shows the changes that mention that day, not those of the 13th on the 3rd."""
    assert "白石新场服务调整" in visitor.text("/day/2026-12-13")
    assert "白石新场服务调整" not in visitor.text("/day/2026-12-03")


def test_a_month_without_roster_says_so_and_shows_market_days(visitor: Visitor) -> None:
    """Before publication the month says that, and still shows the market days."""
    text = visitor.text("/board/2027-01")
    assert "2027年1月的服务安排尚未公布。" in text
    assert "逢场：白石场、" in text
    assert "尚未公布" in visitor.text("/print/2027-01/a3")


def test_a_district_before_its_first_roster_has_all_pages(source: MemoryBoardSource) -> None:
    """A district that never published shows rules and market days, and no page breaks."""
    source.boards = {}
    fresh = Visitor(create_app(source, clock=CLOCK))
    for path in PAGES:
        assert fresh.ask(path).status_code == 200, path
    assert "目前没有已公布的服务场次" in fresh.text("/")


def test_an_empty_district_has_a_first_page(source: MemoryBoardSource) -> None:
    """A district without a single market still shows its first page."""
    source.boards, source.town_markets, source.days = {}, (), {}
    fresh = Visitor(create_app(source, clock=CLOCK))
    assert "七天内没有场镇逢场" in fresh.text("/")
    assert "共 0 个场镇" in fresh.text("/markets")


def test_a_crowded_month_stays_small(source: MemoryBoardSource) -> None:
    """A month of 100 markets and some 500 sessions by day stays within the budget and leads to the days."""
    markets = sample_markets(100)
    days = market_days(markets, DECEMBER)
    source.town_markets, source.days = markets, {DECEMBER: days}
    source.boards = {DECEMBER: sample_board(markets, days, per_market=5)}
    crowded = Visitor(create_app(source, clock=CLOCK))
    assert len(source.boards[DECEMBER].sessions) > 400
    sheet = len(style_sheets()["style"].body)
    for path in ("/", "/board/2026-12", "/board/2026-12/markets", "/markets", "/day/2026-12-04"):
        assert len(crowded.ask(path).content) + sheet <= BUDGET, path
    assert 'href="/day/2026-12-04"' in crowded.text("/board/2026-12")


def test_a_dropped_market_keeps_its_sessions(source: MemoryBoardSource) -> None:
    """A market taken out of the list after publication is still named on the published month."""
    dropped = next(one for one in source.town_markets if one.code == first_session(source).market)
    source.town_markets = tuple(one for one in source.town_markets if one is not dropped)
    after = Visitor(create_app(source, clock=CLOCK))
    assert dropped.name in after.text("/board/2026-12")
    assert dropped.name in after.text("/print/2026-12/a3")
    assert after.ask(f"/board/2026-12/market/{dropped.code}").status_code == 200
    assert after.ask(f"/market/{dropped.code}").status_code == 404


def test_a_publication_shows_at_once(visitor: Visitor, source: MemoryBoardSource) -> None:
    """The page changes with the revision, not before and not later."""
    before = visitor.text("/board/2026-12")
    board = source.boards[DECEMBER]
    source.boards = {DECEMBER: replace(board, version=3)}
    assert visitor.text("/board/2026-12") == before
    source.number += 1
    assert "第 3 版" in visitor.text("/board/2026-12")


def test_a_new_day_moves_today(visitor: Visitor, source: MemoryBoardSource) -> None:
    """After midnight the first page speaks of the new day without a new revision."""
    assert "今天是2026年12月2日" in visitor.text("/")
    source.on = date(2026, 12, 3)
    assert "今天是2026年12月3日" in visitor.text("/")


def test_hostile_names_are_shown_as_text(source: MemoryBoardSource) -> None:
    """A market's name or note that looks like markup is shown letter by letter, on every page."""
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    market = replace(source.town_markets[0], name=attack, township=attack, place=attack, rule=attack, town_phone=attack)
    board = source.boards[DECEMBER]
    sessions = tuple(
        replace(one, note=attack, leader=attack, units=(attack,), services=(attack,), gaps=(attack,), place=attack)
        for one in board.sessions
    )
    changes = (replace(board.changes[0], text=attack),)
    source.town_markets = (market, *source.town_markets[1:])
    source.names = replace(source.names, district=attack, department=attack, supervision_phone=attack)
    source.boards = {DECEMBER: replace(board, sessions=sessions, changes=changes)}
    hostile = Visitor(create_app(source, clock=CLOCK))
    for path in PAGES:
        text = hostile.text(path)
        assert "<script" not in text, path
        assert "<img src=x" not in text, path
        assert 'tel:1"' not in text or "onerror" not in re.findall(r'href="tel:[^"]*"', text)[0]


def test_a_strange_market_code_keeps_its_links(source: MemoryBoardSource) -> None:
    """A code with signs that mean something in addresses leads to its own page."""
    market = replace(source.town_markets[-1], code="甲 &1?")
    source.town_markets = (*source.town_markets[:-1], market)
    strange = Visitor(create_app(source, clock=CLOCK))
    found = re.search(r'href="(/market/[^"]*%[^"]*)"', strange.text("/markets"))
    assert found
    assert market.name in strange.text(found[1])
    assert strange.ask(f"{found[1]}/qr.svg").status_code == 200


def test_no_page_shows_a_mobile_number(visitor: Visitor) -> None:
    """Only office telephones are on the board."""
    for path in PAGES:
        assert not re.search(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])", visitor.text(path)), path


def test_a_daily_market_is_said_to_be_daily(source: MemoryBoardSource) -> None:
    """Before publication a market held every day reads so instead of listing thirty-one dates."""
    daily = tuple(BoardMarketDay("QH01", on, "") for on in DECEMBER.span)
    source.boards, source.days = {}, {DECEMBER: daily}
    text = Visitor(create_app(source, clock=CLOCK)).text("/board/2026-12/markets")
    assert '<span class="nb">每天</span>' in text
    assert "31日" not in text


def test_a_session_on_a_day_closed_since_carries_the_notice(visitor: Visitor, source: MemoryBoardSource) -> None:
    """Between a closure and the amended roster nobody is sent to a closed market unwarned."""
    session = first_session(source)
    source.days = {
        DECEMBER: tuple(
            replace(day, closed="因修路停场。") if (day.market, day.on) == (session.market, session.on) else day
            for day in source.days[DECEMBER]
        )
    }
    for path in (f"/day/{session.on}", "/board/2026-12", f"/market/{session.market}", "/print/2026-12/a3"):
        assert "当日停场：因修路停场。服务另行安排" in visitor.text(path), path
