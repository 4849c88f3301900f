"""Action items at the desk: those of a draft, all with their lights, one with its reports; what units report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.accounts.model import Account
from djflow.accounts.model import Act as Right
from djflow.accounts.rules import may
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_inbox as waiting
from djflow.assembly import meetings_watch as watching
from djflow.assembly.house import House
from djflow.assembly.meetings_scope import item_for, meeting_for, scope_of
from djflow.core.ids import UnitId
from djflow.meetings import service as meetings
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item, ItemAct, ItemWho, Light, NewItem, Report
from djflow.meetings.actions.transitions import ITEM_TRANSITIONS
from djflow.meetings.minutes import rules as minutes_rules
from djflow.meetings.minutes import service as minutes
from djflow.meetings.minutes.model import Issued
from djflow.meetings.model import Meeting, MeetingState
from djflow.people import service as people
from djflow.people.model import Unit


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item with the names of its units and its owner, its light and its meeting."""

    item: Item
    meeting: Meeting
    lead: str
    helpers: tuple[str, ...]
    owner: str
    light: Light


@dataclass(frozen=True, slots=True)
class ItemSheet:
    """One item with what was said about it, and what somebody may do with it now."""

    line: ItemLine
    reports: tuple[Report, ...]
    office: tuple[ItemAct, ...]
    urges: bool
    owner: tuple[ItemAct, ...]


@dataclass(frozen=True, slots=True)
class MinutesSheet:
    """The minutes of a meeting as they stand, with their items; `drafts` and `issues` say what may be done."""

    meeting: Meeting
    lines: tuple[str, ...]
    items: tuple[ItemLine, ...]
    issued: Issued | None
    units: tuple[Unit, ...]
    drafts: bool


def every(house: House, account: Account, *, done: bool = False) -> tuple[ItemLine, ...]:
    """Return the open items an account sees, the most urgent first, or those struck off."""
    with house.reading() as session:
        scope = scope_of(session, account)
        found = actions.open_items(session)
        if done:
            found = tuple(one for one in actions.items(session) if not one.is_open)
        mine = [one for one in found if scope.whole or scope.unit in (one.new.lead, *one.new.helpers)]
        shown = _lines(house, session, mine)
    return tuple(sorted(shown, key=lambda one: (one.item.new.due_on, one.item.id)))


def _lines(house: House, session: Session, found: Sequence[Item]) -> list[ItemLine]:
    terms = acts.terms_of(house)
    names = {unit.id: unit.short_name for unit in people.units(session)}
    known = {one.id: one for one in meetings.meetings(session)} if found else {}
    cards = people.people_by_ids(session, sorted({one.new.owner for one in found if one.new.owner}))
    return [
        ItemLine(
            item=one,
            meeting=known[one.meeting],
            lead=names[one.new.lead],
            helpers=tuple(names[unit] for unit in one.new.helpers),
            owner=cards[one.new.owner].name if one.new.owner else "",
            light=watching.light_of(house, one, terms),
        )
        for one in found
    ]


def sheet(house: House, account: Account, item_id: str) -> ItemSheet:
    """Return one item as an account may see it; raises NotFoundError for what is not its own."""
    with house.reading() as session:
        item = item_for(session, account, item_id)
        line = _lines(house, session, [item])[0]
        reports = actions.reports(session, item.id)
        given_out = any(one.id == item.id for one in actions.open_items(session))
        runs = given_out and may(account.roles, Right.MEETING_RUN)
        unit = scope_of(session, account, Right.MEETING_UNIT).unit if may(account.roles, Right.MEETING_UNIT) else None
    may_do = {
        who: tuple(row.act for row in ITEM_TRANSITIONS if (row.state, row.who) == (item.state, who)) for who in ItemWho
    }
    owns = given_out and unit == item.new.lead
    return ItemSheet(
        line=line,
        reports=reports,
        office=may_do[ItemWho.OFFICE] if runs else (),
        urges=runs and not may_do[ItemWho.OFFICE],
        owner=may_do[ItemWho.OWNER] if owns else (),
    )


def report(house: House, account: Account, item_id: str, what: ItemAct, text: str) -> Item:
    """Accept or report an item for the account's unit, which leads it.

    Raises: NotFoundError for an item of others; what `actions.service.act` raises.
    """
    now, by = house.now(), account.actor
    with house.transaction() as session:
        item_for(session, account, item_id, Right.MEETING_UNIT)
        after = actions.act(session, item_id, what, ItemWho.OWNER, text, by=by, now=now)
        waiting.keep(session, after.meeting, by=by, now=now)
        return after


def minutes_sheet(house: House, account: Account, meeting_id: str) -> MinutesSheet:
    """Return the minutes of a meeting as an account may see them: a unit only once they are issued."""
    with house.reading() as session:
        found = meeting_for(session, account, meeting_id)
        scope, runs = scope_of(session, account), may(account.roles, Right.MEETING_RUN)
        issued = minutes.issued(session, found.id)
        seen = scope.whole or issued is not None
        lines = minutes_rules.lines(minutes.minutes(session, found.id)) if seen else ()
        items = _lines(house, session, actions.items(session, meeting=found.id)) if seen else []
        units = tuple(one for one in people.units(session) if one.entry.active) if runs else ()
    drafts = runs and found.state is MeetingState.MINUTES_DRAFT
    return MinutesSheet(found, lines, tuple(items), issued, units, drafts)


def add(
    house: House, meeting_id: str, content: str, units: tuple[UnitId, tuple[UnitId, ...]], due: date, *, by: str
) -> Item:
    """Write an item for a lead and helping units into the draft; the lead's liaison owns it.

    Raises: what `actions.service.add` raises.
    """
    lead, helpers = units
    with house.transaction() as session:
        owner = acts.liaisons(session, acts.terms_of(house)).get(lead)
        new = NewItem(content, lead, helpers, due, owner)
        return actions.add(session, meeting_id, new, by=by, now=house.now())


def remove(house: House, item_id: str, *, by: str) -> None:
    """Take an item out of a draft; raises what `actions.service.remove` raises."""
    with house.transaction() as session:
        actions.remove(session, item_id, by=by, now=house.now())
