"""The yearly reviews of the reserve list: who is due, an answer about each, by codes only.

Staying is recorded at once; leaving only asks for an approval, which is given on the approvers' own pages.
"""

from collections.abc import Mapping

from djflow.assembly import House, dispatch_reserve, dispatch_rotation_acts
from djflow.dispatch.reserve.model import Reason
from flows.artifacts import leave_table
from flows.asking import asked, page
from flows.frame import COORDINATOR, SCHEDULE, Ending, attention, done, program, step
from flows.rotation_forms import outcomes_of, reserve_form
from flows.this_run import meant_on

DEPLOYMENT = "储备复核/储备名单复核"


@step("执行复核答复")
def answer_reserve(house: House, answers: Mapping[str, Reason]) -> dispatch_rotation_acts.Answered:
    """Keep people on the list or ask that they leave it, as the coordinator chose."""
    return dispatch_rotation_acts.answer_reviews(house, answers, by=COORDINATOR)


@step("列出应复核的")
def due_reviews(house: House) -> tuple[dispatch_reserve.Line, ...]:
    """Return who is due for the yearly review."""
    return dispatch_reserve.register(house, due_only=True)


@step("办理出入库审批")
def follow_reserve(house: House) -> dispatch_reserve.Followed:
    """Let people on and off the list whose approval has come."""
    return dispatch_reserve.follow(house, by=SCHEDULE)


@program("储备复核", lambda: f"{meant_on()}·储备名单复核")
async def reserve_review() -> Ending:
    """Leave who is due for review, wait for an answer about each, keep them or ask that they leave."""
    followed, lines = await follow_reserve(), await due_reviews()
    title, rows = f"{meant_on()}储备名单复核", dispatch_reserve.rows(lines)
    sentence = (
        f"入库{followed.listed}人，出库{followed.left}人，未批准{followed.refused}人，审批中{followed.waiting}人。"
    )
    await leave_table("reserve-due", f"{title}·应复核", rows)
    if not lines:
        return done(f"{sentence}没有应复核的。")
    codes = tuple(one.code for one in lines)
    given = await asked(DEPLOYMENT, codes, reserve_form(codes, page(title, rows)))
    answered = await answer_reserve(outcomes_of(given, codes))
    left = len(codes) - answered.count
    sentence += answered.sentence
    return attention(f"{sentence}还有{left}人没有复核。") if left else done(sentence)
