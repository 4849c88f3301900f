"""Deployments of meetings, agreed items and official documents."""

from flows import documents, meetings
from flows.serving import CANCEL_NEW, Deployment

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
)
