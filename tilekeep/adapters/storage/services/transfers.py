"""Sending requests to services that keep tiles over connections that are kept, and receiving their answers."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from typing import NamedTuple

import urllib3
from urllib3 import exceptions

from tilekeep.adapters.outage import is_refused
from tilekeep.adapters.storage.services.pools import MOST_CONNECTIONS, Address, new_pool
from tilekeep.domain.deadline import Deadline
from tilekeep.ports.clock import Clock

#: Longest wait for a connection, and longest silence on one; with much to do, a service takes its time.
CONNECT_SECONDS = 3.0
SILENCE_SECONDS = 10.0
LONG_SILENCE_SECONDS = 60.0

#: No answer about as many tiles as are asked for at a time is larger, unless something is wrong.
_MOST_BYTES = 1 << 28

_CHUNK = 65536


class Message(NamedTuple):
    """A request as it is sent.

    :ivar target: path and query, encoded.
    :ivar silence_seconds: how long the service may take to say anything.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    silence_seconds: float = SILENCE_SECONDS


class Answer(NamedTuple):
    """An answer received whole; names of headers have any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """No answer came: the reason in a few words.

    :ivar again: whether another attempt may succeed at once, as after a kept connection that was closed meanwhile.
    :ivar out: whether the service is out of reach, rather than the time of the request up.
    """

    def __init__(self, reason: str, *, again: bool = False, out: bool = False) -> None:
        super().__init__(reason)
        self.again = again
        self.out = out


class Transfers:
    """The connections of one process to all services.  Safe to use from all threads.

    Proxies come from the environment.  Answers are taken as they are: nothing is decoded, no redirect followed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pools: dict[Address, tuple[urllib3.HTTPConnectionPool, str]] = {}
        self._left_behind: list[object] = []

    def send(self, address: Address, message: Message, deadline: Deadline) -> Answer:
        """The answer of the service, of any status.

        :raises NoAnswer: there is none, or not before the deadline.
        """
        self._refuse_late(deadline)
        remaining = deadline.remaining(self._clock.monotonic())
        connect, silence = min(CONNECT_SECONDS, remaining), min(message.silence_seconds, remaining)
        try:
            pool, beginning = self._pools.get(address) or self._pool(address)
            response = pool.urlopen(
                message.method,
                beginning + message.target,
                body=message.body or None,
                headers=message.headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=urllib3.Timeout(connect=connect, read=silence),
                pool_timeout=silence,  # type: ignore[arg-type]  # any number of seconds
                preload_content=False,
                decode_content=False,
            )
            return Answer(response.status, response.headers, self._received(response, deadline))
        except (exceptions.HTTPError, OSError) as error:
            raise _failure(error, address.authority, full=remaining >= message.silence_seconds) from error

    def reset_after_fork(self) -> None:
        """Leaves the connections to the parent process; the next request opens new ones.

        The old ones are kept, because tidying them up would take locks that a thread of the parent may have held.
        """
        self._left_behind.append(self._pools)
        self._lock, self._pools = threading.Lock(), {}

    def _received(self, response: urllib3.BaseHTTPResponse, deadline: Deadline) -> bytes:
        chunks, size = [], 0
        try:
            while chunk := response.read1(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                _refuse_long(size)
                self._refuse_late(deadline)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return b"".join(chunks)

    def _refuse_late(self, deadline: Deadline) -> None:
        if deadline.has_passed(self._clock.monotonic()):
            raise NoAnswer("the time of the request is up")

    def _pool(self, address: Address) -> tuple[urllib3.HTTPConnectionPool, str]:
        """The pool of a service, and what targets begin with on it."""
        with self._lock:
            if address not in self._pools:
                self._pools[address] = new_pool(address)
            return self._pools[address]


def _refuse_long(size: int) -> None:
    if size > _MOST_BYTES:
        raise NoAnswer(f"the answer has more than {_MOST_BYTES} bytes")


def _failure(error: Exception, place: str, *, full: bool) -> NoAnswer:
    """What an error of the library means; ``full`` says that there was time for any answer."""
    timed_out = isinstance(error, exceptions.TimeoutError | TimeoutError)
    out, again = full and timed_out, False
    if isinstance(error, exceptions.NameResolutionError):
        reason, out = f"the name of {place} cannot be resolved; check the endpoint and the region", True
    elif isinstance(error, exceptions.NewConnectionError | exceptions.ProxyError | exceptions.SSLError):
        # One that is refused is known at once, and costs nothing.
        reason, out = f"there is no connection to {place}: {_innermost(error)}", not is_refused(error)
    elif isinstance(error, exceptions.EmptyPoolError):
        reason, out = f"all {MOST_CONNECTIONS} connections to {place} stayed busy", False
    elif timed_out:
        reason = f"{place} timed out"
    else:
        reason, again = f"the connection to {place} broke: {_innermost(error)}", True
    return NoAnswer(reason, again=again, out=out)


def _innermost(error: BaseException) -> str:
    """The cause of all, in a few words and without addresses of objects."""
    while True:
        inner = next((item for item in (*error.args[::-1], error.__cause__) if isinstance(item, BaseException)), None)
        if inner is None:
            break
        error = inner
    if isinstance(error, ssl.SSLCertVerificationError) and hasattr(error, "verify_message"):
        return error.verify_message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
