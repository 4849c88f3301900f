"""Walks a case of the fund through the door, stage by stage; each stage in a process that ends hard at a named point.

`python -m tests.assembly.fund_crashing HOME DATABASE` reads lines `STAGE POINT`, does the stage in a process of
its own and answers with a line: done, killed, unreached (the stage never came to the point, nothing is kept), or
refused and why. The points are seen through SQLAlchemy's own events; nothing of the product is exchanged.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, fund_payments, outbox, relief, sending
from djflow.assembly.approvals import sweep as sweep_approvals
from djflow.core.clock import FixedClock
from djflow.core.errors import DjflowError
from djflow.core.ids import PersonId
from djflow.db.engine import open_engine
from djflow.db.session import Database
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, FundCase, Who
from djflow.fund.casework import Request
from djflow.fund.checks import service as checks
from djflow.fund.checks.model import Deliberation, Visit
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.payment.model import Clerk
from djflow.notify.channels.base import Outcome, Outgoing
from djflow.notify.channels.embedded import FileOutlet
from djflow.notify.texts import Texts
from djflow.people import service as people
from djflow.settings.load import load_settings
from tests.conftest import TEST_VAULT
from tests.fund.books import photo
from tests.fund.payment.till import bank
from tests.fund.running.town import STAFF
from tests.fund.test_checks import table

NUMBER, BATCH, LINE = "WF2026-0001", "PB20261211-01", "pay:WF2026-0001:1"
AFTER_LOCK, AFTER_ACTION, AFTER_LEDGER = "after_lock", "after_action", "after_ledger"
BEFORE_COMMIT, AFTER_COMMIT, AFTER_SEND, NEVER = "before_commit", "after_commit", "after_send", "never"
INSIDE = (AFTER_LOCK, AFTER_ACTION, AFTER_LEDGER, BEFORE_COMMIT)
"""Points at which nothing of an act has been kept yet."""
UNREACHED, REFUSED = 7, 8
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def at(house: House, moment: str) -> House:
    """Return the house at another moment."""
    return replace(house, clock=FixedClock(datetime.fromisoformat(f"{moment}:00+08:00")))


def the_case(house: House) -> FundCase:
    """Return the case."""
    with house.reading() as session:
        return cases.find(session, NUMBER)


def person(house: House, code: str) -> PersonId:
    """Return somebody by code."""
    with house.reading() as session:
        return people.person_ids(session, [code])[code]


def clerk(house: House, code: str) -> Clerk:
    """Return a clerk of the till."""
    return Clerk(f"account:{code.lower()}", person(house, code), frozenset({STAFF[code]}))


def approve(step: str) -> Callable[[House], object]:
    """Return the stage in which whoever is asked at a step agrees."""

    def approved(house: House) -> None:
        case = the_case(house)
        with house.reading() as session:
            approval = approvals.cases_about(session, case.subject)[0]
        task = [one for one in approval.tasks if one.step == step][-1]
        assert task.person is not None
        answer = Answer(task.person, Verdict.APPROVE, approval.new.content_hash)
        relief.decide(house, task.id, answer, by=f"people.person:{task.person}")

    return approved


def vote(house: House) -> None:
    """Hand in the minutes and record the branch's vote, once."""
    case = the_case(house)
    paper = relief.attach(house, case.id, Upload(MaterialKind.MINUTES, photo(colour="blue")), by="b")
    with house.reading() as session:
        if checks.votes_of(session, case.id):
            return
    held = Deliberation(date(2026, 11, 18), 5, 5, 0, 0, (person(house, "G3"),), 300_000, paper.id, recused=True)
    relief.deliberate(house, case.id, held, by="b")


def visited(code: str) -> Callable[[House], object]:
    """Return the stage in which somebody visits the family."""
    return lambda house: relief.visit(
        house, the_case(house).id, Visit(person(house, code), date(2026, 11, 18), consistent=True), by="t"
    )


def departments(house: House) -> None:
    """Take the departments' answers in."""
    answers = table(house.home / "answers.xlsx", (NUMBER, "无出入", None))
    for department in house.settings.fund.policy.departments:
        relief.import_crosscheck(house, answers, department, by="o")


def answered(house: House) -> None:
    """Take the bank's answer: everything arrived."""
    file = (house.home / "bank" / f"{BATCH}.csv").read_bytes()
    layout = house.settings.payments.layout("")
    fund_payments.take_answer(house, BATCH, bank(file, layout), by=clerk(house, "C1"))


def sweep(house: House) -> None:
    """Do what the sweeps do."""
    sweep_approvals(house)
    relief.sweep(house, by="sweep")


