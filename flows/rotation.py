"""Terms that end and their successors: by numbers and codes, never names.

An answer in Prefect's form only asks for an approval: what is approved on the approvers' own pages becomes a posting.
Whatever was answered elsewhere meanwhile is left as it is.
"""

from collections.abc import Mapping

from djflow.assembly import House, dispatch_rotation, dispatch_rotation_acts, dispatch_training
from djflow.assembly.dispatch_files import picture_link
from djflow.dispatch.rotation.model import DeclineReason
from flows.artifacts import Row, leave_files, leave_table
from flows.asking import asked, page
from flows.frame import COORDINATOR, SCHEDULE, Ending, attention, done, program, step, the_house
from flows.rotation_forms import rotation_form, verdicts_of
from flows.this_run import meant_on

DEPLOYMENT = "轮换接任/期满轮换"


@step("办理审批结果")
def follow(house: House) -> dispatch_rotation.Followed:
    """Appoint successors whose approval has come."""
    return dispatch_rotation.follow(house, by=SCHEDULE)


@step("推算接任方案")
def propose(house: House) -> dispatch_rotation.Found:
    """Find what is due and keep a proposal for each."""
    return dispatch_rotation.run(house, meant_on(), by=SCHEDULE)


@step("列出入选理由")
def explained(house: House, number: str) -> tuple[Row, ...]:
    """Return why, candidate by candidate."""
    return dispatch_rotation.explained_rows(house, number)


@step("提醒学时")
def remind_hours(house: House) -> int:
    """Tell whoever lacks hours late in the year, once."""
    return dispatch_training.remind_short(house)


@step("执行轮换答复")
def answer_rotation(house: House, answers: Mapping[str, DeclineReason | None]) -> dispatch_rotation_acts.Answered:
    """Accept and decline as the coordinator chose."""
    return dispatch_rotation_acts.answer_proposals(house, answers, by=COORDINATOR)


@program("轮换接任", lambda: f"{meant_on()}·期满轮换")
async def posting_rotation() -> Ending:
    """Leave what is due and the proposals with their reasons, wait for an answer to each, and act on it."""
    followed, found, short = await follow(), await propose(), await remind_hours()
    title = f"{meant_on()}期满轮换"
    await leave_table("rotation-due", f"{title}·到期和空缺", found.due_rows)
    await leave_table("rotation-proposals", f"{title}·接任方案", found.rows)
    await leave_files("rotation", title, picture_link(the_house()))
    sentence = (
        f"到期和空缺{len(found.due)}个，选派接任{followed.appointed}个，等审批或等原派出办结{followed.waiting}个。"
    )
    sentence += f"学时不足{short}人，已提醒。" if short else ""
    sentence += f"办不了的：{'；'.join(followed.blocked)}" if followed.blocked else ""
    if not found.open:
        return attention(sentence) if followed.blocked else done(sentence)
    for one in found.open:
        await leave_table(f"rotation-{one.number.lower()}", f"{one.number}·入选理由", await explained(one.number))
    numbers = {one.number: bool(one.new.moves) for one in found.open}
    form = rotation_form(numbers, page(title, found.rows))
    given = await asked(DEPLOYMENT, tuple(numbers), form)
    answered = await answer_rotation(verdicts_of(given, tuple(numbers)))
    sentence += answered.sentence
    left = len(numbers) - answered.count
    return (
        attention(f"{sentence}还有{left}个方案没有答复。")
        if left or found.empty or followed.blocked
        else done(sentence)
    )
