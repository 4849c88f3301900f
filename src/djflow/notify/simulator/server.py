"""The simulator's server on the loopback address: providers behind faults, receipts, and a small control interface."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Final, Protocol, Self

import aiohttp
from aiohttp import web

from djflow.core.clock import Clock
from djflow.core.errors import InputError
from djflow.notify.simulator import robots, sms, wecom_app
from djflow.notify.simulator.faults import Fault, Faults, faults_of
from djflow.notify.simulator.receipts import PUSHING, report
from djflow.notify.simulator.world import Call, Reaction, Taken, World

HOST = "127.0.0.1"
MAINTENANCE: Final = "<!DOCTYPE html><html><body><h1>系统维护中</h1></body></html>"


class _Provider(Protocol):
    def __call__(self, world: World, call: Call, *, busy: bool) -> Reaction: ...


def _webhook(world: World, call: Call, *, busy: bool) -> Reaction:
    """Take anything: a JSON webhook, or ntfy, whose topic stands in the body."""
    if busy:
        return Reaction({"error": "too many requests"}, 429)
    text = call.body.decode(errors="replace")
    kind = "json" if call.path.startswith("/json/") else "ntfy"
    world.take(Taken(kind, call.path, "", world.next_id("w"), world.now(), call.path, text))
    return Reaction({"id": "ok"})


ROUTES: Final[tuple[tuple[str, _Provider], ...]] = (
    ("/wecom/cgi-bin/webhook/send", robots.wecom_robot),
    ("/wecom/cgi-bin/gettoken", wecom_app.get_token),
    ("/wecom/cgi-bin/message/send", wecom_app.send),
    ("/wecom/cgi-bin/message/recall", wecom_app.recall),
    ("/dingtalk/robot/send", robots.ding_robot),
    ("/feishu/open-apis/bot/v2/hook/{token}", robots.feishu_robot),
    ("/aliyun/", sms.aliyun),
    ("/tencent/", sms.tencent),
    ("/cloudmas/sms/norsubmit", sms.cloudmas),
    ("/cloudmas/sms/tmpsubmit", sms.cloudmas),
    ("/json/{tail:.*}", _webhook),
    ("/", _webhook),
)


class Simulator:
    """All providers in one server: `async with Simulator(faults=Faults(html=0.1), seed=7) as sim: … sim.url`."""

    def __init__(
        self,
        *,
        faults: Faults | None = None,
        seed: int = 0,
        latency_ms: float = 0.0,
        time_scale: float = 1.0,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Prepare; the port is taken on entry, 0 means any free one."""
        self.world = World(faults or Faults(), seed, time_scale, clock)
        self.latency = latency_ms / 1000
        self.port = port
        self.receipts_to: dict[str, str] = {}
        self._stop = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._pushing: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address to send to."""
        return f"http://{HOST}:{self.port}"

    @property
    def taken(self) -> list[Taken]:
        """Every message that was accepted."""
        return self.world.taken

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 << 20)
        for path, provider in ROUTES:
            app.router.add_route("*", path, self._handler(provider))
        app.router.add_get("/sim/state", self._state)
        app.router.add_get("/sim/messages", self._messages)
        app.router.add_get("/sim/faults", self._show_faults)
        app.router.add_post("/sim/faults", self._set_faults)
        app.router.add_post("/sim/receipts", self._set_receipts)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._pushing = asyncio.create_task(self._push_forever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._pushing:
            await self._pushing
        if self._runner:
            await self._runner.cleanup()

    def _handler(self, provider: _Provider) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.world.calls[request.path] += 1
            call = Call(
                request.method,
                request.path,
                dict(request.query),
                {name.lower(): value for name, value in request.headers.items()},
                await request.read(),
                request.rel_url.raw_query_string,
            )
            if self.latency:
                await asyncio.sleep(self.latency)
            fault = self.world.faults.draw(self.world.rng)
            return await self._answer(request, provider, call, fault)

        return handle

    async def _answer(
        self, request: web.Request, provider: _Provider, call: Call, fault: Fault | None
    ) -> web.StreamResponse:
        faults = self.world.faults
        if fault is Fault.HTML:
            return web.Response(text=MAINTENANCE, content_type="text/html")
        if fault is Fault.RESET_BEFORE:
            return _reset(request)
        lucky = self.world.rng.random() < 0.5
        if fault in {Fault.SERVER_ERROR, Fault.HANG} and not lucky:
            reaction = Reaction(MAINTENANCE, 502)
        else:
            reaction = provider(self.world, call, busy=fault is Fault.REFUSED)
        if fault is Fault.RESET_AFTER:
            return _reset(request)
        if fault is Fault.SERVER_ERROR:
            return web.Response(text=MAINTENANCE, content_type="text/html", status=502)
        if fault in {Fault.HANG, Fault.SLOW}:
            await self._wait(faults.hang_seconds if fault is Fault.HANG else faults.slow_seconds)
        if fault is Fault.HANG:
            return _reset(request)
        text = json.dumps(reaction.content, ensure_ascii=False)
        if fault is Fault.CUT_JSON:
            text = text[: len(text) // 2]
        return web.Response(text=text, content_type="application/json", status=reaction.status)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    async def _push_forever(self) -> None:
        late: list[Taken] = []
        async with aiohttp.ClientSession() as session:
            while not self._stop.is_set():
                await self._wait(0.2)
                batch = late
                late = []
                for one in self._reportable():
                    (late if self.world.rng.random() < self.world.faults.receipt_late else batch).append(one)
                for provider, body in self.reports(batch):
                    await _push(session, self.receipts_to[provider], body)

    def _reportable(self) -> list[Taken]:
        ready = [one for one in self.world.unreported if one.provider in self.receipts_to]
        for one in ready:
            self.world.unreported.remove(one)
        return ready

    def reports(self, messages: list[Taken]) -> list[tuple[str, bytes]]:
        """Return provider and body of the reports for these messages: some lost, doubled or out of order."""
        faults, rng = self.world.faults, self.world.rng
        kept = [one for one in messages if rng.random() >= faults.receipt_lost]
        kept += [one for one in kept if rng.random() < faults.receipt_doubled]
        if rng.random() < faults.receipt_reordered:
            rng.shuffle(kept)
        groups = ((provider, [one for one in kept if one.provider == provider]) for provider in PUSHING)
        return [(provider, report(provider, group)) for provider, group in groups if group]

    async def _state(self, request: web.Request) -> web.Response:  # noqa: ARG002 - nothing to ask
        world = self.world
        accepted: dict[str, int] = {}
        for one in world.taken:
            accepted[one.provider] = accepted.get(one.provider, 0) + 1
        return _json(
            {
                "accepted": accepted,
                "doubles": world.doubles(),
                "refusals": dict(world.refusals),
                "calls": dict(world.calls),
                "faults": world.faults.as_map(),
                "seconds": world.seconds(),
            }
        )

    async def _messages(self, request: web.Request) -> web.Response:
        wanted = request.query.get("provider", "")
        return _json([one.shown() for one in self.world.taken if wanted in {"", one.provider}])

    async def _show_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002 - nothing to ask
        return _json(self.world.faults.as_map())

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            self.world.faults = faults_of(_object(await request.read()))
        except InputError as error:
            return _json({"error": error.message}, 400)
        return _json(self.world.faults.as_map())

    async def _set_receipts(self, request: web.Request) -> web.Response:
        try:
            wanted = {name: str(url) for name, url in _object(await request.read()).items()}
        except InputError as error:
            return _json({"error": error.message}, 400)
        if not set(wanted) <= set(PUSHING):
            return _json({"error": f"推送回执的只有：{'、'.join(PUSHING)}。"}, 400)
        self.receipts_to = wanted
        return _json({"providers": sorted(wanted)})


async def _push(session: aiohttp.ClientSession, url: str, body: bytes) -> None:
    try:
        async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
            await response.read()
    except (aiohttp.ClientError, TimeoutError):
        # A provider does not mind a receiver that is down; the report is lost as in life.
        return


def _object(body: bytes) -> Mapping[str, object]:
    try:
        content = json.loads(body)
    except ValueError as error:
        raise InputError("内容不是 JSON。") from error
    if not isinstance(content, dict):
        raise InputError("内容应是一个 JSON 对象。")
    return content


def _json(content: object, status: int = 200) -> web.Response:
    return web.json_response(content, status=status)


def _reset(request: web.Request) -> web.Response:
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            # Lingering for no time makes the kernel send a reset instead of a farewell.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
