"""What sources that know nothing but tiles make of queries and answers (spec/sources.md, 8.4)."""

from __future__ import annotations

from tilekeep.domain.errors import InvalidParameter, NoImage, SourceError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import MapQuery, UpstreamRequest
from tilekeep.domain.source_failure import hidden, upstream_text
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.http_client import HttpAnswer


def coord_of(query: MapQuery, grid: TileGrid) -> TileCoord:
    """The one tile of ``grid`` that a query asks for.

    :raises SourceError: it does not ask for exactly one.
    """
    if query.size != grid.tile_size:
        raise _invalid(f"tile size of cache and tile source do not match: {grid.tile_size} != {query.size}")
    if query.srs != grid.srs:
        raise _invalid(f"SRS of cache and tile source do not match: {grid.srs.code} != {query.srs.code}")
    try:
        affected = grid.affected(query.bbox, grid.closest_level(query.resolution))
    except InvalidParameter as error:
        raise _invalid(f"invalid BBOX {query.bbox}") from error
    coord = affected.coords[0] if affected.count == 1 else None
    if coord is None:
        raise _invalid(f"BBOX does not align to tile: {tuple(query.bbox)} in grid {grid.name}")
    return coord


def _invalid(message: str) -> SourceError:
    """The query does not fit the source: its text holds nothing that clients must not see."""
    return SourceError(message, client_message=message)


def refuse_other_than_image(answer: HttpAnswer, request: UpstreamRequest) -> None:
    """Returns if an answer is an image, or does not say what it is.

    :raises NoImage: it is something else.
    """
    media_type = answer.headers.get("content-type")
    if answer.body and media_type and not media_type.lower().startswith("image"):
        raise NoImage(
            f"no image returned from tile source: \"{request.public_url}\" is '{upstream_text(media_type)}'",
            client_message=hidden("response is not an image"),
        )
