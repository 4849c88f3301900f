"""Reads and writes the files of `djflow dispatch solve`: INSTANCE.json and POSTINGS.csv.

A wrong file is refused with one sentence that names the place in it. `pins` and `bans` may be absent.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from djflow.core.jsonfile import Node, Source, read_json
from djflow.dispatch.model import (
    Assigned,
    Cadre,
    CadreId,
    DispatchInputError,
    PlaceId,
    Post,
    PostId,
    Problem,
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
    problem = Problem(
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
    )
    _require_once([one.id for one in problem.cadres], "人员")
    _require_once([one.id for one in problem.posts], "岗位")
    return problem


def _require_once(ids: Sequence[str], what: str) -> None:
    seen = set[str]()
    for one in ids:
        if one in seen:
            raise DispatchInputError(f"{SOURCE.name}里{what}“{one}”写了两次；请删去一处。")
        seen.add(one)


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
    )


def _weights(node: Node) -> Weights:
    usual = Weights()
    return Weights(
        specialty=node.optional("spec", lambda one: one.whole(0), usual.specialty),
        wish=node.optional("pref", lambda one: one.whole(0), usual.wish),
        appraisal=node.optional("appraisal", lambda one: one.whole(0), usual.appraisal),
        age=node.optional("age", lambda one: one.whole(0), usual.age),
        unfilled=node.optional("unfilled", lambda one: one.whole(0), usual.unfilled),
    )


def _pair(node: Node) -> tuple[PostId, CadreId]:
    return PostId(node.get("岗位").text()), CadreId(node.get("工号").text())


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
