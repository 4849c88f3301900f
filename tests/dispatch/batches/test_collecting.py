"""A batch up to its nominations: demands, quotas, the call, who may be put forward."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from djflow.core.errors import ConfigError, ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.db.session import Database
from djflow.dispatch.batches import checking, leaving, nominating, publishing, service, telling
from djflow.dispatch.batches.model import BatchState, NewBatch, NewDemand, Nomination, Who
from djflow.dispatch.policy import service as policies
from djflow.dispatch.policy.model import BatchKind
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from djflow.people import service as people
from djflow.people.model import PersonStatus, UnitEntry, UnitKind
from tests.dispatch.hall import ACT, CADRES, FIRST, Hall, called, opened, put, settle, states


@pytest.fixture
def hall(database: Database, now: datetime) -> Hall:
    """A small district."""
    with database.transaction() as session:
        return settle(session, now)


def test_a_batch_is_opened_once(database: Database, hall: Hall, now: datetime) -> None:
    """The same batch again is the same one; another one of its title is refused; hosts are asked what they need."""
    new = NewBatch(BatchKind.RURAL, "第一批", FIRST, seed=7)
    with database.transaction() as session:
        first = service.create(session, new, hall.desk, by=ACT, now=now)
        again = service.create(session, new, hall.desk, by=ACT, now=now)
        with pytest.raises(ConflictError, match="同名"):
            service.create(session, replace(new, seed=8), hall.desk, by=ACT, now=now)
        asked = inbox.raised(session, [ItemKind.BATCH_DEMAND, ItemKind.BATCH_WORK])
    assert first == again
    assert (first.state, first.ends_on, first.due_on) == (BatchState.DRAFT, date(2029, 1, 3), date(2026, 12, 2))
    assert asked == {(ItemKind.BATCH_DEMAND, first.subject), (ItemKind.BATCH_WORK, first.subject)}


def test_the_rules_of_a_batch_are_kept(database: Database, hall: Hall, now: datetime) -> None:
    """A version that a batch was called under may not be given other content afterwards."""
    policy = hall.desk.terms.valid(BatchKind.RURAL, FIRST)
    assert policy is not None
    with database.transaction() as session:
        service.create(session, NewBatch(BatchKind.RURAL, "第一批", FIRST, seed=7), hall.desk, by=ACT, now=now)
        policies.require_unchanged(session, [policy])
        with pytest.raises(ConfigError, match="version 加 1"):
            policies.require_unchanged(session, [replace(policy, term_months=policy.term_months + 1)])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": " "}, InputError),
        ({"kind": BatchKind.UPWARD}, RuleError),
        ({"starts_on": date(2026, 11, 18)}, InputError),
        ({"ends_on": date(2031, 1, 1)}, InputError),
        ({"ends_on": FIRST}, InputError),
    ],
)
def test_a_batch_that_cannot_be_is_refused(
    database: Database, hall: Hall, now: datetime, changes: dict[str, object], error: type[DjflowError]
) -> None:
    """Without title or policy, in the past, or longer than the policy allows, no batch is opened."""
    new = replace(NewBatch(BatchKind.RURAL, "第一批", FIRST, seed=7), **changes)  # type: ignore[arg-type] # a test's changes
    with database.transaction() as session, pytest.raises(error):
        service.create(session, new, hall.desk, by=ACT, now=now)


def test_a_closed_host_gets_a_clear_answer(database: Database, hall: Hall, now: datetime) -> None:
    """A unit that was closed, one that is not there, and a village that is not there cannot ask for anybody."""
    with database.transaction() as session:
        batch = opened(session, hall, now)
        entry = UnitEntry("T9", "旧街乡", UnitKind.TOWNSHIP, 9, active=False)
        people.put_units(session, [entry], by=ACT, now=now)
        closed = people.unit_by_code(session, "T9").id
        for unit, village, error in ((closed, "", RuleError), ("?", "", NotFoundError), ("", "V9", NotFoundError)):
            new = NewDemand(UnitId(unit) if unit else hall.units["T1"], "队员", 1, village=village)
            with pytest.raises(error):
                service.put_demand(session, batch.id, new, hall.desk, by=ACT, now=now)


def test_the_quota_is_shared_out_and_never_above_the_limit(database: Database, hall: Hall, now: datetime) -> None:
    """Two townships that ask for eight get the six the policy allows; units nominate by size within their limit."""
    with database.transaction() as session:
        batch = opened(session, hall, now, places=4)
        service.grant(session, batch.id, hall.desk, by=ACT, now=now)
        demands = service.demands(session, batch.id)
        shares = {one.unit: one for one in service.shares(session, batch.id)}
    assert [one.granted for one in demands] == [3, 3]
    assert sum(one.quota for one in shares.values()) == 6
    assert all(one.quota <= one.most for one in shares.values())
    assert hall.units["T1"] not in shares
    assert (shares[hall.units["D1"]].size, shares[hall.units["D1"]].most) == (6, 3)


def test_a_changed_quota_stays_within_the_limit(database: Database, hall: Hall, now: datetime) -> None:
    """Quotas may be changed before the call, never above what was asked, the policy, or a unit's limit."""
    with database.transaction() as session:
        batch = opened(session, hall, now, places=4)
        service.grant(session, batch.id, hall.desk, by=ACT, now=now)
        one, other = service.demands(session, batch.id)
        service.set_quota(session, batch.id, {one.id: 4, other.id: 2}, {}, hall.desk, by=ACT, now=now)
        with pytest.raises(RuleError, match="总名额 6"):
            service.set_quota(session, batch.id, {one.id: 4, other.id: 3}, {}, hall.desk, by=ACT, now=now)
        with pytest.raises(RuleError, match="可同时派出"):
            service.set_quota(session, batch.id, {}, {hall.units["D1"]: 4}, hall.desk, by=ACT, now=now)
        service.call(session, batch.id, hall.desk, by=ACT, now=now)
        with pytest.raises(ConflictError, match="不能改名额"):
            service.set_quota(session, batch.id, {one.id: 1}, {}, hall.desk, by=ACT, now=now)
        assert [one.granted for one in service.demands(session, batch.id)] == [4, 2]


