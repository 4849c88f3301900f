"""Channels of this house: from config/channels.toml to something that sends, or to the simulator for a rehearsal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from djflow.core.clock import Clock
from djflow.core.errors import ConfigError
from djflow.notify.channels.base import Channel, Limit
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.factory import build
from djflow.notify.simulator.rewriting import simulated
from djflow.settings.channels_file import ChannelEntry, filled
from djflow.settings.schema import Settings


def channel_configs(settings: Settings, environ: Mapping[str, str]) -> tuple[ChannelConfig, ...]:
    """Return the enabled channels with their secrets filled in.

    Raises: ConfigError naming the environment variable that is not set.
    """
    return tuple(raw_config(settings, entry, environ) for entry in settings.channels.entries if entry.enabled)


def rehearsal_configs(settings: Settings, simulator_url: str) -> tuple[ChannelConfig, ...]:
    """Return the office's channels pointed at the simulator; needs no secrets and never sends anything real."""
    configs = (raw_config(settings, entry) for entry in settings.channels.entries if entry.enabled)
    return tuple(rehearsed(config, simulator_url) for config in configs)


def rehearsed(config: ChannelConfig, simulator_url: str) -> ChannelConfig:
    """Return the same channel with the simulator's addresses and keys."""
    url, base_url = simulated(config.key, config.url, simulator_url)
    return replace(config, url=url, base_url=base_url)


def open_channels(configs: Sequence[ChannelConfig], *, clock: Clock | None = None) -> Mapping[str, Channel]:
    """Return the channels by key, not yet started.

    Raises: ConfigError naming the channel whose URL is wrong.
    """
    return {config.key: build(config, clock=clock) for config in configs}


def unopenable(settings: Settings, environ: Mapping[str, str]) -> frozenset[str]:
    """Return the enabled channels whose URL is wrong or whose secrets are missing."""
    return frozenset(
        entry.key for entry in settings.channels.entries if entry.enabled and not _opens(settings, entry, environ)
    )


def _opens(settings: Settings, entry: ChannelEntry, environ: Mapping[str, str]) -> bool:
    try:
        build(raw_config(settings, entry, environ))
    except ConfigError:
        return False
    return True


def raw_config(settings: Settings, entry: ChannelEntry, environ: Mapping[str, str] | None = None) -> ChannelConfig:
    """Return a channel as configured; without `environ` its `${NAME}` are not filled in.

    Raises: ConfigError naming the environment variable that is not set.
    """
    return replace(config_of(entry, environ), state=settings.state)


def config_of(entry: ChannelEntry, environ: Mapping[str, str] | None = None) -> ChannelConfig:
    """Return a channel as configured, files below the current folder; without `environ` nothing is filled in.

    Raises: ConfigError naming the environment variable that is not set.
    """
    limits = entry.limits
    return ChannelConfig(
        key=entry.key,
        url=entry.url if environ is None else filled(entry.url, environ, entry.key),
        base_url=entry.base_url,
        timeout=timedelta(seconds=entry.timeout_seconds),
        concurrency=entry.concurrency,
        batch=entry.batch,
        settle=None if entry.settle_minutes is None else timedelta(minutes=entry.settle_minutes),
        limits=None
        if limits is None
        else tuple(Limit(one.count, timedelta(seconds=one.seconds), one.per_address) for one in limits),
    )
