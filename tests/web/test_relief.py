"""The fund's public lists and objections: masked names while they hang, nothing after, no bots, the last minute."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from djflow.assembly import House, relief, relief_board, upkeep
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import GoneError
from djflow.fund.cases.model import FundCase, Who
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, ObjectionState, Period, PeriodState
from djflow.web.app import create_app
from djflow.web.public.relief import MENU, relief_router
from tests.assembly.conftest import house
from tests.fund.books import SECRETS, TERMS, Branch, at, checking, claim, hanging, settle

__all__ = ["house"]
ACCOUNTS = {"G8": "6222000000000009"}
WORDS = "他家开着两个铺子，并不困难"
MARK = re.compile(r'name="form" value="([0-9a-f]{32})"')
Moment = Callable[[str], House]


@dataclass
class Neighbour:
    """Somebody who reads the lists, at an address, with a browser that keeps its cookies."""

    app: FastAPI
    address: str = "10.1.0.7"
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None, method: str = "", **headers: str) -> httpx.Response:
        """Return one answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 1))
            base = "http://relief.test"
            async with httpx.AsyncClient(transport=transport, base_url=base, cookies=self.cookies) as client:
                return await client.request(
                    method or ("GET" if form is None else "POST"), path, data=form, headers=named
                )

        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(asyncio.run, asked()).result()
        self.cookies |= dict(answer.cookies)
        return answer

    def object(self, period: str, **changes: str) -> httpx.Response:
        """Open the form about a line and send it."""
        found = MARK.search(self.ask(f"/relief/object/{period}").text)
        assert found
        return self.ask(f"/relief/object/{period}", {"form": found[1], "text": WORDS, "website": "", **changes})


def pages_of(opened: House) -> FastAPI:
    """Return the public pages of a house."""
    source, routers = upkeep.board_source(opened), [relief_router(opened)]
    return create_app(source, extra_routers=routers, clock=opened.clock, neighbours=(MENU,))


@pytest.fixture
def moment(house: House) -> Moment:
    """The house at another moment."""
    return lambda text: replace(house, clock=FixedClock(at(text)))


@pytest.fixture
def case(house: House, branch: Branch, tmp_path: Path) -> FundCase:
    """G1's case on the district's board, put up on 26 November, until the end of 3 December."""
    with house.transaction() as session:
        return hanging(session, branch, tmp_path, house.now())


@pytest.fixture
def branch(house: House) -> Branch:
    """A branch with its people."""
    with house.transaction() as session:
        return settle(session, house.now())


@pytest.fixture
def period(house: House, case: FundCase) -> Period:
    """What hangs."""
    with house.reading() as session:
        return next(one for one in publicity.periods_of(session, case.id) if one.level is Level.DISTRICT)


def objections(house: House, case: FundCase) -> tuple[ObjectionState, ...]:
    """Return what became of the objections to a case."""
    with house.reading() as session:
        return tuple(one.state for one in publicity.objections_of(session, case.id))


def test_the_list_shows_what_the_office_publishes(moment: Moment, period: Period) -> None:
    """Number, masked name, branch, neutral class, amount, from when to when in workdays; nothing personal, not kept."""
    answer = Neighbour(pages_of(moment("2026-11-27"))).ask("/relief")
    assert answer.status_code == 200
    for words in (
        *("序号", "姓名", "所在党支部", "类别", "拟帮扶金额", "张*明", "幸福村党支部", "定期帮扶类", "2000元"),
        *("2026年11月26日至2026年12月3日", "5个工作日", "监督电话", period.id),
    ):
        assert words in answer.text, words
    assert not any(secret in answer.text for secret in (*SECRETS, "WF2026"))
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "<script" not in answer.text


def test_the_boards_menu_leads_to_the_lists(moment: Moment) -> None:
    """Whoever opens the district's first page finds the fund's lists, and the way back."""
    reader = Neighbour(pages_of(moment("2026-11-27")))
    assert '<a href="/relief">温暖工程基金公示</a>' in reader.ask("/").text
    assert '<a href="/">' in reader.ask("/relief").text


