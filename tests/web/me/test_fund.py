"""An applicant's pages: file, hand in papers, submit, follow, take back, appeal; nobody else's exist."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from djflow.assembly import House, phone, relief
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.fund.cases.model import Act, CaseState, Category, Filing, Who
from djflow.fund.casework import Request
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import MATERIAL_WORDS
from djflow.people import service as people
from djflow.people.model import PersonStatus
from tests.assembly.test_relief import branch
from tests.fund.books import SECRETS, Branch, claim, photo
from tests.web.me.conftest import FORM, Phone
from tests.web.me.fund_phone import FIELDS, case_of, complete, filed, mark_of, phone_of, send_files

__all__ = ["branch"]
PRIVATE = ("肺", "吃低保", "两个孩子", "HK-778", "6222000000000017", "51019919850307001")


def trail(house: House) -> int:
    """Return how many lines the record has."""
    with house.reading() as session:
        return audit.verify(session).entries


def test_a_member_applies_with_the_phone(house: House, branch: Branch) -> None:
    """Fill in, photograph, submit: the page says what is missing until nothing is, then with whom it lies."""
    mine = phone_of(house, branch["G1"])
    assert "每次最多 3000 元，一年一次" in mine.get("/fund/new").text
    case = filed(mine)
    text = mine.get(f"/fund/{case}").text
    assert "还缺：申请表、身份证复印件" in text
    assert "2026年12月18日前补齐" in text
    assert "材料齐了，提交" not in text
    for kind in house.settings.fund.policy.categories[Category.REGULAR].materials:
        assert send_files(mine, case, kind, photo()).status_code == 303
    assert mine.tap(f"/fund/{case}", f"fund/{case}/submit").status_code == 303
    text = mine.get(f"/fund/{case}?said=submitted").text
    assert "已提交，等支部受理" in text
    assert "党支部" in text
    assert "尾号 0017" in text
    assert "撤回申请" in text
    assert case_of(house, case).filing is Filing.SELF
    assert not any(secret in text + mine.get("/fund").text for secret in PRIVATE)


def test_sending_twice_is_once(house: House, branch: Branch) -> None:
    """The same form, the same photograph, the same submission sent again change nothing and fail nothing."""
    mine = phone_of(house, branch["G1"])
    case = complete(house, mine)
    assert filed(mine) == case
    assert send_files(mine, case, "id_copy", photo()).status_code == 303
    with house.reading() as session:
        assert len(materials.materials_of(session, case)) == 7
    form = dict(FORM.findall(mine.get(f"/fund/{case}").text))
    action = f"{mine.link}/fund/{case}/submit"
    body = urlencode({"form": form[action]})
    assert [mine.ask(action, "POST", body).status_code for _ in range(3)] == [303] * 3
    assert len(relief.progress(house, case).steps) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "３０００"}, "半角数字"),
        ({"amount": "1e3"}, "半角数字"),
        ({"amount": "30,00"}, "半角数字"),
        ({"amount": "5_000"}, "半角数字"),
        ({"amount": "3000元"}, "不带符号和单位"),
        ({"amount": "+5"}, "半角数字"),
        ({"amount": "三千"}, "半角数字"),
        ({"amount": "٣"}, "半角数字"),
        ({"amount": "30.005"}, "最多两位小数"),
        ({"amount": "-1"}, "大于零"),
        ({"amount": "0"}, "大于零"),
        ({"amount": "0.00"}, "大于零"),
        ({"amount": "9" * 13}, "金额的写法不对"),
        ({"amount": ""}, "请填写申请金额"),
        ({"amount": "3000.01"}, "每次最多 3000 元"),
        ({"income_per_head": "-1"}, "不能是负数"),
        ({"income_per_head": "低"}, "半角数字"),
        ({"category": ""}, "请填写帮扶类别"),
        ({"category": "illness"}, "没有这个类别"),
        ({"emergency": "yes"}, "只有突发救助"),
        ({"reason": " "}, "请填写困难情况"),
        ({"reason": "难" * 2001}, "最多写 2000 个字"),
        ({"household": "户" * 41}, "最多写 40 个字"),
        ({"account": "6217000011112220"}, "只能付到本人账户"),
        ({"account": "卡号忘了"}, "8 到 32 位数字"),
    ],
)
def test_every_fault_is_said_and_nothing_typed_is_lost(
    house: House, branch: Branch, changes: dict[str, str], words: str
) -> None:
    """An odd amount, a foreign account, a text too long: a sentence on the same form, filled in as it was; no draft."""
    mine = phone_of(house, branch["G1"])
    given = {**FIELDS, **changes}
    answer = mine.tap("/fund/new", "fund/new", **given)
    assert answer.status_code in {400, 403}
    assert words in answer.text
    assert 'value="HK-778"' in answer.text or "household" in changes
    assert "两个孩子上学</textarea>" in answer.text
    assert "还没有申请" in mine.get("/fund").text


def test_who_has_no_account_on_file_states_one(house: House, branch: Branch) -> None:
    """Without a registered account the form asks for one; an unusable one is refused, none at all too."""
    mine = phone_of(house, branch["G7"])
    assert 'name="account"' in mine.get("/fund/new").text
    assert mine.tap("/fund/new", "fund/new", **FIELDS, account="12").status_code == 400
    assert "没有收款账号" in mine.tap("/fund/new", "fund/new", **FIELDS).text
    assert "银行的中文全称" in mine.tap("/fund/new", "fund/new", **FIELDS, account="12", bank="ICBC").text
    case = filed(mine, account="6222 0000 0000 7772", bank="大仓农商行")
    assert "尾号 7772" in mine.get(f"/fund/{case}").text


def test_somebody_who_may_not_apply_learns_why(house: House, branch: Branch) -> None:
    """Whose Party membership is elsewhere cannot apply, and no more than three drafts may lie about."""
    refused = phone_of(house, branch["G9"]).tap("/fund/new", "fund/new", **FIELDS)
    assert refused.status_code == 403
    assert "组织关系不在本区" in refused.text
    mine = phone_of(house, branch["G1"])
    for amount in ("1000", "1100", "1200"):
        filed(mine, amount=amount)
    assert "已有 3 件草稿" in mine.tap("/fund/new", "fund/new", **{**FIELDS, "amount": "900"}).text


def test_changing_keeps_what_is_left_empty(house: House, branch: Branch) -> None:
    """What was written is never shown again; an empty field keeps it, a filled one replaces it."""
    mine = phone_of(house, branch["G1"])
    case = filed(mine)
    before = case_of(house, case)
    page = mine.get(f"/fund/{case}/amend").text
    assert not any(secret in page for secret in PRIVATE)
    same = {"category": "regular", "amount": "2000"}
    assert mine.tap(f"/fund/{case}/amend", f"fund/{case}/amend", **same).status_code == 303
    again = case_of(house, case)
    assert (again.requested_fen, again.filing, again.state) == (200_000, Filing.SELF, CaseState.DRAFT)
    assert mine.tap(f"/fund/{case}/amend", f"fund/{case}/amend", **{**same, "amount": "1500"}).status_code == 303
    after = case_of(house, case)
    assert (after.requested_fen, after.content_hash != before.content_hash) == (150_000, True)
    wrong = mine.tap(f"/fund/{case}/amend", f"fund/{case}/amend", category="regular", amount="x")
    assert wrong.status_code == 400
    assert case_of(house, case) == after


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), "还没有选文件"),
        ((b"",), "还没有选文件"),
        ((b"MZ\x90\x00 program",), "只收 PDF、JPG、PNG"),
        ((b"<svg onload=alert(1)>",), "只收 PDF、JPG、PNG"),
        ((photo()[:60],), "图片打不开"),
        ((b"%PDF-1.7 /JavaScript (x) %%EOF",), "有脚本"),
        ((photo(),) * 6, "最多 5 个"),
        ((photo(), b"nothing"), "只收 PDF、JPG、PNG"),
        ((b"x" * (10 * 1024 * 1024 + 1),), "每个文件不超过 10 MB"),
        ((b"x" * (7 * 1024 * 1024),) * 4, "合计 20 MB"),
    ],
)
def test_a_file_that_is_none_is_refused(house: House, branch: Branch, files: tuple[bytes, ...], words: str) -> None:
    """Programs, markup, torn pictures, too many, too large: each is refused in words, and none of the lot is kept."""
    mine = phone_of(house, branch["G1"])
    case = filed(mine)
    answer = send_files(mine, case, "id_copy", *files)
    assert answer.status_code == 400
    assert words in answer.text
    with house.reading() as session:
        assert materials.materials_of(session, case) == ()


def test_what_is_no_form_is_refused(house: House, branch: Branch) -> None:
    """Another kind of content, a broken multipart, a kind only the office adds, too many fields: refused in words."""
    mine = phone_of(house, branch["G1"])
    case = filed(mine)
    action = f"{mine.link}/fund/{case}/material"
    for kind, body in (
        ("application/json", "{}"),
        ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=a", "--b\r\n"),
        ("multipart/form-data; boundary=a", "--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"),
        ("application/x-www-form-urlencoded", "a=%ff"),
        ("application/x-www-form-urlencoded", "&".join(f"f{n}=1" for n in range(40))),
        ("application/x-www-form-urlencoded", "a=" + "x" * 100_000),
    ):
        assert mine.ask(action, "POST", body, content_type=kind).status_code == 400, (kind, body[:40])
    assert send_files(mine, case, "minutes", photo()).status_code == 400
    assert send_files(mine, case, "../x", photo()).status_code == 400


def test_a_paper_is_removed_while_it_may_be(house: House, branch: Branch) -> None:
    """A wrong photograph is removed before submission, not after; another case's paper cannot be named."""
    mine = phone_of(house, branch["G1"])
    case = complete(house, mine)
    other = phone_of(house, branch["G3"])
    foreign = filed(other)
    send_files(other, foreign, "id_copy", photo())
    with house.reading() as session:
        (theirs,) = materials.materials_of(session, foreign)
        first = materials.materials_of(session, case)[0]
    assert mine.tap(f"/fund/{case}", f"fund/{case}/remove", material=theirs.id).status_code == 404
    form = dict(FORM.findall(mine.get(f"/fund/{case}").text))
    assert mine.tap(f"/fund/{case}", f"fund/{case}/remove", material=first.id).status_code == 303
    assert f"还缺：{MATERIAL_WORDS[first.kind]}" in mine.get(f"/fund/{case}").text
    send_files(mine, case, first.kind.value, photo())
    mine.tap(f"/fund/{case}", f"fund/{case}/submit")
    action = f"{mine.link}/fund/{case}/remove"
    with house.reading() as session:
        kept = materials.materials_of(session, case)[0]
    assert mine.ask(action, "POST", urlencode({"form": form[action], "material": kept.id})).status_code == 409


