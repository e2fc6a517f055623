"""Set operations on areas (spec/coverages.md, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Literal

import shapely

from tilekeep.adapters.geometry.area import Area
from tilekeep.adapters.geometry.polygon_parts import areal
from tilekeep.adapters.geometry.polygons import PolygonArea
from tilekeep.ports.projection import Projection

Operation = Literal["union", "intersection", "difference"]


def combined(operation: Operation, areas: Sequence[Area], projection: Projection) -> PolygonArea:
    """The union of all, the intersection of all, or the first without the others, in the SRS of the first.

    :raises EmptyCoverage: no area is left, perhaps only a line or a point.
    :raises ProjectionError: an area has no finite image in the SRS of the first.
    """
    srs = areas[0].srs
    first, *others = (area.geometry_in(srs, projection) for area in areas)
    match operation:
        case "union":
            result = shapely.union_all([first, *others])
        case "intersection":
            result = reduce(shapely.intersection, others, first)
        case "difference":
            result = shapely.difference(first, shapely.union_all(others))
    return PolygonArea(areal(result, f"the {operation} leaves no area; correct its members or remove it"), srs)
