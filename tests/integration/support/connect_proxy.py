"""A proxy on localhost that only opens tunnels (RFC 9110, 9.3.6), and remembers for whom."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import NamedTuple, Self


class Tunnel(NamedTuple):
    """A request for a tunnel: ``host:port``, and headers by lower-case name."""

    target: str
    headers: dict[str, str]


class ConnectProxy:
    """Listens on ``127.0.0.1`` on a free port while inside ``with``."""

    def __init__(self) -> None:
        self.tunnels: list[Tunnel] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            start, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            self.tunnels.append(Tunnel(start.split()[1], headers))
            host, _, port = start.split()[1].partition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join(5)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
