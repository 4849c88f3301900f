"""Aliyun, Tencent Cloud and 云MAS: signatures, one result or one per number, limits per number, what can be asked.

A number that is not eleven digits beginning with 1 is refused. Aliyun tells who asks that a message waits for the
carrier (SendStatus 1) for some seconds, then that it was delivered (3) or not (2).
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from djflow.core.clock import civil_datetime
from djflow.notify.simulator.accounts import APP, ENTERPRISE, KEY_ID, SECRET
from djflow.notify.simulator.robots import object_of
from djflow.notify.simulator.signatures import acs3_fault, rpc_fault, tc3_fault
from djflow.notify.simulator.world import Call, Reaction, Taken, World, is_dead

DAY = 86_400.0
ALIYUN_DAILY = 50
TENCENT_DAILY = 2
CARRIER_SECONDS = 5.0
_NUMBER = re.compile(r"1[0-9]{10}")


@dataclass(frozen=True, slots=True)
class _Sms:
    address: str = field(repr=False)
    content: str = field(repr=False)


def aliyun(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer Aliyun's SMS interface in either signature version."""
    parameters = dict(parse_qsl(call.raw_query, keep_blank_values=True))
    parameters |= dict(parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True))
    v3 = "x-acs-action" in call.headers
    fault = acs3_fault(call, world.now()) if v3 else rpc_fault(parameters, world.now())
    nonce = call.headers.get("x-acs-signature-nonce", "") if v3 else parameters.get("SignatureNonce", "")
    if not fault and nonce in world.nonces:
        fault = "SignatureNonceUsed"
    if fault:
        return _aliyun_said(world, fault, "签名不对", 400)
    world.nonces.add(nonce)
    action = call.headers["x-acs-action"] if v3 else parameters.get("Action", "")
    if action == "QuerySendDetails":
        return _aliyun_details(world, parameters)
    return _aliyun_send(world, parameters, _aliyun_batch(action, parameters), busy=busy)


def _aliyun_batch(action: str, parameters: Mapping[str, str]) -> tuple[_Sms, ...]:
    if action == "SendSms":
        words = parameters.get("TemplateParam", "")
        return tuple(_Sms(one, words) for one in parameters.get("PhoneNumbers", "").split(","))
    if action == "SendBatchSms":
        numbers = json.loads(parameters.get("PhoneNumberJson", "[]"))
        words = json.loads(parameters.get("TemplateParamJson", "[]"))
        texts = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in words]
        return tuple(_Sms(*pair) for pair in zip(numbers, texts, strict=True))
    return ()


