"""The one list of deployments, joined with config/schedules.toml; `python -m flows.register` serves them all.

Names, descriptions and tags are what coordinators read in Prefect's UI. `key` is the name in schedules.toml.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import Flow, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from djflow.settings.schema import Schedule
from flows import city, duty, fund, fund_acts, fund_money, meetings, notify, roster, sweep, upkeep
from flows.city_runs import POOL
from flows.frame import Ending, the_house
from flows.relay import relay_for_ever

_ENQUEUE = ConcurrencyLimitStrategy.ENQUEUE
_CANCEL_NEW = ConcurrencyLimitStrategy.CANCEL_NEW
_RUNS_AT_ONCE = 2
_WORKERS_AT_MOST = 64
_LONGEST_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment; at most `at_once` runs of it work at a time, `collision` says what becomes of one more.

    Its runs go to the work pool `pool` if there is one, else to this runner.
    """

    key: str
    flow: Flow[..., Coroutine[Any, Any, Ending]]
    name: str
    description: str
    tags: tuple[str, ...]
    collision: ConcurrencyLimitStrategy
    at_once: int = 1
    pool: str | None = None


DEPLOYMENTS = (
    Deployment(
        "roster-generate",
        roster.roster_generate,
        "生成值班表",
        "排出一个月的赶场值班表，附上说明、图表和下载，然后等协调员审核：发布、重新生成或作废。"
        "\n\n每月18日自动排下个月的；也可以手动运行，填月份即可。运行状态显示 Suspended 是在等答复，不是出错。",
        ("赶场值班", "每月", "要审核"),
        _ENQUEUE,  # two months asked for at once are both wanted; a run that waits for an answer holds no place
        at_once=_RUNS_AT_ONCE,
    ),
    Deployment(
        "roster-publish-check",
        roster.roster_publish_check,
        "核对值班表是否发布",
        "下个月的值班表到日子还没有发布，就在这里提出，并写出告警。",
        ("赶场值班", "每月", "核对"),
        _ENQUEUE,  # each planned day asks about its own month
    ),
    Deployment(
        "roster-review-sweep",
        sweep.roster_review_sweep,
        "审核补漏",
        "审核超时、停机或 Prefect 数据丢失后，把待审的稿子重新提请审核；在别处答复过的收起；漏排的补做。",
        ("赶场值班", "自愈"),
        _CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "duty-remind",
        duty.duty_remind,
        "值班提醒",
        "值班前三天、前一天16:00、前两小时写出提醒；每人每次只有一条。",
        ("赶场值班", "每天", "通知"),
        _ENQUEUE,  # a late run answers for its own planned time
    ),
    Deployment(
        "closure-watch",
        duty.closure_watch,
        "停场与请假巡查",
        "发布以后有停场、请假，就以最少的变动修补值班表，并列出变动；只通知有变动的人。",
        ("赶场值班", "每天"),
        _CANCEL_NEW,  # the run under way repairs everything known now
    ),
    Deployment(
        "closure-declare",
        duty.closure_declare,
        "登记停场",
        "登记某个场镇在一段日子停场，并马上修补受影响的值班表。",
        ("赶场值班", "手动"),
        _ENQUEUE,  # every form handed in counts
    ),
    Deployment(
        "holiday-file-watch",
        upkeep.holiday_file_watch,
        "核对放假文件",
        "11月起每天核对下一年的放假调休是否已写进配置；没有就提出。",
        ("日历", "每天", "核对"),
        _CANCEL_NEW,  # the answer is the same all day
    ),
    Deployment(
        "notify-sweep",
        notify.notify_sweep,
        "巡查通知",
        "照看每一条通知：断掉的接着办，不明的问平台，没人答复的走下一步，过期的不再发；发送程序没在运行就补发。",
        ("通知", "自愈"),
        _CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "notify-digest",
        notify.notify_digest,
        "合并通知",
        "把不急的通知按人合并，每人半天最多一条。",
        ("通知", "每天"),
        _CANCEL_NEW,  # each half-day's digest is written once anyway
    ),
    Deployment(
        "receipt-pull",
        notify.receipt_pull,
        "取回执",
        "向短信平台取送达回执和回复；看不明白的回复转给人。",
        ("通知", "每天"),
        _CANCEL_NEW,  # taking the same report twice changes nothing
    ),
    Deployment(
        "dead-letter-report",
        notify.dead_letter_report,
        "失败的消息",
        "列出没有送到的消息及原因、要打电话的人，附七天的送达率、答复率和计费条数。",
        ("通知", "每天", "核对"),
        _CANCEL_NEW,  # one report a day
    ),
    Deployment(
        "channel-check",
        notify.channel_check,
        "检查渠道",
        "看各渠道有没有停用或堵住；不正常就告诉管理员。",
        ("通知", "核对"),
        _CANCEL_NEW,  # the answer is the same for both
    ),
    Deployment(
        "audit-verify",
        upkeep.audit_verify,
        "核对操作记录",
        "核对操作记录的每一条是否首尾相连；断裂时以失败结束。",
        ("记录", "每天", "核对"),
        _CANCEL_NEW,  # one walk over the whole record is enough
    ),
    Deployment(
        "retention",
        upkeep.retention,
        "清理运行记录",
        "删除 Prefect 里结束已久的运行、日志和产物，清理过了保留期限的通知、登录记录、链接和请假理由；操作记录不删。",
        ("维护", "每天"),
        _CANCEL_NEW,  # two would delete the same runs
    ),
    Deployment(
        "fund-advance",
        fund.fund_advance,
        "办理申请",
        "一件温暖基金申请每走一步运行一次：能办的接着办，留下这件申请的办理过程（编号、步骤、日期、处室，没有姓名和事由）。"
        "\n\n由系统启动；也可以填申请编号手动运行。",
        ("温暖基金",),
        _ENQUEUE,  # every event gets its run; each looks at the database and does what is left
        at_once=_RUNS_AT_ONCE,
    ),
    Deployment(
        "fund-sla",
        fund.fund_sla,
        "基金时限巡查",
        "催办、上报超时的审批，带过中断的申请，列出全部在办申请和超期的；到时只催办和上报，从不自动通过。",
        ("温暖基金", "自愈"),
        _CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "notice-period-close",
        fund.notice_period_close,
        "公示期满",
        "每天零点以后结束期满、没有异议的公示，申请转入拨付。",
        ("温暖基金", "每天"),
        _CANCEL_NEW,  # a period ends once
    ),
    Deployment(
        "budget-queue",
        fund.budget_queue,
        "排队等资金",
        "钱到账以后，按批准的先后给等资金的申请安排；列出还在等的。",
        ("温暖基金", "每天"),
        _CANCEL_NEW,  # one queue, one server
    ),
    Deployment(
        "payment-reconcile",
        fund_money.payment_reconcile,
        "付款核对",
        "列出没有结清的批次、银行回单里存疑的、银行已答复而申请还没有转步骤的。",
        ("温暖基金", "每天", "核对"),
        _CANCEL_NEW,  # the answer is the same for both
    ),
    Deployment(
        "fund-paper",
        fund_acts.fund_paper,
        "登记纸质申请",
        "把放在 .djflow/import 里的纸质申请文件登记进来；缺材料的留作草稿，并说明缺什么。",
        ("温暖基金", "手动"),
        _ENQUEUE,  # every form handed in counts
    ),
    Deployment(
        "fund-batch-close",
        fund_acts.fund_batch_close,
        "结清付款批次",
        "每一笔都有结果的批次，在这里结清；还有存疑的会拒绝并说明是哪几笔。不动钱。",
        ("温暖基金", "手动"),
        _ENQUEUE,  # every form handed in counts
    ),
    Deployment(
        "fund-festival-batch",
        fund_acts.fund_festival_batch,
        "节日慰问名单",
        "把准备好的慰问名单上报审批，每一行各自审批；再运行一次只补报没有报上的。这里不批准任何一行。",
        ("温暖基金", "手动"),
        _ENQUEUE,  # two festivals are both wanted
    ),
    Deployment(
        "fund-annual",
        fund_money.fund_annual,
        "公开基金收支",
        "写出一年的收支公开（来源、人数、类别，没有姓名）和各账户的对账表，放在文件目录里。",
        ("温暖基金", "每季"),
        _ENQUEUE,  # two years asked for at once are both wanted
    ),
    Deployment(
        "fund-monthly",
        fund_money.fund_monthly,
        "月度收支",
        "按来源列出一个月的收入、支出、预留和结余，给财务和审计；表放在文件目录里。",
        ("温暖基金", "每月"),
        _ENQUEUE,  # two months asked for at once are both wanted
    ),
    Deployment(
        "ledger-verify",
        fund_money.ledger_verify,
        "核对基金账",
        "从第一笔起核对整本账；对不上以失败结束，并提醒管理员。",
        ("温暖基金", "每天", "核对"),
        _CANCEL_NEW,  # one walk over the books is enough
    ),
    Deployment(
        "ledger-anchor",
        fund_money.ledger_anchor,
        "基金账留证",
        "每天把账册校验码寄给配置的人，在系统外留存。",
        ("温暖基金", "每天", "核对"),
        _CANCEL_NEW,  # one letter a day
    ),
    Deployment(
        "relief-tidy",
        fund_money.relief_tidy,
        "清理申请材料",
        "销毁过了保存期限的申请材料，清除没有归属的文件。",
        ("温暖基金", "每天"),
        _CANCEL_NEW,  # two would destroy the same files
    ),
    Deployment(
        "meeting-cycle",
        meetings.meeting_cycle,
        "会议周期",
        "安排近期的例会并征集议题，到日子发会议通知，开过的登记召开；列出在办会议和办不下去的原因。",
        ("会议", "每天"),
        _CANCEL_NEW,  # a look that is under way sees the same things
    ),
    Deployment(
        "meeting-remind",
        meetings.meeting_remind,
        "会议提醒",
        "催报议题、催回复，前一天16:00和会前2小时提醒参会的同志；每人每次只有一条。",
        ("会议", "通知"),
        _CANCEL_NEW,  # a reminder missed by a quarter of an hour is sent by the next run
    ),
    Deployment(
        "action-watch",
        meetings.action_watch,
        "议定事项督办",
        "看议定事项的期限，黄灯、红灯各提醒一次，25日起催报当月进展；列出未销号的事项。",
        ("会议", "每天"),
        _CANCEL_NEW,  # two would look at the same items
    ),
    Deployment(
        "roster-city",
        city.roster_city,
        "排一个市",
        "一个市的各个区县各排各的：每个区县一次运行，全部结束后留下一张结果表。"
        "\n\n先在文件夹里给每个区县放一个排班文件。再运行一次只补排没有排出或改过的区县。",
        ("市级排班", "手动"),
        _ENQUEUE,  # one city after the other; a second one at once would only take the runner's last place
    ),
    Deployment(
        "roster-district",
        city.roster_district,
        "排一个区县",
        "由“排一个市”启动：排出一个区县的值班表，写在排班文件旁边。",
        ("市级排班",),
        _ENQUEUE,
        at_once=_WORKERS_AT_MOST,  # each worker has its own limit
        pool=POOL,
    ),
)


