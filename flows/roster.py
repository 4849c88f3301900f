"""The month's roster: draft, review by the coordinator, publication; and the check that it was published in time.

The row's state in the database decides what happens next. The review form is only its face: a run that is resumed,
restarted or answered late reads the state first and does nothing that was already done.
"""

from djflow.assembly import House
from djflow.assembly import roster as desk
from djflow.assembly.filing import links
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.roster.outputs.markdown import roster_table
from djflow.roster.views import RosterState
from flows.artifacts import leave_files, leave_table, leave_text
from flows.asking import reviewed
from flows.drafting import answer, draft, standing
from flows.forms import MonthText, RosterReview, month_meant, review_form
from flows.frame import Ending, attention, done, program, step, the_house
from flows.this_run import label_run, meant_on, parameter, run_url


@step("准备审核说明")
def review_text(house: House, current: desk.Draft) -> str:
    """Return the Markdown above the review form."""
    return desk.review_markdown(house, current.roster_id)


async def show(current: desk.Draft, text: str) -> None:
    """Leave the draft's artifacts: explanation, table by person codes, pictures and downloads."""
    house, key, title = the_house(), f"roster-{current.month}", f"{current.month.title}·第{current.round}稿"
    page = f"{text}\n\n[打开本次运行，在右上角 ⋮ 里选 Resume 填写答复]({run_url(house.settings.prefect.address)})"
    await leave_text(f"{key}-review", f"{title}·审核说明", page)
    await leave_table(f"{key}-table", f"{title}·值班表", roster_table(desk.book(house, current.roster_id)))
    await leave_files(key, title, links(house, current.roster_id))


async def review(current: desk.Draft, text: str) -> RosterReview:
    """Suspend the run until the coordinator has given an answer that can be acted upon."""
    presets = desk.presets(the_house())
    key = f"review-{current.roster_id}-{current.round}"
    return await reviewed(key, lambda complaint: review_form(presets, text, complaint))


def _run_title() -> str:
    return f"{month_meant(parameter('month'), meant_on()).title}·赶场值班表"


@program("赶场值班表", _run_title)
async def roster_generate(month: MonthText = "") -> Ending:
    """Draft a month's duty roster, show it, wait for the coordinator's answer and act on it."""
    target = month_meant(month, meant_on())
    current = await standing(target) or await draft(target)
    while current.state is RosterState.REVIEW:
        await label_run(Subject("roster.roster", current.roster_id))
        text = await review_text(current)
        await show(current, text)
        current = await answer(current, await review(current, text))
    words = {RosterState.PUBLISHED: "已发布", RosterState.AMENDED: "已发布并有更新版本", RosterState.VOID: "已作废"}
    return done(f"{target.title}值班表{words.get(current.state, '已结束')}。")


@step("核对是否发布")
def check_published(house: House) -> desk.PublishCheck:
    """Return whether next month's roster is published; the alarm is written once."""
    return desk.publish_check(house, meant_on())


@program("值班表发布核对", lambda: f"{Month.of(meant_on()).following.title}·发布核对")
async def roster_publish_check() -> Ending:
    """Say whether next month's roster has been published; if not, leave a page for the coordinator."""
    found = await check_published()
    if found.published:
        return done(f"{found.month.title}值班表已发布。")
    sentence = f"{found.month.title}值班表还没有发布，请到“赶场值班表”的等待运行里审核。"
    await leave_text(f"roster-{found.month}-unpublished", f"{found.month.title}·尚未发布", f"## 尚未发布\n\n{sentence}")
    return attention(sentence)
