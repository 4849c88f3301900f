"""Reads and writes the files of `djflow dispatch solve`: INSTANCE.json and POSTINGS.csv.

A wrong file is refused with one sentence that names the place in it. Whatever goes beyond the published format may be
absent: `pins`, `bans`, `given`, teams, sections, ranks, rotation.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from djflow.core.jsonfile import Node, Source, read_json, read_text
from djflow.dispatch.model import (
    Assigned,
    Cadre,
    CadreId,
    DispatchInputError,
    Given,
    Ground,
    Pair,
    PlaceId,
    Post,
    PostId,
    Problem,
    Team,
    UnitId,
    Weights,
)

COLUMNS = ("岗位", "工号")
"""Header of POSTINGS.csv."""
SOURCE = Source("派遣文件", DispatchInputError)


def read_instance(path: Path) -> Problem:
    """Read INSTANCE.json.

    Raises: DispatchInputError.
    """
    return problem_from_json(read_json(path, SOURCE))


def problem_from_json(root: Node) -> Problem:
    """Build the problem from a parsed INSTANCE.json.

    Raises: DispatchInputError.
    """
    meta = root.get("meta")
    return Problem(
        year=meta.get("year").whole(1900),
        redispatch_years=meta.get("redispatch_years").whole(0),
        unit_share=_share(meta.get("unit_share_max")),
        cadres=tuple(root.get("cadres").each(_cadre)),
        posts=tuple(root.get("posts").each(_post)),
        weights=_weights(meta.get("weights")),
        batch_least={name: least.whole(0) for name, least in meta.object("batch_min").pairs()},
        pins=frozenset(root.list_of("pins", _pair)),
        bans=frozenset(root.list_of("bans", _pair)),
        seed=meta.optional("seed", lambda node: node.whole(0), 0),
        batch_most={name: most.whole(0) for name, most in meta.object("batch_max").pairs()},
        unit_most={UnitId(unit): most.whole(0) for unit, most in meta.object("unit_most").pairs()},
        rank_most=dict(meta.list_of("rank_max", _rank_cap)),
        one_per_section=meta.optional("one_per_section", Node.flag, default=False),
        given={pair: found for pair, found in root.list_of("given", _given) if pair[0]},
        given_anywhere={pair[1]: found for pair, found in root.list_of("given", _given) if not pair[0]},
        waivable={rule: words.text() for rule, words in meta.object("waivable").pairs()},
    )


def _share(node: Node) -> float:
    share = node.number()
    if not 0 <= share <= 1:
        raise node.wrong("0 到 1 之间的数字")
    return share


def _cadre(node: Node) -> Cadre:
    return Cadre(
        id=CadreId(node.get("id").text()),
        unit=UnitId(node.get("unit").text()),
        born=node.get("birth").whole(1900),
        works_since=node.get("work_start").whole(1900),
        specialties=frozenset(node.list_of("specialty", Node.text)),
        native=PlaceId(node.get("native").whole(0)),
        relatives=frozenset(UnitId(one) for one in node.list_of("relatives", Node.text)),
        last_sent=node.get("last_dispatch").whole(1900) if node.has("last_dispatch") else None,
        appraisal=node.optional("appraisal", lambda one: one.whole(0), 5),
        wishes=frozenset(PlaceId(one) for one in node.list_of("prefs", lambda one: one.whole(0))),
        unavailable=node.optional("unavailable", Node.flag, default=False),
        woman=node.optional("woman", Node.flag, default=False),
        section=node.optional("section", Node.text, ""),
        rank=node.optional("rank", Node.text, ""),
        overtime=node.optional("overtime", lambda one: one.whole(0), 0),
        other_batch=node.optional("other_batch", Node.text, ""),
    )


def _post(node: Node) -> Post:
    return Post(
        id=PostId(node.get("id").text()),
        batch=node.get("batch").text(),
        unit=UnitId(node.get("unit").text()),
        place=PlaceId(node.get("place").whole(0)),
        specialty=node.get("specialty").text(),
        places=node.get("n").whole(0),
        age_max=node.get("age_max").whole(0),
        years_min=node.get("min_years").whole(0),
        team=node.optional("team", _team, None),
        closed=node.optional("closed", Node.flag, default=False),
    )


def _team(node: Node) -> Team | None:
    return Team(
        each_of=tuple(node.list_of("each_of", Node.text)),
        women_at_least=node.optional("women_at_least", lambda one: one.whole(0), 0),
        no_two_of_a_section=node.optional("no_two_of_a_section", Node.flag, default=True),
    )


def _rank_cap(node: Node) -> tuple[tuple[UnitId, str], int]:
    return (UnitId(node.get("unit").text()), node.get("rank").text()), node.get("most").whole(0)


def _given(node: Node) -> tuple[Pair, Given]:
    post = node.optional("岗位", Node.text, "")
    found = Given(tuple(node.list_of("refused", _ground)), tuple(node.list_of("soft", _ground)))
    return (PostId(post), CadreId(node.get("工号").text())), found


def _ground(node: Node) -> Ground:
    points = node.optional("points", lambda one: one.whole(0), 0)
    return Ground(node.get("rule").text(), node.get("text").text(), points)


def _weights(node: Node) -> Weights:
    usual = Weights()
    return Weights(
        specialty=node.optional("spec", lambda one: one.whole(0), usual.specialty),
        wish=node.optional("pref", lambda one: one.whole(0), usual.wish),
        appraisal=node.optional("appraisal", lambda one: one.whole(0), usual.appraisal),
        age=node.optional("age", lambda one: one.whole(0), usual.age),
        unfilled=node.optional("unfilled", lambda one: one.whole(0), usual.unfilled),
        recent=node.optional("recent", lambda one: one.whole(0), usual.recent),
        posted=node.optional("posted", lambda one: one.whole(0), usual.posted),
        overtime=node.optional("overtime", lambda one: one.whole(0), usual.overtime),
        rested_years=node.optional("rested_years", lambda one: one.whole(0), usual.rested_years),
    )


def _pair(node: Node) -> tuple[PostId, CadreId]:
    return PostId(node.get("岗位").text()), CadreId(node.get("工号").text())


def read_pairs(path: Path) -> frozenset[Pair]:
    """Read POSTINGS.csv, PINS.csv or BANS.csv; other columns than 岗位, 工号 are ignored.

    Raises: DispatchInputError naming the row.
    """
    rows = csv.reader(io.StringIO(read_text(path, SOURCE)))
    header = [cell.strip() for cell in next(rows, [])]
    missing = [one for one in COLUMNS if one not in header]
    if missing:
        raise DispatchInputError(f"文件 {path} 第 1 行缺少列“{'、'.join(missing)}”；表头应为：岗位,工号。")
    at, found = [header.index(one) for one in COLUMNS], set[Pair]()
    for line, row in enumerate(rows, start=2):
        cells = [row[place].strip() if place < len(row) else "" for place in at]
        if all(cells):
            found.add((PostId(cells[0]), CadreId(cells[1])))
        elif any(cell.strip() for cell in row):
            raise DispatchInputError(f"文件 {path} 第 {line} 行岗位、工号不全；请补全或删去这一行。")
    return frozenset(found)


def postings_csv(rows: Iterable[Assigned]) -> str:
    """Return POSTINGS.csv as text without BOM, sorted by post and person."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted((row.post, row.cadre) for row in rows))
    return out.getvalue()


def write_postings(path: Path, rows: Iterable[Assigned]) -> None:
    """Write POSTINGS.csv (UTF-8 with BOM, so that Excel reads it).

    Raises: DispatchInputError when the place is not writable.
    """
    try:
        path.write_text("\ufeff" + postings_csv(rows), encoding="utf-8", newline="")
    except OSError as error:
        raise DispatchInputError(f"写不了文件 {path}：请检查目录和权限。") from error
