"""The approver's page: looking decides nothing, link and code decide once, everything else is said in words."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.doorway import links, store
from djflow.approvals.doorway import service as doorway
from djflow.approvals.model import Case, Verdict
from djflow.assembly import House, approving, relief, upkeep
from djflow.core.clock import FixedClock
from djflow.core.errors import ConflictError
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.fund.cases.model import Act, Category, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.web.app import create_app
from djflow.web.me.approve import approve_router
from tests.assembly.test_relief import branch
from tests.fund.books import SECRETS, Branch, claim, photo
from tests.web.me.conftest import Phone

__all__ = ["branch"]
CRAWLERS = ("MicroMessenger", "WeWork", "DingTalk", "Feishu", "curl/8", "Googlebot", "Baiduspider", "bingbot")
PAPERS = ("application_form", "id_copy", "disaster_proof", "bank_card", "commitment", "consent")


@pytest.fixture
def subject(house: House, branch: Branch) -> Subject:
    """An emergency that waits for its first approver."""
    made = relief.apply(house, claim(branch["G1"], category=Category.EMERGENCY, emergency=True), by="b")
    for kind in PAPERS:
        relief.attach(house, made.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, made.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], house.now() - timedelta(minutes=1))
    relief.record_phone(house, made.id, call, by="o")
    relief.move(house, made.id, Request(Act.FAST_TRACK, Who.OFFICE), by="o")
    return made.subject


def case_of(house: House, subject: Subject) -> Case:
    """Return the approval case about a subject."""
    with house.reading() as session:
        return approvals.cases_about(session, subject)[0]


def token_for(house: House, subject: Subject) -> str:
    """Return the token of whoever is asked."""
    task = case_of(house, subject).waiting[0]
    assert task.person is not None
    with house.transaction() as session:
        return doorway.invite(session, task.id, task.person, now=house.now())


def code_now(house: House, token: str) -> str:
    """Return the code that was sent last."""
    with house.reading() as session:
        admitted = doorway.admission(session, token, now=house.now())
        row = store.by_hash(session, links.token_hash(vault_of(session), token))
        assert row is not None
        return links.filled(vault_of(session), links.reference_of(admitted.invitation_id, row.codes))


def phone_with(house: House, token: str) -> Phone:
    """Open the approver's phone."""
    app = create_app(upkeep.board_source(house), extra_routers=[approve_router(house)], clock=house.clock)
    return Phone(app, f"/me/approve/{token}")


def test_looking_decides_nothing(house: House, subject: Subject) -> None:
    """Previews and crawlers fetch the page as often as they like; it shows the matter and nothing personal."""
    token = token_for(house, subject)
    phone = phone_with(house, token)
    before = case_of(house, subject)
    for agent in CRAWLERS:
        for method in ("GET", "HEAD"):
            for path in ("", "/code", "/decide"):
                assert phone.ask(phone.link + path, method, user_agent=agent).status_code == (405 if path else 200)
    assert case_of(house, subject) == before
    answer = phone.get()
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) < 30_000
    assert "<script" not in answer.text
    assert "WF2026-0001" in answer.text
    assert not any(secret in answer.text for secret in SECRETS)


def test_link_and_code_decide_once(house: House, subject: Subject) -> None:
    """A code from another message lets one decision through; the same link then says who decided and when."""
    token = token_for(house, subject)
    phone, step = phone_with(house, token), case_of(house, subject).step
    assert phone.tap("", "decide", code="123456", verdict="approve").status_code == 403
    sent = phone.tap("", "code")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/me/approve/{token}?sent=1")
    assert "请等一分钟" in phone.tap("", "code").text
    code = code_now(house, token)
    assert phone.tap("", "decide", code=code, verdict="reject").status_code == 400
    assert phone.tap("", "decide", code=code, verdict="pay").status_code == 400
    assert case_of(house, subject).step == step
    done = phone.tap("", "decide", code=code, verdict="approve")
    assert (done.status_code, "已提交：同意" in done.text) == (200, True)
    assert case_of(house, subject).step != step
    again = phone.get()
    assert (again.status_code, "办理" in again.text) == (409, True)


def test_wrong_codes_lock_the_link(house: House, subject: Subject) -> None:
    """Five wrong codes are counted, then the link is locked, also for the right code."""
    token = token_for(house, subject)
    phone = phone_with(house, token)
    phone.tap("", "code")
    right = code_now(house, token)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    said = [phone.tap("", "decide", code=wrong, verdict="approve") for _ in range(7)]
    assert [answer.status_code for answer in said] == [403] * 7
    assert ["已锁定" in answer.text for answer in said] == [False] * 4 + [True] * 3
    assert "已锁定" in phone.tap("", "decide", code=right, verdict="approve").text


def test_forty_at_once_decide_once(house: House, subject: Subject) -> None:
    """However often the form is sent at the same moment, one decision counts and the rest learn of it."""
    token = token_for(house, subject)
    approving.send_code(house, token)
    code = code_now(house, token)

    def send(_: int) -> bool:
        try:
            return approving.decide(house, token, code, Verdict.APPROVE, "").outcome is not None
        except ConflictError:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(send, range(40))) == 1
    assert sum(task.decision is not None for task in case_of(house, subject).tasks) == 1


def test_what_does_not_come_from_the_page_is_refused(house: House, subject: Subject) -> None:
    """A form without the page's mark or from elsewhere, an unknown link, a link that is over: each in words."""
    token = token_for(house, subject)
    phone = phone_with(house, token)
    phone.get()
    body = urlencode({"code": "123456", "verdict": "approve"})
    assert phone.ask(f"{phone.link}/decide", "POST", body).status_code == 403
    foreign = {"sec_fetch_site": "cross-site"}
    assert phone.ask(f"{phone.link}/code", "POST", body, **foreign).status_code == 403
    assert phone_with(house, "A" * 22).get().status_code == 404
    late = replace(house, clock=FixedClock(house.now() + timedelta(days=31)))
    assert phone_with(late, token).get().status_code == 410
