"""Where layers have data, as capabilities documents state it (spec/services.md, 3.12)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import WGS_84_CODE, Srs
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs, WmsOptions

#: Gives the box of an extent in another SRS; raises ProjectionError.
Transformed = Callable[[Extent, Srs], BBox]

_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)

#: Some clients cannot handle the poles.
_OFF_THE_POLES = BBox(-180.0, -89.999999, 180.0, 89.999999)

#: Digits of a degree behind the point: a tenth of a micrometre, without the noise that 180 degrees come out with.
_DIGITS = 12


class SrsBox(NamedTuple):
    """A box in an SRS; x/y order."""

    srs: Srs
    bbox: BBox


class Boxes(NamedTuple):
    """The boxes of a layer: in degrees west, south, east, north, and in units of each SRS."""

    geographic: BBox
    by_srs: tuple[SrsBox, ...]


class LayerBoxes:
    """Calculates boxes; thousands of layers share an extent, and it is calculated once.

    Args:
        options: the SRS in which boxes are stated, and the limits of maps in them.
        transformed: gives the box of an extent in another SRS.
        wgs84: WGS 84 in degrees.
    """

    def __init__(self, options: WmsOptions, transformed: Transformed, wgs84: Srs) -> None:
        self._options = options
        self._supported = {srs.code: srs for srs in options.srs}
        self._stated = [entry for entry in options.bbox_srs if entry.srs.code in self._supported]
        self._transformed = transformed
        self._wgs84 = wgs84
        self._boxes: OncePerKey[tuple[Extent, str], Boxes] = OncePerKey(lambda key: self._calculated(key[0]))

    def __call__(self, extent: Extent) -> Boxes:
        """The boxes of a layer with data in ``extent``; SRS in which it has no image are left out."""
        return self._boxes((extent, extent.srs.code))

    def for_one_document(self) -> LayerBoxes:
        """The same without what has been calculated: extents that a wrapping application makes up are not kept."""
        return LayerBoxes(self._options, self._transformed, self._wgs84)

    def _calculated(self, extent: Extent) -> Boxes:
        return Boxes(self._geographic(extent), tuple(self._by_srs(extent)))

    def _geographic(self, extent: Extent) -> BBox:
        """In degrees, within the world and within the limit for ``EPSG:4326`` where the extent meets it."""
        bbox = self._image(extent, self._wgs84) or _OFF_THE_POLES
        for entry in self._stated:
            if entry.srs.code == WGS_84_CODE and entry.bbox is not None:
                bbox = bbox.intersection(entry.bbox) or bbox
        return bbox.intersection(_OFF_THE_POLES) or _OFF_THE_POLES

    def _by_srs(self, extent: Extent) -> Iterator[SrsBox]:
        for entry in self._stated:
            bbox = self._image(extent, entry.srs) if entry.bbox is None else self._limited(extent, entry, entry.bbox)
            if bbox is not None:
                yield SrsBox(entry.srs, bbox)
        stated = {entry.srs.code for entry in self._stated}
        if extent.srs.code in self._supported and extent.srs.code not in stated:
            yield SrsBox(extent.srs, _stated(extent.bbox, extent.srs))

    def _limited(self, extent: Extent, entry: BoundingBoxSrs, limit: BBox) -> BBox | None:
        """The part of ``limit`` where the layer has data; they are compared in degrees, where both have an image."""
        data = self._image(extent, self._wgs84)
        allowed = self._image(Extent(limit, entry.srs), self._wgs84)
        if data is None or allowed is None or data.contains(allowed):
            return limit
        common = data.intersection(allowed)
        if common is None:
            return None
        bbox = self._image(Extent(common, self._wgs84), entry.srs)
        return None if bbox is None else bbox.intersection(limit)

    def _image(self, extent: Extent, srs: Srs) -> BBox | None:
        if extent.srs == srs:
            return _stated(extent.bbox, srs)
        try:
            bbox = self._transformed(extent, srs)
        except ProjectionError:
            return None
        if not all(map(math.isfinite, bbox)):
            return None
        return _stated(bbox, srs)


def _stated(bbox: BBox, srs: Srs) -> BBox:
    """As documents state it: degrees without noise, and within the world unless all of it lies outside."""
    if not srs.geographic:
        return bbox
    rounded = BBox(*(round(number, _DIGITS) for number in bbox))
    return rounded.intersection(_WORLD) or rounded
