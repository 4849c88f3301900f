"""Where providers push: behind a secret or a signature, taken in once, thanked for in each one's words."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from djflow.assembly import House, upkeep
from djflow.notify import service as notify
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Lane
from djflow.notify.feedback import service as feedback
from djflow.notify.lives import service as lives
from djflow.notify.model import MessageState, Result, Verdict
from djflow.notify.simulator import Taken
from djflow.notify.simulator.accounts import CALLBACK_AES, CALLBACK_TOKEN, CORP
from djflow.notify.simulator.receipts import address_check, card_click, report, words_back
from djflow.settings.channels_file import Channels
from djflow.web.app import create_app
from djflow.web.receipts import MOST_BYTES, receipts_router
from tests.assembly.conftest import house
from tests.notify.messages import intent, planned

__all__ = ["house"]
SECRET = "s" * 20
CHANNELS = {
    "channels": [
        {"key": "sms", "url": "aliyunsms://a:b@签名", "receipt_secret": "${DJFLOW_PUSH}"},
        {"key": "tencent", "url": "tencentsms://a:b@1/签名", "receipt_secret": "t" * 20},
        {"key": "closed", "url": "aliyunsms://a:b@签名"},
        {"key": "wecom", "url": f"wecomapp://{CORP}/1?secret=s&token={CALLBACK_TOKEN}&aes={CALLBACK_AES}"},
        {"key": "deaf", "url": f"wecomapp://{CORP}/1?secret=s"},
        {"key": "off", "url": "aliyunsms://a:b@签名", "receipt_secret": "o" * 20, "enabled": False},
        {"key": "keyless", "url": "aliyunsms://${DJFLOW_NO_KEY}:b@签名", "receipt_secret": "k" * 20},
        {"key": "weak", "url": "aliyunsms://a:b@签名", "receipt_secret": "${DJFLOW_WEAK}"},
    ]
}


@pytest.fixture
def app(house: House, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The doors of a house with all sorts of channels."""
    monkeypatch.setenv("DJFLOW_PUSH", SECRET)
    monkeypatch.setenv("DJFLOW_WEAK", "weak")
    monkeypatch.delenv("DJFLOW_NO_KEY", raising=False)
    settings = replace(house.settings, channels=Channels.model_validate(CHANNELS))
    router = receipts_router(replace(house, settings=settings))
    return create_app(upkeep.board_source(house), extra_routers=[router], clock=house.clock)


def ask(app: FastAPI, path: str, body: bytes = b"", method: str = "POST") -> httpx.Response:
    """One request of a provider."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://djflow.test") as client:
            return await client.request(method, path, content=body)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked()).result()


@pytest.fixture
def accepted(house: House) -> tuple[str, str]:
    """A message that the gateway has taken: its notice and its own id."""
    now = house.now()
    with house.transaction() as session:
        notify.enqueue(session, [intent(now)], now=now)
        notice = notify.listing(session)[0]["id"]
        planned(session, notice, MessageState.PENDING, now, channel="sms")
        lane = Lane("sms")
        (claimed,) = delivery.claim(session, lane, 1, lambda _, __: frozenset(), owner="o", now=now).messages
        result = Result(claimed.id, 1, Verdict.ACCEPTED, provider_id="b1")
        delivery.write_results(session, lane, [(claimed, result)], owner="o", now=now)
    return notice, claimed.id


def test_a_pushed_report_moves_its_message_once(house: House, app: FastAPI, accepted: tuple[str, str]) -> None:
    """A report marks its message delivered; pushed twice it is one report, and a late failure takes nothing back."""
    notice, message = accepted
    taken = Taken("aliyunsms", "S", message, "b1", house.now(), "p1", "x")
    for delivered in (True, True, False):
        answer = ask(app, f"/receipts/sms/{SECRET}", report("aliyunsms", [taken], delivered=delivered))
        assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "成功"})
    with house.reading() as session:
        (found,) = lives.life(session, notice).messages
    assert (found.state, len(found.reports)) == (MessageState.DELIVERED, 1)


def test_tencent_hears_its_own_words(app: FastAPI, house: House) -> None:
    """A report about a message nobody knows is kept and thanked for."""
    taken = Taken("tencentsms", "S", "", "b9", house.now(), "13800000009", "x")
    answer = ask(app, f"/receipts/tencent/{'t' * 20}", report("tencentsms", [taken]))
    assert answer.json() == {"result": 0, "errmsg": "OK"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/receipts/sms/wrong",
        "/receipts/sms",
        "/receipts/closed",
        "/receipts/closed/" + "x" * 20,
        "/receipts/deaf",
        "/receipts/wecom/secret",
        f"/receipts/off/{'o' * 20}",
        f"/receipts/keyless/{'k' * 20}",
        "/receipts/weak/weak",
        "/receipts/file",
        "/receipts/nobody/x",
    ],
)
def test_closed_doors_look_alike(app: FastAPI, path: str) -> None:
    """A wrong secret, a channel without one, a switched-off one and an unknown one all are no such page."""
    assert ask(app, path, b"[]").status_code == 404


def test_nonsense_is_refused(app: FastAPI) -> None:
    """What is not understood, not signed or far too long is refused and changes nothing."""
    assert ask(app, f"/receipts/sms/{SECRET}", b"hello").status_code == 400
    assert ask(app, "/receipts/wecom?msg_signature=x", b"<xml/>").status_code == 400
    assert ask(app, f"/receipts/sms/{SECRET}", b" " * (MOST_BYTES + 1)).status_code == 400


def test_a_press_on_a_card_is_taken_in(house: House, app: FastAPI) -> None:
    """A signed press whose message nobody knows goes to the inbox; pressed twice it is there once."""
    body, query = card_click("u1", "m9", "收到", house.now())
    for _ in range(2):
        answer = ask(app, f"/receipts/wecom?{query}", body)
        assert (answer.status_code, answer.text) == (200, "success")
    with house.reading() as session:
        assert [one.words for one in feedback.unclear_replies(session)] == ["收到"]


def test_words_by_sms_reach_the_inbox(house: House, app: FastAPI) -> None:
    """A reply nobody understands is kept for a human."""
    ask(app, f"/receipts/sms/{SECRET}", words_back("aliyunsms", "13800000001", "晚点到", house.now()))
    with house.reading() as session:
        assert [one.words for one in feedback.unclear_replies(session)] == ["晚点到"]


def test_wecom_checks_the_address(app: FastAPI) -> None:
    """WeCom hears its own secret back before it pushes; others do not check, and a forged check hears nothing."""
    query = address_check("1616140317555161061")
    answer = ask(app, f"/receipts/wecom?{query}", method="GET")
    assert (answer.status_code, answer.text) == (200, "1616140317555161061")
    assert ask(app, f"/receipts/wecom?{query}x", method="GET").status_code == 400
    assert ask(app, f"/receipts/sms/{SECRET}", method="GET").status_code == 400
