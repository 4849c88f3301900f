"""Answers at the desk: declines nobody could replace, swaps that wait for the office."""

from dataclasses import replace

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House, answers
from djflow.assembly import roster as acts
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.roster.answers.model import Offer
from djflow.roster.views import DutyKind, DutyLine
from tests.web.desk.conftest import Staff

DECEMBER = Month(2026, 12)


@pytest.fixture
def lines(house: House, ids: dict[str, PersonId]) -> tuple[DutyLine, ...]:
    """December's duties in force."""
    assert ids
    done = acts.publish(house, acts.draft(house, DECEMBER, by="test").roster_id, by="test")
    return tuple(line for line in acts.book(house, done.roster_id).lines if line.kind is DutyKind.DUTY)


def strict(house: House, **changes: object) -> House:
    """Return the house with other rules of answering."""
    roster = house.settings.roster.model_copy(update=changes)
    return replace(house, settings=replace(house.settings, roster=roster))


def test_a_decline_beyond_the_limit_lands_in_the_box(house: House, staff: Staff, lines: tuple[DutyLine, ...]) -> None:
    """When the office decides about a decline, its clerks find it in their box, without the reason."""
    line = lines[0]
    answers.decline(strict(house, substitutions_free=0), line.person, line.event, "家里有事", by="me")
    page = staff.inside("zhang", Role.OFFICE_CLERK).text("/desk")
    assert f"{line.person_name}（{line.unit_name}）不能到岗" in page
    assert "家里有事" not in page


def agreed(house: House, lines: tuple[DutyLine, ...], ids: dict[str, PersonId]) -> Offer:
    """Return an offer that both people agreed on and that waits for the office."""
    line = next(line for line in lines if line.post == "综合受理")
    careful = strict(house, swap_needs_approval=True)
    for code, person in sorted(ids.items()):
        if person == line.person:
            continue
        try:
            offer = answers.propose_substitute(careful, line.person, line.event, code, by="me")
        except RuleError:
            continue
        return answers.respond(careful, person, offer.id, accept=True, by="me")
    pytest.fail("nobody can stand in")


@pytest.mark.parametrize("word", ["approve", "reject"])
def test_a_swap_is_decided_at_the_desk(
    house: House, staff: Staff, lines: tuple[DutyLine, ...], ids: dict[str, PersonId], word: str
) -> None:
    """A swap waits in the box; approved it is a new version, refused all stays; either way it leaves the box."""
    offer = agreed(house, lines, ids)
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    assert "换班等待批准" in clerk.text("/desk")
    page = clerk.text("/desk/answers/2026-12")
    assert f"/desk/offer/{offer.id}/approve" in page
    assert ("12月1日 周二 大仓" in page, "DACANG@" in page) == (True, False)
    assert clerk.send(f"/desk/offer/{offer.id}/{word}").headers["location"].startswith("/desk/answers/2026-12?said=")
    assert "换班等待批准" not in clerk.text("/desk")
    standing = acts.standing(house, DECEMBER)
    assert standing is not None
    versions = acts.book(house, standing.roster_id).version
    assert versions == {"approve": 2, "reject": 1}[word]


def test_a_month_without_a_roster_has_no_answers(staff: Staff) -> None:
    """A month nobody published, or that is no month, has no page of answers."""
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    assert clerk.ask("/desk/answers/2027-05").status_code == 404
    assert clerk.ask("/desk/answers/2027-13").status_code == 400
