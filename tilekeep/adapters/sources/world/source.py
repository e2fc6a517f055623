"""The world source: draws any box in any SRS, without asking anybody."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image

from tilekeep.adapters.sources.world.graticule import graticule
from tilekeep.adapters.sources.world.painting import View, paint
from tilekeep.adapters.sources.world.projected import Plane, ProjectedWorld, box_around
from tilekeep.adapters.sources.world.topology import World, natural_earth
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError, SourceContentError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Drawn, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.srs import METRES_PER_DEGREE, WEB_MERCATOR_HALF_WIDTH, Srs
from tilekeep.ports.projection import Projection

#: Points per axis at which a query is looked up in degrees.
_SAMPLES = 8

_TRAITS = SourceTraits(meta_tiles=True)
_WORLD_IN_DEGREES = BBox(-180.0, -90.0, 180.0, 90.0)


class WorldSource:
    """The port :class:`tilekeep.ports.map_source.MapSource`, drawing countries, borders and names itself."""

    def __init__(self, projection: Projection, raster: Callable[[Image.Image], Raster]) -> None:
        """``raster`` wraps a drawn image for the imaging adapter in use."""
        self._projection = projection
        self._raster = raster
        self._world: World | None = None
        self._projected: dict[Srs, ProjectedWorld] = {}

    @property
    def traits(self) -> SourceTraits:
        """See the port."""
        return _TRAITS

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: everything is drawn here."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See the port; opaque, the same for all dimensions and purposes.

        :raises SourceContentError: the SRS has no way to or from degrees.
        """
        try:
            srs = self._projection.srs(query.srs.code)
            plane = self._plane(srs)
            world = self._world_in(srs, plane)
            window = self._window(query)
            lines = graticule(window, query.resolution * query.srs.metres_per_unit / METRES_PER_DEGREE)
        except ProjectionError as error:
            raise SourceContentError(f"The world map cannot be drawn in {query.srs.code}: {error}") from error
        shapes = [shape for line in lines if (shape := plane.shape(line)) is not None]
        return Drawn(self._raster(paint(world, shapes, View(query.bbox, query.size, window))))

    def _plane(self, srs: Srs) -> Plane:
        degrees = self._projection.srs("CRS:84")
        mercator = srs == self._projection.srs("EPSG:3857")
        width = 2 * WEB_MERCATOR_HALF_WIDTH if mercator else (360.0 if srs == degrees else None)
        return Plane(self._projection.between(degrees, srs), width)

    def _world_in(self, srs: Srs, plane: Plane) -> ProjectedWorld:
        # Threads that are first at the same moment do the work twice, with the same result.
        if self._world is None:
            self._world = natural_earth()
        if srs not in self._projected:
            self._projected[srs] = plane.project(self._world)
        return self._projected[srs]

    def _window(self, query: MapQuery) -> BBox:
        """The degrees that ``query`` shows, judged by points all over it, poles included."""
        box, steps = query.bbox, range(_SAMPLES + 1)
        samples = [
            (box.min_x + box.width * i / _SAMPLES, box.min_y + box.height * j / _SAMPLES) for i in steps for j in steps
        ]
        seen = self._projection.between(query.srs, self._projection.srs("CRS:84")).points(samples)
        finite = [point for point in seen if math.isfinite(point[0]) and math.isfinite(point[1])]
        if not finite:
            return _WORLD_IN_DEGREES
        around = box_around(finite)
        margin_x, margin_y = around.width / _SAMPLES, around.height / _SAMPLES
        return BBox(
            max(around.min_x - margin_x, -180.0),
            max(around.min_y - margin_y, -90.0),
            min(around.max_x + margin_x, 180.0),
            min(around.max_y + margin_y, 90.0),
        )
