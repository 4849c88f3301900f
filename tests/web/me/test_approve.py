"""The approver's page: looking decides nothing, a code opens the matter, one decision counts, the rest is in words."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode

import httpx
import pytest
from pypdf import PdfWriter

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.doorway import service as doorway
from djflow.approvals.model import Answer, Transfer, Verdict
from djflow.assembly import House, approval_acts, relief
from djflow.assembly.approval_office import office_of
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import RuleError
from djflow.core.subject import Subject
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.people import service as people
from djflow.people.model import KinshipEntry, Relation
from tests.assembly.test_relief import branch
from tests.fund.books import SECRETS, Branch, claim, photo
from tests.web.me.approvers import (
    case_of,
    code_now,
    emergency,
    opened,
    phone_with,
    served,
    token_for,
    tries,
    unchecked,
)

__all__ = ["branch"]
CRAWLERS = (
    "MicroMessenger", "WeWork", "DingTalk", "Feishu", "curl/8", "Googlebot", "Baiduspider", "bingbot", "YisouSpider",
    "Bytespider", "Slackbot",
)  # fmt: skip


@pytest.fixture
def subject(house: House, branch: Branch) -> Subject:
    """An emergency that waits for its first approver."""
    return emergency(house, branch)


def records(house: House) -> int:
    """Return how many changes were recorded."""
    with house.reading() as session:
        return len(audit.latest(session, count=500))


def test_whoever_was_forwarded_the_link_learns_nothing(house: House, subject: Subject) -> None:
    """33 fetches by previews and crawlers change nothing; they see the masked addressee, the kind, step and day."""
    token = token_for(house, subject)
    phone = phone_with(house, token)
    before = case_of(house, subject), records(house)
    asked = [("GET", ""), ("HEAD", ""), ("GET", "?sent=1")]
    for agent in CRAWLERS:
        for method, path in asked:
            assert phone.ask(phone.link + path, method, user_agent=agent, purpose="prefetch").status_code == 200
    for path in ("/code", "/open", "/decide", "/deny", "/find/transfer"):
        for method in ("GET", "HEAD"):
            assert phone.ask(phone.link + path, method).status_code == 405
    assert (case_of(house, subject), records(house)) == before
    answer = phone.get()
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) < 30_000
    assert "<script" not in answer.text
    assert all(words in answer.text for words in ("发给：郑*同志", "温暖基金应急救助", "组织部核实"))
    hidden = (*SECRETS, "WF2026-0001", "2,000", "元", "张", "郑一", "申请表", "paper/", "不是我办的")
    assert [secret for secret in hidden if secret in answer.text] == []
    assert "10 分钟内有效" in phone.get("?sent=1").text
    assert f"{doorway.CODE_LIFE.total_seconds() / 60:.0f} 分钟" in phone.get("?sent=1").text


def test_a_code_opens_the_matter_and_one_decision_ends_it(house: House, subject: Subject) -> None:
    """The code gives this browser the matter; what is decided there counts once, and the link then says so."""
    token = token_for(house, subject)
    phone, step = phone_with(house, token), case_of(house, subject).step
    assert "还没有验证码" in phone.tap("", "open", code="123456").text
    assert phone.tap("", "code").headers["location"] == f"/me/approve/{token}?sent=1"
    assert "请等一等" in phone.tap("", "code").text
    entered = phone.tap("", "open", code=code_now(house, token))
    kept = next(one for one in entered.headers.get_list("set-cookie") if one.startswith("djflow_pass"))
    assert f"Path=/me/approve/{token};" in kept
    assert all(word in kept.lower() for word in ("httponly", "samesite=strict", "max-age=600"))
    page = phone.get().text
    assert all(words in page for words in ("WF2026-0001", "张*明", "2,000", "突发救助类", "申请表", "转办"))
    assert not any(secret in page for secret in SECRETS)
    assert "没有保存" in phone.tap("", "decide", verdict="reject").text
    assert phone.tap("", "decide", verdict="pay").status_code == 400
    assert case_of(house, subject).step == step
    assert phone.tap("", "decide", verdict="approve").status_code == 303
    assert case_of(house, subject).step != step
    done = phone.get()
    assert (done.status_code, "已办理：同意" in done.text, "不是我办的" in done.text) == (200, True, True)
    stranger = phone_with(house, token).get()
    assert ("WF2026" in stranger.text, "已办理" in stranger.text) == (False, True)


def test_earlier_rounds_are_read_with_their_opinions(house: House, subject: Subject) -> None:
    """The second approver reads what the first said, round by round, only after the code."""
    first = opened(house, token_for(house, subject))
    first.tap("", "decide", verdict="approve", opinion="情况属实甲乙丙")
    token = token_for(house, subject)
    assert "甲乙丙" not in phone_with(house, token).get().text
    page = opened(house, token).get().text
    assert all(words in page for words in ("第 1 轮的意见", "情况属实甲乙丙", "组织部核实", "郑一"))


def test_wrong_codes_lock_the_link(house: House, subject: Subject) -> None:
    """Five wrong codes are counted, then the link is locked, also for the right code; the sentence says what to do."""
    token = token_for(house, subject)
    phone = phone_with(house, token)
    phone.tap("", "code")
    right = code_now(house, token)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    said = [phone.tap("", "open", code=wrong) for _ in range(7)]
    assert [answer.status_code for answer in said] == [403] * 7
    assert ["验证码不对" in answer.text for answer in said] == [True] * 4 + [False] * 3
    assert ["链接已锁定" in answer.text for answer in said] == [False] * 4 + [True] * 3
    assert tries(house, token) == 5
    locked = phone.tap("", "open", code=right).text
    assert all(words in locked for words in ("重新发一个链接", "tel:"))


def test_a_wrong_code_learns_nothing_of_what_is_unchecked(house: House, branch: Branch) -> None:
    """On a case that is not ready a wrong code is counted and told only that; who opened it reads what is missing."""
    token = token_for(house, unchecked(house, branch))
    phone = phone_with(house, token)
    phone.tap("", "code")
    wrong = phone.tap("", "open", code="000000" if code_now(house, token) != "000000" else "000001")
    assert ("验证码不对" in wrong.text, "评议" in wrong.text, tries(house, token)) == (True, False, 1)
    body = {"verdict": "approve"}
    assert "评议" not in phone.tap("", "open", code="1", **body).text
    assert phone.tap("", "open", code=code_now(house, token)).status_code == 303
    refused = phone.tap("", "decide", **body)
    assert (refused.status_code, "核查还没有做完" in refused.text, "评议" in refused.text) == (403, True, True)
    assert "您的意见" in phone.get().text


def test_forty_at_once_decide_once(house: House, subject: Subject) -> None:
    """Forty forms over real connections at the same moment: one decision, and thirty-nine told that it is done."""
    token = token_for(house, subject)
    phone = opened(house, token)
    mark = phone.get().text.partition(f'{token}/decide"')[2].partition('value="')[2].partition('"')[0]
    body = urlencode({"form": mark, "verdict": "approve"})
    headers = {
        "cookie": "; ".join(f"{name}={value}" for name, value in phone.cookies.items()),
        "content-type": "application/x-www-form-urlencoded",
    }
    with served(house) as address, ThreadPoolExecutor(40) as threads:
        url = f"{address}/me/approve/{token}/decide"
        answers = list(threads.map(lambda _: httpx.post(url, content=body, headers=headers, timeout=60), range(40)))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 39
    late = [answer.text for answer in answers if answer.status_code == 409]
    assert [text for text in late if "您已经办过" not in text or "已由组织科工作人员于" not in text] == []
    assert sum(task.decision is not None for task in case_of(house, subject).tasks) == 1


def test_what_does_not_come_from_the_page_is_refused(house: House, subject: Subject) -> None:
    """A form without the page's mark or from elsewhere, an unknown link, no pass: each in words, nothing done."""
    token = token_for(house, subject)
    phone = phone_with(house, token)
    cookie = phone.get().headers["set-cookie"]
    assert all(word in cookie for word in ("djflow_approve=", f"Path=/me/approve/{token};", "HttpOnly"))
    body = urlencode({"code": "123456", "verdict": "approve"})
    assert phone.ask(f"{phone.link}/decide", "POST", body).status_code == 403
    foreign = {"sec_fetch_site": "cross-site"}
    assert phone.ask(f"{phone.link}/code", "POST", body, **foreign).status_code == 403
    assert phone_with(house, "A" * 22).get().status_code == 404
    mine = opened(house, token)
    mine.get()
    marks = mine.get().text
    stolen = phone_with(house, token)
    stolen.cookies = {name: value for name, value in mine.cookies.items() if name != "djflow_pass"}
    mark = marks.partition(f'{token}/decide"')[2].partition('value="')[2].partition('"')[0]
    refused = stolen.ask(f"{stolen.link}/decide", "POST", urlencode({"form": mark, "verdict": "approve"}))
    assert (refused.status_code, "请重新获取验证码" in refused.text) == (403, True)
    assert not any(task.decision for task in case_of(house, subject).tasks)


