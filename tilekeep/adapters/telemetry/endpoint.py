"""Measurements on a port of their own: one process of those that share a directory listens, another one after it."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from tilekeep.adapters.directories import make_directories

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer

    from prometheus_client import CollectorRegistry

log = logging.getLogger("tilekeep.metrics")

#: How often a process looks whether it is its turn to listen.
_PAUSE_SECONDS = 1.0


class Endpoint:
    """Answers requests for measurements, whatever their path, while it lives.

    Args:
        host: to listen on.
        port: to listen on.
        directory: a lock in it says whose turn it is.
        registry: gives what is answered.
    """

    def __init__(self, host: str, port: int, directory: str, registry: Callable[[], CollectorRegistry]) -> None:
        self._address = (host, port)
        self._directory = directory
        self._registry = registry
        self._process = os.getpid()
        self._turn = self._begun()

    def reset_after_fork(self) -> None:
        """The listening socket is the parent's; this process listens when no other one does."""
        if self._process == os.getpid():
            return
        self._process = os.getpid()
        self._turn.let_go()
        self._turn = self._begun()

    def _begun(self) -> _Turn:
        turn = _Turn(self._address, os.path.join(self._directory, f"port-{self._address[1]}.lck"), self._registry)
        threading.Thread(target=turn.wait_and_listen, name="tilekeep-metrics-port", daemon=True).start()
        weakref.finalize(self, turn.ended.set)
        return turn


class _Turn:
    """Waits for the right to listen, and listens until it is ``ended``."""

    def __init__(self, address: tuple[str, int], lock_path: str, registry: Callable[[], CollectorRegistry]) -> None:
        self.ended = threading.Event()
        self._address = address
        self._lock_path = lock_path
        self._registry = registry
        self._lock: int | None = None
        self._server: WSGIServer | None = None
        self._has_complained = False

    def wait_and_listen(self) -> None:
        while not self.ended.is_set():
            try:
                if self._may_listen():
                    self._listen()
            except OSError as error:
                if not self._has_complained:
                    log.error("metrics are not shown on %s:%d yet: %s", *self._address, error)  # noqa: TRY400 - the text says it all
                self._has_complained = True
            self.ended.wait(_PAUSE_SECONDS)
        self.let_go()

    def let_go(self) -> None:
        """Closes what is open; in a forked child that changes nothing for the parent."""
        lock, self._lock = self._lock, None
        server, self._server = self._server, None
        if server is not None:
            server.server_close()
        if lock is not None:
            os.close(lock)

    def _may_listen(self) -> bool:
        """Whether no other process does that shares the directory."""
        if self._lock is None:
            make_directories(os.path.dirname(self._lock_path), None)
            self._lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o664)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _listen(self) -> None:
        from prometheus_client import start_wsgi_server

        host, port = self._address
        self._server, thread = start_wsgi_server(port, host, self._registry())
        self._has_complained = False
        self.ended.wait()
        self._server.shutdown()
        thread.join()
