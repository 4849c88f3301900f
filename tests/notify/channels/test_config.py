import asyncio
from datetime import timedelta
from pathlib import Path

import apprise
import pytest

from djflow.core.errors import ConfigError
from djflow.notify.channels.base import Limit, Verdict
from djflow.notify.channels.config import ChannelConfig, channel_url
from djflow.notify.channels.embedded import FileOutlet
from djflow.notify.channels.factory import SCHEMES, build
from djflow.notify.channels.plugins import PLUGINS
from djflow.notify.simulator import Simulator, simulated
from tests.notify.channels.talk import NUMBER, URLS

PLUGIN = {kind.provider_type.scheme: kind for kind in PLUGINS}


def test_a_url_keeps_case_and_characters() -> None:
    """Keys keep their case, names their characters, and marks in a password may be percent-encoded."""
    url = channel_url("aliyunsms://KeyId:a%2Fb%40c@某区组织部/x%20y?version=v1&base=http://h/p")
    assert (url.user, url.password, url.host, url.path) == ("KeyId", "a/b@c", "某区组织部", ("x y",))
    assert (url.option("version"), url.option("base"), url.option("no", "-")) == ("v1", "http://h/p", "-")
    assert channel_url("wecomrobot://AbC").host == "AbC"


@pytest.mark.parametrize(
    ("url", "missing"),
    [
        ("wecomrobot://", "机器人的 key"),
        ("wecomapp://corp?secret=s", "AgentId"),
        ("wecomapp://corp/1", "secret"),
        ("dingrobot://?secret=s", "access_token"),
        ("feishurobot://", "token"),
        ("aliyunsms://id@签名", "AccessKey Secret"),
        ("aliyunsms://id:key@", "短信签名"),
        ("tencentsms://id:key@1400", "短信签名"),
        ("cloudmas://ap:key@SIGN?ec=某单位", "base_url"),
        ("file://../x.jsonl", "file://"),
        ("pigeon://x", "pigeon"),
        ("nothing", "url"),
    ],
)
def test_what_a_url_lacks_is_named(url: str, missing: str) -> None:
    """A wrong URL is refused with the channel's key and what is missing."""
    with pytest.raises(ConfigError, match=missing) as refused:
        build(ChannelConfig("sms", url))
    assert "sms" in refused.value.message


def test_every_scheme_builds(tmp_path: Path) -> None:
    """Each kind of channel can be configured."""
    more = {
        "file": "file://outbox/messages.jsonl",
        "memory": "memory://",
        "mailto": "mailto://u:p@example.gov.cn",
        "mailtos": "mailtos://u:p@example.gov.cn",
        "ntfy": "ntfy://example.gov.cn/topic",
        "ntfys": "ntfys://example.gov.cn/topic",
        "json": "json://example.gov.cn/x",
        "jsons": "jsons://example.gov.cn/x/{address}",
    }
    for scheme in SCHEMES:
        config = ChannelConfig("a", (URLS | more)[scheme], "http://mas.example", state=tmp_path)
        channel = build(config)
        assert channel.key == "a"
        if isinstance(channel, FileOutlet):
            assert channel.path == tmp_path / "outbox" / "messages.jsonl"
    assert build(ChannelConfig("a", more["jsons"])).traits.addressed
    assert not build(ChannelConfig("a", more["json"])).traits.addressed


def test_the_office_sets_limits_and_sizes() -> None:
    """Limits, batch and settling time come from the configuration; a robot stays one at a time."""
    limit = Limit(5, timedelta(minutes=1))
    config = ChannelConfig("a", URLS["aliyunsms"], batch=500, settle=timedelta(hours=1), limits=(limit,))
    traits = build(config).traits
    assert (traits.batch, traits.settle, traits.limits) == (50, timedelta(hours=1), (limit,))
    robot = build(ChannelConfig("a", URLS["wecomrobot"], concurrency=9)).traits
    assert (robot.concurrency, robot.single_flight, robot.limits) == (1, True, (Limit(20, timedelta(minutes=1)),))


@pytest.mark.parametrize("scheme", sorted(URLS))
def test_anybody_can_use_the_url_with_apprise(scheme: str) -> None:
    """The same URL added to Apprise says True only for what the provider took, and shows no key."""
    plugin = PLUGIN[scheme]

    async def run() -> tuple[bool, bool, int]:
        async with Simulator() as simulator:
            url, base = simulated("a", URLS[scheme], simulator.url)
            robot = apprise.Apprise()
            mark = "&" if "?" in url else "?"
            assert robot.add(f"{url}{mark}base={base}&to={NUMBER}&template=SMS_1")
            took = await asyncio.to_thread(robot.notify, "请值班")
            wrong = apprise.Apprise()
            assert wrong.add(
                f"{URLS[scheme].replace('sim-', 'x')}{'&' if '?' in URLS[scheme] else '?'}base={base}&to=1"
            )
            return bool(took), bool(await asyncio.to_thread(wrong.notify, "请值班")), len(simulator.taken)

    assert asyncio.run(run()) == (True, False, 1)
    assert "s3cret" not in plugin(address=URLS[scheme] + "&base=http://h" * (scheme == "cloudmas")).url()


def test_apprise_keeps_what_became_of_each() -> None:
    """The plugin lists an outcome for each address."""
    plugin = PLUGIN["aliyunsms"]
    sms = plugin(address="aliyunsms://a:b@签名?to=1,2&base=http://127.0.0.1:9")
    assert not sms.send("请值班")
    assert [one.verdict for one in sms.outcomes] == [Verdict.PERMANENT, Verdict.PERMANENT]