def asked(act: Act, who: Who) -> Callable[[House], object]:
    """Return the stage in which somebody moves the case on."""
    return lambda house: relief.move(house, the_case(house).id, Request(act, who), by="b")


class Dying(FileOutlet):
    """A channel that takes messages and ends its process before anybody hears of it."""

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Take the messages and end."""
        await super().send(batch)
        os.kill(os.getpid(), signal.SIGKILL)
        return ()


def outlet(house: House) -> Path:
    """Return where messages arrive."""
    return house.state / "outbox" / "messages.jsonl"


def messages(house: House, kind: type[FileOutlet] = FileOutlet) -> None:
    """Send whatever may leave."""
    outbox.move_on(house, outbox.outlook_of(house))
    sending.drain(house, channels={"file": kind("file", outlet(house))})


NOON, LATER, LATEST = "2026-11-18T11:00", "2026-11-27T09:00", "2026-12-11T09:00"
AFTERWARDS = (LATEST, "2026-12-11T10:00", "2026-12-14T10:00")
STAGES: Mapping[str, tuple[str, Callable[[House], object]]] = {
    "file": (NOON, lambda house: relief.apply_file(house, house.home / "application.json", by="cli")),
    "accept": (NOON, asked(Act.ACCEPT, Who.BRANCH)),
    "vote": (NOON, vote),
    "visit": (NOON, visited("G3")),
    "visit_again": (NOON, visited("G4")),
    "branch": (NOON, approve("branch")),
    "branch_list": (LATER, sweep),
    "town": (LATER, approve("town")),
    "departments": (LATER, departments),
    "review": (LATER, approve("review")),
    "deputy": (LATER, approve("deputy")),
    "minister": (LATER, approve("minister")),
    "messages": (LATER, messages),
    "district_list": (LATEST, sweep),
    "batch": (LATEST, lambda house: fund_payments.make(house, "", "", by=clerk(house, "C1"))),
    "check": (LATEST, lambda house: fund_payments.check(house, BATCH, by=clerk(house, "F1"))),
    "export": (LATEST, lambda house: fund_payments.export(house, BATCH, house.home / "bank", by=clerk(house, "C1"))),
    "send": (LATEST, lambda house: fund_payments.send(house, BATCH, by=clerk(house, "C1"))),
    "answer": (LATEST, answered),
    "end_batch": (LATEST, lambda house: fund_payments.close(house, BATCH, by=clerk(house, "C1"))),
    "hand_over": (LATEST, asked(Act.HAND_OVER, Who.BRANCH)),
    "close": (LATEST, asked(Act.CLOSE, Who.BRANCH)),
}
"""The whole way from application to closed, each stage with when it is done."""


def die_at(point: str) -> None:
    """End this process hard at a point; a stage that never comes to it keeps nothing."""

    def end() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def after_statement(*context: object) -> None:
        said = str(context[2]).lower()
        writes = said.startswith(("insert", "update"))
        if point == AFTER_LOCK and said.startswith("select") and "audit_head" in said:
            end()
        if point == AFTER_LEDGER and writes and "fund_transfer" in said:
            end()
        if point == AFTER_ACTION and writes and "audit" not in said and "fund_transfer" not in said:
            end()

    def before_commit(_session: Session) -> None:
        if point == BEFORE_COMMIT:
            end()
        if point in INSIDE:
            os._exit(UNREACHED)

    event.listen(Engine, "after_cursor_execute", after_statement)
    event.listen(Session, "before_commit", before_commit)
    if point == AFTER_COMMIT:
        event.listen(Session, "after_commit", lambda _session: end())


def do(house: House, stage: str, point: str) -> int:
    """Do a stage and return how it ended."""
    die_at(point)
    try:
        if point == AFTER_SEND:
            messages(house, Dying)
        else:
            STAGES[stage][1](house)
    except DjflowError as refusal:
        sys.stderr.write(f"{stage} {point}: {refusal.message}\n")
        return REFUSED
    return 0


def main(home: str, url: str) -> None:
    """Answer line by line until the end of the input."""
    settings = load_settings(Path(home))
    engine, texts = open_engine(url), Texts(Path(home) / "config" / "texts")
    house = House(settings, Database(engine, TEST_VAULT), texts, FixedClock(EPOCH), "district")
    sweep(house)  # so that every process begins with what the first one would have to build
    engine.dispose()
    for line in sys.stdin:
        stage, point = line.split()
        process = os.fork()
        if process == 0:
            os._exit(do(at(house, STAGES[stage][0]), stage, point))
        _, status = os.waitpid(process, 0)
        ended = -signal.SIGKILL if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        words = {0: "done", -signal.SIGKILL: "killed", UNREACHED: "unreached", REFUSED: "refused"}
        sys.stdout.write(words.get(ended, f"failed {ended}") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
