"""Personal data at rest and the key that protects it."""

import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.errors import KeyFileError
from djflow.db import rotation, store
from djflow.db.session import Database
from djflow.db.vault import Vault, new_vault, read_key_file, write_key_file
from djflow.people import service
from djflow.people.model import ContactEntry, ContactKind, Gender, PersonEntry, UnitEntry, UnitKind

VAULT = Vault("k1", {"k1": bytes(range(32))}, bytes(range(32, 64)))
CONTEXT = "person.mobile:p1"
CHEN = PersonEntry("C001", "陈一", Gender.MALE, "RS", mobile="16900000001", bank_account="0000123456789012")
LIN = PersonEntry("C002", "林二", Gender.FEMALE, "RS", mobile="16900000002")
SEALED = 4


@given(st.text(), st.text(min_size=1))
def test_what_is_sealed_opens_again(value: str, context: str) -> None:
    """Any text comes back, and two seals of the same text never look alike."""
    sealed = VAULT.seal(value, context=context)
    assert VAULT.open(sealed, context=context) == value
    assert VAULT.seal(value, context=context) != sealed


@given(st.integers(min_value=4), st.integers(1, 255))
def test_a_changed_value_does_not_open(place: int, change: int) -> None:
    """Not one bit of a sealed value can be changed unnoticed."""
    sealed = bytearray(VAULT.seal("16900000001", context=CONTEXT))
    place = 4 + place % (len(sealed) - 4)
    sealed[place] ^= change
    with pytest.raises(KeyFileError):
        VAULT.open(bytes(sealed), context=CONTEXT)


def test_a_moved_value_does_not_open() -> None:
    """A number copied to another person or column is not taken for that one's."""
    sealed = VAULT.seal("16900000001", context=CONTEXT)
    for context in ("person.mobile:p2", "person.id_number:p1"):
        with pytest.raises(KeyFileError, match="移到了别处"):
            VAULT.open(sealed, context=context)


def test_another_house_cannot_open() -> None:
    """A key file of another house opens nothing and says so."""
    sealed = VAULT.seal("16900000001", context=CONTEXT)
    with pytest.raises(KeyFileError, match="密钥不对"):
        new_vault().open(sealed, context=CONTEXT)
    with pytest.raises(KeyFileError, match="没有解开这条资料所用的密钥"):
        VAULT.rotated().without_old_keys().open(sealed, context=CONTEXT)


def test_look_up_hashes_tell_kinds_apart_and_outlive_rotation() -> None:
    """A number is found by its hash, the same digits of another kind are not, and rotation changes no hash."""
    assert VAULT.lookup("1", kind="mobile") == VAULT.rotated().without_old_keys().lookup("1", kind="mobile")
    assert VAULT.lookup("1", kind="mobile") != VAULT.lookup("1", kind="id_number")
    assert VAULT.lookup("1", kind="mobile") != new_vault().lookup("1", kind="mobile")
    assert VAULT.fingerprint == VAULT.rotated().fingerprint != new_vault().fingerprint


def test_the_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    """Only the owner can read the key file, and a second one is not written over it."""
    path = tmp_path / "state" / "keys.json"
    write_key_file(path, VAULT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path) == VAULT
    with pytest.raises(KeyFileError, match="已经存在"):
        write_key_file(path, new_vault())
    assert read_key_file(path) == VAULT


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[1]",
        '{"active": "k1", "keys": {}, "pepper": ""}',
        '{"active": "k1", "keys": {"k1": "AAAA"}, "pepper": "AAAA"}',
        '{"active": "k1", "keys": {"k1": "*"}, "pepper": "*"}',
    ],
)
def test_a_damaged_key_file_is_explained(tmp_path: Path, content: str) -> None:
    """A damaged key file is named with what to do, and left as it is."""
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(KeyFileError, match="已损坏：请从备份恢复"):
        read_key_file(path)
    assert path.read_text() == content


def test_a_lost_key_file_is_explained(tmp_path: Path) -> None:
    """A lost key file is never replaced by a new one."""
    path = tmp_path / "keys.json"
    with pytest.raises(KeyFileError, match=r"找不到密钥文件.*没有新建密钥"):
        read_key_file(path)
    assert not path.exists()


@pytest.fixture
def key_file(database: Database, tmp_path: Path, now: datetime) -> Path:
    """A key file of a house in which four numbers are sealed."""
    path = tmp_path / "keys" / "keys.json"
    write_key_file(path, database.vault)
    with database.transaction() as session:
        service.put_units(session, [UnitEntry("RS", "区人社局", UnitKind.DISTRICT_UNIT, 1)], by="tester", now=now)
        service.put_people(session, [CHEN, LIN], by="tester", now=now)
        lin = service.person_by_code(session, "C002").id
        service.add_contact(session, ContactEntry(lin, ContactKind.EMAIL, "lin@example.org"), by="tester", now=now)
    return path


def _stored(database: Database, key_file: Path) -> dict[str, PersonEntry]:
    with Database(database.engine, read_key_file(key_file)).reading() as session:
        return dict(service.entries(session))


