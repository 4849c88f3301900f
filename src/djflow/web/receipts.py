"""Where providers push delivery reports and replies: `/receipts/<渠道代号>/<密语>`, signed ones without the secret."""

from typing import Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from djflow.assembly import House, pushing
from djflow.assembly.pushing import Push
from djflow.core.errors import InputError
from djflow.web.frame import NO_STORE

MOST_BYTES: Final = 1 << 20
_HEADERS: Final = {"Cache-Control": NO_STORE, "X-Robots-Tag": "noindex, nofollow"}


def receipts_router(house: House) -> APIRouter:
    """Return the router of the doors for pushes."""
    doors = pushing.doors_of(house)

    async def receive(request: Request, channel: str, secret: str = "") -> Response:
        """Take in a push, then thank for it."""
        push = Push(await _body(request), dict(request.headers), dict(request.query_params))
        words = await run_in_threadpool(pushing.receive, house, doors, channel, secret, push)
        return _said(words)

    async def confirm(request: Request, channel: str, secret: str = "") -> Response:
        """Answer a provider that checks the address."""
        return _said(pushing.confirm_address(doors, channel, secret, Push(query=dict(request.query_params))))

    router = APIRouter(prefix="/receipts")
    for path in ("/{channel}", "/{channel}/{secret}"):
        router.add_api_route(path, receive, methods=["POST"], response_model=None)
        router.add_api_route(path, confirm, methods=["GET"], response_model=None)
    return router


def _said(words: str) -> Response:
    is_json = words.startswith("{")
    return Response(words, media_type="application/json" if is_json else "text/plain; charset=utf-8", headers=_HEADERS)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise InputError("推送的内容太长，没有接收。", code="push.too_long")
    return bytes(body)
