"""Own quiet hours hold messages back in the evening and the morning, except what is urgent or would come too late."""

from collections.abc import Callable

import pytest

from djflow.assembly import House, answers, sending, wishes
from djflow.assembly import roster as desk
from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.notify.channels.embedded import MemoryOutlet
from tests.assembly.test_answers import DECEMBER, FIRST, holder, standby


def sent_to(house: House, person: PersonId, channel: MemoryOutlet) -> int:
    """Send what may leave now and return how much a person has got so far."""
    sending.drain(house, channels={"file": channel}, once=False)
    return [message.address for message in channel.sent.values()].count(person)


def test_messages_wait_for_the_end_of_ones_own_night(
    house: House, ids: dict[str, PersonId], at: Callable[[str], House]
) -> None:
    """Told at 20:00, who wants quiet from 19:00 to 8:30 hears at 8:30; the others hear at once."""
    assert ids
    evening = at("2026-11-18T20:07")
    desk.publish(evening, desk.draft(evening, DECEMBER, by="test").roster_id, by="test")
    person, other = holder(evening, FIRST), standby(evening, FIRST)
    for _ in range(2):
        wishes.set_quiet(evening, person, "19:00", "08:30", by="me")
    channel = MemoryOutlet("file")
    assert (sent_to(evening, person, channel), sent_to(evening, other, channel)) == (0, 1)
    assert sent_to(at("2026-11-19T08:29"), person, channel) == 0
    assert sent_to(at("2026-11-19T08:57"), person, channel) == 1
    with house.reading() as session:
        lines = audit.history(session, Subject("people.person", person))
    assert [line.details for line in lines if line.action == "person.quiet"] == ['{"hours": "19:00-08:30"}']


def test_what_is_urgent_passes(house: House, ids: dict[str, PersonId], at: Callable[[str], House]) -> None:
    """Whoever is called in on the eve of the duty hears at once, whatever the own night is."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    eve, channel = at("2026-11-30T19:07"), MemoryOutlet("file")
    reserve = standby(house, FIRST)
    wishes.set_quiet(house, reserve, "18:00", "09:00", by="me")
    before = sent_to(at("2026-11-19T09:40"), reserve, channel)
    answers.decline(eve, holder(house, FIRST), FIRST, "出差", by="me")
    assert holder(house, FIRST) == reserve
    assert sent_to(eve, reserve, channel) == before + 1


def test_a_wish_is_chosen_kept_and_dropped(house: House, ids: dict[str, PersonId]) -> None:
    """Only the listed hours can be chosen; half a wish leaves the office's other half; none forgets it."""
    person = ids["A02"]
    wishes.set_quiet(house, person, "20:00", "", by="me")
    page = wishes.quiet_page(house, person)
    assert page.wish is not None
    assert (f"{page.wish.quiet_from:%H:%M}", f"{page.wish.quiet_to:%H:%M}") == ("20:00", "07:30")
    assert (len(page.evenings), len(page.mornings)) == (4, 3)
    for given in (("17:00", ""), ("", "23:59"), ("20:00+08:00", ""), ("x", "y")):
        with pytest.raises(InputError, match="从列出的钟点里选"):
            wishes.set_quiet(house, person, *given, by="me")
    wishes.set_quiet(house, person, "", "", by="me")
    assert wishes.quiet_page(house, person).wish is None


def test_a_standby_is_called_and_answers(house: House, ids: dict[str, PersonId], at: Callable[[str], House]) -> None:
    """Near the day a standby gets a call that wants an answer and escalates; confirming on the phone ends it."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    eve, channel = at("2026-11-30T22:07"), MemoryOutlet("file")
    reserve = standby(house, FIRST)
    sent_to(at("2026-11-19T09:40"), reserve, channel)
    answers.decline(eve, holder(house, FIRST), FIRST, "出差", by="me")
    (call,) = [row for row in listed(eve) if row["kind"] == "standby_called"]
    assert (call["recipient"], call["subject"]) == (reserve, f"roster.session:{FIRST}")
    sent_to(eve, reserve, channel)
    (text,) = [m.text for m in channel.sent.values() if m.address == reserve and "顶岗" in m.text]
    assert "12月1日周二的09:00到大仓" in text
    assert f"/duty/{FIRST}" in text
    later = at("2026-11-30T22:45")
    sent_to(later, reserve, channel)
    escalated = [row["recipient"] for row in listed(later) if row["kind"] == "unconfirmed"]
    assert escalated == ["coordinator"]
    answers.confirm(later, reserve, FIRST, by="me")
    (call,) = [row for row in listed(later) if row["kind"] == "standby_called"]
    assert (call["state"], call["answer"]) == ("closed", "confirmed")


def listed(house: House) -> list[dict[str, str]]:
    """Return the outbox."""
    with house.reading() as session:
        return [dict(row) for row in notify.listing(session)]