def test_a_link_that_is_over(house: House, subject: Subject) -> None:
    """After thirty days the link is over, after ten minutes what the code opened; both say so."""
    token = token_for(house, subject)
    phone = opened(house, token)

    def later(**much: float) -> House:
        return replace(house, clock=FixedClock(house.now() + timedelta(**much)))

    gone = phone_with(later(days=31), token).get()
    assert (gone.status_code, "链接已过期" in gone.text) == (410, True)
    late = phone_with(later(minutes=10), token)
    late.cookies = phone.cookies
    assert "获取验证码" in late.get().text
    assert phone.tap("", "decide", verdict="approve").status_code == 303


Meddling = Callable[[House, Branch, Subject], None]


def change_content(house: House, branch: Branch, subject: Subject) -> None:
    """Put the case before its approvers again about other content."""
    with house.transaction() as session:
        case = approvals.cases_about(session, subject)[0]
        office, amount = office_of(house), case.new.amount_fen
        approvals.replace_content(session, case.id, "h2", amount_fen=amount, office=office, by="t", now=house.now())
    _ = branch


def end_role(house: House, branch: Branch, subject: Subject) -> None:
    """Disable the approver's account."""
    with house.transaction() as session:
        account = accounts.account_by_login(session, "u-k1")
        accounts.set_disabled(session, account.id, disabled=True, by="t", now=house.now())
    _ = branch, subject


