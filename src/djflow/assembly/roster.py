"""The acts of a coordinator on a month's roster: draft, regenerate, publish, void, repair, close a market, remind.

Each act opens its own transactions; the solver runs between them, never inside. Every act may be repeated: the
second time finds what the first left and changes nothing. Flows, the command line and pages call these.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.assembly import boxes
from djflow.assembly.filing import file_roster, links
from djflow.assembly.frames import frame_of
from djflow.assembly.house import House
from djflow.assembly.mending import mend
from djflow.assembly.solving import draft_of, plan_month, prices, solve_month
from djflow.assembly.swapping import Swap, swapped
from djflow.calendar.town import Closure
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError
from djflow.core.ids import ClosureId, PersonId, RosterId
from djflow.core.spans import DateSpan, Month
from djflow.notify import service as notify
from djflow.notify.model import Intent
from djflow.people import service as people
from djflow.roster import closures, notices, reading, service
from djflow.roster.answers import service as answers
from djflow.roster.answers.model import DutyState
from djflow.roster.model import Assignment, Progress, Stop
from djflow.roster.notices import Timing, Wording
from djflow.roster.outputs import markdown
from djflow.roster.service import Amendment, Standing
from djflow.roster.views import DifferenceLine, RosterBook, RosterState

LONGEST_CLOSURE = timedelta(days=366)
NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Draft:
    """A roster and where it is; `created` tells whether this call made it."""

    roster_id: RosterId
    month: Month
    state: RosterState
    round: int
    created: bool


@dataclass(frozen=True, slots=True)
class Published:
    """A version in force; `told` counts new notices, `repaired` places mended because facts changed since the draft."""

    roster_id: RosterId
    month: Month
    version: int
    already: bool
    told: int
    repaired: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Amended:
    """A new version made by a repair."""

    roster_id: RosterId
    month: Month
    version: int
    changed: int
    told: int
    unfilled: int


@dataclass(frozen=True, slots=True)
class PublishCheck:
    """Whether next month's roster is published; `draft` waits for review if there is one."""

    month: Month
    published: bool
    draft: RosterId | None
    alarmed: bool


@dataclass(frozen=True, slots=True)
class Reminded:
    """New reminders written, by slot."""

    slots: Mapping[str, int]


def standing(house: House, month: Month) -> Draft | None:
    """Return the month's open draft, else its version in force, else None."""
    with house.reading() as session:
        found = service.standing_in(session, month)
    return _draft(found, created=False) if found else None


def open_reviews(house: House) -> tuple[Draft, ...]:
    """Return every draft that waits for review."""
    with house.reading() as session:
        return tuple(_draft(found, created=False) for found in service.open_drafts(session))


def listing(house: House) -> tuple[Standing, ...]:
    """Return open drafts and versions in force, by month."""
    with house.reading() as session:
        return service.listing(session)


def state_words(found: Standing) -> str:
    """Return where a roster is in words."""
    words = service.STATE_WORDS[found.state]
    return f"{words}（第{found.version}版）" if found.version else f"{words}（第{found.round}稿）"


