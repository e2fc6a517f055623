"""Areas in the forms in which authorisation callables give them (spec/auth-plugins-decorate.md, 2.6)."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from tilekeep.adapters.geometry.polygon_parts import polygon_parts, repaired
from tilekeep.adapters.geometry.polygons import PolygonArea
from tilekeep.adapters.geometry.wkt import wkt_polygons
from tilekeep.domain.errors import ConfigurationError, ProjectionError, UnreadableArea
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import NOWHERE, Region
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection

#: How many areas, and regions of areas, are kept for the next request: every tile of a map comes with the same ones.
_KEPT = 64

#: Numbers of a box.
_SIDES = 4

#: A box, well-known text, or a geometry as well-known binary.
_Form = tuple[float, ...] | str | bytes


@dataclass(frozen=True, slots=True)
class GivenArea:
    """An area by its description; the reader keeps what it makes of that."""

    form: _Form = field(repr=False)
    srs: Srs
    _reader: GivenAreas = field(repr=False, compare=False)

    def region(self, srs_code: str) -> Region:
        """See :class:`tilekeep.ports.areas.Area`."""
        return self._reader.region(self.form, self.srs, srs_code)

    def part_in(self, bbox: BBox, srs_code: str) -> BBox | None:
        """See :class:`tilekeep.ports.areas.Area`."""
        return self._reader.part(self.form, self.srs, bbox, srs_code)


class GivenAreas:
    """The port :class:`tilekeep.ports.areas.AreaReader` by Shapely.

    Every area is polygons, boxes too: all of them relate to tiles and points in the same way (spec/coverages.md, 9).

    Args:
        projection: knows the spatial reference systems.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._areas = functools.lru_cache(maxsize=_KEPT)(_area)
        self.region = functools.lru_cache(maxsize=_KEPT)(self._region)

    def read(self, geometry: object, srs: object) -> GivenArea:
        """See the port."""
        area = GivenArea(_form(geometry), self._srs(srs), self)
        self._areas(area.form, area.srs)  # so that what means nothing is found here and not on use
        return area

    def part(self, form: _Form, srs: Srs, bbox: BBox, target: str) -> BBox | None:
        """See :meth:`tilekeep.ports.areas.Area.part_in`; the area is cut in its own SRS."""
        area = self._areas(form, srs)
        if area is None:
            return None
        target_srs = self._projection.srs(target)
        try:
            own = self._projection.between(target_srs, srs).bbox(bbox)
            parts = polygon_parts(shapely.intersection(area.geometry, shapely.box(*own)))
            if not parts:
                return None
            found = BBox(*shapely.MultiPolygon(parts).bounds)
            return self._projection.between(srs, target_srs).bbox(found).intersection(bbox)
        except ProjectionError:
            return self.region(form, srs, target).bbox.intersection(bbox)

    def _srs(self, code: object) -> Srs:
        if not isinstance(code, str | int):
            raise UnreadableArea(f"srs is no code of a spatial reference system but {code!r:.200}")
        try:
            return self._projection.srs(code)
        except ProjectionError as error:
            raise UnreadableArea(f"srs is {code!r:.200}, which is not known: {error}") from error

    def _region(self, form: _Form, srs: Srs, target: str) -> Region:
        area = self._areas(form, srs)
        if area is None:
            return NOWHERE
        try:
            return area.region_in(self._projection.srs(target), self._projection)
        except (ProjectionError, ConfigurationError):
            return NOWHERE


def _form(geometry: object) -> _Form:
    if isinstance(geometry, str):
        return geometry
    if isinstance(geometry, list | tuple):
        return _sides(geometry)
    if isinstance(geometry, shapely.Geometry):
        return bytes(shapely.to_wkb(geometry, output_dimension=2))
    raise UnreadableArea(f"geometry is no list of four numbers, text or geometry of Shapely but {geometry!r:.200}")


def _sides(numbers: list[Any] | tuple[Any, ...]) -> tuple[float, ...]:
    try:
        sides = tuple(float(number) for number in numbers)
    except (TypeError, ValueError) as error:
        raise UnreadableArea(f"geometry is {numbers!r:.200}, which are not four numbers") from error
    if len(sides) != _SIDES or not all(map(math.isfinite, sides)):
        raise UnreadableArea(f"geometry is {numbers!r:.200}, which are not four finite numbers")
    return sides


def _area(form: _Form, srs: Srs) -> PolygonArea | None:
    """The polygons of an area as one; None if there is none with an area."""
    try:
        found = _polygons(form)
        if not all(np.isfinite(shapely.get_coordinates(polygon)).all() for polygon in found):
            raise UnreadableArea("geometry has coordinates that are no finite numbers")
        parts = polygon_parts(shapely.union_all([repaired(polygon) for polygon in found]))
    except shapely.errors.ShapelyError as error:
        raise UnreadableArea(f"geometry cannot be read: {error}") from error
    if not parts:
        return None
    return PolygonArea(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts), srs)


def _polygons(form: _Form) -> list[Any]:
    match form:
        case str():
            return _polygons_of_text(form)
        case bytes():
            return polygon_parts(shapely.from_wkb(form))
        case _:
            return polygon_parts(shapely.box(*form))


def _polygons_of_text(text: str) -> list[Any]:
    try:
        return wkt_polygons(text, "geometry")
    except ConfigurationError as error:
        raise UnreadableArea(error.message) from error
