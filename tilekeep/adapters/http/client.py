"""The HTTP client of the sources: requests' transports over urllib3 pools, one per distinct set of options.

A ``requests.Session`` keeps cookies and redirects in state that threads must not share, and reads bodies of redirects
without limit; so the client uses the layer below it and nothing of ``netrc`` or ``REQUESTS_CA_BUNDLE``.
"""

from __future__ import annotations

from tilekeep.adapters.http.exchanges import Connections
from tilekeep.adapters.http.failures import LIBRARY_ERRORS, translated
from tilekeep.adapters.http.limits import ExchangeLimit
from tilekeep.adapters.http.local_files import FILE_SCHEME, read_local_file
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.http.redirects import MAX_REDIRECTS, Hop, next_hop
from tilekeep.adapters.http.request_log import log_request
from tilekeep.adapters.http.shared import SharedHttpState
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpAnswer


class RequestsHttpClient:
    """An :class:`~tilekeep.ports.http_client.HttpClient` with keep-alive connections, for all threads of a process.

    Proxies come from the environment (``http_proxy``, ``https_proxy``, ``no_proxy``).  Connections are opened on
    first use.  Name resolution takes as long as the operating system lets it.  ``logs`` says whether each request is
    logged.
    """

    def __init__(
        self, options: HttpOptions, clock: Clock, shared: SharedHttpState | None = None, *, logs: bool = True
    ) -> None:
        self._options = options
        self._logs = logs
        self._clock = clock
        self._shared = shared or SharedHttpState()
        self._left_behind: list[Connections] = []
        self._connections = Connections(options, self._shared)

    def make_ready(self) -> None:
        """Is ready as it is."""

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        """See :meth:`tilekeep.ports.http_client.HttpClient.send`."""
        started = self._clock.monotonic()
        limit = ExchangeLimit(self._clock, deadline, self._options.timeout_seconds)
        answer = None
        try:
            answer = self._answer(request, limit, max_bytes)
        except LIBRARY_ERRORS as error:
            raise translated(error, request.public_url, hide_details=self._options.hide_error_details) from error
        finally:
            if self._logs:
                log_request(request, answer, self._clock.monotonic() - started)
        return answer

    def reset_after_fork(self) -> None:
        """Leaves the connections to the parent process; the next request opens new ones.

        The old pools are kept, because tidying them up would take locks that a thread of the parent may have held.
        """
        self._shared.reset_after_fork()
        self._left_behind.append(self._connections)
        self._connections = Connections(self._options, self._shared)

    def close(self) -> None:
        """Closes idle connections; the client can go on being used."""
        self._connections.close()

    def _answer(self, request: UpstreamRequest, limit: ExchangeLimit, max_bytes: int) -> HttpAnswer:
        if request.url.startswith(FILE_SCHEME):
            return read_local_file(request, max_bytes)
        return self._follow(request, limit, max_bytes)

    def _follow(self, request: UpstreamRequest, limit: ExchangeLimit, max_bytes: int) -> HttpAnswer:
        configured = self._options.headers
        first = Hop(request.method, request.url, (*configured, *request.headers), request.body)
        hop: Hop | None = first
        for _ in range(MAX_REDIRECTS + 1):
            assert hop is not None
            answer = self._connections.ask(hop, limit, max_bytes)
            hop = next_hop(hop, answer, first)
            if hop is None:
                break
        return answer
