"""The bank answers: three lists, the same file once, what is doubtful settled by two persons, failures paid anew."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError
from djflow.db.session import Database
from djflow.fund.payment import service
from djflow.fund.payment.layout import BankLayout
from djflow.fund.payment.model import (
    BatchState,
    Doubt,
    Ground,
    OrderState,
    Proposal,
    RulingKind,
    Verdict,
)
from tests.fund.payment.acts import K1, K2, K3, PAPER, altered, close, keys, rule, take
from tests.fund.payment.till import CSV, EXCEL, Row, Till, bank, layout


@pytest.fixture
def till(database: Database, now: datetime) -> Till:
    """A till with its people."""
    return Till(database, now)


@pytest.mark.parametrize("form", [CSV, EXCEL, layout(mark="合计"), layout(encoding="utf-8-sig")])
def test_the_file_goes_to_the_bank_and_back(till: Till, form: BankLayout) -> None:
    """Paid lines are matched, a failed one is rejected with the bank's code, and then the batch closes."""
    batch = till.batch(form=form)
    file = till.send(batch, form)
    outcome = take(till, batch, bank(file.content, form, failed=[K2]), form)
    assert keys(outcome) == ([K1, K3], [K2], [])
    assert [(one.verdict, one.bank_code, one.amount_fen) for one in outcome.rejected] == [
        (Verdict.FAILED, "E01", 100_002)
    ]
    assert outcome.missing == ()
    assert close(till, batch.id).state is BatchState.CLOSED
    assert close(till, batch.id).state is BatchState.CLOSED


def test_the_same_file_twice_changes_nothing(till: Till) -> None:
    """The second import of the same bytes says so; before, between and after the states are the same."""
    batch = till.batch()
    answer = bank(till.send(batch).content)
    assert not take(till, batch, answer).already
    before = till.states(batch.id)
    again = take(till, batch, answer)
    assert (again.already, again.settled, again.unknown) == (True, (), ())
    assert till.states(batch.id) == before


def test_forty_imports_at_once_have_one_effect(till: Till) -> None:
    """Forty people import the same answer at the same moment: one outcome is posted, thirty-nine hear it was done."""
    batch = till.batch()
    answer = bank(till.send(batch).content)
    with ThreadPoolExecutor(40) as pool:
        outcomes = list(pool.map(lambda _number: take(till, batch, answer), range(40)))
    assert sum(len(one.settled) for one in outcomes) == 3
    assert sum(one.already for one in outcomes) == 39
    with till.database.reading() as session:
        done = [one for one in audit.latest(session, count=200) if one.action == "payment.answer"]
    assert len(done) == 1


@pytest.mark.parametrize(
    ("place", "value", "doubt"),
    [
        (1, "1000.03", Doubt.AMOUNT),
        (2, "0062284800009999", Doubt.ACCOUNT),
        (3, "处理中", Doubt.RESULT),
    ],
)
def test_one_altered_line_stays_out_alone(till: Till, place: int, value: str, doubt: Doubt) -> None:
    """An altered amount, account or result makes that line unknown with its row; all the others are taken."""
    form = layout(mark="合计")
    batch = till.batch(form=form)
    outcome = take(till, batch, bank(till.send(batch, form).content, form, altered(K2, place, value)), form)
    assert keys(outcome) == ([K1, K3], [], [K2])
    assert [(one.row, one.doubt) for one in outcome.unknown] == [(5, doubt)]
    assert till.states(batch.id)[K2] is OrderState.UNKNOWN
    with pytest.raises(ConflictError, match=f"还有 1 笔没有结果：{K2}"):
        close(till, batch.id)


def test_masked_accounts_and_thousands_are_read(till: Till) -> None:
    """A bank that prints `************0002` and `1,000.02` is understood."""
    batch = till.batch()

    def mask(rows: list[Row]) -> None:
        for row in rows:
            row[1], row[2] = f"1,{row[1][1:]}", f"************{row[2][-4:]}"

    assert keys(take(till, batch, bank(till.send(batch).content, change=mask)))[0] == [K1, K2, K3]


def test_strange_repeated_and_foreign_keys_are_named(till: Till) -> None:
    """An unknown key, a key twice, a key of another batch and no key are unknown, each with its row and reason."""
    batch = till.batch(3)
    file = till.send(batch)
    other = till.batch_of_others(4)
    foreign = next(iter(till.states(other.id)))

    def change(rows: list[Row]) -> None:
        rows += [list(rows[1]), ["pay:WF2026-9999:1", *rows[0][1:]], [foreign, *rows[0][1:]], ["=cmd", *rows[0][1:]]]

    outcome = take(till, batch, bank(file.content, change=change))
    assert keys(outcome)[:2] == ([K1, K3], [])
    assert [(one.row, one.doubt) for one in outcome.unknown] == [
        (5, Doubt.TWICE),
        (7, Doubt.TWICE),
        (8, Doubt.NO_KEY),
        (9, Doubt.OTHER_BATCH),
        (10, Doubt.NO_KEY),
    ]
    assert set(till.states(other.id).values()) == {OrderState.BATCHED}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("成功".encode("gb18030"), b"\xff\xff\xff", "第 4、5、6 行不是 gb18030"),
        (b"WF2026-", b"WF2025-", "没有一行属于批次"),
    ],
)
def test_a_damaged_file_changes_nothing(till: Till, old: bytes, new: bytes, words: str) -> None:
    """A file of garbage or about something else is refused as a whole; the right file is taken afterwards."""
    batch = till.batch()
    good = bank(till.send(batch).content)
    with pytest.raises(InputError, match=words):
        take(till, batch, good.replace(old, new))
    assert set(till.states(batch.id).values()) == {OrderState.SENT}
    assert keys(take(till, batch, good))[0] == [K1, K2, K3]


