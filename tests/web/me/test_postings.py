"""A posted cadre's pages: only the own posting, each act once however often it is tapped, typed words never lost."""

from collections.abc import Callable
from datetime import date

import pytest
from fastapi import FastAPI

from djflow.assembly import House, upkeep
from djflow.assembly import dispatch_postings as acts
from djflow.assembly import dispatch_postings_watch as watching
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.dispatch.postings import service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Recalled
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.leave.model import LeaveState
from djflow.dispatch.postings.model import PostingState, RecallReason
from djflow.dispatch.postings.months import service as months
from djflow.web.app import create_app
from djflow.web.me.postings import postings_router
from djflow.web.me.routes import me_router
from tests.assembly.conftest import at, house, ids
from tests.assembly.posted import BY, Out, appointed, begun, staffed
from tests.web.me.conftest import Phone, link_path

__all__ = ["at", "house", "ids"]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
AtMoment = Callable[[str], House]


@pytest.fixture
def out(house: House, ids: dict[str, PersonId]) -> Out:
    """A house whose people are sent out."""
    return staffed(house, ids)


def pages_of(house: House) -> FastAPI:
    """Return the phone pages of a house."""
    routers = [postings_router(house), me_router(house)]
    return create_app(upkeep.board_source(house), extra_routers=routers, clock=house.clock)


def phone_of(house: House, person: PersonId) -> Phone:
    """Open somebody's phone at the moment of a house."""
    return Phone(pages_of(house), link_path(house, person))


def test_reporting_for_duty(out: Out, at: AtMoment) -> None:
    """Before the first day the page says when to come; on it one tap reports, and more taps change nothing."""
    posting = appointed(out)
    acts.talk(out.house, posting.id, by=BY)
    before = phone_of(at("2026-11-30T09:00"), out.ids["A02"])
    assert before.get("/posting").status_code == 303
    assert "请在2026年12月1日" in before.get(f"/posting/{posting.id}").text
    assert "我已到岗，报到" not in before.get(f"/posting/{posting.id}").text
    phone = phone_of(at("2026-12-01T09:00"), out.ids["A02"])
    home = phone.get("").text
    assert f"/posting/{posting.id}" in home
    mark = phone.get(f"/posting/{posting.id}").text.partition('name="form" value="')[2].partition('"')[0]
    address = f"{phone.link}/posting/{posting.id}/report"
    assert [phone.ask(address, "POST", f"form={mark}").status_code for _ in range(3)] == [303, 303, 303]
    assert "已报到" in phone.get(f"/posting/{posting.id}?said=report").text
    with out.house.reading() as session:
        assert service.posting(session, posting.id).state is PostingState.REPORTED
        assert len([move for move in service.moves(session, posting.id) if move.act.value == "report"]) == 1


def test_leave_is_asked_for_and_taken_back(out: Out, at: AtMoment) -> None:
    """The same request tapped twice is one; a wrong one is shown again with what was typed."""
    posting = begun(out, at("2026-12-01T09:00"))
    phone, path = phone_of(at("2026-12-02T09:00"), out.ids["A02"]), f"/posting/{posting.id}"
    act = f"posting/{posting.id}/leave"
    wrong = phone.tap(f"{path}/leave", act, first="2026-12-01", last="2026-12-03", reason="家中有事")
    assert wrong.status_code == 400
    assert "不能早于今天" in wrong.text
    assert "家中有事" in wrong.text
    for _ in range(2):
        asked = phone.tap(f"{path}/leave", act, first="2026-12-07", last="2026-12-08", reason="家中有事")
        assert asked.status_code == 303
    assert "待批" in phone.get(path).text
    with out.house.reading() as session:
        (leave,) = leaves.leaves(session, [posting.id])
    assert phone.tap(path, f"posting/{posting.id}/withdraw", leave=leave.id).status_code == 303
    with out.house.reading() as session:
        assert leaves.leave(session, leave.id).state is LeaveState.WITHDRAWN


