"""The digest of the fund's books at a month's end: derived anew from the first transfer, kept, told, printed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from djflow.assembly import treasury
from djflow.assembly.filing import write_whole
from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.core.money import yuan
from djflow.core.spans import Month
from djflow.fund.ledger import inquiry
from djflow.fund.ledger.finding import Standing
from djflow.fund.ledger.model import AccountCode, Balance, Head, Verified

Row = Mapping[str, str]

_LIVES = timedelta(days=20)
_PRINTED = 16
"""Characters of the head's hash that a paper shows, in groups of four."""


@dataclass(frozen=True, slots=True)
class LedgerDigest:
    """A month's end of the books; `kept` is whether the file holds this head and not another one written earlier."""

    month: Month
    head: Head
    before: Head
    rows: tuple[Row, ...]
    found: Verified
    text: str
    file: Path
    kept: bool
    told: int = 0
    unknown: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the books hold and are the ones a digest was kept of."""
        return self.found.intact and self.kept

    @property
    def sentence(self) -> str:
        """What was found, for people."""
        if not self.found.intact:
            return treasury.broken_sentence(self.found)
        if not self.kept:
            return f"{self.month.title}的校验码与先前留存的摘要不同：旧账可能被改写过，请停止付款，从备份核对。"
        return f"{self.month.title}末共{self.head.seq}笔，本月新增{self.head.seq - self.before.seq}笔，核对无误。"


def anchor_line(house: House, until: date) -> str:
    """Return the books' head at the end of `until` as a line to be printed, empty when they had no transfer."""
    with house.reading() as session:
        head = inquiry.head_until(session, until)
    if not head.seq:
        return ""
    return f"截至{_day(until)}共{head.seq}笔，校验码 {_printed(head)}"


def _printed(head: Head) -> str:
    return " ".join(head.hash[at : at + 4] for at in range(0, _PRINTED, 4))


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def digest(house: House, month: Month) -> LedgerDigest:
    """Prove the books, keep the digest of the month's end and tell the configured contacts once a month.

    Raises: InputError for a month that is not over.
    """
    made = _made(house, month)
    values = {
        "department": house.settings.district.department,
        "month": month.title,
        "date": _day(month.last),
        "count": str(made.head.seq),
        "added": str(made.head.seq - made.before.seq),
        "available": made.rows[-1]["可用"],
        "hash": made.head.hash,
        "state": "账目核对无误" if made.sound else "账目核对不上，请立即查问",
    }
    letter = treasury.Letter(f"digest:{month}", "mail/fund_digest", _LIVES, values)
    told, unknown = treasury.tell_contacts(house, letter)
    return replace(made, told=told, unknown=unknown)


def _made(house: House, month: Month) -> LedgerDigest:
    if month.last >= house.today():
        raise InputError(f"{month} 还没有过完：请填已经过完的月份。", code="month.not_over")
    found = treasury.verify(house)
    with house.reading() as session:
        before = inquiry.standing(session, month.preceding.last)
        now = inquiry.standing(session, month.last)
    rows = _rows(before, now, frozenset(found.unequal))
    text = _text(month, before, now, rows, found)
    file = house.state / "files" / "fund" / str(month.year) / f"账册摘要-{month}.md"
    return LedgerDigest(
        month, now.head, before.head, rows, found, text, file, _keep(file, text, _headed(month.last, now.head))
    )


def _headed(last: date, head: Head) -> str:
    return f"截至{_day(last)}共{head.seq}笔，校验码：`{head.hash}`"


def _keep(file: Path, text: str, headed: str) -> bool:
    """Write the digest down unless one with another head is there already; return whether it was written."""
    if file.exists() and headed not in file.read_text("utf-8"):
        return False
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(file, text.encode())
    return True


def _rows(before: Standing, now: Standing, unequal: frozenset[AccountCode]) -> tuple[Row, ...]:
    earlier = {one.account.code: one.available_fen for one in before.balances}
    rows = [_row(one, earlier.get(one.account.code, 0), same=one.account.code not in unequal) for one in now.balances]
    columns = [(one.income_fen, one.reserved_fen, one.spent_fen, one.available_fen) for one in now.balances]
    sums = tuple(sum(column) for column in zip(*columns, strict=True)) or (0, 0, 0, 0)
    return (*rows, _words("合计", (*sums, sums[-1] - sum(earlier.values())), same=not unequal))


def _row(one: Balance, earlier_fen: int, *, same: bool) -> Row:
    available = one.available_fen
    amounts = (one.income_fen, one.reserved_fen, one.spent_fen, available, available - earlier_fen)
    return _words(one.account.name, amounts, same=same)


def _words(name: str, amounts: tuple[int, ...], *, same: bool) -> Row:
    columns = ("收入", "预留", "已支出", "可用", "比上月末")
    shown = dict(zip(columns, map(yuan, amounts), strict=True))
    return {"账户": name, **shown, "重算": "相符" if same else "不符"}


def _text(month: Month, before: Standing, now: Standing, rows: tuple[Row, ...], found: Verified) -> str:
    added = now.head.seq - before.head.seq
    state = "从第一笔起重算，首尾相连，余额相符。" if found.intact else treasury.broken_sentence(found)
    lines = [
        f"# 温暖基金账册摘要（{month.title}）",
        "",
        f"- {_headed(month.last, now.head)}",
        f"- 上期{_headed(month.preceding.last, before.head)}",
        f"- 本月新增{added}笔{_kinds(before, now)}",
        f"- 核对：{state}",
        "",
        f"| {' | '.join(rows[0])} |",
        f"|{'---|' * len(rows[0])}",
        *(f"| {' | '.join(row.values())} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _kinds(before: Standing, now: Standing) -> str:
    counts = {label: now.kinds.get(kind, 0) - before.kinds.get(kind, 0) for kind, label in treasury.KIND_LABELS.items()}
    counts["冲回"] = now.taken_back - before.taken_back
    words = "、".join(f"{label}{count}笔" for label, count in counts.items() if count)
    return f"（{words}）" if words else ""
