"""Logging in and out at the desk: what the browser keeps, what is refused, when it is over."""

from collections.abc import Callable

import pytest

from djflow.accounts import service
from djflow.accounts.model import LoginResult, Role
from djflow.assembly import House, doorway
from djflow.core.clock import FixedClock
from tests.web.desk.conftest import PASSWORD, Browser, Staff, app_of

Opens = Callable[..., Browser]


@pytest.fixture
def clerk(staff: Staff) -> str:
    """An office clerk's login name."""
    return staff.make("zhang", Role.OFFICE_CLERK).login


def test_login_leads_to_the_boxes_and_logout_ends_it(browser_of: Opens, clerk: str) -> None:
    """Who gives name and password comes to the boxes; after logging out the old cookie opens nothing."""
    browser = browser_of()
    assert browser.ask("/desk").headers["location"] == "/desk/login?next=/desk"
    answer = browser.log_in(clerk)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert "待办" in browser.text("/desk")
    assert browser.ask("/desk/login").status_code == 303
    kept = dict(browser.cookies)
    assert browser.send("/desk/logout").headers["location"] == "/desk/login"
    assert "desk" not in browser.cookies
    assert browser_of(cookies=kept).ask("/desk").status_code == 303


def test_cookie_is_closed_to_scripts_and_other_sites(house: House, browser_of: Opens, clerk: str) -> None:
    """The cookie is HttpOnly and Strict; over https it is Secure and bound to this host."""
    plain = browser_of().log_in(clerk).headers["set-cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=strict" in plain
    assert "Secure" not in plain
    browser = Browser(app_of(house), scheme="https")
    lines = browser.log_in(clerk).headers.get_list("set-cookie")
    assert all("Secure" in line and line.startswith("__Host-") and "Domain" not in line for line in lines)
    assert "我的事项" in browser.text("/desk")


def test_every_refusal_reads_the_same(browser_of: Opens, clerk: str) -> None:
    """A wrong password, an unknown name and a locked account get the same page: nobody learns which accounts exist."""
    pages = []
    for login in (clerk, "nobody", *[clerk] * 5):
        browser = browser_of()
        answer = browser.log_in(login, "Falsch-2026-ab")
        pages.append((answer.status_code, answer.text.replace(browser.key, "")))
    assert len(set(pages)) == 1
    assert pages[0][0] == 401
    assert doorway.REFUSED in pages[0][1]


def test_five_failures_lock_the_account(house: House, browser_of: Opens, clerk: str, staff: Staff) -> None:
    """After five wrong passwords the right one is refused for ten minutes; the security administrator is told."""
    security = staff.inside("anquan", Role.SECURITY_ADMIN, person="A01")
    for _ in range(5):
        browser_of().log_in(clerk, "Falsch-2026-ab")
    assert browser_of().log_in(clerk).status_code == 401
    assert browser_of(minutes=10).log_in(clerk).status_code == 303
    assert "账号 zhang 连续输错密码 5 次" in security.text("/desk/box/toread")
    with house.reading() as session:
        results = [line.result for line in service.login_log(session)]
    assert (results.count(LoginResult.WRONG_PASSWORD), results.count(LoginResult.LOCKED)) == (5, 1)


def test_login_ends_when_idle(browser_of: Opens, clerk: str) -> None:
    """After half an hour without use, and after twelve hours in any case, one must log in again."""
    browser = browser_of()
    browser.log_in(clerk)
    for minutes, status in ((29, 200), (58, 200), (88, 303)):
        assert browser_of(minutes, browser.cookies).ask("/desk").status_code == status, minutes
    browser.log_in(clerk)
    for minutes in range(0, 720, 20):
        assert browser_of(minutes, browser.cookies).ask("/desk").status_code == 200
    assert browser_of(720, browser.cookies).ask("/desk").status_code == 303


def test_a_token_brought_along_is_never_adopted(browser_of: Opens, clerk: str) -> None:
    """A cookie planted before the login is worth nothing afterwards, and a second login ends the first."""
    browser = browser_of(cookies={"desk": "planted"})
    browser.log_in(clerk)
    first = browser.cookies["desk"]
    assert first != "planted"
    assert browser_of(cookies={"desk": "planted"}).ask("/desk").status_code == 303
    again = browser_of(cookies={"desk": first, "door": "x"})
    again.cookies.pop("desk")
    again.ask("/desk/login")
    again.cookies["desk"] = first
    again.send("/desk/login", login=clerk, password=PASSWORD)
    assert again.cookies["desk"] != first
    assert browser_of(cookies={"desk": first}).ask("/desk").status_code == 303


@pytest.mark.parametrize("key", ["", "0" * 64, "é"])
def test_forms_of_other_sites_are_refused(browser_of: Opens, clerk: str, key: str) -> None:
    """A form without this login's own key changes nothing, neither at the door nor inside."""
    browser = browser_of()
    browser.ask("/desk/login")
    browser.key = key
    assert browser.send("/desk/login", login=clerk, password=PASSWORD).status_code == 403
    browser.log_in(clerk)
    browser.key = key
    assert browser.send("/desk/logout").status_code == 403
    assert browser.ask("/desk").status_code == 200


def test_one_login_cannot_use_the_key_of_another(browser_of: Opens, staff: Staff) -> None:
    """A form key belongs to one login; a request that says it comes from another site is refused even with the key."""
    one, two = staff.inside("zhang", Role.OFFICE_CLERK), staff.inside("lisi", Role.OFFICE_CLERK)
    two.key, own = one.key, two.key
    assert two.send("/desk/logout").status_code == 403
    form = {"form_key": own}
    assert two.ask("/desk/logout", form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert two.ask("/desk/logout", form, headers={"content-type": "text/plain"}).status_code == 400
    assert two.ask("/desk/logout", form | {"pad": "x" * 20_000}).status_code == 400
    assert browser_of().ask("/desk/login", {"login": "zhang", "password": PASSWORD}).status_code == 403
    assert two.ask("/desk/logout", form).status_code == 303


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/desk/roster", "/desk/roster"),
        ("https://example.org/", "/desk"),
        ("//example.org", "/desk"),
        ("/desk/../../etc", "/desk/../../etc"),
        ("/files/x", "/desk"),
        ("/desk\n", "/desk"),
    ],
)
def test_login_leads_to_pages_of_the_desk_only(browser_of: Opens, clerk: str, asked: str, led: str) -> None:
    """After the login one is led to the page asked for, never to another site."""
    browser = browser_of()
    browser.ask("/desk/login")
    answer = browser.send("/desk/login", login=clerk, password=PASSWORD, next=asked)
    assert answer.headers["location"] == led


