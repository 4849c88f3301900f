"""The files of `djflow dispatch solve` and the command itself."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from djflow.cli.main import djflow
from djflow.dispatch.model import DispatchInputError


def instance() -> dict[str, object]:
    """Two cadres and a post, as other programs write it."""
    meta = {"year": 2026, "redispatch_years": 3, "unit_share_max": 0.1, "weights": {"spec": 40, "unfilled": 1000}}
    one = {"id": "C1", "unit": "U1", "birth": 1990, "work_start": 2012, "specialty": ["农业"], "native": 3}
    cadre = one | {"relatives": [], "last_dispatch": None, "appraisal": 4, "prefs": [1], "unavailable": False}
    post = {"id": "P1", "batch": "驻村", "unit": "U2", "place": 1, "specialty": "农业", "n": 1, "age_max": 45}
    return {"meta": meta, "cadres": [cadre, one | {"id": "C2"}], "posts": [post | {"min_years": 2, "months": 24}]}


def run(folder: Path, content: object) -> Result:
    """Run the command on a file with this content."""
    (folder / "in.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    arguments = ["dispatch", "solve", str(folder / "in.json"), "--out", str(folder / "out.csv"), "--json"]
    return CliRunner().invoke(djflow, arguments)


def test_the_command_writes_who_goes_where(tmp_path: Path) -> None:
    """C1 wishes for the place and goes; the CSV opens in Excel, the JSON has the promised keys."""
    result = run(tmp_path, instance())
    assert result.exit_code == 0
    value = json.loads(result.stdout)
    assert set(value) == {"objective", "optimal", "unfilled", "seconds"}
    assert (value["objective"], value["optimal"], value["unfilled"]) == (8, True, 0)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines() == ["岗位,工号", "P1,C1"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("meta", "unit_share_max"), 1.5, "meta.unit_share_max 应为0 到 1 之间的数字"),
        (("posts", 0, "n"), -1, "posts[0].n 应为不小于 0 的整数"),
        (("cadres", 1, "id"), "C1", "人员“C1”写了两次"),
        (("cadres", 0, "specialty"), "农业", "cadres[0].specialty 应为列表"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, path: tuple[str | int, ...], value: object, said: str
) -> None:
    """A wrong value is refused with its place; nothing is written."""
    content = instance()
    node: object = content
    for key in path[:-1]:
        node = node[key]  # type: ignore[index] # a walk through a literal
    node[path[-1]] = value  # type: ignore[index] # the same
    refused = run(tmp_path, content).exception
    assert isinstance(refused, DispatchInputError)
    assert said in refused.message
    assert not (tmp_path / "out.csv").exists()