def test_nobody_sees_or_does_anything_about_a_strangers_case(house: House, branch: Branch) -> None:
    """Another member's link finds no such case on any page and with any form, exactly as one that never was."""
    case = complete(house, phone_of(house, branch["G1"]))
    stranger = phone_of(house, branch["G4"])
    own = complete(house, stranger)
    before = trail(house)
    unknown = stranger.get(f"/fund/{'0' * 32}")
    for path in ("", "/amend", "/withdraw", "/appeal"):
        answer = stranger.get(f"/fund/{case}{path}")
        assert (answer.status_code, answer.text) == (404, unknown.text), path
    for act in ("amend", "material", "remove", "submit", "withdraw", "appeal"):
        page = f"/fund/{own}" + (f"/{act}" if act in {"amend", "withdraw"} else "")
        mark = next(iter(dict(FORM.findall(stranger.get(page).text)).values()))
        for link in (stranger.link, "/me/" + "A" * 22):
            answer = stranger.ask(f"{link}/fund/{case}/{act}", "POST", urlencode({"form": mark, "reason": "x"}))
            assert answer.status_code in {403, 404}, act
    assert case not in stranger.get("/fund").text
    assert trail(house) == before
    assert case_of(house, case).state is CaseState.DRAFT


def test_looking_changes_nothing(house: House, branch: Branch) -> None:
    """Every page fetched by anybody's scanner leaves no line in the record; forms answer no GET; nothing is kept."""
    mine = phone_of(house, branch["G1"])
    case = complete(house, mine)
    before = trail(house)
    for path in ("/fund", "/fund/new", *(f"/fund/{case}{one}" for one in ("", "/amend", "/withdraw", "/appeal"))):
        for method in ("GET", "HEAD"):
            answer = mine.ask(mine.link + path, method)
            assert answer.status_code == 200, path
            assert answer.headers["cache-control"] == "no-store"
            assert "noindex" in answer.headers["x-robots-tag"]
            assert "<script" not in answer.text
            assert not any(secret in answer.text for secret in SECRETS)
    for act in ("submit", "material", "remove"):
        assert mine.get(f"/fund/{case}/{act}").status_code == 405
    assert trail(house) == before


