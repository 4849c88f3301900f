"""Builds a channel from its configuration by the URL's scheme."""

from pathlib import PurePosixPath
from typing import Final

from djflow.core.clock import Clock
from djflow.core.errors import ConfigError
from djflow.notify.channels.base import Channel
from djflow.notify.channels.config import ChannelConfig, channel_url
from djflow.notify.channels.embedded import FileOutlet, MemoryOutlet
from djflow.notify.channels.http_channel import HttpChannel
from djflow.notify.channels.providers import PROVIDERS
from djflow.notify.channels.wire import SessionFactory, open_session

_PROVIDERS: Final = {provider.scheme: provider for provider in PROVIDERS}
STOCK: Final = ("mailto", "mailtos", "ntfy", "ntfys", "json", "jsons")
"""Schemes left to stock Apprise."""

SCHEMES: Final = ("file", "memory", *_PROVIDERS, *STOCK)
"""Every scheme a channel's URL may have."""


def build(config: ChannelConfig, *, session: SessionFactory = open_session, clock: Clock | None = None) -> Channel:
    """Return the channel, not yet started.

    Raises: ConfigError naming the channel and what its URL lacks, without repeating the URL.
    """
    try:
        return _build(config, session, clock)
    except ConfigError as error:
        raise ConfigError(f"渠道“{config.key}”：{error.message}") from error


def _build(config: ChannelConfig, session: SessionFactory, clock: Clock | None) -> Channel:
    url = channel_url(config.url)
    if url.scheme == "memory":
        return MemoryOutlet(config.key)
    if url.scheme == "file":
        path = PurePosixPath(url.host, *url.path)
        if not path.name or ".." in path.parts:
            raise ConfigError("file:// 后面应是 .djflow/ 里面的文件名，如 file://outbox/messages.jsonl。")
        return FileOutlet(config.key, config.state / path)
    if url.scheme in STOCK:
        # Apprise takes its time to load; houses without mail need not wait for it.
        from djflow.notify.channels.stock import StockChannel  # noqa: PLC0415 - loads Apprise

        return StockChannel(config)
    provider = _PROVIDERS.get(url.scheme)
    if provider is None:
        raise ConfigError(f"没有 {url.scheme}:// 这种渠道，只有：{'、'.join(SCHEMES)}。")
    return HttpChannel(config, provider(url, config.base_url), session=session, clock=clock)
