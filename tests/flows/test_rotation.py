"""Rotation in Prefect: who is due and who could follow by codes, an answer to each, and nobody's name anywhere."""

import json
from datetime import timedelta

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.assembly import House, dispatch_rotation
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import NewPosting
from djflow.dispatch.rotation import service as rotation
from djflow.dispatch.rotation.model import ProposalState
from djflow.people import service as people
from flows.register import DEPLOYMENTS
from tests.flows.office import Office
from tests.flows.test_fund import unescaped

NAMES = {entry.key: f"{entry.flow.name}/{entry.name}" for entry in DEPLOYMENTS}
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]


def posted(house: House) -> tuple[str, str]:
    """Send somebody to a township until six weeks from now, with approvers; return the posting and the name."""
    today = house.today()
    with house.transaction() as session:
        cards = [card for card in people.cadres(session) if card.serves]
        away = {one.new.person for one in postings.postings(session)}
        bureau = [card for card in cards if not card.unit_kind.is_town and card.id not in away]
        town = next(card.unit_id for card in cards if card.unit_kind.is_town)
        span = DateSpan(today - timedelta(days=600), today + timedelta(days=42))
        new = NewPosting(
            "flow-test", "b1", BatchKind.RURAL, 1, bureau[0].id, bureau[0].unit_id, town, "驻村工作队员", span
        )
        posting = postings.appoint(session, new, terms=dispatch_terms(house), by="test", now=house.now())
        for login, role, card in zip(
            ("rotation-deputy", "rotation-minister"), (Role.DEPT_DEPUTY, Role.DEPT_MINISTER), bureau[1:3], strict=True
        ):
            accounts.create(
                session, NewAccount(login, frozenset({role}), card.code), "hash", by="test", now=house.now()
            )
    return posting.id, bureau[0].name


def test_successors_are_proposed_and_answered_by_codes(office: Office, house: House) -> None:
    """The run leaves what is due, the chain and the reasons, waits, and sends what was accepted to its approvers."""
    seat, name = posted(house)
    run = office.start(NAMES["posting-rotation"])
    key = office.question(run)
    numbers = dispatch_rotation.open_numbers(house)
    with house.reading() as session:
        number = next(one for one in numbers if rotation.proposal(session, one).new.seat == seat)
    left = office.artifacts(run)
    assert {"rotation-due", "rotation-proposals", f"rotation-{number.lower()}", "rotation-files"} <= set(left)
    assert number in office.text_above(run, key)
    assert "合计" in unescaped(left[f"rotation-{number.lower()}"])
    with house.reading() as session:
        proposal = rotation.proposal(session, number)
        persons = [one.person for one in proposal.new.explained]
        names = {card.name for card in people.people_by_ids(session, persons).values()} | {name}
    shown = unescaped(json.dumps([*left.values(), office.text_above(run, key)], ensure_ascii=False))
    assert not [one for one in names if one in shown]

    later = office.start(NAMES["posting-rotation"])
    office.question(later)
    assert office.ended(run) == ("COMPLETED", "由后面的一次运行代替，请在新的运行里答复。")
    assert office.answer(later, **{f"answer_{numbers.index(number) + 1}": "采纳，报审批"}) == "ACCEPT"
    state, message = office.ended(later)
    assert (state, "采纳1个，不采纳0个" in message) == ("COMPLETED", True)
    with house.reading() as session:
        assert rotation.proposal(session, number).state is ProposalState.ACCEPTED


def test_the_reserve_list_has_nobody_due(office: Office) -> None:
    """A house without a list ends its run with a sentence."""
    state, message = office.carried_out(NAMES["reserve-review"])
    assert (state, message) == ("COMPLETED", "入库0人，出库0人，未批准0人，审批中0人。没有应复核的。")
