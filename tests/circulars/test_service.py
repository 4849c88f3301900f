"""Circulars from the first figures to the archive, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.circulars import confirming, service
from djflow.circulars.model import (
    Answered,
    Cause,
    Circular,
    CircularState,
    Gathered,
    NewCorrection,
    Override,
    Verdict,
    Who,
)
from djflow.circulars.periods import Period, PeriodKind
from djflow.circulars.service import NewCircular
from djflow.core.errors import ConflictError, DjflowError, InputError, IntegrityError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.core.sections import Figure
from djflow.db.session import Database
from djflow.people import service as people
from tests.circulars.told import OCTOBER, TERMS, october, with_figure
from tests.roster.district import UNITS, settle

BY = "test"


class Desk:
    """A house with a circular of October whose figures were collected."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Collect the first figures."""
        self.session, self.now = session, now
        settle(session, now)
        self.units: dict[str, UnitId] = {one.code: one.id for one in people.units(session)}
        self.told: Gathered = october(self.units)
        self.id = self.open().id

    def open(self, told: Gathered | None = None, period: Period = OCTOBER, kind: str = "work") -> Circular:
        """Begin a circular."""
        new = NewCircular(kind, period, told or self.told)
        return service.open_circular(self.session, new, terms=TERMS, by=BY, now=self.now)

    def ask(self) -> Circular:
        """Send the figures to the units."""
        return service.ask(self.session, self.id, Who.OFFICE, terms=TERMS, by=BY, now=self.now)

    def recollect(self, told: Gathered) -> Circular:
        """Collect again."""
        return service.recollect(self.session, self.id, told, terms=TERMS, by=BY, now=self.now)

    def confirm(self, *codes: str) -> None:
        """Let units confirm."""
        for code in codes:
            confirming.confirm(self.session, self.id, self.units[code], by=BY, now=self.now)

    def answers(self) -> dict[str, Answered]:
        """Return what units answered, by code."""
        codes = {unit: code for code, unit in self.units.items()}
        return {codes[one.unit]: one.answered for one in service.confirmations(self.session, self.id)}

    def claim(self, unit: str = "T1", code: str = "present", claimed: Figure | None = None) -> NewCorrection:
        """Return a claim of a unit."""
        return NewCorrection(self.units[unit], "market", code, claimed or Figure(40, 40), "两人当天已补签")

    def correct(self, claim: NewCorrection) -> str:
        """Hand a claim in."""
        return confirming.correct(self.session, self.id, claim, by=BY, now=self.now).id

    def drafted(self) -> None:
        """Bring the circular as far as its draft."""
        self.ask()
        self.confirm("HR", "LAW", "T1")
        service.close(self.session, self.id, Who.OFFICE, by=BY, now=self.now)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """A house with collected figures."""
    return Desk(session, now)


def test_a_period_and_kind_is_one_circular(desk: Desk) -> None:
    """Opening twice is the same circular; after it was dropped another one may be begun."""
    assert desk.open().id == desk.id
    service.drop(desk.session, desk.id, "先不发", by=BY, now=desk.now)
    again = desk.open()
    assert (again.id != desk.id, again.attempt) == (True, 2)
    with pytest.raises(NotFoundError, match="没有“x”这种通报，可以写：work"):
        desk.open(kind="x")


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        (Period(PeriodKind.MONTH, 2027, 1), "2027年1月还没有开始"),
        (Period(PeriodKind.QUARTER, 2026, 4), "2026年第四季度到12月31日才结束"),
    ],
)
def test_a_period_that_is_not_over_is_refused(desk: Desk, period: Period, sentence: str) -> None:
    """What has not begun, or still runs, is no matter for a circular; nothing is kept."""
    with pytest.raises(RuleError, match=sentence):
        desk.open(period=period)
    assert len(service.circulars(desk.session)) == 1


def test_a_period_without_data_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    """The sentence names the programmes that were asked."""
    empty = replace(desk.told.sections[0], totals={"served": Figure(0)}, units={}, shortfalls=())
    with pytest.raises(RuleError, match=r"2026年9月没有数据（赶场服务都没有记录）"):
        desk.open(Gathered((empty,)), OCTOBER.previous)
    with pytest.raises(RuleError, match="2026年9月没有数据（各项工作都没有记录）"):
        desk.open(Gathered(()), OCTOBER.previous)
    assert len(service.circulars(desk.session)) == 1


