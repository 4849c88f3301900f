"""Hands waiting notices to the channels."""

from djflow.assembly import House, sending
from djflow.notify.model import Drained
from flows.frame import Ending, attention, done, program, step
from flows.this_run import meant_on


@step("送出通知")
def drain(house: House) -> Drained:
    """Send what may be sent now; each notice is sent once."""
    return sending.drain(house)


@program("送出通知", lambda: f"{meant_on()}·送出通知")
async def notice_drain() -> Ending:
    """Send the waiting notices; those of the quiet hours stay until morning."""
    found = await drain()
    sentence = f"送出{found.sent}条，留待以后{found.held}条，失败{found.failed}条。"
    return attention(sentence) if found.failed else done(sentence)
