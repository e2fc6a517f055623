"""Connections of the pools: each receive bounded by the deadline, and a stale connection told from a bad answer."""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

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
        self._limit = limit

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Receives what is there, at most a buffer full.

        :raises TimeoutError: nothing came in time.
        """
        self._sock.settimeout(self._limit.next_timeout())
        return self._stream.readinto(buffer)

    def close(self) -> None:
        """Closes the stream below."""
        self._stream.close()
        super().close()


class BoundedResponse(http.client.HTTPResponse):
    """An answer read through a :class:`BoundedStream`."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        limit = current_limit.get()
        if limit is not None:
            stream = self.fp.detach()
            self.fp = io.BufferedReader(BoundedStream(sock, stream, limit))

    def begin(self) -> None:
        """Reads status and headers.

        :raises NoAnswer: the connection ended before their first byte.
        """
        if not self._first_byte_came():
            raise NoAnswer("the server closed the connection without an answer")
        super().begin()

    def _first_byte_came(self) -> bool:
        try:
            return bool(self.fp.peek(1))
        except ConnectionError as error:
            raise NoAnswer("the server reset the connection without an answer") from error


class _Answering:
    """Remembers whether a connection has carried an answer since it was opened."""

    has_answered = False

    def connect(self) -> None:
        self.has_answered = False
        super().connect()  # type: ignore[misc]

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
