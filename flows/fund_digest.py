"""The month's digest of the fund's books: proved, kept, told to those who keep it outside of the house."""

from djflow.assembly import House
from djflow.assembly.ledger_digest import LedgerDigest, digest
from djflow.core.spans import Month
from flows.artifacts import leave_text
from flows.frame import Ending, attention, done, program, step
from flows.fund_forms import PastMonth, past_month
from flows.this_run import meant_on, parameter


@step("写出账册摘要")
def make_digest(house: House, month: Month) -> LedgerDigest:
    """Prove the books, keep the digest of the month's end and tell the contacts once."""
    return digest(house, month)


@program("基金账月度摘要", lambda: f"{past_month(parameter('month'), meant_on())}·基金账月度摘要")
async def ledger_digest(month: PastMonth = "") -> Ending:
    """Leave the digest of a month's end; books that do not hold want somebody's attention."""
    found = await make_digest(past_month(month, meant_on()))
    await leave_text(f"ledger-digest-{found.month}", f"{found.month}账册摘要", found.text)
    if not found.sound:
        return attention(found.sentence)
    if found.unknown:
        return attention("有收件人不在人员表里，请核对 config/fund_ledger.toml 的 [anchor]。")
    told = f"寄出{found.told}封" if found.told else "先前已寄过，或没有配置收件人"
    return done(f"{found.sentence}摘要：{told}。")
