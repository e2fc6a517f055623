"""What people ask about the grids of a configuration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage
from tilekeep.config.mapproxy.names import known_grids
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_levels import LevelCount, covered_share, level_counts


@dataclass(frozen=True, slots=True)
class GridReport:
    """A grid and its levels.

    :ivar key: what the configuration calls it.
    :ivar covered: the area that was asked about, as a share of that of the grid; NaN where it has no image in its SRS.
    """

    key: str
    grid: TileGrid
    levels: tuple[LevelCount, ...]
    covered: float | None = None


class GridReports:
    """Answers for the grids of a configuration.

    Args:
        settings: the whole configuration.
        grids: makes grids.
        coverages: makes regions.
    """

    def __init__(self, settings: Settings, grids: GridAssembly, coverages: CoverageAssembly) -> None:
        self._settings = settings
        self._grids = grids
        self._coverages = coverages

    def keys(self, *, unused: bool) -> Sequence[str]:
        """The grids of caches, or, with ``unused``, all there are, those that are built in among them; sorted."""
        if unused:
            return sorted(known_grids(self._settings))
        return sorted({key for cache in self._settings.caches.values() for key in cache.grids or (DEFAULT_GRID,)})

    def key_of(self, name: str) -> str | None:
        """The key of a grid, however its letters are written; None if there is none."""
        known = self.keys(unused=True)
        return name if name in known else next((key for key in known if key.lower() == name.lower()), None)

    def report(self, key: str, coverage: EffectiveCoverage | None = None) -> GridReport:
        """The grid with a key, and how much of it an area covers.

        :raises ConfigurationError: the area cannot be read.
        """
        grid = self._grids.grid(key)
        covered = None if coverage is None else self._covered(grid, coverage)
        return GridReport(key, grid, tuple(level_counts(grid)), covered)

    def _covered(self, grid: TileGrid, coverage: EffectiveCoverage) -> float:
        self._coverages.check(coverage, ("coverages",))
        try:
            region = self._coverages.region(coverage, grid.srs, ("coverages",))
        except EmptyCoverage:
            return 0.0
        except ConfigurationError:
            return math.nan
        assert region is not None, "a coverage is somewhere"
        return covered_share(region, grid.bbox)
