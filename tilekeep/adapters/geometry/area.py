"""Areas as coverages describe them, in an SRS of their own."""

from __future__ import annotations

from typing import Any, Protocol

from tilekeep.domain.region import Region
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection


class Area(Protocol):
    """A box or polygons (spec/coverages.md, 4 and 5)."""

    @property
    def srs(self) -> Srs:
        """The SRS of its coordinates, which are in x/y order."""
        ...

    def buffered(self, distance: float) -> Area:
        """The area grown by ``distance``, at least 0, in units of its SRS."""
        ...

    def geometry_in(self, target: Srs, projection: Projection) -> Any:
        """The area as Shapely polygons in ``target``.

        :raises ProjectionError: parts of it have no finite image there.
        """
        ...

    def region_in(self, target: Srs, projection: Projection) -> Region:
        """The area as a region in ``target``.

        :raises ProjectionError: nothing of it has an image there.
        """
        ...
