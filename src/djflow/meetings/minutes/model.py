"""Minutes as they are issued. Source: domain handbook, sections 4.1 and 4.5."""

from dataclasses import dataclass
from datetime import date

from djflow.core.clock import civil_datetime
from djflow.meetings.model import Meeting, MeetingId


@dataclass(frozen=True, slots=True)
class Printed:
    """What issued minutes bear: the number the documents' register gave them, and who signed them."""

    number: str
    signer: str


@dataclass(frozen=True, slots=True)
class Issued:
    """That minutes were issued: their number as it is printed, such as 第7期, who signed them, on which day."""

    meeting: MeetingId
    number: str
    signer: str
    on: date

    @property
    def words(self) -> str:
        """The number as it is printed."""
        return self.number


@dataclass(frozen=True, slots=True)
class Agreed:
    """A matter that was agreed on, with the names of its units."""

    content: str
    lead: str
    helpers: tuple[str, ...]
    due_on: date


@dataclass(frozen=True, slots=True)
class Minutes:
    """Everything minutes say: the meeting, its topics, what was agreed on, who was there, excused, sat in."""

    meeting: Meeting
    topics: tuple[str, ...]
    agreed: tuple[Agreed, ...]
    present: tuple[str, ...]
    excused: tuple[str, ...]
    issued: Issued | None = None
    sat_in: tuple[str, ...] = ()

    @property
    def opening(self) -> str:
        """The sentence minutes begin with."""
        day = civil_datetime(self.meeting.new.starts_at)
        new = self.meeting.new
        about = f"，研究{'、'.join(self.topics)}等事项" if self.topics else ""
        when = f"{day.year}年{day.month}月{day.day}日"
        return f"{when}，{new.chair}在{new.place}主持召开{new.title}{about}。现将会议议定事项纪要如下。"
