"""One layer in one grid, as one service offers it: from public addresses to tile keys."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.application.catalogue import TileLayer
from tilekeep.domain.dimensions import chosen_dimensions
from tilekeep.domain.errors import TileOutsideGrid, UnsupportedFormat
from tilekeep.domain.image import ImageEncoding, subtype
from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile import Dimensions, TileKey
from tilekeep.domain.tile_variant import DOUBLE, variant_name
from tilekeep.entrypoints.wsgi.accepted_format import accepted_format
from tilekeep.entrypoints.wsgi.tile_numbers import OUTSIDE_GRID

#: What authorisation calls services; TMS and the plain tiles service have one name.
_SERVICES = {TileService.WMTS: "wmts", TileService.KML: "kml"}


class TileForm(NamedTuple):
    """In which form a tile is asked for.

    :ivar variant: as in its key.
    :ivar is_negotiable: whether it may come in another format, if the client likes that better.
    """

    variant: str
    is_negotiable: bool


class TileRoute:
    """The way from an address to a tile; built once for each layer, grid and service.

    :ivar service: the name of the service, by which authorisation knows it (spec/auth-plugins-decorate.md, 2.3).
    :ivar extension: the format part of its addresses (spec/services.md, 4.5).
    :ivar formats: what may stand for it in requests by parameters: besides the extension the subtype, or nothing.
    :ivar extensions: all in which it is offered.
    :ivar default_dimensions: what requests without dimensions mean.
    :ivar is_negotiated: whether tiles at addresses in the layer's own format may come in another one, by ``Accept``.
    """

    __slots__ = (
        "_others",
        "default_dimensions",
        "extension",
        "extensions",
        "formats",
        "is_negotiated",
        "layer",
        "levels",
        "service",
    )

    def __init__(self, layer: TileLayer, levels: PublicLevels, service: str | None = None) -> None:
        self.layer = layer
        self.levels = levels
        self.service = service or _SERVICES.get(levels.service, "tms")
        self.extension = layer.encoding.public_extension
        self.formats = frozenset({"", self.extension, subtype(layer.encoding.public_media_type)})
        self.default_dimensions: Dimensions = chosen_dimensions(layer.outline.dimensions, {})
        self._others = {encoding.format: encoding.extension for encoding in layer.variants.encodings}
        self.extensions = frozenset({self.extension, *self._others.values()})
        self.is_negotiated = bool(self._others)

    def key(self, z: int, x: int, y: int, origin: Origin | None, dimensions: Dimensions) -> TileKey:
        """The tile at a public address; ``origin`` is the corner rows are counted from, None the grid's own.

        :raises TileOutsideGrid: there is none.
        """
        coord = self.levels.coord(z, x, y, origin)
        if coord is None:
            raise TileOutsideGrid(f"{OUTSIDE_GRID} (level {z}, column {x}, row {y})")
        return TileKey(coord, dimensions)

    def form(self, requested: str, *, doubled: bool) -> TileForm:
        """What tiles with the extension or subtype ``requested`` are; that is empty for the layer's own.

        :raises UnsupportedFormat: the layer is not offered in this format, or not with twice the pixels.
        """
        is_own = requested in self.formats
        if not is_own and requested not in self._others.values():
            known = ", ".join([self.extension, *self._others.values()])
            raise UnsupportedFormat(
                f"invalid format ({requested}). this tile set only supports ({known})", locator="format"
            )
        if doubled and not self.layer.variants.doubled:
            raise UnsupportedFormat(f"this tile set has no tiles with twice the pixels ({DOUBLE})", locator="format")
        return TileForm(variant_name("" if is_own else requested, doubled=doubled), is_own and self.is_negotiated)

    def located(self, key: TileKey, form: TileForm) -> Located:
        """The tile ``key`` in a form."""
        return Located(self, key._replace(variant=form.variant), form.is_negotiable)

    def in_accepted_format(self, key: TileKey, accept: str) -> Located:
        """The tile that a client gets who asks for ``key`` in the layer's own format."""
        media_type = accepted_format(self.layer.encoding.public_media_type, tuple(self._others), accept)
        variant = variant_name(self._others.get(media_type, ""), doubled=key.variant.startswith(DOUBLE))
        return Located(self, key._replace(variant=variant))

    def encoding(self, key: TileKey) -> ImageEncoding:
        """How the tile is encoded."""
        return self.layer.variants.encoding(key.variant, self.layer.encoding)


class Located(NamedTuple):
    """A tile that a request asks for; ``is_negotiable`` as in :class:`TileForm`."""

    route: TileRoute
    key: TileKey
    is_negotiable: bool = False