def test_the_diary_and_the_month(out: Out, at: AtMoment) -> None:
    """A diary entry tapped twice is one and only its author reads it; the month's form may be written anew."""
    posting = begun(out, at("2026-12-01T09:00"))
    day = at("2027-01-06T09:00")
    watching.attend(day, Month(2026, 12), by="watch")
    phone, path = phone_of(day, out.ids["A02"]), f"/posting/{posting.id}"
    for _ in range(2):
        phone.tap(f"{path}/diary", f"posting/{posting.id}/diary", on="2027-01-05", text="王大爷家屋顶漏雨")
    page = phone.get(f"{path}/diary").text
    assert page.count("王大爷家屋顶漏雨") == 1
    assert "等您填写" in phone.get(path).text
    form = {"days": "21", "visits": "35", "matters": "2", "text": "修路"}
    act = f"posting/{posting.id}/month/2026-12"
    wrong = phone.tap(f"{path}/month/2026-12", act, **(form | {"days": "三"}))
    assert (wrong.status_code, "半角数字" in wrong.text, "修路" in wrong.text) == (400, True, True)
    for days in ("21", "22"):
        assert phone.tap(f"{path}/month/2026-12", act, **(form | {"days": days})).status_code == 303
    assert 'value="22"' in phone.get(f"{path}/month/2026-12").text
    assert phone.get(f"{path}/month/2027-01").status_code == 404
    with out.house.reading() as session:
        assert [one.stated for one in months.months(session, [posting.id])] == [22]


def test_a_recall_while_leave_is_being_written(out: Out, at: AtMoment) -> None:
    """Called back while the form is open: the tap is refused in words, and the page says when to go."""
    posting = begun(out, at("2026-12-01T09:00"))
    day = at("2026-12-09T09:00")
    phone, path = phone_of(day, out.ids["A02"]), f"/posting/{posting.id}"
    shown = phone.get(f"{path}/leave").text
    acts.recall(day, posting.id, Recalled(RecallReason.DISCIPLINE, date(2026, 12, 11), "核查"), by=BY)
    mark = shown.partition('name="form" value="')[2].partition('"')[0]
    body = f"form={mark}&first=2026-12-14&last=2026-12-15&reason=x"
    late = phone.ask(f"{phone.link}{path}/leave", "POST", body)
    assert (late.status_code, "已召回" in late.text) == (409, True)
    page = phone.get(path).text
    assert "2026年12月11日" in page
    assert "纪律" not in page
    with out.house.reading() as session:
        assert ending.proposals(session) == ()


def test_nobody_opens_the_posting_of_another(out: Out, at: AtMoment) -> None:
    """With the own link somebody else's posting does not exist: not to look at, not to act on."""
    posting = begun(out, at("2026-12-01T09:00"))
    other = phone_of(at("2026-12-02T09:00"), out.ids["A03"])
    assert "目前没有您的派出" in other.get("/posting").text
    for path in ("", "/leave", "/diary", "/summary"):
        assert other.get(f"/posting/{posting.id}{path}").status_code == 404
    mine = phone_of(at("2026-12-02T09:00"), out.ids["A02"])
    mark = mine.get(f"/posting/{posting.id}/diary").text.partition('name="form" value="')[2].partition('"')[0]
    tried = other.ask(f"{other.link}/posting/{posting.id}/diary", "POST", f"form={mark}&on=2026-12-02&text=x")
    assert tried.status_code == 404
    foreign = mine.ask(f"{mine.link}/posting/{posting.id}/diary", "POST", "form=x&on=2026-12-02&text=x")
    assert foreign.status_code == 403
    broken = mine.ask(f"/me/{'A' * 22}/posting/{posting.id}")
    assert broken.status_code == 404


def test_the_pages_are_small(out: Out, at: AtMoment) -> None:
    """Each page stays below 50 KB, with a full diary too."""
    posting = begun(out, at("2026-12-01T09:00"))
    day = at("2027-12-01T09:00")
    for number in range(25):
        acts.write_diary(day, posting.id, date(2027, 11, 1 + number), f"{number}" + "入户走访" * 290, by="me")
    phone = phone_of(day, out.ids["A02"])
    for path in ("", "/leave", "/diary", "/summary"):
        assert len(phone.get(f"/posting/{posting.id}{path}").content) < 50_000
