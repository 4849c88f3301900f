"""The door the board listens at."""

import socket

import pytest

from djflow.core.errors import ConflictError
from djflow.web.__main__ import listening


def test_any_free_port_can_be_taken() -> None:
    """Port 0 takes a free port of this machine."""
    with listening("127.0.0.1", 0) as door:
        assert door.getsockname()[1] > 0


def test_a_taken_port_is_named() -> None:
    """When another program holds the port, the refusal names address and port and what to do."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConflictError, match=rf"127\.0\.0\.1 的 {taken.getsockname()[1]} 端口.*换一个端口"),
    ):
        listening("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_is_refused() -> None:
    """An address that is not this machine's is refused in the same sentence."""
    with pytest.raises(ConflictError, match="地址不在本机"):
        listening("192.0.2.1", 0)
