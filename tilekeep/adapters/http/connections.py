"""Connections of the pools: each receive bounded by the deadline, and a stale connection told from a bad answer."""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from tilekeep.adapters.http.connecting import connected_socket
from tilekeep.adapters.http.limits import ExchangeLimit, current_limit


class NoAnswer(http.client.RemoteDisconnected):
    """The connection ended before any byte of an answer came."""


class StaleConnection(NoAnswer):
    """The same, on a connection that had carried an answer before: it was probably closed while idle."""


class BoundedStream(io.RawIOBase):
    """The receiving side of a socket; no read blocks longer than the limit of its exchange allows."""

    def __init__(self, sock: socket.socket, stream: io.RawIOBase, limit: ExchangeLimit) -> None:
        self._sock = sock
        self._stream = stream
        self.limit = limit

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Receives what is there, at most a buffer full.

        :raises TimeoutError: nothing came in time.
        """
        self._sock.settimeout(self.limit.next_timeout())
        return self._stream.readinto(buffer)

    def close(self) -> None:
        """Closes the stream below."""
        self._stream.close()
        super().close()


class BoundedResponse(http.client.HTTPResponse):
    """An answer read through a :class:`BoundedStream`."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._bounded: BoundedStream | None = None
        limit = current_limit.get()
        if limit is not None:
            self._bounded = BoundedStream(sock, self.fp.detach(), limit)
            self.fp = io.BufferedReader(self._bounded)

    def begin(self) -> None:
        """Reads status and headers, and bounds what may still come after them.

        :raises NoAnswer: the connection ended before their first byte.
        """
        if not self._first_byte_came():
            raise NoAnswer("the server closed the connection without an answer")
        super().begin()
        if self._bounded is not None:
            self._bounded.limit = self._bounded.limit.for_body(self.status)

    def _first_byte_came(self) -> bool:
        try:
            return bool(self.fp.peek(1))
        except ConnectionError as error:
            raise NoAnswer("the server reset the connection without an answer") from error


class _Answering:
    """Tries all addresses in time, and remembers whether a connection has carried an answer since it was opened."""

    has_answered = False

    def connect(self) -> None:
        self.has_answered = False
        super().connect()  # type: ignore[misc]

    def _new_conn(self: Any) -> socket.socket:
        """The step of the library that opens the socket; its own takes the whole time-out for each address."""
        limit = current_limit.get()
        assert limit is not None, "connections are opened by exchanges alone"
        try:
            return connected_socket(self._dns_host, self.port, self.socket_options or (), limit)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"connecting to {self.host} timed out") from error
        except OSError as error:
            raise NewConnectionError(self, f"connecting failed: {error}") from error

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()  # type: ignore[misc]
        except NoAnswer as error:
            if self.has_answered:
                raise StaleConnection(*error.args) from error
            raise
        self.has_answered = True
        return response


class PlainConnection(_Answering, HTTPConnection):
    """A connection without TLS."""

    response_class = BoundedResponse


class TlsConnection(_Answering, HTTPSConnection):
    """A connection with TLS."""

    response_class = BoundedResponse

    def connect(self) -> None:
        """Connects; a certificate that nobody wanted checked is no reason for a warning per request."""
        super().connect()
        self.is_verified = True


class PlainPool(HTTPConnectionPool):
    """Keep-alive connections to one server."""

    ConnectionCls = PlainConnection


class TlsPool(HTTPSConnectionPool):
    """Keep-alive connections with TLS to one server."""

    ConnectionCls = TlsConnection


POOL_CLASSES = {"http": PlainPool, "https": TlsPool}
