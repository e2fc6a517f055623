"""JSON documents that servers describe themselves by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ConfigurationError, ProjectionError, SourceContentError, SourceStatusError
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.merged_json import json_value
from tilekeep.domain.secrets import redacted
from tilekeep.domain.source_failure import hidden, upstream_text
from tilekeep.ports.http_client import HttpAnswer

#: No description of a service comes near it.
MOST_BYTES = 16 * 2**20

#: What comes of values that are missing, of another kind, or mean nothing.
_SENSELESS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    ProjectionError,
    ConfigurationError,
)

_JSON = "application/json"
_FAILURE = "The source does not say what it has"


class Asks(Protocol):
    """What asks servers: :class:`tilekeep.adapters.upstream_exchange.UpstreamExchange` or what is around it."""

    def ask(self, request: UpstreamRequest, purpose: Purpose, deadline: Deadline) -> HttpAnswer:
        """As :meth:`tilekeep.adapters.upstream_exchange.UpstreamExchange.ask`."""
        ...


def body_of(exchange: Asks, url: str, accept: str, purpose: Purpose, deadline: Deadline) -> bytes:
    """The document at ``url``.

    :raises SourceContentError: the server has none there, which is no failure to give a map; or it is too large.
    :raises SourceError: no answer.
    """
    request = UpstreamRequest("GET", url, (("Accept", accept),))
    try:
        answer = exchange.ask(request, purpose, deadline)
    except SourceStatusError as error:
        raise SourceContentError(f"no document: {error}", client_message=error.client_message) from error
    if len(answer.body) > MOST_BYTES:
        raise without_sense(f"{redacted(url)} has {len(answer.body)} bytes, at most {MOST_BYTES} are read")
    return answer.body


def json_at(exchange: Asks, url: str, purpose: Purpose, deadline: Deadline) -> dict[str, Any]:
    """The JSON object at ``url``; raises as :func:`body_of`, and SourceContentError for anything else."""
    body = body_of(exchange, url, _JSON, purpose, deadline)
    try:
        found = json_value(body.decode("utf-8-sig"))
    except ValueError as error:
        raise without_sense(f"{redacted(url)} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise without_sense(f"{redacted(url)} is no JSON object")
    return found


def without_sense(reason: str) -> SourceContentError:
    """The error for a document that does not say what is needed; ``reason`` is for the log."""
    return SourceContentError(upstream_text(reason), client_message=hidden(_FAILURE))


@contextmanager
def making_sense_of(url: str) -> Iterator[None]:
    """Turns what goes wrong with the values of a document into the error of the port.

    :raises SourceContentError: values are missing, of another kind, or mean nothing.
    """
    try:
        yield
    except _SENSELESS as error:
        raise without_sense(f"{redacted(url)}: {type(error).__name__}: {error}") from error
