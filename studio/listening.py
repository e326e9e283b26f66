"""The socket to listen on, taken before anything slow is started, with every way it can fail told to a person."""

from __future__ import annotations

import errno
import ipaddress
import socket
from contextlib import suppress

from studio.errors import AddressUnusable, PortForbidden, PortInUse
from studio.settings import ServerConfig

_BACKLOG = 128
_PORTS_TO_TRY = 20


def listen(config: ServerConfig) -> socket.socket:
    """Bind and listen.

    Raises:
        AddressUnusable, PortInUse, PortForbidden: the system refuses.
    """
    family, address = _resolve(config.host, config.port)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _told(error, config) from error
    listener.setblocking(False)
    return listener


def is_loopback_socket(listener: socket.socket) -> bool:
    """Tell whether only this machine can reach the socket."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def url_of(listener: socket.socket) -> str:
    """Give the address to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    return url_at(host, port)


def url_at(host: str, port: int) -> str:
    """Give the address to open in a browser on this machine, of a server that listens so."""
    with suppress(ValueError):  # a name
        if ipaddress.ip_address(host).is_unspecified:
            host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_port_free(host: str, port: int) -> bool:
    """Tell whether `listen` would get this port now."""
    try:
        family, address = _resolve(host, port)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except (OSError, AddressUnusable):
        return False
    return True


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise AddressUnusable(
            f"{host!r} is not an address of this machine: {error.strerror}. Choose --host."
        ) from error
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)  # stable: where a name has both, IPv4 goes first
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def _told(error: OSError, config: ServerConfig) -> Exception:
    where = f"{config.host}:{config.port}"
    if error.errno == errno.EADDRINUSE:
        free = next((port for port in _ports_after(config.port) if is_port_free(config.host, port)), 0)
        return PortInUse(
            f"Another program already listens on {where}.\n"
            f"Choose another port, for instance --port {free} (or VIVAVOCE_PORT={free}), or stop that program."
        )
    if error.errno == errno.EACCES:
        return PortForbidden(f"This user may not listen on {where}. Choose a port above 1023, such as --port 8080.")
    return AddressUnusable(f"Cannot listen on {where}: {error.strerror}. Choose another --host or --port.")


def _ports_after(port: int) -> range:
    return range(port + 1, min(port + 1 + _PORTS_TO_TRY, 65_536))
