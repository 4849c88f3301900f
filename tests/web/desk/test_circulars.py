"""Circulars at the desk: figures, corrections, paragraphs, hand-over; a unit sees its own figures and nothing else."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from djflow.accounts.model import Role
from djflow.assembly import House, upkeep
from djflow.circulars.model import Act, CircularState
from djflow.core.ids import PersonId
from djflow.web.app import create_app
from djflow.web.desk.router import desk_router
from tests.assembly.circulating import Press, opened
from tests.web.conftest import browser
from tests.web.desk.conftest import Browser, Staff
from tests.web.desk.test_browser import entered, look, with_scripts
from tests.web.serving import served_at

__all__ = ["browser"]
HERE = "/desk/circulars"


@pytest.fixture
def press(house: House, ids: dict[str, PersonId]) -> Press:
    """The house with its circular of October."""
    return opened(house, ids, staffed=False)


def clerk_of(press: Press) -> Browser:
    """Return the office's clerk at the desk."""
    return Staff(press.house).inside("c-office", Role.OFFICE_CLERK, person="A02")


def unit_of(press: Press, code: str) -> Browser:
    """Return a unit's liaison at the desk."""
    return Staff(press.house).inside(f"c-{code.lower()}", Role.UNIT_LIAISON, unit=code)


def test_the_office_runs_a_circular_by_its_buttons(press: Press) -> None:
    """List, answers, figures with the sample, paragraphs, preview, hand-over with a link to the document."""
    path, office = f"{HERE}/{press.id}", clerk_of(press)
    assert "情况通报" in office.text("/desk")
    assert "数据已汇总" in office.text(HERE)
    assert office.send(f"{path}/do", act="ask").headers["location"] == f"{path}?said=asked"
    assert "3 个单位没有答复" in office.text(HERE)
    refused = office.send(f"{path}/do", act="close")
    assert (refused.status_code, "不能结束核对" in refused.text) == (400, True)
    press.confirm("HR", "LAW", "T1")
    figures = office.text(f"{path}/figures")
    assert "到岗率93.8%（64人次）" in figures
    assert "样本不足5（4）" in figures
    assert office.send(f"{path}/do", act="close").status_code == 303
    assert office.send(f"{path}/paragraph", place="problem.absent", text="大仓镇2人次未到岗。").status_code == 303
    assert "已改写" in office.text(f"{path}/draft")
    long = office.send(f"{path}/paragraph", place="problem.absent", text="长" * 2001)
    assert (long.status_code, "最多 2000 个" in long.text) == (400, True)
    preview = office.ask(f"{path}/preview?as=docx")
    assert (preview.status_code, preview.content[:2]) == (200, b"PK")
    assert office.send(f"{path}/do", act="submit").status_code == 303
    assert "请写明理由" in office.send(f"{path}/stop", act="return", reason="").text
    assert office.send(f"{path}/do", act="hand").headers["location"] == f"{path}?said=handed"
    document = re.search(r'href="(/desk/documents/[0-9a-f]{32})"', office.text(path))
    assert document
    assert "关于2026年10月" in office.text(document[1])
    assert press.state() is CircularState.HANDED


def test_a_unit_sees_and_answers_its_own_figures(press: Press) -> None:
    """Before it is asked there is nothing; then its own figures; a claim in words, decided, is read by the unit."""
    path, law = f"{HERE}/{press.id}", unit_of(press, "LAW")
    assert law.ask(path).status_code == 404
    press.do(Act.ASK)
    assert "关于2026年10月" in law.text(HERE)
    page = law.text(path)
    assert ("3/4人次" in page, "38/40" in page, "19/20" in page) == (True, False, False)
    assert [law.ask(f"{path}/{part}").status_code for part in ("figures", "draft", "preview")] == [404, 404, 404]
    assert law.send(f"{path}/do", act="close").status_code == 403
    claim = {"section": "market", "code": "present", "part": "4", "whole": "4", "reason": "当天补签<b>"}
    wrong = law.send(f"{path}/correct", **{**claim, "part": "5"})
    assert (wrong.status_code, "超过了 100%" in wrong.text) == (400, True)
    assert "当天补签&lt;b&gt;" in wrong.text
    assert law.send(f"{path}/correct", **claim).status_code == 303
    assert "待处理" in law.text(path)
    office = clerk_of(press)
    shown = office.text(path)
    assert "当天补签&lt;b&gt;" in shown
    correction = re.search(r'name="correction" value="([0-9a-f]{32})"', shown)
    assert correction
    sent = {"correction": correction[1], "verdict": "declined"}
    assert "请写明不采纳的理由" in office.send(f"{path}/decide", **sent).text
    assert office.send(f"{path}/decide", **sent, answer="没有补签记录").status_code == 303
    assert "没有补签记录" in law.text(path)
    assert law.send(f"{path}/confirm").status_code == 303
    assert "已确认" in law.text(path)


def test_whoever_only_looks_sees_no_button_and_no_reason(press: Press) -> None:
    """A minister reads answers and figures, not why a unit claims; a form of another login is refused."""
    press.do(Act.ASK)
    press.claim()
    path = f"{HERE}/{press.id}"
    minister = Staff(press.house).inside("c-minister", Role.DEPT_MINISTER, person="A01")
    page = minister.text(path)
    assert ("100.0%（40/40人次）" in page, "两人当天已补签" in page, f"{path}/do" in page) == (True, False, False)
    office = clerk_of(press)
    office.text(path)
    office.key = "0" * 64
    assert office.ask(f"{path}/do", {"act": "drop", "form_key": "0" * 64}).status_code == 403
    assert press.state() is CircularState.CONFIRMING


def serving(house: House) -> AbstractContextManager[str]:
    """Serve a house's desk really, and give its address."""
    app = create_app(upkeep.board_source(house), extra_routers=[desk_router(house)], clock=house.clock)
    return served_at(app)


def staged(press: Press) -> None:
    """Bring a circular of October to its units, with a claim that waits and one answer, and make accounts."""
    press.do(Act.ASK)
    press.claim()
    press.confirm("HR")
    staff = Staff(press.house)
    staff.make("c-office", Role.OFFICE_CLERK, person="A02")
    staff.make("c-law", Role.UNIT_LIAISON, unit="LAW")


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_can_be_read_and_pressed(browser: Chromium, press: Press, width: int, tmp_path: Path) -> None:
    """Every page fits the screen, has names for its fields, contrast, and targets a finger can hit."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        aside.submit(staged, press).result()
    path = f"{HERE}/{press.id}"
    with serving(press.house) as address:
        for login, shown in (("c-office", ["", "/figures", "/draft"]), ("c-law", [""])):
            context = entered(browser, address, login, width)
            page = with_scripts(browser, context, width)
            for number, url in enumerate([HERE, *(f"{path}{part}" for part in shown)]):
                look(page, f"{address}{url}", unfold=True)
                page.screenshot(path=tmp_path / f"{login}-{number}-{width}.png", full_page=True)
            page.context.close()
            context.close()
