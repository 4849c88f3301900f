"""The coordinator's acts on a month, from draft to repair, each safe to repeat."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from djflow.assembly import House, filing, swapping
from djflow.assembly import roster as desk
from djflow.assembly.swapping import Swap
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId, RosterId
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.model import AbsenceEntry, AbsenceKind
from djflow.roster import service, store
from djflow.roster.model import Assignment, CadreId, EventId, PinConflictError
from djflow.roster.record import Kept
from djflow.roster.views import DutyKind, RosterState, SessionState

DECEMBER = Month(2026, 12)
FIRST, SECOND, SATURDAY = "DACANG@2026-12-01", "DACANG@2026-12-08", "LONGJIE@2026-12-26"


@pytest.fixture
def draft(house: House, ids: dict[str, PersonId]) -> desk.Draft:
    """December's draft."""
    assert ids
    return desk.draft(house, DECEMBER, by="test")


def content_of(house: House, roster_id: RosterId) -> Kept:
    """Return what a roster holds."""
    with house.reading() as session:
        return service.content(session, roster_id)


def holder_of(kept: Kept, event: str, post: str) -> PersonId:
    """Return who holds a post of a session."""
    return next(d.person for d in kept.duties if (d.event, d.post, d.kind) == (event, post, DutyKind.DUTY))


def send_away(house: House, person: PersonId, first: date, last: date) -> None:
    """Enter sick leave."""
    span = DateSpan(first, last)
    entry = AbsenceEntry(person, span, AbsenceKind.SICK, Subject("people.import", "t1"))
    with house.transaction() as session:
        people.record_absence(session, entry, by="test", now=house.now())


def test_files_written_by_two_at_once_are_whole(tmp_path: Path) -> None:
    """Two who publish at the same moment write the same file side by side: one of the two stays, nothing half."""
    target = tmp_path / "赶场值班表.xlsx"
    contents = [bytes([number]) * 3_000_000 for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda content: filing.write_whole(target, content), contents))
    assert target.read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_draft_covers_the_market_days_and_is_proven(house: House, draft: desk.Draft) -> None:
    """December has three sessions of two posts, all filled, with a standby each and a proven distance from the best."""
    assert (draft.created, draft.state, draft.round) == (True, RosterState.REVIEW, 1)
    book = desk.book(house, draft.roster_id)
    assert {line.event for line in book.lines} == {FIRST, SECOND, SATURDAY}
    assert (book.quality.places, book.quality.unfilled, book.quality.status) == (6, 0, "proven")
    assert sum(line.kind is DutyKind.STANDBY for line in book.lines) == 3
    assert desk.draft(house, DECEMBER, by="again") == replace(draft, created=False)


def test_pinned_people_stay_and_contradictions_are_named(house: House, ids: dict[str, PersonId]) -> None:
    """Whom the coordinator pins holds the place; two people pinned to one place are refused by name."""
    pins = [Assignment(EventId(FIRST), "综合受理", CadreId(code)) for code in ("B02", "B03")]
    with pytest.raises(PinConflictError, match="B0"):
        desk.draft(house, DECEMBER, by="test", pins=pins)
    made = desk.draft(house, DECEMBER, by="test", pins=pins[:1])
    assert holder_of(content_of(house, made.roster_id), FIRST, "综合受理") == ids["B02"]


def test_a_month_without_sessions_is_refused(house: House, ids: dict[str, PersonId]) -> None:
    """Where no market is served there is nothing to roster, and the clerk learns where to look."""
    none = replace(house, settings=replace(house.settings, markets=house.settings.markets[2:]))
    assert ids
    with pytest.raises(InputError, match=r"markets\.toml"):
        desk.draft(none, DECEMBER, by="test")


def test_publishing_writes_the_same_files_every_time(house: House, draft: desk.Draft) -> None:
    """Publication leaves Excel, notice and calendars on disk; repeating it changes no byte and tells nobody."""
    first = desk.publish(house, draft.roster_id, by="form")
    before = {path: Path(path).read_bytes() for path in first.files}
    again = desk.publish(house, draft.roster_id, by="cli")
    assert len(before) == 3
    assert {path: Path(path).read_bytes() for path in again.files} == before
    assert (first.already, again.already, again.told) == (False, True, 0)
    notice = next(content for path, content in before.items() if path.endswith(".txt")).decode()
    assert "2026年12月“干部群众面对面”赶场便民服务安排公示" in notice
    assert "0872-000-0101" in notice