def test_rotation_seals_everything_under_a_new_key(database: Database, key_file: Path) -> None:
    """After a rotation everything opens with the new key alone, and the old one is gone from the file."""
    before = read_key_file(key_file)
    done = rotation.rotate(database, key_file)
    assert done == rotation.Rotation("k2", SEALED, ("k1",), resumed=False)
    after = read_key_file(key_file)
    assert (set(after.keys), after.pepper) == ({"k2"}, before.pepper)
    assert after.keys["k2"] != before.keys["k1"]
    assert _stored(database, key_file) == {"C001": CHEN, "C002": LIN}
    turned = Database(database.engine, after)
    assert rotation.key_status(turned, key_file) == rotation.KeyStatus("k2", after.fingerprint, {"k2": SEALED}, False)
    assert rotation.rotate(turned, key_file).active == "k3"
    assert _stored(database, key_file) == {"C001": CHEN, "C002": LIN}


class _PowerCutError(Exception):
    """The machine stops here."""


@pytest.mark.parametrize("step", ["new key written", "before commit", "after commit"])
def test_rotation_broken_off_anywhere_loses_nothing(
    database: Database, key_file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Wherever a rotation stops, everything still opens, and the next one goes on instead of adding a key."""

    def cut(*_arguments: object, **_options: object) -> None:
        raise _PowerCutError

    target = {"new key written": "reseal", "before commit": "state_fact", "after commit": "key_use"}[step]
    with database.transaction() as session:
        store.state_fact(session, store.ACTIVE_KEY, "k1")
    with monkeypatch.context() as patch:
        patch.setattr(store, target, cut)
        with pytest.raises(_PowerCutError):
            rotation.rotate(database, key_file)
    assert set(read_key_file(key_file).keys) == {"k1", "k2"}
    assert _stored(database, key_file) == {"C001": CHEN, "C002": LIN}
    reopened = Database(database.engine, read_key_file(key_file))
    assert rotation.key_status(reopened, key_file).interrupted
    with reopened.transaction() as session:
        assert store.sealing_vault(session).active == "k2"
    done = rotation.rotate(reopened, key_file)
    assert (done.active, done.dropped, done.resumed) == ("k2", ("k1",), True)
    assert set(read_key_file(key_file).keys) == {"k2"}
    assert _stored(database, key_file) == {"C001": CHEN, "C002": LIN}


def test_a_program_with_the_old_key_cannot_seal_any_more(database: Database, key_file: Path, now: datetime) -> None:
    """A program that was running during the rotation is told to restart instead of losing a number."""
    rotation.rotate(database, key_file)
    new = PersonEntry("C003", "何三", Gender.MALE, "RS", mobile="16900000003")
    with pytest.raises(KeyFileError, match="重新启动"), database.transaction() as session:
        service.put_people(session, [new], by="tester", now=now)
    assert set(_stored(database, key_file)) == {"C001", "C002"}


def test_rotation_waits_for_whoever_is_sealing(database: Database, key_file: Path, now: datetime) -> None:
    """A number sealed with the old key while the rotation starts is re-sealed with the rest."""
    with database.transaction() as session:
        store.state_fact(session, store.ACTIVE_KEY, "k1")
    done = list[rotation.Rotation]()
    turning = threading.Thread(target=lambda: done.append(rotation.rotate(database, key_file)))
    with database.transaction() as session:
        new = PersonEntry("C003", "何三", Gender.MALE, "RS", mobile="16900000003")
        service.put_people(session, [new], by="tester", now=now)
        turning.start()
        turning.join(timeout=0.3)
        assert turning.is_alive()
    turning.join()
    assert done[0].resealed == SEALED + 1
    assert _stored(database, key_file)["C003"] == new


def test_rotation_with_a_foreign_or_lost_key_file_changes_nothing(database: Database, key_file: Path) -> None:
    """A key file of another house, a damaged or a lost one stops the rotation before anything is written."""
    own = read_key_file(key_file)
    write_key_file(key_file, new_vault(), replace=True)
    foreign = key_file.read_text()
    with pytest.raises(KeyFileError, match="不是本区的密钥文件"):
        rotation.rotate(database, key_file)
    assert key_file.read_text() == foreign
    key_file.unlink()
    with pytest.raises(KeyFileError, match="找不到"):
        rotation.rotate(database, key_file)
    assert not key_file.exists()
    write_key_file(key_file, own)
    assert _stored(database, key_file) == {"C001": CHEN, "C002": LIN}


def test_every_sealed_column_joins_rotation() -> None:
    """Each column that holds sealed bytes is known to the rotation under a context of its own."""
    contexts = [context for _, context in store.sealed_columns()]
    assert {"person.mobile", "person.id_number", "person.bank_account", "contact.address"} <= set(contexts)
    assert len(contexts) == len(set(contexts))


def test_a_table_the_program_does_not_know_stops_rotation(database: Database, key_file: Path) -> None:
    """A database with sealed values that this program would pass over keeps its key."""
    with database.transaction() as session:
        kind = {"sqlite": "BLOB", "postgresql": "BYTEA"}[database.engine.dialect.name]
        session.connection().exec_driver_sql(f"CREATE TABLE later_table (id VARCHAR(32), secret {kind})")
    with pytest.raises(KeyFileError, match="later_table"):
        rotation.rotate(database, key_file)
    assert set(read_key_file(key_file).keys) == {"k1"}
