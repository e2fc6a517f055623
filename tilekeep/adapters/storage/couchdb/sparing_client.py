"""Requests to a CouchDB that is left alone while it is out of reach."""

from __future__ import annotations

from tilekeep.adapters.outage import Outage, is_refused
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceTimeout, SourceUnreachable
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpAnswer, HttpClient


class SparingClient:
    """Implements :class:`tilekeep.ports.http_client.HttpClient` by another client.

    Args:
        http: sends the requests.
        outage: of the server that they go to.
        clock: says how much time a request has.
        timeout_seconds: that of ``http``; a request that had less time says nothing about the server.
    """

    def __init__(self, http: HttpClient, outage: Outage, clock: Clock, timeout_seconds: float) -> None:
        self._http = http
        self._outage = outage
        self._clock = clock
        self._timeout_seconds = timeout_seconds

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        """See :class:`~tilekeep.ports.http_client.HttpClient`.

        :raises SourceUnreachable: it was out of reach a moment ago, too.
        """
        refusal = self._outage.refusal()
        if refusal is not None:
            raise SourceUnreachable(refusal)
        had_time = deadline.remaining(self._clock.monotonic()) >= self._timeout_seconds
        try:
            answer = self._http.send(request, deadline, max_bytes=max_bytes)
        except (SourceUnreachable, SourceTimeout) as error:
            if had_time if isinstance(error, SourceTimeout) else not is_refused(error):
                self._outage.begins(str(error))
            raise
        self._outage.ends()
        return answer
