"""Connecting to a server with several addresses, all of them within the limit of one exchange."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any

from tilekeep.adapters.http.limits import ExchangeLimit

SocketOptions = Sequence[tuple[int, int, int | bytes]]


def connected_socket(
    host: str,
    port: int,
    options: SocketOptions,
    limit: ExchangeLimit,
    make_socket: Callable[[int, int, int], socket.socket] = socket.socket,
) -> socket.socket:
    """A socket connected to the first address of ``host`` that accepts; each leaves time for those after it.

    Its time-out is what the limit then leaves for the next step.

    :raises socket.gaierror: the host has no address.
    :raises TimeoutError: the deadline passed, or the last address did not answer in time.
    :raises OSError: what the last address answered.
    """
    addresses = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    failure = OSError("the host has no address")
    for index, address in enumerate(addresses):
        try:
            return _connected(address, options, limit, len(addresses) - index, make_socket)
        except OSError as error:
            failure = error
    raise failure


def _connected(
    address: tuple[Any, ...],
    options: SocketOptions,
    limit: ExchangeLimit,
    attempts: int,
    make_socket: Callable[[int, int, int], socket.socket],
) -> socket.socket:
    family, kind, protocol, _, at = address
    sock = make_socket(family, kind, protocol)
    try:
        sock.settimeout(limit.next_timeout(attempts=attempts))
        for option in options:
            sock.setsockopt(*option)
        sock.connect(at)
        sock.settimeout(limit.next_timeout())
    except BaseException:
        sock.close()
        raise
    return sock