def test_every_unit_confirms_and_the_draft_may_be_written(desk: Desk) -> None:
    """Two workdays to answer; the confirmation ends once all have answered, and not before."""
    assert desk.ask().due_on == date(2026, 11, 20)
    assert desk.ask().state is CircularState.CONFIRMING
    desk.confirm("HR", "HR", "LAW")
    with pytest.raises(RuleError, match="还有 1 个单位没有答复，期限也没有到"):
        service.close(desk.session, desk.id, Who.CLOCK, by=BY, now=desk.now)
    desk.confirm("T1")
    closed = service.close(desk.session, desk.id, Who.CLOCK, by=BY, now=desk.now)
    assert closed.state is CircularState.DRAFTED
    assert service.close(desk.session, desk.id, Who.CLOCK, by=BY, now=desk.now) == closed
    with pytest.raises(ConflictError, match="不再核对数据"):
        desk.confirm("HR")


def test_whoever_is_silent_until_the_deadline_agrees(desk: Desk) -> None:
    """After the last day the confirmation may be closed; the silent are named so, and were reminded once."""
    desk.ask()
    desk.confirm("HR")
    eve, last = desk.now + timedelta(days=1), desk.now + timedelta(days=2)
    assert confirming.remind(desk.session, desk.id, now=eve) == ()
    assert set(confirming.remind(desk.session, desk.id, now=last)) == {desk.units["LAW"], desk.units["T1"]}
    assert confirming.remind(desk.session, desk.id, now=last) == ()
    with pytest.raises(RuleError, match="还有 2 个单位"):
        service.close(desk.session, desk.id, Who.CLOCK, by=BY, now=last)
    service.close(desk.session, desk.id, Who.CLOCK, by=BY, now=desk.now + timedelta(days=3))
    assert desk.answers() == {"HR": Answered.CONFIRMED, "LAW": Answered.SILENT, "T1": Answered.SILENT}