def become_kin(house: House, branch: Branch, subject: Subject) -> None:
    """Register the approver as the applicant's relative."""
    entry = KinshipEntry(branch["K1"], branch["G1"], Relation.SIBLING)
    with house.transaction() as session:
        people.record_kinship(session, entry, by="t", now=house.now())
    _ = subject


def give_away(house: House, branch: Branch, subject: Subject) -> None:
    """Let the approver hand the task over at the desk."""
    move = Transfer(case_of(house, subject).waiting[0].id, branch["K1"], branch["D1"], "出差")
    approval_acts.transfer(house, move, by="desk")


def let_another_decide(house: House, branch: Branch, subject: Subject) -> None:
    """Let a second clerk of the office be asked as well and decide at the desk."""
    with house.transaction() as session:
        accounts.create(session, NewAccount("u-k2", frozenset({Role.OFFICE_CLERK}), "G4"), "h", by="t", now=house.now())
    outcome = approval_acts.reassign(house, case_of(house, subject).id, by="t")
    task = next(one for one in outcome.case.waiting if one.person == branch["G4"])
    answer = Answer(branch["G4"], Verdict.APPROVE, outcome.case.new.content_hash)
    relief.decide(house, task.id, answer, by="t")


@pytest.mark.parametrize(
    ("meddle", "status", "words"),
    [
        (change_content, 409, ("内容已变更", "已有改动")),
        (end_role, 403, ("您已不在这个岗位", "职务已有变动")),
        (become_kin, 403, ("须回避", "亲属")),
        (give_away, 409, ("已转给别人办理", "已经转给别的同志")),
        (let_another_decide, 409, ("已由他人办理", "已由")),
    ],
)
def test_everything_is_looked_at_again(
    house: House, branch: Branch, subject: Subject, meddle: Meddling, status: int, words: tuple[str, str]
) -> None:
    """Content, role, kinship and whose turn it is are looked at when one decides, and when one looks."""
    phone = opened(house, token_for(house, subject))
    page = phone.get().text
    meddle(house, branch, subject)
    decided = sum(task.decision is not None for task in case_of(house, subject).tasks)
    mark = page.partition('/decide"')[2].partition('value="')[2].partition('"')[0]
    body = urlencode({"form": mark, "verdict": "approve"})
    for answer in (phone.ask(f"{phone.link}/decide", "POST", body), phone.get()):
        assert (answer.status_code, [word in answer.text for word in words]) == (status, [True, True])
    assert sum(task.decision is not None for task in case_of(house, subject).tasks) == decided