def test_the_call_reaches_liaisons_once(database: Database, hall: Hall, now: datetime) -> None:
    """Units with a quota are called once, whoever presses twice; the last day is seven workdays ahead."""
    with database.transaction() as session:
        batch = called(session, hall, now, places=3)
        again = service.call(session, batch.id, hall.desk, by=ACT, now=now)
        assert again == batch
        assert batch.due_on == date(2026, 11, 27)
        shares = [one for one in service.shares(session, batch.id) if one.quota]
        assert telling.remind_units(session, batch, {one.unit: one.quota for one in shares}, now=now) == 0
        waiting = inbox.raised(session, [ItemKind.BATCH_NOMINATE])
    wanted = {telling.share_subject(batch, one.unit) for one in shares}
    assert waiting == {(ItemKind.BATCH_NOMINATE, subject) for subject in wanted}
    assert len(wanted) > 1


def test_nominations_come_and_go(database: Database, hall: Hall, now: datetime) -> None:
    """Somebody nominated twice is nominated once; who stepped back may be nominated again."""
    with database.transaction() as session:
        batch = called(session, hall, now)
        (first,) = put(session, hall, batch, "A1", now=now)
        (again,) = put(session, hall, batch, "A1", now=now)
        assert first == again
        leaving.withdraw(session, batch.id, first.id, "家里有事", hall.desk, who=Who.UNIT, by=ACT, now=now)
        assert states(session, hall, batch.id) == {"A1": "withdrawn"}
        put(session, hall, batch, "A1", now=now)
        assert states(session, hall, batch.id) == {"A1": "nominated"}


def test_every_bad_line_is_listed(database: Database, hall: Hall, now: datetime) -> None:
    """Twice in a list, another unit's, unknown, on leave, in another batch, uninvited unit: each is said."""
    with database.transaction() as session:
        other = called(session, hall, now)
        put(session, hall, other, "B3", now=now)
        entry = people.entries(session, ["A5"])["A5"]
        people.put_people(session, [replace(entry, status=PersonStatus.LEAVE)], by=ACT, now=now)
        new = NewBatch(BatchKind.RURAL, "第二批", FIRST, seed=7)
        batch = service.create(session, new, hall.desk, by=ACT, now=now)
        demand = NewDemand(hall.units["T1"], "队员", 4)
        service.put_demand(session, batch.id, demand, hall.desk, by=ACT, now=now)
        service.grant(session, batch.id, hall.desk, by=ACT, now=now)
        batch = service.call(session, batch.id, hall.desk, by=ACT, now=now)
        d1, d2, t2 = (hall.units[code] for code in ("D1", "D2", "T2"))
        ids = hall.people
        lines = [
            (d1, Nomination(ids["A1"])),
            (d1, Nomination(ids["A1"])),
            (d1, Nomination(ids["B1"])),
            (d1, Nomination(ids["A5"])),
            (d2, Nomination(ids["B3"])),
            (t2, Nomination(ids["A2"])),
            (d1, Nomination(ids["A3"], wishes=(t2,))),
        ]
        wrong = nominating.refusals(session, batch, lines)
        assert [(one.index, one.field) for one in wrong] == [
            (1, "person"), (2, "person"), (3, "person"), (4, "person"), (5, "unit"), (6, "wishes"),
        ]  # fmt: skip
        assert "第一批" in wrong[3].message
        with pytest.raises(RuleError):
            nominating.nominate(session, batch.id, lines, by=ACT, now=now)
        assert service.candidates(session, batch.id) == ()


def test_nominations_end_by_the_clock(database: Database, hall: Hall, now: datetime) -> None:
    """After the last day the sweep ends the collecting and everybody is judged; without anybody it waits."""
    late = now + timedelta(days=20)
    with database.transaction() as session:
        empty = called(session, hall, now)
        assert not publishing.bring_forward(session, empty.id, hall.desk, by=ACT, now=late)
        put(session, hall, empty, *CADRES, now=now)
        assert not publishing.bring_forward(session, empty.id, hall.desk, by=ACT, now=now)
        assert publishing.bring_forward(session, empty.id, hall.desk, by=ACT, now=late)
        assert service.require(session, empty.id).state is BatchState.CHECKING
        assert set(states(session, hall, empty.id).values()) == {"checked"}
        with pytest.raises(ConflictError, match="不能截止推荐"):
            checking.close_nominations(session, empty.id, hall.desk, by=ACT, now=late)


def test_units_are_reminded_once_a_day(database: Database, hall: Hall, now: datetime) -> None:
    """Near the last day, units that still owe nominations are reminded, each day once; the others are not."""
    eve = datetime.fromisoformat("2026-11-26T09:00+08:00")
    with database.transaction() as session:
        batch = called(session, hall, now, places=3)
        put(session, hall, batch, "B1", "B2", now=now)
        assert publishing.remind(session, batch.id, hall.desk, now=now) == 0
        first = publishing.remind(session, batch.id, hall.desk, now=eve)
        assert first >= 1
        assert publishing.remind(session, batch.id, hall.desk, now=eve) == 0
