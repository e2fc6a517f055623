"""The range of resolutions in which a source or layer has something to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.srs import Srs

#: How far a resolution may exceed the coarsest one: room for rounding (spec/config-globals-grids.md, 12).
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class ResolutionRange:
    """Resolutions in metres per pixel; either end may be None, that is, unlimited.

    :ivar min_res: the coarsest resolution, the larger number.
    :ivar max_res: the finest resolution, the smaller number.
    """

    min_res: float | None = None
    max_res: float | None = None

    def holds(self, bbox: BBox, size: Size, srs: Srs) -> bool:
        """Whether a map of ``bbox`` (units of ``srs``) in ``size`` pixels lies in the range on both axes."""
        metres = srs.metres_per_unit if srs.geographic else 1.0
        resolutions = (bbox.width * metres / size.width, bbox.height * metres / size.height)
        if self.min_res is not None and max(resolutions) >= self.min_res + _TOLERANCE:
            return False
        return self.max_res is None or min(resolutions) >= self.max_res


#: No limit on either side.
EVERY_RESOLUTION = ResolutionRange()


def widest_range(ranges: Iterable[ResolutionRange]) -> ResolutionRange:
    """The smallest range that holds all of ``ranges``; of none of them, every resolution."""
    found = list(ranges)
    coarsest = [one.min_res for one in found if one.min_res is not None]
    finest = [one.max_res for one in found if one.max_res is not None]
    return ResolutionRange(
        max(coarsest) if coarsest and len(coarsest) == len(found) else None,
        min(finest) if finest and len(finest) == len(found) else None,
    )
