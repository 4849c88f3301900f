"""What a channel is configured with: its key, its Apprise URL, limits and timeouts."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from djflow.core.errors import ConfigError
from djflow.notify.channels.base import Limit


@dataclass(frozen=True, slots=True)
class ChannelUrl:
    """An Apprise URL taken apart, percent signs decoded; unlike the standard library it keeps the host's case."""

    scheme: str
    host: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    path: tuple[str, ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def option(self, name: str, default: str = "") -> str:
        """Return the last value given for `?name=`, or the default."""
        return dict(self.query).get(name, default)


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A channel as configured, secrets filled in; `state` is the folder that a `file://` path is relative to.

    Empty or None means what the provider publishes. `timeout` is how long an answer may take.
    """

    key: str
    url: str = field(repr=False)
    base_url: str = ""
    timeout: timedelta = timedelta(seconds=10)
    concurrency: int | None = None
    batch: int | None = None
    settle: timedelta | None = None
    limits: tuple[Limit, ...] | None = None
    state: Path = Path()


def channel_url(text: str) -> ChannelUrl:
    """Return the parts of an Apprise URL.

    Raises: ConfigError when it is not a URL; the message never repeats it, because it holds keys.
    """
    scheme, found, rest = text.partition("://")
    if not found or not scheme:
        raise ConfigError("渠道的 url 写法不对，应如 wecomrobot://机器人的key。")
    end = min(at for at in (rest.find("/"), rest.find("?"), len(rest)) if at >= 0)
    netloc, tail = rest[:end], rest[end:]
    try:
        parts = urlsplit("//x" + tail)
    except ValueError as error:
        raise ConfigError("渠道的 url 写法不对：路径里有不能用的字符。") from error
    login, _, host = netloc.rpartition("@")
    user, _, password = login.partition(":")
    return ChannelUrl(
        scheme=scheme.lower(),
        host=unquote(host),
        user=unquote(user),
        password=unquote(password),
        path=tuple(unquote(part) for part in parts.path.split("/") if part),
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
    )


def needed(value: str, what: str, scheme: str) -> str:
    """Return the value.

    Raises: ConfigError naming what the URL of this scheme lacks.
    """
    if not value:
        raise ConfigError(f"{scheme}:// 渠道的 url 缺少{what}，请对照 config/channels.toml 里的示例补上。")
    return value
