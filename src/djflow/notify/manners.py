"""How a person wants to be told: own quiet hours, the way tried first, and accounts nobody has verified yet.

An unverified account may be somebody else's. It is used only where no other way of the chain reaches the person, and
then without the personal link; the person verifies it on the phone page.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from djflow.notify.model import Hours

PERSONAL = frozenset({"mobile", "wecom", "dingtalk", "email"})
"""Ways that lead to one person at an address of his own."""


class Manners(Protocol):
    """What is known of recipients' wishes."""

    def quiet_hours(self, session: Session, ids: Collection[str]) -> Mapping[str, Hours]:
        """Return own quiet hours by recipient; whoever set none is missing."""
        ...

    def doubtful(self, session: Session, way: str, ids: Collection[str]) -> frozenset[str]:
        """Return the recipients whose address on a way nobody has verified."""
        ...

    def first_ways(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:
        """Return the way by which recipients want to be told first; whoever chose none is missing."""
        ...


class NoWishes:
    """Everybody may be told whenever the office's hours allow, at whatever address is known."""

    def quiet_hours(self, session: Session, ids: Collection[str]) -> Mapping[str, Hours]:  # noqa: ARG002 - nobody set any
        """Return nothing."""
        return {}

    def doubtful(self, session: Session, way: str, ids: Collection[str]) -> frozenset[str]:  # noqa: ARG002 - all are trusted
        """Return nobody."""
        return frozenset()

    def first_ways(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002 - nobody chose any
        """Return nothing."""
        return {}


class Wishes:
    """The wishes of everybody concerned in one transaction, looked up once."""

    def __init__(self, session: Session, manners: Manners, recipients: Collection[str]) -> None:
        """Look up nothing yet."""
        self._session, self._manners, self._recipients = session, manners, recipients
        self._doubtful: dict[str, frozenset[str]] = {}
        self._quiet: Mapping[str, Hours] | None = None
        self._first: Mapping[str, str] | None = None

    def is_doubtful(self, way: str, recipient: str) -> bool:
        """Return whether nobody has verified the recipient's address on a way."""
        if way in PERSONAL and way not in self._doubtful:
            self._doubtful[way] = self._manners.doubtful(self._session, way, self._recipients)
        return recipient in self._doubtful.get(way, ())

    def quiet_hours(self, recipient: str) -> Hours | None:
        """Return the recipient's own quiet hours."""
        if self._quiet is None:
            self._quiet = self._manners.quiet_hours(self._session, self._recipients)
        return self._quiet.get(recipient)

    def first_way(self, recipient: str) -> str:
        """Return the way the recipient wants to be tried first, empty for none."""
        if self._first is None:
            self._first = self._manners.first_ways(self._session, self._recipients)
        return self._first.get(recipient, "")
