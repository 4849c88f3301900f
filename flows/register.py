"""The one list of deployments, joined with config/schedules.toml; `python -m flows.register` serves them all.

Names, descriptions and tags are what coordinators read in Prefect's UI. `key` is the name in schedules.toml.
"""

import asyncio

from prefect import get_client
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.runner import Runner

from flows import (
    city,
    dispatch,
    dispatch_proposing,
    documents,
    duty,
    fund,
    fund_acts,
    fund_money,
    notify,
    postings,
    reserve,
    roster,
    rotation,
    sweep,
    upkeep,
)
from flows.city_runs import POOL
from flows.frame import the_house
from flows.relay import relay_for_ever
from flows.serving import Deployment, bury_the_interrupted, placed, wait_for_server

_ENQUEUE = ConcurrencyLimitStrategy.ENQUEUE
_CANCEL_NEW = ConcurrencyLimitStrategy.CANCEL_NEW
_RUNS_AT_ONCE = 2
_WORKERS_AT_MOST = 64


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
        "dispatch-call",
        dispatch.dispatch_call,
        "发选派通知",
        "一批干部选派分好名额、通知各单位推荐；已在推荐的，催还没报的单位。留下需求与人选对照表。",
        ("干部选派", "手动"),
        _ENQUEUE,  # two batches are both wanted
    ),
    Deployment(
        "dispatch-propose",
        dispatch_proposing.dispatch_propose,
        "拟定选派方案",
        "由资格审查通过的人选排出一批的方案，附上每个人的理由（工号，没有姓名），然后等协调员审核：送审、重新拟定或取消。"
        "\n\n这里不批准任何事，送审以后由审批人在自己的页面上批。运行状态显示 Suspended 是在等答复，不是出错。",
        ("干部选派", "手动", "要审核"),
        _ENQUEUE,  # a run that waits for an answer holds no place
        at_once=_RUNS_AT_ONCE,
    ),
    Deployment(
        "dispatch-advance",
        dispatch.dispatch_advance,
        "选派批次巡查",
        "推荐到期转入审查，公示期满、没有异议的派出，审批结果落到批次，催报推荐；列出在办批次和办不下去的原因。",
        ("干部选派", "自愈"),
        _CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "posting-rotation",
        rotation.posting_rotation,
        "期满轮换",
        "列出60、30、7天内期满的选派岗位和空缺，推算接任人选（含接任链、交接天数、入选理由，只写工号），然后等协调员逐个答复："
        "采纳、不采纳或暂缓。\n\n采纳后还要经审批，批准了才选派接任。运行状态显示 Suspended 是在等答复，不是出错。",
        ("干部选派", "每天", "要审核"),
        _CANCEL_NEW,  # the run under way sees the same things; one that waits for an answer holds no place
    ),
    Deployment(
        "reserve-review",
        reserve.reserve_review,
        "储备名单复核",
        "列出培养储备名单里应复核的人员（只写工号），等协调员逐个答复：继续留库、出库或暂缓。"
        "\n\n出库还要经审批；入库、出库审批的结果也在这里办理。",
        ("干部选派", "每年", "要审核"),
        _CANCEL_NEW,  # the same people are due for both
    ),
    Deployment(
        "posting-watch",
        postings.posting_watch,
        "派出巡查",
        "看每个派出的时限：报到、确认、考核、期满前60、30、7天、召回后补人、归档；超期和空缺列表。",
        ("干部选派", "每天"),
        _CANCEL_NEW,  # a look that is under way sees the same things
    ),
    Deployment(
        "attendance-monthly",
        postings.attendance_monthly,
        "派出考勤",
        "每月第二个工作日下发上月月报，列出在岗天数，按规定提出召回；重复运行不重复下发。",
        ("干部选派", "每月"),
        _CANCEL_NEW,  # one asking for a month is enough
    ),
    Deployment(
        "posting-midterm",
        postings.posting_midterm,
        "派出中期考核",
        "到了任期一半的提醒接收单位填考核意见，已填的登记等次。",
        ("干部选派", "每天"),
        _CANCEL_NEW,  # two would look at the same postings
    ),
    Deployment(
        "document-receipts",
        documents.document_receipts,
        "公文签收",
        "列出还没有签收公文的单位，到了催办日的各催一次；审批中断的公文接着办。",
        ("公文", "每天"),
        _CANCEL_NEW,  # a look that is under way sees the same things
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