def test_a_review_names_nobody(house: House, draft: desk.Draft, ids: dict[str, PersonId]) -> None:
    """What Prefect stores about a draft holds no person's name."""
    text = desk.review_markdown(house, draft.roster_id)
    assert "最优" in text
    assert not [code for code in ids if f"甲{code}" in text]


def test_leave_after_the_draft_is_mended_before_publication(house: House, draft: desk.Draft) -> None:
    """Somebody falls ill between draft and publication: the roster that goes out no longer has that duty."""
    ill = holder_of(content_of(house, draft.roster_id), FIRST, "综合受理")
    send_away(house, ill, date(2026, 11, 30), date(2026, 12, 3))
    done = desk.publish(house, draft.roster_id, by="form")
    assert (done.repaired, done.version) == (1, 1)
    after = content_of(house, draft.roster_id)
    assert holder_of(after, FIRST, "综合受理") != ill
    with house.reading() as session:
        assert ill not in {n["recipient"] for n in notify.listing(session) if "12月1日" in n["slot"]}


def test_leave_after_publication_changes_one_place(house: House, draft: desk.Draft) -> None:
    """A repair changes the one duty that fell out, keeps all others, and a second look finds nothing to do."""
    desk.publish(house, draft.roster_id, by="form")
    before = content_of(house, draft.roster_id)
    gone = holder_of(before, SECOND, "综合受理")
    send_away(house, gone, date(2026, 12, 8), date(2026, 12, 8))
    done = desk.repair_month(house, DECEMBER, by="watch")
    assert done is not None
    assert (done.version, done.changed, done.unfilled) == (2, 1, 0)
    quality = desk.book(house, done.roster_id).quality
    assert (quality.changed, quality.changed_proven) == (1, 1)
    after = content_of(house, done.roster_id)
    kept = [d for d in before.duties if d.kind is DutyKind.DUTY and d.person != gone]
    assert set(kept) <= set(after.duties)
    assert desk.repair_month(house, DECEMBER, by="watch") is None


def test_a_repair_that_leaves_a_place_empty_proves_it_must(
    house: House, draft: desk.Draft, ids: dict[str, PersonId]
) -> None:
    """With every leader away on the 8th one place stays empty: the fewest possible, with need, supply and a way out."""
    desk.publish(house, draft.roster_id, by="form")
    for code in ("A01", "B01", "C01"):
        send_away(house, ids[code], date(2026, 12, 8), date(2026, 12, 8))
    done = desk.repair_month(house, DECEMBER, by="watch")
    assert done is not None
    book = desk.book(house, done.roster_id)
    assert (book.quality.unfilled, book.quality.min_unfilled_proven) == (1, 1)
    (gap,) = book.gaps
    assert (gap.event, gap.post) == (SECOND, "带队领导")
    assert all(word in gap.why for word in ("12月8日", "缺 1 人次", "最省的办法"))


def test_days_gone_by_never_move(house: House, draft: desk.Draft, at: Callable[[str], House]) -> None:
    """Leave entered on the 5th for the 1st changes nothing: the duty was served."""
    desk.publish(house, draft.roster_id, by="form")
    late = at("2026-12-05T08:00")
    send_away(
        late, holder_of(content_of(house, draft.roster_id), FIRST, "综合受理"), date(2026, 12, 1), date(2026, 12, 1)
    )
    assert desk.repair_month(late, DECEMBER, by="watch") is None


def test_a_closure_cancels_the_session_and_says_why(house: House, draft: desk.Draft) -> None:
    """A market closed by notice keeps its session on the board as cancelled, with the reason; its people are free."""
    desk.publish(house, draft.roster_id, by="form")
    span = DateSpan(date(2026, 12, 8), date(2026, 12, 9))
    closed = desk.declare_closure(house, "DACANG", span, notice="镇政府防汛通知", by="cli")
    assert desk.declare_closure(house, "DACANG", span, notice="镇政府防汛通知", by="cli") == closed
    done = desk.repair_month(house, DECEMBER, by="watch")
    assert done is not None
    after = content_of(house, done.roster_id)
    (session,) = [s for s in after.sessions if s.plan.event == SECOND]
    assert session.state is SessionState.CANCELLED
    assert session.note == "因镇政府防汛通知，原定12月8日大仓的赶场服务取消"
    assert not [d for d in after.duties if d.event == SECOND]
    places = [desk.book(house, roster_id).quality.places for roster_id in (draft.roster_id, done.roster_id)]
    assert places == [6, 4]
    assert desk.repair_month(house, DECEMBER, by="watch") is None


