"""A small branch with its people, and the rules of the fund, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy.orm import Session

from djflow.calendar.holidays import HolidayYear, holiday_year
from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import instant_of
from djflow.core.ids import PersonId
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, Category, CategoryRule, Claim, Day, FundCase, Limit, Policy, Term, Terms, Who
from djflow.fund.casework import Request
from djflow.fund.checks import service as checks
from djflow.fund.checks import store as checks_store
from djflow.fund.checks.model import Deliberation, Finding, Visit
from djflow.fund.materials import service as materials
from djflow.fund.materials.cabinet import Cabinet
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level
from djflow.people import rules as people_rules
from djflow.people import service as people
from djflow.people.model import BranchEntry, Gender, KinshipEntry, PersonEntry, Relation, UnitEntry, UnitKind
from djflow.settings.reading import read_text

ROOT = Path(__file__).parents[2]
SECRETS = ("张小明", "6222000000000017", "51019919850307001", "肺", "吃低保", "两个孩子", "HK-778")
ACCOUNT = "6222000000000017"
BANK = "巍山农商行大仓支行"
ACT = "tester"


def _year(year: int) -> HolidayYear:
    file, _ = read_text(ROOT / "config", f"holidays/{year}.toml")
    assert file is not None
    return holiday_year(file.content)


CALENDAR = WorkCalendar({2026: _year(2026)})
WORK5 = Term(5, Day.WORKDAY)
POLICY = Policy(
    legal_basis="本区办法",
    categories={
        Category.REGULAR: CategoryRule("定期帮扶", 300_000, False, ()),
        Category.TEMPORARY: CategoryRule("临时帮扶", 500_000, False, ("id_copy", "bank_card")),
        Category.EMERGENCY: CategoryRule("突发救助", 1_000_000, True, ("disaster_proof",)),
    },
    year_cap_fen=600_000,
    income_limit_fen=100_000,
    members_only=True,
    ban_years=3,
    duplicate_months=12,
    splitting_days=90,
    thresholds_fen=(200_000, 500_000),
    limits={
        **dict.fromkeys(Limit, WORK5),
        Limit.DRAFT: Term(30, Day.CALENDAR),
        Limit.REVISIT: Term(60, Day.CALENDAR),
    },
    branch_publicity=WORK5,
    district_publicity=WORK5,
    district_from_fen=0,
    pay_before_publicity=True,
    departments=("民政", "医保"),
    min_present=3,
    upload_bytes=2 * 1024 * 1024,
    upload_pixels=4_000_000,
    rejected_days=1095,
    archive_days=3650,
    certificate_fen=500_000,
)
TERMS = Terms(POLICY, CALENDAR)


@dataclass(frozen=True, slots=True)
class Branch:
    """The people of a branch by code."""

    people: Mapping[str, PersonId]

    def __getitem__(self, code: str) -> PersonId:
        """Return a person's id."""
        return self.people[code]


def at(text: str) -> datetime:
    """Return the instant of `2026-11-18T09:00` Beijing time."""
    day, _, clock = text.partition("T")
    return instant_of(date.fromisoformat(day), time.fromisoformat(clock or "09:00"))


def identity(serial: int) -> str:
    """Return an invented identity number with a right check digit."""
    first = f"51019919850307{serial:03d}"
    return first + people_rules.id_check_digit(first)


def card(serial: int) -> str:
    """Return an invented bank card's number with a right check digit."""
    first = f"62220000000{serial:04d}"
    return first + people_rules.card_check_digit(first)


def settle(session: Session, now: datetime) -> Branch:
    """Put a unit, two branches and their people into the house: G1 applies, G2 is a relative, G9 has no branch."""
    people.put_units(session, [UnitEntry("T1", "大仓镇", UnitKind.TOWNSHIP, 1)], by=ACT, now=now)
    entries = [BranchEntry("B1", "幸福村党支部", "T1"), BranchEntry("B2", "平安村党支部", "T1")]
    people.put_branches(session, entries, by=ACT, now=now)
    names = ("张小明", "张大明", "李三", "王四", "赵五", "钱六", "孙七", "周八", "吴九")
    persons = [
        PersonEntry(
            code=f"G{serial}",
            name=name,
            gender=Gender.MALE,
            unit_code="T1",
            branch_code="" if serial == 9 else "B2" if serial == 8 else "B1",
            id_number=identity(serial),
            bank_account=card(serial) if serial not in {7, 8} else "",
            bank_name=BANK if serial not in {7, 8} else "",
        )
        for serial, name in enumerate(names, start=1)
    ]
    people.put_people(session, persons, by=ACT, now=now)
    ids = people.person_ids(session, [one.code for one in persons])
    people.record_kinship(session, KinshipEntry(ids["G2"], ids["G1"], Relation.SIBLING), by=ACT, now=now)
    return Branch(ids)


