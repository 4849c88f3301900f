"""What an applicant does on the phone, for tests: open the pages, file, send papers."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from djflow.assembly import House, phone, upkeep
from djflow.core.ids import PersonId
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Category, FundCase
from djflow.web.app import create_app
from djflow.web.me.fund import fund_router
from djflow.web.me.guard import Forms
from djflow.web.me.routes import me_router
from tests.fund.books import photo
from tests.web.me.conftest import FORM, Phone

FIELDS = {
    "category": "regular",
    "amount": "2,000",
    "reason": "肺部疾病，手术花费大",
    "family": "两个孩子上学",
    "income": "每月吃低保",
    "income_per_head": "600",
    "household": "HK-778",
}
BOUNDARY = "x5Qk"


def pages_of(house: House) -> FastAPI:
    """Return the phone pages of a house."""
    routers = [fund_router(house), me_router(house)]
    return create_app(upkeep.board_source(house), extra_routers=routers, clock=house.clock)


def phone_of(house: House, person: PersonId) -> Phone:
    """Open somebody's phone."""
    return Phone(pages_of(house), phone.link_for(house, person).removeprefix(house.settings.web.address))


def parts(fields: Mapping[str, str], files: tuple[bytes, ...]) -> bytes:
    """Return a form with files as a browser sends it."""
    body = b""
    for name, value in fields.items():
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def mark_of(house: House, mine: Phone, case: str) -> str:
    """Return the mark of the form for papers, as a page that was opened before still holds it."""
    return Forms(phone.form_key(house)).mark(mine.link.rpartition("/")[2], f"fund/{case}/material")


def send_files(mine: Phone, case: str, kind: str, *files: bytes, mark: str = "") -> httpx.Response:
    """Send papers with the form as the page shows it, or with a mark of before."""
    action = f"{mine.link}/fund/{case}/material"
    shown = mark or dict(FORM.findall(mine.get(f"/fund/{case}").text))[action]
    body = parts({"form": shown, "kind": kind}, files)
    return mine.ask(action, "POST", body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def filed(mine: Phone, **changes: str) -> str:
    """File a draft on the phone and return its id."""
    answer = mine.tap("/fund/new", "fund/new", **{**FIELDS, **changes})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2].partition("?")[0]


def complete(house: House, mine: Phone) -> str:
    """File a draft with all its papers."""
    case = filed(mine)
    for kind in house.settings.fund.policy.categories[Category.REGULAR].materials:
        assert send_files(mine, case, kind, photo()).status_code == 303
    return case


def case_of(house: House, case: str) -> FundCase:
    """Return a case."""
    with house.reading() as session:
        return cases.get(session, case)