def test_papers_need_the_pass_and_each_look_is_recorded(house: House, branch: Branch, subject: Subject) -> None:
    """A paper is shown to the browser with the pass, never kept, never run; somebody else's is not found."""
    token = token_for(house, subject)
    phone = phone_with(house, token)
    with house.reading() as session:
        mine = next(
            one for one in materials.materials_of(session, subject.id) if one.kind is MaterialKind.APPLICATION_FORM
        )
    other = relief.apply(house, claim(branch["G3"]), by="b")
    theirs = relief.attach(house, other.id, Upload(MaterialKind.OTHER, photo()), by="b")
    before = records(house)
    assert phone.get(f"/paper/{mine.id}").status_code == 403
    assert records(house) == before
    phone = opened(house, token)
    before = records(house)
    assert phone.ask(f"{phone.link}/paper/{mine.id}", "HEAD").status_code == 405
    shown = phone.get(f"/paper/{mine.id}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["content-disposition"] == 'inline; filename="paper.jpeg"'
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")
    assert shown.headers["content-security-policy"].endswith("sandbox")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert phone.get(f"/paper/{theirs.id}").status_code == 404
    with house.reading() as session:
        (entry,) = audit.latest(session, count=1)
    assert (entry.action, entry.actor, records(house)) == (
        "fund.look_material",
        f"people.person:{branch['K1']}",
        before + 1,
    )


def test_a_pdf_opens_in_the_browsers_own_viewer(house: House, subject: Subject) -> None:
    """A PDF is sent as what it is, to be shown and not kept; nothing in it may load anything."""
    writer, file = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(file)
    paper = relief.attach(house, subject.id, Upload(MaterialKind.PHONE_RECORD, file.getvalue()), by="b")
    shown = opened(house, token_for(house, subject)).get(f"/paper/{paper.id}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "application/pdf")
    assert shown.headers["content-disposition"] == 'inline; filename="paper.pdf"'
    policy = shown.headers["content-security-policy"]
    assert ("script" in policy, "default-src 'none'" in policy, "sandbox" in policy) == (False, True, False)


def test_not_me(house: House, branch: Branch, subject: Subject) -> None:
    """不是我 on the page of what was decided ends every link of the approver and stops the case; twice is once."""
    token = token_for(house, subject)
    phone = opened(house, token)
    assert "不是我办的" not in phone.get().text
    phone.tap("", "decide", verdict="approve")
    denied = phone.tap("", "deny")
    assert denied.status_code == 303
    assert "您的审批链接都已停用" in phone.get().text
    assert "不是我办的</button>" not in phone.get().text
    assert case_of(house, subject).state.value == "paused"
    second = emergency(house, branch, "G3")
    with pytest.raises(RuleError, match="链接已停用"):
        token_for(house, second)
    (denial,) = approval_acts.open_denials(house)
    approval_acts.settle_denial(house, denial.id, "电话核实", stands=True, by="o")
    assert "组织部已经核实" in phone.get().text
    assert opened(house, token_for(house, second)).get().status_code == 200