@pytest.mark.parametrize(
    ("when", "shown"), [("2026-11-26T08:31", True), ("2026-12-03T23:59", True), ("2026-12-04T00:00", False)]
)
def test_nothing_is_shown_after_the_last_minute(moment: Moment, period: Period, when: str, *, shown: bool) -> None:
    """The list hangs to the last minute of its last day and is gone at midnight, before any sweep has run."""
    reader = Neighbour(pages_of(moment(when)))
    assert ("张*明" in reader.ask("/relief").text) is shown
    form = reader.ask(f"/relief/object/{period.id}")
    assert form.status_code == (200 if shown else 410)
    assert ("张*明" in form.text) is shown


def test_a_branch_prints_its_own_sheet(house: House, moment: Moment, branch: Branch) -> None:
    """Lists of one branch put up on one day stand on one sheet signed by the branch; another day is another sheet."""
    with house.transaction() as session:
        for code, on in (("G1", "2026-11-18"), ("G4", "2026-11-18"), ("G8", "2026-11-18"), ("G3", "2026-11-19")):
            made = checking(session, claim(branch[code], payee_account=ACCOUNTS.get(code, "")), at("2026-11-17"))
            publicity.post(session, made.id, Level.BRANCH, TERMS, by="t", now=at(f"{on}T10:00"))
    board = relief_board.board(moment("2026-11-20"))
    found = [(sheet.branch, sheet.posted_on.day, len(sheet.lines), sheet.counted) for sheet in board.sheets]
    assert found == [
        ("平安村党支部", 18, 1, "5个工作日"),
        ("幸福村党支部", 18, 2, "5个工作日"),
        ("幸福村党支部", 19, 1, "5个工作日"),
    ]
    assert len(relief_board.board(moment("2026-11-26")).sheets) == 1


def test_an_objection_gets_a_receipt_and_stops_the_list(
    house: House, moment: Moment, case: FundCase, period: Period
) -> None:
    """Sent with or without a name it stops the clock; the receipt is the one the office sees; twice is once."""
    reader = Neighbour(pages_of(moment("2026-11-30T10:00")))
    first = reader.object(period.id, name="李 四", contact="13800000000")
    assert first.status_code == 200
    assert "公示已暂停" in first.text
    second = reader.object(period.id)
    with house.reading() as session:
        (made,) = publicity.objections_of(session, case.id)
        assert publicity.period(session, period.id).state is PeriodState.FROZEN
        assert not any(secret in str(audit.latest(session)) for secret in (WORDS, "13800000000"))
    assert made.receipt in first.text
    assert made.receipt in second.text
    assert "公示暂停" in reader.ask("/relief").text
    with house.transaction() as session:
        opened = publicity.look(session, made.id, by="o", now=house.now())
    assert (opened.words, opened.contact) == (WORDS, "李 四，13800000000")


def test_the_last_minute_counts(house: House, moment: Moment, case: FundCase, period: Period) -> None:
    """Sent at 23:59 of the last day it stops the list; the sweep of the next days does not end it."""
    assert Neighbour(pages_of(moment("2026-12-03T23:59"))).object(period.id).status_code == 200
    assert objections(house, case) == (ObjectionState.OPEN,)
    assert relief.sweep(moment("2026-12-10"), by="sweep").ended_periods == 0


def test_the_next_minute_is_told_the_truth(house: House, moment: Moment, case: FundCase, period: Period) -> None:
    """A form opened in time and sent at midnight is kept as late, refused as objection, and told what else there is."""
    reader = Neighbour(pages_of(moment("2026-12-03T23:59")))
    mark = MARK.search(reader.ask(f"/relief/object/{period.id}").text)
    assert mark
    late = Neighbour(pages_of(moment("2026-12-04T00:00")), cookies=reader.cookies)
    answer = late.ask(f"/relief/object/{period.id}", {"form": mark[1], "text": "迟到的"})
    assert answer.status_code == 409
    for words in ("没有作为异议受理", "登记为逾期反映", "拨打监督电话", "纪检机关"):
        assert words in answer.text
    assert objections(house, case) == (ObjectionState.LATE,)
    assert relief.sweep(moment("2026-12-04T00:01"), by="sweep").ended_periods == 1
    with pytest.raises(GoneError, match="已经结束"):
        relief_board.line_of(moment("2026-12-04T00:01"), period.id)


