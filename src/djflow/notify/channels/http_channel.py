"""A channel over aiohttp: runs a provider's conversations and keeps its access token."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import aiohttp

from djflow.core.clock import Clock, SystemClock
from djflow.core.log import logger
from djflow.notify.channels.base import Awaited, Outcome, Outgoing, Pushed, Traits, Verdict
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.provider import Conversation, Provider, Token, TokenWanted, stamps_of
from djflow.notify.channels.wire import Answer, Ruling, SessionFactory, exchange, open_session

R = TypeVar("R")
_log = logger("notify.channels")


class HttpChannel:
    """A provider reached over HTTP under the key of its configuration."""

    def __init__(
        self,
        config: ChannelConfig,
        provider: Provider,
        *,
        session: SessionFactory = open_session,
        clock: Clock | None = None,
    ) -> None:
        """Keep the parts; connections are opened by `start`."""
        self.provider = provider
        self._config = config
        self._factory = session
        self._clock = clock or SystemClock()
        self._stamps = stamps_of(self._clock)
        self._session: aiohttp.ClientSession | None = None
        self._token: Token | Ruling = Ruling(Verdict.TRANSIENT, "no_token")
        self._fetches = 0
        self._token_lock = asyncio.Lock()
        self._traits = configured(provider.traits, config)

    @property
    def key(self) -> str:
        """The channel's name in the configuration."""
        return self._config.key

    @property
    def traits(self) -> Traits:
        """What the provider publishes, as far as the office configured nothing else."""
        return self._traits

    async def start(self) -> None:
        """Open the connections."""
        if self._session is None:
            self._session = self._factory()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Hand over at most `traits.batch` messages and return one outcome for each, in the same order."""
        groups = self.provider.groups(batch)
        if len(groups) == 1:
            # The usual case needs no task of its own.
            rounds = [await self._hold(self.provider.deliver(groups[0], self._stamps))]
        else:
            talks = (self._hold(self.provider.deliver(group, self._stamps)) for group in groups)
            rounds = await asyncio.gather(*talks)
        found = {outcome.id: outcome for outcomes in rounds for outcome in outcomes}
        outcomes = tuple(
            found.get(message.id) or Outcome(message.id, Verdict.UNKNOWN, "no_answer") for message in batch
        )
        for code in {outcome.code for outcome in outcomes if outcome.verdict is not Verdict.ACCEPTED}:
            _log.info("channel %s: not accepted with code %s", self.key, code)
        return outcomes

    async def query(self, ids: Sequence[str], addresses: Sequence[str]) -> tuple[Outcome, ...]:
        """Ask what became of messages by our ids."""
        pairs = zip(ids, addresses, strict=True)
        rounds = await asyncio.gather(*(self._hold(self.provider.ask(*pair, self._stamps)) for pair in pairs))
        return tuple(rounds)

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:
        """Fetch receipts and replies since an instant, and ask for `awaited` where the provider tells when asked."""
        return await self._hold(self.provider.fetch(since, self._stamps, awaited))

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:
        """Read a request that the provider pushed.

        Raises: InputError when it is not signed or not understood.
        """
        return self.provider.pushed(body, headers, query)

    async def recall(self, provider_id: str) -> Outcome:
        """Take a message back, where the provider offers it."""
        return (await self._hold(self.provider.recall(provider_id))).outcome(provider_id)

    async def hold(self, conversation: Conversation[R]) -> R:
        """Run one of the provider's conversations that only it offers."""
        return await self._hold(conversation)

    async def _hold(self, conversation: Conversation[R]) -> R:
        if self._session is None:
            msg = "the channel was not started"
            raise RuntimeError(msg)
        try:
            step = next(conversation)
            while True:
                if isinstance(step, TokenWanted):
                    answer = await self._token_answer(step.stale)
                else:
                    answer = await exchange(self._session, step, self._config.timeout)
                step = conversation.send(answer)
        except StopIteration as stop:
            result: R = stop.value
            return result

    async def _token_answer(self, stale: str) -> Answer:
        seen = self._fetches
        async with self._token_lock:
            # Whoever waited while somebody else fetched takes that result, good or bad: one fetch for all.
            just_failed = self._fetches != seen and isinstance(self._token, Ruling)
            if not just_failed and not self._is_good(stale):
                self._token = await self._hold(self.provider.token(self._stamps))
                self._fetches += 1
        if isinstance(self._token, Ruling):
            return Answer(fault=unsent(self._token))
        return Answer(200, self._token.value.encode())

    def _is_good(self, stale: str) -> bool:
        token = self._token
        return isinstance(token, Token) and token.value != stale and token.until > self._clock.now()


def unsent(ruling: Ruling) -> Ruling:
    """Return a ruling on fetching a token as one on the message: without a token nothing was sent."""
    return replace(ruling, verdict=Verdict.TRANSIENT) if ruling.verdict is Verdict.UNKNOWN else ruling


def configured(traits: Traits, config: ChannelConfig) -> Traits:
    """Return a provider's traits with what the office configured; it may lower the batch, not raise it."""
    return replace(
        traits,
        batch=min(traits.batch, config.batch or traits.batch),
        concurrency=1 if traits.single_flight else config.concurrency or traits.concurrency,
        settle=config.settle if config.settle is not None else traits.settle,
        limits=config.limits if config.limits is not None else traits.limits,
    )
