"""What an approver of dispatch is told: who goes where and until when."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House, dispatch_batches, matters
from djflow.assembly.approval_office import office_of
from djflow.core.subject import Subject
from djflow.dispatch.batches import deciding
from djflow.dispatch.reserve import service as reserve
from djflow.dispatch.reserve.model import NewReview, Reason, ReviewKind
from djflow.people import service as people
from tests.web.desk.batch_office import office_codes, open_district, settle_all, staffed, the_batch
from tests.web.desk.conftest import Browser, Staff
from tests.web.me.approvers import code_now, phone_with, token_for


@pytest.fixture
def district(tmp_path: Path) -> Iterator[House]:
    """The demonstration district with a batch in its check, and who decides about it."""
    house = open_district(tmp_path / "home")
    yield house
    house.database.engine.dispose()


@pytest.fixture
def section(district: House) -> Browser:
    """The browser of the cadre section, with a proposal before its approvers."""
    inside = staffed(district)
    settle_all(district)
    batch = dispatch_batches.propose(district, the_batch(district).id, by="test")
    dispatch_batches.submit(district, batch.id, batch.round, by="test")
    return inside


def told(house: House, subject: Subject) -> tuple[str, ...]:
    """Return what is told of a matter."""
    with house.reading() as session:
        return matters.told(session, subject)


@pytest.mark.usefixtures("section")
def test_a_batch_names_everybody_and_the_post(district: House) -> None:
    """Six people stand in the matter, each with unit and post, under the number of places and the term."""
    batch = the_batch(district)
    head, *lines = told(district, deciding.subject_of(batch.id))
    assert head.startswith("拟派 6 人（名额 6 个）")
    assert f"{batch.ends_on:%Y年%m月%d日}" in head
    assert len(lines) == len(set(lines)) == 6
    assert all("“驻村工作队员”" in line and " → " in line for line in lines)


def test_who_looks_into_batches_reads_it_at_the_desk(district: House, section: Browser) -> None:
    """Whoever may look into batches sees the names on the approval's page; a coordinator of the fund does not."""
    with district.reading() as session:
        case = deciding.approval_of(session, the_batch(district).id)
    assert case is not None
    _, first, *_ = told(district, deciding.subject_of(the_batch(district).id))
    address = f"/desk/approvals/{case.id}"
    assert first in section.text(address)
    other = Staff(district).inside("zuzhike", Role.OFFICE_CLERK, person=office_codes(district)[3])
    assert first not in other.ask(address).text


def test_the_reserve_list_is_told(district: House) -> None:
    """Somebody to be listed is named with where it stands; another matter is none of ours."""
    staffed(district)
    with district.transaction() as session:
        card = next(one for one in people.cadres(session) if one.serves)
        review = NewReview(ReviewKind.ENTRY, Reason.PERFORMANCE, "表现突出。")
        now = district.now()
        member = reserve.propose(session, card.id, review, office=office_of(district), by="test", now=now)
    lines = told(district, member.subject)
    assert card.name in lines[0]
    assert lines[1] == "入库审批中"
    assert told(district, Subject("fund.application", "1")) == ()


@pytest.mark.usefixtures("section")
def test_an_approver_reads_it_on_the_phone_after_the_code(district: House) -> None:
    """The link alone names nobody; with the code the page lists everybody who would be sent."""
    subject = deciding.subject_of(the_batch(district).id)
    _, first, *_ = told(district, subject)
    token = token_for(district, subject)
    phone = phone_with(district, token)
    assert first not in phone.get().text
    phone.tap("", "code")
    phone.tap("", "open", code=code_now(district, token))
    page = phone.get().text
    assert "所办的事" in page
    assert first in page
