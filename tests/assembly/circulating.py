"""A house with a circular of October: whoever answers for its units, and how far it is brought."""

from dataclasses import dataclass

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.approvals.chains import service as chains
from djflow.assembly import House, circulars_desk, circulars_mine
from djflow.assembly.circulars import terms_of
from djflow.circulars import service
from djflow.circulars.model import Act, Circular, CircularState, Correction
from djflow.circulars.service import NewCircular
from djflow.core.ids import PersonId, UnitId
from djflow.people import service as people
from tests.circulars.told import OCTOBER, october

BY = "test"
STAFF = {
    "c-clerk": (Role.OFFICE_CLERK, "A02"),
    "c-hr": (Role.UNIT_LIAISON, "A04"),
    "c-law": (Role.UNIT_LIAISON, "B03"),
    "c-town": (Role.TOWN_CLERK, "C02"),
}


@dataclass(frozen=True, slots=True)
class Press:
    """A house whose figures of October are collected."""

    house: House
    ids: dict[str, PersonId]
    units: dict[str, UnitId]
    accounts: dict[str, Account]
    id: str

    def found(self) -> Circular:
        """Return the circular as it stands."""
        with self.house.reading() as session:
            return service.circular(session, self.id)

    def state(self) -> CircularState:
        """Return where it is."""
        return self.found().state

    def do(self, *acts: Act) -> None:
        """Press the office's buttons."""
        for act in acts:
            circulars_desk.act(self.house, self.id, act, by=BY)

    def confirm(self, *codes: str) -> None:
        """Let units confirm."""
        for code in codes:
            circulars_mine.confirm(self.house, self.id, self.units[code], by=BY)

    def claim(self, code: str = "T1", numbers: tuple[str, str] = ("40", "40")) -> Correction:
        """Let a unit claim another rate of presence."""
        new = circulars_mine.typed(self.units[code], ("market", "present"), numbers, "两人当天已补签")
        return circulars_mine.correct(self.house, self.id, new, by=BY)

    def drafted(self) -> None:
        """Bring it as far as its draft."""
        self.do(Act.ASK)
        self.confirm("HR", "LAW", "T1")
        self.do(Act.CLOSE)


def opened(house: House, ids: dict[str, PersonId], *, staffed: bool = True) -> Press:
    """Collect October in a house, with accounts of whoever answers when wanted."""
    made = {}
    with house.transaction() as session:
        chains.publish(session, house.settings.approvals.versions, by="config", now=house.now())
        for login, (role, code) in STAFF.items() if staffed else ():
            new = NewAccount(login, frozenset({role}), code)
            made[login] = accounts.create(session, new, "x" * 40, by=BY, now=house.now())
        units = {unit.code: unit.id for unit in people.units(session)}
        new_circular = NewCircular("work", OCTOBER, october(units))
        found = service.open_circular(session, new_circular, terms=terms_of(house), by=BY, now=house.now())
    return Press(house, ids, units, made, found.id)
