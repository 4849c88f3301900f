"""Meetings in Prefect: the cycle, the reminders and the watch of agreed matters run, leave tables, name no person."""

import json
from datetime import timedelta

import pytest

from djflow.assembly import House, meetings_papers
from djflow.assembly import meetings as acts
from djflow.core.clock import civil_date
from djflow.meetings import service
from djflow.meetings.invitations import service as invitations
from djflow.meetings.model import MeetingKind, MeetingState, NewTopic
from djflow.meetings.papers.model import Paper
from djflow.meetings.service import Arrangement
from djflow.people import service as people
from tests.flows.office import Office

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
CYCLE, REMIND, WATCH = "会议周期/会议周期", "会议提醒/会议提醒", "议定事项督办/议定事项督办"


def test_a_meeting_is_noticed_and_its_paper_drafted_by_the_cycle(office: Office, house: House) -> None:
    """Its topics fixed and its day near: run twice, the notice is drafted and sent once, the table says what lacks."""
    new = acts.usual(house, MeetingKind.PROMOTION, civil_date(house.now() + timedelta(days=4)), "流程试会议")
    meeting = acts.plan(house, new, by="test")
    with house.transaction() as session:
        seats = invitations.seats(session, meeting.id)
        topic = NewTopic(seats[0].new.unit, "流程试议题")
        handed = service.hand_in(session, meeting.id, topic, None, by="test", now=house.now())
        service.arrange(session, meeting.id, Arrangement((handed.id,)), by="test", now=house.now())
        service.fix_topics(session, meeting.id, by="test", now=house.now())
        for seat in seats:
            if seat.new.person is None:
                invitations.drop(session, seat.id, by="test", now=house.now())
    numbers = [office.start(deployment) for deployment in (CYCLE, REMIND, WATCH)]
    ends = [office.carried_out(name, number) for name, number in zip((CYCLE, REMIND, WATCH), numbers, strict=True)]
    assert [kind for kind, _ in ends] == ["COMPLETED"] * 3, ends
    again = office.start(CYCLE)
    assert office.carried_out(CYCLE, again)[0] == "COMPLETED"
    with house.reading() as session:
        assert service.meeting(session, meeting.id).state is MeetingState.NOTICED
        names = {card.name for card in people.cadres(session)}
    (line,) = meetings_papers.lines(house, meeting.id)
    assert (line.paper, line.document is None) == (Paper.NOTICE, False)
    tables = {number: _tables(office, number) for number in (*numbers, again)}
    (row,) = [one for one in tables[again]["meeting-cycle"] if one["会议"] == new.title]
    assert (row["状态"], row["超期"]) == ("已通知", "")
    assert row["缺公文"] == f"会议通知{line.document.name if line.document else ''}拟稿"
    said = str(tables)
    assert not any(name in said for name in names)
    acts.cancel(house, meeting.id, "试完", by="test")


def _tables(office: Office, number: str) -> dict[str, list[dict[str, str]]]:
    return {key: json.loads(data) for key, data in office.artifacts(number).items()}
