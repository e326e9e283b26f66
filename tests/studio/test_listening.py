"""The socket: loopback unless allowed, and every refusal says what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from studio.errors import AddressUnusable, PortInUse
from studio.listening import is_loopback_socket, is_port_free, listen, url_of
from studio.settings import ServerConfig


def config(host: str = "127.0.0.1", port: int = 0, *, is_allowed: bool = False) -> ServerConfig:
    return ServerConfig(host, port, is_allowed)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.network
@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost"])
def test_loopback_hosts(host: str) -> None:
    with listen(config(host)) as listener:
        assert is_loopback_socket(listener)


@pytest.mark.network
def test_beyond_loopback_the_door_is_told_so() -> None:
    with listen(config("0.0.0.0")) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")
        assert not is_loopback_socket(listener)


@pytest.mark.network
def test_port_zero_takes_a_free_one() -> None:
    with listen(config()) as listener:
        port = listener.getsockname()[1]
        assert url_of(listener) == f"http://127.0.0.1:{port}"
        assert not is_port_free("127.0.0.1", port)
    assert is_port_free("127.0.0.1", port)


@pytest.mark.network
def test_port_in_use_names_a_free_one_and_the_flag(taken: int) -> None:
    with pytest.raises(PortInUse) as caught:
        listen(config(port=taken))
    assert f"127.0.0.1:{taken}" in str(caught.value)
    assert "--port " in str(caught.value)


def test_address_of_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(AddressUnusable, match="Choose --host"):
        listen(config("nowhere.invalid", is_allowed=True))
