"""Takes the README's pictures: `python deploy/make_pictures.py [HOME]` while `djflow up` runs there.

Needs Chromium, LibreOffice Calc and pdftoppm (Debian: chromium libreoffice-calc poppler-utils) and a draft in review.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from djflow.assembly import House, filing, open_house
from djflow.assembly import roster as desk
from djflow.roster.views import RosterState

PICTURES = Path(__file__).parent / "pictures"
BROWSER = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


def main() -> None:
    """Take every picture."""
    house = open_house(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    PICTURES.mkdir(exist_ok=True)
    published = next(s for s in reversed(desk.listing(house)) if s.state is RosterState.PUBLISHED)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 960})
        _review(page, house)
        page.set_viewport_size({"width": 1000, "height": 760})
        page.goto(f"{house.settings.web.address}/board/{published.month}")
        page.screenshot(path=PICTURES / "board.png")
        browser.close()
    fairness = filing.render(house, published.roster_id, filing.FAIRNESS)
    workbook = filing.render(house, published.roster_id, filing.WORKBOOK)
    if fairness is None or workbook is None:
        sys.exit("没有可以截图的已发布值班表。")
    (PICTURES / "fairness.png").write_bytes(fairness)
    _first_page(workbook, PICTURES / "workbook.png")


def _review(page: Page, house: House) -> None:
    address = house.settings.prefect.address
    question = json.dumps({"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}}).encode()
    request = urllib.request.Request(f"{address}/api/flow_runs/filter", question, {"content-type": "application/json"})  # noqa: S310 - our own server
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - an address of this machine
        run = json.load(answer)[0]["id"]
    page.goto(f"{address}/v2/runs/flow-run/{run}")
    page.get_by_role("button", name="Open menu").click()
    page.get_by_role("menuitem", name="Resume").click()
    page.get_by_role("dialog").wait_for()
    page.wait_for_timeout(1500)  # the form fades in
    page.screenshot(path=PICTURES / "review.png")


def _first_page(workbook: bytes, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "roster.xlsx"
        source.write_bytes(workbook)
        convert = ("soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, str(source))
        subprocess.run(convert, check=True, capture_output=True)
        stem = str(target.with_suffix(""))
        shrink = ("pdftoppm", "-png", "-singlefile", "-scale-to", "1200", f"{folder}/roster.pdf", stem)
        subprocess.run(shrink, check=True)


if __name__ == "__main__":
    main()
