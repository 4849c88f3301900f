import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from djflow.core.errors import InputError
from djflow.notify.channels.signing import (
    acs3_authorization,
    aliyun_rpc_signature,
    cloudmas_mac,
    dingtalk_sign,
    feishu_sign,
    sha256_hex,
    tc3_authorization,
    wecom_signature,
)
from djflow.notify.channels.wecom_callback import Callback

WECOM = Callback("wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="


def test_aliyun_v3_signs_the_documented_example() -> None:
    """The V3 signature is the one that Aliyun's document shows for RunInstances."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": sha256_hex(b""),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    signed = acs3_authorization(headers, query, "YourAccessKeyId", "YourAccessKeySecret")
    assert signed == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize(
    ("parameters", "secret", "signature"),
    [
        (
            {
                "Timestamp": "2016-02-23T12:46:24Z",
                "Format": "XML",
                "AccessKeyId": "testid",
                "Action": "DescribeRegions",
                "SignatureMethod": "HMAC-SHA1",
                "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
                "Version": "2014-05-26",
                "SignatureVersion": "1.0",
            },
            "testsecret",
            "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
        ),
        (
            {
                "AccessKeyId": "testId",
                "Action": "SendSms",
                "Format": "XML",
                "OutId": "123",
                "PhoneNumbers": "15300000001",
                "RegionId": "cn-hangzhou",
                "SignName": "阿里云短信测试专用",
                "SignatureMethod": "HMAC-SHA1",
                "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
                "SignatureVersion": "1.0",
                "TemplateCode": "SMS_71390007",
                "TemplateParam": '{"customer":"test"}',
                "Timestamp": "2017-07-12T02:42:19Z",
                "Version": "2017-05-25",
            },
            "testSecret",
            "zJDF+Lrzhj/ThnlvIToysFRq6t4=",
        ),
    ],
)
def test_aliyun_rpc_signs_the_documented_examples(parameters: dict[str, str], secret: str, signature: str) -> None:
    """The RPC signature is the one that Aliyun's documents show for ECS and for SMS."""
    assert aliyun_rpc_signature("GET", parameters, secret) == signature


@pytest.mark.parametrize(
    ("tail", "signature"),
    [
        ("*******", "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"),
        ("EXAMPLE", "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"),
    ],
)
def test_tencent_signs_the_documented_example(tail: str, signature: str) -> None:
    """The TC3 signature is the one that Tencent's document shows for DescribeInstances."""
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    assert sha256_hex(body) == "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    signed = tc3_authorization(
        {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"},
        body,
        "cvm",
        datetime.fromtimestamp(1551113065, UTC),
        ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3" + tail, "Gu5t9xGARNpq86cd98joQYCN3" + tail),
    )
    assert signed == (
        f"TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3{tail}/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )


def test_wecom_opens_the_documented_example() -> None:
    """The callback check of WeCom's sample code opens to the number that the sample names."""
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": ECHO,
    }
    assert wecom_signature(WECOM.token, "1409659589", "263014780", ECHO) == query["msg_signature"]
    assert WECOM.echo(query) == "1616140317555161061"


@pytest.mark.parametrize("change", ["msg_signature", "timestamp", "nonce", "echostr"])
def test_wecom_refuses_what_was_changed(change: str) -> None:
    """A callback with any part changed is refused."""
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": ECHO,
    }
    with pytest.raises(InputError) as refused:
        WECOM.echo(query | {change: "0" + query[change][1:]} if change != "timestamp" else query | {change: "1"})
    assert refused.value.code == "bad_signature"


def test_dingtalk_and_feishu_sign_in_their_own_ways() -> None:
    """DingTalk signs time and secret with the secret; Feishu signs nothing with time and secret as the key."""
    secret = "SEC0123456789"  # noqa: S105 - an example
    ding = base64.b64encode(hmac.digest(secret.encode(), b"1700000000000\nSEC0123456789", hashlib.sha256)).decode()
    feishu = base64.b64encode(hmac.digest(b"1700000000\nSEC0123456789", b"", hashlib.sha256)).decode()
    assert dingtalk_sign(secret, 1_700_000_000_000) == ding == "VloEIlTtJU6a/AGf2pud1WypXdicIlyQAOpspu6OP6s="
    assert feishu_sign(secret, 1_700_000_000) == feishu == "ukltNRENYMvqlIpTDbO14XaB5X9Lc3nYKcFTY1Yb7Rk="


def test_cloudmas_signs_the_fields_in_their_order() -> None:
    """云MAS's mac is the MD5 of the fields put together without anything between them."""
    fields = ("某单位", "djflow", "secret", "13800000001", "收到回1", "SIGN01", "")
    expected = hashlib.md5("某单位djflowsecret13800000001收到回1SIGN01".encode(), usedforsecurity=False).hexdigest()
    assert cloudmas_mac(*fields) == expected == "a3037b6c40303ceb5f65e8ede34d67f8"