def _aliyun_send(world: World, parameters: Mapping[str, str], batch: Sequence[_Sms], *, busy: bool) -> Reaction:
    if not batch:
        return _aliyun_said(world, "InvalidAction.NotFound", "没有这个接口", 404)
    if len(batch) > (100 if "PhoneNumberJson" in parameters else 1000):
        return _aliyun_said(world, "isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
    if not all(_NUMBER.fullmatch(one.address) for one in batch):
        return _aliyun_said(world, "isv.MOBILE_NUMBER_ILLEGAL", "非法手机号")
    if busy:
        return _aliyun_said(world, "isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1")
    template = parameters.get("TemplateCode", "")
    if not all(world.allow(f"aliyun:{one.address}:{template}", ALIYUN_DAILY, DAY) for one in batch):
        return _aliyun_said(world, "isv.BUSINESS_LIMIT_CONTROL", f"触发天级流控Permits:{ALIYUN_DAILY}")
    biz_id = world.next_id("biz") + "^0"
    for one in batch:
        out_id = parameters.get("OutId", "")
        world.take(Taken("aliyunsms", template, out_id, biz_id, world.now(), one.address, one.content))
    return Reaction({"Code": "OK", "Message": "OK", "BizId": biz_id, "RequestId": world.next_id("r")})


def _aliyun_said(world: World, code: str, words: str, status: int = 200) -> Reaction:
    world.refuse("aliyunsms", code)
    return Reaction({"Code": code, "Message": words, "RequestId": world.next_id("r")}, status)


def _aliyun_details(world: World, parameters: Mapping[str, str]) -> Reaction:
    size, page = int(parameters.get("PageSize", "10")), int(parameters.get("CurrentPage", "1"))
    found = [
        one
        for one in world.taken
        if one.provider == "aliyunsms"
        and one.address == parameters.get("PhoneNumber")
        and civil_datetime(one.at).strftime("%Y%m%d") == parameters.get("SendDate")
    ]
    details = [_aliyun_detail(world, one) for one in found[(page - 1) * size : page * size]]
    return Reaction({"Code": "OK", "TotalCount": len(found), "SmsSendDetailDTOs": {"SmsSendDetailDTO": details}})


def _aliyun_detail(world: World, one: Taken) -> Mapping[str, object]:
    at = civil_datetime(one.at).strftime("%Y-%m-%d %H:%M:%S")
    detail: dict[str, object] = {
        "PhoneNum": one.address,
        "SendStatus": 1,
        "TemplateCode": one.account,
        "OutId": one.out_id,
        "SendDate": at,
    }
    if (world.now() - one.at).total_seconds() * world.time_scale < CARRIER_SECONDS:
        return detail
    state, code = (2, "MOBILE_NOT_ON_SERVICE") if is_dead(one.address) else (3, "DELIVERED")
    return {**detail, "SendStatus": state, "ErrCode": code, "ReceiveDate": at}


def tencent(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer Tencent Cloud's SMS interface."""
    content = object_of(call)
    fault = tc3_fault(call, world.now())
    if not fault and content.get("SmsSdkAppId") != APP:
        fault = "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
    if not fault and busy:
        fault = "RequestLimitExceeded"
    if fault:
        world.refuse("tencentsms", fault)
        return _response(world, Error={"Code": fault, "Message": fault})
    action = call.headers.get("x-tc-action", "")
    if action == "SendSms":
        return _response(world, SendStatusSet=_tencent_send(world, content))
    if action == "PullSmsSendStatusByPhoneNumber":
        return _response(world, PullSmsSendStatusSet=_tencent_by_number(world, content))
    if action == "PullSmsSendStatus":
        return _response(world, PullSmsSendStatusSet=_tencent_waiting(world))
    if action == "PullSmsReplyStatus":
        return _response(world, PullSmsReplyStatusSet=[])
    return _response(world, Error={"Code": "InvalidAction", "Message": "no such action"})


def _response(world: World, **content: object) -> Reaction:
    return Reaction({"Response": {**content, "RequestId": world.next_id("r")}})


def _tencent_send(world: World, content: Mapping[str, object]) -> list[Mapping[str, object]]:
    numbers = content.get("PhoneNumberSet")
    words = json.dumps(content.get("TemplateParamSet"), ensure_ascii=False, separators=(",", ":"))
    rows: list[Mapping[str, object]] = []
    for number in numbers if isinstance(numbers, list) else []:
        address = str(number).removeprefix("+86")
        code = _tencent_code(world, address)
        serial = ""
        if code == "Ok":
            serial = world.next_id("serial")
            mark = str(content.get("SessionContext", ""))
            template = str(content.get("TemplateId", ""))
            world.take(Taken("tencentsms", template, mark, serial, world.now(), address, words))
        else:
            world.refuse("tencentsms", code)
        rows.append({"SerialNo": serial, "PhoneNumber": number, "Fee": int(code == "Ok"), "Code": code})
    return rows


def _tencent_code(world: World, address: str) -> str:
    if not _NUMBER.fullmatch(address):
        return "InvalidParameterValue.IncorrectPhoneNumber"
    if not world.allow(f"tencent:{address}", TENCENT_DAILY, DAY):
        return "LimitExceeded.PhoneNumberDailyLimit"
    return "Ok"


def _tencent_row(one: Taken) -> Mapping[str, object]:
    return {
        "UserReceiveTime": int(one.at.timestamp()),
        "CountryCode": "86",
        "SubscriberNumber": one.address,
        "PhoneNumber": f"+86{one.address}",
        "SerialNo": one.provider_id,
        "ReportStatus": "FAIL" if is_dead(one.address) else "SUCCESS",
        "Description": "UNDELIV" if is_dead(one.address) else "DELIVRD",
        "SessionContext": one.out_id,
    }


def _tencent_by_number(world: World, content: Mapping[str, object]) -> list[Mapping[str, object]]:
    address = str(content.get("PhoneNumber", "")).removeprefix("+86")
    found = [_tencent_row(one) for one in world.taken if one.provider == "tencentsms" and one.address == address]
    offset, limit = content.get("Offset"), content.get("Limit")
    first = offset if isinstance(offset, int) else 0
    return found[first : first + (limit if isinstance(limit, int) else 100)]


def _tencent_waiting(world: World) -> list[Mapping[str, object]]:
    waiting = [one for one in world.unreported if one.provider == "tencentsms"][:100]
    for one in waiting:
        world.unreported.remove(one)
    return [_tencent_row(one) for one in waiting]


def cloudmas(world: World, call: Call, *, busy: bool) -> Reaction:
    """Answer norsubmit and tmpsubmit of 云MAS."""
    try:
        fields = json.loads(base64.b64decode(call.body, validate=True))
    except ValueError:
        return _mas_said(world, "InvalidMessage")
    order = ["ecName", "apId", "secretKey"]
    order += ["templateId", "mobiles", "params"] if call.path.endswith("tmpsubmit") else ["mobiles", "content"]
    signed = "".join(str(fields.get(name, "")) for name in [*order, "sign", "addSerial"])
    if (fields.get("apId"), fields.get("secretKey"), fields.get("ecName")) != (KEY_ID, SECRET, ENTERPRISE):
        return _mas_said(world, "InvalidUsrOrPwd")
    if hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest() != fields.get("mac"):
        return _mas_said(world, "IllegalMac")
    numbers = str(fields.get("mobiles", "")).split(",")
    if not all(_NUMBER.fullmatch(one) for one in numbers):
        return _mas_said(world, "InvalidMessage")
    if busy:
        return Reaction("too fast", 429)
    group = world.next_id("group")
    for one in numbers:
        words = str(fields.get("content", fields.get("params", "")))
        world.take(Taken("cloudmas", str(fields.get("templateId", "")), "", group, world.now(), one, words))
    return Reaction({"msgGroup": group, "rspcod": "success", "success": True})


def _mas_said(world: World, code: str) -> Reaction:
    world.refuse("cloudmas", code)
    return Reaction({"msgGroup": "", "rspcod": code, "success": False})
