"""The same four steps in SpiffWorkflow (LGPL, never part of djflow): one JSON text per case, a commit per step."""

import itertools
import json
import sqlite3
import tempfile
from pathlib import Path
from time import perf_counter

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

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


def four_steps_per_second(cases: int) -> float:
    """Return how many four-step approvals a second SpiffWorkflow walks, each step loaded, saved and committed."""
    parser = BpmnParser()
    parser.add_bpmn_str(_bpmn())
    spec = parser.get_spec("four")
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
