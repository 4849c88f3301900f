"""The phone page on which people say where and when they want to be told."""

from collections.abc import Callable
from datetime import time

import pytest

from djflow.assembly import House, reach
from djflow.core.ids import PersonId
from djflow.people import service as people
from djflow.people.contacts.model import QuietHours
from djflow.people.model import ContactEntry, ContactKind
from tests.assembly.test_answers import FIRST, holder
from tests.web.me.conftest import Phone

PhoneOf = Callable[[PersonId], Phone]


@pytest.fixture
def person(published: House) -> PersonId:
    """Somebody on duty with a WeCom account and an office telephone."""
    found = holder(published, FIRST)
    with published.transaction() as session:
        for kind, address in ((ContactKind.WECOM, "weixin-1"), (ContactKind.OFFICE_PHONE, "13999999")):
            people.add_contact(session, ContactEntry(found, kind, address), by="test", now=published.now())
    return found


def test_the_first_page_leads_to_it(phone_of: PhoneOf, person: PersonId) -> None:
    """Own addresses are shown masked; an office telephone takes no messages and is not there."""
    mine = phone_of(person)
    assert "联系方式和免打扰" in mine.get().text
    shown = mine.get("/reach").text
    assert "企业微信 we***" in shown
    assert "没有确认" in shown
    assert "weixin-1" not in shown
    assert "13***" not in shown


def test_quiet_hours_are_set_shown_and_forgotten(published: House, phone_of: PhoneOf, person: PersonId) -> None:
    """Saving leads back to the page, which shows them; empty fields forget them."""
    mine = phone_of(person)
    answer = mine.tap("/reach", "reach/quiet", first="12:30", last="14:00")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{mine.link}/reach")
    assert reach.mine(published, person).quiet == QuietHours(time(12, 30), time(14))
    assert 'value="12:30"' in mine.get("/reach").text
    mine.tap("/reach", "reach/quiet", first="", last="")
    assert reach.mine(published, person).quiet is None


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("12:30", "", "都要写"),
        ("", "12:30", "都要写"),
        ("24:00", "12:30", "都要写"),
        ("1２:30", "12:30", "都要写"),
        ("12:30:00", "13:00", "都要写"),
        ("-1:30", "13:00", "都要写"),
        ("08:00", "20:01", "12 小时"),
    ],
)
def test_what_is_no_span_is_refused(phone_of: PhoneOf, person: PersonId, first: str, last: str, said: str) -> None:
    """Half a span, no time, or more than half a day is refused with a sentence."""
    answer = phone_of(person).tap("/reach", "reach/quiet", first=first, last=last)
    assert answer.status_code == 400
    assert said in answer.text


def test_one_verifies_ones_own_account(published: House, phone_of: PhoneOf, person: PersonId) -> None:
    """A tap says that the account is the own one; somebody else's cannot be taken, nor a form from elsewhere."""
    mine = phone_of(person)
    (account,) = reach.mine(published, person).contacts
    assert mine.tap("/reach", "reach/verify", contact="nobody").status_code == 404
    assert mine.ask(f"{mine.link}/reach/verify", "POST", f"contact={account.id}").status_code == 403
    assert not reach.mine(published, person).contacts[0].verified
    assert mine.tap("/reach", "reach/verify", contact=account.id).status_code == 303
    assert reach.mine(published, person).contacts[0].verified
    assert "是我的" not in mine.get("/reach").text


def test_the_way_tried_first_is_chosen_among_those_that_lead_here(
    published: House, phone_of: PhoneOf, person: PersonId
) -> None:
    """With one way there is nothing to choose; with two the choice is kept, shown and taken back."""
    mine = phone_of(person)
    assert "先用哪一种" not in mine.get("/reach").text
    with published.transaction() as session:
        entry = ContactEntry(person, ContactKind.SECOND_MOBILE, "16900000009")
        people.add_contact(session, entry, by="test", now=published.now())
    assert mine.tap("/reach", "reach/first", way="mobile").status_code == 303
    assert '<option value="mobile" selected>手机' in mine.get("/reach").text
    assert reach.mine(published, person).first == "mobile"
    mine.tap("/reach", "reach/first", way="")
    assert reach.mine(published, person).first == ""


@pytest.mark.parametrize(("way", "said"), [("dingtalk", "没有登记可用的钉钉"), ("pigeon", "请选一种")])
def test_a_way_that_leads_nowhere_is_refused(
    published: House, phone_of: PhoneOf, person: PersonId, way: str, said: str
) -> None:
    """What is not registered, or is no way at all, cannot be chosen."""
    with published.transaction() as session:
        entry = ContactEntry(person, ContactKind.SECOND_MOBILE, "16900000009")
        people.add_contact(session, entry, by="test", now=published.now())
    answer = phone_of(person).tap("/reach", "reach/first", way=way)
    assert answer.status_code == 400
    assert said in answer.text
