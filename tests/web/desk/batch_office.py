"""A demonstration district with its batch of cadres in the check, quickly made, for pages of batches."""

from pathlib import Path

from djflow.accounts.model import Role
from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, create_house, dispatch_batches
from djflow.assembly.approval_office import office_of
from djflow.assembly.dispatch_hearing import hear_batches
from djflow.core.clock import FixedClock
from djflow.core.spans import Month
from djflow.demo.dispatch import TITLE_END, load_dispatch
from djflow.demo.load import copy_starter
from djflow.demo.people import demo_people, load_people
from djflow.dispatch.batches import checking, deciding, publishing, service
from djflow.dispatch.batches.model import Batch
from djflow.people import service as people
from tests.conftest import NOW
from tests.web.desk.conftest import Browser, Staff

CLERK, DEPUTY, MINISTER = "ganbuke", "fubuzhang", "buzhang"


def open_district(home: Path) -> House:
    """Return the demonstration district with its batch; roles of the chain are held by three of the department."""
    copy_starter(home)
    house = create_house(home, kind="demo", clock=FixedClock(NOW))
    invented = demo_people(house.settings.townships, Month.of(house.today()))
    with house.transaction() as session:
        load_people(session, invented, by="demo", now=house.now())
    load_dispatch(house, by="demo")
    return house


def staffed(house: House) -> Browser:
    """Make the accounts of the cadre section and its leaders; return the section's browser."""
    staff = Staff(house)
    codes = office_codes(house)
    staff.make(DEPUTY, Role.DEPT_DEPUTY, person=codes[1])
    staff.make(MINISTER, Role.DEPT_MINISTER, person=codes[2])
    return staff.inside(CLERK, Role.CADRE_CLERK, person=codes[0])


def office_codes(house: House) -> tuple[str, ...]:
    """Return the codes of people of the organisation department."""
    with house.reading() as session:
        unit = next(unit for unit in people.units(session) if unit.entry.short_name == "区委组织部")
        return tuple(card.code for card in people.cadres(session) if card.unit_id == unit.id)


def the_batch(house: House) -> Batch:
    """Return the district's batch."""
    return next(one for one in dispatch_batches.batches(house) if one.title.endswith(TITLE_END))


def settle_all(house: House) -> None:
    """Settle every open point of the batch."""
    batch = the_batch(house)
    with house.reading() as session:
        kept = checking.findings_of(session, service.candidates(session, batch.id))
    for found in kept.values():
        for one in found:
            if one.waits:
                dispatch_batches.act(
                    house,
                    lambda session, _desk, now, key=one.id: checking.settle(  # type: ignore[misc] # the default binds the loop
                        session, batch.id, key, "看过材料", passes=True, by="test", now=now
                    ),
                )


def decide_all(house: House) -> None:
    """Let everybody asked approve until the batch is decided."""
    decide(house, the_batch(house))


def decide(house: House, batch: Batch) -> None:
    """Let everybody asked approve until a batch is decided."""
    while True:
        with house.transaction() as session:
            case = deciding.approval_of(session, batch.id)
            task = next((one for one in case.waiting if one.person), None) if case else None
            if case is None or task is None or task.person is None:
                return
            answer = Answer(task.person, Verdict.APPROVE, case.new.content_hash)
            office, now = office_of(house), house.now()
            outcome = approvals.decide(session, task.id, answer, office=office, by="test", now=now)
            hear_batches(house, session, [outcome], by="test")


def hang(house: House) -> None:
    """Bring the batch to its publicity."""
    settle_all(house)
    batch = dispatch_batches.propose(house, the_batch(house).id, by="test")
    dispatch_batches.submit(house, batch.id, batch.round, by="test")
    decide_all(house)
    dispatch_batches.act(house, lambda session, desk, now: publishing.post(session, batch.id, desk, by="test", now=now))
