"""The whole check of config/: what `settings` reads, and whether every channel could be opened; nothing is sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from djflow.assembly.channels import config_of, open_channels
from djflow.assembly.pushing import LEAST_SECRET
from djflow.core.errors import ConfigError
from djflow.settings.channels_file import ChannelEntry, Channels
from djflow.settings.load import check
from djflow.settings.problems import Problem
from djflow.settings.reading import FileText, read_model

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,63})\}")
_STANDS_IN = "1000002"
"""Takes the place of a variable that is not set here: what is wrong with the rest of the URL is found all the same."""


def problems(home: Path, environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return every finding about `<home>/config/` by file and line, those about channels with `environ` filled in."""
    found = (*check(home), *channel_problems(home, environ))
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.key)))


def channel_problems(home: Path, environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return what keeps enabled channels from being opened; none when channels.toml itself cannot be read."""
    reading = read_model(home / "config", "channels.toml", Channels)
    if reading.file is None or reading.value is None:
        return ()
    file = reading.file
    return tuple(
        problem
        for place, entry in enumerate(reading.value.channels)
        if entry.enabled
        for problem in _of_channel(file, place, entry, environ, home)
    )


def _of_channel(
    file: FileText, place: int, entry: ChannelEntry, environ: Mapping[str, str], home: Path
) -> Iterator[Problem]:
    known = {name: environ.get(name) or _STANDS_IN for name in _VARIABLE.findall(entry.url)}
    try:
        open_channels([replace(config_of(entry, known), state=home)])
    except ConfigError as error:
        field = "base_url" if "base_url" in error.message and entry.base_url else "url"
        yield file.problem(("channels", place, field), error.message, "")
    secrets = [environ.get(name, "") for name in _VARIABLE.findall(entry.receipt_secret)]
    if any(0 < len(secret) < LEAST_SECRET for secret in secrets):
        yield file.problem(
            ("channels", place, "receipt_secret"),
            f"渠道“{entry.key}”的 receipt_secret 所用的环境变量太短。",
            f"请换成至少 {LEAST_SECRET} 个字符的。",
        )


def missing_variables(channels: Channels, environ: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Return for each enabled channel the environment variables that are not set; one with all of them is missing."""
    lacking = {
        entry.key: tuple(name for name in entry.variables if not environ.get(name))
        for entry in channels.entries
        if entry.enabled
    }
    return {key: names for key, names in lacking.items() if names}
