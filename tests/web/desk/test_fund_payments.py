"""A payment batch at the desk, from what is ready to the closed batch, with a bank that errs."""

import re

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House
from djflow.audit import service as audit
from djflow.core.errors import ConflictError
from djflow.core.subject import Subject
from djflow.fund.payment import orders
from tests.fund.payment.till import lines_of, written
from tests.web.desk.conftest import Staff
from tests.web.desk.fund_till import ROOT, Till, till

__all__ = ["till"]

SHA = re.compile(r"SHA-256 ([0-9a-f]{64})")
FULL = re.compile(r"0062284800000001|甲B01")
PAPER = b"%PDF the bank's letter"
Row = list[str]


def made(till: Till, *codes: str) -> str:
    """Let the cashier make a batch of what is ready and return its number."""
    till.ready(*codes)
    till["chuna"].text(f"{ROOT}/batches")
    return till.done("chuna", "/batches", layout="rural").rpartition("/")[2].partition("?")[0]


def frozen(till: Till, *codes: str) -> tuple[str, bytes]:
    """Let the accountant check a batch and the cashier freeze and take its file."""
    number = made(till, *codes)
    till.done("kuaiji", f"/batches/{number}/check")
    till.done("chuna", f"/batches/{number}/freeze")
    return number, till["chuna"].send(f"{ROOT}/batches/{number}/file").content


def sent(till: Till, *codes: str) -> tuple[str, bytes]:
    """Bring a batch to the bank."""
    number, file = frozen(till, *codes)
    till.done("chuna", f"/batches/{number}/sent")
    return number, file


def answer_of(file: bytes, *, failed: tuple[str, ...] = (), wrong: str = "", tail: bool = True) -> bytes:
    """Return the bank's answer: all paid but `failed`; the amount of the line `wrong` is another one."""
    rows = [[row[1], row[5], row[3], "成功", ""] for row in lines_of(file)[1:-1]]
    for row in rows:
        if row[0] in failed:
            row[3:] = ["失败", "E01"]
        if row[0] == wrong:
            row[1] = "1.00"
    rows += [["合计", str(len(rows)), "", "", ""]] if tail else []
    return written(rows)


def key(number: int, attempt: int = 1) -> str:
    """Return a line's key."""
    return f"pay:WF2026-{number:04d}:{attempt}"


def test_maker_and_checker_are_two_of_two_offices(till: Till, staff: Staff) -> None:
    """The maker gets no button to check and is refused; readers get none at all; the other office checks."""
    number = made(till, "B01", "B02")
    page = till["chuna"].text(f"{ROOT}/batches/{number}")
    assert "另一岗位的人复核" in page
    assert f"/batches/{number}/check" not in page
    assert not FULL.search(page)
    assert "另一个人" in till.refused("chuna", f"/batches/{number}/check")
    second = staff.inside("chuna2", Role.CASHIER, person="C01")
    second.text(f"{ROOT}/batches/{number}")
    assert "另一个岗位" in second.send(f"{ROOT}/batches/{number}/check").text
    assert "/check" not in till["buzhang"].text(f"{ROOT}/batches/{number}")
    assert till["buzhang"].send(f"{ROOT}/batches/{number}/check").status_code == 403
    assert "不能再这样办" in till.refused("chuna", f"/batches/{number}/freeze")
    assert till.done("kuaiji", f"/batches/{number}/check").endswith("said=checked")


def test_the_file_is_full_its_page_is_masked_each_download_recorded(till: Till, house: House) -> None:
    """Only the bank's file has names and accounts; it is the same each time, its hash is shown, takers are listed."""
    number, file = frozen(till, "B01", "B02")
    again = till["kuaiji"].send(f"{ROOT}/batches/{number}/file")
    assert again.content == file
    assert "0062284800000001" in file.decode("gb18030")
    page = till["shenji"].text(f"{ROOT}/batches/{number}")
    assert SHA.search(page)
    assert not FULL.search(page)
    assert ("甲*1" in page, "0001" in page) == (True, True)
    assert [login in page.partition("谁取过银行文件")[2] for login in ("chuna", "kuaiji")] == [True, True]
    with house.reading() as session:
        taken = [entry for entry in audit.latest(session) if entry.action == "payment.download"]
    assert len(taken) == 2
    assert till["shenji"].send(f"{ROOT}/batches/{number}/file").status_code == 403
    assert till["shenji"].ask(f"{ROOT}/batches/{number}/file").status_code in {404, 405}


