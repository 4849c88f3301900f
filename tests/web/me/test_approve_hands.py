"""转办 and 加签 on the approver's page, and the page in a real browser: light and dark, without scripts."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Response

from djflow.approvals.model import Case
from djflow.assembly import House, approving
from djflow.core.subject import Subject
from tests.assembly.test_approval_acts import grant
from tests.assembly.test_relief import branch
from tests.fund.books import Branch
from tests.web.conftest import browser
from tests.web.me.approvers import case_of, code_now, emergency, opened, served, token_for
from tests.web.me.test_phone import checked

__all__ = ["branch", "browser", "grant"]


def test_handing_over_on_the_page(house: House, branch: Branch) -> None:
    """转办: whoever may decide the step is offered, a reason is asked for, and the page is shut afterwards."""
    subject = emergency(house, branch)
    token = token_for(house, subject)
    phone = opened(house, token)
    page = phone.get("/hand/transfer").text
    assert ("冯二" in page, "陈四" in page, "郑一" in page) == (True, True, False)
    act = ("/hand/transfer", "hand/transfer")
    assert "请写明理由" in phone.tap(*act, who=branch["D1"], reason="").text
    assert "请选一位同志" in phone.tap(*act, who="", reason="出差").text
    assert "只能转给有权办理" in phone.tap(*act, who=branch["G5"], reason="出差").text
    assert phone.get("/hand/decide").status_code == 404
    refused = phone.get("/hand/add_before")
    assert (refused.status_code, "这一步不能前加签" in refused.text) == (403, True)
    done = phone.tap(*act, who=branch["D1"], reason="出差甲乙丙")
    assert ("已转办" in done.text, case_of(house, subject).waiting[0].person) == (True, branch["D1"])
    assert (phone.get().status_code, "已经转给别的同志" in phone.get().text) == (409, True)
    assert "出差甲乙丙" in opened(house, token_for(house, subject)).get().text


def test_adding_signers_on_the_page(house: House, branch: Branch, grant: Case) -> None:
    """加签: people are found by name, which stands in no address; kin are shown with the reason, not to choose."""
    subject = grant.new.subject
    phone = opened(house, token_for(house, subject))
    act = ("/hand/add_before", "hand/add_before")
    found = phone.tap(act[0], "find/add_before", words="张").text
    assert (found.count("按回避规定"), 'name="who"' in found) == (2, False)
    found = phone.tap(act[0], "find/add_before", words="郑").text
    assert re.findall(r'name="who" value="([^"]+)"', found) == [branch["K1"]]
    assert "没有找到" in phone.tap(act[0], "find/add_before", words="无此人").text
    for who, words in ((branch["G1"], "本人"), (branch["G2"], "亲属"), (branch["O1"], "已经在办")):
        assert words in phone.tap(*act, who=who, reason="请会签").text
    after = phone.tap("/hand/add_after", "hand/add_after", who=branch["D1"], reason="请再看")
    assert ("已后加签" in after.text, "返回审批" in after.text) == (True, True)
    done = phone.tap(*act, who=branch["K1"], reason="请先看")
    assert ("已前加签" in done.text, "再轮到您" in done.text) == (True, True)
    assert case_of(house, subject).waiting[0].person == branch["K1"]
    signer = opened(house, token_for(house, subject))
    assert "转办" not in signer.get().text
    assert "退回" not in signer.get().text.partition("您的意见")[2].partition("说明")[0]


def weight(answer: Response) -> int:
    """Return the bytes of an answer; a redirection has none."""
    return len(answer.body()) if answer.status < 300 or answer.status >= 400 else 0


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_way_on_a_phone(
    browser: Browser, house: House, branch: Branch, scheme: Literal["light", "dark"]
) -> None:
    """Without scripts at 360 px: get a code, open, look at a paper, decide, report 不是我; each page fits."""
    subject: Subject = emergency(house, branch)
    token = token_for(house, subject)
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 780}, color_scheme=scheme
    )
    sizes: dict[str, int] = {}
    page = context.new_page()
    page.on("response", lambda answer: sizes.__setitem__(answer.url, 0 if "/paper/" in answer.url else weight(answer)))
    with served(house) as address:
        link = f"{address}/me/approve/{token}"

        def looked_at() -> None:
            page.wait_for_load_state("networkidle")
            checked(page)
            assert sum(sizes.values()) < 30_000
            assert all(url.startswith(address) for url in sizes)
            sizes.clear()

        page.goto(link)
        looked_at()
        page.get_by_role("button", name="获取验证码").click()
        page.get_by_text(f"{approving.CODE_MINUTES} 分钟内有效").wait_for()
        looked_at()
        page.get_by_label("验证码").fill("000000")
        page.get_by_role("button", name="打开内容").click()
        looked_at()
        page.get_by_role("link", name="返回").click()
        page.get_by_label("验证码").fill(code_now(house, token))
        page.get_by_role("button", name="打开内容").click()
        page.get_by_text("WF2026-0001").wait_for()
        looked_at()
        page.get_by_role("link", name="申请表").click()
        assert page.url.startswith(f"{link}/paper/")
        page.go_back()
        page.get_by_role("link", name="转办").click()
        looked_at()
        page.get_by_role("link", name="返回").click()
        page.get_by_label("同意", exact=True).check()
        page.get_by_role("button", name="提交意见").click()
        page.get_by_text("已办理：同意").wait_for()
        looked_at()
        page.get_by_role("button", name="不是我办的").click()
        page.get_by_text("链接都已停用").wait_for()
        looked_at()
    context.close()
    assert case_of(house, subject).state.value == "paused"
