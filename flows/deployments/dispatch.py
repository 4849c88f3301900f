"""Deployments of cadre dispatch: batches, postings, rotation and the reserve."""

from flows import dispatch, dispatch_proposing, postings, reserve, rotation
from flows.serving import CANCEL_NEW, ENQUEUE, RUNS_AT_ONCE, Deployment

DEPLOYMENTS = (
    Deployment(
        "dispatch-call",
        dispatch.dispatch_call,
        "发选派通知",
        "一批干部选派分好名额、通知各单位推荐；已在推荐的，催还没报的单位。留下需求与人选对照表。",
        ("干部选派", "手动"),
        ENQUEUE,  # two batches are both wanted
    ),
    Deployment(
        "dispatch-propose",
        dispatch_proposing.dispatch_propose,
        "拟定选派方案",
        "由资格审查通过的人选排出一批的方案，附上每个人的理由（工号，没有姓名），然后等协调员审核：送审、重新拟定或取消。"
        "\n\n这里不批准任何事，送审以后由审批人在自己的页面上批。运行状态显示 Suspended 是在等答复，不是出错。",
        ("干部选派", "手动", "要审核"),
        ENQUEUE,  # a run that waits for an answer holds no place
        at_once=RUNS_AT_ONCE,
    ),
    Deployment(
        "dispatch-advance",
        dispatch.dispatch_advance,
        "选派批次巡查",
        "推荐到期转入审查，公示期满、没有异议的派出，审批结果落到批次，催报推荐；列出在办批次和办不下去的原因。",
        ("干部选派", "自愈"),
        CANCEL_NEW,  # a sweep that is under way sees the same things
    ),
    Deployment(
        "posting-rotation",
        rotation.posting_rotation,
        "期满轮换",
        "列出60、30、7天内期满的选派岗位和空缺，推算接任人选（含接任链、交接天数、入选理由，只写工号），然后等协调员逐个答复："
        "采纳、不采纳或暂缓。\n\n采纳后还要经审批，批准了才选派接任。运行状态显示 Suspended 是在等答复，不是出错。",
        ("干部选派", "每天", "要审核"),
        CANCEL_NEW,  # the run under way sees the same things; one that waits for an answer holds no place
    ),
    Deployment(
        "reserve-review",
        reserve.reserve_review,
        "储备名单复核",
        "列出培养储备名单里应复核的人员（只写工号），等协调员逐个答复：继续留库、出库或暂缓。"
        "\n\n出库还要经审批；入库、出库审批的结果也在这里办理。",
        ("干部选派", "每年", "要审核"),
        CANCEL_NEW,  # the same people are due for both
    ),
    Deployment(
        "posting-watch",
        postings.posting_watch,
        "派出巡查",
        "看每个派出的时限：报到、确认、考核、期满前60、30、7天、召回后补人、归档；超期和空缺列表。",
        ("干部选派", "每天"),
        CANCEL_NEW,  # a look that is under way sees the same things
    ),
    Deployment(
        "attendance-monthly",
        postings.attendance_monthly,
        "派出考勤",
        "每月第二个工作日下发上月月报，列出在岗天数，按规定提出召回；重复运行不重复下发。",
        ("干部选派", "每月"),
        CANCEL_NEW,  # one asking for a month is enough
    ),
    Deployment(
        "posting-midterm",
        postings.posting_midterm,
        "派出中期考核",
        "到了任期一半的提醒接收单位填考核意见，已填的登记等次。",
        ("干部选派", "每天"),
        CANCEL_NEW,  # two would look at the same postings
    ),
)
