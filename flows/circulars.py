"""Circulars: the month's figures are gathered and confirmed by units, the draft is reviewed here and signed elsewhere.

The review form is only the face of the circular's row: answered elsewhere, nothing is done. Units appear by name,
people never.
"""

from djflow.assembly import House, circulars
from djflow.assembly.circulars import Stage, Watched
from djflow.circulars.model import STATE_WORDS, Circular, CircularState
from djflow.circulars.periods import Period
from flows.artifacts import leave_files, leave_table, leave_text
from flows.asking import replace, reviewed
from flows.circular_forms import CircularReview, PeriodText, Verdict, review_form
from flows.frame import COORDINATOR, SCHEDULE, Ending, attention, done, program, step, the_house
from flows.this_run import meant_on, run_url

DEPLOYMENT = "通报核对和审核/通报核对和审核"


@step("看要通报哪一期")
def which_period(house: House, period: str) -> Period | None:
    """Return the period asked for, else the month before from its third workday on, else None."""
    return Period.parse(period) if period else circulars.period_due(house)


@step("汇总数据，送单位核对")
def build(house: House, period: Period) -> tuple[Circular, ...]:
    """Gather the figures of every kind of circular and ask the units named; built before is not built again."""
    return tuple(circulars.build(house, kind, period, by=SCHEDULE) for kind in house.settings.circulars.kinds)


@step("读初稿和核对情况")
def read(house: House, circular: str) -> Stage:
    """Return a circular with its draft and what its units answered."""
    return circulars.stage(house, circular)


async def show(found: Stage) -> None:
    """Leave the draft, its downloads and who has confirmed."""
    key = f"circular-{found.circular.id[-8:]}"
    await leave_text(f"{key}-draft", f"{found.title}·初稿", circulars.markdown(found))
    await leave_table(f"{key}-units", f"{found.title}·单位核对", found.confirmations)
    await leave_files(key, found.title, circulars.links(the_house(), found.circular.id))


@program("汇总情况通报", lambda: f"{meant_on()}·汇总情况通报")
async def circular_build(period: PeriodText = "") -> Ending:
    """Build the circular of a period and ask units to confirm; leave draft, downloads and who is asked."""
    which = await which_period(period)
    if which is None:
        return done("还没有到本月第三个工作日。")
    made = await build(which)
    for one in made:
        await show(await read(one.id))
    states = "、".join(STATE_WORDS[one.state] for one in made)
    return done(f"{which.title}通报{len(made)}份：{states}。")


@step("催核对，到期成稿，跟公文")
def look(house: House) -> Watched:
    """Bring every circular on as far as time allows."""
    return circulars.watch(house, by=SCHEDULE)


@step("执行答复")
def answer(house: House, seen: Circular, review: CircularReview) -> Circular:
    """Do what the coordinator decided about the draft they saw; answered elsewhere, nothing is done."""
    current = circulars.stage(house, seen.id).circular
    if (current.state, current.version) != (CircularState.REVIEW, seen.version):
        return current
    if review.decision is Verdict.DROP:
        return circulars.drop(house, seen.id, review.reason, by=COORDINATOR)
    if review.decision is Verdict.BACK:
        return circulars.send_back(house, seen.id, review.reason, by=COORDINATOR)
    circulars.hand_over(house, seen.id, by=COORDINATOR)
    return circulars.stage(house, seen.id).circular


async def review(found: Stage) -> CircularReview:
    """Suspend the run until the coordinator has given an answer that can be acted upon."""
    address = run_url(the_house().settings.prefect.address)
    text = f"[打开本次运行]({address})\n\n{circulars.markdown(found)}"
    key = f"circular-{found.circular.id}-{found.circular.version}"
    return await reviewed(key, lambda complaint: review_form(text, complaint))


@program("通报核对和审核", lambda: f"{meant_on()}·通报核对和审核")
async def circular_confirm_watch() -> Ending:
    """Remind units, close what is confirmed, follow documents; then wait for the review of what is drafted."""
    found = await look()
    await leave_table("circulars", f"在办通报{len(found.rows)}份", found.rows)
    await leave_table("circulars-stuck", f"办不下去的通报{len(found.stuck)}份", found.stuck)
    ends = []
    for one in found.waiting:
        await replace(DEPLOYMENT)
        shown = await read(one.id)
        await show(shown)
        after = await answer(one, await review(shown))
        ends.append(f"{shown.title}{STATE_WORDS[after.state]}")
    sentence = f"在办{len(found.rows)}份，催核对{found.reminded}个单位。" + "".join(f"{one}。" for one in ends)
    return attention(f"{sentence}办不下去{len(found.stuck)}份，请看表。") if found.stuck else done(sentence)
