"""Every public and phone address, fuzzed from the app's own description: never a fault, never a change by looking."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case
from schemathesis.core.result import Ok
from sqlalchemy import select

from djflow.approvals import service as approvals
from djflow.approvals.doorway import service as doorway
from djflow.assembly import House, phone, relief, upkeep
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.db.base import Base
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import NewPosting
from djflow.dispatch.postings.model import Who as PostingWho
from djflow.fund.cases.model import Act, Category, Who
from djflow.fund.casework import Request
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.publicity.model import Level
from djflow.people import service as people
from djflow.people.model import UnitEntry, UnitKind
from djflow.web.app import create_app
from djflow.web.files import files_router
from djflow.web.me.approve import approve_router
from djflow.web.me.circulars import circulars_router
from djflow.web.me.documents import documents_router
from djflow.web.me.fund import fund_router
from djflow.web.me.guard import COOKIE, FIELD, Forms
from djflow.web.me.meetings import meetings_router
from djflow.web.me.postings import postings_router
from djflow.web.me.routes import me_router
from djflow.web.me.signing import signing_router
from djflow.web.public import relief as public_relief
from djflow.web.public.relief import ReliefPages
from djflow.web.receipts import receipts_router
from tests.assembly.conftest import house
from tests.assembly.test_relief import branch
from tests.fund.books import Branch, claim, photo

__all__ = ["branch", "house"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.filterwarnings("ignore:Duplicate Operation ID:UserWarning"),
]
EXAMPLES = 12
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
NONCE = "n" * 30
FORM_FIELDS = (
    FIELD,
    "reason",
    "who",
    "name",
    "with",
    "code",
    "verdict",
    "opinion",
    "first",
    "last",
    "contact",
    "on",
    "text",
    "days",
)
BODY = {
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in FORM_FIELDS},
                "required": [FIELD],
            }
        }
    }
}
QUICK = settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Known:
    """What exists in the house, so that not every guess ends at the door."""

    token: str
    approver: str
    values: dict[str, list[str]]


def posted(house: House, person: PersonId) -> str:
    """Send somebody to another township and let them begin today; return the posting."""
    with house.transaction() as session:
        now, terms = house.now(), dispatch_terms(house)
        people.put_units(session, [UnitEntry("T2", "小河乡", UnitKind.TOWNSHIP, 2)], by="b", now=now)
        units = {unit.code: unit.id for unit in people.units(session)}
        span = DateSpan(house.today(), house.today() + timedelta(days=60))
        new = NewPosting("fuzz", "b1", BatchKind.TASKFORCE, 1, person, units["T1"], units["T2"], "专班人员", span)
        posting = postings.appoint(session, new, terms=terms, by="b", now=now)
        postings.talk(session, posting.id, by="b", now=now)
        postings.report(session, posting.id, PostingWho.CADRE, terms=terms, by="b", now=now)
        return postings.confirm(session, posting.id, PostingWho.HOST, by="b", now=now).id


@pytest.fixture
def known(house: House, branch: Branch) -> Known:
    """A member with a draft, a case on the branch's board, an approver with a link."""
    draft = relief.apply(house, claim(branch["G1"]), by="b")
    shown = relief.apply(house, claim(branch["G4"]), by="b")
    for kind in house.settings.fund.policy.categories[Category.REGULAR].materials:
        for one in (draft, shown):
            relief.attach(house, one.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, shown.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    relief.move(house, shown.id, Request(Act.ACCEPT, Who.BRANCH), by="b")
    period = relief.post(house, shown.id, Level.BRANCH, by="b")
    with house.transaction() as session:
        task = approvals.cases_about(session, shown.subject)[0].waiting[0]
        assert task.person is not None
        approver = doorway.invite(session, task.id, task.person, now=house.now())
    link = phone.link_for(house, branch["G1"])
    values: dict[str, list[str]] = {
        "case": [draft.id, draft.id, shown.id],
        "period": [period.id],
        "month": ["2026-12"],
        "code": ["DACANG"],
        "on": ["2026-12-05"],
        "event": ["DACANG@2026-12-05"],
        "posting": [posted(house, branch["G1"])],
    }
    return Known(link.rpartition("/")[2], approver, values)


@pytest.fixture
def app(house: House) -> FastAPI:
    """Every page that needs no login."""
    routers = [
        files_router(upkeep.file_source(house), upkeep.link_key(house), house.clock),
        approve_router(house),
        fund_router(house),
        postings_router(house),
        meetings_router(house),
        documents_router(house),
        circulars_router(house),
        signing_router(house),
        me_router(house),
        receipts_router(house),
        public_relief.relief_router(house),
    ]
    return create_app(upkeep.board_source(house), extra_routers=routers, clock=house.clock)


def fingerprint(house: House) -> str:
    """Return a digest of everything the database holds."""
    found = hashlib.sha256()
    with house.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
            found.update(f"{table.name}:{rows}".encode())
    return found.hexdigest()


def operations(app: FastAPI) -> Iterator[Operation]:
    """Return every operation of the app's description; what it says of no form gets the fields that forms have."""
    described = app.openapi()
    for one in described["paths"].values():
        if "post" in one:
            one["post"].setdefault("requestBody", BODY)
    schema = schemathesis.openapi.from_dict(described)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


def prepared(house: House, known: Known, case: Case[Operation], data: st.DataObject) -> dict[str, str]:
    """Put known names into a case, give its form the page's mark, and return the cookies it goes with."""
    path = case.path_parameters or {}
    for name in path:
        own = known.approver if case.path.startswith("/me/approve") else known.token
        choice = [own] if name == "token" else known.values.get(name, [])
        if data.draw(st.integers(0, 7)) > 0 and choice:
            path[name] = data.draw(st.sampled_from(choice))
    filled = case.path.format(**{name: str(value) for name, value in path.items()}) if path else case.path
    token, forms = str(path.get("token", "")), Forms(phone.form_key(house))
    if isinstance(case.body, dict) and data.draw(st.integers(0, 3)) > 0:
        if "/relief/" in case.path:
            case.body[FIELD] = ReliefPages(house)._mark(NONCE, str(path.get("period", "")))
        else:
            case.body[FIELD] = forms.mark(token, filled.partition(f"/{token}/")[2])
    return {COOKIE: forms.cookie(token), public_relief.COOKIE: NONCE}


def test_no_address_fails_and_no_look_changes_anything(house: House, known: Known, app: FastAPI) -> None:
    """Whatever is asked for is answered below 500, with a good link and the own form too; looks leave no trace."""
    counts: dict[str, int] = {}
    for operation in operations(app):
        before = fingerprint(house)

        @QUICK
        @given(case=operation.as_strategy(), data=st.data())
        def fuzz(case: Case[Operation], data: st.DataObject) -> None:
            cookies = prepared(house, known, case, data)
            status = case.call(base_url="http://fuzz.test", app=app, cookies=cookies, allow_redirects=False).status_code
            label = f"{case.method} {case.path}"
            assert status < 500, label
            counts[f"{case.method} {status}"] = counts.get(f"{case.method} {status}", 0) + 1

        fuzz()
        if operation.method.upper() in {"GET", "HEAD"}:
            assert fingerprint(house) == before, operation.label
    assert counts["POST 303"] > 0
    assert counts["GET 200"] > EXAMPLES
