"""Tiles of collections and of the whole dataset (OGC 20-057; spec/services.md, 8.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.domain.errors import InvalidParameter, TileOutsideGrid
from tilekeep.domain.geometry import Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_frame import Frame
from tilekeep.domain.tile import TileCoord
from tilekeep.entrypoints.wsgi.ogcapi.colors import background, is_transparent
from tilekeep.entrypoints.wsgi.ogcapi.frames import resolution
from tilekeep.entrypoints.wsgi.ogcapi.images import Images, WantedImage, place_headers
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSet
from tilekeep.entrypoints.wsgi.ogcapi.measures import USUAL_PIXEL, positive, positive_whole
from tilekeep.entrypoints.wsgi.ogcapi.offer import NamedLayers
from tilekeep.entrypoints.wsgi.ogcapi.stored_tiles import StoredTiles
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_numbers import is_integer, tile_number
from tilekeep.entrypoints.wsgi.tile_route import Located

PARAMETERS = frozenset({"f", "bgcolor", "transparent"})

#: What else may be said where there are maps.
SCALING = frozenset({"width", "height", "scale-denominator", "mm-per-pixel"})

#: The name by which callables of a wrapping application know maps and tiles.
SERVICE = "ogcapi.map"


class WantedTile(NamedTuple):
    """A tile, and the image that it is if it has to be drawn."""

    image: WantedImage
    matrix_set: MatrixSet
    coord: TileCoord


class ApiTiles:
    """Answers with tiles: those of a cache where there are such, else they are drawn.

    Args:
        images: draws.
        stored: finds tiles of caches.
        delivery: makes tiles of caches into responses.
    """

    def __init__(self, images: Images, stored: StoredTiles, delivery: TileDelivery) -> None:
        self._images = images
        self._stored = stored
        self._delivery = delivery

    def __call__(self, environ: Environ, wanted: WantedTile) -> Response:
        """The tile.

        :raises RequestError: it is larger than any may be.
        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_map.GetMap`, as for LockTimeout and StoreError.
        """
        image = wanted.image
        shown = self._images.permitted(environ, image)
        located = self.located(wanted)
        if located is None or not shown or shown[0].regions:
            return self._images.drawn(environ, image, shown)
        response = self._delivery.permitted(located, environ, SERVICE)
        response.headers.extend(place_headers(image.frame.bbox, image.srs))
        return response

    def located(self, wanted: WantedTile) -> Located | None:
        """The tile of a cache that is meant, or None if it has to be drawn."""
        return self._stored.find(wanted.image, wanted.matrix_set, wanted.coord)


def wanted_tile(
    named: NamedLayers,
    matrix_set: MatrixSet,
    place: tuple[str, str, str],
    form: tuple[str, ImageEncoding],
    given: Mapping[str, str],
) -> WantedTile:
    """The tile at ``place``: level, row and column as clients write them; rows count from the origin of the grid.

    ``form`` is the media type of its format, and how tiles in it are encoded.

    :raises InvalidParameter: there is none, or a parameter means nothing.
    """
    grid = matrix_set.grid
    coord = _coord(grid, place)
    frame = Frame(grid.tile_bbox(coord), _size(grid, coord.z, given))
    transparent, color = is_transparent(given), background(given)
    image = WantedImage(named.layers, named.names, frame, grid.srs, *form, color, transparent)
    return WantedTile(image, matrix_set, coord)


def _coord(grid: TileGrid, place: tuple[str, str, str]) -> TileCoord:
    level, row, column = place
    z = _number(level, grid.levels, "tileMatrix")
    columns, rows = grid.matrix_size(z)
    return TileCoord(z, _number(column, columns, "tileCol"), _number(row, rows, "tileRow"))


def _number(text: str, count: int, name: str) -> int:
    try:
        value = tile_number(text) if is_integer(text) else -1
    except TileOutsideGrid:
        value = -1
    if not 0 <= value < count:
        raise InvalidParameter(f"invalid {name}: {text} (from 0 to {count - 1})", locator=name)
    return value


def _size(grid: TileGrid, z: int, given: Mapping[str, str]) -> Size:
    """That of the tiles of the grid, unless the request scales them."""
    width, height = positive_whole(given, "width"), positive_whole(given, "height")
    scale, pixel = positive(given, "scale-denominator"), positive(given, "mm-per-pixel") or USUAL_PIXEL
    usual = grid.tile_size
    if scale is not None and (width is not None or height is not None):
        message = "scale-denominator and width or height exclude each other"
        raise InvalidParameter(message, locator="scale-denominator")
    if width is not None or height is not None:
        return Size(
            width or _pixels((height or 0) * usual.width / usual.height),
            height or _pixels((width or 0) * usual.height / usual.width),
        )
    factor = USUAL_PIXEL / pixel
    if scale is not None:
        factor = grid.resolutions[z] / (resolution(scale, pixel / 1000, grid.srs) or 1.0)
    return Size(_pixels(usual.width * factor), _pixels(usual.height * factor))


def _pixels(length: float) -> int:
    """At least one; a length without end is as many as no image has."""
    return max(1, round(min(length, 1e9)))
