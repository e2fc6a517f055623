"""Clients of servers that are no map servers and have limits all the same, such as those of archives."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.adapters.admitted_client import AdmittedClient
from tilekeep.adapters.http.client_options import ClientOptions
from tilekeep.config.assemble.upstreams import http_options, upstream_at
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.domain.secrets import split_credentials
from tilekeep.ports.http_client import HttpClient


class AdmittedClients:
    """Makes what asks a server through its gate.

    Args:
        make: makes a client from keyword arguments.
        http_client: the client for a set of options; equal options share one.
    """

    def __init__(self, make: Callable[..., AdmittedClient], http_client: Callable[[ClientOptions], HttpClient]) -> None:
        self._make = make
        self._http_client = http_client

    def __call__(self, url: str, http: EffectiveHttp) -> AdmittedClient:
        """The client for the server at ``url``, which is spelled as in the configuration."""
        _, credentials = split_credentials(url)
        return self._make(
            http=self._http_client(http_options(http, credentials)),
            upstream=upstream_at(url, http),
            timeout_seconds=http.client_timeout_seconds,
        )
