"""One transaction per act: the outermost caller opens it here, nobody below commits.

A foreign database error leaves this module as a sentence that a clerk can act on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError
from sqlalchemy.orm import Session

from djflow.core.errors import ConflictError, DatabaseUnavailableError
from djflow.db.engine import WRITING
from djflow.db.vault import Vault

_VAULT = "djflow_vault"


class Database:
    """An engine and the vault that seals personal data in it."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        """Keep `engine` and `vault` together; sessions carry the vault to the stores."""
        self.engine = engine
        self.vault = vault

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session whose work is committed as a whole when the block ends, or not at all.

        Raises: DatabaseUnavailableError when the database is locked, full, read-only or gone.
        """
        with self._session(writing=True) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that reads one consistent state and never writes.

        Raises: DatabaseUnavailableError when the database cannot be read.
        """
        with self._session(writing=False) as session:
            yield session

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        bind = self.engine.execution_options(**{WRITING: writing})
        if not writing and self.engine.dialect.name == "postgresql":
            bind = bind.execution_options(isolation_level="REPEATABLE READ")
        session = Session(bind, expire_on_commit=False, info={_VAULT: self.vault})
        try:
            with explained():
                yield session
        finally:
            session.close()


@contextmanager
def explained() -> Iterator[None]:
    """Turn a driver's error inside the block into a sentence.

    Raises: DatabaseUnavailableError; ConflictError when somebody else stored the same key first.
    """
    try:
        yield
    except DBAPIError as error:
        raise explain_database_error(error) from error


def vault_of(session: Session) -> Vault:
    """Return the vault a session carries."""
    return cast("Vault", session.info[_VAULT])


_BUSY = "数据库正忙（被别的程序占用），本次操作没有保存，请稍后再试一次。"
_SENTENCES = (
    ("locked", _BUSY),
    ("lock timeout", _BUSY),
    ("deadlock detected", _BUSY),
    ("could not serialize", _BUSY),
    ("readonly", "数据库文件是只读的，本次操作没有保存：请检查 .djflow 目录及文件的写权限。"),
    ("read-only", "数据库服务器是只读的，本次操作没有保存：请检查 config/djflow.toml 里的地址是不是备用服务器。"),
    ("disk is full", "磁盘已满，本次操作没有保存：请清理磁盘后再试一次。"),
    ("no space", "磁盘已满，本次操作没有保存：请清理磁盘后再试一次。"),
    ("disk i/o error", "读写数据库文件失败，本次操作没有保存：磁盘多半已满或有故障，请清理、检查磁盘后再试一次。"),
    (
        "unable to open",
        "打不开数据库文件：请检查 .djflow 目录能不能写、磁盘是不是只读；还没有建库就运行 djflow db upgrade。",
    ),
    ("not a database", "数据库文件已损坏或不是数据库：请从备份恢复。"),
    ("malformed", "数据库文件已损坏：请从备份恢复。"),
    ("password authentication failed", "数据库的用户名或密码不对：请检查数据库地址里的用户名和密码。"),
    ("fatal: database", "数据库服务器上没有这个数据库：请先建库（createdb），或核对数据库地址。"),
    ("no such table", "数据库还没有建好或版本太旧：请先运行 djflow db upgrade。"),
    ("no such column", "数据库版本太旧：请先运行 djflow db upgrade。"),
    ("does not exist", "数据库还没有建好或版本太旧：请先运行 djflow db upgrade。"),
    ("connection", "连不上数据库：请检查数据库服务是否在运行、config/djflow.toml 里的地址是否正确。"),
)


def explain_database_error(error: DBAPIError) -> Exception:
    """Return the sentence for a driver's error that an office can mend, or the error itself for a programming fault."""
    if isinstance(error, IntegrityError) and "unique" in str(error.orig).lower():
        return ConflictError("别人刚刚保存了同样的资料，本次操作没有保存：请刷新后核对，再做一次。")
    words = " ".join(str(error.orig).lower().split())
    for part, sentence in _SENTENCES:
        if part in words and (
            isinstance(error, OperationalError | InternalError)
            or isinstance(error.orig, sqlite3.Error)
            or "exist" in part
        ):
            return DatabaseUnavailableError(sentence)
    return error
