"""The phone pages without a browser: what they show, what they do once, what they refuse."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from icalendar import Calendar

from djflow.assembly import House, phone
from djflow.core.ids import PersonId
from djflow.roster.answers import invitations, store
from tests.assembly.test_answers import (
    FIRST,
    SATURDAY,
    WINDOW,
    changed,
    free_person,
    holder,
    recorded,
    standby,
    told,
    version,
)
from tests.web.me.conftest import FORM, Phone, app_of, link_path

PhoneOf = Callable[[PersonId], Phone]
DUTY = f"/duty/{FIRST}"


def test_my_duties_name_day_market_and_post(published: House, phone_of: PhoneOf) -> None:
    """The first page lists the own duties with their state, small, private, and nobody else's."""
    person = holder(published, FIRST)
    answer = phone_of(person).get()
    assert answer.status_code == 200
    assert "12月1日 周二" in answer.text
    assert "待确认" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    assert len(answer.content) < 15_000


def test_one_duty_says_all_one_needs(published: House, phone_of: PhoneOf) -> None:
    """Time, market, post, leader and the town office's telephone stand on one page."""
    text = phone_of(holder(published, FIRST)).get(DUTY).text
    for words in ("9:00—12:00", "大仓", WINDOW, "0872-000-0101", "副局长", "确认到岗", "不能到岗", "与别人换班"):
        assert words in text


def test_confirming_leads_back_and_stays_confirmed(published: House, phone_of: PhoneOf) -> None:
    """A tap leads back to the duty by 303; a second tap on an old page does no harm."""
    mine = phone_of(holder(published, FIRST))
    first = mine.tap(DUTY, f"duty/{FIRST}/confirm")
    assert (first.status_code, first.headers["location"]) == (303, f"{mine.link}{DUTY}")
    shown = mine.get(DUTY).text
    assert "已确认" in shown
    assert "确认到岗" not in shown
    assert len(recorded(published, FIRST)) == 1


def test_looking_changes_nothing(published: House, phone_of: PhoneOf) -> None:
    """Previews and scanners that fetch every page and form address with GET and HEAD leave no trace."""
    mine = phone_of(holder(published, FIRST))
    pages = ("", DUTY, f"{DUTY}/decline", f"{DUTY}/substitute", f"{DUTY}/swap", "/calendar.ics")
    for page in pages:
        assert mine.get(page).status_code == 200, page
        assert mine.ask(f"{mine.link}{page}", "HEAD").status_code == 200, page
    for act in ("confirm", "decline?reason=x", "swap?with=a", "substitute?who=a"):
        mine.get(f"{DUTY}/{act}")
        mine.ask(f"{mine.link}{DUTY}/{act}", "HEAD")
    assert mine.get(f"{DUTY}/confirm").status_code == 405
    assert (recorded(published, FIRST), version(published)) == ([], 1)


def test_declining_finds_somebody_at_once(published: House, phone_of: PhoneOf) -> None:
    """After the reason is sent the page says that somebody else goes, and the new one has the duty on the phone."""
    gone, reserve = holder(published, FIRST), standby(published, FIRST)
    mine = phone_of(gone)
    assert mine.tap(f"{DUTY}/decline", f"duty/{FIRST}/decline", reason="出差").status_code == 303
    text = mine.get(DUTY).text
    assert "您不用去了" in text
    assert "出差" not in text
    assert FIRST not in mine.get().text
    assert WINDOW in phone_of(reserve).get(DUTY).text


def test_own_quiet_hours_are_chosen(published: House, phone_of: PhoneOf) -> None:
    """The hours chosen are shown as chosen; what is not offered is refused in words."""
    mine = phone_of(holder(published, FIRST))
    assert "免打扰时间" in mine.get().text
    assert mine.get("/quiet").text.count(" checked") == 2
    sent = mine.tap("/quiet", "quiet", **{"from": "20:00", "to": ""})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{mine.link}/quiet")
    assert 'value="20:00" checked' in mine.get("/quiet").text
    assert mine.tap("/quiet", "quiet", **{"from": "12:00", "to": ""}).status_code == 400


def test_past_the_limit_one_learns_that_the_office_decides(published: House) -> None:
    """The page says who decides and that the duty stays until then."""
    strict = changed(published, substitutions_free=0)
    person = holder(published, FIRST)
    mine = Phone(app_of(strict), link_path(strict, person))
    mine.tap(f"{DUTY}/decline", f"duty/{FIRST}/decline", reason="出差")
    text = mine.get(DUTY).text
    assert "已转组织部办理" in text
    assert "仍由您承担" in text
    assert mine.tap(DUTY, f"duty/{FIRST}/confirm").status_code == 303
    assert "已确认" in mine.get(DUTY).text