@pytest.mark.parametrize(("market", "notice", "says"), [("nowhere", "通知", "没有代号"), ("DACANG", " ", "停场依据")])
def test_a_closure_needs_a_market_and_a_notice(house: House, market: str, notice: str, says: str) -> None:
    """An unknown market and a closure without notice are refused."""
    with pytest.raises(InputError, match=says):
        desk.declare_closure(house, market, DECEMBER.span, notice=notice, by="cli")


def test_a_closure_of_many_years_is_a_slip(house: House) -> None:
    """A closure longer than a year is refused: the market's rule is the place to say so."""
    with pytest.raises(InputError, match="一年"):
        desk.declare_closure(house, "DACANG", DateSpan(date(1900, 1, 1), date(2100, 1, 1)), notice="通知", by="cli")


def test_regenerating_needs_an_open_draft_and_a_reason(house: House, draft: desk.Draft) -> None:
    """Another set of prices gives another draft; without a reason, or once published, it is refused."""
    with pytest.raises(InputError, match="理由"):
        desk.regenerate(house, draft.roster_id, by="form", reason="", preset="near")
    new = desk.regenerate(house, draft.roster_id, by="form", reason="少跑远路", preset="near")
    assert (new.round, new.roster_id != draft.roster_id) == (2, True)
    assert desk.book(house, new.roster_id).weights["distance_per_km"] == 3
    desk.publish(house, new.roster_id, by="form")
    with pytest.raises(ConflictError, match="已发布"):
        desk.regenerate(house, new.roster_id, by="form", reason="再来", preset=None)


def test_an_unknown_preset_names_the_known_ones(house: House, ids: dict[str, PersonId]) -> None:
    """A preset nobody configured is refused with the list of those there are."""
    assert ids
    with pytest.raises(InputError, match="均衡优先"):
        desk.draft(house, DECEMBER, by="cli", preset="随便")


def test_a_swap_with_oneself_makes_no_version(house: House, draft: desk.Draft) -> None:
    """The same number twice is a slip of the pen: refused, and no empty version is published."""
    desk.publish(house, draft.roster_id, by="cli")
    code = next(line.person_code for line in desk.book(house, draft.roster_id).lines if line.event == FIRST)
    with pytest.raises(InputError, match="没有改动"):
        desk.swap(house, DECEMBER, Swap(FIRST, "综合受理", code, code), by="cli")
    assert [found.version for found in desk.listing(house)] == [1]


def test_a_rule_tightened_after_publication_empties_no_place(house: House, draft: desk.Draft) -> None:
    """With cap, rest gap and heads per department tightened meanwhile, a repair still moves only who is away."""
    desk.publish(house, draft.roster_id, by="form")
    kept = content_of(house, draft.roster_id)
    gone = holder_of(kept, SECOND, "综合受理")
    send_away(house, gone, date(2026, 12, 8), date(2026, 12, 8))
    tight = house.settings.roster.model_copy(update={"max_duties": 1, "rest_gap_days": 25, "max_per_department": 1})
    strict = replace(house, settings=replace(house.settings, roster=tight))
    done = desk.repair_month(strict, DECEMBER, by="watch")
    assert done is not None
    after = content_of(house, done.roster_id)
    moved = {(d.event, d.post) for d in kept.duties if d.kind is DutyKind.DUTY} - {
        (d.event, d.post) for d in after.duties if d in kept.duties
    }
    assert moved == {(SECOND, "综合受理")}


