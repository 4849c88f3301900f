"""Looks at ports and health pages of this machine: is one free, who holds it, does a server answer."""

import errno
import http.client
import json
import socket
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

import psutil

# Proxies of the environment are for the world outside, not for this machine.
_OPENER = build_opener(ProxyHandler({}))
_PATIENCE_SECONDS = 3.0


def is_free(host: str, port: int) -> bool:
    """Return whether a server could listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def holder(port: int) -> str:
    """Return who listens on a port, as far as this user may know: `（进程 123，python）` or nothing."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,) and connection.pid:
                return f"（进程 {connection.pid}，{psutil.Process(connection.pid).name()}）"
    except psutil.Error:
        return ""
    return ""


def answers(url: str) -> bool:
    """Return whether the address answers with success."""
    try:
        with _OPENER.open(url, timeout=_PATIENCE_SECONDS) as response:
            return bool(response.status < 300)
    except (URLError, OSError, http.client.HTTPException):
        return False


def ask(url: str, question: object) -> object:
    """Send JSON and return the JSON answer, None when there is none."""
    request = Request(url, json.dumps(question).encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own http address
    try:
        with _OPENER.open(request, timeout=_PATIENCE_SECONDS) as response:
            answer: object = json.load(response)
            return answer
    except (URLError, OSError, http.client.HTTPException, ValueError):
        return None
