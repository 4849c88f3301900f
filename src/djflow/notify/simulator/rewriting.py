"""Points an office's channel at the simulator: same kind, same options, other address and keys."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from djflow.notify.simulator.accounts import (
    APP,
    CALLBACK_AES,
    CALLBACK_TOKEN,
    CORP,
    ENTERPRISE,
    KEY_ID,
    SECRET,
)

_SECRETS: Final = frozenset({"secret", "token", "aes", "ec", "key"})
_LOGIN: Final = f"{KEY_ID}:{SECRET}"
_HOSTS: Final[Mapping[str, str]] = {
    "wecomrobot": "sim-{key}",
    "wecomapp": f"{CORP}/1000002",
    "dingrobot": "sim-{key}",
    "feishurobot": "sim-{key}",
    "aliyunsms": _LOGIN + "@{sign}",
    "tencentsms": _LOGIN + f"@{APP}/" + "{sign}",
    "cloudmas": _LOGIN + "@SIMSIGN",
}
_QUERIES: Final[Mapping[str, Mapping[str, str]]] = {
    "wecomapp": {"secret": SECRET, "token": CALLBACK_TOKEN, "aes": CALLBACK_AES},
    "cloudmas": {"ec": ENTERPRISE},
}
_PATHS: Final[Mapping[str, str]] = {
    "wecomrobot": "wecom",
    "wecomapp": "wecom",
    "dingrobot": "dingtalk",
    "feishurobot": "feishu",
    "aliyunsms": "aliyun",
    "tencentsms": "tencent",
    "cloudmas": "cloudmas",
}
_WEB: Final = frozenset({"json", "jsons", "ntfy", "ntfys"})
_EMBEDDED: Final = frozenset({"file", "memory"})


def simulated(key: str, url: str, simulator_url: str) -> tuple[str, str]:
    """Return URL and base URL of the channel `key` at the simulator; a channel it cannot play becomes `memory://`.

    Nothing secret of the original survives, so `${NAME}` need not be filled in.
    """
    scheme, _, rest = url.partition("://")
    simulator = simulator_url.rstrip("/")
    if scheme in _EMBEDDED:
        return url, ""
    if scheme in _WEB:
        plain = scheme.removesuffix("s")
        path = "json/" if plain == "json" else ""
        return f"{plain}://{simulator.partition('://')[2]}/{path}{quote(key)}{_address_mark(url)}", ""
    if scheme not in _HOSTS:
        return "memory://", ""
    address, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    kept = {name: value for name, value in options.items() if name not in _SECRETS}
    if "secret" in options:
        kept["secret"] = SECRET
    kept |= _QUERIES.get(scheme, {})
    host = _HOSTS[scheme].format(key=quote(key), sign=quote(_sign_name(scheme, address)))
    return f"{scheme}://{host}" + (f"?{urlencode(kept)}" if kept else ""), f"{simulator}/{_PATHS[scheme]}"


def _sign_name(scheme: str, address: str) -> str:
    name = address.rpartition("/")[2] if scheme == "tencentsms" else address.rpartition("@")[2].strip("/")
    return "模拟签名" if not name or "${" in name else name


def _address_mark(url: str) -> str:
    return "/{address}" if "{address}" in url else ""
