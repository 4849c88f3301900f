"""Deployments of meetings, agreed items, official documents and circulars."""

from flows import circulars, documents, meetings
from flows.serving import CANCEL_NEW, ENQUEUE, Deployment

DEPLOYMENTS = (
    Deployment(
        "document-receipts",
        documents.document_receipts,
        "公文签收",
        "列出还没有签收公文的单位，到了催办日的各催一次；审批中断的公文接着办。",
        ("公文", "每天"),
        CANCEL_NEW,  # a look that is under way sees the same things
    ),
    Deployment(
        "meeting-cycle",
        meetings.meeting_cycle,
        "会议周期",
        "安排近期的例会并征集议题，到日子发会议通知，开过的登记召开；列出在办会议和办不下去的原因。",
        ("会议", "每天"),
        CANCEL_NEW,  # a look that is under way sees the same things
    ),
    Deployment(
        "meeting-remind",
        meetings.meeting_remind,
        "会议提醒",
        "催报议题、催回复，前一天16:00和会前2小时提醒参会的同志；每人每次只有一条。",
        ("会议", "通知"),
        CANCEL_NEW,  # a reminder missed by a quarter of an hour is sent by the next run
    ),
    Deployment(
        "action-watch",
        meetings.action_watch,
        "议定事项督办",
        "看议定事项的期限，黄灯、红灯各提醒一次，25日起催报当月进展；列出未销号的事项。",
        ("会议", "每天"),
        CANCEL_NEW,  # two would look at the same items
    ),
    Deployment(
        "circular-build",
        circulars.circular_build,
        "汇总情况通报",
        "每月第三个工作日汇总上个月各项工作的数据，送各单位核对，留下初稿、下载和核对情况；季度、半年、全年的通报手动运行时填期间。",
        ("情况通报", "每月"),
        ENQUEUE,  # two periods are both wanted
    ),
    Deployment(
        "circular-confirm-watch",
        circulars.circular_confirm_watch,
        "通报核对和审核",
        "催还没有核对的单位，到期成稿，然后等协调员审核：转公文送签、退回修改或取消；转公文以后跟到印发、归档。"
        "\n\n这里不签发，签发在公文的审批里。运行状态显示 Suspended 是在等答复，不是出错。",
        ("情况通报", "每天", "要审核"),
        CANCEL_NEW,  # the run under way sees the same things; one that waits for an answer holds no place
    ),
)
