"""The check page: says whether a printed approval sheet is genuine, shows nothing personal, stops guessing."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi import FastAPI

from djflow.approvals.model import Case
from djflow.assembly import House, upkeep
from djflow.web.app import create_app
from djflow.web.check import check_router
from tests.assembly.conftest import house
from tests.web.desk.approval_people import OPINION, OfficeAtDesk, decide, settled

__all__ = ["house"]
CODE = re.compile(r'class="code">([0-9a-f-]+)<')


def ask(app: FastAPI, path: str, address: str = "10.0.0.9") -> httpx.Response:
    """Return one answer to somebody at an address."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 4000))
        async with httpx.AsyncClient(transport=transport, base_url="http://check.test") as client:
            return await client.get(path)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked()).result()


@pytest.fixture
def app(house: House) -> FastAPI:
    """The public pages with the check page."""
    return create_app(upkeep.board_source(house), extra_routers=[check_router(house)], clock=house.clock)


@pytest.fixture
def office(house: House) -> OfficeAtDesk:
    """The small office at its desks."""
    return settled(house)


@pytest.fixture
def case(office: OfficeAtDesk) -> Case:
    """A case with one decision."""
    case = office.open()
    decide(office.seated("u-t1"), case)
    return case


def code_of(office: OfficeAtDesk, case: Case) -> str:
    """Return the check code of a sheet printed now."""
    found = CODE.search(office.seated("u-t1").text(f"/desk/approvals/{case.id}/sheet"))
    assert found
    return found[1]


def test_a_genuine_sheet_is_known(office: OfficeAtDesk, app: FastAPI, case: Case) -> None:
    """The code of a print tells kind, number, dates, decisions on it and since – no name, title, amount or opinion."""
    code = code_of(office, case)
    shown = ask(app, f"/check/{code}")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    for words in (
        "这个校验码是真的",
        "测试补助",
        "WF2026-0001",
        "1 项决定",
        "没有新的决定",
        "2026年11月18日",
        "审批中",
    ):
        assert words in shown.text
    for secret in (OPINION, "甲T1", "1000", case.id):
        assert secret not in shown.text
    decide(office.seated("u-d1"), case)
    assert "又有 1 项新的决定" in ask(app, f"/check/{code.upper()}").text
    typed = ask(app, f"/check?code=%20{code}%20")
    assert typed.headers["location"] == f"/check/{code}"
    assert "2 项决定" in ask(app, f"/check/{code_of(office, case)}").text


def test_an_altered_code_is_no_code(office: OfficeAtDesk, app: FastAPI, case: Case) -> None:
    """One sign changed, a number of decisions forged, something else typed: not genuine, and said so."""
    code = code_of(office, case)
    last = "0" if code[-1] != "0" else "1"
    plain = code.replace("-", "")
    forged = f"{plain[:12]}00{plain[14:]}"
    for wrong in (code[:-1] + last, forged):
        assert (ask(app, f"/check/{wrong}").status_code, "没有这张审批单" in ask(app, f"/check/{wrong}").text) == (
            404,
            True,
        )
    for odd in ("x", "%3Cscript%3E", "1" * 300):
        answer = ask(app, f"/check/{odd}")
        assert (answer.status_code, "<script" in answer.text) == (400, False)
    assert ask(app, "/check").status_code == 200


def test_guessing_is_stopped_and_good_codes_are_not(office: OfficeAtDesk, app: FastAPI, case: Case) -> None:
    """After twenty wrong codes an address is told to wait; a genuine code and other addresses still get answers."""
    code = code_of(office, case)
    found = [ask(app, f"/check/{'0' * 26}").status_code for _ in range(22)]
    assert (set(found[:20]), found[20:]) == ({404}, [429, 429])
    assert ask(app, f"/check/{code}").status_code == 200
    assert ask(app, f"/check/{'0' * 26}", "10.0.0.10").status_code == 404
