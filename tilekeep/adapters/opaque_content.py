"""The source answer in an HTTP answer that holds a tile nobody looks into."""

from __future__ import annotations

from tilekeep.adapters.upstream_exchange import fetched, image_of
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.map_query import Fetched, NotModified, UpstreamRequest
from tilekeep.domain.opaque_format import OpaqueFormat
from tilekeep.domain.source_failure import hidden, upstream_text
from tilekeep.ports.http_client import HttpAnswer

_SUCCESS = range(200, 300)


def opaque_tile_of(answer: HttpAnswer, request: UpstreamRequest, wanted: OpaqueFormat) -> Fetched | NotModified:
    """The tile; servers of vector tiles say by an empty body, or by 204, that there is nothing in it.

    :raises SourceContentError: the server says that it is something else, or nothing came.
    """
    media_type = answer.headers.get("content-type")
    if answer.body and not wanted.agrees_with(media_type):
        raise SourceContentError(
            f"no {wanted.media_type} returned from tile source: "
            f"\"{request.public_url}\" is '{upstream_text(media_type or '')}'",
            client_message=hidden(f"response is not {wanted.media_type}"),
        )
    if wanted.is_vector_tile and not answer.body and answer.status in _SUCCESS:
        return fetched(answer)
    return image_of(answer, request)
