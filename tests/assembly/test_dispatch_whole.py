"""A batch from its check to the archive, two years long: every clock, notice and absence on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House, dispatch_batches, dispatch_postings, dispatch_postings_watch
from djflow.audit import service as audit
from djflow.core.clock import FixedClock, instant_of
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.batches import publishing
from djflow.dispatch.batches import service as batches
from djflow.dispatch.batches.model import BatchState
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import Posting, PostingState, Who
from djflow.dispatch.postings.months.model import Count, Form
from djflow.dispatch.postings.reviews.model import Assessment, Grade, Votes
from djflow.notify import service as notify
from djflow.people import service as people
from tests.web.desk.batch_office import hang, open_district, staffed, the_batch
from tests.web.desk.conftest import Staff

GOOD = Assessment("工作扎实，群众认可。", Votes(20, 12, 7, 1), Grade.COMPETENT)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[House]:
    """The demonstration district with a batch in its check, and who decides about it."""
    house = open_district(tmp_path / "home")
    staffed(house)
    staff = Staff(house)
    for place, code in enumerate(host_codes(house)):
        staff.make(f"jieshou{place}", Role.HOST_SUPERVISOR, person=code)
    yield house
    house.database.engine.dispose()


def host_codes(house: House) -> tuple[str, ...]:
    """Return the code of somebody of each host."""
    with house.reading() as session:
        hosts = {one.new.unit for one in batches.demands(session, the_batch(house).id)}
        found = {card.unit_id: card.code for card in people.cadres(session) if card.unit_id in hosts}
        return tuple(sorted(found.values()))


def on(house: House, day: date) -> House:
    """Return the house at nine in the morning of a day."""
    return replace(house, clock=FixedClock(instant_of(day, time(9))))


def sent(house: House) -> tuple[Posting, ...]:
    """Return the postings of the batch."""
    with house.reading() as session:
        return postings.postings(session, batch=the_batch(house).id, open_only=False)


def states(house: House) -> set[PostingState]:
    """Return where the postings of the batch are."""
    return {one.state for one in sent(house)}


def begin(house: House) -> None:
    """Decide, publish, send, talk, report and confirm."""
    hang(house)
    later = replace(house, clock=FixedClock(datetime.fromisoformat("2026-11-26T00:13+08:00")))
    assert dispatch_batches.sweep(later, by="schedule").moved == 1
    for one in sent(house):
        dispatch_postings.talk(later, one.id, by="section")
        arrived = on(house, one.span.first)
        dispatch_postings.report(arrived, one.id, Who.CADRE, by="cadre")
        dispatch_postings.confirm(arrived, one.id, Who.HOST, by="host")


def serve(house: House, first: date, last: date) -> None:
    """Let the months go by: the daily watch on each first, forms asked, filled and confirmed, the middle assessed."""
    month = Month.of(first)
    while month.following.first < last:
        day = on(house, house.settings.calendar.add_workdays(month.last, 2).date)
        dispatch_postings_watch.attend(day, month, by="schedule")
        for one in sent(house):
            if one.state in {PostingState.ON_DUTY, PostingState.MIDTERM_DONE}:
                dispatch_postings.fill_month(day, one.id, month, Form(21, 10, 2), by="cadre")
                dispatch_postings.confirm_month(day, one.id, Count(month, 21), office=False, by="host")
        asked = dispatch_postings_watch.middles(day, by="schedule")
        for one in sent(house) if asked.rows and not asked.recorded else ():
            dispatch_postings.assess(day, one.id, GOOD, by="host")
        dispatch_postings_watch.middles(day, by="schedule")
        dispatch_postings_watch.watch(day, by="schedule")
        month = month.following


def finish(house: House, end: date) -> None:
    """Review the term, send everybody home, issue what is owed and put it away."""
    near = on(house, end - timedelta(days=20))
    dispatch_postings_watch.watch(near, by="schedule")
    assert states(house) == {PostingState.FINAL_REVIEW}
    for one in sent(house):
        dispatch_postings.write_summary(near, one.id, "两年来走访全村，办成三件实事。", by="cadre")
        dispatch_postings.assess(near, one.id, GOOD, by="host")
        dispatch_postings.grade(near, one.id, Grade.COMPETENT, by="section")
    home = on(house, end)
    for one in sent(house):
        dispatch_postings.send_home(home, one.id, end, by="section")
        with house.reading() as session:
            owed = postings.papers(session, one.id)
        assert Paper.RETURN_NOTICE in {paper.paper for paper in owed}
        for paper in owed:
            dispatch_postings.paper_made(home, one.id, paper.paper, by="section")
        dispatch_postings.archive(home, one.id, by="section")


def test_a_batch_goes_from_its_decision_to_the_archive(district: House) -> None:
    """Six people are sent, serve two years, are reviewed, return and are archived; the batch closes behind them."""
    begin(district)
    people_sent = sent(district)
    first, end = people_sent[0].span.first, people_sent[0].span.last
    assert states(district) == {PostingState.ON_DUTY}
    with district.reading() as session:
        away = people.unavailable_days(session, DateSpan(first, first))
    assert {one.new.person for one in people_sent} <= set(away)
    serve(district, first, end)
    assert states(district) <= {PostingState.MIDTERM_DONE, PostingState.FINAL_REVIEW}
    finish(district, end)
    assert states(district) == {PostingState.ARCHIVED}
    later = on(district, end + timedelta(days=1))
    dispatch_batches.sweep(later, by="schedule")
    batch = the_batch(district)
    assert batch.state is BatchState.CLOSING
    dispatch_batches.act(
        later, lambda session, desk, now: publishing.archive(session, batch.id, desk, by="section", now=now)
    )
    assert the_batch(district).state is BatchState.CLOSED
    with district.reading() as session:
        back = people.unavailable_days(session, DateSpan(later.today(), later.today()))
        told = Counter((row["recipient"], row["kind"], row["subject"], row["slot"]) for row in notify.listing(session))
        assert audit.verify(session).intact
    assert not {one.new.person for one in people_sent} & set(back)
    assert set(told.values()) == {1}
    slots = {(kind, slot.partition(":")[0]) for _, kind, _, slot in told}
    assert {("posting_cadre", "month"), ("posting_cadre", "midterm"), ("posting_cadre", "final")} <= slots
    assert {("posting_cadre", "returned"), ("posting_unit", "returned"), ("batch_person", "decided")} <= slots
