"""The sender's books: every act of the sender on the database, one short transaction each.

An act takes and returns small values that can be pickled, so that the books may be kept on a thread of the sender or
in a process beside it (`djflow.assembly.keeping`). What was claimed stays here until it is written down or handed
back: the sender gets what a channel needs and gives back what a provider said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from djflow.approvals.doorway.links import filled
from djflow.assembly import outbox, phone
from djflow.assembly.directory import Nobody, note_dead
from djflow.assembly.house import House
from djflow.notify.channels.base import Button, Outcome, Outgoing
from djflow.notify.channels.codes import DEAD_CODES
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Lane
from djflow.notify.model import Claimed, Result, Verdict
from djflow.notify.recalls import service as recalls

Answer = tuple[str, Outcome]
"""A message's id and what its provider said."""

_ASKED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Parcel:
    """Messages claimed at an instant, as their channel gets them; `again_at` is when a limit allows more."""

    messages: tuple[Outgoing, ...]
    claimed_at: datetime
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Whose books these are: the sender's name, its channels by key, and those of them that show buttons."""

    owner: str
    lanes: Mapping[str, Lane]
    with_buttons: frozenset[str]


class Books:
    """The acts of one sender."""

    def __init__(self, house: House, part: Part) -> None:
        """Prepare; nothing is read yet."""
        self._house, self._part = house, part
        self._outlook = outbox.outlook_of(house)
        self._claimed: dict[str, Claimed] = {}

    def take_up_lost(self, dead_owners: bool) -> int:  # noqa: FBT001 - an act has no named arguments
        """Take up what dead senders left and return how many messages that were."""
        with self._house.transaction() as session:
            return delivery.take_up_lost(
                session, self._part.lanes, owner=self._part.owner, now=self._house.now(), dead_owners=dead_owners
            )

    def move_on(self) -> bool:
        """Move every notice on by a round and return whether there may be more to do at once."""
        return outbox.move_on(self._house, self._outlook).did_anything

    def waiting(self) -> int:
        """Return how many messages of the sender's channels wait."""
        with self._house.reading() as session:
            health = delivery.channel_health(session, list(self._part.lanes), now=self._house.now())
        return sum(one.due + one.later + one.held for one in health)

    def claim(self, channel: str, room: int) -> Parcel:
        """Take at most `room` messages of a channel that may leave now."""
        now, lane = self._house.now(), self._part.lanes[channel]
        with self._house.transaction() as session:
            claim = delivery.claim(session, lane, room, outbox.still_true, owner=self._part.owner, now=now)
        self._claimed.update((one.id, one) for one in claim.messages)
        buttons = channel in self._part.with_buttons
        messages = tuple(_outgoing(self._house, one, buttons=buttons) for one in claim.messages)
        return Parcel(messages, now, claim.again_at)

    def hand_back(self, ids: Sequence[str]) -> None:
        """Let claimed messages go that were not sent."""
        with self._house.transaction() as session:
            delivery.hand_back(session, [self._claimed[one] for one in ids], owner=self._part.owner)
        self._forget(ids)

    def write_down(self, channel: str, answers: Sequence[Answer]) -> None:
        """Write down what a channel's provider said of claimed messages, and stop the channel where it says so."""
        lane, now = self._part.lanes[channel], self._house.now()
        results = [(self._claimed[one], _result(self._claimed[one], outcome)) for one, outcome in answers]
        with self._house.transaction() as session:
            delivery.write_results(session, lane, results, owner=self._part.owner, now=now)
            if any(outcome.verdict is Verdict.CONFIG for _, outcome in answers):
                outbox.channel_stopped(session, channel, now=now)
        nobody = [
            Nobody(claimed.recipient, claimed.address, result.code)
            for claimed, result in results
            if result.verdict is Verdict.PERMANENT and result.code in DEAD_CODES
        ]
        if nobody:
            note_dead(self._house, self._outlook.ways[channel], nobody)
        self._forget([one for one, _ in answers])

    def unknown(self, channel: str) -> tuple[tuple[str, str], ...]:
        """Return ids and addresses of messages a provider is to be asked for now."""
        with self._house.transaction() as session:
            found = delivery.unknown_due(
                session,
                self._part.lanes[channel],
                owner=self._part.owner,
                now=self._house.now(),
                limit=_ASKED_AT_ONCE,
            )
        self._claimed.update((one.id, one) for one in found)
        return tuple((one.id, one.address) for one in found)

    def settle(self, answers: Sequence[Answer]) -> None:
        """Write down what a provider knew of messages it was asked for."""
        asked = [(self._claimed[one], _result(self._claimed[one], outcome)) for one, outcome in answers]
        with self._house.transaction() as session:
            delivery.write_answers(session, asked, owner=self._part.owner, now=self._house.now())
        self._forget([one for one, _ in answers])

    def overtaken(self, channel: str, within: timedelta) -> tuple[tuple[str, str], ...]:
        """Return ids, ours and the provider's, of what was sent within a time and is no longer true."""
        with self._house.transaction() as session:
            now = self._house.now()
            return recalls.overtaken(session, channel, outbox.still_true, since=now - within, now=now)

    def taken_back(self, message_id: str, outcome: Outcome) -> None:
        """Write down whether a provider took a message back."""
        with self._house.transaction() as session:
            recalls.write_recall(session, message_id, outcome.verdict, outcome.code, now=self._house.now())

    def _forget(self, ids: Sequence[str]) -> None:
        for one in ids:
            del self._claimed[one]


def _outgoing(house: House, claimed: Claimed, *, buttons: bool) -> Outgoing:
    payload = claimed.payload
    # An approver's code is made only here, at the moment it leaves: what is stored holds a reference to it.
    text, reference = filled(house.vault, str(payload.get("text", ""))), str(payload.get("link", ""))
    variables = payload.get("variables", {})
    link = phone.link_from(house, reference) if reference else ""
    shown = _buttons(link) if buttons and payload.get("asks") and phone.is_of_a_duty(reference) else ()
    return Outgoing(
        id=claimed.id,
        address=claimed.address,
        text=f"{text}\n{link}" if link and not shown else text,
        buttons=shown,
        title=str(payload.get("title", "")),
        template=str(payload.get("template", "")),
        variables={str(k): filled(house.vault, str(v)) for k, v in variables.items()}
        if isinstance(variables, dict)
        else {},
    )


def _buttons(link: str) -> tuple[Button, ...]:
    """Return the answers to a reminder: a word that comes back, and the page that asks for the reason."""
    return (
        Button("收到", "收到"),
        Button("不能到岗", "", f"{link}/decline"),
        Button("查看详情", "", link),
    )


def _result(claimed: Claimed, outcome: Outcome) -> Result:
    return Result(
        message_id=claimed.id,
        attempts=claimed.attempts,
        verdict=outcome.verdict,
        code=outcome.code,
        provider_id=outcome.provider_id,
        parts=outcome.parts,
        retry_after=outcome.retry_after,
        next_channel=outcome.next_channel,
    )
