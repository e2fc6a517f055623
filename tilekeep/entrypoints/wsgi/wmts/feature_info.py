"""From a WMTS GetFeatureInfo request to what there is to say about a place on a tile (spec/services.md, 5.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import InvalidParameter, LayerNotQueryable, PointOutsideMap
from tilekeep.domain.feature_info import InfoQuery, PixelPosition
from tilekeep.domain.geometry import Size
from tilekeep.entrypoints.wsgi.authorise import authorise_feature_info
from tilekeep.entrypoints.wsgi.info_response import feature_count, info_response
from tilekeep.entrypoints.wsgi.request_facts import note_layers, note_service
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.ports.clock import Clock

_SERVICE = "wmts.featureinfo"
_PIXELS = re.compile(r"[+-]?[0-9]{1,10}")


class InfoFormat(NamedTuple):
    """A format of feature info; without ``suffix`` it cannot be asked for by path."""

    suffix: str | None
    media_type: str


class InfoParameters(NamedTuple):
    """What is asked about a tile, as text; ``format`` is a media type or a suffix."""

    i: str
    j: str
    format: str
    feature_count: str | None = None


class WmtsFeatureInfo:
    """Answers GetFeatureInfo.

    Args:
        formats: those that are offered.
        get: asks the sources.
        clock: bounds how long a request may take.
        request_seconds: the time a request may take.
    """

    def __init__(
        self, *, formats: Sequence[InfoFormat], get: GetFeatureInfo, clock: Clock, request_seconds: float
    ) -> None:
        self._media_types = {given.media_type for given in formats}
        self._by_suffix = {given.suffix: given.media_type for given in formats if given.suffix}
        self._get = get
        self._monotonic = clock.monotonic
        self._request_seconds = request_seconds

    def __call__(self, located: Located, wanted: InfoParameters, environ: Environ) -> Response:
        """What the sources say, under the media type that is asked for.

        :raises RequestError: a parameter means nothing, or there is nobody to ask.
        :raises AccessDenied: the authorisation hook refuses it.
        :raises SourceError: see :class:`tilekeep.application.get_feature_info.GetFeatureInfo`.
        """
        layer, grid = located.route.layer, located.route.layer.grid
        media_type = self._media_type(wanted.format)
        query = InfoQuery(
            bbox=grid.tile_bbox(located.key.coord),
            size=grid.tile_size,
            srs=grid.srs,
            position=_position(wanted, grid.tile_size),
            info_format=media_type,
            feature_count=feature_count(wanted.feature_count),
        )
        name = layer.outline.name
        note_service(environ, "wmts")
        note_layers(environ, (name,))
        permitted = authorise_feature_info(
            environ, _SERVICE, [name], [name], grid.srs.code, query.bbox, query.coordinate
        )
        sources = layer.outline.info_sources(grid.name)
        if not sources:
            raise LayerNotQueryable(f"layer {name} not queryable", locator="layer")
        deadline = Deadline(self._monotonic() + self._request_seconds)
        return info_response(self._get(sources if permitted else (), query, deadline), media_type, environ)

    def _media_type(self, name: str) -> str:
        found = name if name in self._media_types else self._by_suffix.get(name)
        if found is None:
            raise InvalidParameter(f"unknown infoformat: {name}", locator="infoformat")
        return found


def _position(wanted: InfoParameters, size: Size) -> PixelPosition:
    """The whole pixel of the tile (OGC 07-057r7, 7.3.1)."""
    column, row = _pixel("i", wanted.i, size.width), _pixel("j", wanted.j, size.height)
    return PixelPosition(column, row)


def _pixel(name: str, text: str, pixels: int) -> int:
    if not _PIXELS.fullmatch(text.strip()):
        raise InvalidParameter(f"invalid {name}: {text!r} (a whole number of pixels)", locator=name)
    if not 0 <= int(text) < pixels:
        raise PointOutsideMap(f"invalid {name}: {text} is none of the {pixels} pixels of the tile", locator=name)
    return int(text)
