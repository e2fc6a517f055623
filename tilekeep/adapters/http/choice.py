"""The client for a set of options: of servers, or of a program on this machine."""

from __future__ import annotations

from tilekeep.adapters.http.cgi_client import CgiClient
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.http.program_options import ProgramOptions
from tilekeep.adapters.http.shared import SharedHttpState
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpClient

ClientOptions = HttpOptions | ProgramOptions


def client_of(options: ClientOptions, clock: Clock, shared: SharedHttpState, *, logs: bool) -> HttpClient:
    """The client that ``options`` ask for; ``logs`` says whether each request is logged."""
    if isinstance(options, ProgramOptions):
        return CgiClient(options, clock, logs=logs)
    return RequestsHttpClient(options, clock, shared, logs=logs)
