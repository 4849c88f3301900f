"""Judges an assignment by the file it was made from; shares no code with the solver, nor even with the package.

Rules are written out here once more, pair by pair and count by count, so that a mistake would have to be made twice.
"""

from collections import Counter
from typing import Any

Instance = dict[str, Any]
Person = dict[str, Any]
Post = dict[str, Any]
Rows = list[tuple[str, str]]


def allowed(instance: Instance, person: Person, post: Post) -> bool:
    """Return whether no rule forbids the pair."""
    meta = instance["meta"]
    year, last = meta["year"], person["last_dispatch"]
    if person["unavailable"] or year - person["birth"] > post["age_max"]:
        return False
    if year - person["work_start"] < post["min_years"] or person["native"] == post["place"]:
        return False
    if last is not None and year - last <= meta["redispatch_years"]:
        return False
    return post["unit"] != person["unit"] and post["unit"] not in person["relatives"]


def price(instance: Instance, person: Person, post: Post) -> int:
    """Return the points of the pair."""
    weights, age = instance["meta"]["weights"], instance["meta"]["year"] - person["birth"]
    points = weights["appraisal"] * (5 - person["appraisal"]) + weights["age"] * abs(age - 35) // 2
    points += 0 if post["specialty"] in person["specialty"] else weights["spec"]
    points += 0 if post["place"] in person["prefs"] else weights["pref"]
    return int(points)


def most_away(instance: Instance) -> dict[str, int]:
    """Return how many people each unit may send."""
    sizes = Counter(one["unit"] for one in instance["cadres"])
    return {unit: max(1, int(size * instance["meta"]["unit_share_max"])) for unit, size in sizes.items()}


def judge(instance: Instance, rows: Rows) -> tuple[int, int, list[str]]:
    """Return the points of an assignment, its empty places, and every rule it breaks."""
    people = {one["id"]: one for one in instance["cadres"]}
    posts = {one["id"]: one for one in instance["posts"]}
    broken = [f"pair {post} {who}" for post, who in rows if not allowed(instance, people[who], posts[post])]
    broken += [f"twice {who}" for who, count in Counter(who for _, who in rows).items() if count > 1]
    broken += [f"over {post}" for post, count in Counter(post for post, _ in rows).items() if count > posts[post]["n"]]
    away, most = Counter(people[who]["unit"] for _, who in rows), most_away(instance)
    broken += [f"share {unit}" for unit, count in away.items() if count > most[unit]]
    broken += _away_together(instance, [people[who] for _, who in rows])
    for key, post in posts.items():
        team = [people[who] for where, who in rows if where == key]
        broken += [f"{what} {key}" for what in _team(post, team)]
    empty = sum(one["n"] for one in instance["posts"]) - len(rows)
    points = sum(price(instance, people[who], posts[post]) for post, who in rows)
    return points + instance["meta"]["weights"]["unfilled"] * empty, empty, broken


def _away_together(instance: Instance, sent: list[Person]) -> list[str]:
    meta, broken = instance["meta"], list[str]()
    if meta.get("one_per_section"):
        sections = Counter((one["unit"], one["section"]) for one in sent if one.get("section"))
        broken += [f"section {key}" for key, count in sections.items() if count > 1]
    ranks = Counter((one["unit"], one.get("rank")) for one in sent)
    caps = [(cap["unit"], cap["rank"], cap["most"]) for cap in meta.get("rank_max", [])]
    return broken + [f"rank {unit} {rank}" for unit, rank, most in caps if ranks[unit, rank] > most]


def _team(post: Post, team: list[Person]) -> list[str]:
    wanted, broken = post.get("team"), list[str]()
    if wanted is None:
        return []
    left = post["n"] - len(team)
    if sum(one["woman"] for one in team) + left < wanted["women_at_least"]:
        broken.append("women")
    for skill in wanted["each_of"]:
        if not left and not any(skill in one["specialty"] for one in team):
            broken.append(skill)
    sections = Counter((one["unit"], one["section"]) for one in team if one["section"])
    if wanted["no_two_of_a_section"] and max(sections.values(), default=0) > 1:
        broken.append("team section")
    return broken
