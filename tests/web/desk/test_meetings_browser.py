"""Meetings at the desk and at the door in a real browser, at an office's screen and at a phone's."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from djflow.accounts.model import Role
from djflow.assembly import House, meetings_items, meetings_planning, upkeep
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_signing as signing
from djflow.core.clock import instant_of
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Reply, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import MeetingKind, NewMeeting, NewTopic, Who
from djflow.web.app import create_app
from djflow.web.desk.router import desk_router
from djflow.web.me.meetings import meetings_router
from djflow.web.me.signing import signing_router
from tests.assembly.conftest import at
from tests.assembly.test_meetings import AtMoment, Hall, fixed, hall
from tests.web.conftest import browser
from tests.web.desk.conftest import Staff
from tests.web.desk.test_browser import entered, look, with_scripts
from tests.web.me.conftest import link_path
from tests.web.serving import served_at

__all__ = ["at", "browser", "hall"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
CLERK, LIAISON = "m-office", "m-law"


def staged(hall: Hall, at: AtMoment) -> tuple[House, list[str]]:
    """Bring one meeting to its start, one into tracking, one with topics; return the desk's pages to look at."""
    fixed(hall)
    early = at("2026-12-04T09:00")
    acts.send_notice(early, hall.meeting.id, Who.OFFICE, by="t")
    acts.reply(early, hall.seat("LAW").id, Wish(Reply.LEAVE, "外出学习"), by="t")
    house = at("2026-12-10T09:05")
    acts.sign_in(house, hall.seat("HR").id, by="t")
    starts = instant_of(date(2027, 1, 5), time(9))
    new = NewMeeting(
        "next", MeetingKind.AD_HOC, "防汛专题会", "二楼会议室", starts, starts + timedelta(hours=1), "副部长"
    )
    units = [hall.unit(code) for code in ("HR", "LAW")]
    calling = meetings_planning.plan(house, new, units, by="t")
    for title in ("汛期值守安排", "转移安置"):
        acts.hand_in(house, calling.id, NewTopic(units[0], title, "请会议研究"), None, by="t")
    with house.transaction() as session:
        invitations.hold(session, hall.meeting.id, Who.OFFICE, by="t", now=house.now())
        minutes.draft(session, hall.meeting.id, by="t", now=house.now())
    given = (hall.unit("LAW"), (hall.unit("HR"),))
    item = meetings_items.add(house, hall.meeting.id, "修好场镇路灯", given, date(2027, 1, 20), by="t")
    one, two = f"/desk/meetings/{hall.meeting.id}", f"/desk/meetings/{calling.id}"
    pages = ["", "/new?kind=promotion", "/items", f"/items/{item.id}", "/figures"]
    parts = ["", "/seats", "/attendance", "/minutes", "/door"]
    office = [f"/desk/meetings{page}" for page in pages] + [f"{one}{part}" for part in parts]
    return house, [*office, two, f"{two}/seats", f"{two}/stop/cancel"]


def serving(house: House) -> AbstractContextManager[str]:
    """Serve a house's pages of meetings really, and give their address."""
    routers = [desk_router(house), meetings_router(house), signing_router(house)]
    app = create_app(upkeep.board_source(house), extra_routers=routers, clock=house.clock)
    return served_at(app)


@pytest.fixture
def staged_house(hall: Hall, at: AtMoment) -> tuple[House, list[str]]:
    """The small house with its meetings and whoever looks at them."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        house, pages = aside.submit(staged, hall, at).result()
    staff = Staff(house)
    staff.make(CLERK, Role.OFFICE_CLERK, person="A02")
    staff.make(LIAISON, Role.UNIT_LIAISON, unit="LAW")
    return house, pages


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_can_be_read_and_pressed(
    browser: Browser, staged_house: tuple[House, list[str]], width: int, tmp_path: Path
) -> None:
    """Every page fits the screen, has names for its fields, contrast, and targets a finger can hit."""
    house, pages = staged_house
    with serving(house) as address:
        for login, shown in ((CLERK, pages), (LIAISON, [pages[0], pages[5], pages[6], pages[10]])):
            context = entered(browser, address, login, width)
            page = with_scripts(browser, context, width)
            for number, path in enumerate(shown):
                look(page, f"{address}{path}")
                page.screenshot(path=tmp_path / f"{login}-{number}-{width}.png", full_page=True)
            page.context.close()
            context.close()


def test_somebody_signs_in_at_the_door(browser: Browser, hall: Hall, at: AtMoment, tmp_path: Path) -> None:
    """A phone that opened the own link scans the code and signs with one tap; a strange phone is offered the units."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(fixed, hall).result()
    acts.send_notice(at("2026-12-04T09:00"), hall.meeting.id, Who.OFFICE, by="t")
    house = at("2026-12-10T08:50")
    door = signing.door_link(house, hall.meeting).removeprefix(house.settings.web.address)
    with serving(house) as address:
        page = browser.new_page(viewport={"width": 360, "height": 780})
        look(page, f"{address}{door}")
        page.screenshot(path=tmp_path / "door-strange.png", full_page=True)
        look(page, f"{address}{link_path(house, hall.ids['A01'])}/meeting/{hall.meeting.id}")
        page.screenshot(path=tmp_path / "door-number.png", full_page=True)
        look(page, f"{address}{door}")
        page.screenshot(path=tmp_path / "door-own.png", full_page=True)
        page.get_by_role("button", name="我是甲A01，签到").click()
        page.get_by_text("您已于").wait_for()
        page.screenshot(path=tmp_path / "door-signed.png", full_page=True)
        page.close()
    assert hall.seat("HR").signed == hall.ids["A01"]
