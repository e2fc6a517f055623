"""Server programs as child processes: started on a free port, awaited, stopped for certain, their output kept."""

from __future__ import annotations

import contextlib
import functools
import http.client
import itertools
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.01
_LOWEST_PORT = 10240
_USUAL_FIRST_PORT_OF_THE_KERNEL = 32768


class ServerFailed(Exception):
    """A program ended, or did not answer in time; the message carries the end of its log."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens, handed out once in a run.

    The kernel would give a port out again, to the next who asks or to an outgoing connection, before the server that
    is to have it has started.  So these lie below those that it gives out by itself.
    """
    return next(port for port in _ports_in_turn() if _nobody_has(port))


class Server:
    """One program that serves HTTP on 127.0.0.1.

    ``directory`` is where it runs and where its log (both output streams) lies; ``ready_path`` is asked for until
    there is an answer of any status.  ``stop`` and ``start`` may follow each other; the port stays the same.
    """

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        port: int,
        *,
        ready_path: str = "/",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._command = list(command)
        self._ready_path = ready_path
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self.directory = directory
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log_file = directory / f"{Path(command[0]).name}-{port}.log"

    @property
    def running(self) -> bool:
        """Whether the process has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything the program has printed so far."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def start(self) -> None:
        """Starts the program and returns when it answers; raises :class:`ServerFailed` when it does not."""
        environ = {**os.environ, **(self._environ or {})}
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._await_answer()
        except BaseException:
            self.stop()
            raise

    def stop(self, patience_seconds: float = 10.0) -> None:
        """Asks the program to end, then ends it and whatever it has started; does nothing when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_seconds)
        _kill_group(process.pid)
        process.wait()
        _await_end_of(process.pid)

    def kill(self) -> None:
        """Ends the program and its children at once, as a crash would."""
        self.stop(patience_seconds=0)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answers(self) -> bool:
        """Whether it serves already; those that do not speak HTTP say so in another way."""
        return answers(self.url + self._ready_path)

    def _await_answer(self) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self.answers():
            if not self.running:
                raise ServerFailed(f"{self._command[0]} ended before it answered:\n{self.log[-4000:]}")
            if time.monotonic() > until:
                raise ServerFailed(f"{self._command[0]} does not answer on {self.url}:\n{self.log[-4000:]}")
            time.sleep(_POLL_SECONDS)


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns when ``holds`` does; raises :class:`ServerFailed` when it does not for too long."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise ServerFailed("what was waited for did not come")
        time.sleep(_POLL_SECONDS)


def answers(url: str) -> bool:
    """Whether an HTTP response of any status comes back."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    try:
        connection.request("GET", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def living_members(session: int) -> list[int]:
    """The processes of a session that have not ended (fields 3 and 6 of /proc/PID/stat)."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z" and int(fields[3]) == session:
            members.append(int(stat.parent.name))
    return members


@functools.cache
def _ports_in_turn() -> Iterator[int]:
    """Each process of a run begins at a port of its own, a thousand away from that of its neighbour."""
    first, end = _LOWEST_PORT, _first_port_of_the_kernel()
    return (first + (os.getpid() * 997 + turn) % (end - first) for turn in itertools.count())


def _first_port_of_the_kernel() -> int:
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except FileNotFoundError:
        first = 0
    return first if first > 2 * _LOWEST_PORT else _USUAL_FIRST_PORT_OF_THE_KERNEL


def _nobody_has(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _await_end_of(session: int) -> None:
    """A killed process holds its port a moment longer, and the next one may want it."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while living_members(session) and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
