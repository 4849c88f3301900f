"""Deployments of market-day duty: rosters, their review, reminders and closures."""

from flows import duty, roster, sweep
from flows.serving import CANCEL_NEW, ENQUEUE, RUNS_AT_ONCE, Deployment

DEPLOYMENTS = (
    Deployment(
        "roster-generate",
        roster.roster_generate,
        "生成值班表",
        "排出一个月的赶场值班表，附上说明、图表和下载，然后等协调员审核：发布、重新生成或作废。"
        "\n\n每月18日自动排下个月的；也可以手动运行，填月份即可。运行状态显示 Suspended 是在等答复，不是出错。",
        ("赶场值班", "每月", "要审核"),
        ENQUEUE,  # two months asked for at once are both wanted; a run that waits for an answer holds no place
        at_once=RUNS_AT_ONCE,
    ),
    Deployment(
        "roster-publish-check",
        roster.roster_publish_check,
        "核对值班表是否发布",
        "下个月的值班表到日子还没有发布，就在这里提出，并写出告警。",
        ("赶场值班", "每月", "核对"),
        ENQUEUE,  # each planned day asks about its own month
    ),
    Deployment(
        "roster-review-sweep",
        sweep.roster_review_sweep,
        "审核补漏",
        "审核超时、停机或 Prefect 数据丢失后，把待审的稿子重新提请审核；在别处答复过的收起；漏排的补做。",
        ("赶场值班", "自愈"),
        CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "duty-remind",
        duty.duty_remind,
        "值班提醒",
        "值班前三天、前一天16:00、前两小时写出提醒；每人每次只有一条。",
        ("赶场值班", "每天", "通知"),
        ENQUEUE,  # a late run answers for its own planned time
    ),
    Deployment(
        "closure-watch",
        duty.closure_watch,
        "停场与请假巡查",
        "发布以后有停场、请假，就以最少的变动修补值班表，并列出变动；只通知有变动的人。",
        ("赶场值班", "每天"),
        CANCEL_NEW,  # the run under way repairs everything known now
    ),
    Deployment(
        "closure-declare",
        duty.closure_declare,
        "登记停场",
        "登记某个场镇在一段日子停场，并马上修补受影响的值班表。",
        ("赶场值班", "手动"),
        ENQUEUE,  # every form handed in counts
    ),
)
