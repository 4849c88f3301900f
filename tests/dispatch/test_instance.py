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


def run(folder: Path, content: object, *more: str) -> Result:
    """Run the command on a file with this content."""
    (folder / "in.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    arguments = ["dispatch", "solve", str(folder / "in.json"), "--out", str(folder / "out.csv"), "--json", *more]
    return CliRunner().invoke(djflow, arguments)


def test_the_command_writes_who_goes_where(tmp_path: Path) -> None:
    """C1 wishes for the place and goes; the CSV opens in Excel, the JSON has the promised keys."""
    result = run(tmp_path, instance())
    assert result.exit_code == 0
    value = json.loads(result.stdout)
    assert set(value) == {"objective", "optimal", "unfilled", "seconds"}
    assert (value["objective"], value["optimal"], value["unfilled"]) == (8, True, 0)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines() == ["岗位,工号", "P1,C1"]


def ask(folder: Path, content: object, *words: str) -> dict[str, object]:
    """Run another command on a file with this content and return its JSON."""
    (folder / "in.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    command, *rest = words
    result = CliRunner().invoke(djflow, ["dispatch", command, str(folder / "in.json"), *rest, "--json"])
    assert result.exit_code == 0, result.exception
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


def test_pins_and_bans_come_from_files(tmp_path: Path) -> None:
    """A file of pins sends C2 instead; a file of bans keeps both away; a row without a person is refused."""
    pins, bans = tmp_path / "pins.csv", tmp_path / "bans.csv"
    pins.write_text("岗位,工号,备注\nP1,C2,\n", encoding="gb18030")
    bans.write_text("\ufeff工号,岗位\nC1,P1\n\nC2,P1\n", encoding="utf-8")
    assert run(tmp_path, instance(), "--pins", str(pins)).exit_code == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[1] == "P1,C2"
    assert json.loads(run(tmp_path, instance(), "--bans", str(bans)).stdout)["unfilled"] == 1
    pins.write_text("岗位,工号\nP1,\n", encoding="utf-8")
    refused = run(tmp_path, instance(), "--pins", str(pins)).exception
    assert isinstance(refused, DispatchInputError)
    assert "第 2 行岗位、工号不全" in refused.message
    pins.write_text("岗位\nP1\n", encoding="utf-8")
    assert "缺少列“工号”" in str(run(tmp_path, instance(), "--pins", str(pins)).exception)


def test_explain_says_what_is_missing_and_what_would_help(tmp_path: Path) -> None:
    """Both are too old by a little for the second place."""
    content = instance()
    content["posts"] = [content["posts"][0] | {"n": 2, "age_max": 35}]  # type: ignore[index] # a literal
    value = ask(tmp_path, content, "explain")
    assert set(value) == {"shortages", "min_unfilled", "unfilled", "what_if", "notes"}
    assert (value["min_unfilled"], value["unfilled"]) == (2, {"P1": 2})
    shortage = value["shortages"][0]  # type: ignore[index] # a list of one
    assert [shortage[key] for key in ("岗位", "need", "supply", "short", "rule")] == [["P1"], 2, 0, 2, "年龄"]
    assert {"relax": "年龄上限加 5 岁", "unfilled": 1, "filled": 1} in value["what_if"]  # type: ignore[operator] # a list


def test_why_answers_for_the_one_and_for_the_other(tmp_path: Path) -> None:
    """C1 goes and C2 would cost seven points more, either way round; somebody refused is told the rule."""
    sent, other = ask(tmp_path, instance(), "why", "P1", "C1"), ask(tmp_path, instance(), "why", "P1", "C2")
    assert (sent["sent"], sent["allowed"], sent["extra"]) == (True, True, 7)
    assert (other["sent"], other["allowed"], other["extra"]) == (False, True, 7)
    assert len(other["moves"]) == 2  # type: ignore[arg-type] # a list
    content = instance() | {"given": [{"工号": "C1", "refused": [{"rule": "health", "text": "健康状况不符"}]}]}
    refused = ask(tmp_path, content, "why", "P1", "C1")
    assert (refused["allowed"], refused["refused"]) == (False, [{"rule": "health", "text": "健康状况不符"}])
    assert refused["text"] == "C1 不能派到岗位 P1：健康状况不符。"


def test_a_file_may_ask_for_everything_the_solver_knows(tmp_path: Path) -> None:
    """Teams, sections, ranks, quotas, rotation and findings are read; a closed host takes nobody."""
    content = instance()
    meta = content["meta"] | {  # type: ignore[operator] # a literal
        "batch_max": {"驻村": 1}, "unit_most": {"U1": 1}, "rank_max": [{"unit": "U1", "rank": "正科", "most": 1}],
        "one_per_section": True, "waivable": {"care": "照护情形"},
        "weights": {"recent": 1, "posted": 20, "overtime": 2, "rested_years": 5},
    }  # fmt: skip
    more = {"woman": True, "section": "办公室", "rank": "正科", "overtime": 3, "other_batch": ""}
    content |= {"meta": meta, "cadres": [one | more for one in content["cadres"]]}  # type: ignore[attr-defined] # the same
    soft = {"岗位": "P1", "工号": "C1", "soft": [{"rule": "native_place", "text": "在籍贯乡镇", "points": 30}]}
    team = {"each_of": ["农业"], "women_at_least": 1, "no_two_of_a_section": True}
    content |= {"given": [soft], "posts": [content["posts"][0] | {"team": team}]}  # type: ignore[index] # the same
    assert json.loads(run(tmp_path, content).stdout)["objective"] == 15 + 6
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[1] == "P1,C2"
    content |= {"posts": [content["posts"][0] | {"closed": True}]}  # type: ignore[index] # the same
    assert json.loads(run(tmp_path, content).stdout)["unfilled"] == 1


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
