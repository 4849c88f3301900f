"""Invented districts for the assignment, in the form of its file, the same for a seed."""

import random
from collections.abc import Sequence

from benchmarks.dispatch_score import Instance, Person, Post

SKILLS = ("农业", "法律", "财务", "规划建设", "医疗", "教育", "信息", "党务", "综合")
AGES = {"驻村": 50, "社区": 52, "上派": 38, "培训": 45, "储备": 35, "抽调": 55}
RANKS = ("正科", "副科", "科员")
PLACES = 40
WEIGHTS = {"spec": 40, "pref": 15, "appraisal": 8, "age": 1, "unfilled": 1000}


def district(seed: int, share: float, *, cadres: int = 5000, posts: int = 300, units: int = 80) -> Instance:
    """Return a district whose units may send `share` of their people."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark needs repetition, not secrecy
    names = [f"U{number:03d}" for number in range(units)]
    return {
        "meta": {
            "year": 2026, "redispatch_years": 3, "unit_share_max": share, "weights": WEIGHTS, "seed": seed,
        },
        "cadres": [_cadre(number, names, chance) for number in range(cadres)],
        "posts": [_post(number, names, chance) for number in range(posts)],
    }  # fmt: skip


def with_teams(instance: Instance, *, each_of: int, chance_of_woman: float, skills: Sequence[int]) -> Instance:
    """Return the district with a team at every third post, sections of which one may go, and caps by rank."""
    chance = random.Random(instance["meta"]["seed"])  # noqa: S311 - the same
    people = [
        one
        | {
            "woman": chance.random() < chance_of_woman,
            "section": f"科室{chance.randrange(6)}",
            "rank": chance.choice(RANKS),
            "specialty": chance.sample(SKILLS, chance.choice(skills)),
        }
        for one in instance["cadres"]
    ]
    posts = [one | _team(each_of, chance) if number % 3 == 0 else one for number, one in enumerate(instance["posts"])]
    caps = [{"unit": unit, "rank": "正科", "most": 2} for unit in sorted({one["unit"] for one in people})]
    meta = instance["meta"] | {"one_per_section": True, "rank_max": caps}
    return {"meta": meta, "cadres": people, "posts": posts}


def _team(each_of: int, chance: random.Random) -> Post:
    asked = {"each_of": chance.sample(SKILLS, each_of), "women_at_least": 1, "no_two_of_a_section": True}
    return {"n": 3, "team": asked}


def _cadre(number: int, units: list[str], chance: random.Random) -> Person:
    born = chance.randint(1966, 2002)
    return {
        "id": f"C{number:05d}",
        "unit": chance.choice(units),
        "birth": born,
        "work_start": min(2026, born + chance.randint(22, 28)),
        "specialty": chance.sample(SKILLS, chance.choice((1, 1, 2))),
        "native": chance.randrange(PLACES),
        "relatives": [chance.choice(units)] if chance.random() < 0.06 else [],
        "last_dispatch": chance.choice((None, None, None, None, None, None, 2021, 2022, 2023, 2024, 2025)),
        "appraisal": chance.choice((3, 4, 4, 5)),
        "prefs": chance.sample(range(PLACES), 2),
        "unavailable": chance.random() < 0.08,
    }


def _post(number: int, units: list[str], chance: random.Random) -> Post:
    (batch,) = chance.choices(list(AGES), [30, 20, 12, 15, 13, 10])
    return {
        "id": f"P{number:03d}",
        "batch": batch,
        "unit": chance.choice(units),
        "place": chance.randrange(PLACES),
        "specialty": chance.choice(SKILLS),
        "n": chance.choices([1, 2, 3], [7, 2, 1])[0],
        "age_max": AGES[batch],
        "min_years": chance.choice((1, 2, 3, 5)),
    }
