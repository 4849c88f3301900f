"""What is put together for acts on batches: policies, approvals, and who knows about people and hosts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from djflow.approvals.model import Office, Outcome
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.ids import PersonId
from djflow.dispatch.batches import deciding
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import Demand, DemandId
from djflow.dispatch.eligibility.model import Facts, PastTerm, Place
from djflow.dispatch.policy.model import Terms
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import PostingState
from djflow.dispatch.profiles import service as profiles
from djflow.dispatch.profiles.model import Beyond


def batches_desk(house: House) -> Desk:
    """Return what acts on batches are given in a house."""
    configured = house.settings.approvals
    office = Office(house.settings.calendar, configured.deputies, configured.superiors)
    return Desk(dispatch_terms(house), office, _facts, _places)


def _facts(session: Session, persons: Collection[PersonId], terms: Terms, on: date) -> Mapping[PersonId, Facts]:
    def history(people: Collection[PersonId]) -> Mapping[PersonId, tuple[PastTerm, ...]]:
        found: dict[PersonId, list[PastTerm]] = {}
        for one in postings.postings_of(session, people, open_only=False):
            if one.state is not PostingState.CANCELLED:
                policy = terms.version(one.new.kind, one.new.version)
                term = PastTerm(one.new.kind, one.span, in_village=policy is not None and policy.in_village)
                found.setdefault(one.new.person, []).append(term)
        return {person: tuple(of) for person, of in found.items()}

    return profiles.facts(session, persons, terms, on, beyond=Beyond(history=history))


def _places(session: Session, demands: Collection[Demand]) -> Mapping[DemandId, Place]:
    hosts = {one.id: (one.new.unit, one.new.village) for one in demands}
    known = profiles.places(session, set(hosts.values()))
    return {demand: known[host] for demand, host in hosts.items()}


def hear_batches(house: House, session: Session, outcomes: Iterable[Outcome], *, by: str) -> None:
    """Let the batches that outcomes of approvals are about do what follows, in the caller's transaction."""
    desk = batches_desk(house)
    for outcome in outcomes:
        if outcome.case.new.subject.kind == deciding.KIND and outcome.changed:
            deciding.follow(session, outcome, desk, by=by, now=house.now())
