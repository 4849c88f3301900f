"""The bank's file is read or refused as a whole, with its rows named: no database needed."""

from collections.abc import Callable

import pytest

from djflow.core.errors import InputError
from djflow.fund.payment.answers.reading import read_answer
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import AnswerRow
from tests.fund.payment.acts import K1, K2, K3
from tests.fund.payment.till import CSV, EXCEL, Row, layout, written

MARKED = layout(mark="合计")


def rows() -> list[Row]:
    """Return three good rows."""
    return [[key, "1000.01", "0062284800000001", "成功", ""] for key in (K1, K2, K3)]


GOOD = written(rows())


def one(form: BankLayout = CSV, **cells: str) -> AnswerRow:
    """Return the first row with some cells changed."""
    places = ("key", "amount", "account", "result", "code")
    row = [cells.get(name, value) for name, value in zip(places, rows()[0], strict=True)]
    return read_answer(written([row], form), form.answer)[0]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda _content: b"", "空文件"),
        (lambda content: content.replace("成功".encode("gb18030"), b"\xff\xff\xff", 1), "第 4 行不是 gb18030"),
        (lambda content: content.replace(b"\r\n", b"\r\n\0", 3), "第 2、3、4 行不是"),
        (lambda content: content[: content.rindex("成功".encode("gb18030")) - 3], "第 6 行不完整"),
        (lambda content: content.replace(b"pay:", b'"pay:', 1), "引号没有成对"),
        (lambda content: content.replace("处理结果".encode("gb18030"), b"result"), "缺少或重复了列“处理结果”"),
        (lambda content: content.decode("gb18030").encode("utf-16"), "不是 gb18030 编码|没有表头"),
        (lambda content: content[: content.index(b"pay:")], "没有明细"),
        (lambda _content: b"PK\x03\x04 no workbook", "没有表头|不是 gb18030"),
        (lambda content: content * (20 * 1024 * 1024 // len(content) + 1), "超过 20 MB"),
    ],
)
def test_a_damaged_file_is_refused_as_a_whole(damage: Callable[[bytes], bytes], words: str) -> None:
    """Garbage, another encoding, a cut-off file, another title: refused, the rows named."""
    with pytest.raises(InputError, match=words):
        read_answer(damage(GOOD), CSV.answer)


def test_a_file_without_its_last_rows_is_cut_off() -> None:
    """Where the bank writes a total, a missing or wrong count tells a truncated file."""
    good = written(rows(), MARKED)
    lines = good.splitlines(keepends=True)
    for content in (b"".join(lines[:-1]), b"".join(lines[:4] + lines[5:])):
        with pytest.raises(InputError, match=r"截断|不完整"):
            read_answer(content, MARKED.answer)
    assert [row.key for row in read_answer(good, MARKED.answer)] == [K1, K2, K3]


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"not excel at all", written(rows(), EXCEL)[:900]])
def test_a_broken_workbook_is_refused(content: bytes) -> None:
    """What is no workbook, or half of one, is refused in words."""
    with pytest.raises(InputError, match="不是 Excel 工作簿"):
        read_answer(content, EXCEL.answer)


@pytest.mark.parametrize(
    "amount", ["１０００.02", "1e3", "", "-1", "+1", "1.234", "1_000", "1,00.00", "٣", "=1+1", "1000元"]
)
def test_odd_amounts_are_not_guessed(amount: str) -> None:
    """An amount in another notation than yuan with two decimals is left empty, so that its line is unknown."""
    assert one(amount=amount).amount_fen is None


def test_amounts_in_yuan_are_read() -> None:
    """Thousands separators, whole yuan and one decimal are understood."""
    assert [one(amount=text).amount_fen for text in ("1,000.02", "1000", "1000.5")] == [100_002, 100_000, 100_050]


@pytest.mark.parametrize("account", ["6.22848E+15", "", "001", "００６２", "****", "账号0001x"])
def test_an_account_that_lost_its_end_has_no_tail(account: str) -> None:
    """Scientific notation, full-width digits or too few leave no tail to compare."""
    assert one(account=account).account_tail == ""


def test_masked_accounts_have_their_tail() -> None:
    """Stars in front or an apostrophe of a spreadsheet do not hide the last four digits."""
    assert {one(account=text).account_tail for text in ("************0001", "'0062284800000001")} == {"0001"}


def test_strange_keys_codes_and_words_are_left_empty() -> None:
    """What is no key or code of ours never reaches the database: people type names there."""
    assert [one(key=text).key for text in ("张三", "pay:WF-1:x", "=pay:WF-1:1", K1)] == ["", "", "", K1]
    assert [one(code=text).code for text in ("E01", "户名不符：张三")] == ["E01", ""]
    assert [one(result=text).paid for text in ("成功", "失败", "处理中", "")] == [True, False, None, None]
