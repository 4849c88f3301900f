"""Every address of the desk for every role: what may be opened, and that nothing opens what belongs to others."""

import re

import pytest

from djflow.accounts.model import ADMIN_ROLES, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.assembly import House
from djflow.assembly import roster as acts
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.people import service as people
from djflow.people.model import UnitEntry, UnitKind
from djflow.web.desk.frame import Route
from djflow.web.desk.router import ROUTES
from tests.web.desk.conftest import Browser, Staff, app_of

DECEMBER = Month(2026, 12)
LAST = ("/desk/logout",)
ADMIN_PEOPLE = {Role.SYSTEM_ADMIN: "A01", Role.SECURITY_ADMIN: "A03", Role.AUDIT_ADMIN: "A04"}


def path_of(route: Route) -> str:
    """Return an address of a route, its parts filled with what does not exist."""
    return re.sub(r"\{[a-z]+\}", "0", route.path)


def status_of(browser: Browser, route: Route) -> int:
    """Return how the desk answers at an address."""
    if route.method == "POST":
        return browser.send(path_of(route)).status_code
    return browser.ask(path_of(route)).status_code


def test_every_page_opens_for_its_roles_only(staff: Staff) -> None:
    """Each address answers 403 to every role its act does not belong to, and something else to every role it does."""
    ordered = sorted(ROUTES, key=lambda route: route.path in LAST)
    for role in set(Role) - {Role.PUBLIC_VIEWER}:
        login = role.value.replace("_", "-")
        person = ADMIN_PEOPLE.get(role, "C02")
        browser = staff.inside(login, role, person=person)
        found = {(route.method, route.path): status_of(browser, route) == 403 for route in ordered}
        expected = {(route.method, route.path): role not in PERMISSIONS[route.act] for route in ROUTES}
        assert found == expected, role


def test_strangers_get_no_page(house: House) -> None:
    """Without a login every address leads to the login page, and a form changes nothing."""
    stranger = Browser(app_of(house))
    for route in ROUTES:
        answer = stranger.send(path_of(route)) if route.method == "POST" else stranger.ask(path_of(route))
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/desk/login"), route.path


def test_only_declared_methods_answer(staff: Staff) -> None:
    """An address that acts does not act when it is only looked at."""
    browser = staff.inside("zhang", Role.OFFICE_CLERK)
    gets = {route.path for route in ROUTES if route.method == "GET"}
    for route in ROUTES:
        if route.method == "POST" and route.path not in gets:
            status = browser.ask(path_of(route)).status_code
            # Where a page has the same form of address, looking shows that page: here one that does not exist.
            assert status in {403, 404, 405}, route.path


def test_the_menu_shows_what_may_be_opened(staff: Staff) -> None:
    """The menu of a role lists its pages and no others; each of them opens."""
    for number, role in enumerate(sorted({*ADMIN_ROLES, Role.OFFICE_CLERK, Role.UNIT_LIAISON, Role.TOWN_CLERK})):
        browser = staff.inside(f"user{number}", role, person=ADMIN_PEOPLE.get(role, "C02"))
        menu = browser.text("/desk").partition('class="nav"')[2].partition("</ul>")[0]
        links = re.findall(r'href="([^"]+)"', menu)
        assert "/desk" in links
        assert [browser.ask(link).status_code for link in links] == [200] * len(links), role


@pytest.fixture
def published(house: House, ids: dict[str, PersonId]) -> acts.Published:
    """December's roster in force."""
    assert ids
    return acts.publish(house, acts.draft(house, DECEMBER, by="test").roster_id, by="test")


def test_a_liaison_sees_the_own_unit_only(staff: Staff, published: acts.Published, ids: dict[str, PersonId]) -> None:
    """A liaison sees the own unit's people and duties; another unit's person is not found, existing or not."""
    assert published.version == 1
    browser = staff.inside("renshe", Role.UNIT_LIAISON, unit="HR")
    page = browser.text("/desk/unit")
    assert "人力资源和社会保障局" in page
    assert {code for code in ids if f"甲{code}" in page} == {"A01", "A02", "A03", "A04"}
    assert "甲A02" in browser.text(f"/desk/unit/person/{ids['A02']}")
    foreign = browser.ask(f"/desk/unit/person/{ids['B01']}")
    unknown = browser.ask("/desk/unit/person/0")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.text == unknown.text
    assert "甲B01" not in foreign.text


def test_a_liaison_who_moves_sees_the_new_unit(house: House, staff: Staff, ids: dict[str, PersonId]) -> None:
    """The unit is looked up anew each time: whoever was moved no longer sees the old unit."""
    browser = staff.inside("liaison", Role.UNIT_LIAISON, person="A02")
    with house.transaction() as session:
        entry = people.entries(session, ["A02"])["A02"]
        moved = type(entry)(**{name: getattr(entry, name) for name in entry.__slots__} | {"unit_code": "LAW"})
        people.change_person(session, ids["A02"], moved, by="test", now=house.now())
    page = browser.text("/desk/unit")
    assert "司法局" in page
    assert browser.ask(f"/desk/unit/person/{ids['A01']}").status_code == 404


def test_a_town_sees_the_own_markets_only(house: House, staff: Staff, published: acts.Published) -> None:
    """A township's clerk sees who comes to the own markets; another township sees none of them, nor a whole roster."""
    with house.transaction() as session:
        other = UnitEntry("T2", "龙街镇", UnitKind.TOWNSHIP, 4)
        people.put_units(session, [other], by="test", now=house.now())
    own = staff.inside("dacang", Role.TOWN_CLERK, unit="T1")
    page = own.text("/desk/town")
    assert "大仓" in page
    assert "甲A0" in page + own.text("/desk/town/LONGJIE")
    stranger = staff.inside("longjie", Role.TOWN_CLERK, unit="T2")
    for path in ("/desk/town", "/desk/town/DACANG", "/desk/town/NONE"):
        assert stranger.ask(path).status_code == 404, path
    for browser in (own, stranger):
        assert browser.ask(f"/desk/roster/{published.roster_id}").status_code == 403


def test_items_of_others_cannot_be_settled(house: House, staff: Staff, ids: dict[str, PersonId]) -> None:
    """Whoever guesses the number of somebody else's item is told that there is none."""
    assert ids
    acts.draft(house, DECEMBER, by="test")
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    found = re.search(r'aria-labelledby="i([0-9a-f]{32})"', clerk.text("/desk"))
    assert found
    stranger = staff.inside("renshe", Role.UNIT_LIAISON, unit="HR")
    assert stranger.send(f"/desk/item/{found[1]}/done").status_code == 404
    assert stranger.send(f"/desk/item/{found[1]}/read").status_code == 404
    assert "等待审核" in clerk.text("/desk")
