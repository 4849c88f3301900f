"""Housekeeping: next year's holiday file, the chain of the audit record, what need not be kept any longer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from prefect import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun

from djflow.assembly import House, clearing, upkeep
from djflow.audit.model import ChainReport
from flows.artifacts import leave_text
from flows.frame import SCHEDULE, Ending, attention, broken, done, program, step, the_house
from flows.this_run import meant_for, meant_on, say

_PAGE = 100


@step("核对下一年放假文件")
def watch_holidays(house: House) -> upkeep.HolidayWatch:
    """Return whether next year's holiday file is there; the alarm is written once a day."""
    return upkeep.holiday_watch(house, meant_on())


@program("放假文件核对", lambda: f"{meant_on()}·放假文件核对")
async def holiday_file_watch() -> Ending:
    """Say whether next year's days off are configured; if not, leave a page saying what to do."""
    found = await watch_holidays()
    if found.present:
        return done(f"{found.year}年的放假文件已有。")
    if not found.alarmed:
        return done(f"还没有{found.year}年的放假文件，不到催办的时候。")
    file = f"config/holidays/{found.year}.toml"
    sentence = f"还没有{found.year}年的放假文件，值班表里的节假日按法定日暂定。"
    todo = f"国务院办公厅通知公布后，把放假和调休日期写进 `{file}`，再运行 `djflow check-config`。"
    await leave_text(f"holidays-{found.year}", f"{found.year}年放假文件", f"## 缺放假文件\n\n{sentence}\n\n{todo}")
    return attention(sentence)


@step("核对记录链")
def verify(house: House) -> ChainReport:
    """Return what the check of the whole chain found."""
    return upkeep.verify_audit(house)


@program("操作记录核对", lambda: f"{meant_on()}·操作记录核对")
async def audit_verify() -> Ending:
    """Check the whole chain of the audit record; a broken chain fails in red."""
    found = await verify()
    if found.intact:
        return done(f"{found.entries}条记录首尾相连，没有改动。")
    sentence = f"操作记录从第{found.broken_at}条起对不上：有人改动过数据库，或数据库没有恢复完整。请停用并联系管理员。"
    await leave_text("audit-chain", "操作记录核对", f"## 记录链断裂\n\n{sentence}")
    return broken(sentence)


@step("清理过期资料")
def clear(house: House) -> Mapping[str, int]:
    """Forget what is older than configured; the record of changes stays."""
    return clearing.clear(house, by=SCHEDULE)


@program("运行记录清理", lambda: f"{meant_on()}·运行记录清理")
async def retention() -> Ending:
    """Delete Prefect's own finished runs, their logs and artifacts, and what the house need not keep any longer."""
    forgotten = sum((await clear()).values())
    kept = the_house().settings.retention.prefect_days
    deleted = await _clear_runs(meant_for() - timedelta(days=kept))
    return done(f"清理了{deleted}次结束超过{kept}天的运行，{forgotten}项过期资料。")


async def _clear_runs(before: datetime) -> int:
    finished = FlowRunFilter(
        end_time=FlowRunFilterEndTime(before_=before),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(TERMINAL_STATES))),
    )
    deleted = 0
    async with get_client() as client:
        while page := await client.read_flow_runs(flow_run_filter=finished, limit=_PAGE):
            while artifacts := await client.read_artifacts(flow_run_filter=_these(page), limit=_PAGE):
                for artifact in artifacts:
                    await client.delete_artifact(artifact.id)
            for run in page:
                await client.delete_flow_run(run.id)
            deleted += len(page)
            say(f"已清理{deleted}次运行。")
    return deleted


def _these(runs: list[FlowRun]) -> FlowRunFilter:
    return FlowRunFilter(id=FlowRunFilterId(any_=[run.id for run in runs]))
