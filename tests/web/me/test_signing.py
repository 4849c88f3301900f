"""The code at a meeting's door: who scanned it signs in with the own link on this phone, or has the link sent."""

import pytest

from djflow.assembly import House, upkeep
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_signing as signing
from djflow.core.ids import PersonId
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations.model import Presence
from djflow.meetings.model import Who
from djflow.web.app import create_app
from djflow.web.me.meetings import meetings_router
from djflow.web.me.signing import signing_router
from tests.assembly.test_meetings import AtMoment, Hall, fixed, hall
from tests.web.me.conftest import Phone, link_path

__all__ = ["hall"]


@pytest.fixture
def doors(hall: Hall, at: AtMoment) -> House:
    """The house ten minutes before the meeting."""
    fixed(hall)
    acts.send_notice(at("2026-12-04T09:00"), hall.meeting.id, Who.OFFICE, by="test")
    return at("2026-12-10T08:50")


def door_of(house: House, hall: Hall) -> str:
    """Return the path that the code stands for."""
    return signing.door_link(house, hall.meeting).removeprefix(house.settings.web.address)


def phone_of(house: House, person: PersonId, link: str = "") -> Phone:
    """Return somebody's phone at an address of these pages, the own link by default."""
    routers = [meetings_router(house), signing_router(house)]
    app = create_app(upkeep.board_source(house), extra_routers=routers, clock=house.clock)
    return Phone(app, link or link_path(house, person))


def test_a_phone_that_opened_the_own_link_signs_with_one_tap(hall: Hall, doors: House) -> None:
    """The page names who signs; a second tap changes nothing; the desk sees it at once."""
    phone = phone_of(doors, hall.ids["A01"])
    phone.get("/meeting")
    phone.link = door_of(doors, hall)
    assert "我是甲A01，签到" in phone.get().text
    assert phone.tap("", "sign").status_code == 303
    assert "已签到" in phone.get().text
    assert seating.presence(hall.meeting, hall.seat("HR")) is Presence.PRESENT


def test_a_strange_phone_has_the_link_sent_to_its_owner(hall: Hall, doors: House) -> None:
    """It sees units and no persons; the link goes to who is to come, who types the number at the door."""
    stranger = phone_of(doors, hall.ids["A01"], door_of(doors, hall))
    page = stranger.get().text
    assert ("司法局" in page, "甲" in page, ">签到<" in page) == (True, False, False)
    assert stranger.tap("", "send", seat=hall.seat("LAW").id).headers["location"].endswith("?said=sent")
    owner = phone_of(doors, hall.ids["B01"])
    one = f"/meeting/{hall.meeting.id}"
    act = f"{one}/sign".removeprefix("/")
    assert owner.tap(one, act, number="12").status_code == 404
    assert owner.tap(one, act, number=signing.number(doors, hall.meeting)).status_code == 303
    assert seating.presence(hall.meeting, hall.seat("LAW")) is Presence.PRESENT
    assert "签到码</label>" not in owner.get(one).text


def test_a_wrong_code_and_a_form_from_elsewhere_are_refused(hall: Hall, doors: House) -> None:
    """A code that was never shown leads nowhere; a link of somebody who is not to come signs nobody in."""
    path = door_of(doors, hall)
    wrong = phone_of(doors, hall.ids["A01"], f"{path}x")
    assert wrong.get().status_code == 404
    phone = phone_of(doors, hall.ids["A04"])
    phone.get("/meeting")
    phone.link = path
    assert "甲" not in phone.get().text
    assert phone.ask(f"{path}/sign", "POST", "form=x").status_code == 403
    assert hall.seat("HR").signed is None


@pytest.mark.parametrize("moment", ["2026-12-10T08:30", "2026-12-10T20:00"])
def test_the_code_works_around_the_meeting_only(hall: Hall, doors: House, at: AtMoment, moment: str) -> None:
    """Half an hour before and long after the page says so and offers nothing."""
    house = at(moment)
    answer = phone_of(house, hall.ids["A01"], door_of(doors, hall)).get()
    assert answer.status_code in {409, 410}
    assert "<form" not in answer.text
