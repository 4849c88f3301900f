"""Messages bring people to their own page."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from djflow.assembly import House, phone, sending
from djflow.assembly import roster as desk
from djflow.core.errors import GoneError
from djflow.core.ids import PersonId
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.people import service as people
from djflow.people.model import PersonStatus
from djflow.roster.answers import invitations
from tests.assembly.test_roster import DECEMBER, FIRST, content_of, holder_of


def test_a_message_to_one_person_carries_the_own_link(
    house: House, ids: dict[str, PersonId], at: Callable[[str], House]
) -> None:
    """What a person gets ends with the own link, to the duty where it reminds of one; what is stored opens nothing."""
    assert ids
    done = desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    person = holder_of(content_of(house, done.roster_id), FIRST, "综合受理")
    channel = MemoryOutlet("file")
    sending.drain(at("2026-11-18T09:07"), channels={"file": channel}, once=False)
    (told,) = [message.text for message in channel.sent.values() if message.address == person]
    link = phone.link_for(house, person)
    assert told.endswith("\n" + link)
    with house.database.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT payload FROM message").scalars().all()
    assert stored
    assert not [payload for payload in stored if link.rpartition("/")[2] in payload]
    eve = at("2026-11-30T16:05")
    desk.remind(eve, eve.now())
    later = MemoryOutlet("file")
    sending.drain(eve, channels={"file": later}, once=False)
    (reminded,) = [message.text for message in later.sent.values() if message.address == person]
    assert reminded.endswith(f"{link}/duty/{FIRST}")
    with eve.reading() as session:
        token = reminded.rpartition("/me/")[2].partition("/")[0]
        assert invitations.invited(session, token, now=eve.now()).person == person


@pytest.mark.parametrize("status", [PersonStatus.RETIRED, PersonStatus.LEFT])
def test_the_link_of_who_left_opens_nothing(house: House, ids: dict[str, PersonId], status: PersonStatus) -> None:
    """Whoever retired or left is let in no more, not even with a link that is still young; on leave one still is."""
    person = ids["A02"]
    token = phone.link_for(house, person).rpartition("/")[2]
    for now in (PersonStatus.LEAVE, status):
        with house.transaction() as session:
            entry = replace(people.entries(session, ["A02"])["A02"], status=now)
            people.change_person(session, person, entry, by="test", now=house.now())
        if now is PersonStatus.LEAVE:
            assert phone.invited(house, token).person == person
    with pytest.raises(GoneError, match="已不在值班人员名册里"):
        phone.invited(house, token)


def test_a_revoked_link_opens_nothing(house: House, ids: dict[str, PersonId]) -> None:
    """After a phone was lost the old link is shut for good, and a new one opens the same page."""
    assert ids
    old = phone.link_of_code(house, "A02", fresh=False, by="cli").rpartition("/")[2]
    new = phone.link_of_code(house, "A02", fresh=True, by="cli").rpartition("/")[2]
    with pytest.raises(GoneError, match="已经过期"):
        phone.invited(house, old)
    assert phone.invited(house, new).person == ids["A02"]
