"""WeCom's application messages: tokens, members, duplicate check, recall, card clicks.

A user id that begins with `gone` is nobody in this corporation.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from djflow.notify.simulator.accounts import CORP, SECRET
from djflow.notify.simulator.robots import object_of
from djflow.notify.simulator.world import Call, Reaction, Taken, World

_LIFE = timedelta(hours=2)


def _said(world: World, code: int, words: str, **more: object) -> Reaction:
    if code:
        world.refuse("wecomapp", str(code))
    return Reaction({"errcode": code, "errmsg": words, **more})


def get_token(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer `/cgi-bin/gettoken`."""
    if call.query.get("corpid") != CORP:
        return _said(world, 40013, "invalid corpid")
    if call.query.get("corpsecret") != SECRET:
        return _said(world, 40001, "invalid credential")
    if busy:
        return _said(world, 45009, "api freq out of limit")
    token = world.next_id("token")
    world.tokens[token] = world.now() + _LIFE
    return _said(world, 0, "ok", access_token=token, expires_in=int(_LIFE.total_seconds()))


def _token_fault(world: World, call: Call) -> Reaction | None:
    token = call.query.get("access_token", "")
    if token not in world.tokens:
        return _said(world, 40014, "invalid access_token")
    if world.tokens[token] <= world.now():
        return _said(world, 42001, "access_token expired")
    return None


def send(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer `/cgi-bin/message/send`."""
    refused = _token_fault(world, call)
    if refused:
        return refused
    content = object_of(call)
    kind = str(content.get("msgtype", ""))
    inner = content.get(kind)
    users = [user for user in str(content.get("touser", "")).split("|") if user]
    if not users or not isinstance(inner, dict):
        return _said(world, 40058, "param invalid")
    text = str(inner.get("content") or inner.get("sub_title_text") or "")
    if len(text.encode()) > 2048:
        return _said(world, 45002, "content size out of limit")
    if busy:
        return _said(world, 45009, "api freq out of limit")
    missing = [user for user in users if user.startswith("gone")]
    if len(missing) == len(users):
        return _said(world, 81013, "user & party & tag all invalid", invaliduser="|".join(missing))
    return _deliver(world, content, [user for user in users if user not in missing], text, missing)


def _deliver(world: World, content: Mapping[str, object], users: list[str], text: str, missing: list[str]) -> Reaction:
    message_id = _repeated(world, content)
    if message_id is None:
        message_id = world.next_id("msg")
        card = content.get("template_card")
        task = str(card.get("task_id", "")) if isinstance(card, dict) else ""
        _remember(world, content, message_id)
        for user in users:
            if world.allow(f"wecomapp:{user}", 30, 60):
                world.take(Taken("wecomapp", str(content.get("agentid")), task, message_id, world.now(), user, text))
    return _said(world, 0, "ok", invaliduser="|".join(missing), msgid=message_id)


def _payload(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _repeated(world: World, content: Mapping[str, object]) -> str | None:
    if content.get("enable_duplicate_check") != 1:
        return None
    until, message_id = world.repeats.get(_payload(content), (0.0, ""))
    return message_id if until > world.seconds() else None


def _remember(world: World, content: Mapping[str, object], message_id: str) -> None:
    interval = content.get("duplicate_check_interval", 1800)
    seconds = min(interval if isinstance(interval, int) else 1800, 14_400)
    world.repeats[_payload(content)] = (world.seconds() + seconds, message_id)


def recall(world: World, call: Call, *, busy: bool) -> Reaction:  # noqa: ARG001 - a recall is never refused for speed
    """Answer `/cgi-bin/message/recall`."""
    refused = _token_fault(world, call)
    if refused:
        return refused
    message_id = str(object_of(call).get("msgid", ""))
    if not any(one.provider_id == message_id for one in world.taken):
        return _said(world, 40008, "invalid msgid")
    world.recalled.add(message_id)
    return _said(world, 0, "ok")
