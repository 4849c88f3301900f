"""A document under any sequence of acts goes where the table says, and its number and signed texts stay."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from djflow.core.errors import DjflowError
from djflow.db.session import Database
from djflow.documents.numbering import service as numbering
from djflow.documents.numbering.model import NumberUse
from djflow.documents.numbering.rules import gaps
from djflow.documents.official.model import Paragraph
from djflow.documents.register import service
from djflow.documents.register.model import Act, Document, DocumentState, Signature, Who
from djflow.documents.register.sharing import service as sharing
from djflow.documents.register.transitions import BY_STATE_AND_ACT
from tests.documents.registered import BY, NOW, TERMS, TEXT, Office, office

S = DocumentState
SIMPLE = (
    (Act.PASS, Who.APPROVAL),
    (Act.RETURN, Who.APPROVAL),
    (Act.RETURN, Who.DRAFTER),
    (Act.COUNTERSIGNED, Who.UNIT),
    (Act.DROP, Who.OFFICE),
    (Act.ARCHIVE, Who.OFFICE),
    (Act.ARCHIVE, Who.UNIT),
    (Act.PASS, Who.DRAFTER),
)


class Life(RuleBasedStateMachine):
    """A document beside a model: its state, number, edition, the texts that were signed, the units that wait."""

    database: Database
    office: Office

    @initialize()
    def begin(self) -> None:
        """Draft a notice to two units."""
        with self.database.transaction() as session:
            self.id = service.draft(session, self.office.new(), terms=TERMS, by=BY, now=NOW).id
        self.state, self.number, self.edition = S.DRAFT, "", 1
        self.signed: dict[int, str] = {}
        self.waiting = {self.office.units["HR"], self.office.units["T1"]}

    def act(self, allowed: bool, made: Callable[[Session], Document]) -> Document | None:  # noqa: FBT001 - the model's verdict comes first
        """Do an act and check that it goes through exactly when the model allows it."""
        done = None
        try:
            with self.database.transaction() as session:
                done = made(session)
        except DjflowError:
            assert not allowed, f"{self.state}: refused"
        else:
            assert allowed, f"{self.state}: done"
        return done

    def may(self, act: Act, who: Who) -> bool:
        """Return whether the table and its guards let an act through."""
        row = BY_STATE_AND_ACT.get((self.state, act))
        if row is None or who not in row.who:
            return False
        if act is Act.DROP:
            return not self.number
        if act is Act.VOID:
            return bool(self.number)
        return act is not Act.ARCHIVE or not self.waiting or self.state is S.RECEIVED

    @rule(made=st.sampled_from(SIMPLE))
    def simple(self, made: tuple[Act, Who]) -> None:
        """Acts that change nothing but the state."""
        what, who = made

        def move(session: Session) -> Document:
            return service.move(session, self.id, what, who, by=BY, now=NOW, reason="如此")

        if self.act(self.may(what, who), move):
            self.state = BY_STATE_AND_ACT[self.state, what].then

    @rule()
    def submit(self) -> None:
        """Submit: from the drafter's desk only."""
        if self.act(self.may(Act.SUBMIT, Who.DRAFTER), lambda s: service.submit(s, self.id, by=BY, now=NOW)):
            self.state = S.PROOFREAD

    @rule(days=st.integers(1, 28))
    def amend(self, days: int) -> None:
        """Write another text: only a draft, or what was returned."""
        text = replace(TEXT, body=(Paragraph(f"请于12月{days}日前报送。"),))
        new = self.office.new(text=text)
        self.act(
            self.state in {S.DRAFT, S.RETURNED},
            lambda s: service.amend(s, self.id, new, terms=TERMS, by=BY, now=NOW),
        )

    @rule()
    def sign(self) -> None:
        """Sign: once reviewed, the text as it stands."""

        def made(session: Session) -> Document:
            content = service.document(session, self.id).content_hash
            signed = Signature(self.office.ids["A01"], NOW)
            return service.sign(session, self.id, signed, content, by=BY, now=NOW)

        if done := self.act(self.state is S.REVIEW, made):
            self.state, self.signed[self.edition] = S.SIGNED, done.content_hash

    @rule()
    def give_number(self) -> None:
        """Number: once signed; twice is once, a new edition keeps it."""
        fresh = self.state is S.SIGNED
        done = self.act(
            fresh or self.state is S.NUMBERED, lambda s: service.number(s, self.id, terms=TERMS, by=BY, now=NOW)
        )
        if done and fresh:
            assert self.number in {"", done.number}
            self.state, self.number = S.NUMBERED, done.number

    @rule()
    def typeset(self) -> None:
        """Typeset: once numbered."""

        def made(session: Session) -> Document:
            printed = service.to_print(session, self.id, printed_on=NOW.date())
            return service.typeset(session, self.id, printed, {"a.docx": b"x"}, by=BY, now=NOW)

        if self.act(self.state is S.NUMBERED, made):
            self.state = S.TYPESET

    @rule()
    def issue(self) -> None:
        """Issue: once typeset; twice is once."""
        known = self.state is S.ISSUED
        if self.act(known or self.state is S.TYPESET, lambda s: service.issue(s, self.id, terms=TERMS, by=BY, now=NOW)):
            self.state = S.ISSUED

    @rule(code=st.sampled_from(["HR", "T1", "LAW"]))
    def acknowledge(self, code: str) -> None:
        """Acknowledge: who got it, while it is out; with the last one it is received."""
        unit = self.office.units[code]
        known = code != "LAW" and unit not in self.waiting
        fresh = unit in self.waiting and self.state is S.ISSUED

        def made(session: Session) -> Document:
            return sharing.acknowledge(session, self.id, unit, by=BY, now=NOW)

        if self.act(known or fresh, made) and fresh:
            self.waiting.discard(unit)
            self.state = self.state if self.waiting else S.RECEIVED

    @rule()
    def revise(self) -> None:
        """Revise: signed and not issued; a new edition to be signed again."""
        if self.act(self.may(Act.REVISE, Who.OFFICE), lambda s: service.revise(s, self.id, "有误", by=BY, now=NOW)):
            self.state, self.edition = S.DRAFT, self.edition + 1

    @rule()
    def void(self) -> None:
        """Void: whatever has a number and is not put away."""
        if self.act(self.may(Act.VOID, Who.OFFICE), lambda s: service.void(s, self.id, "作废", by=BY, now=NOW)):
            self.state = S.VOID

    @invariant()
    def is_as_the_model_says(self) -> None:
        """State, number and edition agree; signed texts are as they were signed; the ledger has no gap."""
        if not hasattr(self, "id"):
            return
        with self.database.reading() as session:
            found = service.document(session, self.id)
            editions = service.editions(session, self.id)
            ledger = numbering.ledger(session, "fa", 2026)
        assert (found.state, found.number, found.edition) == (self.state, self.number, self.edition)
        assert {one.number: one.content_hash for one in editions if one.frozen_at} == self.signed
        assert gaps(ledger) == ()
        mine = [one.use for one in ledger if one.holder == found.subject]
        assert mine == ([] if not self.number else [NumberUse.VOID if self.state is S.VOID else NumberUse.USED])


def test_a_document_does_what_the_model_says(database: Database) -> None:
    """Whatever is done in whatever order: the life follows the table, and nothing that was signed or numbered goes."""
    with database.transaction() as session:
        settled = office(session)

    class Here(Life):
        """A life in this office."""

    Here.database, Here.office = database, settled
    run_state_machine_as_test(Here, settings=settings(max_examples=12, stateful_step_count=30, deadline=None))


def test_every_state_is_reached_and_every_end_is_one() -> None:
    """From the draft the table leads everywhere; nothing leads on from an end."""
    reached, ends = {S.DRAFT}, {S.ARCHIVED, S.DROPPED, S.VOID}
    for _ in S:
        reached |= {row.then for row in BY_STATE_AND_ACT.values() if row.state in reached}
    assert reached == set(S)
    assert {row.state for row in BY_STATE_AND_ACT.values()} == set(S) - ends
