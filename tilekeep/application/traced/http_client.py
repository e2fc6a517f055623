"""A client of servers whose requests are spans, of which servers are told where that is wanted."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer, HttpClient
from tilekeep.ports.traces import Traces

_FIRST_ERROR = 400


class TracedHttpClient:
    """Implements :class:`tilekeep.ports.http_client.HttpClient`.

    Args:
        client: sends requests.
        traces: takes the spans.
    """

    def __init__(self, client: HttpClient, traces: Traces) -> None:
        self._client = client
        self._traces = traces

    def make_ready(self) -> None:
        """See :meth:`tilekeep.ports.http_client.HttpClient.make_ready`."""
        self._client.make_ready()

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        """See :class:`~tilekeep.ports.http_client.HttpClient`; spans hold no secrets of addresses."""
        url = request.public_url
        facts = {
            "http.request.method": request.method,
            "url.full": url,
            "server.address": urlsplit(url).hostname or "",
        }
        with self._traces.upstream(request.method, facts) as span:
            told = self._traces.headers()
            if told:
                request = replace(request, headers=(*request.headers, *told))
            answer = self._client.send(request, deadline, max_bytes=max_bytes)
            span.note({"http.response.status_code": answer.status, "http.response.body.size": len(answer.body)})
            if answer.status >= _FIRST_ERROR:
                span.fail(str(answer.status))
            return answer
