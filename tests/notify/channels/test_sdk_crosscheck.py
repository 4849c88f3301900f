"""Our signatures beside those of the providers' own kits, over values that encodings trip over."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from alibabacloud_openapi_util.client import Client as AliyunSigner
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential

from djflow.notify.channels.aliyun import AliyunSms
from djflow.notify.channels.config import ChannelUrl
from djflow.notify.channels.provider import Stamp
from djflow.notify.channels.tencent import TencentSms

_TRICKY: Final = "组织部赶场，。【】 *~+/=&%?#:'\"\\\n-_.!()\U00020000"
WORDS = st.text(st.sampled_from(_TRICKY) | st.characters(codec="utf-8"), max_size=30)
KEYS = st.text("abcXYZ0189", min_size=1, max_size=30)
TIMES = st.integers(1_500_000_000, 2_500_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
FORMS = st.dictionaries(st.sampled_from(["PhoneNumberJson", "SignNameJson", "TemplateParamJson"]), WORDS, max_size=3)
QUERIES = st.dictionaries(st.sampled_from(["PhoneNumbers", "SignName", "OutId", "TemplateParam"]), WORDS, max_size=4)


def aliyun(key_id: str, secret: str, version: str) -> AliyunSms:
    """Aliyun's channel with these keys."""
    return AliyunSms(ChannelUrl("aliyunsms", "签名", key_id, secret, query=(("version", version),)))


@given(QUERIES, FORMS, KEYS, KEYS, TIMES)
def test_aliyun_v3_signs_as_its_kit_does(
    query: dict[str, str], form: dict[str, str], key_id: str, secret: str, at: datetime
) -> None:
    """A V3 request carries the authorization that Aliyun's own kit gives the same request."""
    request = aliyun(key_id, secret, "v3").request("SendSms", query, form, Stamp(at, "nonce"))
    headers = {name: value for name, value in request.headers.items() if name != "Authorization"}
    sent = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    assert sent == query
    asked = SimpleNamespace(method="POST", pathname="/", query=query, headers=headers)
    payload = AliyunSigner.hex_encode(AliyunSigner.hash(request.body, "ACS3-HMAC-SHA256"))
    theirs = AliyunSigner.get_authorization(asked, "ACS3-HMAC-SHA256", payload, key_id, secret)
    assert request.headers["Authorization"] == theirs


@given(QUERIES, FORMS, KEYS, KEYS, TIMES)
def test_aliyun_v1_signs_as_its_kit_does(
    query: dict[str, str], form: dict[str, str], key_id: str, secret: str, at: datetime
) -> None:
    """An RPC call carries the signature that Aliyun's own kit gives the same parameters."""
    request = aliyun(key_id, secret, "v1").request("SendSms", query, form, Stamp(at, "nonce"))
    sent = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    ours = sent.pop("Signature")
    assert query.items() | form.items() <= sent.items()
    assert ours == AliyunSigner.get_rpcsignature(sent, "POST", secret)


@given(st.dictionaries(KEYS, WORDS, max_size=4), KEYS, KEYS, TIMES)
def test_tencent_signs_as_its_kit_does(content: dict[str, str], key_id: str, secret: str, at: datetime) -> None:
    """A TC3 request carries the authorization that Tencent's own kit gives the same request."""
    url = ChannelUrl("tencentsms", "1400000000", key_id, secret, ("签名",))
    request = TencentSms(url).request("SendSms", content, Stamp(at, "nonce"))
    kit = AbstractClient(Credential(key_id, secret), "ap-guangzhou")
    asked = SimpleNamespace(method="POST", uri="/", data=request.body, header=dict(request.headers))
    theirs = kit._get_tc3_signature({}, asked, f"{at:%Y-%m-%d}", "sms", secret)
    assert request.headers["Authorization"].rpartition("Signature=")[2] == theirs
    assert f"Credential={key_id}/{at:%Y-%m-%d}/sms/tc3_request" in request.headers["Authorization"]
