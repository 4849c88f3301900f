"""Official documents that units have not acknowledged: who, since when, reminded once per step."""

from djflow.assembly import House, documents_watch
from djflow.assembly.documents_watch import Watched
from flows.artifacts import leave_table
from flows.frame import SCHEDULE, Ending, attention, done, program, step
from flows.this_run import meant_on


@step("催签收")
def look(house: House) -> Watched:
    """Remind every unit whose step is due and return who has not acknowledged."""
    return documents_watch.watch(house, by=SCHEDULE)


@program("公文签收", lambda: f"{meant_on()}·公文签收")
async def document_receipts() -> Ending:
    """Remind units that have not acknowledged, once per step; leave the list with names of units only."""
    found = await look()
    await leave_table("document-receipts", f"未签收{len(found.rows)}件", found.rows)
    sentence = f"未签收{len(found.rows)}件，新催{found.reminded}件。"
    healed = f"接着办了{found.healed}件中断的公文。" if found.healed else ""
    return attention(f"{sentence}超期{found.late}件，请打电话。{healed}") if found.late else done(sentence + healed)