async def prepared(deployment: Deployment, schedules: Mapping[str, Schedule]) -> RunnerDeployment:
    """Return the deployment with its schedule, by Beijing time; without one it runs by hand only."""
    plan = schedules.get(deployment.key)
    crons = plan.cron if plan else ()
    return await deployment.flow.ato_deployment(
        name=deployment.name,
        description=deployment.description,
        tags=list(deployment.tags),
        parameters=dict(plan.parameters) if plan else {},
        schedules=[Cron(line, timezone="Asia/Shanghai", active=not plan.paused) for line in crons] if plan else None,
        concurrency_limit=ConcurrencyLimitConfig(limit=deployment.at_once, collision_strategy=deployment.collision),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def placed(runner: Runner, deployment: Deployment, schedules: Mapping[str, Schedule]) -> UUID:
    """Register a deployment with its work pool if that exists, else with the runner, and return its id."""
    made = await prepared(deployment, schedules)
    made.work_pool_name = None  # said outright, so that a pool taken down is left
    if deployment.pool is not None and await pool_exists(deployment.pool):
        return await made.aapply(work_pool_name=deployment.pool)
    return await runner.aadd_deployment(made)


async def pool_exists(name: str) -> bool:
    """Return whether somebody has made this work pool."""
    async with get_client() as client:
        try:
            await client.read_work_pool(name)
        except ObjectNotFound:
            return False
    return True


async def wait_for_server() -> None:
    """Wait until Prefect's server answers, however late it starts; asks after 0.5 s, then ever more rarely."""
    wait = 0.5
    async with get_client() as client:
        while (error := await client.api_healthcheck()) is not None:
            logging.getLogger(__name__).info("等待 Prefect 服务启动（%s）", type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, _LONGEST_WAIT)


async def bury_the_interrupted() -> None:
    """Mark runs that a runner killed earlier left as running; this runner is the only one, workers have a pool."""
    unfinished = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
    async with get_client() as client:
        for run in await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=unfinished))
        ):
            if run.work_pool_name is None:
                await client.set_flow_run_state(run.id, Crashed(message="上次停机时中断。"), force=True)


async def serve() -> None:
    """Register every deployment, sweep up what the last stop left behind, then run what is due."""
    await wait_for_server()
    await bury_the_interrupted()
    # Schedules stay on when djflow stops: what was missed runs late and answers for its planned time.
    runner = Runner(name="djflow", limit=_RUNS_AT_ONCE, pause_on_shutdown=False)
    schedules = the_house().settings.schedules
    ids = {entry.key: await placed(runner, entry, schedules) for entry in DEPLOYMENTS}
    async with get_client() as client:
        await client.create_flow_run_from_deployment(ids["roster-review-sweep"], name="开机·审核补漏")
        await client.create_flow_run_from_deployment(ids["fund-sla"], name="开机·基金时限巡查")
    # Tells the supervisor that runs may be started from now on.
    (the_house().state / "runner.ready").touch()
    relaying = asyncio.create_task(relay_for_ever())
    try:
        await runner.start()
    finally:
        relaying.cancel()


if __name__ == "__main__":
    asyncio.run(serve())
