"""HTTP exchanges with upstream servers, in domain types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.told_keeping import ToldKeeping


class HttpAnswer(NamedTuple):
    """What came back: final status after redirects, headers by lower-case name, body without content encoding.

    The body of an answer with an error status may be cut short.

    :ivar keeping: what its server says about keeping it, where that is to be honoured; clients leave that open.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    keeping: ToldKeeping = ToldKeeping()


class HttpClient(Protocol):
    """Sends one request and waits for the whole answer.  Safe to call from any thread."""

    def make_ready(self) -> None:
        """Does now what a first request would wait for, so that it is sent when it is admitted and not later."""
        ...

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        """The answer, whatever its status: 304 and every error status are ordinary answers.

        Sends once; again only when a connection that had been used before turns out to be closed before any byte
        of the answer came.  ``deadline`` bounds everything: connecting, waiting and the transfer.  Adds
        credentials when the server asks for them, and writes the request log.

        :raises SourceUnreachable: no connection, a TLS failure, a transfer that broke off.
        :raises SourceTimeout: the deadline or the time-out of the client passed.
        :raises SourceContentError: the body has more than ``max_bytes``, encoded or decoded, or cannot be decoded.
        """
        ...
