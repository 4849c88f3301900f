"""What somebody would try first: CP-SAT over the cheapest pairs of each post, in a process of its own.

`python -m benchmarks.dispatch_plain INSTANCE.json SECONDS` prints the rows as JSON. OR-Tools and the solver's HiGHS
cannot share a process.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from ortools.sat.python import cp_model

from benchmarks.dispatch_score import Instance, Person, Post, Rows, allowed, most_away, price

PER_POST = 60
Pairs = dict[tuple[str, str], cp_model.IntVar]
Most = Callable[[tuple[str, ...]], int]


def plain(instance: Instance, seconds: float) -> Rows:
    """Return what CP-SAT finds in `seconds`."""
    model = cp_model.CpModel()
    people = {one["id"]: one for one in instance["cadres"]}
    pairs, paid = Pairs(), []
    for post in instance["posts"]:
        fit = sorted((price(instance, one, post), one["id"]) for one in people.values() if allowed(instance, one, post))
        mine = [(points, model.new_bool_var(""), who) for points, who in fit[:PER_POST]]
        pairs |= {(post["id"], who): var for _, var, who in mine}
        empty = model.new_int_var(0, post["n"], "")
        model.add(sum(var for _, var, _ in mine) + empty == post["n"])
        paid += [points * var for points, var, _ in mine] + [instance["meta"]["weights"]["unfilled"] * empty]
        _team(model, post, [(people[who], var) for _, var, who in mine])
    _people(model, instance, [(people[who], var) for (_, who), var in pairs.items()])
    model.minimize(sum(paid))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 8
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return []
    return [pair for pair, var in pairs.items() if solver.value(var)]


def _people(model: cp_model.CpModel, instance: Instance, pairs: list[tuple[Person, cp_model.IntVar]]) -> None:
    most, meta = most_away(instance), instance["meta"]
    _cap(model, [((one["id"],), var) for one, var in pairs], lambda _: 1)
    _cap(model, [((one["unit"],), var) for one, var in pairs], lambda key: most[key[0]])
    if meta.get("one_per_section"):
        _cap(model, [((one["unit"], one["section"]), var) for one, var in pairs], lambda _: 1)
    ranks = {(cap["unit"], cap["rank"]): cap["most"] for cap in meta.get("rank_max", [])}
    keyed = [((one["unit"], one.get("rank", "")), var) for one, var in pairs]
    _cap(model, [item for item in keyed if item[0] in ranks], lambda key: ranks[key[0], key[1]])


def _cap(model: cp_model.CpModel, keyed: Iterable[tuple[tuple[str, ...], cp_model.IntVar]], most: Most) -> None:
    groups = dict[tuple[str, ...], list[cp_model.IntVar]]()
    for key, var in keyed:
        groups.setdefault(key, []).append(var)
    for key, found in groups.items():
        model.add(sum(found) <= most(key))


def _team(model: cp_model.CpModel, post: Post, pairs: list[tuple[Person, cp_model.IntVar]]) -> None:
    wanted = post.get("team")
    if wanted is None:
        return
    model.add(sum(var for one, var in pairs if not one["woman"]) <= post["n"] - wanted["women_at_least"])
    for skill in wanted["each_of"]:
        model.add(sum(var for one, var in pairs if skill not in one["specialty"]) <= post["n"] - 1)
    if wanted["no_two_of_a_section"]:
        _cap(model, [((one["unit"], one["section"]), var) for one, var in pairs], lambda _: 1)


if __name__ == "__main__":
    print(json.dumps(plain(json.loads(Path(sys.argv[1]).read_text("utf-8")), float(sys.argv[2]))))
