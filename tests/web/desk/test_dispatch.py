"""The desk's pages of postings: the board and whose it is, successors, the reserve list, courses."""

import io
import re
from pathlib import Path

from openpyxl import load_workbook

from djflow.accounts.model import Role
from djflow.assembly import dispatch_reserve, dispatch_rotation
from djflow.core.subject import Subject
from djflow.dispatch.postings import service as postings
from djflow.dispatch.reserve.model import KIND as RESERVE
from djflow.dispatch.rotation import service as rotation
from djflow.dispatch.training import excel
from djflow.people import service as people
from djflow.people.excel.outgo import write_table
from tests.web.desk.dispatch_office import ROOT, Office, office

__all__ = ["office"]


def test_the_board_counts_by_host_and_home_unit(office: Office) -> None:
    """The department sees who is where, the share of each unit, and whose term ends."""
    page = office.clerk.text(f"{ROOT}/board")
    assert "在外和待到岗共 <strong>2</strong> 人" in page
    assert "60 天内 1 人" in page
    assert re.search(r"人力资源和社会保障局</a></th><td>2 / 1 <span class=\"tag full\">超出", page)
    lines = office.clerk.text(f"{ROOT}/board/lines?unit=HR&side=home")
    assert lines.index("甲A03") < lines.index("甲A04")
    assert "甲A04" not in office.clerk.text(f"{ROOT}/board/lines?days=60")
    assert "没有符合的选派干部" in office.clerk.text(f"{ROOT}/board/lines?kind=upward")


def test_a_host_and_a_home_unit_see_their_own(office: Office) -> None:
    """The township and the bureau see the two, another bureau nobody, and no other unit's list."""
    town = office.inside("zhen", Role.TOWN_CLERK, person="C02")
    assert "共 <strong>2</strong> 人" in town.text(f"{ROOT}/board")
    bureau = office.inside("renshe", Role.UNIT_LIAISON, person="A01")
    assert "甲A03" in bureau.text(f"{ROOT}/board/lines")
    assert "甲A03" in bureau.text(f"/desk/postings/{office.ending.id}")
    assert bureau.ask(f"{ROOT}/board/lines?unit=T1").status_code == 404
    law = office.inside("sifa", Role.UNIT_LIAISON, unit="LAW")
    assert "共 <strong>0</strong> 人" in law.text(f"{ROOT}/board")
    assert "没有符合的选派干部" in law.text(f"{ROOT}/board/lines")


def test_what_is_no_filter_is_refused(office: Office) -> None:
    """A kind, side, number of days or page that is none is told in words."""
    for asked in ("kind=x", "side=x", "days=5", "after=x", "after=20269999-aa"):
        assert office.clerk.ask(f"{ROOT}/board/lines?{asked}").status_code == 400, asked


def test_the_board_is_printed_exported_and_drawn(office: Office) -> None:
    """The A4 sheet holds both, the Excel table has a row for each and is recorded, the picture is one."""
    sheet = office.clerk.text(f"{ROOT}/board/print")
    assert "甲A03" in sheet
    assert "A4 纵向" in sheet
    office.clerk.ask(f"{ROOT}/board")
    answer = office.clerk.send(f"{ROOT}/board/file", unit="T1", side="host")
    table = load_workbook(io.BytesIO(answer.content))["选派干部一览"]
    assert [row[0].value for row in table.iter_rows(min_row=4)] == ["A03", "A04"]
    picture = office.clerk.ask(f"{ROOT}/board/picture.png")
    assert picture.content.startswith(b"\x89PNG")


def test_a_successor_is_proposed_explained_approved_and_posted(office: Office) -> None:
    """Somebody is found for the ending post; accepted and approved it becomes a posting with its handover."""
    office.clerk.ask(f"{ROOT}/rotation")
    assert office.clerk.send(f"{ROOT}/rotation").headers["location"].endswith("said=run")
    page = office.clerk.text(f"{ROOT}/rotation")
    (number,) = set(re.findall(r"LH20261118-\d{3}", page))
    assert "交接 15 天" in page
    why = office.clerk.text(f"{ROOT}/rotation/{number}")
    leader = office.inside("lingdao", Role.DEPT_MINISTER, person="B03")
    assert "采纳，报审批" not in leader.text(f"{ROOT}/rotation/{number}")
    assert "入选" in why
    assert "抽签种子 202611" in why
    assert office.clerk.send(f"{ROOT}/rotation/{number}/accept").headers["location"].endswith("said=accepted")
    with office.house.reading() as session:
        subject = rotation.proposal(session, number).subject
    office.approve(subject)
    with office.house.reading() as session:
        done = rotation.proposal(session, number)
        made = postings.posting(session, done.new.moves[0].posting)
    assert made.new.replaces == office.ending.id
    assert (office.ending.span.last - made.span.first).days == 14
    assert "已选派接任" in office.clerk.text(f"{ROOT}/rotation/{number}")
    assert dispatch_rotation.run(office.house, office.house.today(), by="test").open == ()


