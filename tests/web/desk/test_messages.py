"""Notices at the desk: found by name, seen whole, channels stopped and started."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House, notices, postbox, sending
from djflow.assembly import roster as acts
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.notify.channels.base import Pushed, Reply, Verdict
from djflow.people import service as people
from djflow.people.contacts import service as contacts
from djflow.people.contacts.model import Way
from tests.assembly.test_boxes import Refusing
from tests.web.desk.conftest import Browser, Staff

NUMBER = "13800000010"


@pytest.fixture
def clerk(house: House, ids: dict[str, PersonId], staff: Staff) -> Browser:
    """An office clerk after December's roster was published."""
    assert ids
    acts.publish(house, acts.draft(house, Month(2026, 12), by="test").roster_id, by="test")
    return staff.inside("zhang", Role.OFFICE_CLERK)


def test_a_notice_is_found_by_name_and_seen_whole(clerk: Browser) -> None:
    """The clerk finds a person's notice by name and sees what became of it."""
    page = clerk.text("/desk/messages")
    name = re.findall(r'<th scope="row">(甲[A-C]0\d)（', page)[0]
    found = clerk.text(f"/desk/messages?who={name}")
    assert set(re.findall(r'<th scope="row">(甲[A-C]0\d)（', found)) == {name}
    life = re.findall(r'href="(/desk/messages/[0-9a-f]{32})"', found)[0]
    assert f"：{name}（" in clerk.text(life)
    assert "没有符合的通知" in clerk.text("/desk/messages?who=不在册的人")
    for query in ("state=x", "kind=x"):
        assert clerk.ask(f"/desk/messages?{query}").status_code == 400
    assert clerk.ask("/desk/messages/0").status_code == 404


def test_lists_of_letters_and_calls(clerk: Browser) -> None:
    """Without trouble both lists say that they are empty, and what does not exist is not sent again."""
    assert "没有发不出的消息" in clerk.text("/desk/letters")
    assert "没有要打电话的" in clerk.text("/desk/calls")
    clerk.text("/desk/password")
    assert clerk.send("/desk/letters/0/replay").status_code == 404


def test_a_dead_number_is_checked(house: House, ids: dict[str, PersonId], clerk: Browser) -> None:
    """A number at which nobody was found stands on the list, masked, until the clerk has checked it."""
    assert "没有不通的联系方式" in clerk.text("/desk/contacts")
    number, now = "16900000001", house.now()
    with house.transaction() as session:
        entry = people.entries(session, ["A01"])["A01"]
        people.change_person(session, ids["A01"], replace(entry, mobile=number), by="test", now=now)
        contacts.report_dead(session, ids["A01"], Way.MOBILE, number, code="停机", by="sender", now=now)
    page = clerk.text("/desk/contacts")
    assert "手机 169****0001" in page
    assert "平台代码 停机" in page
    assert number not in page
    sent = clerk.send(f"/desk/contacts/{ids['A01']}/checked")
    assert sent.headers["location"] == "/desk/contacts?said=checked"
    assert "没有不通的联系方式" in clerk.text("/desk/contacts")


def test_a_channel_is_paused_and_resumed(house: House, clerk: Browser) -> None:
    """Pausing needs a reason; the channel then shows it, starts again, and both are in the record."""
    (first, *_) = notices.health(house)
    path = f"/desk/channels/{first.channel}"
    clerk.text("/desk/channels")
    assert clerk.send(f"{path}/pause", reason="").status_code == 400
    assert clerk.send(f"{path}/pause", reason="平台检修").headers["location"] == "/desk/channels?said=paused"
    assert "平台检修" in clerk.text("/desk/channels?said=paused")
    assert clerk.send(f"{path}/resume").status_code == 303
    assert not notices.health(house)[0].paused
    assert clerk.send("/desk/channels/none/pause", reason="x").status_code == 404
    with house.reading() as session:
        entries = audit.history(session, Subject("notify.channel", first.channel))
    assert [entry.action for entry in entries] == ["channel.pause", "channel.resume"]


def refused(house: House) -> str:
    """Let every channel refuse, give the first person on the phone list a number, and return the notice."""
    later = replace(house, clock=FixedClock(house.now() + timedelta(minutes=7)))
    sending.drain(later, channels={"file": Refusing(Verdict.PERMANENT)}, once=False)
    call = notices.phone_list(later)[0]
    with house.transaction() as session:
        person = PersonId(call.recipient)
        code = people.people_by_ids(session, [person])[person].code
        entry = replace(people.entries(session, [code])[code], mobile=NUMBER)
        people.change_person(session, person, entry, by="test", now=house.now())
    return call.notice_id


def test_a_number_is_shown_on_purpose_only(house: House, clerk: Browser, staff: Staff) -> None:
    """The list holds no number; the button shows one on a page nobody keeps; looking, or another role, shows none."""
    notice = refused(house)
    page = clerk.text("/desk/calls")
    assert (NUMBER in page, "显示号码" in page) == (False, True)
    shown = clerk.send(f"/desk/calls/{notice}/number")
    assert (shown.status_code, shown.text.count(NUMBER), shown.headers["cache-control"]) == (200, 2, "no-store")
    assert clerk.ask(f"/desk/calls/{notice}/number").status_code == 405
    assert NUMBER not in clerk.text("/desk/calls") + clerk.text(f"/desk/messages/{notice}") + clerk.text("/desk")
    minister = staff.inside("buzhang", Role.DEPT_MINISTER, person="A01")
    assert minister.send(f"/desk/calls/{notice}/number").status_code == 403
    assert clerk.ask(f"/desk/calls/{notice}/number", {"form_key": "0" * 64}).status_code == 403
    auditor = staff.inside("shenji", Role.AUDIT_ADMIN, person="A03")
    page = auditor.text("/desk/audit")
    assert (page.count("<td>zhang<br>查看手机号"), NUMBER in page) == (1, False)


def test_dead_letters_wait_in_the_box_until_sent_again(house: House, clerk: Browser) -> None:
    """The clerk's box leads to the message; sending it again empties the box of it."""
    notice = refused(house)
    assert f'href="/desk/messages/{notice}"' in clerk.text("/desk")
    life = clerk.text(f"/desk/messages/{notice}")
    assert [words in life for words in ("再发一次", "显示号码", "已打电话", "月份 2026-12")] == [True] * 4
    letter = next(one for one in notices.dead_letters(house) if one.notice_id == notice)
    assert clerk.send(f"/desk/letters/{letter.message_id}/replay").headers["location"] == "/desk/letters?said=resent"
    assert f'href="/desk/messages/{notice}"' not in clerk.text("/desk")


def test_an_unclear_reply_is_read_and_handled(house: House, clerk: Browser) -> None:
    """The clerk reads what came back as it was written, and puts it aside."""
    postbox.take_in(house, "file", Pushed(replies=(Reply("13800000011", "<b>晚点到</b>", house.now()),)))
    assert "有一条回复看不明白" in clerk.text("/desk")
    page = clerk.text("/desk/replies")
    assert "&lt;b&gt;晚点到" in page
    path = re.findall(r'action="(/desk/replies/[0-9a-f]{32}/handled)"', page)[0]
    assert clerk.send(path).headers["location"] == "/desk/replies?said=handled"
    assert "没有看不明白的回复" in clerk.text("/desk/replies?said=handled")
    assert "有一条回复看不明白" not in clerk.text("/desk")
