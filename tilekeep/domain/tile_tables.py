"""Tables of tiles in a GeoPackage as the file describes them (OGC 12-128r18, 2.2), and the levels they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.domain.geometry import BBox, Size

#: Levels that a grid for such a table has at least.
_FEWEST_LEVELS = 19


class DescribedLevel(NamedTuple):
    """A row of the matrices: ``resolution`` in SRS units per pixel across."""

    zoom: int
    tile_size: Size
    resolution: float


class DescribedTable(NamedTuple):
    """A table of tiles.

    :ivar epsg: number of its SRS.
    :ivar bbox: of the matrices, in x/y order; where none is stated, of the contents.
    :ivar levels: those with tiles, the coarsest first; one at least.
    """

    name: str
    epsg: int
    bbox: BBox
    levels: tuple[DescribedLevel, ...]

    def resolutions(self) -> list[float]:
        """One for each level from 0 on; those that are not described follow from the ratio of the first two."""
        ratio = _ratio(self.levels)
        known = {level.zoom: level.resolution for level in self.levels}
        coarsest = self.levels[0]
        first = coarsest.resolution * ratio**coarsest.zoom
        return [known.get(zoom, first / ratio**zoom) for zoom in range(max(_FEWEST_LEVELS, max(known) + 1))]


def _ratio(levels: Sequence[DescribedLevel]) -> float:
    if len(levels) < 2:  # noqa: PLR2004 - a ratio takes two
        return 2.0
    first, second = levels[:2]
    return float((first.resolution / second.resolution) ** (1 / (second.zoom - first.zoom)))
