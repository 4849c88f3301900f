"""Which values the texts of documents may use, with a sample of each: the half of `texts.SAMPLES` that is printed."""

from collections.abc import Mapping
from types import MappingProxyType

_COMMON: Mapping[str, object] = {
    "department": "中共某某区委组织部",
    "department_short": "区委组织部",
    "phone": "0872-000-0001",
    "day": "2026年11月24日",
    "batch": "2027年度驻村第一书记",
    "kind": "服务“三农”下派",
    "first": "2027年1月4日",
    "last": "2029年1月3日",
}
_SENT: Mapping[str, object] = {
    "name": "王喆",
    "gender": "男",
    "born": "1985年6月",
    "unit": "区财政局",
    "post": "科员",
    "host": "青禾镇",
    "village": "石桥村",
    "title": "第一书记",
}
_BATCH: Mapping[str, object] = {
    **_COMMON,
    "months": 24,
    "demands": ({"host": "青禾镇", "village": "石桥村", "title": "第一书记", "specialty": "农业技术", "places": 1},),
    "quotas": ({"unit": "区财政局", "quota": 2},),
    "conditions": ("年龄不超过45周岁。",),
    "nominate_by": "2026年12月4日",
    "recipients": "各镇（街道）党（工）委，区级有关部门",
    "people": (_SENT,),
    "demanded": 1,
    "total": 2,
    "from_on": "2026年12月14日",
    "to_on": "2026年12月18日",
    "workdays": 5,
}
_CANDIDATE: Mapping[str, object] = {
    **_COMMON,
    **_SENT,
    "rank": "科员",
    "education": "大学本科",
    "party": "中共党员",
    "since": "2008年7月",
    "reviews": "2025年度称职",
    "wishes": "青禾镇",
    "how": "单位推荐",
    "outcome": "符合条件",
    "findings": ({"rule": "年龄", "verdict": "符合", "detail": "41岁", "basis": "选派办法第三条"},),
}
_POSTING: Mapping[str, object] = {
    **_COMMON,
    **_SENT,
    "summary": "走访农户120户。",
    "opinion": "工作扎实。",
    "votes": "参加20人，优秀18票",
    "grade": "优秀",
    "report_by": "2027年1月11日",
    "before": "2028年1月3日",
    "papers": ({"name": "推荐表", "made_on": "2026年12月1日", "note": ""},),
}

PAPER_SAMPLES: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        **{
            f"documents/dispatch_{name}": _BATCH
            for name in ("demand_form", "call", "quota_table", "minutes", "publicity")
        },
        **{f"documents/dispatch_{name}": _CANDIDATE for name in ("nomination", "check_form")},
        **{
            f"documents/dispatch_{name}": _POSTING
            for name in (
                "talk_record",
                "dispatch_letter",
                "midterm_form",
                "final_form",
                "return_notice",
                "extension_notice",
                "recall_notice",
                "archive_list",
            )
        },
    }
)
"""Every text of a document, and a sample of every value it may use."""
