"""Pages of batches at the desk: the section walks one to its publicity, a unit sees and does its own part only."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from djflow.accounts.model import Role
from djflow.assembly import House, dispatch_batches
from djflow.dispatch.batches import service
from djflow.dispatch.batches.model import BatchState, NewBatch
from djflow.dispatch.policy.model import BatchKind
from djflow.people import service as people
from tests.web.desk.batch_office import decide_all, open_district, settle_all, staffed, the_batch
from tests.web.desk.conftest import Staff

FINDING = re.compile(r'name="finding" value="([0-9a-f]{32})"')


@pytest.fixture
def district(tmp_path: Path) -> Iterator[House]:
    """The demonstration district with a batch in its check."""
    house = open_district(tmp_path / "home")
    yield house
    house.database.engine.dispose()


def test_the_section_walks_a_batch_to_its_publicity(district: House) -> None:
    """Every open point is settled with a reason, a proposal made, submitted, decided and hung, page by page."""
    clerk, batch = staffed(district), the_batch(district)
    page = f"/desk/dispatch/batch/{batch.id}"
    assert batch.title in clerk.text("/desk/dispatch")
    assert "资格审查" in clerk.text(page)
    waiting = FINDING.findall(clerk.text(f"{page}/check"))
    assert len(waiting) == 5
    assert clerk.send(f"{page}/settle", finding=waiting[0], verdict="pass", reason="").status_code == 400
    for finding in waiting:
        answer = clerk.send(f"{page}/settle", finding=finding, verdict="pass", reason="看过本人档案")
        assert answer.status_code == 303
    assert "看过本人档案" in clerk.text(f"{page}/check")
    clerk.text(f"{page}/do/propose")
    assert clerk.send(f"{page}/do/propose", round="0").status_code == 303
    refused = clerk.send(f"{page}/do/submit", round="0")
    assert (refused.status_code, "第0稿" in refused.text) == (409, True)
    assert "已证明没有更好的" in clerk.text(f"{page}/proposal")
    assert clerk.send(f"{page}/do/submit", round="1").status_code == 303
    decide_all(district)
    assert clerk.send(f"{page}/do/post").status_code == 303
    assert "公示中" in clerk.text(f"{page}/publicity")
    assert the_batch(district).state is BatchState.PUBLICITY


def test_why_is_answered_for_any_pair(district: House) -> None:
    """The page of the proposal says why somebody goes to a post or not, with what the other way would cost."""
    clerk, batch = staffed(district), the_batch(district)
    settle_all(district)
    dispatch_batches.propose(district, batch.id, by="test")
    with district.reading() as session:
        person = service.candidates(session, batch.id)[0]
        post = service.demands(session, batch.id)[0]
    shown = clerk.text(f"/desk/dispatch/batch/{batch.id}/proposal?person={person.id}&post={post.id}")
    assert 'role="status"' in shown
    assert person.id not in re.sub(r'value="[^"]*"', "", shown)


def test_a_unit_sees_its_own_people_only(district: House) -> None:
    """A liaison sees whom the own unit nominated, nobody else, no check, no proposal, and no batch it is not in."""
    batch = the_batch(district)
    with district.reading() as session:
        mine, other = service.candidates(session, batch.id)[:2]
        cards = people.people_by_ids(session, [mine.person, other.person])
        units = {unit.id: unit.code for unit in people.units(session)}
        towns = [unit.code for unit in people.units(session) if unit.entry.kind.is_town]
    liaison = Staff(district).inside("lianluo", Role.UNIT_LIAISON, unit=units[mine.unit])
    page = f"/desk/dispatch/batch/{batch.id}"
    shown = liaison.text(page)
    assert cards[mine.person].name in shown
    assert cards[other.person].name not in shown
    assert liaison.ask(f"{page}/check").status_code == 403
    assert liaison.ask(f"{page}/proposal").status_code == 403
    assert liaison.ask(f"{page}/do/cancel").status_code == 403
    liaison.text(f"{page}/do/withdraw")
    foreign = liaison.send(f"{page}/do/withdraw", person=other.id, reason="不去了")
    assert foreign.status_code == 404
    assert liaison.send(f"{page}/do/withdraw", person=mine.id, reason="家里有事").status_code == 303
    stranger = Staff(district).inside("dangban", Role.TOWN_CLERK, unit=towns[-1])
    assert stranger.ask(page).status_code == 404
    assert batch.title not in stranger.text("/desk/dispatch")


def test_a_township_asks_for_people_by_form_and_by_table(district: House, tmp_path: Path) -> None:
    """A township states its demand, corrects it, and brings a table; another unit's line is refused, all or nothing."""
    new = NewBatch(BatchKind.COMMUNITY, "2027年社区指导员", the_batch(district).starts_on, seed=1)
    batch = dispatch_batches.create(district, new, by="test")
    with district.reading() as session:
        town, other = [unit.code for unit in people.units(session) if unit.entry.kind.is_town][:2]
    clerk = Staff(district).inside("dangban", Role.TOWN_CLERK, unit=town)
    page = f"/desk/dispatch/batch/{batch.id}"
    clerk.text(f"{page}/do/demand")
    sent = {"title": "党建指导员", "women": "0", "specialty": "", "village": "", "unit": ""}
    assert clerk.send(f"{page}/do/demand", places="x", **sent).status_code == 400
    assert clerk.send(f"{page}/do/demand", places="2", **sent).status_code == 303
    assert clerk.send(f"{page}/do/demand", places="3", **sent).status_code == 303
    assert clerk.send(f"{page}/do/demand", places="1", **{**sent, "unit": other}).status_code == 404
    book = load_workbook(BytesIO(clerk.ask("/desk/dispatch/tables/demands").content))
    sheet = book["选派需求"]
    for row, unit in enumerate((town, other), start=4):
        sheet.cell(row, 1, unit)
        sheet.cell(row, 2, "网格员")
        sheet.cell(row, 3, 1)
    path = tmp_path / "demands.xlsx"
    book.save(path)
    refused = clerk.ask(f"{page}/do/demands-table", {"form_key": clerk.key}, files=[path.read_bytes()])
    assert (refused.status_code, "第 5 行" in refused.text) == (400, True)
    sheet.delete_rows(5)
    book.save(path)
    assert clerk.ask(f"{page}/do/demands-table", {"form_key": clerk.key}, files=[path.read_bytes()]).status_code == 303
    with district.reading() as session:
        found = service.demands(session, batch.id)
    assert sorted((one.new.title, one.new.places) for one in found) == [("党建指导员", 3), ("网格员", 1)]


def test_a_batch_is_opened_at_the_desk(district: House) -> None:
    """The section opens a batch by form; what cannot be is said on a page."""
    clerk = staffed(district)
    clerk.text("/desk/dispatch")
    made = clerk.send("/desk/dispatch", kind="upward", title="上派锻炼第一批", on="2027-03-01", seed="5")
    assert made.status_code == 303
    assert "需求摸底" in clerk.text(made.headers["location"])
    late = clerk.send("/desk/dispatch", kind="upward", title="过去的一批", on="2020-03-01", seed="5")
    assert (late.status_code, "晚于今天" in late.text) == (400, True)