def test_an_answer_is_for_one_sent_batch(till: Till) -> None:
    """Before the file is sent, for another batch, in another bank's layout, after closing: refused in words."""
    batch = till.batch()
    answer = bank(till.export(batch).content)
    with pytest.raises(ConflictError, match="还没有登记送银行"):
        take(till, batch, answer)
    with till.database.transaction() as session:
        service.mark_sent(session, batch.id, by=till.clerk("CA"), now=till.now)
    other = till.batch_of_others(4)
    with pytest.raises(ConflictError, match="另一家银行的格式"):
        take(till, batch, answer, BankLayout("other", "建行", CSV.order, CSV.answer, {}))
    take(till, batch, answer)
    with pytest.raises(ConflictError, match=f"已作为批次 {batch.number} 的回单导入过"):
        take(till, other, answer)
    close(till, batch.id)
    with pytest.raises(ConflictError, match="已结清"):
        take(till, batch, answer + b"\r\n")


def test_a_later_file_repeats_and_contradicts(till: Till) -> None:
    """A second file settles nothing twice; where it says the opposite of what was taken, the line is unknown."""
    batch = till.batch()
    file = till.send(batch).content
    take(till, batch, bank(file))
    outcome = take(till, batch, bank(file, failed=[K2]))
    assert (outcome.settled, outcome.repeated) == ((), (K1, K3))
    assert [(one.key, one.doubt) for one in outcome.unknown] == [(K2, Doubt.CONTRADICTION)]
    assert till.states(batch.id)[K2] is OrderState.PAID
    with pytest.raises(ConflictError, match="回单第 5 行还没有核实"):
        close(till, batch.id)
    line = outcome.unknown[0].id
    assert rule(till, Proposal(RulingKind.DISMISSED, Ground.BANK_ERROR, PAPER, line=line)) is None
    assert close(till, batch.id).state is BatchState.CLOSED


def _without_second(rows: list[Row]) -> None:
    del rows[1]


def test_what_is_missing_waits(till: Till) -> None:
    """A line the bank did not answer is listed, stays at the bank, and comes with a later file."""
    batch = till.batch()
    file = till.send(batch).content
    outcome = take(till, batch, bank(file, change=_without_second))
    assert (outcome.missing, len(outcome.matched)) == ((K2,), 2)
    outcome = take(till, batch, bank(file))
    assert keys(outcome) == ([K2], [], [])
    assert outcome.repeated == (K1, K3)


def test_any_answer_puts_each_key_on_one_list_and_pays_once(till: Till) -> None:
    """Whatever rows the bank shuffles, doubles, alters or leaves out, over several files no key is paid twice."""
    batch = till.batch(6)
    file = till.send(batch).content
    pick = random.Random(20261124)  # noqa: S311 - a fixed stream of accidents
    posted: list[str] = []
    for _file in range(12):
        content = bank(file, change=lambda rows: _stir(rows, pick))
        outcome = take(till, batch, content)
        paid, failed, unknown = keys(outcome)
        listed = [*paid, *failed, *sorted(set(unknown) - {""}), *outcome.repeated, *outcome.missing]
        assert len(listed) == len(set(listed))
        posted += paid + failed
    assert len(posted) == len(set(posted))


def _stir(rows: list[Row], pick: random.Random) -> None:
    for row in list(rows):
        act = pick.choice(["keep", "keep", "keep", "fail", "amount", "tail", "twice", "drop", "result"])
        if act == "fail":
            row[3:] = ["失败", "E01"]
        elif act == "amount":
            row[1] = f"{pick.randrange(10**6)}.5"
        elif act == "tail":
            row[2] = "9999"
        elif act == "result":
            row[3] = "未知"
        elif act == "twice":
            rows.append(list(row))
        elif act == "drop" and len(rows) > 1:
            rows.remove(row)
    pick.shuffle(rows)
    if not any(row[0] for row in rows):
        rows.append([K1, "1", "1", "?", ""])


def test_an_answer_is_kept_sealed(till: Till) -> None:
    """The file of the bank is evidence: it is stored, and no account stands in the database in the clear."""
    batch = till.batch(1)
    take(till, batch, bank(till.send(batch).content))
    with till.database.engine.connect() as connection:
        for query in (
            "SELECT content FROM payment_answer",
            "SELECT content FROM payment_batch",
            "SELECT account FROM payment_order",
        ):
            (stored,) = connection.execute(text(query)).scalars()
            assert b"0062284800000001" not in bytes(stored)
