"""The world source: draws any box in any SRS, without asking anybody."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from tilekeep.adapters.drawing.shapes import Plane
from tilekeep.adapters.drawing.sheet import View
from tilekeep.adapters.sources.world.graticule import graticule
from tilekeep.adapters.sources.world.painting import paint
from tilekeep.adapters.sources.world.projected import ProjectedWorld, projected
from tilekeep.adapters.sources.world.topology import World, natural_earth
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError, SourceContentError
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Drawn, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.srs import METRES_PER_DEGREE, Srs
from tilekeep.ports.projection import Projection

_TRAITS = SourceTraits(meta_tiles=True)


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
            plane = Plane.of(srs, self._projection)
            world = self._world_in(srs, plane)
            view = View.of(query, self._projection)
            lines = graticule(view.degrees, query.resolution * query.srs.metres_per_unit / METRES_PER_DEGREE)
        except ProjectionError as error:
            raise SourceContentError(f"The world map cannot be drawn in {query.srs.code}: {error}") from error
        shapes = [shape for line in lines if (shape := plane.shape(line)) is not None]
        return Drawn(self._raster(paint(world, shapes, view)))

    def _world_in(self, srs: Srs, plane: Plane) -> ProjectedWorld:
        # Threads that are first at the same moment do the work twice, with the same result.
        if self._world is None:
            self._world = natural_earth()
        if srs not in self._projected:
            self._projected[srs] = projected(self._world, plane)
        return self._projected[srs]
