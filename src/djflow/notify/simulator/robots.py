"""The group robots of WeCom, DingTalk and Feishu: 20 a minute, 20 a minute with a ten-minute block, 100 a minute."""

import json
from collections.abc import Mapping

from djflow.notify.simulator.signatures import is_dingtalk_signed, is_feishu_signed, is_recent
from djflow.notify.simulator.world import Call, Reaction, Taken, World

_HOUR = 3600.0
_BLOCK = 600.0


def object_of(call: Call) -> Mapping[str, object]:
    """Return the body as a JSON object, empty when it is none."""
    try:
        content = json.loads(call.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _part(content: Mapping[str, object], kind: object, field: str) -> str:
    inner = content.get(str(kind))
    return str(inner.get(field, "")) if isinstance(inner, dict) else ""


def _said(world: World, provider: str, code: int, words: str) -> Reaction:
    if code:
        world.refuse(provider, str(code))
    return Reaction({"errcode": code, "errmsg": words})


def _take(world: World, provider: str, account: str, text: str) -> None:
    world.take(Taken(provider, account, "", world.next_id("m"), world.now(), account, text))


def wecom_robot(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer `/cgi-bin/webhook/send`."""
    key = call.query.get("key", "")
    content = object_of(call)
    kind = content.get("msgtype")
    text = _part(content, kind, "content")
    if not key.startswith("sim-"):
        return _said(world, "wecomrobot", 93000, "invalid webhook url, hint: [simulator]")
    if kind not in {"text", "markdown"} or not text:
        return _said(world, "wecomrobot", 40058, "param invalid")
    if len(text.encode()) > (4096 if kind == "markdown" else 2048):
        return _said(world, "wecomrobot", 40058, "content exceed max length. invalid Request Parameter")
    if busy or not world.allow(f"wecomrobot:{key}", 20, 60):
        return _said(world, "wecomrobot", 45009, "api freq out of limit")
    _take(world, "wecomrobot", key, text)
    return _said(world, "wecomrobot", 0, "ok")


def ding_robot(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer `/robot/send`; too fast once, and the robot is blocked for ten minutes."""
    token = call.query.get("access_token", "")
    content = object_of(call)
    kind = content.get("msgtype")
    text = _part(content, kind, "text" if kind == "markdown" else "content")
    if not token.startswith("sim-"):
        return _said(world, "dingrobot", 300001, "token is not exist")
    stamp = call.query.get("timestamp", "")
    if not is_dingtalk_signed(call.query) or (stamp and not is_recent(stamp[:-3], world.now(), _HOUR)):
        return _said(world, "dingrobot", 310000, "sign not match")
    if not text:
        return _said(world, "dingrobot", 40035, "缺少参数 json")
    too_fast = "send too fast, exceed 20 times per minute"
    if world.blocked_until.get(token, 0.0) > world.seconds():
        return _said(world, "dingrobot", 130101, too_fast)
    if busy or not world.allow(f"dingrobot:{token}", 20, 60):
        world.blocked_until[token] = world.seconds() + _BLOCK
        return _said(world, "dingrobot", 130101, too_fast)
    _take(world, "dingrobot", token, text)
    return _said(world, "dingrobot", 0, "ok")


def feishu_robot(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer `/open-apis/bot/v2/hook/TOKEN`."""
    token = call.path.rpartition("/")[2]
    content = object_of(call)
    inner = content.get("content")
    text = str(inner.get("text", "")) if isinstance(inner, dict) else ""
    refused = _feishu_fault(world, call, token, content)
    if refused:
        code, words = refused
    elif not text or len(call.body) > 20 * 1024:
        code, words = 9499, "Bad Request"
    elif busy or not (world.allow(f"feishu:{token}", 100, 60) and world.allow(f"feishu5:{token}", 5, 1)):
        code, words = 11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"
    else:
        _take(world, "feishurobot", token, text)
        return Reaction({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})
    world.refuse("feishurobot", str(code))
    return Reaction({"code": code, "msg": words, "data": {}})


def _feishu_fault(world: World, call: Call, token: str, content: Mapping[str, object]) -> tuple[int, str] | None:
    if not token.startswith("sim-") or call.method != "POST":
        return 19001, "param invalid: incoming webhook access token invalid"
    signed = is_feishu_signed(content)
    if not signed or ("sign" in content and not is_recent(content.get("timestamp"), world.now(), _HOUR)):
        return 19021, "sign match fail or timestamp is not within one hour from current time"
    return None