def test_an_answer_is_sorted_into_three_lists(till: Till) -> None:
    """Paid, failed and doubtful lines are told apart; the same file again changes nothing; nothing closes in doubt."""
    number, file = sent(till, "B01", "B02", "B03")
    path = f"/batches/{number}/answer"
    content = answer_of(file, failed=(key(2),), wrong=key(3))
    page = till.upload("chuna", path, "answer", content).text
    assert "到账 1 笔，失败 1 笔，存疑 1 行" in page
    assert "户名与账号不符（E01）" in page
    assert "金额与所付的不一致" in page
    assert not FULL.search(page)
    assert "已经导入过，没有再入账" in till.upload("chuna", path, "answer", content).text
    assert key(3) in till.refused("chuna", f"/batches/{number}/close")
    altered = answer_of(file, failed=(key(1), key(2)), wrong=key(3))
    page = till.upload("chuna", path, "answer", altered).text
    assert "与先前已经入账的结果相反" in page
    assert "先前已列为存疑" in page or "金额与所付的不一致" in page


def test_nothing_is_withdrawn_while_the_bank_has_it(till: Till) -> None:
    """From the file on a withdrawal is refused with what to do; before that it leaves the batch, checked anew."""
    number = made(till, "B01", "B02")
    till.done("kuaiji", f"/batches/{number}/check")
    case = Subject("test.grant", f"{1:032x}")
    with till.house.transaction() as session:
        orders.withdraw(session, case, by="test", now=till.house.now())
    page = till["kuaiji"].text(f"{ROOT}/batches/{number}")
    assert ("1 笔，1,000.02 元" in page, "还没有复核" in page) == (True, True)
    till.done("kuaiji", f"/batches/{number}/check")
    till.done("chuna", f"/batches/{number}/freeze")
    other = Subject("test.grant", f"{2:032x}")
    for act in ("", "sent"):
        if act:
            till.done("chuna", f"/batches/{number}/{act}")
        with pytest.raises(ConflictError, match="请等银行回单"), till.house.transaction() as session:
            orders.withdraw(session, other, by="test", now=till.house.now())
    assert "申请人这时不能撤回" in till["chuna"].text(f"{ROOT}/batches/{number}")


def test_bad_answers_are_refused_whole(till: Till) -> None:
    """No file, an empty one, a truncated one, another batch's: each is explained and nothing is settled."""
    number, file = sent(till, "B01", "B02")
    path = f"/batches/{number}/answer"
    for content, words in (
        (b"", "选择文件"),
        (b"\x00\xff\xfe rubbish", "回单"),
        (answer_of(file, tail=False), "合计"),
        (written([["pay:WF2026-0099:1", "1.00", "1", "成功", ""], ["合计", "1", "", "", ""]]), "选错"),
    ):
        answer = till.upload("chuna", path, "answer", content)
        assert answer.status_code == 400, words
        assert words in answer.text
    assert "选择文件" in till.refused("chuna", path, answer="x")
    assert till["chuna"].text(f"{ROOT}/batches/{number}").count("已送银行") >= 3


def test_a_file_too_large_is_refused_unread(till: Till) -> None:
    """What is larger than any bank's answer is refused before it is read as one."""
    number, _file = sent(till, "B01")
    answer = till.upload("chuna", f"/batches/{number}/answer", "answer", b"x" * (20 * 1024 * 1024 + 1))
    assert (answer.status_code, "10 MB" in answer.text) == (400, True)


def payment(till: Till, number: str, line: str) -> str:
    """Return the path of a payment's page."""
    page = till["chuna"].text(f"{ROOT}/batches/{number}")
    found = re.search(rf'/payments/([0-9a-f]{{32}})">{line}', page)
    assert found
    return f"/payments/{found[1]}"


def ruling(till: Till, login: str) -> str:
    """Return the path of the ruling that waits."""
    found = re.search(r"/rulings/([0-9a-f]{32})/refuse", till[login].text(f"{ROOT}/batches"))
    assert found
    return f"/rulings/{found[1]}"


def test_two_persons_settle_a_doubt_and_close(till: Till) -> None:
    """One states with a paper what became of the payment, another confirms; then the batch closes."""
    number, file = sent(till, "B01")
    till.upload("chuna", f"/batches/{number}/answer", "answer", answer_of(file, wrong=key(1)))
    path = payment(till, number, key(1))
    till["chuna"].text(f"{ROOT}{path}")
    given = {"kind": "paid", "ground": "bank_letter"}
    assert "选择文件" in till.upload("chuna", f"{path}/ruling", "evidence", b"", **given).text
    bad = till.upload("chuna", f"{path}/ruling", "evidence", PAPER, kind="paid", ground="false_material")
    assert "不能以" in bad.text
    assert till.upload("chuna", f"{path}/ruling", "evidence", PAPER, **given).status_code == 303
    waiting = ruling(till, "chuna")
    assert f"{waiting}/confirm" not in till["chuna"].text(f"{ROOT}/batches")
    assert "另一个人" in till.refused("chuna", f"{waiting}/confirm")
    till["kuaiji"].text(f"{ROOT}/batches")
    till.done("kuaiji", f"{waiting}/confirm")
    assert till.done("chuna", f"/batches/{number}/close").endswith("said=closed")
    assert "已结清" in till["shenji"].text(f"{ROOT}/batches/{number}")


