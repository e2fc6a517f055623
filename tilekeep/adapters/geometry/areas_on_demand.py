"""Reading areas without Shapely until there is one to read."""

from __future__ import annotations

from tilekeep.ports.areas import Area, AreaReader
from tilekeep.ports.projection import Projection


class AreasOnDemand:
    """The port :class:`tilekeep.ports.areas.AreaReader`; few installations limit anybody to an area.

    Threads that are first at the same moment may make a reader each: what they keep for later is all they differ in.

    Args:
        projection: knows the spatial reference systems.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._made: AreaReader | None = None

    def read(self, geometry: object, srs: object) -> Area:
        """See the port."""
        if self._made is None:
            from tilekeep.adapters.geometry.given_areas import GivenAreas

            self._made = GivenAreas(self._projection)
        return self._made.read(geometry, srs)
