"""Cases of the demonstration district whose time is over, made as their people would have made them weeks ago."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.assembly import House
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, FundCase, Terms, Who
from djflow.fund.casework import Request
from djflow.fund.checks import service as checks
from djflow.fund.checks.model import Deliberation, Visit
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level
from djflow.people import service as people
from tests.fund.books import POLICY, claim, minutes

LONG_AGO = timedelta(days=60)
LIST_DAYS = timedelta(days=25)
BY = "tester"


@dataclass(frozen=True, slots=True)
class Crowd:
    """People with a branch by id and code, and every word about them that must stand nowhere."""

    ids: tuple[PersonId, ...]
    codes: tuple[str, ...]
    secrets: tuple[str, ...]


def crowd(house: House, count: int, *, skip: int = 0) -> Crowd:
    """Return `count` people by code, after `skip` others."""
    with house.reading() as session:
        codes = sorted(card.code for card in people.cadres(session))
        entries = sorted(people.entries(session, codes).items())
        chosen = [entry for _, entry in entries if entry.branch_code][skip : skip + count]
        ids = people.person_ids(session, [entry.code for entry in chosen])
    words = [word for one in chosen for word in (one.name, one.mobile, one.id_number, one.bank_account)]
    plain = claim(ids[chosen[0].code])
    secrets = (*(word for word in words if word), plain.reason, plain.family, plain.income)
    return Crowd(tuple(ids[one.code] for one in chosen), tuple(one.code for one in chosen), secrets)


def forgotten(house: House, applicant: PersonId) -> FundCase:
    """Return a draft that nobody has touched for two months."""
    with house.transaction() as session:
        return cases.apply(session, claim(applicant), _terms(house), by=BY, now=house.now() - LONG_AGO)


def hung_long(house: House, applicant: PersonId, others: tuple[PersonId, ...], folder: Path) -> FundCase:
    """Return an approved case whose list at the district has hung for more than a month."""
    terms, filed = _terms(house), house.now() - LONG_AGO
    later = filed + LIST_DAYS
    with house.transaction() as session:
        case = cases.apply(session, claim(applicant), terms, by=BY, now=filed)
        _move(session, case, Request(Act.SUBMIT, Who.APPLICANT), terms, filed)
        _move(session, case, Request(Act.ACCEPT, Who.BRANCH), terms, filed)
        paper = minutes(session, case, folder, filed)
        vote = Deliberation(civil_date(filed), 5, 4, 1, 0, (), case.requested_fen, paper, recused=True)
        checks.deliberate(session, case.id, vote, terms.policy, by=BY, now=filed)
        for visitor in others[:2]:
            checks.visit(session, case.id, Visit(visitor, civil_date(filed), consistent=True), by=BY, now=filed)
        period = publicity.post(session, case.id, Level.BRANCH, terms, by=BY, now=filed)
        assert casework.close_period(session, period.id, terms, by=BY, now=later)
        _move(session, case, Request(Act.START, Who.OFFICE), terms, later)
        return _move(session, case, Request(Act.APPROVE, Who.APPROVAL), terms, later)


def _terms(house: House) -> Terms:
    return Terms(replace(POLICY, departments=()), house.settings.calendar)


def _move(session: Session, case: FundCase, request: Request, terms: Terms, now: datetime) -> FundCase:
    return casework.move(session, case.id, request, terms, by=BY, now=now)


def times(house: House, case: FundCase, act: Act) -> int:
    """Return how often the record says that an act was done to a case."""
    with house.reading() as session:
        entries = audit.history(session, case.subject)
    return sum(entry.action == "fund.move" and f'"{act.value}"' in entry.details for entry in entries)