def test_an_accepted_correction_changes_the_next_edition(desk: Desk) -> None:
    """The figure and its total follow; the edition before stays as it was; the unit need not confirm again."""
    desk.ask()
    key = desk.correct(desk.claim())
    assert desk.correct(desk.claim()) == key
    with pytest.raises(ConflictError, match="已经提出过更正"):
        desk.correct(desk.claim(claimed=Figure(39, 40)))
    with pytest.raises(ConflictError, match="还在处理"):
        desk.confirm("T1")
    desk.confirm("HR", "LAW")
    with pytest.raises(RuleError, match="还有 1 条更正没有处理"):
        service.close(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    for _ in range(2):
        made = confirming.decide(desk.session, key, Verdict.ACCEPTED, "", by=BY, now=desk.now)
        assert made.verdict is Verdict.ACCEPTED
    first, second = service.editions(desk.session, desk.id)
    assert (second.number, second.cause) == (2, Cause.CORRECTED)
    assert first.snapshot.sections[0].units[desk.units["T1"]]["present"] == Figure(38, 40)
    assert second.snapshot.sections[0].units[desk.units["T1"]]["present"] == Figure(40, 40)
    assert second.snapshot.sections[0].totals["present"] == Figure(62, 64)
    assert service.close(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now).state is CircularState.DRAFTED
    assert desk.answers()["T1"] is Answered.CORRECTED


def test_a_declined_correction_needs_a_reason_and_changes_nothing(desk: Desk) -> None:
    """The unit reads why; its figure stands; what was decided stays decided."""
    desk.ask()
    key = desk.correct(desk.claim())
    with pytest.raises(InputError, match="请写明不采纳的理由"):
        confirming.decide(desk.session, key, Verdict.DECLINED, " ", by=BY, now=desk.now)
    confirming.decide(desk.session, key, Verdict.DECLINED, "没有补签记录", by=BY, now=desk.now)
    assert confirming.claim_words(desk.session, key) == ("两人当天已补签", "没有补签记录")
    assert len(service.editions(desk.session, desk.id)) == 1
    with pytest.raises(ConflictError, match="已经处理过"):
        confirming.decide(desk.session, key, Verdict.ACCEPTED, "", by=BY, now=desk.now)
    desk.confirm("T1")
    assert desk.answers()["T1"] is Answered.CONFIRMED


def test_a_shortfall_can_be_corrected_away(desk: Desk) -> None:
    """A unit that was not absent after all is not named."""
    desk.ask()
    key = desk.correct(desk.claim(code="absent", claimed=Figure(0)))
    confirming.decide(desk.session, key, Verdict.ACCEPTED, "", by=BY, now=desk.now)
    assert service.edition(desk.session, desk.id).snapshot.sections[0].shortfalls == ()


@pytest.mark.parametrize(
    ("code", "claimed", "sentence"),
    [
        ("present", Figure(38, 40), "与通报里的一样"),
        ("present", Figure(38), "要写两个数"),
        ("served", Figure(3, 4), "只写一个数"),
        ("present", Figure(41, 40), "超过了 100%"),
        ("served", Figure(-1), "0 到 1000000"),
        ("nothing", Figure(1), "没有贵单位的这项数据"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(desk: Desk, code: str, claimed: Figure, sentence: str) -> None:
    """Each wrong claim says what is wrong with it."""
    desk.ask()
    with pytest.raises(DjflowError, match=sentence):
        desk.correct(desk.claim(code=code, claimed=claimed))


def test_new_figures_ask_only_whom_they_change(desk: Desk) -> None:
    """Collecting again keeps the answers of units whose figures are the same; the same figures change nothing."""
    desk.ask()
    desk.confirm("HR", "LAW", "T1")
    version = service.circular(desk.session, desk.id).version
    assert desk.recollect(desk.told).version == version
    after = desk.recollect(with_figure(desk.told, desk.units["LAW"], "served", Figure(3)))
    assert (after.state, after.edition) == (CircularState.CONFIRMING, 2)
    assert desk.answers() == {"HR": Answered.CONFIRMED, "LAW": Answered.ASKED, "T1": Answered.CONFIRMED}


def test_a_draft_collected_again_goes_back_to_the_units_it_changes(desk: Desk) -> None:
    """The others are not bothered a second time; the new day to answer by is told."""
    desk.drafted()
    after = desk.recollect(with_figure(desk.told, desk.units["LAW"], "served", Figure(3)))
    assert after.state is CircularState.COLLECTED
    desk.now += timedelta(days=7)
    assert desk.ask().due_on == date(2026, 11, 27)
    assert desk.answers() == {"HR": Answered.CONFIRMED, "LAW": Answered.ASKED, "T1": Answered.CONFIRMED}
    desk.now += timedelta(days=1)
    again = desk.recollect(with_figure(desk.told, desk.units["LAW"], "served", Figure(4)))
    assert (again.state, again.due_on) == (CircularState.CONFIRMING, date(2026, 11, 30))


def test_an_accepted_correction_outlives_new_figures_unless_the_record_was_mended(desk: Desk) -> None:
    """While the programme still says what was contested the correction counts, afterwards its own figure does."""
    desk.ask()
    key = desk.correct(desk.claim())
    confirming.decide(desk.session, key, Verdict.ACCEPTED, "", by=BY, now=desk.now)
    told = with_figure(desk.told, desk.units["LAW"], "served", Figure(3))
    desk.recollect(told)
    present = service.edition(desk.session, desk.id).snapshot.sections[0].units[desk.units["T1"]]["present"]
    assert present == Figure(40, 40)
    desk.recollect(with_figure(told, desk.units["T1"], "present", Figure(39, 40)))
    present = service.edition(desk.session, desk.id).snapshot.sections[0].units[desk.units["T1"]]["present"]
    assert present == Figure(39, 40)
    assert desk.answers()["T1"] is Answered.ASKED


def test_a_unit_that_disappeared_is_named_but_not_asked(desk: Desk) -> None:
    """The snapshot keeps its name; nobody waits for its answer."""
    people.put_units(desk.session, [replace(UNITS[1], active=False)], by=BY, now=desk.now)
    desk.ask()
    assert set(desk.answers()) == {"HR", "T1"}
    assert "司法局" in [one.name for one in service.edition(desk.session, desk.id).snapshot.units]
    with pytest.raises(NotFoundError, match="没有请这个单位核对"):
        desk.confirm("LAW")


def test_a_draft_is_rewritten_reviewed_and_handed_over(desk: Desk) -> None:
    """Returned with a reason, mended, submitted, handed to the register, issued, archived; each step once."""
    written = Override("overall.market", "十月赶场服务平稳。", "0" * 64, desk.now, BY)
    with pytest.raises(ConflictError, match="不能改段落"):
        service.edit(desk.session, desk.id, written, by=BY, now=desk.now)
    desk.drafted()
    service.edit(desk.session, desk.id, written, by=BY, now=desk.now)
    assert service.overrides(desk.session, desk.id) == (written,)
    service.submit(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    with pytest.raises(InputError, match="请写明理由"):
        service.send_back(desk.session, desk.id, "", by=BY, now=desk.now)
    service.send_back(desk.session, desk.id, "第二段太长", by=BY, now=desk.now)
    service.edit(desk.session, desk.id, replace(written, text=""), by=BY, now=desk.now)
    assert service.overrides(desk.session, desk.id) == ()
    service.submit(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    handed = [service.hand(desk.session, desk.id, "d" * 32, by=BY, now=desk.now) for _ in range(2)]
    assert handed[0] == handed[1]
    back = service.take_back(desk.session, desk.id, Who.CLOCK, by=BY, now=desk.now)
    assert (back.state, back.document_id) == (CircularState.RETURNED, "")
    service.submit(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    service.hand(desk.session, desk.id, "e" * 32, by=BY, now=desk.now)
    for _ in range(2):
        issued = service.issue(desk.session, desk.id, Who.CLOCK, by=BY, now=desk.now)
        assert issued.state is CircularState.ISSUED
    with pytest.raises(ConflictError, match="变为“已印发”，不能取消"):
        service.drop(desk.session, desk.id, "不发了", by=BY, now=desk.now)
    assert service.archive(desk.session, desk.id, Who.CLOCK, by=BY, now=desk.now).state is CircularState.ARCHIVED
    assert [reason for _, _, reason in service.reasons(desk.session, desk.id)] == ["第二段太长"]
    actions = [one.action for one in audit.history(desk.session, service.circular(desk.session, desk.id).subject)]
    assert actions[-2:] == ["circular.issue", "circular.archive"]
    assert audit.verify(desk.session).broken_at is None


def test_the_next_circular_compares_with_what_was_published(desk: Desk) -> None:
    """Corrected figures of the month before are those that readers know."""
    desk.ask()
    key = desk.correct(desk.claim())
    confirming.decide(desk.session, key, Verdict.ACCEPTED, "", by=BY, now=desk.now)
    desk.confirm("HR", "LAW")
    service.close(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    service.submit(desk.session, desk.id, Who.OFFICE, by=BY, now=desk.now)
    service.hand(desk.session, desk.id, "d" * 32, by=BY, now=desk.now)
    desk.now += timedelta(days=20)
    november = desk.open(desk.told, Period(PeriodKind.MONTH, 2026, 11))
    before = service.edition(desk.session, november.id).snapshot.previous[0]
    assert before.units[desk.units["T1"]]["present"] == Figure(40, 40)


def test_frozen_figures_that_were_tampered_with_are_refused(desk: Desk) -> None:
    """Whoever changes the stored figures by hand is found out."""
    desk.session.execute(text("UPDATE circular_edition SET text = replace(text, '38', '39')"))
    desk.session.expire_all()
    with pytest.raises(IntegrityError, match="与冻结时的校验码不符"):
        service.edition(desk.session, desk.id)


def at_once(database: Database, acts: list[Callable[[Session], object]]) -> list[DjflowError | None]:
    """Run acts at the same time, each in a transaction of its own; return what refused each."""

    def one(act: Callable[[Session], object]) -> DjflowError | None:
        try:
            with database.transaction() as session:
                act(session)
        except DjflowError as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_confirming_while_the_clock_closes_leaves_one_truth(database: Database, now: datetime) -> None:
    """Either the answer came in time, or it is refused because the confirmation is over; never both."""
    with database.transaction() as session:
        desk = Desk(session, now)
        desk.ask()
        desk.confirm("HR", "LAW")
        key, unit = desk.id, desk.units["T1"]
    late = now + timedelta(days=3)
    refused = at_once(
        database,
        [
            lambda session: confirming.confirm(session, key, unit, by=BY, now=late),
            *[lambda session: service.close(session, key, Who.CLOCK, by="clock", now=late)] * 4,
        ],
    )
    with database.transaction() as session:
        answered = {one.unit: one.answered for one in service.confirmations(session, key)}[unit]
        assert service.circular(session, key).state is CircularState.DRAFTED
        assert [move.act.value for move in service.moves(session, key)] == ["ask", "close"]
    assert refused[1:] == [None] * 4
    assert answered is (Answered.SILENT if refused[0] else Answered.CONFIRMED)


def test_opening_at_once_is_one_circular(database: Database, now: datetime) -> None:
    """The clock and the coordinator together begin one circular."""
    with database.transaction() as session:
        settle(session, now)
        told = october({one.code: one.id for one in people.units(session)})
    new = NewCircular("work", OCTOBER, told)
    begin: Callable[[Session], object] = lambda session: service.open_circular(  # noqa: E731 - run by several threads
        session, new, terms=TERMS, by=BY, now=now
    )
    assert at_once(database, [begin] * 4) == [None] * 4
    with database.transaction() as session:
        assert len(service.circulars(session)) == 1
