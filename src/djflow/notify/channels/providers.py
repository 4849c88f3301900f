"""The providers djflow speaks to itself, one row each."""

from typing import Final

from djflow.notify.channels.aliyun import AliyunSms
from djflow.notify.channels.bots import DingRobot, FeishuRobot, WeComRobot
from djflow.notify.channels.cloudmas import CloudMas
from djflow.notify.channels.provider import Provider
from djflow.notify.channels.tencent import TencentSms
from djflow.notify.channels.wecom_app import WeComApp

PROVIDERS: Final[tuple[type[Provider], ...]] = (
    WeComRobot,
    WeComApp,
    DingRobot,
    FeishuRobot,
    AliyunSms,
    TencentSms,
    CloudMas,
)
"""Every provider; each has a scheme of its own."""
