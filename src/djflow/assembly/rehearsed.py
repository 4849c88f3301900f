"""The house of a rehearsal: the office's channels pointed at the simulator, messages to invented people.

`python -m djflow.assembly.rehearsed HOME DATABASE SHOWN BEGAN PACE` is its sender, on a clock that runs `PACE` times
as fast.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from djflow.assembly.channels import raw_config, rehearsed
from djflow.assembly.house import House, create_house, open_house
from djflow.core.clock import Clock, ScaledClock
from djflow.core.subject import Subject
from djflow.notify import service, store
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.delivery import store as messages
from djflow.notify.model import Draft, Intent, MessageState, NoticeKind, Urgency
from djflow.settings.channels_file import ChannelEntry

TEMPLATE = "SMS_REHEARSAL"
_TRUE_FOR = timedelta(days=3)
_EXAMPLES = (
    ChannelEntry(key="rehearsal-app", name="企业微信应用", url="wecomapp://corp/1?secret=rehearsal"),
    ChannelEntry(key="rehearsal-sms", name="短信", url="aliyunsms://id:secret@演练签名"),
)
"""What is rehearsed when the office has no channel of its own yet."""

_PLAYED = frozenset({"wecomrobot", "wecomapp", "dingrobot", "feishurobot", "aliyunsms", "tencentsms", "cloudmas"})
_BY_NUMBER = frozenset({"aliyunsms", "tencentsms", "cloudmas"})


@dataclass(frozen=True, slots=True)
class Stage:
    """A channel of the rehearsal as the simulator sees it."""

    key: str
    scheme: str
    config: ChannelConfig


def stages_of(house: House, simulator_url: str) -> tuple[Stage, ...]:
    """Return the office's channels pointed at the simulator, or the example ones when it has none of its own."""
    own = [one for one in house.settings.channels.entries if one.enabled and _scheme(one.url) in _PLAYED]
    return tuple(
        Stage(one.key, _scheme(one.url), rehearsed(raw_config(house.settings, one), simulator_url))
        for one in own or _EXAMPLES
    )


def _scheme(url: str) -> str:
    return url.partition("://")[0]


def prepare(house: House, folder: Path, stages: Sequence[Stage], clock: Clock, *, database: str = "") -> House:
    """Make the house of the rehearsal in `folder`: the office's configuration with the simulated channels.

    Its database is a file of its own in the folder, or the one at the URL `database`; never that of the office, which
    may be named in the environment.
    """
    shutil.copytree(house.home / "config", folder / "config")
    (folder / "config" / "channels.toml").write_text("\n".join(_channel_lines(stages)) + "\n", "utf-8")
    # Chains name channels that are not there; a rehearsal sends each message by one channel.
    (folder / "config" / "notices.toml").write_text('[default]\nurgency = "urgent"\n', "utf-8")
    return create_house(folder, clock=clock, kind="demo" if house.is_demo else "district", database_url=database)


def _channel_lines(stages: Sequence[Stage]) -> Iterator[str]:
    yield 'order = ["file"]'
    for one in stages:
        config = one.config
        yield "[[channels]]"
        yield f"key = {json.dumps(config.key)}"
        yield f"url = {json.dumps(config.url, ensure_ascii=False)}"
        yield f"base_url = {json.dumps(config.base_url)}"
        yield "timeout_seconds = 2"
        yield "settle_minutes = 2"
        if config.limits is not None:
            limits = (
                f"{{ count = {limit.count}, seconds = {int(limit.window.total_seconds())}, "
                f"per_address = {str(limit.per_address).lower()} }}"
                for limit in config.limits
            )
            yield f"limits = [{', '.join(limits)}]"


def mark_of(number: int) -> str:
    """Return what tells one message of a rehearsal from every other."""
    return f"演练{number:06d}"


def fill(house: House, stages: Sequence[Stage], count: int, *, first: int = 0) -> None:
    """Write `count` messages that are due now, numbered from `first`, by turns over the channels."""
    now, numbers = house.now(), range(first, first + count)
    intents = [
        Intent(
            NoticeKind.OPERATOR_ALERT,
            Subject("notify.rehearsal", str(number)),
            0,
            mark_of(number),
            "rehearsal",
            "im/operator_alert",
            now,
            now + _TRUE_FOR,
            {"title": mark_of(number), "detail": "", "link": ""},
        )
        for number in numbers
    ]
    with house.transaction() as session:
        service.enqueue(session, intents, now=now)
        ids = {row.recipient: row.id for row in store.listing(session, limit=first + count)}
        drafts = [_draft(stages[number % len(stages)], number, ids[mark_of(number)], now) for number in numbers]
        messages.add(session, drafts, now=now)
        store.reached(session, *ids.values(), step=0, escalated=0)


def address_of(stage: Stage, number: int) -> str:
    """Return whom a message of a rehearsal goes to."""
    return f"169{number:08d}" if stage.scheme in _BY_NUMBER else f"rehearsal{number}"


def _draft(stage: Stage, number: int, notice_id: str, now: datetime) -> Draft:
    return Draft(
        notice_id=notice_id,
        key=f"{notice_id}|0",
        step=0,
        channel=stage.key,
        urgency=Urgency.URGENT,
        recipient=mark_of(number),
        due_at=now,
        expires_at=now + _TRUE_FOR,
        state=MessageState.PENDING,
        address=address_of(stage, number),
        payload={
            "text": f"{mark_of(number)}：这是一次演练，不用答复。",
            "title": "演练",
            "template": TEMPLATE,
            "variables": {"name": mark_of(number)},
        },
    )


def main(arguments: Sequence[str]) -> int:
    """Send for the house of a rehearsal until killed or stopped."""
    from djflow.assembly import sending  # noqa: PLC0415 - the parent needs it only here

    home, database, shown, began, pace = arguments
    clock = ScaledClock(datetime.fromisoformat(shown), datetime.fromisoformat(began), float(pace))
    sending.serve(open_house(Path(home), clock=clock, database_url=database), pace=float(pace))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
