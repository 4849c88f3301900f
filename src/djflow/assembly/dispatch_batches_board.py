"""Who is to be sent as everybody may read it while the names hang, and objections to one of them.

A name whose days are over is shown no more, whether or not the sweep has taken it down yet.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.assembly import dispatch_batches
from djflow.assembly.frames import names_of
from djflow.assembly.house import House
from djflow.assembly.relief_board import BY, CONTACT_LENGTH, NAME_LENGTH, Heard, Words
from djflow.core.clock import civil_date
from djflow.core.errors import GoneError, InputError
from djflow.dispatch.batches import proposing, publishing, service
from djflow.dispatch.batches.publicity import rules
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.batches.publicity.model import NewObjection, ObjectionState, Period, PeriodState, Via
from djflow.people import service as people
from djflow.people.model import GENDER_LABELS
from djflow.people.personnel import service as personnel
from djflow.people.rules import mask_name


@dataclass(frozen=True, slots=True)
class NameLine:
    """A name on the board, masked where the office wants it so."""

    period: str
    name: str
    gender: str
    unit: str
    post: str
    ends_on: date
    frozen: bool

    @property
    def text(self) -> str:
        """The line as it is read out."""
        return f"{self.name}，{self.unit}，拟派{self.post}"


@dataclass(frozen=True, slots=True)
class NameSheet:
    """The names of one batch that were put up on one day."""

    title: str
    starts_on: date
    ends_on: date
    posted_on: date
    days: int
    lines: tuple[NameLine, ...]


@dataclass(frozen=True, slots=True)
class NameBoard:
    """What hangs now."""

    address: str
    show_gender: bool
    sheets: tuple[NameSheet, ...]


def board(house: House) -> NameBoard:
    """Return what hangs now, by batch and day of posting."""
    found: dict[tuple[str, date], list[Period]] = {}
    with house.reading() as session:
        for one in publicity.shown(session):
            if not _is_over(house, one):
                found.setdefault((one.batch, one.posted_on), []).append(one)
        sheets = tuple(_sheet(house, session, key, periods) for key, periods in sorted(found.items()))
    configured = house.settings.dispatch.publicity
    return NameBoard(house.settings.web.public_url, configured.show_gender, sheets)


def _is_over(house: House, period: Period) -> bool:
    return period.state is not PeriodState.FROZEN and rules.is_over(period, house.now())


def _sheet(house: House, session: Session, key: tuple[str, date], periods: list[Period]) -> NameSheet:
    batch = service.require(session, key[0])
    everybody = {one.id: one for one in service.candidates(session, batch.id)}
    titles = proposing.titles_of(session, service.demands(session, batch.id))
    cards = people.people_by_ids(session, sorted({everybody[one.candidate].person for one in periods}))
    genders = {one.person: one.gender for one in personnel.persons(session, list(cards))}
    masks = house.settings.dispatch.publicity.mask_names
    lines = []
    for one in periods:
        candidate = everybody[one.candidate]
        card = cards[candidate.person]
        lines.append(
            (
                (card.unit_order, card.code),
                NameLine(
                    period=one.id,
                    name=mask_name(card.name) if masks else card.name,
                    gender=GENDER_LABELS[genders[card.id]],
                    unit=card.unit_name,
                    post=titles[candidate.demand] if candidate.demand else "",
                    ends_on=one.ends_on,
                    frozen=one.state is PeriodState.FROZEN,
                ),
            )
        )
    days = dispatch_batches.publicity_days(house, batch)
    ordered = tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))
    return NameSheet(batch.title, batch.starts_on, batch.ends_on, key[1], days, ordered)


def line_of(house: House, period_id: str) -> NameLine:
    """Return the line one objects to.

    Raises: NotFoundError; GoneError when its days are over, saying what else can be done.
    """
    with house.reading() as session:
        publicity.period(session, period_id)
    lines = [line for sheet in board(house).sheets for line in sheet.lines if line.period == period_id]
    if not lines:
        raise GoneError(
            "这份公示已经结束，名单已撤下，不能再在网上提交异议。" + otherwise(house), code="publicity.over"
        )
    return lines[0]


def otherwise(house: House) -> str:
    """Return what somebody can still do when the names are down."""
    names = names_of(house)
    phone = f"拨打监督电话 {names.supervision_phone}，" if names.supervision_phone else ""
    return (
        f"发现问题，仍可以{phone}或写信、当面向{names.department or '组织部'}和纪检机关反映，查实的会召回已派出的人员。"
    )


def object_to(house: House, period_id: str, words: Words) -> Heard:
    """Take an objection in from the public page.

    Raises: InputError for a text or contact that cannot be kept; NotFoundError; ConflictError when too many wait.
    """
    name, contact = " ".join(words.name.split()), " ".join(words.contact.split())
    if len(name) > NAME_LENGTH or len(contact) > CONTACT_LENGTH:
        raise InputError(
            f"姓名最多 {NAME_LENGTH} 个字，联系方式最多 {CONTACT_LENGTH} 个字：请写短一些。", code="objection.contact"
        )
    new = NewObjection(words.text, Via.PAGE, "，".join(part for part in (name, contact) if part))
    made = dispatch_batches.act(
        house, lambda session, desk, now: publishing.object_to(session, period_id, new, desk, by=BY, now=now)
    )
    with house.reading() as session:
        ends_on = publicity.period(session, period_id).ends_on
    return Heard(made.receipt, made.state is not ObjectionState.LATE, min(ends_on, civil_date(house.now())))
