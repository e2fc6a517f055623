"""One layer in one grid, as one service offers it: from public addresses to tile keys."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.application.catalogue import TileLayer
from tilekeep.domain.dimensions import chosen_dimensions
from tilekeep.domain.errors import TileOutsideGrid
from tilekeep.domain.image import subtype
from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile import Dimensions, TileKey
from tilekeep.entrypoints.wsgi.tile_numbers import OUTSIDE_GRID

#: What authorisation calls services; TMS and the plain tiles service have one name.
_SERVICES = {TileService.WMTS: "wmts", TileService.KML: "kml"}


class TileRoute:
    """The way from an address to a tile; built once for each layer, grid and service.

    :ivar service: the name of the service, by which authorisation knows it (spec/auth-plugins-decorate.md, 2.3).
    :ivar extension: the format part of its addresses (spec/services.md, 4.5).
    :ivar formats: what may stand for it in requests by parameters: besides the extension the subtype, or nothing.
    :ivar default_dimensions: what requests without dimensions mean.
    """

    __slots__ = ("default_dimensions", "extension", "formats", "layer", "levels", "service")

    def __init__(self, layer: TileLayer, levels: PublicLevels, service: str | None = None) -> None:
        self.layer = layer
        self.levels = levels
        self.service = service or _SERVICES.get(levels.service, "tms")
        self.extension = layer.encoding.public_extension
        self.formats = frozenset({"", self.extension, subtype(layer.encoding.public_media_type)})
        self.default_dimensions: Dimensions = chosen_dimensions(layer.outline.dimensions, {})

    def key(self, z: int, x: int, y: int, origin: Origin | None, dimensions: Dimensions) -> TileKey:
        """The tile at a public address; ``origin`` is the corner rows are counted from, None the grid's own.

        :raises TileOutsideGrid: there is none.
        """
        coord = self.levels.coord(z, x, y, origin)
        if coord is None:
            raise TileOutsideGrid(f"{OUTSIDE_GRID} (level {z}, column {x}, row {y})")
        return TileKey(coord, dimensions)


class Located(NamedTuple):
    """A tile that a request asks for."""

    route: TileRoute
    key: TileKey
