"""The door for what providers push: reports and replies, behind a secret in the path or a signature.

A push is taken in before it is answered, so a provider that hears nothing tries again and nothing is lost.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from djflow.assembly import postbox
from djflow.assembly.channels import open_channels, raw_config
from djflow.assembly.house import House
from djflow.core import log
from djflow.core.errors import ConfigError, NotFoundError
from djflow.notify.channels.base import Channel
from djflow.notify.channels.http_channel import HttpChannel
from djflow.settings.channels_file import ChannelEntry, filled

_log = log.logger("notify")
LEAST_SECRET = 16
"""A shorter secret in a path could be guessed."""
_NO_SUCH = "没有这个接收地址：请核对 config/channels.toml 里的渠道代号和 receipt_secret。"


@dataclass(frozen=True, slots=True)
class Door:
    """A channel's door; an empty `secret` opens only for a provider that signs what it pushes."""

    channel: Channel
    secret: str = field(repr=False)

    def opens(self, secret: str) -> bool:
        """Return whether somebody with this secret may come in."""
        if not self.secret:
            return not secret and self.channel.traits.signs_pushes
        return hmac.compare_digest(secret.encode(), self.secret.encode())


def doors_of(house: House, environ: Mapping[str, str] | None = None) -> Mapping[str, Door]:
    """Return the doors of the enabled channels; one that is wrongly configured has none and is logged."""
    known = os.environ if environ is None else environ
    found: dict[str, Door] = {}
    for entry in house.settings.channels.entries:
        if entry.enabled:
            try:
                found[entry.key] = _door(house, entry, known)
            except ConfigError as error:
                _log.error("channel %s takes no pushes: %s", entry.key, error.code)
    return found


def _door(house: House, entry: ChannelEntry, environ: Mapping[str, str]) -> Door:
    channels = open_channels([raw_config(house.settings, entry, environ)], clock=house.clock)
    secret = unquote(filled(entry.receipt_secret, environ, entry.key))
    if 0 < len(secret) < LEAST_SECRET:
        raise ConfigError(f"渠道“{entry.key}”的 receipt_secret 太短，至少 {LEAST_SECRET} 个字符，请换一个。")
    return Door(channels[entry.key], secret)


@dataclass(frozen=True, slots=True)
class Push:
    """One request of a provider."""

    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


def receive(house: House, doors: Mapping[str, Door], key: str, secret: str, push: Push) -> str:
    """Take in what a provider pushed and return what it wants to hear; twice is once.

    Raises: NotFoundError for an unknown channel or a wrong secret; InputError for what is not signed or understood.
    """
    channel = _opened(doors, key, secret)
    postbox.take_in(house, key, channel.pushed(push.body, push.headers, push.query))
    return channel.traits.thanks


def confirm_address(doors: Mapping[str, Door], key: str, secret: str, push: Push) -> str:
    """Return what a provider wants to hear when it checks the address.

    Raises: NotFoundError for an unknown channel or a wrong secret; InputError for what is not signed.
    """
    channel = _opened(doors, key, secret)
    if not isinstance(channel, HttpChannel):
        raise NotFoundError(_NO_SUCH, code="push.unknown")
    return channel.provider.echo(push.query)


def _opened(doors: Mapping[str, Door], key: str, secret: str) -> Channel:
    door = doors.get(key)
    if door is None or not door.opens(secret):
        raise NotFoundError(_NO_SUCH, code="push.unknown")
    return door.channel
