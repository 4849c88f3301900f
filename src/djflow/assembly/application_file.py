"""Reads an application written as JSON: keys in English or Chinese, amounts as text, nothing guessed, nothing ignored.

Errors name keys and never repeat what stands in them: a file holds somebody's distress.
"""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from djflow.core.errors import InputError
from djflow.core.money import fen_of
from djflow.fund.cases.model import CATEGORY_WORDS, Category, Filing
from djflow.fund.materials.model import MATERIAL_WORDS, MaterialKind, Upload

MAX_BYTES = 1024 * 1024
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "申请人": "applicant",
        "支部": "branch",
        "类别": "category",
        "金额": "amount",
        "困难情况": "reason",
        "家庭情况": "family",
        "收入情况": "income",
        "人均月收入": "income_per_head",
        "户号": "household",
        "收款账号": "account",
        "开户行": "bank",
        "申报方式": "filed_by",
        "应急": "emergency",
        "草稿": "draft",
        "材料": "materials",
    }
)
"""Keys as the office writes them and as programs do; either may be used."""
_FILINGS = {"self": Filing.SELF, "本人": Filing.SELF, "branch": Filing.BRANCH, "支部": Filing.BRANCH}


@dataclass(frozen=True, slots=True)
class Filed:
    """What the file says; persons and branches by the office's codes."""

    applicant: str
    category: Category
    amount_fen: int
    branch: str
    filing: Filing
    emergency: bool
    draft: bool
    reason: str = field(repr=False)
    family: str = field(repr=False)
    income: str = field(repr=False)
    income_fen: int | None = field(repr=False)
    household: str = field(repr=False)
    account: str = field(repr=False)
    bank: str = field(repr=False)
    uploads: tuple[Upload, ...] = field(repr=False)


def read_application(path: Path, *, max_file_bytes: int) -> Filed:
    """Return what an application file says; materials stand beside it, named relative to it.

    Raises: InputError naming the key that is missing, unknown or cannot be understood.
    """
    values = _values(path)
    for key in ("applicant", "category", "amount", "reason"):
        if key not in values:
            raise InputError(f"申请文件缺少“{_chinese(key)}”（{key}）：请补上。", code="application.missing")
    per_head = values.get("income_per_head")
    emergency, draft = _flag(values, "emergency"), _flag(values, "draft")
    return Filed(
        applicant=_text(values, "applicant"),
        category=_category(_text(values, "category")),
        amount_fen=_fen(values["amount"], "amount"),
        branch=_text(values, "branch"),
        filing=_filing(_text(values, "filed_by") or ("branch" if values.get("branch") else "self")),
        emergency=emergency,
        draft=draft,
        reason=_text(values, "reason"),
        family=_text(values, "family"),
        income=_text(values, "income"),
        income_fen=None if per_head is None else _fen(per_head, "income_per_head", at_least=0),
        household=_text(values, "household"),
        account=_text(values, "account"),
        bank=_text(values, "bank"),
        uploads=_uploads(values.get("materials", []), path.parent, max_file_bytes),
    )


def _values(path: Path) -> Mapping[str, object]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("申请文件超过 1 MB：材料请另存为文件，在“材料”里写文件名。", code="application.size")
        found = json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_once)
    except FileNotFoundError as error:
        raise InputError(f"没有文件 {path.name}：请核对路径。", code="application.file") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("申请文件不是 UTF-8 的 JSON：请对照说明改正。", code="application.json") from error
    if not isinstance(found, dict):
        raise InputError("申请文件应是一个 JSON 对象，如 {“申请人”: “G001”, …}。", code="application.json")
    known = set(KEYS.values())
    values: dict[str, object] = {}
    for written, value in found.items():
        key = KEYS.get(written, written)
        if key not in known:
            near = difflib.get_close_matches(written, [*KEYS, *known], n=1, cutoff=0.5)
            fix = f"是不是“{near[0]}”？" if near else f"可以写：{'、'.join(KEYS)}。"
            raise InputError(f"申请文件里没有“{written[:20]}”这一项：{fix}", code="application.key")
        if key in values:
            raise InputError(f"申请文件里“{_chinese(key)}”写了两次：请删去一个。", code="application.key")
        values[key] = value
    return values


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InputError("申请文件里同一项写了两次：请删去一个。", code="application.key")
    return found


def _chinese(key: str) -> str:
    return next(word for word, name in KEYS.items() if name == key)


def _text(values: Mapping[str, object], key: str) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"“{_chinese(key)}”应是加引号的文字。", code="application.value")
    return value.strip()


def _flag(values: Mapping[str, object], key: str) -> bool:
    value = values.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"“{_chinese(key)}”应是 true 或 false。", code="application.value")
    return value


def _fen(value: object, key: str, *, at_least: int = 1) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise InputError(f'“{_chinese(key)}”应是加引号的元，如 "3000" 或 "3000.50"。', code="money.text")
    return fen_of(value, at_least=at_least)


def _category(word: str) -> Category:
    words = {**{one.value: one for one in Category}, **{text: one for one, text in CATEGORY_WORDS.items()}}
    if word not in words:
        raise InputError(f"没有这个类别，可以写：{'、'.join(CATEGORY_WORDS.values())}。", code="application.category")
    return words[word]


def _filing(word: str) -> Filing:
    if word not in _FILINGS:
        raise InputError("“申报方式”只能写：本人、支部。", code="application.value")
    return _FILINGS[word]


def _uploads(listed: object, folder: Path, max_bytes: int) -> tuple[Upload, ...]:
    if not isinstance(listed, list):
        raise InputError("“材料”应是一个列表，每项写 kind 和 file。", code="application.materials")
    return tuple(_upload(entry, folder, max_bytes) for entry in listed)


def _upload(entry: object, folder: Path, max_bytes: int) -> Upload:
    words = {**{one.value: one for one in MaterialKind}, **{text: one for one, text in MATERIAL_WORDS.items()}}
    if not isinstance(entry, dict) or set(entry) != {"kind", "file"}:
        raise InputError("“材料”的每一项都要写 kind 和 file，不写别的。", code="application.materials")
    kind, name = words.get(str(entry["kind"])), str(entry["file"])
    if kind is None:
        raise InputError(f"没有这种材料，可以写：{'、'.join(MATERIAL_WORDS.values())}。", code="application.materials")
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents:
        raise InputError("材料文件要放在申请文件的同一个目录里。", code="application.materials")
    try:
        if path.stat().st_size > max_bytes:
            raise InputError(f"材料“{MATERIAL_WORDS[kind]}”的文件太大：请缩小后再交。", code="material.size")
        return Upload(kind, path.read_bytes())
    except OSError as error:
        raise InputError(f"材料“{MATERIAL_WORDS[kind]}”的文件读不出来：请核对文件名。", code="material.file") from error
