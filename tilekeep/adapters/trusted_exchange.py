"""Requests to the addresses that a server names: secrets are for itself alone."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer


class TrustedExchange:
    """Asks the configured server with what it is to be told, and others without credentials and headers.

    Args:
        own: asks the server of ``url``.
        others: asks all others; tells them nothing.
        url: the configured address.
    """

    def __init__(self, own: UpstreamExchange, others: UpstreamExchange, url: str) -> None:
        self._own = own
        self._others = others
        self._server = _server(url)

    def ask(self, request: UpstreamRequest, purpose: Purpose, deadline: Deadline) -> HttpAnswer:
        """As :meth:`UpstreamExchange.ask`."""
        exchange = self._own if _server(request.url) == self._server else self._others
        return exchange.ask(request, purpose, deadline)

    def logging_failures(self, log: logging.Logger, message: str) -> AbstractContextManager[None]:
        """As :meth:`UpstreamExchange.logging_failures`."""
        return self._own.logging_failures(log, message)


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
