"""An image that was refused, with what was asked for."""

from __future__ import annotations

from tilekeep.domain.deadline import Purpose
from tilekeep.domain.errors import RefusedImage, SourceContentError
from tilekeep.domain.map_query import MapQuery
from tilekeep.ports.map_source import MapSource


def with_request(error: RefusedImage, source: MapSource, query: MapQuery, purpose: Purpose) -> SourceContentError:
    """The failure of ``source``, which was asked for ``query``, as the log is to tell it."""
    asked = ", ".join(request.public_url for request in source.requests_for(query, purpose))
    message = f"{error}; asked for: {asked or 'no server, it was read or drawn here'}"
    return SourceContentError(message, client_message=error.client_message)
