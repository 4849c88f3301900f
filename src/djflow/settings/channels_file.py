"""Models of `channels.toml`: by which ways people are reached, each an Apprise URL with limits and timeouts."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import Field, field_validator, model_validator

from djflow.core.errors import ConfigError
from djflow.settings.fields import AS_TUPLE, Table, Text

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,63})\}")
CODED = ("aliyunsms:", "tencentsms:")
"""Gateways that take a template's code instead of words."""
_OPEN = re.compile(r"\$\{?")
_SCHEME = re.compile(r"[a-z][a-z0-9]{1,20}://\S*")


class FileChannel(Table):
    """Writes each message as a JSON line into a file below `.djflow/`."""

    path: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._/-]*\.jsonl$")] = Field(
        default="outbox/messages.jsonl",
        description=".djflow/ 下的文件名",
        examples=['path = "outbox/messages.jsonl"'],
    )

    @model_validator(mode="after")
    def _stays_inside(self) -> Self:
        if ".." in PurePosixPath(self.path).parts:
            raise ValueError("path 只能在 .djflow/ 里面，不能写“..”。")
        return self


class MemoryChannel(Table):
    """Keeps messages in memory: for tests and rehearsals."""


class LimitEntry(Table):
    """At most `count` messages in any `seconds`."""

    count: int = Field(ge=1, le=1_000_000, description="最多几条", examples=["count = 20"])
    seconds: int = Field(ge=1, le=31 * 86_400, description="在多少秒以内", examples=["seconds = 60"])
    per_address: bool = Field(default=False, description="是否按每个接收人分别计算", examples=["per_address = true"])


class ChannelEntry(Table):
    """One way to reach people; what is left out is what the provider publishes."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")] = Field(
        description="渠道的代号（小写英文）", examples=['key = "sms"']
    )
    name: Text = Field(default="未命名", description="渠道的名称", examples=['name = "短信"'])
    url: str = Field(
        description="渠道的地址（Apprise 写法），密钥可写成 ${环境变量名}",
        examples=['url = "wecomrobot://${DJFLOW_WECOM_KEY}"'],
        repr=False,
    )
    base_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$",
        description="私有化部署的接口地址；公有云留空",
        examples=['base_url = "https://zwwx.example.gov.cn"'],
    )
    enabled: bool = Field(default=True, description="是否启用", examples=["enabled = false"])
    timeout_seconds: int = Field(
        default=10, ge=1, le=120, description="等答复的秒数", examples=["timeout_seconds = 10"]
    )
    concurrency: int | None = Field(
        default=None, ge=1, le=200, description="同时进行的请求数", examples=["concurrency = 20"]
    )
    batch: int | None = Field(default=None, ge=1, le=500, description="一次最多几条", examples=["batch = 50"])
    settle_minutes: int | None = Field(
        default=None, ge=1, le=1440, description="结果不明时隔几分钟再查", examples=["settle_minutes = 10"]
    )
    receipt_secret: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-]{16,64}|\$\{[A-Z][A-Z0-9_]{0,63}\})?$",
        description="接收回执的网址里的密语（16—64个字母数字），可写成 ${环境变量名}",
        examples=['receipt_secret = "${DJFLOW_RECEIPT_SECRET}"'],
        repr=False,
    )
    limits: Annotated[tuple[LimitEntry, ...] | None, AS_TUPLE] = Field(
        default=None, description="发送频率的上限", examples=["limits = [{ count = 20, seconds = 60 }]"]
    )

    @field_validator("url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not _SCHEME.fullmatch(url):
            raise ValueError("url 的写法不对，应如 wecomrobot://机器人的key。")
        if len(_VARIABLE.findall(url)) != len(_OPEN.findall(url)):
            raise ValueError("url 里的环境变量应写成 ${大写字母和下划线}。")
        return url

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the environment variables that hold its secrets, in order of appearance."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.url + self.receipt_secret)))


class Channels(Table):
    """The whole of `channels.toml`; `order` says where notices go that no rule sends elsewhere."""

    order: Annotated[tuple[Literal["file", "memory"], ...], AS_TUPLE] = Field(
        default=("file",), min_length=1, description="依次使用的渠道：file、memory", examples=['order = ["file"]']
    )
    file: FileChannel = Field(default=FileChannel(), description="写入文件的渠道", examples=["[file]"])
    memory: MemoryChannel = Field(default=MemoryChannel(), description="只留在内存的渠道", examples=["[memory]"])
    channels: Annotated[tuple[ChannelEntry, ...], AS_TUPLE] = Field(
        default=(), description="短信、企业微信等渠道", examples=["[[channels]]"]
    )

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [channel.key for channel in self.channels]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"渠道代号“{twice[0]}”用了两次，请改一个。")
        return self

    @property
    def entries(self) -> tuple[ChannelEntry, ...]:
        """Every channel, with `file` and `memory` where the office did not declare its own."""
        declared = {channel.key for channel in self.channels}
        embedded = (
            ChannelEntry(key="file", name="文件", url=f"file://{self.file.path}"),
            ChannelEntry(key="memory", name="内存", url="memory://"),
        )
        return (*self.channels, *(channel for channel in embedded if channel.key not in declared))


def filled(text: str, environ: Mapping[str, str], channel: str) -> str:
    """Return a URL or secret with every `${NAME}` replaced by the percent-encoded variable.

    Raises: ConfigError naming the variable that is not set.
    """

    def value(match: re.Match[str]) -> str:
        found = environ.get(match[1], "")
        if not found:
            raise ConfigError(
                f"渠道“{channel}”要用的环境变量 {match[1]} 没有设置，请设好后重新启动，或写 enabled = false。"
            )
        return quote(found, safe="")

    return _VARIABLE.sub(value, text)
