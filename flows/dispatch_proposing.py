"""The proposal of a batch: solve, show, wait for the coordinator's answer, act on it.

The batch's row in the database decides what happens next; the review form is only its face. Nothing here approves:
送审 puts the proposal before its approvers, who decide on their own pages. People appear by their codes.
"""

from djflow.assembly import House
from djflow.assembly import dispatch_batches as desk
from djflow.dispatch.batches.model import BATCH_WORDS, Batch, BatchState
from flows.artifacts import leave_table, leave_text
from flows.asking import reviewed
from flows.dispatch import Rows, demands, standing
from flows.dispatch_forms import BatchKey, Choice, ProposalReview, review_form
from flows.frame import COORDINATOR, Ending, done, program, step, the_house
from flows.this_run import label_run, meant_on, run_url


@step("拟定方案")
def propose(house: House, batch: str) -> Batch:
    """Solve a batch for the first time."""
    return desk.propose(house, batch, by=COORDINATOR)


@step("准备审核说明")
def review_text(house: House, batch: str) -> tuple[str, Rows]:
    """Return the Markdown above the review form, and the proposal by codes."""
    return desk.review_markdown(house, batch), desk.proposal_rows(house, batch)


@step("执行答复")
def answer(house: House, seen: Batch, review: ProposalReview) -> Batch:
    """Do what the coordinator decided about the proposal they saw; answered elsewhere, nothing is done."""
    found = desk.find(house, seen.id)
    if (found.state, found.round) != (BatchState.PROPOSED, seen.round):
        return found
    if review.decision is Choice.CANCEL:
        return desk.cancel(house, found.id, review.reason, by=COORDINATOR)
    if review.decision is Choice.AGAIN:
        for pair in review.pairs:
            desk.pin_numbered(house, found.id, pair, by=COORDINATOR)
        return desk.propose(house, found.id, by=COORDINATOR, seen_round=seen.round)
    return desk.submit(house, found.id, seen.round, by=COORDINATOR)


async def review(current: Batch, text: str) -> ProposalReview:
    """Suspend the run until the coordinator has given an answer that can be acted upon."""
    return await reviewed(f"proposal-{current.id}-{current.round}", lambda complaint: review_form(text, complaint))


async def show(current: Batch, text: str, rows: Rows) -> None:
    """Leave the proposal's artifacts: explanation, people by codes with reasons, demand against supply."""
    key, title = f"dispatch-{current.id[-8:]}", f"{current.title}·第{current.round}稿"
    address = run_url(the_house().settings.prefect.address)
    await leave_text(f"{key}-review", f"{title}·审核说明", f"{text}\n\n[打开本次运行填写答复]({address})")
    await leave_table(f"{key}-proposal", f"{title}·方案", rows)
    await leave_table(f"{key}-demand", f"{title}·需求与人选", await demands(current.id))


@program("拟定选派方案", lambda: f"{meant_on()}·拟定选派方案")
async def dispatch_propose(batch: BatchKey) -> Ending:
    """Propose who goes where, show it, wait for the coordinator's answer and act on it."""
    current = await standing(batch)
    await label_run(current.subject)
    if current.state is BatchState.CHECKING:
        current = await propose(batch)
    while current.state is BatchState.PROPOSED:
        text, rows = await review_text(current.id)
        await show(current, text, rows)
        current = await answer(current, await review(current, text))
    return done(f"“{current.title}”现在是“{BATCH_WORDS[current.state]}”。")
