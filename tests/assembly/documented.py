"""A house that issues documents: whoever drafts, proofreads, reviews, signs, countersigns and acknowledges."""

from dataclasses import dataclass, replace

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, Case, Verdict
from djflow.assembly import House, documents_acts, relief
from djflow.assembly import documents_signing as signing
from djflow.core.ids import PersonId, UnitId
from djflow.documents.official.model import DocumentKind, OfficialDocument, Paragraph
from djflow.documents.register.model import Document, NewDocument
from djflow.people import service as people

BY = "test"
STAFF = {
    "clerk": (Role.OFFICE_CLERK, "A03"),
    "drafter": (Role.CADRE_CLERK, "B02"),
    "deputy": (Role.DEPT_DEPUTY, "B01"),
    "minister": (Role.DEPT_MINISTER, "A01"),
    "liaison": (Role.UNIT_LIAISON, "A04"),
    "law": (Role.UNIT_LIAISON, "B03"),
    "town": (Role.TOWN_CLERK, "C02"),
}
TEXT = OfficialDocument(
    kind=DocumentKind.NOTICE,
    issuers=("中共某区委组织部",),
    title="关于报送基层党建工作情况的通知",
    body=(Paragraph("现将有关事项通知如下。"), Paragraph("请于12月5日前报送。")),
    recipients=("各镇（乡）党委",),
    print_office="中共某区委组织部办公室",
)


@dataclass(frozen=True, slots=True)
class Papers:
    """A house, its people and units by code, and its accounts by login."""

    house: House
    ids: dict[str, PersonId]
    units: dict[str, UnitId]
    accounts: dict[str, Account]

    def new(self, **changes: object) -> NewDocument:
        """Return a notice to the personnel bureau and the township, drafted by B02."""
        usual = NewDocument("fa", TEXT, self.ids["B02"], (self.units["HR"], self.units["T1"]))
        return replace(usual, **changes)  # type: ignore[arg-type] # the names of its own fields

    def sent(self, **changes: object) -> Document:
        """Draft a document and send it in."""
        found = documents_acts.draft(self.house, self.new(**changes), by=BY)
        return signing.submit(self.house, found.id, by=BY)

    def case(self, found: Document) -> Case:
        """Return the open approval of a document, else one that has ended."""
        with self.house.reading() as session:
            known = approvals.cases_about(session, found.subject)
        return next((one for one in known if not one.over), known[0])

    def decide(self, found: Document, code: str, verdict: Verdict = Verdict.APPROVE, opinion: str = "") -> None:
        """Let somebody decide what waits."""
        case = self.case(found)
        (task,) = case.waiting
        answer = Answer(self.ids[code], verdict, case.new.content_hash, opinion)
        relief.decide_any(self.house, task.id, answer, by=BY)

    def signed(self, **changes: object) -> Document:
        """Bring a document to its signature by the chain of its series."""
        found = self.sent(**changes)
        for code in ("A03", "B01", "A01"):
            self.decide(found, code)
        return found

    def issued(self, **changes: object) -> Document:
        """Bring a document to its units."""
        found = self.signed(**changes)
        documents_acts.number(self.house, found.id, by=BY)
        documents_acts.typeset(self.house, found.id, by=BY)
        return documents_acts.issue(self.house, found.id, by=BY)


def staffed(house: House, ids: dict[str, PersonId]) -> Papers:
    """Give everybody a document concerns an account."""
    made = {}
    with house.transaction() as session:
        chains.publish(session, house.settings.approvals.versions, by="config", now=house.now())
        units = {unit.code: unit.id for unit in people.units(session)}
        for login, (role, code) in STAFF.items():
            new = NewAccount(f"d-{login}", frozenset({role}), code)
            made[login] = accounts.create(session, new, "x" * 40, by=BY, now=house.now())
    return Papers(house, ids, units, made)
