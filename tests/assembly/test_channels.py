import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from djflow.assembly.channels import channel_configs, open_channels, rehearsal_configs
from djflow.core.errors import ConfigError
from djflow.notify.channels.base import Limit, Outcome, Outgoing, Verdict
from djflow.notify.simulator import Simulator
from djflow.settings.load import load_settings
from djflow.settings.schema import Settings
from tests.settings.test_channels_file import SMS, with_channels
from tests.settings.test_load import home

__all__ = ["home"]

KEYS = {"DJFLOW_SMS_ID": "id", "DJFLOW_SMS_SECRET": "s3cret", "DJFLOW_SMS_RECEIPTS": "x" * 20}
BOT = '\n[[channels]]\nkey = "group"\nurl = "wecomrobot://KEY"\n[[channels]]\nkey = "off"\nurl = "dingrobot://T"\n'


@pytest.fixture
def settings(home: Path) -> Settings:
    """A house with SMS, a group robot and a channel that is switched off."""
    with_channels(home, SMS + BOT + "enabled = false\n")
    return load_settings(home)


def test_configured_channels_open(settings: Settings) -> None:
    """Every enabled channel opens under its key with its limits; the one switched off is left out."""
    channels = open_channels(channel_configs(settings, KEYS))
    assert sorted(channels) == ["file", "group", "memory", "sms"]
    assert channels["sms"].traits.limits == (Limit(50, timedelta(days=1), per_address=True),)
    assert channels["group"].traits.single_flight


def test_a_missing_key_is_named(settings: Settings) -> None:
    """Without its key a channel does not open, and the variable is named."""
    with pytest.raises(ConfigError, match="DJFLOW_SMS_ID"):
        channel_configs(settings, {})


def test_a_rehearsal_needs_no_keys_and_reaches_the_simulator(settings: Settings) -> None:
    """The office's own channels send to the simulator without any of their secrets."""
    one = Outgoing("m1", "13800000001", "请值班", template="SMS_1", variables={"name": "某"})

    async def run() -> tuple[list[Outcome], set[str]]:
        async with Simulator() as simulator:
            channels = open_channels(rehearsal_configs(settings, simulator.url))
            outcomes: list[Outcome] = []
            for channel in channels.values():
                await channel.start()
                outcomes += await channel.send([one])
                await channel.close()
            return outcomes, {taken.provider for taken in simulator.taken}

    outcomes, providers = asyncio.run(run())
    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    assert providers == {"aliyunsms", "wecomrobot"}
