"""The board in a real browser: an old phone's width, keyboard, screen reader, paper."""

import io
import json

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

PATHS = (
    "/", "/board/2026-12", "/board/2026-12/markets", "/market/QH05", "/market/QH36", "/markets", "/day/2026-12-04",
    "/about/data", "/board/2027-01", "/board/2026-13", "/print/2026-12/a4/QH05", "/print/2026-12/a3",
)  # fmt: skip

CONTRAST = """() => {
  const lum = c => { const v = c.map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4 });
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2] };
  const rgb = s => s.match(/[0-9.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
  const bad = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const a = lum(rgb(getComputedStyle(e).color).slice(0, 3)), b = lum(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push([e.tagName, e.className, ratio.toFixed(2)]);
  }
  return bad }"""

NAMELESS = """() => {
  const bad = [];
  for (const e of document.querySelectorAll('a[href], button'))
    if (!e.textContent.trim() && !e.getAttribute('aria-label')) bad.push(e.outerHTML);
  for (const e of document.querySelectorAll('img')) if (!e.alt) bad.push(e.outerHTML);
  for (const e of document.querySelectorAll('input')) if (!e.labels || !e.labels.length) bad.push(e.outerHTML);
  for (const e of document.querySelectorAll('nav, section[aria-labelledby]')) {
    const by = e.getAttribute('aria-labelledby');
    if (!e.getAttribute('aria-label') && !(by && document.getElementById(by))) bad.push(e.outerHTML.slice(0, 80));
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) bad.push('the same id twice');
  if (!document.title || document.querySelectorAll('main').length !== 1) bad.push('title or main');
  const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1]);
  levels.forEach((l, i) => { if (l > (levels[i - 1] || 0) + 1) bad.push('heading level skipped') });
  return bad }"""

SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input')]
  .filter(e => { const r = e.getBoundingClientRect();
    return r.width && r.left >= 0 && (r.height < 24 || r.width < 24) })
  .map(e => e.outerHTML)"""


@pytest.mark.parametrize("path", PATHS)
def test_page_on_an_old_phone(browser: Browser, board_address: str, path: str) -> None:
    """At 320 pixels nothing scrolls sideways, text is dark enough, all is named, targets are big, no host is asked."""
    page = browser.new_page(viewport={"width": 320, "height": 568})
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(board_address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert [url for url in asked if not url.startswith(board_address + "/")] == []
    assert [text for text in complaints if "400" not in text] == []
    page.close()


def test_keyboard_skips_to_the_content(browser: Browser, board_address: str) -> None:
    """The first Tab shows the way past the menu, and Enter takes it."""
    page = browser.new_page()
    page.goto(f"{board_address}/board/2026-12")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.inner_text() == "跳到正文"
    assert (link.bounding_box() or {"x": -1})["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()


def test_a_villager_finds_the_next_service_without_scripts(browser: Browser, board_address: str) -> None:
    """Without JavaScript one gets from the first page to a market, to a day, and back."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(board_address)
    page.get_by_role("link", name="柳溪老街", exact=False).first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("柳溪老街")
    page.get_by_role("link", name="12月7日 周一").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "2026年12月7日 周一"
    page.get_by_role("link", name="首页").click()
    page.get_by_label("日期", exact=False).fill("2026-12-18")
    page.get_by_role("button", name="查看").click()
    assert page.url == f"{board_address}/day/2026-12-18"
    context.close()


def test_paper_has_the_size_that_was_promised(browser: Browser, board_address: str) -> None:
    """A market's poster is one upright A4 sheet; the month lies on A3; both carry the whole notice and no menu."""
    page = browser.new_page()
    page.goto(f"{board_address}/print/2026-12/a4/QH05")
    poster = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.goto(f"{board_address}/print/2026-12/a3")
    sheet = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    sizes = [[round(float(side) / 72 * 25.4) for side in pdf.pages[0].mediabox[2:]] for pdf in (poster, sheet)]
    assert sizes == [[210, 297], [420, 297]]
    assert len(poster.pages) == 1
    assert len(sheet.pages) <= 4
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    page.close()


def test_screen_pages_print_without_menu(browser: Browser, board_address: str) -> None:
    """Printing a page for the screen leaves menu and buttons away."""
    page = browser.new_page()
    page.goto(f"{board_address}/board/2026-12")
    page.emulate_media(media="print")
    assert not page.locator(".nav").is_visible()
    assert not page.locator(".picks").first.is_visible()
    assert page.locator("h1").is_visible()
    page.close()


def test_served_answers_over_a_real_connection(browser: Browser, board_address: str) -> None:
    """The board's JSON, calendar and HEAD answers arrive over a real connection."""
    page = browser.new_page()
    value = json.loads(page.request.get(f"{board_address}/api/board/2026-12.json").body())
    assert len(value["sessions"]) == 70
    assert page.request.head(f"{board_address}/market/QH01.ics").body() == b""
    assert page.request.get(f"{board_address}/market/QH01.ics").text().startswith("BEGIN:VCALENDAR")
    page.close()