def test_a_substitute_agrees_on_the_own_phone(published: House, ids: dict[str, PersonId], phone_of: PhoneOf) -> None:
    """Asked on one phone, agreed on the other, and both see how it stands."""
    person, code = holder(published, FIRST), free_person(published, ids)
    mine, other = phone_of(person), phone_of(ids[code])
    assert code in mine.get(f"{DUTY}/substitute").text
    assert mine.tap(f"{DUTY}/substitute", f"duty/{FIRST}/substitute", who=code).status_code == 303
    assert "等对方答复" in mine.get(DUTY).text
    first = other.get().text
    assert "等您答复" in first
    offer = first.split("/offer/")[1].split('"')[0]
    assert other.tap(f"/offer/{offer}", f"offer/{offer}/accept").status_code == 303
    assert "已办好" in other.get(f"/offer/{offer}").text
    assert holder(published, FIRST) == ids[code]
    stranger = phone_of(next(p for p in ids.values() if p not in {person, ids[code]}))
    assert stranger.get(f"/offer/{offer}").status_code == 404


def test_a_swap_is_offered_and_taken_back(published: House, phone_of: PhoneOf) -> None:
    """Only duties that the rules allow can be ticked; a question can be taken back."""
    mine = phone_of(holder(published, FIRST))
    text = mine.get(f"{DUTY}/swap").text
    choice = next(part.split('"')[0] for part in text.split('name="with" value="')[1:] if SATURDAY in part[:60])
    assert mine.tap(f"{DUTY}/swap", f"duty/{FIRST}/swap", **{"with": choice}).status_code == 303
    offer = mine.get(DUTY).text.split("/offer/")[1].split('"')[0]
    assert mine.tap(f"/offer/{offer}", f"offer/{offer}/withdraw").status_code == 303
    assert "已撤回" in mine.get(f"/offer/{offer}").text


def test_a_rule_that_forbids_is_told_on_the_page(published: House, phone_of: PhoneOf, ids: dict[str, PersonId]) -> None:
    """A substitute who may not lead is refused with the reason, and nobody is asked."""
    mine = phone_of(holder(published, FIRST, "带队领导"))
    clerk = next(code for code in ("A04", "B03", "C03") if ids[code] != holder(published, FIRST))
    answer = mine.tap(f"{DUTY}/substitute", f"duty/{FIRST}/substitute", name=f"甲{clerk}")
    assert answer.status_code == 403
    assert "不能这样换" in answer.text
    assert told(published, "duty_offer") == []


def test_a_duty_one_no_longer_has_is_explained(published: House, phone_of: PhoneOf) -> None:
    """A form that was opened before the roster changed is refused in friendly words, with a way back."""
    gone = holder(published, FIRST)
    early, late = phone_of(gone), phone_of(gone)
    form = dict(FORM.findall(early.get(DUTY).text))
    late.tap(f"{DUTY}/decline", f"duty/{FIRST}/decline", reason="出差")
    action = f"{early.link}{DUTY}/confirm"
    answer = early.ask(action, "POST", urlencode({"form": form[action]}))
    assert answer.status_code == 409
    assert "不由您承担" in answer.text
    assert f'href="{early.link}"' in answer.text


def test_forty_taps_on_one_form(published: House, phone_of: PhoneOf) -> None:
    """Forty simultaneous posts of one confirmation leave one line in the record, and none of them fails."""
    mine = phone_of(holder(published, FIRST))
    action = f"{mine.link}{DUTY}/confirm"
    body = urlencode({"form": dict(FORM.findall(mine.get(DUTY).text))[action]})
    with ThreadPoolExecutor(40) as taps:
        answers = list(taps.map(lambda _: mine.ask(action, "POST", body).status_code, range(40)))
    assert set(answers) == {303}
    assert len(recorded(published, FIRST)) == 1


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 500, "%00" * 22, "..%2f..%2fetc", "<script>", "一" * 22])
def test_a_wrong_link_is_a_page_that_says_so(app: FastAPI, token: str) -> None:
    """A link nobody gave out is 404 in Chinese, without trace of the program."""
    answer = Phone(app, "").ask(f"/me/{token}")
    assert answer.status_code == 404
    assert "链接不完整" in answer.text or "没有这个页面" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "<script>" not in answer.text


def test_a_link_ends_with_the_next_month(published: House, at: Callable[[str], House]) -> None:
    """From February on December's November link is 410 and says where a new one comes from; a revoked one too."""
    person = holder(published, FIRST)
    link = link_path(published, person)
    assert Phone(app_of(at("2026-12-31T23:59")), link).get().status_code == 200
    late = Phone(app_of(at("2027-01-01T00:00")), link).get()
    assert late.status_code == 410
    assert "过期" in late.text
    with published.transaction() as session:
        assert invitations.revoke(session, person, by="cli", now=published.now()) == 1
    assert Phone(app_of(published), link).get().status_code == 410
    assert link_path(published, person) != link


