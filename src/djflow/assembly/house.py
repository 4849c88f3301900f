"""Opens a house: the folder that holds config/ and .djflow/, with its database, keys and texts.

A house knows which key file belongs to it: the database holds the file's fingerprint. A missing or foreign key file
stops the program; nothing is overwritten and no new key is made.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from djflow.approvals.chains import service as chains
from djflow.core.clock import Clock, SystemClock, civil_date
from djflow.core.errors import ConflictError, DatabaseUnavailableError, KeyFileError
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database, explained
from djflow.db.store import ACTIVE_KEY, fact, state_fact
from djflow.db.upgrade import current_version, newest_version, upgrade
from djflow.db.vault import Vault, new_vault, read_key_file, write_key_file
from djflow.dispatch.policy import service as policies
from djflow.notify.texts import Texts
from djflow.settings.load import load_settings
from djflow.settings.schema import Settings

HOME_VARIABLE = "DJFLOW_HOME"
KEY_FINGERPRINT = "key_fingerprint"
KIND = "kind"

Kind = Literal["demo", "district"]


@dataclass(frozen=True, slots=True)
class House:
    """One district's djflow: everything a command, a flow or a page needs."""

    settings: Settings
    database: Database
    texts: Texts
    clock: Clock
    kind: Kind

    @property
    def home(self) -> Path:
        """The folder that holds config/ and .djflow/."""
        return self.settings.home

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.settings.state

    @property
    def key_file(self) -> Path:
        """The file with the keys that protect personal data."""
        return key_file_of(self.state)

    @property
    def vault(self) -> Vault:
        """The keys."""
        return self.database.vault

    @property
    def is_demo(self) -> bool:
        """Whether this is the demonstration district, which may be thrown away."""
        return self.kind == "demo"

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()

    def today(self) -> date:
        """Return the civil date of the present instant."""
        return civil_date(self.clock.now())

    def transaction(self) -> AbstractContextManager[Session]:
        """Open the one transaction of an act."""
        return self.database.transaction()

    def reading(self) -> AbstractContextManager[Session]:
        """Open a consistent view for reading."""
        return self.database.reading()


def key_file_of(state: Path) -> Path:
    """Return where a state folder keeps its keys."""
    return state / "keys.json"


def home_folder(home: Path | None = None) -> Path:
    """Return the home folder: the argument, else DJFLOW_HOME, else the current folder."""
    return Path(home or os.environ.get(HOME_VARIABLE) or ".").resolve()


def open_house(home: Path | None = None, *, clock: Clock | None = None, database_url: str | None = None) -> House:
    """Open the house at `home` for work; `database_url` replaces the configured one, empty means the file in the home.

    Raises: ConfigError, KeyFileError, DatabaseUnavailableError, each saying what to do.
    """
    settings = _settings(home, database_url)
    with _closing_on_error(_engine(settings)) as engine:
        if current_version(engine) != newest_version():
            raise DatabaseUnavailableError("数据库还没有建好或版本太旧：请先运行 djflow db upgrade。")
        database = Database(engine, _own_vault(engine, key_file_of(settings.state)))
        with database.reading() as session:
            kind: Kind = "demo" if fact(session, KIND) == "demo" else "district"
        _put_chains_in_force(database, settings, clock or SystemClock())
    texts = Texts(settings.home / "config" / "texts")
    return House(settings, database, texts, clock or SystemClock(), kind)


def _put_chains_in_force(database: Database, settings: Settings, clock: Clock) -> None:
    # A version that was changed after it was used stops the program: cases under it would mean something else.
    with database.reading() as session:
        fresh = chains.unpublished(session, settings.approvals.versions)
        policies.require_unchanged(session, (one.policy for one in settings.dispatch.kinds))
    if fresh:
        with database.transaction() as session:
            chains.publish(session, settings.approvals.versions, by="config", now=clock.now())


def create_house(
    home: Path | None = None, *, kind: Kind = "district", clock: Clock | None = None, database_url: str | None = None
) -> House:
    """Create or migrate the house at `home`: state folder, key file, database as in `open_house`; safe to repeat.

    Raises: ConflictError when the home is of the other kind, and what `open_house` raises.
    """
    settings = _settings(home, database_url)
    prepare_state(settings.state)
    with _closing_on_error(_engine(settings)) as engine:
        fresh = current_version(engine) is None
        upgrade(engine)
        path = key_file_of(settings.state)
        if not path.exists() and (fresh or _fingerprint(engine) is None):
            write_key_file(path, new_vault())
        database = Database(engine, _own_vault(engine, path))
        with database.transaction() as session:
            known = fact(session, KIND)
            if known not in {None, kind}:
                raise ConflictError(_OTHER_KIND[kind])
            state_fact(session, KIND, kind)
            if fact(session, KEY_FINGERPRINT) is None:
                state_fact(session, KEY_FINGERPRINT, database.vault.fingerprint)
                state_fact(session, ACTIVE_KEY, database.vault.active)
        engine.dispose()
    return open_house(home, clock=clock, database_url=database_url)


_OTHER_KIND = {
    "demo": "这个目录里已经是正式的区，不能装入示范区：请另用一个目录（--home）。",
    "district": "这个目录里是示范区，不能改成正式的区：请另用一个目录（--home），或先运行 djflow demo remove。",
}


def upgrade_house(home: Path | None = None) -> str:
    """Create or migrate the database of `home` and return its version; an existing house keeps its kind.

    Raises: what `create_house` raises.
    """
    settings = load_settings(home_folder(home))
    prepare_state(settings.state)
    with _closing_on_error(_engine(settings)) as engine:
        exists = current_version(engine) is not None
        kind: Kind = "demo" if exists and _stated_kind(engine) == "demo" else "district"
        if not exists and settings.district.demonstration:
            kind = "demo"
        engine.dispose()
    create_house(home, kind=kind).database.engine.dispose()
    return newest_version()


def prepare_state(state: Path) -> None:
    """Make the state folder, closed to other users.

    Raises: DatabaseUnavailableError when it cannot be made.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        state.chmod(0o700)
    except OSError as error:
        raise DatabaseUnavailableError(f"建不了目录 {state}：请检查上级目录的权限和磁盘空间。") from error


def _settings(home: Path | None, database_url: str | None) -> Settings:
    settings = load_settings(home_folder(home))
    if database_url is None:
        return settings
    return replace(settings, database=settings.database.model_copy(update={"url": database_url}))


def _engine(settings: Settings) -> Engine:
    return open_engine(settings.database.url or sqlite_url(settings.state / "djflow.db"))


@contextmanager
def _closing_on_error(engine: Engine) -> Iterator[Engine]:
    try:
        with explained():
            yield engine
    except BaseException:
        engine.dispose()
        raise


def _stated_kind(engine: Engine) -> str | None:
    with Session(engine) as session:
        return fact(session, KIND)


def _fingerprint(engine: Engine) -> str | None:
    with Session(engine) as session:
        return fact(session, KEY_FINGERPRINT)


def _own_vault(engine: Engine, path: Path) -> Vault:
    vault = read_key_file(path)
    known = _fingerprint(engine)
    if known is not None and known != vault.fingerprint:
        raise KeyFileError(f"密钥文件 {path} 不是这个数据库的：请从备份恢复原来的密钥文件。没有改动任何资料。")
    return vault
