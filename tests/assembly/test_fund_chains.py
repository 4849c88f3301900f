"""The office changes its chain while cases run: each ends by the version it began with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.model import Case as Approval
from djflow.approvals.model import CaseState as ApprovalState
from djflow.approvals.model import Verdict
from djflow.assembly import create_house, open_house
from djflow.core.clock import FixedClock
from djflow.core.errors import ConfigError
from djflow.demo.load import copy_starter
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from tests.fund.joined.looking import proven
from tests.fund.joined.onward import onward
from tests.fund.joined.played import Player
from tests.fund.running.town import MONDAY, Town, settle_staff

S = CaseState
REVIEW = re.compile(r'\[\[chains\.steps\]\]\nid = "review".*?(?=\[\[chains\.steps\]\])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A home with its house in work."""

    home: Path
    town: Town

    @property
    def file(self) -> Path:
        """The chains as the office writes them."""
        return self.home / "config" / "approvals.toml"

    def write(self, old: str, new: str) -> None:
        """Change the first chain."""
        said = self.file.read_text("utf-8")
        assert old in said
        self.file.write_text(said.replace(old, new, 1), "utf-8")

    def start(self) -> None:
        """Start the program anew."""
        open_house(self.home, clock=FixedClock(self.town.now)).database.engine.dispose()

    def second_version(self) -> None:
        """Write a version without the review, valid from Friday."""
        said = self.file.read_text("utf-8")
        self.file.write_text(REVIEW.sub("", said, count=1), "utf-8")
        self.write("version = 1\nvalid_from = 2026-01-01", "version = 2\nvalid_from = 2026-11-20")

    def approval(self, case: FundCase) -> Approval:
        """Return the approval of a case."""
        with self.town.database.reading() as session:
            return approvals.cases_about(session, case.subject)[0]

    def walked(self, case: FundCase) -> list[str]:
        """Let a case go its way to the end and return the steps at which it was decided."""
        while onward(Player(self.town), self.town.case(case.id)):
            pass
        steps = [task.step for task in self.approval(case).tasks if task.decision and task.decision.person]
        return list(dict.fromkeys(steps))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A real home with the starter's configuration, people and money."""
    copy_starter(tmp_path)
    house = create_house(tmp_path, clock=FixedClock(MONDAY))
    with house.transaction() as session:
        branch = settle_staff(session, MONDAY)
    town = Town(house.database, tmp_path, branch)
    town.receive(1_000_000)
    yield Place(tmp_path, town)
    house.database.engine.dispose()


def test_earlier_versions_keep_finishing_their_cases(place: Place) -> None:
    """A case of version 1 meets the review even after a return; one of version 2 does not; both are paid and closed."""
    town = place.town
    old = town.checked(town.accepted("G1"))
    town.say(old)
    place.second_version()
    place.start()
    town.now += timedelta(days=3)
    still = town.accepted("G5")
    town.now += timedelta(days=1)
    new = town.accepted("G4")
    assert [place.approval(case).version for case in (old, still, new)] == [1, 1, 2]
    town.close_lists()
    town.say(old)
    assert town.step(old) == "review"
    town.say(old, Verdict.RETURN_TO_APPLICANT, "请补材料")
    town.request(old, Act.RESUBMIT, Who.APPLICANT)
    assert place.walked(old) == ["branch", "town", "review", "deputy"]
    assert place.walked(new) == ["branch", "town", "deputy"]
    for case, version in ((old, 1), (new, 2)):
        ended = place.approval(case)
        assert (ended.state, ended.version) == (ApprovalState.APPROVED, version)
        assert town.case(case.id).state is S.CLOSED
    with town.database.reading() as session:
        assert proven(session)


def test_a_version_that_was_used_stays_as_it_was(place: Place) -> None:
    """Other content under a used number stops the program with what to do; put right, it starts and nothing is lost."""
    case = place.town.accepted()
    right = place.file.read_text("utf-8")
    place.write("max_returns = 2", "max_returns = 3")
    with pytest.raises(ConfigError, match=r"第 1 版的内容被改动了.*请把 version 加 1"):
        place.start()
    place.file.write_text(right, "utf-8")
    place.start()
    assert (place.approval(case).version, place.town.case(case.id).state) == (1, S.CHECKING)


BROKEN = (
    ('id = "town"', 'id = "town'),
    ('role = "town_org_commissioner"', 'role = "mayor"'),
    ('kind = "publicity"', 'kind = "party"'),
    ("version = 1", 'version = "eins"'),
    ("[[chains]]", "[[chains"),
)
"""Slips of whoever edits the file: a quote, a role, a kind, a number, a bracket."""


def test_a_broken_file_stops_the_program_with_its_line(place: Place) -> None:
    """File and line are named; the running cases are as they were."""
    case, right = place.town.accepted(), place.file.read_text("utf-8")
    for old, new in BROKEN:
        line = right.split(old)[0].count("\n") + 1
        place.write(old, new)
        with pytest.raises(ConfigError, match=r"approvals\.toml") as caught:
            place.start()
        numbers = [int(one) for one in re.findall(r"第 ?(\d+) ?行", caught.value.message)]
        assert any(abs(number - line) <= 1 for number in numbers), caught.value.message
        place.file.write_text(right, "utf-8")
    place.start()
    assert place.approval(case).state is ApprovalState.RUNNING
