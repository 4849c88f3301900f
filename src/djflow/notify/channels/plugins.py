"""Apprise plugins for the providers whose answers stock Apprise does not read, registered when this module is imported.

`apprise.Apprise().add("wecomrobot://KEY")` then works for anybody; what is built and how answers are read is the very
code of the native path. Options besides the provider's own: `to` (addresses), `base` (a private deployment's address),
`template` and `variable` (an SMS template and the name of its one variable).
"""

import secrets
from datetime import timedelta
from typing import Any, ClassVar, Final

from apprise import NotifyType
from apprise.manager_plugins import NotificationManager
from apprise.plugins.base import NotifyBase

from djflow.core.clock import SystemClock
from djflow.core.errors import ConfigError
from djflow.notify.channels.base import Outcome, Outgoing, Verdict
from djflow.notify.channels.config import channel_url
from djflow.notify.channels.provider import Conversation, Provider, R, Token, TokenWanted, stamps_of
from djflow.notify.channels.providers import PROVIDERS
from djflow.notify.channels.wecom_app import WeComApp
from djflow.notify.channels.wire import Answer, Ruling, exchange_now

_TIMEOUT = timedelta(seconds=10)


class _OwnPlugin(NotifyBase):  # type: ignore[no-untyped-call] # Apprise's class hook is untyped
    """Speaks to one provider through Apprise; `send` is True only when the provider said that it took everything."""

    provider_type: ClassVar[type[Provider]]
    request_rate_per_sec = 0
    title_maxlen = 0

    def __init__(self, address: str, **kwargs: Any) -> None:
        """Read the URL.

        Raises: TypeError when a part is missing, as Apprise expects.
        """
        super().__init__(**kwargs)  # type: ignore[no-untyped-call] # the same
        try:
            parts = channel_url(address)
            self._provider = self.provider_type(parts, parts.option("base"))
        except ConfigError as error:
            raise TypeError(error.message) from error
        self._parts = parts
        self.url_identifier = (parts.scheme, parts.host)  # type: ignore[assignment] # Apprise declares None
        self._token: Token | None = None
        self._stamps = stamps_of(SystemClock())
        self.outcomes: tuple[Outcome, ...] = ()

    @staticmethod
    def parse_url(url: str, *_: object, **__: object) -> dict[str, Any] | None:
        """Return what `__init__` needs."""
        scheme = url.partition("://")[0].lower()
        generic = NotifyBase.parse_url(f"{scheme}://localhost/?of=djflow&{url.partition('?')[2]}", verify_host=False)
        return None if generic is None else {**generic, "address": url}

    def url(self, privacy: bool = False, *args: object, **kwargs: object) -> str:  # noqa: ARG002, FBT001, FBT002 - Apprise's interface
        """Return a URL for display; it never holds a secret, with or without `privacy`."""
        return f"{self._parts.scheme}://****/"

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **kwargs: Any) -> bool:  # noqa: ARG002 - Apprise's interface
        """Send to every address and keep what became of it in `outcomes`."""
        batch = tuple(self._message(body, title, address) for address in self._addresses())
        self.outcomes = tuple(
            outcome
            for group in self._provider.groups(batch)
            for outcome in self._hold(self._provider.deliver(group, self._stamps))
        )
        return all(outcome.verdict is Verdict.ACCEPTED for outcome in self.outcomes)

    def _addresses(self) -> tuple[str, ...]:
        given = tuple(part for part in self._parts.option("to").split(",") if part)
        return given or (("@all",) if self._parts.scheme == WeComApp.scheme else ("",))

    def _message(self, body: str, title: str, address: str) -> Outgoing:
        template = self._parts.option("template")
        variables = {self._parts.option("variable", "content"): body} if template else {}
        return Outgoing(secrets.token_hex(16), address, body, title, template, variables)

    def _hold(self, conversation: Conversation[R]) -> R:
        try:
            step = next(conversation)
            while True:
                answer = (
                    self._token_answer(step.stale) if isinstance(step, TokenWanted) else exchange_now(step, _TIMEOUT)
                )
                step = conversation.send(answer)
        except StopIteration as stop:
            result: R = stop.value
            return result

    def _token_answer(self, stale: str) -> Answer:
        now = self._stamps().at
        if self._token is None or self._token.value == stale or self._token.until <= now:
            fetched = self._hold(self._provider.token(self._stamps))
            if isinstance(fetched, Ruling):
                return Answer(fault=fetched)
            self._token = fetched
        return Answer(200, self._token.value.encode())


def _register(provider: type[Provider]) -> type[_OwnPlugin]:
    plugin = type(
        f"Notify{provider.__name__}",
        (_OwnPlugin,),
        {
            "__doc__": f"Speaks to {provider.label} and reads its answers.",
            "provider_type": provider,
            "service_name": provider.label,
            "service_url": provider.home,
            "setup_url": provider.home,
            "secure_protocol": provider.scheme,
            "templates": ("{schema}://{host}",),
            "template_tokens": {"host": {"name": "Host", "type": "string", "required": True}},
        },
    )
    manager = NotificationManager()  # type: ignore[no-untyped-call] # the same
    manager.add(plugin, schemas=(provider.scheme,), force=True)  # type: ignore[no-untyped-call] # the same
    return plugin


PLUGINS: Final = tuple(_register(provider) for provider in PROVIDERS)
"""The registered classes."""
