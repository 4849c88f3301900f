"""A house from which people are sent out, with the accounts of everybody a posting concerns."""

from dataclasses import dataclass
from datetime import date

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.approvals.chains import service as chains
from djflow.assembly import House
from djflow.assembly import dispatch_postings as acts
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service
from djflow.dispatch.postings.model import NewPosting, Posting, Who
from djflow.notify import service as notify
from djflow.people import service as people

BY = "test"
FIRST, LAST = date(2026, 12, 1), date(2028, 11, 30)
STAFF = {
    "host": (Role.HOST_SUPERVISOR, "C01"),
    "town": (Role.TOWN_CLERK, "C02"),
    "liaison": (Role.UNIT_LIAISON, "A04"),
    "cadre-office": (Role.CADRE_CLERK, "B03"),
    "deputy": (Role.DEPT_DEPUTY, "B01"),
    "minister": (Role.DEPT_MINISTER, "A01"),
}


@dataclass(frozen=True, slots=True)
class Out:
    """A house, its people and units by code, and its accounts by login."""

    house: House
    ids: dict[str, PersonId]
    units: dict[str, UnitId]
    accounts: dict[str, Account]

    def new(self, person: str = "A02", kind: BatchKind = BatchKind.RURAL, last: date = LAST) -> NewPosting:
        """Return a posting of somebody of the personnel bureau to Dacang from the first of December on."""
        return NewPosting(
            key=f"candidate-{person}-{kind}",
            batch="b1",
            kind=kind,
            version=1,
            person=self.ids[person],
            home=self.units["HR"],
            host=self.units["T1"],
            title="驻村工作队员",
            span=DateSpan(FIRST, last),
        )


def staffed(house: House, ids: dict[str, PersonId]) -> Out:
    """Give everybody a posting concerns an account."""
    made = {}
    with house.transaction() as session:
        chains.publish(session, house.settings.approvals.versions, by="config", now=house.now())
        units = {unit.code: unit.id for unit in people.units(session)}
        for login, (role, code) in STAFF.items():
            new = NewAccount(login, frozenset({role}), code)
            made[login] = accounts.create(session, new, "x" * 40, by=BY, now=house.now())
    return Out(house, ids, units, made)


def appointed(out: Out, new: NewPosting | None = None) -> Posting:
    """Send somebody out as a batch does."""
    with out.house.transaction() as session:
        terms = dispatch_terms(out.house)
        return service.appoint(session, new or out.new(), terms=terms, by=BY, now=out.house.now())


def begun(out: Out, at: House, new: NewPosting | None = None) -> Posting:
    """Send somebody out and let them begin at the moment of `at`."""
    posting = appointed(out, new)
    if (new or out.new()).kind is BatchKind.RURAL:
        acts.talk(out.house, posting.id, by=BY)
    acts.report(at, posting.id, Who.CADRE, by="me")
    return acts.confirm(at, posting.id, Who.HOST, by=BY)


def told(house: House, out: Out) -> list[tuple[str, str]]:
    """Return who was told on which occasion: person code and slot, in order."""
    codes = {person: code for code, person in out.ids.items()}
    with house.reading() as session:
        rows = notify.listing(session, limit=1000)
    return sorted((codes.get(PersonId(row["recipient"]), row["recipient"]), row["slot"]) for row in rows)
