"""Tile addresses under ``/tms``, ``/tiles`` and ``/kml`` (spec/services.md, 4.2 and 6)."""

from __future__ import annotations

import re

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.errors import InvalidRequest
from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile_variant import DOUBLE
from tilekeep.entrypoints.wsgi.query_string import parameters, utf8
from tilekeep.entrypoints.wsgi.tile_numbers import tile_number
from tilekeep.entrypoints.wsgi.tile_route import Located, TileRoute
from tilekeep.entrypoints.wsgi.tms.names import TmsNames

# KML has no version in its addresses, so that a layer may have the name of one.
_TILE = re.compile(
    r"/(?P<service>[^/]+)/(?:(?<!/kml/)1\.0\.0/)?(?P<layer>[^/]+)/(?:(?P<spec>[^/]+)/)?"
    r"(?P<z>-?[0-9]+)/(?P<x>-?[0-9]+)/(?P<y>-?[0-9]+)(?P<double>@2x)?\.(?P<format>\w+)"
)

#: Parts of a path behind the layer: level, column, row with extension.
_NUMBERS = 3

#: Longer addresses are read with more care, as their numbers may be too long to be numbers.
_USUAL_LENGTH = 256

_ORIGINS: dict[str, Origin] = {"nw": "nw", "sw": "sw"}


class TileAddresses:
    """Reads the addresses of one service.

    A route is remembered under the literal beginning of the addresses that led to it, so that all further ones are
    found by one look into a dictionary.

    Args:
        catalogue: the layers.
        names: how addresses call them.
        service: TMS or KML, whose rows always count from the south-west, or TILES.
        origin: the corner rows of TILES are counted from if the request does not say; None is the grid's own.
    """

    def __init__(self, catalogue: Catalogue, names: TmsNames, service: TileService, origin: Origin | None) -> None:
        self._catalogue = catalogue
        self._names = names
        self._service = service
        self._is_told_origin = service is TileService.TILES
        self._origin: Origin | None = origin if self._is_told_origin else "sw"
        self._by_prefix: dict[str, TileRoute] = {}

    def at_known_prefix(self, path: str, query_string: str) -> Located | None:
        """The tile, if the address is of the plain kind and one like it has been seen before.

        :raises TileOutsideGrid: the level, column or row does not exist.
        """
        parts = path.rsplit("/", _NUMBERS)
        route = self._by_prefix.get(parts[0])
        if route is None or len(parts) <= _NUMBERS or len(path) > _USUAL_LENGTH:
            return None
        _, z, x, name = parts
        y, _, extension = name.partition(".")
        row = y.removesuffix(DOUBLE)
        if extension not in route.extensions or not (z.isdecimal() and x.isdecimal() and row.isdecimal()):
            return None
        origin = self._requested_origin(query_string) if query_string and self._is_told_origin else self._origin
        key = route.key(int(z), int(x), int(row), origin, route.default_dimensions)
        if extension == route.extension and row == y:  # as nearly always
            return Located(route, key, route.is_negotiated)
        return route.located(key, route.form(extension, doubled=row != y))

    def locate(self, path: str, query_string: str) -> Located:
        """The tile at ``path`` as the WSGI environment spells it.

        :raises InvalidRequest: no tile address, as for the other errors of requests.
        """
        text = utf8(path)
        match = _TILE.fullmatch(text)
        if match is None or match["service"] != self._service.value:
            raise InvalidRequest(f"invalid request ({text})")
        route = self.route(match["layer"], match["spec"])
        form = route.form(match["format"], doubled=match["double"] is not None)
        self._by_prefix[path.rsplit("/", _NUMBERS)[0]] = route
        z, x, y = (tile_number(match[part]) for part in "zxy")
        origin = self._requested_origin(query_string) if self._is_told_origin else self._origin
        key = route.key(z, x, y, origin, route.default_dimensions)
        return route.located(key, form)

    def route(self, layer: str, spec: str | None) -> TileRoute:
        """The route to a layer, built anew; its parts are those of the catalogue.

        :raises UnknownLayer: no layer has this name.
        """
        named = self._names.named(layer, spec)
        tile_layer = self._catalogue.tile_layer(named.layer, named.grid)
        return TileRoute(tile_layer, PublicLevels(tile_layer.grid, self._service))

    def _requested_origin(self, query_string: str) -> Origin | None:
        return _ORIGINS.get(parameters(query_string).get("origin", ""), self._origin)
