"""The fund in Prefect: cases go forward once, coordinators see steps and offices, nobody learns who is poor."""

import json
import re
from pathlib import Path

import pytest

from djflow.assembly import House
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, FundCase
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
    return unescaped(json.dumps(parts, ensure_ascii=False))


def unescaped(text: str) -> str:
    """Return a text with its escaped characters in the clear: tables are kept as JSON inside JSON."""
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def nobody_shown(office: Office, secrets: tuple[str, ...], known: str) -> bool:
    """Return whether Prefect holds the known word and none of the secrets, naming those it holds."""
    held = everything(office)
    assert known in held
    assert not [word for word in secrets if word in held]
    return True


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
    assert state == "COMPLETED"
    assert message.startswith(f"{hung.number}·等待拨付，在财务，期限")
    left = office.artifacts(str(run["id"]))
    assert "结束公示" in unescaped(left[f"fund-{hung.number.lower()}"])
    assert run["parameters"] == {"number": hung.number, "reached": "等待拨付"}

    for each in runs_about(office, hung):
        office.ended(str(each["id"]))
        address = f"/flow_runs/{each['id']}"
        # Prefect's server is busy at times: it says so and is asked again.
        until(lambda at=address: office.api.delete(at).status_code in {204, 404} or None, "the run to be forgotten")  # type: ignore[misc] # a bound name
    sweep = office.start(NAMES["fund-sla"])
    assert office.carried_out(NAMES["fund-sla"], sweep)[0] == "COMPLETED"
    assert (times(house, hung, Act.END_PUBLICITY), times(house, draft, Act.EXPIRE)) == (1, 1)

    assert nobody_shown(office, known.secrets, "组织部（公示）")


def test_coordinators_forms(office: Office, house: House) -> None:
    """A festival's list is filed once, a paper application gets its number, the year is published; nobody is named."""
    folder = office.home / ".djflow" / "import"
    folder.mkdir(exist_ok=True)
    known = crowd(house, 3, skip=6)
    lines = "".join(f"{code},500\n" for code in known.codes[:2])
    (folder / "spring-2027-02-05.csv").write_text(f"工号,金额\n{lines}", "utf-8")
    paper = {
        "申请人": known.codes[2],
        "类别": "老党员关怀类",
        "金额": "800",
        "困难情况": known.secrets[-3],
        "草稿": True,
    }
    (folder / "2026-11-24-01.json").write_text(json.dumps(paper, ensure_ascii=False), "utf-8")
    forms = {
        "fund-festival-batch": {"festival": "春节", "on": "2027-02-05"},
        "fund-paper": {"name": "2026-11-24-01"},
        "fund-annual": {"year": "2026"},
        "ledger-digest": {"month": "2026-10"},
    }
    runs = {key: office.start(NAMES[key], **fields) for key, fields in forms.items()}
    ends = {key: office.ended(run) for key, run in runs.items()}
    assert ends["fund-festival-batch"] == ("COMPLETED", "名单2行，新上报2行，等各级审批。")
    assert ends["fund-paper"][0] == "COMPLETED"
    assert re.fullmatch(r"已登记 WF[0-9-]+，还缺：.+。", ends["fund-paper"][1])
    assert ends["fund-annual"][0] == "COMPLETED"
    assert "fund-year-2026-income" in office.artifacts(runs["fund-annual"])
    state, message = ends["ledger-digest"]
    assert (state, message.startswith("2026年10月末共"), "核对无误" in message) == ("COMPLETED", True, True)
    assert office.run(runs["ledger-digest"])["name"] == "2026-10·基金账月度摘要"
    assert "温暖基金账册摘要（2026年10月）" in unescaped(
        office.artifacts(runs["ledger-digest"])["ledger-digest-2026-10"]
    )
    assert (office.home / ".djflow" / "files" / "fund" / "2026" / "账册摘要-2026-10.md").is_file()
    assert (office.home / ".djflow" / "files" / "fund" / "2026" / "温暖基金收支公开.txt").is_file()
    again = office.ended(office.start(NAMES["fund-festival-batch"], **forms["fund-festival-batch"]))
    assert again == ("COMPLETED", "名单2行，其中2行先前已上报，新上报0行，等各级审批。")
    assert office.run(runs["fund-festival-batch"])["name"] == "2027-02-05·春节慰问名单"
    assert nobody_shown(office, known.secrets, "慰问名单")