def test_a_link_from_a_chat_enters_in_one_step(browser_of: Opens, clerk: str) -> None:
    """Strict cookies stay away when a link is followed from elsewhere: the page takes one step inside by itself."""
    answer = browser_of().ask("/desk/roster", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0; url=/desk/login?next=/desk/roster"' in answer.text
    browser = browser_of()
    browser.log_in(clerk)
    assert browser.ask("/desk/login?next=/desk/roster").headers["location"] == "/desk/roster"


def test_pages_are_not_kept_nor_framed(staff: Staff) -> None:
    """No page of the desk is kept by the browser, framed by another site, or able to run a script."""
    browser = staff.inside("zhang", Role.OFFICE_CLERK)
    for path in ("/desk", "/desk/login", "/desk/roster", "/desk/audit"):
        headers = browser.ask(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_first_password_comes_before_everything(house: House, browser_of: Opens, staff: Staff) -> None:
    """With a first password only the change of it is open; afterwards the old token and password are worth nothing."""
    security = staff.inside("anquan", Role.SECURITY_ADMIN, person="A01")
    security.ask("/desk/accounts")
    page = security.send("/desk/accounts", login="wang", role="office_clerk", person="A03").text
    first = page.partition('class="secret">')[2].partition("<")[0]
    browser = browser_of()
    assert browser.log_in("wang", first).status_code == 303
    assert browser.ask("/desk/roster").headers["location"] == "/desk/password"
    browser.text("/desk/password")
    weak = browser.send("/desk/password", old=first, new="kurz", again="kurz")
    assert (weak.status_code, "10—128" in weak.text) == (400, True)
    assert "不一样" in browser.send("/desk/password", old=first, new="Mt7-kqzwxr", again="Mt7-kqzwxx").text
    assert "现在的密码不对" in browser.send("/desk/password", old="x", new="Mt7-kqzwxr", again="Mt7-kqzwxr").text
    assert "不能与现在的密码相同" in browser.send("/desk/password", old=first, new=first, again=first).text
    kept = browser.cookies["desk"]
    done = browser.send("/desk/password", old=first, new="Mt7-kqzwxr", again="Mt7-kqzwxr")
    assert done.headers["location"] == "/desk?said=password"
    assert "密码已修改" in browser.text("/desk?said=password")
    assert browser_of(cookies={"desk": kept}).ask("/desk").status_code == 303
    assert browser_of().log_in("wang", first).status_code == 401
    assert browser_of().log_in("wang", "Mt7-kqzwxr").status_code == 303
    assert house.clock == FixedClock(house.now())


def test_first_password_expires(browser_of: Opens, staff: Staff) -> None:
    """A first password that nobody used for three days opens nothing."""
    security = staff.inside("anquan", Role.SECURITY_ADMIN, person="A01")
    page = security.send("/desk/accounts", login="wang", role="office_clerk", person="A03").text
    first = page.partition('class="secret">')[2].partition("<")[0]
    assert browser_of(minutes=3 * 24 * 60).log_in("wang", first).status_code == 401
