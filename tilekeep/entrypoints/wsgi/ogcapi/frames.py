"""From the parameters of a map to its place and size (OGC 20-058, 8 and 9; spec/services.md, 8.6)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.map_frame import USUAL_SIDE, Frame, WantedFrame, framed
from tilekeep.domain.srs import Srs
from tilekeep.entrypoints.wsgi.bounding_box import swapped
from tilekeep.entrypoints.wsgi.ogcapi.areas import Areas
from tilekeep.entrypoints.wsgi.ogcapi.measures import (
    USUAL_PIXEL,
    box,
    box_of_intervals,
    place,
    positive,
    positive_whole,
)
from tilekeep.entrypoints.wsgi.ogcapi.reference_systems import ReferenceSystems

#: What requests for maps may say of place, size and colours.
PARAMETERS = frozenset(
    {
        "bbox",
        "bbox-crs",
        "bgcolor",
        "center",
        "center-crs",
        "crs",
        "f",
        "height",
        "mm-per-pixel",
        "scale-denominator",
        "subset",
        "subset-crs",
        "transparent",
        "width",
    }
)


class Frames:
    """Reads where a map lies and how large it is.

    Args:
        systems: the reference systems of maps.
        areas: brings areas into reference systems.
        max_output_pixels: width times height of the largest map.
    """

    def __init__(self, systems: ReferenceSystems, areas: Areas, max_output_pixels: int) -> None:
        self._usual_side = min(USUAL_SIDE, math.isqrt(max_output_pixels))
        self._systems = systems
        self._areas = areas

    def read(self, given: Mapping[str, str], layers: Sequence[MapLayer]) -> tuple[Frame, Srs]:
        """The place and size, and the SRS they are in.

        :raises InvalidParameter: a parameter means nothing, or several exclude each other.
        """
        extent = self._areas.of(layers)
        pixel = (positive(given, "mm-per-pixel") or USUAL_PIXEL) / 1000
        if given.get("subset") and (given.get("bbox") or given.get("center")):
            raise InvalidParameter("subset and bbox or center exclude each other", locator="subset")
        srs = self._systems.of_map(given.get("crs") or None, extent.srs)
        scale = positive(given, "scale-denominator")
        nominal = max((layer.nominal_scale for layer in layers if layer.nominal_scale), default=None)
        wanted = WantedFrame(
            width=positive_whole(given, "width"),
            height=positive_whole(given, "height"),
            bbox=self._box(given, extent.srs, srs),
            center=self._center(given, extent.srs, srs),
            resolution=resolution(scale, pixel, srs),
        )
        return framed(wanted, self._whole(extent, srs, wanted), resolution(nominal, pixel, srs), self._usual_side), srs

    def _whole(self, extent: Extent, srs: Srs, wanted: WantedFrame) -> BBox:
        """The extent of the layers, which has to be known unless a box is given."""
        bbox = self._areas.inside(extent, srs) or wanted.bbox
        if bbox is None:
            message = f"the whole of the collection has no image in {srs.code}; add bbox, or use another crs"
            raise InvalidParameter(message, locator="crs")
        return bbox

    def _box(self, given: Mapping[str, str], native: Srs, srs: Srs) -> BBox | None:
        if text := given.get("subset"):
            named = self._systems.of_parameter(given.get("subset-crs") or None, native, "subset-crs")
            return self._moved(box_of_intervals(text), named, srs, "subset", text)
        if text := given.get("bbox"):
            named = self._systems.of_parameter(given.get("bbox-crs") or None, native, "bbox-crs")
            written = box(text)
            return self._moved(swapped(written) if named.north_first else written, named, srs, "bbox", text)
        return None

    def _moved(self, bbox: BBox, of: Srs, srs: Srs, parameter: str, text: str) -> BBox:
        moved = self._areas.inside(Extent(bbox, of), srs)
        if moved is None:
            raise InvalidParameter(f"{parameter} has no image in {srs.code}: {text}", locator=parameter)
        return moved

    def _center(self, given: Mapping[str, str], native: Srs, srs: Srs) -> tuple[float, float] | None:
        text = given.get("center")
        if not text:
            return None
        named = self._systems.of_parameter(given.get("center-crs") or None, native, "center-crs")
        first, second = place(text)
        moved = self._areas.place((second, first) if named.north_first else (first, second), named, srs)
        if moved is None:
            raise InvalidParameter(f"center has no image in {srs.code}: {text}", locator="center")
        return moved


def resolution(scale_denominator: float | None, pixel: float, srs: Srs) -> float | None:
    """SRS units per pixel at a scale, for pixels of ``pixel`` metres; None for none."""
    return None if scale_denominator is None else scale_denominator * pixel / srs.metres_per_unit


def of_wms(given: Mapping[str, str]) -> Mapping[str, str]:
    """A request for a map of WMS 1.1.1, which map clients send, as one of this service (spec/services.md, 8.6).

    :raises InvalidParameter: a measure is missing.
    """
    for name in ("srs", "bbox", "width", "height"):
        if not given.get(name):
            raise InvalidParameter(f"a request of WMS needs {name}", locator=name)
    north_first_or_not = {"crs": given["srs"], "bbox-crs": given["srs"]}
    kept = {name: value for name, value in given.items() if name in {"bbox", "width", "height", "f", "bgcolor"}}
    transparent = {"transparent": given["transparent"].lower()} if given.get("transparent") else {}
    return {**kept, **north_first_or_not, **transparent}
