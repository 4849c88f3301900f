"""Limits beside the flow: how many of a set of people may go to one post, or to all posts together.

Each is "at most so many of these pairs". Teams ask for somebody ("one woman at least"); that is the same as a limit on
everybody else ("at most two men on three places"), so an assignment with nobody at all keeps every limit.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from djflow.dispatch.model import Post, Problem, Team
from djflow.dispatch.solver.table import Bools, Doubles, Ints


class LimitKind(StrEnum):
    """Which rule a limit stands for."""

    RANK = "rank"
    SECTION = "section"
    WOMEN = "women"
    SPECIALTY = "specialty"
    TEAM_SECTION = "team_section"


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """At most `most` of `who` [cadre] at `post`, or at all posts together where `post` is -1; `name` says of what."""

    kind: LimitKind
    name: str
    post: int
    who: Bools
    most: int

    def coefficients(self, posts: Ints, cadres: Ints) -> Bools:
        """Return which of these pairs the limit counts."""
        mine: Bools = self.who[cadres]
        return mine if self.post < 0 else mine & (posts == self.post)


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """The section of every cadre by number, -1 for unknown, and their names; `posts` admit no two of one section."""

    of: Ints
    names: tuple[str, ...]
    posts: Ints

    def broken(self, posts: Ints, cadres: Ints, values: Doubles) -> list[Limit]:
        """Return the limits that these values of pairs break, for each post in turn."""
        found = list[Limit]()
        for post in self.posts.tolist():
            here = np.flatnonzero((posts == post) & (values > 0) & (self.of[cadres] >= 0))
            count = np.bincount(self.of[cadres[here]], weights=values[here], minlength=len(self.names))
            for section in np.flatnonzero(count > 1 + 1e-6).tolist():
                name = self.names[section]
                found.append(Limit(LimitKind.TEAM_SECTION, name, post, self.of == section, 1))
        return found


def sections(problem: Problem) -> Sections:
    """Return the sections, and the posts whose teams admit no two of one."""
    keys = [(one.unit, one.section) if one.section else None for one in problem.cadres]
    known = sorted({key for key in keys if key is not None})
    number = {key: place for place, key in enumerate(known)}
    of = np.array([-1 if key is None else number[key] for key in keys], np.int64)
    picky = [] if problem.one_per_section else [place for place, post in enumerate(problem.posts) if _picky(post)]
    return Sections(of, tuple(f"{unit} {section}" for unit, section in known), np.array(picky, np.int64))


def _picky(post: Post) -> bool:
    return post.places > 1 and post.team is not None and post.team.no_two_of_a_section


def limits(problem: Problem) -> list[Limit]:
    """Return every limit that is known beforehand, in a fixed order."""
    found = list[Limit]()
    for (unit, rank), most in sorted(problem.rank_most.items()):
        who = np.array([(one.unit, one.rank) == (unit, rank) for one in problem.cadres], bool)
        found.append(Limit(LimitKind.RANK, f"{unit} {rank}", -1, who, most))
    if problem.one_per_section:
        known = sections(problem)
        sizes = np.bincount(known.of[known.of >= 0], minlength=len(known.names))
        for section in np.flatnonzero(sizes > 1).tolist():
            found.append(Limit(LimitKind.SECTION, known.names[section], -1, known.of == section, 1))
    men = np.array([not one.woman for one in problem.cadres], bool)
    lacking = dict[str, Bools]()
    for place, post in enumerate(problem.posts):
        if post.team is not None and post.places:
            found += _team(problem, place, post.team, men, lacking)
    return found


def _team(problem: Problem, place: int, team: Team, men: Bools, lacking: dict[str, Bools]) -> list[Limit]:
    found, post = list[Limit](), problem.posts[place]
    if team.women_at_least:
        most = post.places - team.women_at_least
        found.append(Limit(LimitKind.WOMEN, str(team.women_at_least), place, men, most))
    for name in sorted(set(team.each_of)):
        if name not in lacking:
            lacking[name] = np.array([name not in one.specialties for one in problem.cadres], bool)
        found.append(Limit(LimitKind.SPECIALTY, name, place, lacking[name], post.places - 1))
    return found
