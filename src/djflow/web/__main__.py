"""Serves the pages of a house: `python -m djflow.web HOME HOST PORT`; `djflow web` and `djflow up` start it so.

An empty HOST or PORT means the one of config/djflow.toml, port 0 any free one.
"""

import logging
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn

from djflow.assembly import House, open_house, upkeep
from djflow.core.errors import ConflictError, DjflowError
from djflow.web.app import create_app
from djflow.web.check import check_router
from djflow.web.desk.router import desk_router
from djflow.web.files import files_router
from djflow.web.me.approve import approve_router
from djflow.web.me.circulars import circulars_router
from djflow.web.me.documents import documents_router
from djflow.web.me.fund import fund_router
from djflow.web.me.meetings import meetings_router
from djflow.web.me.postings import postings_router
from djflow.web.me.routes import me_router
from djflow.web.me.signing import signing_router
from djflow.web.public import dispatch, relief
from djflow.web.public.annual import annual_router
from djflow.web.receipts import receipts_router


def main(home: str, host: str = "", port: str = "") -> int:
    """Serve the house at `home` until interrupted and return the exit code."""
    try:
        house = open_house(Path(home))
        settings = house.settings.web
        serve(house, host or settings.host, int(port) if port else settings.port)
    except DjflowError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - this is a program's last word
        return 1
    return 0


def serve(house: House, host: str, port: int) -> None:
    """Serve the house's pages on `host` and `port` until interrupted.

    Raises: ConflictError when the address cannot be used.
    """
    app = create_app(
        upkeep.board_source(house),
        extra_routers=[
            files_router(upkeep.file_source(house), upkeep.link_key(house), house.clock),
            approve_router(house),
            fund_router(house),
            postings_router(house),
            meetings_router(house),
            documents_router(house),
            circulars_router(house),
            signing_router(house),
            me_router(house),
            desk_router(house),
            receipts_router(house),
            check_router(house),
            annual_router(house),
            relief.relief_router(house),
            dispatch.dispatch_router(house),
        ],
        public_url=house.settings.web.public_url or None,
        clock=house.clock,
        neighbours=(relief.MENU, dispatch.MENU),
    )
    with listening(host, port) as door:
        at, chosen = door.getsockname()[:2]
        print(f"公示网页：http://{f'[{at}]' if ':' in at else at}:{chosen}/", file=sys.stderr, flush=True)  # noqa: T201 - a program's own line to its terminal
        # No access log: addresses hold download links, and who looks at the board is nobody's business.
        config = uvicorn.Config(app, log_level=logging.WARNING, access_log=False, server_header=False, lifespan="off")
        with suppress(KeyboardInterrupt):  # Ctrl-C is how a server is told to stop
            uvicorn.Server(config).run(sockets=[door])
    print("公示网页已停止。", file=sys.stderr)  # noqa: T201 - a program's own line to its terminal


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`; port 0 takes any free one.

    Raises: ConflictError when the address is unknown, taken or not allowed.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise ConflictError(
            f"网页打不开 {host} 的 {port} 端口：端口被占用，或地址不在本机。"
            "请停掉占用它的程序，或在 config/djflow.toml 的 [web] 换一个端口。",
            code="web.port",
        ) from error


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
