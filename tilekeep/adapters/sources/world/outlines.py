"""The countries as GeoJSON in any SRS, for pages that draw them under a layer."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

from tilekeep.adapters.drawing.shapes import Line, Plane, Shape
from tilekeep.adapters.sources.world.topology import natural_earth
from tilekeep.domain.srs import METRES_PER_DEGREE, Srs
from tilekeep.ports.projection import Projection

#: Digits behind the point: a metre, and in degrees about as much as the data are good for.
_DIGITS_OF_DEGREES = 3

#: A ring of fewer points has no area.
_FEWEST_POINTS = 4

#: How much longer a line may be in the plane than on the globe.  What lies far beyond the area of a projection is
#: folded over the rest of it.
_MOST_STRETCHED = 20.0


class WorldOutlines:
    """Writes the countries down in an SRS.

    Args:
        projection: knows the way from degrees.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    def __call__(self, srs: Srs) -> bytes:
        """A FeatureCollection of polygons in units of ``srs``, x before y; countries without image are left out.

        :raises ProjectionError: there is no way from degrees.
        """
        plane = Plane.of(srs, self._projection)
        digits = _DIGITS_OF_DEGREES if srs.geographic else 0
        longest = _MOST_STRETCHED * METRES_PER_DEGREE / srs.metres_per_unit
        rings = ([_ring(line, plane, longest) for line in country.rings] for country in natural_earth().countries)
        features = [_feature([ring for ring in some if ring], digits) for some in rings]
        return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def _ring(line: Line, plane: Plane, longest: float) -> Line:
    """A ring in SRS units; empty if it has no image, or if a degree of it became longer than ``longest``."""
    shape = plane.shape(line, fewest=_FEWEST_POINTS)
    if shape is None or (plane.world_width is None and _is_torn(shape, line, longest)):
        return ()
    return shape.points if shape.points[0] == shape.points[-1] else (*shape.points, shape.points[0])


def _is_torn(shape: Shape, line: Line, longest: float) -> bool:
    """Whether a ring is joined across the map, which does not happen in cylindrical projections."""
    if len(shape.points) != len(line):
        return True
    ends = zip(itertools.pairwise(shape.points), itertools.pairwise(line), strict=True)
    return any(math.dist(*plane) > longest * max(1.0, math.dist(*degrees)) for plane, degrees in ends)


def _feature(rings: list[Line], digits: int) -> dict[str, Any]:
    polygons = [[[_rounded(point, digits) for point in ring]] for ring in rings]
    return {"type": "Feature", "properties": None, "geometry": {"type": "MultiPolygon", "coordinates": polygons}}


def _rounded(point: tuple[float, float], digits: int) -> tuple[float, float]:
    x, y = point
    return (round(x, digits), round(y, digits)) if digits else (round(x), round(y))
