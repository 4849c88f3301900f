"""Matters that wait for an approver, and the phone they open them with."""

from contextlib import AbstractContextManager
from datetime import timedelta

from fastapi import FastAPI

from djflow.approvals import service as approvals
from djflow.approvals.doorway import links, store
from djflow.approvals.doorway import service as doorway
from djflow.approvals.model import Case
from djflow.assembly import House, relief, upkeep
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.fund.cases.model import Act, Category, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.web.app import create_app
from djflow.web.me.approve import approve_router
from tests.fund.books import Branch, claim, photo
from tests.web.me.conftest import Phone
from tests.web.serving import served_at

PAPERS = ("application_form", "id_copy", "disaster_proof", "bank_card", "commitment", "consent")


def emergency(house: House, branch: Branch, applicant: str = "G1") -> Subject:
    """Return an emergency that waits for the office's K1."""
    made = relief.apply(house, claim(branch[applicant], category=Category.EMERGENCY, emergency=True), by="b")
    for kind in PAPERS:
        relief.attach(house, made.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, made.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], house.now() - timedelta(minutes=1))
    relief.record_phone(house, made.id, call, by="o")
    relief.move(house, made.id, Request(Act.FAST_TRACK, Who.OFFICE), by="o")
    return made.subject


def unchecked(house: House, branch: Branch) -> Subject:
    """Return an application that waits for its branch's secretary G3, who has not let the branch vote yet."""
    made = relief.apply(house, claim(branch["G1"]), by="b")
    for kind in house.settings.fund.policy.categories[Category.REGULAR].materials:
        relief.attach(house, made.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, made.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    relief.move(house, made.id, Request(Act.ACCEPT, Who.BRANCH), by="b")
    return made.subject


def case_of(house: House, subject: Subject) -> Case:
    """Return the approval case about a subject."""
    with house.reading() as session:
        return approvals.cases_about(session, subject)[0]


def token_for(house: House, subject: Subject) -> str:
    """Return the token of whoever is asked."""
    task = case_of(house, subject).waiting[0]
    assert task.person is not None
    with house.transaction() as session:
        return doorway.invite(session, task.id, task.person, now=house.now())


def code_now(house: House, token: str) -> str:
    """Return the code that was sent last."""
    with house.reading() as session:
        admitted = doorway.admission(session, token, now=house.now())
        row = store.by_hash(session, links.token_hash(vault_of(session), token))
        assert row is not None
        return links.filled(vault_of(session), links.reference_of(admitted.invitation_id, row.codes))


def tries(house: House, token: str) -> int:
    """Return how many wrong codes a link has counted."""
    with house.reading() as session:
        row = store.by_hash(session, links.token_hash(vault_of(session), token))
        assert row is not None
        return row.tries


def app_of(house: House) -> FastAPI:
    """Return the approver's pages of a house."""
    return create_app(upkeep.board_source(house), extra_routers=[approve_router(house)], clock=house.clock)


def phone_with(house: House, token: str) -> Phone:
    """Open the approver's phone."""
    return Phone(app_of(house), f"/me/approve/{token}")


def opened(house: House, token: str) -> Phone:
    """Open the approver's phone and, with a code, the matter."""
    phone = phone_with(house, token)
    assert phone.tap("", "code").status_code == 303
    assert phone.tap("", "open", code=code_now(house, token)).status_code == 303
    return phone


def served(house: House) -> AbstractContextManager[str]:
    """Serve the pages on a free port of this machine and return the address."""
    return served_at(app_of(house))