def test_a_foreign_row_is_dismissed_by_two(till: Till) -> None:
    """A row about nothing of ours is set aside with a paper; refused once, it may be stated again."""
    number, file = sent(till, "B01")
    rows = [[row[1], row[5], row[3], "成功", ""] for row in lines_of(file)[1:-1]]
    rows += [["别处的", "1.00", "1", "成功", ""], ["合计", "2", "", "", ""]]
    till.upload("chuna", f"/batches/{number}/answer", "answer", written(rows))
    assert "还没有核实" in till.refused("chuna", f"/batches/{number}/close")
    found = re.search(r"/rows/([0-9a-f]{32})/dismiss", till["chuna"].text(f"{ROOT}/batches/{number}"))
    assert found
    for verdict in ("refuse", "confirm"):
        given = {"ground": "bank_error"}
        assert till.upload("chuna", f"/rows/{found[1]}/dismiss", "evidence", PAPER, **given).status_code == 303
        waiting = ruling(till, "chuna")
        till["kuaiji"].text(f"{ROOT}/batches")
        till.done("kuaiji", f"{waiting}/{verdict}")
    till.done("chuna", f"/batches/{number}/close")


def test_a_failed_payment_is_corrected_by_another_and_clawed_back(till: Till) -> None:
    """Not by the maker, only to the own account; the new attempt is paid; money that comes back is booked by two."""
    number, file = sent(till, "B01")
    till.upload("chuna", f"/batches/{number}/answer", "answer", answer_of(file, failed=(key(1),)))
    path = payment(till, number, key(1))
    assert "由另一个人更正" in till["chuna"].text(f"{ROOT}{path}")
    fix = {"holder": "甲B01", "account": "0062284800009999", "bank": "巍山农商行"}
    assert "另一个人" in till.upload("chuna", f"{path}/correct", "evidence", PAPER, **fix).text
    till["kuaiji"].text(f"{ROOT}{path}")
    other = till.upload("kuaiji", f"{path}/correct", "evidence", PAPER, **{**fix, "holder": "李四光"})
    assert "申请人本人的账户" in other.text
    assert "李四光" not in other.text
    done = till.upload("kuaiji", f"{path}/correct", "evidence", PAPER, **fix)
    page = till["kuaiji"].text(done.headers["location"])
    assert ("第 2 次付款" in page, "失败，已更正重付" in page, "9999" in page) == (True, True, True)
    till["chuna"].text(f"{ROOT}/batches")
    second = till.done("chuna", "/batches", layout="rural").rpartition("/")[2].partition("?")[0]
    for login, act in (("kuaiji", "check"), ("chuna", "freeze")):
        till.done(login, f"/batches/{second}/{act}")
    file = till["chuna"].send(f"{ROOT}/batches/{second}/file").content
    till.done("chuna", f"/batches/{second}/sent")
    till.upload("chuna", f"/batches/{second}/answer", "answer", answer_of(file))
    path = payment(till, second, key(1, 2))
    given = {"kind": "refunded", "ground": "false_material"}
    more = till.upload("chuna", f"{path}/ruling", "evidence", PAPER, received="1000.02", **given)
    assert (more.status_code, "还没有退的 1000.01 元" in more.text) == (400, True)
    for received in ("1", "999.01"):  # it may come back in parts
        till.upload("chuna", f"{path}/ruling", "evidence", PAPER, received=received, **given)
        till["kuaiji"].text(f"{ROOT}{path}")
        till.done("kuaiji", f"{ruling(till, 'kuaiji')}/confirm")
        till["chuna"].text(f"{ROOT}{path}")
    assert "已追回" in till["shenji"].text(f"{ROOT}{path}")


def test_a_cancelled_batch_gives_its_payments_back(till: Till) -> None:
    """They are ready again; once the file is made nothing can be cancelled, and the page says so."""
    number = made(till, "B01")
    till.done("chuna", f"/batches/{number}/cancel")
    assert key(1) in till["chuna"].text(f"{ROOT}/batches").partition("<h2>批次</h2>")[0]
    assert "已取消" in till["chuna"].text(f"{ROOT}/batches/{number}")
    number = till.done("chuna", "/batches", layout="excel").rpartition("/")[2].partition("?")[0]
    till.done("kuaiji", f"/batches/{number}/check")
    till.done("chuna", f"/batches/{number}/freeze")
    assert "不能再这样办" in till.refused("chuna", f"/batches/{number}/cancel")
    file = till["chuna"].send(f"{ROOT}/batches/{number}/file")
    assert file.headers["content-type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("path", ["/batches/PB1", "/payments/0"])
def test_what_is_not_there_is_said(till: Till, path: str) -> None:
    """An unknown number is answered with a page."""
    assert till["shenji"].ask(f"{ROOT}{path}").status_code == 404
