"""What keeps the house in order: the record's proof, next year's holidays, the public board."""

from dataclasses import dataclass
from datetime import date

from djflow.assembly import circulars, dispatch_files, filing
from djflow.assembly.frames import board_markets, frame_of, names_of
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.audit.model import ChainReport
from djflow.calendar.lunar import lunar_label
from djflow.calendar.town import market_days_of
from djflow.core.ids import RosterId
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.roster import closures, notices, reading
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
        if kind == dispatch_files.KIND:
            return dispatch_files.render(self.house, name)
        if kind == circulars.KIND:
            return circulars.render(self.house, subject, name)
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