def test_machines_are_kept_out(house: House, moment: Moment, case: FundCase, period: Period) -> None:
    """The field nobody sees, a form without mark or cookie or from another site: refused in words, nothing kept."""
    robot = Neighbour(pages_of(moment("2026-11-30")))
    path = f"/relief/object/{period.id}"
    trapped = robot.object(period.id, website="http://spam.example")
    assert (trapped.status_code, "程序自动提交" in trapped.text) == (400, True)
    mark = MARK.search(robot.ask(path).text)
    assert mark
    good = {"form": mark[1], "text": WORDS}
    assert Neighbour(robot.app).ask(path, good).status_code == 403
    assert robot.ask(path, {"text": WORDS}).status_code == 403
    assert robot.ask(path, {**good, "form": "0" * 32}).status_code == 403
    assert robot.ask(path, good, sec_fetch_site="cross-site").status_code == 403
    assert objections(house, case) == ()


def test_a_flood_is_stopped_without_stopping_the_neighbour(
    house: House, moment: Moment, case: FundCase, period: Period
) -> None:
    """Ten an hour from one address, an IPv6 household counted as one; somebody else's still comes in."""
    app = pages_of(moment("2026-11-30"))
    flood = [Neighbour(app, f"2001:db8:0:7::{n:x}").object(period.id, text=f"第{n}条") for n in range(12)]
    assert [answer.status_code for answer in flood] == [200] * 10 + [429] * 2
    assert "过一小时再试" in flood[-1].text
    assert flood[-1].headers["retry-after"] == "3600"
    assert Neighbour(app, "2001:db8:0:8::1").object(period.id).status_code == 200
    assert len(objections(house, case)) == 11
    for address in range(12):
        last = Neighbour(app, f"10.9.9.{address}").object(period.id, text=f"换个地址{address}")
    assert (last.status_code, "多件异议正在核实" in last.text) == (409, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "请写明对哪一点有异议"),
        ({"text": " \n\u202e "}, "请写明对哪一点有异议"),
        ({"text": "长" * 1001}, "最多写 1000 个字"),
        ({"name": "名" * 31}, "姓名最多 30 个字"),
        ({"contact": "1" * 51}, "联系方式最多 50 个字"),
    ],
)
def test_what_cannot_be_kept_is_said(
    house: House, moment: Moment, case: FundCase, period: Period, changes: dict[str, str], words: str
) -> None:
    """Empty or too long: a sentence on the same form, with what was typed still in it."""
    answer = Neighbour(pages_of(moment("2026-11-30"))).object(period.id, **{"contact": "13800000000", **changes})
    assert answer.status_code == 400
    assert words in answer.text
    assert "13800000000" in answer.text or "contact" in changes
    assert objections(house, case) == ()


def test_looking_changes_nothing(house: House, moment: Moment, case: FundCase, period: Period) -> None:
    """Crawlers fetch lists and forms, known and unknown, as often as they like: no line in the record."""
    robot = Neighbour(pages_of(moment("2026-11-30")))
    with house.reading() as session:
        before = audit.verify(session).entries
    for path, status in (
        *(("/relief", 200), ("/relief/", 200), (f"/relief/object/{period.id}", 200), ("/relief/object/x", 404)),
        *((f"/relief/object/{'0' * 32}", 404), ("/relief/object/%00", 404), ("/relief/object", 404)),
    ):
        for method in ("GET", "HEAD"):
            assert robot.ask(path, method=method).status_code == status, path
    assert robot.ask(f"/relief/object/{'0' * 32}", {"text": "x"}).status_code == 403
    with house.reading() as session:
        assert audit.verify(session).entries == before
    assert objections(house, case) == ()


def test_forty_at_once_are_one_objection(house: House, moment: Moment, case: FundCase, period: Period) -> None:
    """However often the same words are sent at the same moment, one objection is kept and all get its receipt."""
    opened = moment("2026-11-30")

    def send(_: int) -> str:
        return relief_board.object_to(opened, period.id, relief_board.Words(WORDS)).receipt

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(40)))) == 1
    assert objections(house, case) == (ObjectionState.OPEN,)


def test_a_withdrawn_case_leaves_the_board(moment: Moment, case: FundCase, period: Period) -> None:
    """A list that was taken down shows nobody; its form says so; with nothing to show the page says that."""
    later = moment("2026-11-30")
    relief.withdraw(later, case.id, who=Who.APPLICANT, by="me")
    reader = Neighbour(pages_of(later))
    assert "现在没有正在公示的名单" in reader.ask("/relief").text
    assert reader.ask(f"/relief/object/{period.id}").status_code == 410
