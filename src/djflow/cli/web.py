"""`djflow web`: serve the public pages of this house."""

import logging
import socket
from contextlib import suppress

import click
import uvicorn

from djflow.assembly import House, open_house, upkeep
from djflow.cli.frame import home_of, progress
from djflow.core.errors import ConflictError
from djflow.web.app import create_app
from djflow.web.files import files_router


@click.command("web", help="启动公示网页。")
@click.option("--host", metavar="地址", help="监听的地址；缺省用 config/djflow.toml 里的 [web]。")
@click.option("--port", type=click.IntRange(0, 65535), metavar="端口", help="监听的端口；缺省用 [web]，0 表示任选。")
@click.pass_context
def web(context: click.Context, host: str | None, port: int | None) -> None:
    """Serve the public pages of this house."""
    house = open_house(home_of(context))
    settings = house.settings.web
    serve(house, host or settings.host, settings.port if port is None else port)


def serve(house: House, host: str, port: int) -> None:
    """Serve the house's pages on `host` and `port` until interrupted.

    Raises: ConflictError when the address cannot be used.
    """
    app = create_app(
        upkeep.board_source(house),
        extra_routers=[files_router(upkeep.file_source(house), upkeep.link_key(house), house.clock)],
        public_url=house.settings.web.public_url or None,
        clock=house.clock,
    )
    with listening(host, port) as door:
        at, chosen = door.getsockname()[:2]
        progress(f"公示网页：http://{f'[{at}]' if ':' in at else at}:{chosen}/")
        # No access log: addresses hold download links, and who looks at the board is nobody's business.
        config = uvicorn.Config(app, log_level=logging.WARNING, access_log=False, server_header=False, lifespan="off")
        with suppress(KeyboardInterrupt):  # Ctrl-C is how a server is told to stop
            uvicorn.Server(config).run(sockets=[door])
    progress("公示网页已停止。")


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
