"""Reads and writes the files of the roster commands: INSTANCE.json, ROSTER.csv, CHANGES.json.

A wrong file is refused with one sentence that names the place in it. Keys that only some offices use (grades,
pins, bans, frozen days, session rules) may be absent; absent means off.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from djflow.core import jsonfile
from djflow.core.jsonfile import Node, Source
from djflow.roster.model import (
    Assignment,
    Ban,
    Cadre,
    CadreId,
    Change,
    Changes,
    Department,
    DepartmentId,
    Event,
    EventId,
    Market,
    MarketId,
    Problem,
    RosterInputError,
    Rules,
    Weights,
)

COLUMNS = ("场次", "岗位", "工号")
"""Header of ROSTER.csv and PINS.csv."""

SOURCE = Source("排班文件", RosterInputError)


def read_text(path: Path) -> str:
    """Read a text file as Excel or an editor writes it.

    Raises: RosterInputError when the file is missing, unreadable or in another encoding.
    """
    return jsonfile.read_text(path, SOURCE)


def read_json(path: Path) -> Node:
    """Read a JSON file.

    Raises: RosterInputError naming line and column.
    """
    return jsonfile.read_json(path, SOURCE)


def read_instance(path: Path) -> Problem:
    """Read INSTANCE.json.

    Raises: RosterInputError.
    """
    return problem_from_json(read_json(path))


def problem_from_json(root: Node) -> Problem:
    """Build the problem from a parsed INSTANCE.json.

    Raises: RosterInputError.
    """
    meta = root.get("meta")
    incumbents = {
        market: frozenset(DepartmentId(d) for d in ids.each(Node.text))
        for market, ids in root.object("incumbents").pairs()
    }
    return Problem(
        name=meta.optional("name", Node.text, ""),
        posts=tuple(dict.fromkeys(root.get("posts").each(Node.text))),
        departments=tuple(root.get("departments").each(_department)),
        markets=tuple(_market(n, incumbents) for n in root.get("markets").items()),
        events=tuple(root.get("events").each(_event)),
        cadres=tuple(root.get("cadres").each(_cadre)),
        weights=_weights(meta.get("weights")),
        rules=_rules(root.object("rules"), meta.get("gap").whole(0)),
        pins=tuple(root.list_of("pins", _assignment)),
        bans=tuple(root.list_of("bans", _ban)),
        freeze_before=root.optional("freeze_before", _date_or_none, None),
        frozen=tuple(root.list_of("frozen", _assignment)),
        seed=meta.optional("seed", Node.whole, 0),
    )


def _date_or_none(node: Node) -> dt.date | None:
    return node.date()


def _department(node: Node) -> Department:
    return Department(
        id=DepartmentId(node.get("id").text()),
        kind=node.optional("kind", Node.text, "dept"),
        x=node.get("x").number(),
        y=node.get("y").number(),
        quota_min=node.optional("quota_min", Node.whole, 0),
        quota_max=node.optional("quota_max", Node.whole, 1_000_000),
        name=node.optional("name", Node.text, ""),
    )


def _market(node: Node, incumbents: Mapping[str, frozenset[DepartmentId]]) -> Market:
    name = node.get("id").text()
    return Market(
        id=MarketId(name),
        town=node.optional("town", Node.text, ""),
        x=node.get("x").number(),
        y=node.get("y").number(),
        incumbents=incumbents.get(name, frozenset()),
        name=node.optional("name", Node.text, ""),
    )


def _event(node: Node) -> Event:
    return Event(
        id=EventId(node.get("id").text()),
        market=MarketId(node.get("market").text()),
        on=node.get("date").date(),
        units=node.get("units").whole(0),
        needs={post: n.whole(0) for post, n in node.get("posts").pairs()},
    )


def _cadre(node: Node) -> Cadre:
    return Cadre(
        id=CadreId(node.get("id").text()),
        department=DepartmentId(node.get("dept").text()),
        leader=node.optional("leader", Node.flag, default=False),
        skills=frozenset(node.list_of("skills", Node.text)),
        history=node.optional("hist", Node.whole, 0),
        max_duties=node.get("max_duties").whole(0),
        unavailable=_dates(node, "unavail"),
        avoid_weekdays=frozenset(node.list_of("avoid_weekdays", Node.whole)),
        avoid_towns=frozenset(node.list_of("avoid_towns", Node.text)),
        grade=node.optional("grade", Node.whole, 0),
        recent=_dates(node, "recent"),
        name=node.optional("name", Node.text, ""),
    )


def _dates(node: Node, key: str) -> frozenset[dt.date]:
    return frozenset(node.list_of(key, Node.date))


def _weights(node: Node) -> Weights:
    usual = Weights()
    return Weights(
        distance_per_km=node.optional("distance_per_km", lambda n: n.whole(0), usual.distance_per_km),
        not_incumbent=node.optional("not_incumbent", lambda n: n.whole(0), usual.not_incumbent),
        avoid=node.optional("avoid", lambda n: n.whole(0), usual.avoid),
        fairness=node.optional("fairness", lambda n: n.whole(0), usual.fairness),
        quota=node.optional("quota", lambda n: n.whole(0), usual.quota),
        unfilled=node.optional("unfilled", lambda n: n.whole(0), usual.unfilled),
        township=node.get("township").whole(0) if node.has("township") else None,
    )


def _rules(node: Node, gap: int) -> Rules:
    return Rules(
        rest_gap=gap,
        min_grades={p: n.whole() for p, n in node.object("min_grades").pairs()},
        max_per_department=node.get("max_per_department").whole(0) if node.has("max_per_department") else None,
        min_township=node.optional("min_township", lambda n: n.whole(0), 0),
    )


def _assignment(node: Node) -> Assignment:
    event, post, cadre = (node.get(k).text() for k in COLUMNS)
    return Assignment(EventId(event), post, CadreId(cadre))


def _ban(node: Node) -> Ban:
    return Ban(
        cadre=CadreId(node.get("工号").text()),
        event=EventId(node.get("场次").text()) if node.has("场次") else None,
        post=node.get("岗位").text() if node.has("岗位") else None,
    )


def read_roster(path: Path) -> tuple[Assignment, ...]:
    """Read ROSTER.csv or PINS.csv; other columns than 场次, 岗位, 工号 are ignored.

    Raises: RosterInputError naming the row.
    """
    rows = csv.reader(io.StringIO(read_text(path)))
    header = [cell.strip() for cell in next(rows, [])]
    missing = [c for c in COLUMNS if c not in header]
    if missing:
        raise RosterInputError(f"文件 {path} 第 1 行缺少列“{'、'.join(missing)}”；表头应为：场次,岗位,工号。")
    at = [header.index(c) for c in COLUMNS]
    found = []
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = [row[i].strip() if i < len(row) else "" for i in at]
        if not all(cells):
            raise RosterInputError(f"文件 {path} 第 {line} 行场次、岗位、工号不全；请补全或删去这一行。")
        found.append(Assignment(EventId(cells[0]), cells[1], CadreId(cells[2])))
    return tuple(found)


def roster_csv(rows: Iterable[Assignment]) -> str:
    """Return ROSTER.csv as text without BOM, sorted by session, post and person."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((a.event, a.post, a.cadre) for a in sorted(rows))
    return out.getvalue()


def write_roster(path: Path, rows: Iterable[Assignment]) -> None:
    """Write ROSTER.csv (UTF-8 with BOM, so that Excel reads it).

    Raises: RosterInputError when the place is not writable.
    """
    try:
        path.write_text("\ufeff" + roster_csv(rows), encoding="utf-8", newline="")
    except OSError as error:
        raise RosterInputError(f"写不了文件 {path}：请检查目录和权限。") from error


def read_changes(path: Path) -> Changes:
    """Read CHANGES.json.

    Raises: RosterInputError.
    """
    root = read_json(path)
    return Changes(
        freeze_before=root.optional("freeze_before", _date_or_none, None),
        unavailable={CadreId(c): frozenset(days.each(Node.date)) for c, days in root.object("unavailable").pairs()},
        cancelled=frozenset(EventId(e) for e in root.list_of("cancelled", Node.text)),
        must_replace=tuple(root.list_of("must_replace", _assignment)),
    )


def diff_rows(diff: Sequence[Change]) -> list[dict[str, str | None]]:
    """Return a repair's changes in the words of the command line."""
    return [{"场次": c.event, "岗位": c.post, "from": c.before, "to": c.after} for c in diff]
