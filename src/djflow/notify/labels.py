"""The words people read for kinds, states and reasons of notices."""

from collections.abc import Mapping
from types import MappingProxyType

from djflow.notify.model import Answer, MessageState, NoticeKind, NoticeState

KIND_LABELS: Mapping[NoticeKind, str] = MappingProxyType(
    {
        NoticeKind.DUTY_ASSIGNED: "值班安排",
        NoticeKind.DUTY_REMOVED: "取消值班",
        NoticeKind.DUTY_OFFER: "换班请求",
        NoticeKind.DUTY_REMINDER: "值班提醒",
        NoticeKind.STANDBY_REMINDER: "备勤提醒",
        NoticeKind.STANDBY_CALLED: "备勤上岗",
        NoticeKind.CLOSURE: "停场通知",
        NoticeKind.DIGEST: "合并通知",
        NoticeKind.UNCONFIRMED: "未答复报告",
        NoticeKind.OPERATOR_ALERT: "管理员提醒",
        NoticeKind.DONATION_THANKS: "捐赠致谢",
        NoticeKind.FUND_ANCHOR: "基金账册校验码",
        NoticeKind.APPROVAL_WAITING: "审批待办",
        NoticeKind.APPROVAL_REMINDER: "审批催办",
        NoticeKind.APPROVAL_ESCALATED: "审批超时上报",
        NoticeKind.APPROVAL_SETTLED: "审批已由他人办理",
        NoticeKind.APPROVAL_RECEIPT: "审批回执",
        NoticeKind.APPROVAL_OUTCOME: "办理结果",
        NoticeKind.APPROVAL_CODE: "审批验证码",
        NoticeKind.FUND_PROGRESS: "温暖基金办理进度",
        NoticeKind.FUND_BRANCH: "温暖基金支部提示",
        NoticeKind.RESERVE_OUTCOME: "培养储备名单结果",
        NoticeKind.COURSE_CALL: "调训通知",
        NoticeKind.COURSE_OFF: "不用参训通知",
        NoticeKind.HOURS_SHORT: "学时不足提醒",
        NoticeKind.BATCH_CALL: "选派推荐通知",
        NoticeKind.BATCH_PERSON: "选派进展",
        NoticeKind.POSTING_CADRE: "派出干部通知",
        NoticeKind.POSTING_UNIT: "派出单位和接收单位通知",
        NoticeKind.DOCUMENT_UNIT: "公文会签和签收",
        NoticeKind.MEETING: "会议和议定事项",
        NoticeKind.CIRCULAR_UNIT: "通报数据核对",
    }
)

NOTICE_LABELS: Mapping[NoticeState, str] = MappingProxyType(
    {
        NoticeState.PENDING: "待发",
        NoticeState.OPEN: "办理中",
        NoticeState.SENT: "已发出",
        NoticeState.CLOSED: "已办结",
        NoticeState.MERGED: "已并入合并通知",
        NoticeState.SUPERSEDED: "已被新情况取代",
        NoticeState.STALE: "已过期未发",
        NoticeState.CANCELLED: "已取消",
        NoticeState.NEEDS_HUMAN: "要人工处理",
    }
)

MESSAGE_LABELS: Mapping[MessageState, str] = MappingProxyType(
    {
        MessageState.PENDING: "排队",
        MessageState.HELD: "暂缓",
        MessageState.SENDING: "发送中",
        MessageState.ACCEPTED: "平台已收",
        MessageState.DELIVERED: "已送达",
        MessageState.UNDELIVERED: "没有送达",
        MessageState.UNKNOWN: "不明，正在核对",
        MessageState.SUPERSEDED: "已被取代",
        MessageState.STALE: "已过期未发",
        MessageState.CANCELLED: "已取消",
        MessageState.DEAD: "发送失败",
        MessageState.NEEDS_HUMAN: "要人工处理",
    }
)

ANSWER_LABELS: Mapping[Answer, str] = MappingProxyType(
    {Answer.CONFIRMED: "收到", Answer.DECLINED: "请假", Answer.READ: "已读"}
)

REASON_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "": "",
        "answered": "本人已答复",
        "budget": "当天条数已用完",
        "channel": "渠道停用",
        "config": "密钥、签名或地址名单不对",
        "day_limit": "当天次数已满",
        "done": "已发出",
        "expired": "过了有效时间",
        "failed": "各渠道都没有送到",
        "last_chance": "等到早上就过期，夜里发出",
        "lease": "发送程序中断",
        "never_arrived": "平台没有收到，重发",
        "next_step": "改走下一渠道",
        "no_contact": "没有联系方式",
        "no_longer_true": "情况已变，不再通知",
        "own_quiet": "本人设了免打扰",
        "permanent": "号码或内容被拒",
        "phone": "请打电话",
        "quiet": "夜间不打扰",
        "rate": "发送太快，稍后再发",
        "recalled": "情况已变，消息已撤回",
        "not_recalled": "情况已变，消息撤不回来",
        "round_minute": "避开整点和半点",
        "template": "模板还没有批准",
        "text": "文本有错，改好后再发",
        "transient": "平台暂时不通，稍后再发",
        "unanswered": "一直没有答复",
        "unknown": "平台没有回音",
        "urgent": "特急",
        "withdrawn": "已撤回",
    }
)
