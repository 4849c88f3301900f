"""Deployments of the warmth fund."""

from flows import fund, fund_acts, fund_digest, fund_money
from flows.serving import CANCEL_NEW, ENQUEUE, RUNS_AT_ONCE, Deployment

DEPLOYMENTS = (
    Deployment(
        "fund-advance",
        fund.fund_advance,
        "办理申请",
        "一件温暖基金申请每走一步运行一次：能办的接着办，留下这件申请的办理过程（编号、步骤、日期、处室，没有姓名和事由）。"
        "\n\n由系统启动；也可以填申请编号手动运行。",
        ("温暖基金",),
        ENQUEUE,  # every event gets its run; each looks at the database and does what is left
        at_once=RUNS_AT_ONCE,
    ),
    Deployment(
        "fund-sla",
        fund.fund_sla,
        "基金时限巡查",
        "催办、上报超时的审批，带过中断的申请，列出全部在办申请和超期的；到时只催办和上报，从不自动通过。",
        ("温暖基金", "自愈"),
        CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "notice-period-close",
        fund.notice_period_close,
        "公示期满",
        "每天零点以后结束期满、没有异议的公示，申请转入拨付。",
        ("温暖基金", "每天"),
        CANCEL_NEW,  # a period ends once
    ),
    Deployment(
        "budget-queue",
        fund.budget_queue,
        "排队等资金",
        "钱到账以后，按批准的先后给等资金的申请安排；列出还在等的。",
        ("温暖基金", "每天"),
        CANCEL_NEW,  # one queue, one server
    ),
    Deployment(
        "payment-reconcile",
        fund_money.payment_reconcile,
        "付款核对",
        "列出没有结清的批次、银行回单里存疑的、银行已答复而申请还没有转步骤的。",
        ("温暖基金", "每天", "核对"),
        CANCEL_NEW,  # the answer is the same for both
    ),
    Deployment(
        "fund-paper",
        fund_acts.fund_paper,
        "登记纸质申请",
        "把放在 .djflow/import 里的纸质申请文件登记进来；缺材料的留作草稿，并说明缺什么。",
        ("温暖基金", "手动"),
        ENQUEUE,  # every form handed in counts
    ),
    Deployment(
        "fund-batch-close",
        fund_acts.fund_batch_close,
        "结清付款批次",
        "每一笔都有结果的批次，在这里结清；还有存疑的会拒绝并说明是哪几笔。不动钱。",
        ("温暖基金", "手动"),
        ENQUEUE,  # every form handed in counts
    ),
    Deployment(
        "fund-festival-batch",
        fund_acts.fund_festival_batch,
        "节日慰问名单",
        "把准备好的慰问名单上报审批，每一行各自审批；再运行一次只补报没有报上的。这里不批准任何一行。",
        ("温暖基金", "手动"),
        ENQUEUE,  # two festivals are both wanted
    ),
    Deployment(
        "fund-annual",
        fund_money.fund_annual,
        "公开基金收支",
        "写出一年的收支公开（来源、人数、类别，没有姓名）和各账户的对账表，放在文件目录里。",
        ("温暖基金", "每季"),
        ENQUEUE,  # two years asked for at once are both wanted
    ),
    Deployment(
        "fund-monthly",
        fund_money.fund_monthly,
        "月度收支",
        "按来源列出一个月的收入、支出、预留和结余，给财务和审计；表放在文件目录里。",
        ("温暖基金", "每月"),
        ENQUEUE,  # two months asked for at once are both wanted
    ),
    Deployment(
        "ledger-verify",
        fund_money.ledger_verify,
        "核对基金账",
        "从第一笔起核对整本账；对不上以失败结束，并提醒管理员。",
        ("温暖基金", "每天", "核对"),
        CANCEL_NEW,  # one walk over the books is enough
    ),
    Deployment(
        "ledger-anchor",
        fund_money.ledger_anchor,
        "基金账留证",
        "每天把账册校验码寄给配置的人，在系统外留存。",
        ("温暖基金", "每天", "核对"),
        CANCEL_NEW,  # one letter a day
    ),
    Deployment(
        "ledger-digest",
        fund_digest.ledger_digest,
        "基金账月度摘要",
        "每月1日写出上月末的账册摘要：笔数、校验码、各账户余额和本月变化，从第一笔起重算核对；留存并告诉配置的人。",
        ("温暖基金", "每月", "核对"),
        ENQUEUE,  # two months asked for at once are both wanted
    ),
    Deployment(
        "relief-tidy",
        fund_money.relief_tidy,
        "清理申请材料",
        "销毁过了保存期限的申请材料，清除没有归属的文件。",
        ("温暖基金", "每天"),
        CANCEL_NEW,  # two would destroy the same files
    ),
)
