"""Prefect's own server as djflow runs it: `python -m flows.server`. Address and database come from PREFECT_… settings.

Two things differ from `prefect server start`:
- Its scheduler hands computed columns to a bulk insert. SQLAlchemy 2.1 refuses that (2.0 ignored them), and no planned
  run would ever appear. Seen with Prefect 3.8.8; tests/flows proves that planned runs appear.
- The pages may load nothing from elsewhere: the UI asks an analytics host even when analytics are off.
"""

import uvicorn
from prefect.server.api.server import create_app
from prefect.server.database.orm_models import FlowRun, FlowRunState, TaskRun, TaskRunState
from prefect.settings import get_current_settings
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; worker-src 'self' blob:; img-src * data: blob:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'self'"
)


def repair_scheduler() -> None:
    """Let bulk inserts pass over computed columns, as they did before SQLAlchemy 2.1."""
    for table in (FlowRun, FlowRunState, TaskRun, TaskRunState):
        for column in table.__mapper__.all_orm_descriptors.values():
            if getattr(column, "bulk_dml_setter", column) is None:
                setattr(column, "bulk_dml_setter", _pass_over)  # noqa: B010 - the attribute is not declared on the base


def _pass_over(_table: type, _row: dict[str, object], _value: object) -> None:
    """Store nothing: the value is computed from other columns."""


class ClosedPages:
    """An application whose answers forbid pages to load anything from another host; pictures are ours by address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with the policy added."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = _POLICY
            await send(message)

        await self._app(scope, receive, with_policy)


def main() -> None:
    """Serve until told to stop; open browser pages hold nothing up for more than two seconds."""
    repair_scheduler()
    api = get_current_settings().server.api
    app = ClosedPages(create_app(final=True))
    uvicorn.run(
        app,
        host=str(api.host),
        port=api.port,
        timeout_keep_alive=api.keepalive_timeout,
        timeout_graceful_shutdown=2,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