def draft(  # noqa: PLR0913 - who, which prices, how it is followed and stopped
    house: House,
    month: Month,
    *,
    by: str,
    preset: str | None = None,
    weights: Mapping[str, int] = NOTHING,
    pins: Sequence[Assignment] = (),
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Draft:
    """Return the month's draft or published roster; make a draft that keeps `pins` when there is neither.

    Raises: InputError for an unknown preset or a month without any session; PinConflictError naming the pins.
    """
    found = standing(house, month)
    if found:
        return found
    planned = plan_month(house, month, prices(house, preset, weights), pins=tuple(pins))
    if not planned.sessions:
        raise InputError(
            f"{month.title}没有任何服务场次：请在 config/markets.toml 核对场期和服务安排。", code="roster.no_sessions"
        )
    solution = solve_month(house, planned, progress=progress, stop=stop)
    made = draft_of(house, planned, solution, preset)
    try:
        with house.transaction() as session:
            kept = service.keep_draft(session, made, by=by, now=house.now())
            boxes.roster_moved(session, kept, by=by, now=house.now())
    except ConflictError:
        faster = standing(house, month)
        if faster is None:
            raise
        return faster
    return _draft(kept, created=True)


def regenerate(  # noqa: PLR0913 - who, which prices, why, how it is followed and stopped
    house: House,
    roster_id: RosterId,
    *,
    by: str,
    reason: str,
    preset: str | None = None,
    weights: Mapping[str, int] = NOTHING,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Draft:
    """Void an open draft and make another one, as the next round.

    Raises: InputError without a reason; ConflictError when the draft is no longer open.
    """
    if not reason.strip():
        raise InputError("请写明重新生成的理由，再提交一次。", code="roster.reason_missing")
    with house.reading() as session:
        found = service.standing_of(session, roster_id)
        service.require_open(session, roster_id)
    planned = plan_month(house, found.month, prices(house, preset, weights))
    solution = solve_month(house, planned, progress=progress, stop=stop)
    made = draft_of(house, planned, solution, preset)
    with house.transaction() as session:
        kept = service.replace_draft(session, roster_id, made, reason=reason, by=by, now=house.now())
        boxes.roster_moved(session, replace(found, state=RosterState.VOID), by=by, now=house.now())
        boxes.roster_moved(session, kept, by=by, now=house.now())
    return _draft(kept, created=True)


def publish(house: House, roster_id: RosterId, *, by: str, reason: str = "") -> Published:
    """Put a draft in force and write its files; twice is once.

    Absences and closures that came after the draft was made are mended first, with as few changes as possible.
    Raises: ConflictError when the draft was voided.
    """
    with house.reading() as session:
        found = service.standing_of(session, roster_id)
    mended = mend(house, found, today=house.today()) if found.state is RosterState.REVIEW else None
    with house.transaction() as session:
        now = house.now()
        service.lock(session, roster_id)
        if mended and service.standing_of(session, roster_id).state is RosterState.REVIEW:
            service.rewrite_draft(session, roster_id, mended.kept, mended.quality, by=by, now=now)
        wording = wording_of(house, session)
        done = service.publish(session, roster_id, wording, reason=reason, by=by, now=now)
        boxes.roster_moved(session, done.standing, by=by, now=now)
    files = file_roster(house, roster_id)
    return Published(
        roster_id,
        done.standing.month,
        done.standing.version,
        done.already,
        done.told,
        mended.changed if mended and not done.already else 0,
        files,
    )


def void(house: House, roster_id: RosterId, *, by: str, reason: str) -> Draft:
    """Throw an open draft away; twice is once.

    Raises: InputError without a reason; ConflictError when it is published.
    """
    with house.transaction() as session:
        voided = service.void(session, roster_id, reason=reason, by=by, now=house.now())
        boxes.roster_moved(session, voided, by=by, now=house.now())
    return _draft(voided, created=False)


def repair_month(house: House, month: Month, *, by: str, reason: str = "") -> Amended | None:
    """Bring a published month up to date with absences and closures; None when nothing is broken or published.

    Raises: ConflictError when another version came in between.
    """
    _ = reason
    with house.reading() as session:
        found = service.version_in_force(session, month)
    if found is None:
        return None
    mended = mend(house, found, today=house.today())
    if mended is None:
        return None
    return _amended(house, Amendment(found.roster_id, mended.kept, mended.quality, mended.cause), by, mended.changed)


def swap(house: House, month: Month, change: Swap, *, by: str) -> Amended:
    """Put another person at one place of the published roster; the two concerned are told.

    Raises: NotFoundError for an unknown place or person; RuleError naming the rule that forbids it.
    """
    return _amended(house, swapped(house, month, change), by, 1)


def _amended(house: House, amendment: Amendment, by: str, changed: int) -> Amended:
    with house.transaction() as session:
        done = service.amend(session, amendment, wording_of(house, session), by=by, now=house.now())
        boxes.keep_answers(session, by=by, now=house.now())
    file_roster(house, done.standing.roster_id)
    unfilled = amendment.quality.unfilled
    return Amended(done.standing.roster_id, done.standing.month, done.standing.version, changed, done.told, unfilled)


def declare_closure(house: House, market: str, span: DateSpan, *, notice: str, by: str) -> ClosureId:
    """Record that a market is closed by notice; the same closure again is the same closure.

    Raises: InputError for an unknown market, without a notice, or for more than a year.
    """
    if market not in house.settings.services:
        raise InputError(f"没有代号为“{market}”的场镇：请用 djflow market list 查看代号。", code="market.unknown")
    if not notice.strip():
        raise InputError("请写明停场依据，如“镇政府防汛通知”，它会印在公示上。", code="market.notice_missing")
    if span.last - span.first > LONGEST_CLOSURE:
        raise InputError(
            "停场不能超过一年：请核对起止日期；长期停办请改 config/markets.toml 的场期。", code="market.too_long"
        )
    closure = Closure(market, span, notice.strip(), notice.strip())
    with house.transaction() as session:
        return closures.declare_closure(session, closure, by=by, now=house.now())


def closures_in_force(house: House) -> tuple[closures.Listed, ...]:
    """Return every closure that was not lifted, latest first."""
    with house.reading() as session:
        return closures.in_force(session)


def lift_closure(house: House, closure_id: str, *, by: str) -> None:
    """Take a closure back.

    Raises: NotFoundError when there is no such closure.
    """
    with house.transaction() as session:
        closures.lift_closure(session, ClosureId(closure_id), by=by, now=house.now())


def book(house: House, roster_id: RosterId) -> RosterBook:
    """Return everything the office prints from one version."""
    with house.reading() as session:
        month = service.standing_of(session, roster_id).month
        return reading.book(session, roster_id, frame_of(house, month))


def differences(house: House, roster_id: RosterId) -> tuple[DifferenceLine, ...]:
    """Return what a version changed against the one before, with people's codes only."""
    with house.reading() as session:
        return reading.version_difference(session, roster_id)


def review_markdown(house: House, roster_id: RosterId) -> str:
    """Return what the coordinator reads before deciding: figures, gaps with reasons, links; no names."""
    weights = house.settings.roster.weights
    why = {name: getattr(weights, name).why for name in type(weights).model_fields if name != "source"}
    return markdown.review_markdown(book(house, roster_id), links=links(house, roster_id), why=why)


def presets(house: House) -> Mapping[str, str]:
    """Return the presets of the review form: key → label with its sentence."""
    return {key: f"{preset.label}：{preset.why}" for key, preset in house.settings.roster.presets.items()}


def publish_check(house: House, as_of: date) -> PublishCheck:
    """Say whether the month after `as_of` is published, and alert the coordinator once a day when it is not."""
    month = Month.of(as_of).following
    with house.transaction() as session:
        found = service.standing_in(session, month)
        published = found is not None and found.state is RosterState.PUBLISHED
        draft_id = found.roster_id if found and not published else None
        if not published:
            what = "草案在等审核" if draft_id else "还没有生成"
            sentence = f"{month.title}赶场值班表尚未发布（{what}），请尽快办理。"
            alert = notices.alert(service.month_subject(month), f"unpublished:{as_of}", sentence, now=house.now())
            notify.enqueue(session, [alert], now=house.now())
    return PublishCheck(month, published, draft_id, alarmed=not published)


def remind(house: House, now: datetime) -> Reminded:
    """Write the reminders whose slot is open at `now`; each is written once."""
    today = civil_date(now)
    counts: dict[str, int] = {"T-3d": 0, "T-1d": 0, "T-2h": 0}
    with house.transaction() as session:
        wording = wording_of(house, session)
        for month in sorted({Month.of(today), Month.of(today).following}):
            found = service.version_in_force(session, month)
            if found is None:
                continue
            kept = service.content(session, found.roster_id)
            intents = _unconfirmed(session, notices.reminder_intents(kept, wording, timing_of(house), now=now))
            for slot in counts:
                counts[slot] += notify.enqueue(session, [i for i in intents if i.slot == slot], now=now)
    return Reminded(counts)


def _unconfirmed(session: Session, intents: Iterable[Intent]) -> list[Intent]:
    """Leave out the last reminder of those who have confirmed."""

    def is_confirmed(one: Intent) -> bool:
        state = answers.state_of(session, one.subject.id, PersonId(one.recipient), holds=True)
        return state is DutyState.CONFIRMED

    return [one for one in intents if one.slot != notices.SHORTLY or not is_confirmed(one)]


def timing_of(house: House) -> Timing:
    """Return when duties are reminded."""
    slots = house.settings.notices.slots
    return Timing(slots.early_days, slots.early_at, slots.eve_at, timedelta(minutes=slots.shortly_minutes))


def wording_of(house: House, session: Session) -> Wording:
    """Return the names and settings that notices about a roster need."""
    names = {card.id: card.name for card in people.cadres(session)}
    return Wording(names, comp_leave=house.settings.roster.comp_leave)


def _draft(found: Standing, *, created: bool) -> Draft:
    return Draft(found.roster_id, found.month, found.state, found.round, created)
