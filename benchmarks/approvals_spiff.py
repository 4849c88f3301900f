"""The same four steps in SpiffWorkflow (LGPL, never part of djflow): one JSON text per case, a commit per step.

Once bare, and once with what an office needs of each step besides: who holds the role is looked up, the approver is
told, the box gets its item, what is done is answered and settled, and the record of changes is kept, all by the same
services that djflow's own engine calls.
"""

import itertools
import json
import sqlite3
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import text
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Role
from djflow.audit import service as audit
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem
from djflow.notify import service as notify
from djflow.notify.model import Answer, Intent, NoticeKind
from djflow.people import service as people

STEPS = ("start", "s1", "s2", "s3", "s4", "end")
NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def _bpmn() -> bytes:
    flows = list(itertools.pairwise(STEPS))
    tasks = "".join(f'<manualTask id="{one}" name="{one}"/>' for one in STEPS[1:-1])
    arrows = "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(flows))
    body = f'<startEvent id="start"/>{tasks}<endEvent id="end"/>{arrows}'
    text = (
        f'<definitions xmlns="{NAMESPACE}" id="d"><process id="four" isExecutable="true">{body}</process></definitions>'
    )
    return text.encode()


def _spec() -> object:
    parser = BpmnParser()
    parser.add_bpmn_str(_bpmn())
    return parser.get_spec("four")


def four_steps_per_second(cases: int) -> float:
    """Return how many four-step approvals a second SpiffWorkflow walks, each step loaded, saved and committed."""
    spec = _spec()
    serializer = BpmnWorkflowSerializer()
    with tempfile.TemporaryDirectory() as folder:
        store = sqlite3.connect(Path(folder) / "spiff.db")
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("CREATE TABLE wf (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        start = perf_counter()
        for number in range(cases):
            workflow = BpmnWorkflow(spec)
            workflow.do_engine_steps()
            store.execute("INSERT INTO wf VALUES (?, ?)", (number, serializer.serialize_json(workflow)))
            store.commit()
            for _ in range(4):
                (body,) = store.execute("SELECT body FROM wf WHERE id = ?", (number,)).fetchone()
                workflow = serializer.deserialize_json(body)
                (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
                task.run()
                workflow.do_engine_steps()
                store.execute("UPDATE wf SET body = ? WHERE id = ?", (serializer.serialize_json(workflow), number))
                store.commit()
            assert workflow.completed
            assert json.loads(serializer.serialize_json(workflow))
        rate = cases / (perf_counter() - start)
        store.close()
    return rate


class Office:
    """SpiffWorkflow's steps in a house's database, each with its messages, box and record of changes."""

    def __init__(self, database: Database, persons: Mapping[Role, PersonId], now: datetime) -> None:
        """Ask `persons`, one role a step, at the moment `now`."""
        self._database, self._persons, self._now = database, tuple(persons.items()), now
        self._spec, self._serializer = _spec(), BpmnWorkflowSerializer()
        with database.transaction() as session:
            session.execute(text("CREATE TABLE wf (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"))

    def four_steps_per_second(self, cases: int) -> float:
        """Return how many four-step approvals a second are walked."""
        start = perf_counter()
        for number in range(cases):
            self._open(number)
            for place in range(len(self._persons)):
                self._step(number, place)
        return cases / (perf_counter() - start)

    def _open(self, number: int) -> None:
        with self._database.transaction() as session:
            audit.hold(session)
            workflow = BpmnWorkflow(self._spec)
            workflow.do_engine_steps()
            values = {"id": number, "body": self._serializer.serialize_json(workflow)}
            session.execute(text("INSERT INTO wf VALUES (:id, :body)"), values)
            self._ask(session, number, 0)
            audit.record(session, Subject("bench.spiff", str(number)), "approval.open", by="bench", now=self._now)

    def _step(self, number: int, place: int) -> None:
        subject = Subject("bench.task", f"{number}-{place}")
        with self._database.transaction() as session:
            audit.hold(session)
            body = session.scalar(text("SELECT body FROM wf WHERE id = :id"), {"id": number})
            workflow = self._serializer.deserialize_json(body)
            (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
            task.run()
            workflow.do_engine_steps()
            values = {"id": number, "body": self._serializer.serialize_json(workflow)}
            session.execute(text("UPDATE wf SET body = :body WHERE id = :id"), values)
            inbox.settle(session, ItemKind.APPROVAL, subject, by="bench", now=self._now)
            person = self._persons[place][1]
            notify.acknowledge(session, subject, person, Answer.CONFIRMED, via="approval", now=self._now)
            self._tell(session, subject, person, NoticeKind.APPROVAL_RECEIPT)
            if place + 1 < len(self._persons):
                self._ask(session, number, place + 1)
            about = Subject("bench.spiff", str(number))
            audit.record(session, about, "approval.decide", by="bench", now=self._now, details={"step": place})

    def _ask(self, session: Session, number: int, place: int) -> None:
        role = self._persons[place][0]
        (holder,) = (one.person for one in accounts.holders(session, {role}) if one.person)
        subject = Subject("bench.task", f"{number}-{place}")
        self._tell(session, subject, holder, NoticeKind.APPROVAL_WAITING)
        inbox.post_item(session, NewItem(ItemKind.APPROVAL, subject, Address(person=holder), "申请"), now=self._now)

    def _tell(self, session: Session, subject: Subject, person: PersonId, kind: NoticeKind) -> None:
        name = people.people_by_ids(session, [person])[person].name
        until = self._now + timedelta(days=30)
        one = Intent(kind, subject, 1, person, "x", f"sms/{kind}", self._now, until, {"name": name, "what": "申请"})
        notify.enqueue(session, [one], now=self._now)
