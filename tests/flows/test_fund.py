"""The fund in Prefect: cases go forward once, coordinators see steps and offices, nobody learns who is poor."""

import json
from pathlib import Path

import pytest

from djflow.assembly import House
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, FundCase
from djflow.people import service as people
from flows.register import DEPLOYMENTS
from tests.flows.fund_cases import crowd, forgotten, hung_long, times
from tests.flows.office import Office, until

NAMES = {entry.key: f"{entry.flow.name}/{entry.name}" for entry in DEPLOYMENTS}
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]


def state_of(house: House, case: FundCase) -> CaseState:
    """Return where a case is now."""
    with house.reading() as session:
        return cases.get(session, case.id).state


def runs_about(office: Office, case: FundCase) -> list[dict[str, object]]:
    """Return the runs that bear a case's tag."""
    query = {"flow_runs": {"tags": {"all_": [str(case.subject)]}}, "limit": 50}
    found: list[dict[str, object]] = office.post("/flow_runs/filter", query).raise_for_status().json()
    return found


def everything(office: Office) -> str:
    """Return every name, parameter, tag, message, log line and artifact that Prefect holds, as one text."""
    parts: list[object] = []
    for path in ("/flow_runs/filter", "/task_runs/filter", "/artifacts/filter", "/logs/filter", "/deployments/filter"):
        page: list[object] = office.post(path, {"limit": 200}).raise_for_status().json()
        parts += page
        while len(page) == 200:
            page = office.post(path, {"limit": 200, "offset": len(parts)}).raise_for_status().json()
            parts += page
    return json.dumps(parts, ensure_ascii=False)


def test_cases_go_forward_once_and_show_nobody(office: Office, house: House, tmp_path: Path) -> None:
    """The sweep brings forward what time decided, each step gets its run and timeline; forgotten runs change nothing.

    Whatever Prefect holds then, no name, telephone, identity number, account or reason is among it.
    """
    known = crowd(house, 4)
    hung = hung_long(house, known.ids[0], known.ids[2:], tmp_path)
    draft = forgotten(house, known.ids[1])
    assert office.carried_out(NAMES["fund-sla"])[0] == "COMPLETED"
    assert (state_of(house, hung), state_of(house, draft)) == (CaseState.READY_TO_PAY, CaseState.EXPIRED)

    name = f"{hung.number}·等待拨付"
    run = until(lambda: next((it for it in runs_about(office, hung) if it["name"] == name), None), f"the run {name}")
    state, message = office.ended(str(run["id"]))
    assert (state, message[:26]) == ("COMPLETED", f"{hung.number}·等待拨付，在财务，期限")
    left = office.artifacts(str(run["id"]))
    assert "结束公示" in left[f"fund-{hung.number.lower()}"]
    assert run["parameters"] == {"number": hung.number, "reached": "等待拨付"}

    for each in runs_about(office, hung):
        office.ended(str(each["id"]))
        office.api.delete(f"/flow_runs/{each['id']}").raise_for_status()
    sweep = office.start(NAMES["fund-sla"])
    assert office.carried_out(NAMES["fund-sla"], sweep)[0] == "COMPLETED"
    assert (times(house, hung, Act.END_PUBLICITY), times(house, draft, Act.EXPIRE)) == (1, 1)

    held = everything(office)
    assert hung.number in held
    assert not [word for word in known.secrets if word in held]


def test_coordinators_forms(office: Office, house: House) -> None:
    """A festival's list is filed once; a paper that is not there, or a batch nobody knows, is refused in Chinese."""
    folder = office.home / ".djflow" / "import"
    folder.mkdir(exist_ok=True)
    with house.reading() as session:
        codes = sorted(card.code for card in people.cadres(session))[:2]
    (folder / "spring-2027-02-05.csv").write_text("工号,金额\n" + "".join(f"{code},500\n" for code in codes), "utf-8")
    form = {"festival": "春节", "on": "2027-02-05"}
    forms = {
        "fund-festival-batch": form,
        "fund-paper": {"name": "2026-11-24-01"},
        "fund-batch-close": {"number": "PB20261124-77"},
        "fund-annual": {"year": "2026"},
    }
    runs = {key: office.start(NAMES[key], **fields) for key, fields in forms.items()}
    ends = {key: office.ended(run) for key, run in runs.items()}
    assert ends["fund-festival-batch"] == ("COMPLETED", "名单2行，新上报2行，等各级审批。")
    assert ends["fund-paper"][0] == ends["fund-batch-close"][0] == "FAILED"
    assert ends["fund-paper"][1].startswith("没有文件 2026-11-24-01.json")
    assert ends["fund-annual"][0] == "COMPLETED"
    assert "fund-year-2026-income" in office.artifacts(runs["fund-annual"])
    assert (office.home / ".djflow" / "files" / "fund" / "2026" / "温暖基金收支公开.txt").is_file()
    again = office.ended(office.start(NAMES["fund-festival-batch"], **form))
    assert again == ("COMPLETED", "名单2行，其中2行先前已上报，新上报0行，等各级审批。")
    assert office.run(runs["fund-festival-batch"])["name"] == "2027-02-05·春节慰问名单"
