"""Areas that other programs describe while requests are answered."""

from __future__ import annotations

from typing import Protocol

from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Region


class Area(Protocol):
    """An area with an SRS of its own.  Safe to call from any thread."""

    def region(self, srs_code: str) -> Region:
        """The area in the SRS of that code, which must be known; nowhere if nothing of it has an image there."""
        ...

    def part_in(self, bbox: BBox, srs_code: str) -> BBox | None:
        """The smallest box around what of the area lies in ``bbox``, both in the SRS of that code; None for nothing.

        Where the SRS is not the area's own the box may be a little larger.
        """
        ...


class AreaReader(Protocol):
    """Makes areas of what other programs call one.  Safe to call from any thread."""

    def read(self, geometry: object, srs: object) -> Area:
        """The area of polygons described by ``geometry`` in ``srs``.

        ``geometry`` is a list of four numbers (min x, min y, max x, max y), text with a polygon or multipolygon as
        well-known text on each line, or a geometry object of Shapely; what of it is no polygon does not count, so that
        an area may turn out to be nowhere.  ``srs`` is an SRS code or a bare EPSG number; coordinates are in x/y order
        (spec/auth-plugins-decorate.md, 2.6).

        :raises UnreadableArea: anything else.
        """
        ...
