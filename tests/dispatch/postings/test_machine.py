"""A posting under any sequence of acts does what a small model of it says."""

from datetime import date, timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from djflow.core.errors import DjflowError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.db.session import Database
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings import service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Longer, Recalled
from djflow.dispatch.postings.model import PostingState, RecallReason, Who
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import Assessment, Grade, Votes
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry
from tests.dispatch.posted import ACT, FIRST, TERMS, District, at, settle

S = PostingState
LAST = date(2027, 11, 30)
SERVING = {S.ON_DUTY, S.MIDTERM_DONE, S.FINAL_REVIEW}
GOOD = Assessment("好", Votes(5, 5), Grade.COMPETENT)
NUMBERS = count(1)


class Life(RuleBasedStateMachine):
    """The posting of the house beside a model: state and last day, whether the present review is assessed, graded."""

    database: Database
    district: District

    @initialize()
    def begin(self) -> None:
        """Appoint somebody new for a year."""
        self.now = at("2026-11-20")
        code = f"X{next(NUMBERS)}"
        entry = PersonEntry(code=code, name="张小明", gender=Gender.MALE, unit_code="D1")
        with self.database.transaction() as session:
            people.put_people(session, [entry], by=ACT, now=self.now)
            self.person: PersonId = people.person_ids(session, [code])[code]
            new = self.district.new(key=code, batch=code, span=DateSpan(FIRST, LAST))
            fields = {name: getattr(new, name) for name in new.__dataclass_fields__}
            posting = service.appoint(
                session, type(new)(**(fields | {"person": self.person})), terms=TERMS, by=ACT, now=self.now
            )
        self.id, self.state, self.last = posting.id, S.APPOINTED, LAST
        self.assessed = self.graded = False

    def act(self, allowed: bool, made: object) -> bool:  # noqa: FBT001 - the model's verdict comes first
        """Do an act and check that it goes through exactly when the model allows it."""
        done = True
        try:
            with self.database.transaction() as session:
                made(session)  # type: ignore[operator] # a function of the session
        except DjflowError:
            done = False
        assert done == allowed, f"{self.state} at {self.now}: the house says {done}"
        return done

    @rule(days=st.integers(1, 200))
    def later(self, days: int) -> None:
        """Time goes by."""
        self.now = min(self.now + timedelta(days=days), at("2030-12-01"))

    @rule()
    def talk(self) -> None:
        """Talk: from the appointment; said again later it changes nothing."""
        known = self.state is not S.APPOINTED and not self.never_talked()
        if self.act(self.state is S.APPOINTED or known, lambda s: service.talk(s, self.id, by=ACT, now=self.now)):
            self.state = S.TALKED if self.state is S.APPOINTED else self.state

    @rule()
    def report(self) -> None:
        """Report: after the talk, from the first day on."""
        known = self.state not in {S.APPOINTED, S.TALKED, S.CANCELLED} or self.reported()
        fresh = self.state is S.TALKED and self.now.date() >= FIRST

        def made(session: Session) -> None:
            service.report(session, self.id, Who.CADRE, terms=TERMS, by=ACT, now=self.now)

        if self.act(known or fresh, made) and fresh:
            self.state = S.REPORTED

    @rule()
    def confirm(self) -> None:
        """Confirm: once reported."""
        known = self.moved("confirm")

        def made(session: Session) -> None:
            service.confirm(session, self.id, Who.HOST, by=ACT, now=self.now)

        if self.act(known or self.state is S.REPORTED, made) and self.state is S.REPORTED:
            self.state = S.ON_DUTY

    @rule()
    def assess(self) -> None:
        """Assess: while a review is due."""
        due = self.state in {S.ON_DUTY, S.FINAL_REVIEW}

        def made(session: Session) -> None:
            reviews.assess(session, self.id, GOOD, terms=TERMS, by=ACT, now=self.now)

        if self.act(due, made):
            self.assessed = True

    @rule()
    def grade(self) -> None:
        """Grade: once assessed; a middle one moves on."""
        due = self.state in {S.ON_DUTY, S.FINAL_REVIEW} and self.assessed

        def made(session: Session) -> None:
            reviews.record(session, self.id, Grade.COMPETENT, terms=TERMS, by=ACT, now=self.now)

        if self.act(due, made):
            self.graded = self.state is S.FINAL_REVIEW
            if self.state is S.ON_DUTY:
                self.state, self.assessed = S.MIDTERM_DONE, False

    @rule()
    def open_final(self) -> None:
        """Open the final review: in the last thirty days."""
        near = self.now.date() >= self.last - timedelta(days=30)
        fresh = self.state in {S.ON_DUTY, S.MIDTERM_DONE} and near

        def made(session: Session) -> None:
            ending.open_final(session, self.id, Who.CLOCK, terms=TERMS, by=ACT, now=self.now)

        if self.act(fresh or self.state is S.FINAL_REVIEW, made) and fresh:
            self.state, self.assessed, self.graded = S.FINAL_REVIEW, False, False

    @rule(until=st.sampled_from([date(2028, 2, 29), date(2028, 6, 30), date(2028, 11, 30), date(2029, 3, 1)]))
    def extend(self, until: date) -> None:
        """Extend: by the office itself, later than now, up to two years."""
        same = until == self.last and self.moved("extend")
        fresh = self.state in SERVING and self.last < until <= date(2028, 11, 30)
        longer = Longer(until, reason="需要")

        def made(session: Session) -> None:
            ending.extend(session, self.id, longer, terms=TERMS, by=ACT, now=self.now)

        if self.act(same or fresh, made) and not same:
            if self.state is S.FINAL_REVIEW:
                self.state, self.assessed, self.graded = S.MIDTERM_DONE, False, False
            self.last = until

    @rule(days=st.integers(0, 400))
    def recall(self, days: int) -> None:
        """Recall: whoever has reported, to a day of the term."""
        last = FIRST + timedelta(days=days)
        known = self.moved("recall")
        fresh = self.state in SERVING | {S.REPORTED} and last <= self.last
        recalled = Recalled(RecallReason.UNIT_NEED, last, "急需")

        def made(session: Session) -> None:
            ending.recall(session, self.id, recalled, terms=TERMS, by=ACT, now=self.now)

        if self.act(known or fresh, made) and not known:
            self.state, self.last = S.RECALLED, last

    @rule()
    def cancel(self) -> None:
        """Cancel: before anybody works there."""
        fresh = self.state in {S.APPOINTED, S.TALKED, S.REPORTED}

        def made(session: Session) -> None:
            service.cancel(session, self.id, "不再需要", terms=TERMS, by=ACT, now=self.now)

        if self.act(fresh or self.state is S.CANCELLED, made):
            self.state = S.CANCELLED

    @rule()
    def send_home(self) -> None:
        """Return: once the final review is graded."""
        known = self.moved("return")
        fresh = self.state is S.FINAL_REVIEW and self.graded

        def made(session: Session) -> None:
            ending.send_home(session, self.id, self.last, terms=TERMS, by=ACT, now=self.now)

        if self.act(known or fresh, made) and fresh:
            self.state = S.RETURNED

    @rule()
    def archive(self) -> None:
        """Put away: once over and every paper is issued."""
        fresh = self.state in {S.RETURNED, S.RECALLED}

        def made(session: Session) -> None:
            for paper in Paper:
                service.paper_made(session, self.id, paper, by=ACT, now=self.now)
            ending.archive(session, self.id, by=ACT, now=self.now)

        if self.act(fresh or self.state is S.ARCHIVED, made):
            self.state = S.ARCHIVED

    def moved(self, act: str) -> bool:
        """Return whether an act was made before."""
        with self.database.reading() as session:
            return act in [one.act.value for one in service.moves(session, self.id)]

    def never_talked(self) -> bool:
        """Return whether the talk was never held."""
        return not self.moved("talk")

    def reported(self) -> bool:
        """Return whether somebody has reported."""
        return self.moved("report")

    @invariant()
    def is_as_the_model_says(self) -> None:
        """State, days and what people know of the absence agree with the model."""
        if not hasattr(self, "id"):
            return
        with self.database.reading() as session:
            posting = service.posting(session, self.id)
            known = people.absences(session, DateSpan(FIRST, date(2031, 1, 1)))
        away = [one.entry.span for one in known if one.entry.person_id == self.person]
        assert (posting.state, posting.span.last) == (self.state, self.last)
        assert away == ([] if self.state is S.CANCELLED else [DateSpan(FIRST, self.last)])


def test_a_posting_does_what_the_model_says(database: Database) -> None:
    """Whatever is done in whatever order: state, days and absence follow the table, and nothing else happens."""
    with database.transaction() as session:
        district = settle(session, at("2026-11-01"))

    class Here(Life):
        """A life in this house."""

    Here.database, Here.district = database, district
    run_state_machine_as_test(Here, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))
