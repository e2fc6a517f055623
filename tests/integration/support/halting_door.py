"""A door in front of a server on localhost, which can be made to hang: what comes is accepted, and nothing answers."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class HaltingDoor:
    """Listens on ``127.0.0.1`` on a free port while inside ``with``; ``accepted`` counts connections while it hangs."""

    def __init__(self, port_behind: int) -> None:
        self._port_behind = port_behind
        self._is_open = threading.Event()
        self._is_open.set()
        self.accepted = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._is_open.set()

    def halt(self) -> None:
        """From now on nothing goes through, on open connections neither."""
        self.accepted = 0
        self._is_open.clear()

    def go_on(self) -> None:
        """All goes through again."""
        self._is_open.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if not self._is_open.is_set():
                    self.accepted += 1
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            self._is_open.wait()
            with socket.create_connection(("127.0.0.1", self._port_behind)) as server:
                threading.Thread(target=self._copy, args=(server, client), daemon=True).start()
                self._copy(client, server)

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._is_open.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