def test_a_swap_is_checked_against_the_rules(house: House, draft: desk.Draft, ids: dict[str, PersonId]) -> None:
    """A swap to a free person goes through and tells two; one that breaks a rule is refused with the rule."""
    desk.publish(house, draft.roster_id, by="form")
    codes = {person: code for code, person in ids.items()}
    before = content_of(house, draft.roster_id)
    old = codes[holder_of(before, FIRST, "综合受理")]
    best = swapping.suggestions(house, DECEMBER, FIRST, "综合受理")[0]
    done = desk.swap(house, DECEMBER, Swap(FIRST, "综合受理", old, best.person_code), by="cli")
    assert holder_of(content_of(house, done.roster_id), FIRST, "综合受理") == ids[best.person_code]
    leader = next(code for code in ("A02", "A03", "B02") if code not in (old, best.person_code))
    chief = codes[holder_of(before, FIRST, "带队领导")]
    with pytest.raises(RuleError, match="不能这样换"):
        desk.swap(house, DECEMBER, Swap(FIRST, "带队领导", chief, leader), by="cli")
    with pytest.raises(NotFoundError, match="没有岗位"):
        swapping.suggestions(house, DECEMBER, FIRST, "炊事员")


def test_a_roster_nobody_can_fill_comes_with_reasons(house: House, ids: dict[str, PersonId]) -> None:
    """When every leader is away on the 1st the place stays empty, proven unavoidable, with the reason in words."""
    for code in ("A01", "B01", "C01"):
        send_away(house, ids[code], date(2026, 12, 1), date(2026, 12, 1))
    made = desk.draft(house, DECEMBER, by="test")
    book = desk.book(house, made.roster_id)
    assert (book.quality.unfilled, book.quality.min_unfilled_proven) == (1, 1)
    (gap,) = book.gaps
    assert (gap.event, gap.post, gap.count) == (FIRST, "带队领导", 1)
    assert all(word in gap.why for word in ("带队领导", "需要", "最多能安排", "缺 1 人次", "最省的办法"))


def test_a_search_stopped_early_keeps_the_best_found_so_far(house: House, ids: dict[str, PersonId]) -> None:
    """Stopped at once, the draft is a whole roster that waits for review, and says it was not searched to the end."""
    assert ids
    made = desk.draft(house, DECEMBER, by="cli", stop=lambda: True)
    book = desk.book(house, made.roster_id)
    assert (made.state, book.quality.unfilled) == (RosterState.REVIEW, 0)
    assert book.quality.status == "best_effort"


def test_posts_that_share_their_people_are_explained_together(house: House, ids: dict[str, PersonId]) -> None:
    """With one person left on the 1st, who could lead or sit at the desk, the empty place names both posts' need."""
    for code in sorted(ids.keys() - {"A01"}):
        send_away(house, ids[code], date(2026, 12, 1), date(2026, 12, 1))
    made = desk.draft(house, DECEMBER, by="test")
    (gap,) = desk.book(house, made.roster_id).gaps
    assert gap.event == FIRST
    assert "合计需要 2 人次" in gap.why
    assert "缺 1 人次；最省的办法" in gap.why


def test_history_and_rest_carry_into_the_next_month(
    house: House, draft: desk.Draft, at: Callable[[str], House]
) -> None:
    """January knows who served in December, what it cost them, and which units know which market."""
    desk.publish(house, draft.roster_id, by="form")
    made = desk.draft(at("2026-12-18T09:00"), DECEMBER.following, by="test")
    loads = {load.person: load.history for load in desk.book(house, made.roster_id).loads}
    with house.reading() as session:
        served = store.points_by_person(session, DECEMBER, DECEMBER)
    assert {person: points for person, points in loads.items() if points} == dict(served)


def test_reminders_are_written_once(house: House, draft: desk.Draft, at: Callable[[str], House]) -> None:
    """The eve's reminders for two people and their standby are written once, however often the flow runs."""
    desk.publish(house, draft.roster_id, by="form")
    eve = at("2026-11-30T16:05")
    assert dict(desk.remind(eve, eve.now()).slots) == {"T-3d": 0, "T-1d": 3, "T-2h": 0}
    assert dict(desk.remind(eve, eve.now()).slots) == {"T-3d": 0, "T-1d": 0, "T-2h": 0}


def test_an_unpublished_month_is_alarmed_once_a_day(house: House, draft: desk.Draft) -> None:
    """On the 22nd the coordinator hears that December waits; published, nobody is alarmed."""
    on = date(2026, 11, 22)
    for _ in range(2):
        check = desk.publish_check(house, on)
        assert (check.published, check.draft, check.alarmed) == (False, draft.roster_id, True)
    with house.reading() as session:
        assert [n["kind"] for n in notify.listing(session)] == ["operator_alert"]
    desk.publish(house, draft.roster_id, by="form")
    assert not desk.publish_check(house, on).alarmed
