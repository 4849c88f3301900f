"""The fund's money: payments not reconciled, the books proved nightly and anchored outside, the year for everybody."""

from djflow.assembly import House, fund_month, fund_till, fund_year, relief, treasury
from djflow.core.clock import civil_datetime
from djflow.core.money import yuan
from djflow.core.spans import Month
from djflow.fund.ledger.model import Verified
from flows.artifacts import leave_table, leave_text
from flows.frame import SCHEDULE, Ending, attention, broken, done, program, step
from flows.fund_forms import PastMonth, YearText, past_month, year_meant
from flows.this_run import meant_for, meant_on, parameter


@step("核对付款")
def reconcile(house: House) -> fund_till.Unreconciled:
    """Return open batches, rows nobody understood, answers the cases have not heard."""
    return fund_till.unreconciled(house)


@program("付款核对", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·付款核对")
async def payment_reconcile() -> Ending:
    """Say what of the payments is not finished, and leave it as tables."""
    found = await reconcile()
    await leave_table("payment-batches", "没有结清的批次", found.batches)
    await leave_table("payment-doubts", "银行回单里存疑的", found.doubts)
    await leave_table("payment-unheard", "银行已答复、申请还没有转步骤的", found.unheard)
    sentence = f"未结清{len(found.batches)}批，存疑{len(found.doubts)}行，未转步骤{len(found.unheard)}件。"
    return attention(sentence) if found.doubts or found.unheard else done(sentence)


@step("核对基金账")
def verify(house: House) -> Verified:
    """Prove the books from their first line; the office is told when they do not hold."""
    return treasury.verify(house)


@program("基金账核对", lambda: f"{meant_on()}·基金账核对")
async def ledger_verify() -> Ending:
    """Prove the whole books; broken ones fail in red and alarm the office."""
    found = await verify()
    if found.intact:
        return done(f"{found.head.seq}笔账首尾相连，余额逐笔重算无误。")
    sentence = treasury.broken_sentence(found)
    await leave_text("ledger-broken", "基金账核对", f"## 基金账核对不上\n\n{sentence}")
    return broken(sentence)


@step("寄出校验码")
def send_anchor(house: House) -> treasury.Anchored:
    """Send the head of the books to the configured persons, once a day each."""
    return treasury.send_anchor(house)


@program("基金账留证", lambda: f"{meant_on()}·基金账留证")
async def ledger_anchor() -> Ending:
    """Send the day's proof of the books out of the house; broken books fail in red."""
    sent = await send_anchor()
    if not sent.found.intact:
        return broken(treasury.broken_sentence(sent.found))
    if sent.unknown:
        return attention("有收件人不在人员表里，请核对 config/fund_ledger.toml 的 [anchor]。")
    told = f"寄出{sent.told}封" if sent.told else "今天已寄过，或没有配置收件人"
    return done(f"第{sent.found.head.seq}笔为止的校验码：{told}。")


@step("清理材料")
def tidy(house: House) -> tuple[int, int]:
    """Destroy materials kept long enough and files nobody can open."""
    return relief.tidy(house, by=SCHEDULE)


@program("清理申请材料", lambda: f"{meant_on()}·清理申请材料")
async def relief_tidy() -> Ending:
    """Destroy application papers whose time is over."""
    forgotten, strays = await tidy()
    return done(f"销毁到期材料{forgotten}份，清除无主文件{strays}个。")


@step("写出年度公开")
def disclose(house: House, year: int) -> fund_year.FundYear:
    """Write the year's public text and a statement per account."""
    return fund_year.disclose(house, year)


@program("基金收支公开", lambda: f"{year_meant(parameter('year'), meant_on())}年·基金收支公开")
async def fund_annual(year: YearText = "") -> Ending:
    """Disclose a year: income by source, people helped, money by category; text and statements lie in the files."""
    found = await disclose(year_meant(year, meant_on()))
    files = "\n".join(f"- `{path.name}`" for path in found.files)
    folder = f"\n\n## 文件\n\n在 `.djflow/files/fund/{found.year}`：\n\n{files}"
    await leave_text(f"fund-year-{found.year}", f"{found.year}年收支公开", f"{found.text}{folder}")
    await leave_table(f"fund-year-{found.year}-income", f"{found.year}年收入", found.incomes)
    await leave_table(f"fund-year-{found.year}-spending", f"{found.year}年支出", found.spendings)
    return done(f"{found.year}年截至{found.last}：帮扶{found.people}人，文件{len(found.files)}个。")


@step("写出月度收支")
def month_balance(house: House, month: Month) -> fund_month.FundMonth:
    """Write the month's balance by source."""
    return fund_month.balance(house, month)


@program("月度收支", lambda: f"{past_month(parameter('month'), meant_on())}·月度收支")
async def fund_monthly(month: PastMonth = "") -> Ending:
    """Leave a month's balance by source as a table and a file for finance and audit."""
    found = await month_balance(past_month(month, meant_on()))
    await leave_table(f"fund-month-{found.month}", f"{found.month}收支", found.rows)
    left = f"月末可用{yuan(found.left_fen)}元"
    return done(f"{found.month}收入{yuan(found.income_fen)}元，支出{yuan(found.spent_fen)}元，{left}。")
