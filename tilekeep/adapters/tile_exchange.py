"""Asking a server for one tile, be it an image or one that nobody looks into."""

from __future__ import annotations

from tilekeep.adapters.documents_of_server import Asks
from tilekeep.adapters.opaque_content import opaque_tile_of
from tilekeep.adapters.tile_of_query import refuse_other_than_image
from tilekeep.adapters.upstream_exchange import image_of
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceStatusError
from tilekeep.domain.map_query import Fetched, NotModified, UpstreamRequest
from tilekeep.domain.opaque_format import OpaqueFormat, opaque_format
from tilekeep.domain.source_failure import NO_CONTENT


def asked_tile(
    exchange: Asks, request: UpstreamRequest, media_type: str, purpose: Purpose, deadline: Deadline
) -> Fetched | NotModified:
    """The tile that ``request`` is for.

    Args:
        exchange: asks the server.
        request: the request.
        media_type: what is wanted, as in :class:`~tilekeep.domain.map_query.MapQuery`.
        purpose: what it is for.
        deadline: until when.

    :raises SourceError: there is none, or something else came.
    """
    wanted = opaque_format(media_type)
    if wanted is not None:
        return _opaque(exchange, request, wanted, purpose, deadline)
    answer = exchange.ask(request, purpose, deadline)
    refuse_other_than_image(answer, request)
    return image_of(answer, request)


def _opaque(
    exchange: Asks, request: UpstreamRequest, wanted: OpaqueFormat, purpose: Purpose, deadline: Deadline
) -> Fetched | NotModified:
    try:
        return opaque_tile_of(exchange.ask(request, purpose, deadline), request, wanted)
    except SourceStatusError as error:
        if error.status == NO_CONTENT and wanted.is_vector_tile:
            return Fetched(b"", None)
        raise
