"""A service that says which tile of a layer shows a place: ``/locate/LAYER?lon=8.2&lat=53.1&level=9``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Annotated, Any
from urllib.parse import parse_qs

from pydantic import Field

from tilekeep.domain.errors import ProjectionError, RequestError
from tilekeep.plugins import Options, ServiceContext, ServicePlugin

_WGS_84 = "EPSG:4326"


class LocateOptions(Options):
    """``services.locate``.

    :ivar max_level: the finest level that is asked for.
    """

    max_level: Annotated[int, Field(ge=0, le=30)] = 20


class Locate:
    """A WSGI application."""

    def __init__(self, options: LocateOptions, context: ServiceContext) -> None:
        self._max_level = options.max_level
        self._catalogue = context.catalogue
        self._projection = context.projection

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The tile as JSON, or what is wrong with the request."""
        try:
            status, facts = "200 OK", self._tile(environ)
        except (KeyError, ValueError, OverflowError, RequestError, ProjectionError) as error:
            status, facts = "400 Bad Request", {"error": str(error)}
        body = json.dumps(facts).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _tile(self, environ: dict[str, Any]) -> dict[str, Any]:
        name = environ["PATH_INFO"].removeprefix("/locate/")
        given = parse_qs(environ.get("QUERY_STRING", ""))
        lon, lat, level = float(given["lon"][0]), float(given["lat"][0]), int(given["level"][0])
        layer = self._catalogue.outline(name)
        grid = self._catalogue.description(name, layer.grids[0].name).grid
        if not 0 <= level <= min(self._max_level, grid.levels - 1):
            raise ValueError(f"there is no level {level}")
        to_grid = self._projection.between(self._projection.srs(_WGS_84), grid.srs)
        ((x, y),) = to_grid.points([(lon, lat)])
        tile = grid.tile_at(x, y, level)
        if not grid.holds(tile):
            raise ValueError("no tile shows this place")
        return {"layer": name, "grid": grid.name, "level": level, "column": tile.x, "row": tile.y}


PLUGIN = ServicePlugin(options=LocateOptions, make=Locate)
