"""Deployments that keep the house: messages, channels, records."""

from flows import notify, upkeep
from flows.serving import CANCEL_NEW, Deployment

DEPLOYMENTS = (
    Deployment(
        "holiday-file-watch",
        upkeep.holiday_file_watch,
        "核对放假文件",
        "11月起每天核对下一年的放假调休是否已写进配置；没有就提出。",
        ("日历", "每天", "核对"),
        CANCEL_NEW,  # the answer is the same all day
    ),
    Deployment(
        "notify-sweep",
        notify.notify_sweep,
        "巡查通知",
        "照看每一条通知：断掉的接着办，不明的问平台，没人答复的走下一步，过期的不再发；发送程序没在运行就补发。",
        ("通知", "自愈"),
        CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "notify-digest",
        notify.notify_digest,
        "合并通知",
        "把不急的通知按人合并，每人半天最多一条。",
        ("通知", "每天"),
        CANCEL_NEW,  # each half-day's digest is written once anyway
    ),
    Deployment(
        "receipt-pull",
        notify.receipt_pull,
        "取回执",
        "向短信平台取送达回执和回复；看不明白的回复转给人。",
        ("通知", "每天"),
        CANCEL_NEW,  # taking the same report twice changes nothing
    ),
    Deployment(
        "dead-letter-report",
        notify.dead_letter_report,
        "失败的消息",
        "列出没有送到的消息及原因、要打电话的人，附七天的送达率、答复率和计费条数。",
        ("通知", "每天", "核对"),
        CANCEL_NEW,  # one report a day
    ),
    Deployment(
        "channel-check",
        notify.channel_check,
        "检查渠道",
        "看各渠道有没有停用或堵住；不正常就告诉管理员。",
        ("通知", "核对"),
        CANCEL_NEW,  # the answer is the same for both
    ),
    Deployment(
        "audit-verify",
        upkeep.audit_verify,
        "核对操作记录",
        "核对操作记录的每一条是否首尾相连；断裂时以失败结束。",
        ("记录", "每天", "核对"),
        CANCEL_NEW,  # one walk over the whole record is enough
    ),
    Deployment(
        "retention",
        upkeep.retention,
        "清理运行记录",
        "删除 Prefect 里结束已久的运行、日志和产物，清理过了保留期限的通知、登录记录、链接和请假理由；操作记录不删。",
        ("维护", "每天"),
        CANCEL_NEW,  # two would delete the same runs
    ),
)
