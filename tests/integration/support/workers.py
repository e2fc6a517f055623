"""Connections to chosen worker processes of a server, for tests that must not be answered by one worker alone."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.integration.services.process import HOST, Server, living_members
from tests.integration.support.answers import Answer

_ESTABLISHED = "01"
_MOST_CONNECTIONS = 300


class WorkerConnection:
    """A keep-alive connection that one worker has accepted."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._connection.connect()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The worker's answer."""
        self._connection.request("GET", path, headers=dict(headers or {}))
        response = self._connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def worker(self, server: Server) -> int | None:
        """The process that holds the other end; None while nobody has accepted it."""
        own_port = self._connection.sock.getsockname()[1]
        inode = _inode(server.port, own_port)
        return inode and _holder(inode, living_members(server.pid))


@contextmanager
def connections_to_workers(server: Server, workers: int, each: int = 1) -> Iterator[list[list[WorkerConnection]]]:
    """``each`` open connections to every one of ``workers`` processes, the processes in no certain order."""
    found: dict[int, list[WorkerConnection]] = {}
    opened: list[WorkerConnection] = []
    try:
        while len(found) < workers or min(map(len, found.values())) < each:
            assert len(opened) < _MOST_CONNECTIONS, f"{workers} workers do not all accept connections: {found}"
            connection = WorkerConnection(server.port)
            opened.append(connection)
            found.setdefault(_accepted_by(connection, server), []).append(connection)
        yield [connections[:each] for connections in found.values()]
    finally:
        for connection in opened:
            connection.close()


def _accepted_by(connection: WorkerConnection, server: Server) -> int:
    connection.get("/")  # not every server accepts before there is something to read
    for _ in range(100):
        if (worker := connection.worker(server)) is not None:
            return worker
        time.sleep(0.01)
    raise AssertionError("no process holds the connection that has just answered")


def _inode(server_port: int, client_port: int) -> int | None:
    """The socket of the server's end of a connection (/proc/net/tcp; ports in hexadecimal)."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ports = [int(address.rpartition(":")[2], 16) for address in fields[1:3]]
        if ports == [server_port, client_port] and fields[3] == _ESTABLISHED:
            return int(fields[9]) or None
    return None


def _holder(inode: int, processes: list[int]) -> int | None:
    for process in processes:
        with contextlib.suppress(OSError):
            for descriptor in Path(f"/proc/{process}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if str(descriptor.readlink()) == f"socket:[{inode}]":
                        return process
    return None
