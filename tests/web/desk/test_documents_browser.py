"""Documents at the desk in a real browser, at an office's screen and at a phone's."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from djflow.accounts.model import Role
from djflow.assembly import House, documents_acts
from djflow.core.ids import PersonId
from tests.assembly.documented import BY, Papers, staffed
from tests.web.conftest import browser
from tests.web.desk.conftest import Staff, app_of
from tests.web.desk.test_browser import entered, look, with_scripts
from tests.web.serving import served_at

__all__ = ["browser"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
ROOT = "/desk/documents"


def serving(house: House) -> AbstractContextManager[str]:
    """Serve a house's desk really, and give its address."""
    return served_at(app_of(house))


@pytest.fixture
def tour(house: House, ids: dict[str, PersonId]) -> dict[str, list[str]]:
    """The pages to look at, by whose they are: documents in each part of their life."""

    def made() -> dict[str, list[str]]:
        papers = staffed(house, ids)
        issued = papers.issued()
        void = papers.issued()
        documents_acts.void(house, void.id, "主送单位写错，另行印发", by=BY)
        asked = papers.sent(countersigns=(papers.units["HR"], papers.units["LAW"]))
        papers.decide(asked, "A03")
        signed, draft = papers.signed(), documents_acts.draft(house, papers.new(), by=BY)
        return shown(papers, [issued.id, asked.id], [void.id, signed.id, draft.id, f"{draft.id}/edit"])

    def shown(_: Papers, shared: list[str], own: list[str]) -> dict[str, list[str]]:
        pages = ["", "?group=archive", "/new", "/numbers?series=fa", *(f"/{one}" for one in (*shared, *own))]
        staff = Staff(house)
        staff.make("w-clerk", Role.OFFICE_CLERK, person="A03")
        staff.make("w-liaison", Role.UNIT_LIAISON, person="A04")
        return {"w-clerk": pages, "w-liaison": ["", *(f"/{one}" for one in shared)]}

    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        return aside.submit(made).result()


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_can_be_read_and_pressed(
    browser: Browser, house: House, tour: dict[str, list[str]], width: int, tmp_path: Path
) -> None:
    """Every page fits the screen, has names for its fields, contrast, and targets a finger can hit."""
    with serving(house) as address:
        for login, paths in tour.items():
            context = entered(browser, address, login, width)
            page = with_scripts(browser, context, width)
            for number, path in enumerate(paths):
                look(page, f"{address}{ROOT}{path}")
                page.screenshot(path=tmp_path / f"{login}-{number}-{width}.png", full_page=True)
            page.context.close()
            context.close()
