"""What people call the actions, the subjects and the programs of the record; the codes themselves are stored."""

from collections.abc import Mapping
from types import MappingProxyType

ACTION_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "absence.cancel": "撤销请假",
        "account.create": "新建账号",
        "account.disable": "停用账号",
        "account.enable": "启用账号",
        "account.password": "修改密码",
        "account.reset": "重置密码",
        "account.roles": "修改角色",
        "branch.change": "修改支部",
        "branch.register": "登记支部",
        "branches.import": "导入支部表",
        "channel.pause": "暂停渠道",
        "channel.resume": "恢复渠道",
        "contact.verify": "核实联系方式",
        "duty.answer": "答复值班",
        "key.rotate": "更换密钥",
        "link.revoke": "作废链接",
        "market.close": "登记停场",
        "market.reopen": "撤销停场",
        "message.replay": "重发消息",
        "notice.called": "打过电话",
        "number.show": "查看手机号",
        "offer.make": "提出换班",
        "offer.move": "办理换班",
        "people.export": "导出人员表",
        "people.import": "导入人员表",
        "person.absent": "登记请假",
        "person.change": "修改人员",
        "person.contact": "登记联系方式",
        "person.kinship": "登记亲属关系",
        "contact.quiet": "设免打扰时间",
        "contact.dead": "联系方式停用",
        "contact.checked": "核对联系方式",
        "person.register": "登记人员",
        "reply.handle": "处理回复",
        "retention.clear": "清理过期资料",
        "roster.amend": "改动值班表",
        "roster.draft": "起草值班表",
        "roster.opening": "录入期初积分",
        "roster.publish": "发布值班表",
        "roster.refresh": "重排值班表",
        "roster.void": "作废值班表",
        "unit.change": "修改单位",
        "unit.register": "登记单位",
        "units.import": "导入单位表",
    }
)
"""Actions by code."""

SUBJECT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "absences.import": "请假导入",
        "account": "账号",
        "branches.import": "支部导入",
        "house.key": "密钥",
        "house.retention": "保留期限",
        "notify.channel": "渠道",
        "notify.message": "消息",
        "notify.notice": "通知",
        "notify.reply": "回复",
        "people.absence": "请假",
        "people.branch": "支部",
        "people.contact": "联系方式",
        "people.export": "人员导出",
        "people.import": "人员导入",
        "people.person": "人员",
        "people.unit": "单位",
        "roster.closure": "停场",
        "roster.month": "月份",
        "roster.offer": "换班",
        "roster.roster": "值班表",
        "roster.session": "场次",
        "units.import": "单位导入",
    }
)
"""Kinds of subjects by code."""

ACTOR_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "cli": "命令行",
        "demo": "演示数据",
        "me": "本人（手机）",
        "prefect:coordinator": "协调员（Prefect）",
        "reply": "本人（短信）",
        "schedule": "定时任务",
        "sender": "发送程序",
        "watch": "自动巡查",
    }
)
"""Who acted, when it was no account."""


def action_words(action: str) -> str:
    """Return an action as people read it, the code itself when it has no words."""
    return ACTION_LABELS.get(action, action)


def subject_words(kind: str) -> str:
    """Return a kind of subject as people read it, the code itself when it has no words."""
    return SUBJECT_LABELS.get(kind, kind)
