"""The demonstration district's applications to the fund: one that waits, one whose list hangs. All is invented."""

from io import BytesIO

from PIL import Image
from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, relief
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, Category, Claim, Filing, FundCase, Who
from djflow.fund.casework import Request
from djflow.fund.checks.model import Deliberation, Visit
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.people import service as people
from djflow.people.model import PersonCard

_WAITING_FEN, _LISTED_FEN = 3_000_00, 800_00


def load_relief(house: House, *, by: str) -> bool:
    """File two applications in the first township and bring one to its branch's list; False when there are any."""
    with house.reading() as session:
        if cases.count(session, *CaseState):
            return False
        leaders, (first, second) = _staff(session)
    waiting = Claim(
        applicant=second.id,
        category=Category.TEMPORARY,
        requested_fen=_WAITING_FEN,
        filing=Filing.BRANCH,
        reason="示范：住院手术，自付部分多",
        family="示范：三口人，一个孩子上学",
        income="示范：每月工资",
        household="SF-2",
    )
    _submit(house, waiting, by=by)
    listed = Claim(
        applicant=first.id,
        category=Category.VETERAN,
        requested_fen=_LISTED_FEN,
        filing=Filing.BRANCH,
        reason="示范：老党员慰问",
        family="示范：独居",
        income="示范：每月养老金",
        household="SF-1",
    )
    _to_the_list(house, _submit(house, listed, by=by), leaders, by=by)
    return True


def _staff(session: Session) -> tuple[list[PersonCard], list[PersonCard]]:
    """Return the leaders of the first township, its branch's secretary first, and two members who lead nothing."""
    cards = people.cadres(session)
    town = next(card.unit_code for card in cards if card.unit_kind.is_town)
    staff = [card for card in cards if card.unit_code == town]
    entries = people.entries(session, [card.code for card in staff])
    leaders = [card for card in staff if card.is_leader]
    members = [card for card in staff if not card.is_leader and entries[card.code].party_member_since]
    return leaders, members[:2]


def _submit(house: House, claim: Claim, *, by: str) -> FundCase:
    case = relief.apply(house, claim, by=by)
    rule = house.settings.fund.policy.categories[claim.category]
    for number, kind in enumerate(rule.materials):
        relief.attach(house, case.id, Upload(MaterialKind(kind), _paper(number)), by=by)
    return relief.submit(house, case.id, who=Who.BRANCH, by=by)


def _to_the_list(house: House, case: FundCase, leaders: list[PersonCard], *, by: str) -> None:
    relief.move(house, case.id, Request(Act.ACCEPT, Who.BRANCH), by=by)
    minutes = relief.attach(house, case.id, Upload(MaterialKind.MINUTES, _paper(99)), by=by)
    today = house.today()
    present = tuple(card.id for card in leaders)
    held = Deliberation(today, 5, 5, 0, 0, present, case.requested_fen, minutes.id, recused=True)
    relief.deliberate(house, case.id, held, by=by)
    for visitor in leaders[1:]:
        relief.visit(house, case.id, Visit(visitor.id, today, consistent=True), by=by)
    with house.reading() as session:
        approval = approvals.cases_about(session, case.subject)[0]
    (task,) = approval.waiting
    answer = Answer(task.person or leaders[0].id, Verdict.APPROVE, approval.new.content_hash, "同意")
    relief.decide(house, task.id, answer, by=by)


def _paper(number: int) -> bytes:
    content = BytesIO()
    Image.new("RGB", (400, 300), (200, 200, 100 + number)).save(content, "PNG")
    return content.getvalue()