def test_a_person_has_one_link_a_month_and_it_is_not_stored(published: House) -> None:
    """Every message of a month carries the same link of 22 letters; the database knows only its hash."""
    person = holder(published, FIRST)
    assert link_path(published, person) == link_path(published, person)
    token = link_path(published, person).removeprefix("/me/")
    assert invitations.TOKEN.fullmatch(token)
    with published.reading() as session:
        stored = [str(vars(row)) for row in store.invitations_of(session, person)]
    assert len(stored) == 1
    assert token not in stored[0]


def test_trying_links_out_is_slowed_down(published: House, app: FastAPI) -> None:
    """After twenty wrong links an address gets 429; a good link keeps working."""
    thief = Phone(app, "")
    seen = [thief.ask(f"/me/{number:022d}").status_code for number in range(25)]
    assert seen == [404] * 20 + [429] * 5
    assert Phone(app, link_path(published, holder(published, FIRST))).get().status_code == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("", {}, 403),
        ("form=AAAA", {}, 403),
        ("form=%FF%FE", {}, 400),
        ("a=1&" * 50, {}, 400),
        ("reason=" + "x" * 20_000, {}, 400),
        ("{}", {"content_type": "application/json"}, 400),
        ("REAL", {"cookie": "djflow_me=AAAA"}, 403),
        ("REAL", {"cookie": "a=b"}, 403),
        ("REAL", {"sec_fetch_site": "cross-site"}, 403),
    ],
)
def test_forms_from_elsewhere_are_refused(
    published: House, phone_of: PhoneOf, body: str, headers: dict[str, str], status: int
) -> None:
    """Without the page's own mark and cookie, from another site, too long or no form at all: nothing is stored."""
    mine = phone_of(holder(published, FIRST))
    action = f"{mine.link}{DUTY}/confirm"
    real = urlencode({"form": dict(FORM.findall(mine.get(DUTY).text))[action]})
    answer = mine.ask(action, "POST", real if body == "REAL" else body, **headers)
    assert answer.status_code == status
    assert "没有保存" in answer.text
    assert recorded(published, FIRST) == []


def test_one_link_opens_nobody_elses_form(published: House, phone_of: PhoneOf) -> None:
    """A form marked for one's own link is refused under another's; a form for one act is refused for another."""
    mine, other = phone_of(holder(published, FIRST)), phone_of(holder(published, SATURDAY))
    form = dict(FORM.findall(mine.get(DUTY).text))[f"{mine.link}{DUTY}/confirm"]
    other.get()
    body = urlencode({"form": form, "reason": "x"})
    assert other.ask(f"{other.link}{DUTY}/confirm", "POST", body).status_code == 403
    assert mine.ask(f"{mine.link}{DUTY}/decline", "POST", body).status_code == 403
    assert recorded(published, FIRST) == []


@pytest.mark.parametrize("event", ["x", "DACANG@2026-13-01", "DACANG@2026-12-01'--", "<b>@2026-12-01", "龙@2026-12-01"])
def test_an_invented_session_is_not_found(published: House, phone_of: PhoneOf, event: str) -> None:
    """A session nobody planned is a page that says so, on every address."""
    mine = phone_of(holder(published, FIRST))
    assert mine.get(f"/duty/{event}").status_code == 404
    assert mine.get(f"/duty/{event}/swap").status_code in {404, 409}


def test_a_reason_with_markup_is_only_text(
    published: House, phone_of: PhoneOf, caplog: pytest.LogCaptureFixture
) -> None:
    """Markup in a reason or name is never shown as such; reasons and links stand in no log line."""
    caplog.set_level(logging.DEBUG)
    mine = phone_of(holder(published, FIRST))
    bad = mine.tap(f"{DUTY}/substitute", f"duty/{FIRST}/substitute", name="<img src=x onerror=alert(1)>")
    assert bad.status_code == 404
    assert "<img" not in bad.text
    mine.tap(f"{DUTY}/decline", f"duty/{FIRST}/decline", reason="<script>密</script>")
    lines = [line.getMessage() for line in caplog.records if line.name.startswith(("djflow", "uvicorn", "sqlalchemy"))]
    assert not [line for line in lines if "密" in line or mine.link in line]


def test_the_own_calendar_covers_two_months(published: House, phone_of: PhoneOf) -> None:
    """The calendar file holds the own duties and nobody else's."""
    person = holder(published, FIRST)
    answer = phone_of(person).get("/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == len(phone.page(published, person).duties)