def test_a_declined_successor_is_not_proposed_again(office: Office) -> None:
    """After a no with its reason the next run proposes somebody else for the post."""
    found = dispatch_rotation.run(office.house, office.house.today(), by="test")
    first = found.open[0]
    office.clerk.ask(f"{ROOT}/rotation/{first.number}")
    assert office.clerk.send(f"{ROOT}/rotation/{first.number}/decline", reason="x").status_code == 400
    office.clerk.send(f"{ROOT}/rotation/{first.number}/decline", reason="host")
    again = dispatch_rotation.run(office.house, office.house.today(), by="test").open[0]
    assert again.new.moves[0].move.person != first.new.moves[0].move.person
    assert "接收单位有不同意见" in office.clerk.text(f"{ROOT}/rotation/{first.number}")
    codes = " ".join(str(value) for row in found.rows for value in row.values())
    assert "甲" not in codes


def test_the_reserve_list_goes_in_and_out(office: Office) -> None:
    """Proposed, approved, opinions opened with a record, taken off with approval; each said on the page."""
    office.clerk.ask(f"{ROOT}/reserve")
    answer = office.clerk.send(f"{ROOT}/reserve", code="C03", reason="young", opinion="肯吃苦")
    here = answer.headers["location"].partition("?")[0]
    member = here.rpartition("/")[2]
    office.approve(Subject(RESERVE, member))
    page = office.clerk.text(here)
    assert "在库" in page
    assert "肯吃苦" not in page
    assert "肯吃苦" in office.clerk.send(f"{here}/look").text
    assert "2027-11-18" in office.clerk.text(f"{ROOT}/reserve")
    assert dispatch_reserve.rows(dispatch_reserve.register(office.house))[0]["工号"] == "C03"
    office.clerk.send(f"{here}/keep", reason="still_fit")
    assert "年度复核" in office.clerk.text(here)
    office.clerk.send(f"{here}/leave", reason="promoted")
    office.approve(Subject(RESERVE, member))
    assert "已出库" in office.clerk.text(f"{ROOT}/reserve?view=ended")
    leader = office.inside("lingdao", Role.DEPT_DEPUTY, person="B02")
    assert "提出入库" not in leader.text(f"{ROOT}/reserve")
    assert leader.send(f"{ROOT}/reserve", code="C03", reason="young").status_code == 403


def test_a_course_is_planned_called_and_signed_by_its_host(office: Office) -> None:
    """The clerk plans and calls, the host signs on the last day, the hours count; another unit sees no course."""
    office.clerk.ask(f"{ROOT}/training")
    form = {"title": "专题班", "school": "大仓镇党校", "host": "T1", "first": "2026-11-17", "last": "2026-11-18"}
    answer = office.clerk.send(f"{ROOT}/training", key="k1", hours="16", **form)
    assert answer.headers["location"] == f"{ROOT}/training/PX2026-001?said=planned"
    here = f"{ROOT}/training/PX2026-001"
    refused = office.clerk.send(f"{here}/call", codes="A01 A03 ZZ")
    assert refused.status_code == 400
    assert "A03：2026-11-16至" in refused.text
    assert "ZZ：没有这个工号" in refused.text
    assert office.clerk.send(f"{here}/call", codes="A01, A02").status_code == 303
    office.clerk.send(f"{here}/withdraw", code="A02", reason="work")
    host = office.inside("dangxiao", Role.HOST_SUPERVISOR, person="C02")
    page = host.text(here)
    assert "签到结业" in page
    host.send(f"{here}/sign", came="A01", **{"hours-A01": "16"})
    assert "已参训，16 学时" in host.text(here)
    assert "还差" in office.clerk.text(f"{ROOT}/training/hours")
    law = office.inside("sifa", Role.HOST_SUPERVISOR, unit="LAW")
    assert law.ask(here).status_code == 404
    assert "没有班次" in law.text(f"{ROOT}/training")


def test_a_list_is_imported_whole(office: Office, tmp_path: Path) -> None:
    """The downloaded list comes back; a bad row is named on the page and nobody is called."""
    folder = tmp_path
    office.clerk.ask(f"{ROOT}/training")
    form = {"title": "专题班", "school": "省委党校", "host": "", "first": "2026-12-07", "last": "2026-12-11"}
    office.clerk.send(f"{ROOT}/training", key="k1", hours="40", **form)
    here = f"{ROOT}/training/PX2026-001"
    assert office.clerk.ask(f"{here}/list").content.startswith(b"PK")
    for name, lines in (("bad", ["A01", "A03"]), ("good", ["A01", "A02"])):
        write_table(folder / f"{name}.xlsx", excel.call_form(), [excel.CallLine(code) for code in lines], "名单")
    office.clerk.ask(here)
    bad = office.clerk.ask(f"{here}/import", {"form_key": office.clerk.key}, files=[(folder / "bad.xlsx").read_bytes()])
    assert "第 5 行“工号”：2026-11-16至" in bad.text
    good = office.clerk.ask(
        f"{here}/import", {"form_key": office.clerk.key}, files=[(folder / "good.xlsx").read_bytes()]
    )
    assert good.status_code == 303
    with office.house.reading() as session:
        away = {one.entry.person_id for one in people.absences(session, office.other.span)}
    assert {office.ids["A01"], office.ids["A02"]} <= away
    office.clerk.ask(here)
    assert office.clerk.send(f"{here}/cancel").status_code == 400
    assert office.clerk.send(f"{here}/cancel", sure="yes").status_code == 303
