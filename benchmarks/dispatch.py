"""5,000 cadres on 300 posts: the proven optimum beside greedy and plain CP-SAT, with and without team rules.

`python -m benchmarks.dispatch`: seconds, points, what is unfilled and the proven gap, every assignment judged by
`benchmarks.dispatch_score`, which shares no code with the solver. Returns 1 when a goal is missed.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from benchmarks.dispatch_cases import district, with_teams
from benchmarks.dispatch_score import Instance, Person, Post, Rows, allowed, judge, most_away, price
from djflow.core.jsonfile import Node
from djflow.dispatch.instance import SOURCE, problem_from_json
from djflow.dispatch.model import Problem, Solution
from djflow.dispatch.solver import solve
from djflow.dispatch.solver.explain import explain
from djflow.dispatch.solver.why import why

GOAL_SECONDS, TEAM_SECONDS, EXPLAIN_SECONDS = 2.0, 20.0, 30.0
PLAIN_SECONDS = 60


def greedy(instance: Instance) -> Rows:
    """Fill post after post with the cheapest who is left and breaks nothing, as a clerk with a sorted table would."""
    rows, taken, away = Rows(), set[str](), Counter[str]()
    most, caps = most_away(instance), instance["meta"].get("rank_max", [])
    ranks = {(cap["unit"], cap["rank"]): cap["most"] for cap in caps}
    sections, sent = set[tuple[str, str]](), Counter[tuple[str, str]]()
    for post in instance["posts"]:
        fit = sorted(
            (price(instance, one, post), one["id"], one) for one in instance["cadres"] if allowed(instance, one, post)
        )
        team, mine = post.get("team"), list[Person]()
        for _, key, one in fit:
            if len(mine) == post["n"]:
                break
            section, rank = (one["unit"], one.get("section", key)), (one["unit"], one.get("rank", ""))
            if key in taken or away[one["unit"]] == most[one["unit"]] or section in sections:
                continue
            if sent[rank] >= ranks.get(rank, len(fit)) or (team and not _may_join(team, [*mine, one], post["n"])):
                continue
            mine.append(one)
            taken.add(key)
            sections.add(section)
            away[one["unit"]] += 1
            sent[rank] += 1
            rows.append((post["id"], key))
    return rows


def _may_join(team: Post, people: list[Person], places: int) -> bool:
    men = sum(not one["woman"] for one in people)
    lacking = [sum(skill not in one["specialty"] for one in people) for skill in team["each_of"]]
    return men <= int(places - team["women_at_least"]) and all(count < places for count in lacking)


def cp_sat(instance: Instance) -> Rows:
    """Return what plain CP-SAT finds in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.json"
        path.write_text(json.dumps(instance), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.dispatch_plain", str(path), str(PLAIN_SECONDS)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [(post, who) for post, who in json.loads(done.stdout)]


def measure(title: str, instance: Instance, goal: float) -> bool:
    """Print one district; return whether the optimum was proven in time."""
    start = perf_counter()
    problem = problem_from_json(Node(instance, "顶层", SOURCE))
    found = solve(problem)
    seconds = perf_counter() - start
    points, empty, broken = judge(instance, [(row.post, row.cadre) for row in found.assigned])
    assert not broken, broken[:5]
    assert points == found.objective
    print(f"{title}：{seconds:.2f} 秒，{points:,} 分，下界 {found.bound:,}（差距 {found.gap:.2%}），空缺 {empty}")
    for name, other in (("逐岗挑最好的", greedy), (f"CP-SAT（每岗 60 人，{PLAIN_SECONDS} 秒）", cp_sat)):
        start = perf_counter()
        worth, left, broken = judge(instance, other(instance))
        assert not broken, broken[:5]
        assert worth >= found.bound
        print(f"  {name}：{perf_counter() - start:.2f} 秒，{worth:,} 分（{worth / points - 1:+.1%}），空缺 {left}")
    return _explained(problem, found) and seconds <= goal and found.optimal


def _explained(problem: Problem, found: Solution) -> bool:
    start = perf_counter()
    told = explain(problem, found)
    seconds = perf_counter() - start
    assert told.min_unfilled <= sum(found.unfilled.values())
    start, row = perf_counter(), found.assigned[0]
    reason = why(problem, found, row.post, row.cadre)
    took = perf_counter() - start
    print(f"  说明空缺：{seconds:.2f} 秒，至少空缺 {told.min_unfilled}，试了 {len(told.what_if)} 种放宽")
    print(f"  为什么派此人：{took:.2f} 秒，{reason.text}")
    return seconds <= EXPLAIN_SECONDS


def main() -> int:
    """Measure both shares and two districts with teams; return 1 when a goal is missed."""
    good = [measure(f"单位最多派 {share:.0%}", district(1, share), GOAL_SECONDS) for share in (0.10, 0.04)]
    easy = with_teams(district(1, 0.20), each_of=2, chance_of_woman=0.35, skills=(1, 1, 2))
    hard = with_teams(district(1, 0.30), each_of=3, chance_of_woman=0.15, skills=(1, 2, 2, 3))
    good.append(measure("团队、科室、职级", easy, TEAM_SECONDS))
    good.append(measure("同上，每队三种专业、女干部少", hard, TEAM_SECONDS))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