def test_a_form_from_elsewhere_is_refused(house: House, branch: Branch) -> None:
    """Without the page's mark or cookie, or sent from another site, nothing is saved."""
    mine = phone_of(house, branch["G1"])
    mark = dict(FORM.findall(mine.get("/fund/new").text))[f"{mine.link}/fund/new"]
    body = urlencode({**FIELDS, "form": mark})
    assert mine.ask(f"{mine.link}/fund/new", "POST", urlencode(FIELDS)).status_code == 403
    assert mine.ask(f"{mine.link}/fund/new", "POST", body, sec_fetch_site="cross-site").status_code == 403
    assert Phone(mine.app, mine.link).ask(f"{mine.link}/fund/new", "POST", body).status_code == 403
    assert "还没有申请" in mine.get("/fund").text


def test_taking_back_and_appealing(house: House, branch: Branch) -> None:
    """Taken back asks once more and is once; a refusal shows its reason and takes one appeal, a new linked draft."""
    mine = phone_of(house, branch["G1"])
    gone = filed(mine, amount="1000")
    assert "确定撤回" in mine.get(f"/fund/{gone}/withdraw").text
    assert mine.tap(f"/fund/{gone}/withdraw", f"fund/{gone}/withdraw").status_code == 303
    assert "已撤回" in mine.get(f"/fund/{gone}").text
    assert "不能撤回" in mine.get(f"/fund/{gone}/withdraw").text
    case = complete(house, mine)
    mine.tap(f"/fund/{case}", f"fund/{case}/submit")
    relief.move(house, case, Request(Act.REJECT, Who.OFFICE, "家庭收入与材料不符"), by="o")
    assert "家庭收入与材料不符" in mine.get(f"/fund/{case}").text
    empty = mine.tap(f"/fund/{case}/appeal", f"fund/{case}/appeal", reason=" ")
    assert (empty.status_code, "申诉的理由" in empty.text) == (400, True)
    made = mine.tap(f"/fund/{case}/appeal", f"fund/{case}/appeal", reason="收入已经核减")
    new = made.headers["location"].rpartition("/")[2].partition("?")[0]
    assert case_of(house, new).appeal_of == case
    assert "申诉自" in mine.get(f"/fund/{new}").text
    assert "不能（再次）申诉" in mine.get(f"/fund/{case}/appeal").text


