"""Drawing maps and tiles that are no stored ones (spec/services.md, 8.6)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tilekeep.application.get_map import WantedMap
from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.errors import MapTooLarge
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import JPEG, ImageEncoding
from tilekeep.domain.map_frame import Frame
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.ogc_crs import crs_url
from tilekeep.domain.resolution_range import widest_range
from tilekeep.domain.srs import WGS_84_CODE, Srs
from tilekeep.entrypoints.wsgi.bounding_box import require_distinct_pixels
from tilekeep.entrypoints.wsgi.map_drawing import MapDrawing, attribution_labels, image_response
from tilekeep.entrypoints.wsgi.map_size import require_fit
from tilekeep.entrypoints.wsgi.ogcapi.areas import Areas
from tilekeep.entrypoints.wsgi.options import OgcApiOptions
from tilekeep.entrypoints.wsgi.permitted_layers import PermittedLayer
from tilekeep.entrypoints.wsgi.response import Environ, Header, Response

#: How many times longer than the side of the largest square an image may be.
_LONGEST_SIDES = 10

#: Formats without transparency.
_OPAQUE = frozenset({JPEG})


class WantedImage(NamedTuple):
    """A map or tile as a client asks for it.

    :ivar layers: bottom first; ``names`` are those of them that the client itself has named.
    :ivar encoding: how it is encoded if it is drawn; ``media_type`` is what clients call its format.
    :ivar background: 8-bit RGB or RGBA, or None for white.
    """

    layers: tuple[MapLayer, ...]
    names: tuple[str, ...]
    frame: Frame
    srs: Srs
    media_type: str
    encoding: ImageEncoding
    background: tuple[int, ...] | None = None
    transparent: bool = False

    @property
    def query(self) -> MapQuery:
        """Box, size and SRS."""
        return MapQuery(self.frame.bbox, self.frame.size, self.srs, self.media_type)

    @property
    def drawn(self) -> tuple[MapLayer, ...]:
        """What draws it, bottom first; nothing where the layers show nothing at its resolution."""
        limits = widest_range(layer.resolutions for layer in self.layers)
        if not limits.holds(self.frame.bbox, self.frame.size, self.srs):
            return ()
        return tuple(dict.fromkeys(node for layer in self.layers for node in layer.drawing()))


class Images:
    """Draws what a client may see.

    Args:
        options: limits.
        areas: where layers have data.
        drawing: draws maps.
    """

    def __init__(self, options: OgcApiOptions, areas: Areas, drawing: MapDrawing) -> None:
        self._options = options
        self._areas = areas
        self._drawing = drawing
        self.labels = attribution_labels(options.attribution)

    @property
    def longest_side(self) -> int:
        """The most pixels on one side."""
        return math.isqrt(self._options.max_output_pixels) * _LONGEST_SIDES

    def require_size(self, size: Size, encoding: ImageEncoding) -> None:
        """Returns if an image may have ``size``.

        :raises MapTooLarge: it may not.
        """
        most, pixels = self.longest_side, size.width * size.height
        for name, length in zip(("width", "height"), size, strict=True):
            if length > most:
                raise MapTooLarge(f"{name}={length} exceeds {most} pixels", locator=name)
        if pixels > self._options.max_output_pixels:
            raise MapTooLarge(f"{pixels} pixels exceed {self._options.max_output_pixels}", locator="width")
        require_fit(size, encoding.public_media_type)

    def limit(self, wanted: WantedImage) -> BBox | None:
        """The box outside of which nothing is drawn of its layers; None for none."""
        return self._areas.limit(wanted.layers, wanted.frame.bbox, wanted.srs)

    def permitted(self, environ: Environ, wanted: WantedImage) -> list[PermittedLayer]:
        """What of an image the client may see.

        :raises RequestError: it is larger than any may be, or its pixels smaller than numbers can tell apart.
        :raises AccessDenied: the authorisation hook refuses it.
        """
        self.require_size(wanted.frame.size, wanted.encoding)
        require_distinct_pixels(wanted.frame.bbox, wanted.frame.size, "of the map")
        return self._drawing.permitted(environ, wanted.names, wanted.drawn, wanted.query, self.limit(wanted))

    def drawn(self, environ: Environ, wanted: WantedImage, shown: Sequence[PermittedLayer]) -> Response:
        """The image of what is ``shown``.

        :raises SourceError: see :class:`tilekeep.application.get_map.GetMap`, as for LockTimeout and StoreError.
        """
        transparent = wanted.transparent and wanted.media_type not in _OPAQUE
        encoding = replace(wanted.encoding, transparent=transparent)
        image = WantedMap(
            wanted.query._replace(media_type=encoding.public_media_type),
            encoding,
            transparent=transparent,
            background=wanted.background,
            within=self.limit(wanted),
            labels=self.labels,
        )
        answer = self._drawing(environ, shown, image)
        headers = (*self._drawing.headers(environ, answer), *place_headers(wanted.frame.bbox, wanted.srs))
        return image_response(answer.image, wanted.media_type, encoding, headers)


def place_headers(bbox: BBox, srs: Srs) -> Iterable[Header]:
    """Where an image lies, in the axis order of its SRS; degrees of the Earth are longitude first and go unnamed."""
    numbers: tuple[float, ...] = bbox
    if srs.code != WGS_84_CODE:
        yield "Content-Crs", f"<{crs_url(srs)}>"
        if srs.north_first:
            numbers = (bbox.min_y, bbox.min_x, bbox.max_y, bbox.max_x)
    yield "Content-Bbox", ",".join(f"{value:.17g}" for value in numbers)
