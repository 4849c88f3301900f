"""Which values the texts of meetings' documents may use, with a sample of each."""

from collections.abc import Mapping
from types import MappingProxyType

_MEETING: Mapping[str, object] = {
    "department": "中共某某区委组织部",
    "department_short": "区委组织部",
    "phone": "0872-000-0001",
    "contact": "张三丰",
    "day": "2026年12月3日",
    "title": "统筹城乡基层党建联席会议",
    "kind": "联席会议",
    "chair": "区委组织部部长",
    "place": "区委三楼会议室",
    "when": "2026年12月10日（星期四）上午9:00",
    "until": "上午11:00",
    "reply_by": "2026年12月8日",
    "signin_minutes": 15,
    "recipients": "区人力资源和社会保障局，区司法局",
    "principals": "区人力资源和社会保障局、区司法局",
    "delegates": "",
    "sit_in": "区档案馆",
    "topics": ({"title": "赶场服务", "unit": "区司法局", "text": "请研究人员安排。"},),
    "seats": ({"unit": "区司法局", "name": "李四光", "post": "局长", "note": ""},),
    "opening": "2026年12月10日，区委组织部部长在区委三楼会议室主持召开会议。现将会议议定事项纪要如下。",
    "agreed": ("修好路灯。由青禾镇牵头，区司法局配合，于2027年1月20日前完成。",),
}

MEETING_SAMPLES: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        f"documents/meeting_{name}": _MEETING
        for name in ("notice", "reply_form", "topic_list", "postponed", "cancelled", "minutes", "sign_in")
    }
)
"""Every text of a meeting's document, and a sample of every value it may use."""