def claim(person: PersonId, **changes: object) -> Claim:
    """Return a claim of 2,000 yuan in the category without materials, changed as asked."""
    plain = Claim(
        applicant=person,
        category=Category.REGULAR,
        requested_fen=200_000,
        reason="肺部疾病，手术花费大",
        family="两个孩子上学",
        income="每月吃低保",
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # tests name the fields they change


def photo(size: tuple[int, int] = (40, 30), colour: str = "red", media: str = "JPEG") -> bytes:
    """Return a small picture."""
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, media)
    return content.getvalue()


def cabinet(folder: Path) -> Cabinet:
    """Return a cabinet below a folder."""
    return Cabinet(folder / "materials", POLICY.upload_bytes, POLICY.upload_pixels)


def move(session: Session, case: FundCase, act: Act, who: Who, now: datetime, **more: object) -> FundCase:
    """Move a case on."""
    return casework.move(session, case.id, Request(act, who, **more), TERMS, by=ACT, now=now)  # type: ignore[arg-type] # the same


def submitted(session: Session, wanted: Claim, now: datetime) -> FundCase:
    """File and submit a claim."""
    case = cases.apply(session, wanted, TERMS, by=ACT, now=now)
    return casework.submit(session, case.id, TERMS, who=Who.APPLICANT, by=ACT, now=now)


def checking(session: Session, wanted: Claim, now: datetime) -> FundCase:
    """File a claim and let the branch accept it."""
    return move(session, submitted(session, wanted, now), Act.ACCEPT, Who.BRANCH, now)


def minutes(session: Session, case: FundCase, folder: Path, now: datetime) -> str:
    """Hand in the minutes of a vote and return their id."""
    upload = Upload(MaterialKind.MINUTES, photo(colour="blue"))
    return materials.attach(session, case.id, upload, cabinet(folder), by=ACT, now=now).id


def vote(paper: str, **changes: object) -> Deliberation:
    """Return a vote of five people, four of them for it."""
    plain = Deliberation(date(2026, 11, 18), 5, 4, 1, 0, (), 200_000, paper, recused=True)
    return replace(plain, **changes)  # type: ignore[arg-type] # the same


def all_checked(session: Session, case: FundCase, branch: Branch, folder: Path, now: datetime) -> None:
    """Do everything a case needs before approval except the branch's publicity."""
    checks.deliberate(session, case.id, vote(minutes(session, case, folder, now)), POLICY, by=ACT, now=now)
    for code in ("G3", "G4"):
        seen = Visit(branch[code], date(2026, 11, 18), consistent=True, note="家里确有困难")
        checks.visit(session, case.id, seen, by=ACT, now=now)
    for department in POLICY.departments:
        checks_store.put_crosscheck(session, case.id, department, Finding.CLEAR, "", by=ACT, now=now)


def running(session: Session, branch: Branch, folder: Path, now: datetime) -> FundCase:
    """Bring G1's claim to approval on 26 November."""
    case = checking(session, claim(branch["G1"]), now)
    all_checked(session, case, branch, folder, now)
    period = publicity.post(session, case.id, Level.BRANCH, TERMS, by=ACT, now=now)
    later = at("2026-11-26T08:00")
    assert casework.close_period(session, period.id, TERMS, by=ACT, now=later)
    return move(session, case, Act.START, Who.OFFICE, later)


def hanging(session: Session, branch: Branch, folder: Path, now: datetime) -> FundCase:
    """Bring G1's claim to the district's publicity, which hangs from 26 November."""
    case = running(session, branch, folder, now)
    return move(session, case, Act.APPROVE, Who.APPROVAL, at("2026-11-26T08:30"))