def test_a_returned_application_comes_back_by_phone(house: House, branch: Branch) -> None:
    """The reason of a return and the last day stand on the page; papers are added and it is sent again, once."""
    mine = phone_of(house, branch["G1"])
    case = complete(house, mine)
    mine.tap(f"/fund/{case}", f"fund/{case}/submit")
    assert send_files(mine, case, "other", photo(colour="blue"), mark=mark_of(house, mine, case)).status_code == 409
    relief.move(house, case, Request(Act.RETURN, Who.BRANCH, "请补医院发票"), by="b")
    text = mine.get(f"/fund/{case}").text
    assert "退回的原因：请补医院发票" in text
    assert "2026年12月2日前提交" in text
    assert send_files(mine, case, "invoice", photo(colour="green")).status_code == 303
    form = dict(FORM.findall(mine.get(f"/fund/{case}").text))
    action = f"{mine.link}/fund/{case}/submit"
    body = urlencode({"form": form[action]})
    assert [mine.ask(action, "POST", body).status_code for _ in range(2)] == [303, 303]
    assert case_of(house, case).state is CaseState.CHECKING


def test_the_secretary_follows_what_the_branch_filed(house: House, branch: Branch) -> None:
    """The secretary sees what the branch filed and can take it back; what a member filed alone is not there."""
    made = relief.apply(house, claim(branch["G1"], filing=Filing.BRANCH), by="b")
    alone = filed(phone_of(house, branch["G4"]), amount="900")
    secretary, applicant = phone_of(house, branch["G3"]), phone_of(house, branch["G1"])
    assert "张小明" in secretary.get("/fund").text
    assert secretary.get(f"/fund/{alone}").status_code == 404
    assert applicant.get(f"/fund/{made.id}").status_code == 200
    assert phone_of(house, branch["G5"]).get(f"/fund/{made.id}").status_code == 404
    assert secretary.tap(f"/fund/{made.id}/withdraw", f"fund/{made.id}/withdraw").status_code == 303
    assert case_of(house, made.id).state is CaseState.WITHDRAWN


def test_the_message_leads_to_the_page(house: House, branch: Branch) -> None:
    """The address in the message about a step is the page that shows it; from another person's phone it is not."""
    mine = phone_of(house, branch["G1"])
    case = complete(house, mine)
    mine.tap(f"/fund/{case}", f"fund/{case}/submit")
    with house.transaction() as session:
        reference = phone.link_reference(session, branch["G1"], now=house.now(), path=f"/fund/{case}")
    path = phone.link_from(house, reference).removeprefix(house.settings.web.address)
    assert Phone(mine.app, path).get().status_code == 200


def test_a_retired_member_is_not_shut_out(house: House, branch: Branch) -> None:
    """Old members have no duties any more but may apply; who left the district cannot; a link ends with its month."""
    with house.transaction() as session:
        for code, status in (("G1", PersonStatus.RETIRED), ("G4", PersonStatus.LEFT)):
            entry = replace(people.entries(session, [code])[code], status=status)
            people.change_person(session, branch[code], entry, by="t", now=house.now())
    old = phone_of(house, branch["G1"])
    assert old.get().status_code == 410
    assert old.get("/fund").status_code == 200
    assert filed(old, category="veteran", amount="1000")
    assert phone_of(house, branch["G4"]).get("/fund").status_code == 410
    late = replace(house, clock=FixedClock(house.now() + timedelta(days=60)))
    assert Phone(phone_of(late, branch["G1"]).app, old.link).get("/fund").status_code == 410
