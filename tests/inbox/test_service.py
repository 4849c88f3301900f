"""The four boxes on both kinds of database."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.inbox import service
from djflow.inbox.model import Address, Box, ItemKind, NewItem
from djflow.people import service as people
from tests.roster.district import settle

ROSTER = Subject("roster.roster", "r1")
CLERKS = Address(role=Role.OFFICE_CLERK)
REVIEW = NewItem(ItemKind.ROSTER_REVIEW, ROSTER, CLERKS, "2026年12月值班表等待审核", "/desk/roster/r1")


@pytest.fixture
def ids(session: Session, now: datetime) -> dict[str, PersonId]:
    """The small district's people."""
    return settle(session, now)


def holder(session: Session, now: datetime, login: str, role: Role, person: str) -> Account:
    """Return an account of a person."""
    return accounts.create(session, NewAccount(login, frozenset({role}), person), "hash", by="cli", now=now)


def titles(session: Session, account: Account, box: Box) -> list[str]:
    """Return the titles in a box."""
    return [item.title for item in service.box(session, account, box)]


def test_a_task_is_done_once_for_all(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """A task for the office's clerks is in each clerk's box, nobody else's, and leaves all when one has done it."""
    assert ids
    one, two = (holder(session, now, f"clerk{n}", Role.OFFICE_CLERK, f"A0{n}") for n in (1, 2))
    liaison = holder(session, now, "liaison", Role.UNIT_LIAISON, "A03")
    item = service.post_item(session, REVIEW, now=now)
    assert service.post_item(session, REVIEW, now=now) == item
    assert titles(session, one, Box.TO_DO) == titles(session, two, Box.TO_DO) == [REVIEW.title]
    assert titles(session, liaison, Box.TO_DO) == []
    service.done(session, item, by=one, now=now)
    service.done(session, item, by=two, now=now)
    (done,) = service.box(session, two, Box.DONE)
    assert done.settled_by == one.actor
    assert service.counts(session, one) == {Box.TO_DO: 0, Box.TO_READ: 0, Box.DONE: 1, Box.READ: 0}
    assert service.post_item(session, REVIEW, now=now) == item
    assert titles(session, one, Box.TO_DO) == []


def test_each_reads_for_himself(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """What is to be read stays unread for those who have not read it."""
    assert ids
    one, two = (holder(session, now, f"clerk{n}", Role.OFFICE_CLERK, f"A0{n}") for n in (1, 2))
    news = NewItem(ItemKind.INFO, ROSTER, CLERKS, "值班表有更正", task=False)
    item = service.post_item(session, news, now=now)
    service.read(session, item, by=one, now=now)
    service.read(session, item, by=one, now=now + timedelta(hours=1))
    (seen,) = service.box(session, one, Box.READ)
    assert seen.settled_at == now
    assert (titles(session, one, Box.TO_READ), titles(session, two, Box.TO_READ)) == ([], [news.title])
    with pytest.raises(InputError, match="待阅"):
        service.done(session, item, by=one, now=now)


def test_role_and_unit_narrow_each_other(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """An item for the liaison of one unit reaches neither another unit's liaison nor others in the unit."""
    own = people.unit_by_code(session, "LAW").id
    mine = holder(session, now, "mine", Role.UNIT_LIAISON, "B02")
    other = holder(session, now, "other", Role.UNIT_LIAISON, "A03")
    clerk = holder(session, now, "clerk", Role.OFFICE_CLERK, "B03")
    for number, to in enumerate((Address(Role.UNIT_LIAISON, own), Address(unit=own), Address(person=ids["B03"]))):
        service.post_item(
            session, NewItem(ItemKind.INFO, Subject("test.item", f"n{number}"), to, f"事项{number}"), now=now
        )
    assert set(titles(session, mine, Box.TO_DO)) == {"事项0", "事项1"}
    assert titles(session, other, Box.TO_DO) == []
    assert set(titles(session, clerk, Box.TO_DO)) == {"事项1", "事项2"}


def test_an_item_of_others_cannot_be_touched(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """Somebody who guesses an item's number is told that there is no such item."""
    assert ids
    stranger = holder(session, now, "liaison", Role.UNIT_LIAISON, "A03")
    item = service.post_item(session, REVIEW, now=now)
    for act in (service.done, service.read):
        with pytest.raises(NotFoundError):
            act(session, item, by=stranger, now=now)


def test_settled_elsewhere(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """A matter settled in another place leaves the boxes; settling again changes nothing."""
    assert ids
    clerk = holder(session, now, "clerk", Role.OFFICE_CLERK, "A01")
    service.post_item(session, REVIEW, now=now)
    assert service.settle(session, ItemKind.ROSTER_REVIEW, ROSTER, by="prefect", now=now) == 1
    assert service.settle(session, ItemKind.ROSTER_REVIEW, ROSTER, by="cli", now=now) == 0
    assert titles(session, clerk, Box.DONE) == [REVIEW.title]


def test_what_is_due_comes_first(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """The box is ordered by when things are due; what has no date comes last."""
    assert ids
    clerk = holder(session, now, "clerk", Role.OFFICE_CLERK, "A01")
    for name, due in (("无期限", None), ("后天", now + timedelta(days=2)), ("明天", now + timedelta(days=1))):
        subject = Subject("test.item", f"n{len(name)}{name.encode().hex()}")
        service.post_item(session, NewItem(ItemKind.INFO, subject, CLERKS, name, due_at=due), now=now)
    assert titles(session, clerk, Box.TO_DO) == ["明天", "后天", "无期限"]


@pytest.mark.parametrize("link", ["https://example.org/", "//example.org", "/desk/../files", "/desk/a?b", "/files/x"])
def test_links_stay_in_the_house(session: Session, now: datetime, link: str) -> None:
    """An item may lead to pages of this house only, and has a title."""
    with pytest.raises(InputError, match="链接"):
        service.post_item(session, NewItem(ItemKind.INFO, ROSTER, CLERKS, "标题", link), now=now)
    with pytest.raises(InputError, match="标题"):
        service.post_item(session, NewItem(ItemKind.INFO, ROSTER, CLERKS, ""), now=now)
    with pytest.raises(InputError, match="交给谁"):
        Address()


def test_what_settles_itself_is_not_done_by_hand(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """A dead letter cannot be ticked off while it is dead: the item says where to go, and stays."""
    assert ids
    clerk = holder(session, now, "clerk", Role.OFFICE_CLERK, "A01")
    letter = NewItem(ItemKind.DEAD_LETTER, Subject("notify.notice", "1"), CLERKS, "消息发不出", "/desk/messages/1")
    item = service.raise_item(session, letter, now=now)
    with pytest.raises(InputError, match="自动办结"):
        service.done(session, item, by=clerk, now=now)
    assert titles(session, clerk, Box.TO_DO) == ["消息发不出"]
    assert service.raised(session, [ItemKind.DEAD_LETTER]) == {(ItemKind.DEAD_LETTER, letter.subject)}
