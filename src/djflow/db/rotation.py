"""Rotation of the key that protects personal data, safe to break off at every step.

1. the key file gets a new active key beside the old ones; 2. one transaction encrypts everything again and states the
new key as the active one; 3. the old keys leave the file. Broken off after 1 or 2, the file opens everything, and the
next rotation goes on from there instead of making one more key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from djflow.core.errors import KeyFileError
from djflow.db import store
from djflow.db.session import Database
from djflow.db.vault import read_key_file, write_key_file


@dataclass(frozen=True, slots=True)
class Rotation:
    """The new active key, how many values were encrypted again, which keys left the file, whether it was resumed."""

    active: str
    resealed: int
    dropped: tuple[str, ...]
    resumed: bool


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Keys of the house; `use` maps key id to sealed values, `interrupted` says that a rotation must be finished."""

    active: str
    fingerprint: str
    use: Mapping[str, int]
    interrupted: bool


def rotate(database: Database, key_file: Path) -> Rotation:
    """Put everything sealed under a fresh key and forget the old ones; other djflow programs must restart afterwards.

    Raises: KeyFileError when the key file is lost, damaged or belongs to another house, or a table is unknown;
        nothing is changed then.
    """
    held = read_key_file(key_file)
    if held.fingerprint != database.vault.fingerprint:
        raise KeyFileError(f"密钥文件 {key_file} 不是本区的密钥文件：请恢复原来的密钥文件，没有改动任何内容。")
    _refuse_unknown_tables(database)
    resumed = len(held.keys) > 1
    vault = held if resumed else held.rotated()
    if not resumed:
        _name_active_key(database, held.active)
        write_key_file(key_file, vault, replace=True)
    with Database(database.engine, vault).transaction() as session:
        store.lock_active_key(session)
        resealed = store.reseal(session)
        store.state_fact(session, store.ACTIVE_KEY, vault.active)
    with Database(database.engine, vault).reading() as session:
        left = [key for key in store.key_use(session) if key != vault.active]
    if left:
        raise KeyFileError(
            "更换期间有资料用旧密钥写入，旧密钥已保留：请停止其他 djflow 程序，再运行一次 djflow keys rotate。"
        )
    write_key_file(key_file, vault.without_old_keys(), replace=True)
    return Rotation(vault.active, resealed, tuple(sorted(set(vault.keys) - {vault.active})), resumed)


def _refuse_unknown_tables(database: Database) -> None:
    # Values in a table that is not in the metadata would be passed over, and their key thrown away.
    with database.reading() as session:
        unknown = store.unknown_binaries(session)
    if unknown:
        raise KeyFileError(f"数据库里有本程序不认识的加密表（{'、'.join(unknown)}），没有动密钥：请先升级 djflow。")


def _name_active_key(database: Database, active: str) -> None:
    # Whoever encrypts shares a lock on this row; it must be there before the first rotation.
    with database.transaction() as session:
        if store.fact(session, store.ACTIVE_KEY) is None:
            store.state_fact(session, store.ACTIVE_KEY, active)


def key_status(database: Database, key_file: Path) -> KeyStatus:
    """Return which key is active, how many values each key holds, and whether a rotation was broken off.

    Raises: KeyFileError when the key file is lost or damaged.
    """
    held = read_key_file(key_file)
    _refuse_unknown_tables(database)
    with database.reading() as session:
        use = dict(store.key_use(session))
    return KeyStatus(held.active, held.fingerprint, use, len(held.keys) > 1 or set(use) - {held.active} != set())
