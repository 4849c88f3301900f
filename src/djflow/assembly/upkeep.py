"""What keeps the house in order: the record's proof, next year's holidays, delivery of notices, the public board."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from djflow.assembly import filing
from djflow.assembly.frames import board_markets, frame_of, names_of
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.audit.model import ChainReport
from djflow.calendar.lunar import lunar_label
from djflow.calendar.town import market_days_of
from djflow.core import log
from djflow.core.clock import civil_datetime
from djflow.core.errors import DjflowError
from djflow.core.ids import PersonId, RosterId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.notify.channels import Channel, FileChannel, MemoryChannel
from djflow.notify.model import Drained, Message, NoticeKind
from djflow.roster import closures, notices, reading, service
from djflow.roster.views import Board, BoardMarket, BoardMarketDay, DistrictNames

ALARM_MONTH = 11
"""From November on, a missing holiday file of next year is alarmed daily: the notice usually comes by then."""


@dataclass(frozen=True, slots=True)
class HolidayWatch:
    """Whether next year's official holiday file is there; `alarmed` from November on while it is not."""

    year: int
    present: bool
    alarmed: bool


def verify_audit(house: House) -> ChainReport:
    """Prove the record of changes and alert the coordinator when it is broken."""
    with house.transaction() as session:
        report = audit.verify(session)
        if not report.intact:
            sentence = f"操作记录第{report.broken_at}条起核对不上，请立即停止操作并联系管理员。"
            subject = Subject("audit.chain", "head")
            slot = f"broken:{house.today()}"
            notify.enqueue(session, [notices.alert(subject, slot, sentence, now=house.now())], now=house.now())
    return report


def holiday_watch(house: House, as_of: date) -> HolidayWatch:
    """Look for next year's holiday file and alert the coordinator daily from November on until it is there."""
    year = as_of.year + 1
    present = year in house.settings.holidays
    alarmed = not present and as_of.month >= ALARM_MONTH
    if alarmed:
        sentence = f"还没有{year}年的放假安排：国务院办公厅通知公布后，请填写 config/holidays/{year}.toml。"
        subject = Subject("calendar.holidays", str(year))
        with house.transaction() as session:
            notify.enqueue(session, [notices.alert(subject, str(as_of), sentence, now=house.now())], now=house.now())
    return HolidayWatch(year, present, alarmed)


def drain(house: House, *, channel: Channel | None = None) -> Drained:
    """Hand every due notice to its channel, outside quiet hours; what is no longer true is dropped unsent."""
    now = house.now()
    sending = house.settings.sending
    outlet = channel or channel_of(house)
    quiet = is_quiet(now, sending.quiet_from, sending.quiet_to)
    with house.transaction() as session:
        due = _still_true(session, notify.take_due(session, now))
    ready = [message for message in due if not quiet or message.kind in URGENT]
    failed = [message for message in ready if not _delivered(house, outlet, message)]
    sent = {message.id for message in ready} - {message.id for message in failed}
    with house.transaction() as session:
        notify.mark_sent(session, sent, now=now)
    return Drained(len(sent), len(due) - len(ready), len(failed))


URGENT = frozenset({NoticeKind.OPERATOR_ALERT})
"""Kinds that pass at night."""

_log = log.logger("notify")


def _delivered(house: House, outlet: Channel, message: Message) -> bool:
    # One bad message must not hold up the others; it stays pending, is counted, and its id is in the log.
    try:
        outlet.send(message, house.texts.render(message.text, **message.values))
    except (DjflowError, OSError) as error:
        _log.error("notice %s was not delivered: %s", message.id, type(error).__name__)
        return False
    return True


def is_quiet(now: datetime, start: time, end: time) -> bool:
    """Return whether `now` lies in the quiet hours from `start` to `end` (excluded), which may span midnight."""
    at = civil_datetime(now).time()
    return start <= at < end if start <= end else at >= start or at < end


def channel_of(house: House) -> Channel:
    """Return the first channel of config/channels.toml."""
    channels = house.settings.channels
    if channels.order[0] == "memory":
        return MemoryChannel()
    path = house.state / channels.file.path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileChannel(path)


def _still_true(session: Session, due: tuple[Message, ...]) -> tuple[Message, ...]:
    """Drop reminders of duties that the person no longer has."""
    holders: dict[str, frozenset[PersonId]] = {}
    gone: list[str] = []
    for message in due:
        if message.kind not in {NoticeKind.DUTY_REMINDER, NoticeKind.STANDBY_REMINDER}:
            continue
        event = message.key.split("|")[1].partition(":")[2]
        if event not in holders:
            holders[event] = service.holders(session, event)
        if message.recipient not in holders[event]:
            gone.append(message.id)
    notify.drop(session, gone)
    return tuple(message for message in due if message.id not in set(gone))


@dataclass(frozen=True, slots=True)
class HouseBoard:
    """The public board of a house: each call is one short read."""

    house: House

    def revision(self) -> int:
        """Return a number that changes whenever anything public changes."""
        with self.house.reading() as session:
            return reading.revision(session)

    def months(self) -> tuple[Month, ...]:
        """Return the months with a published roster, ascending."""
        with self.house.reading() as session:
            return reading.published_months(session)

    def board(self, month: Month) -> Board | None:
        """Return the newest published version of `month`."""
        days = self.market_days(month)
        with self.house.reading() as session:
            return reading.board(session, month, days, frame_of(self.house, month))

    def market_days(self, month: Month) -> tuple[BoardMarketDay, ...]:
        """Return the market days of any month by date, then in the order of the markets."""
        with self.house.reading() as session:
            closed = closures.closed_spans(session, month.span)
        found = [
            (day.day, order, day)
            for order, town in enumerate(self.house.settings.markets)
            for day in market_days_of(town, month.first, month.last, closed)
        ]
        return tuple(
            BoardMarketDay(day.town_code, on, lunar_label(on), day.closure.reason if day.closure else None)
            for on, _, day in sorted(found, key=lambda item: item[:2])
        )

    def markets(self) -> tuple[BoardMarket, ...]:
        """Return all markets in the configured order."""
        return board_markets(self.house)

    def today(self) -> date:
        """Return the civil date in Asia/Shanghai."""
        return self.house.today()

    def district(self) -> DistrictNames:
        """Return the names and the supervision telephone."""
        return names_of(self.house)


@dataclass(frozen=True, slots=True)
class HouseFiles:
    """The downloads of a house."""

    house: House

    def file(self, kind: str, subject: str, name: str) -> bytes | None:
        """Return a file's bytes, or nothing when there is no such file."""
        return filing.render(self.house, RosterId(subject), name) if kind == filing.KIND else None


def board_source(house: House) -> HouseBoard:
    """Return the public board of a house."""
    return HouseBoard(house)


def file_source(house: House) -> HouseFiles:
    """Return the downloads of a house."""
    return HouseFiles(house)


def link_key(house: House) -> bytes:
    """Return the key that signs file links of this house."""
    return filing.link_key(house)
