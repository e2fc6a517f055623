"""Whether a server can listen where it is told to, found out before it starts its workers."""

from __future__ import annotations

import socket

import click


def listening_ip(host: str, port: int) -> str:
    """The IP address of ``host``, on which ``port`` is free at this moment.

    :raises click.ClickException: the name is unknown, the address belongs to another machine, or the port is taken.
    """
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {place}: {error.strerror or error}; choose another address with --bind"
        ) from error
    return str(address[0])
