"""A tile grid: where the tiles of each level lie in the plane of one SRS."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from tilekeep.domain.affected_tiles import AffectedTiles
from tilekeep.domain.closest_level import LevelSwitches, closest_level, level_switches
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid_checks import refuse_impossible_grid
from tilekeep.domain.matrix_size import matrix_size
from tilekeep.domain.origin import Origin
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import TileCoord


@dataclass(frozen=True, slots=True)
class TileGrid:
    """A pyramid of tile matrices over one box (spec/config-globals-grids.md, 11.4 to 11.6).

    All boxes are in units of ``srs`` in x/y order, all resolutions in SRS units per pixel.  Tiles at the right and
    at the far side of the rows may reach beyond ``bbox``.

    :ivar resolutions: one per level, largest first.
    :ivar stretch_factor: how far tiles may be enlarged before the next level is chosen.
    :ivar max_shrink_factor: how far level 0 may be reduced before there are no tiles at all.
    :ivar threshold_res: explicit switches between levels, any order.
    :ivar level_names: names of the levels; empty for two-digit numbers.
    :ivar stated_matrix_sizes: columns and rows of each level, where a document states them; empty otherwise.
    :ivar matrix_sizes: columns and rows of each level, stated or derived from ``bbox``.
    :raises ConfigurationError: a combination that describes no grid.
    """

    name: str
    srs: Srs
    bbox: BBox
    tile_size: Size
    resolutions: tuple[float, ...]
    origin: Origin
    stretch_factor: float = 1.15
    max_shrink_factor: float = 4.0
    threshold_res: tuple[float, ...] = ()
    level_names: tuple[str, ...] = ()
    stated_matrix_sizes: tuple[Size, ...] = ()
    matrix_sizes: tuple[Size, ...] = field(init=False, repr=False, compare=False)
    _switches: LevelSwitches = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        refuse_impossible_grid(self.name, self.bbox, self.tile_size, self.resolutions, self.origin)
        sizes = self.stated_matrix_sizes or tuple(matrix_size(self.bbox, self.tile_size, r) for r in self.resolutions)
        object.__setattr__(self, "matrix_sizes", sizes)
        object.__setattr__(self, "_switches", level_switches(self.resolutions, self.threshold_res))

    @property
    def levels(self) -> int:
        """Number of levels."""
        return len(self.resolutions)

    def level_name(self, z: int) -> str:
        """Identifier of level ``z`` in WMTS documents (spec/services.md, 5.7)."""
        return self.level_names[z] if self.level_names else f"{z:02d}"

    def matrix_size(self, z: int) -> Size:
        """Columns and rows of level ``z``."""
        return self.matrix_sizes[z]

    def holds(self, coord: TileCoord) -> bool:
        """Whether ``coord`` lies in the matrix of an existing level."""
        z, x, y = coord
        if not 0 <= z < len(self.resolutions):
            return False
        columns, rows = self.matrix_sizes[z]
        return 0 <= x < columns and 0 <= y < rows

    def tile_bbox(self, coord: TileCoord) -> BBox:
        """The box of a tile, also of one outside the matrix; its level must exist.

        Offsets are rounded to 12 digits as the reference rounds them, so that requests and stored boxes agree.
        """
        z, x, y = coord
        resolution = self.resolutions[z]
        width, height = self.tile_size
        left = self.bbox.min_x + round(x * resolution * width, 12)
        right = left + round(resolution * width, 12)
        if self.origin == "nw":
            top = self.bbox.max_y - round(y * resolution * height, 12)
            return BBox(left, top - round(resolution * height, 12), right, top)
        bottom = self.bbox.min_y + round(y * resolution * height, 12)
        return BBox(left, bottom, right, bottom + round(resolution * height, 12))

    def block(self, first: TileCoord, last: TileCoord) -> AffectedTiles:
        """The tiles of one level from the smallest column and row to the largest, in the matrix or not."""
        from_the_top = range(first.y, last.y + 1) if self.origin == "nw" else range(last.y, first.y - 1, -1)
        return AffectedTiles(
            bbox=self.tile_bbox(first).union(self.tile_bbox(last)),
            size=Size(last.x - first.x + 1, last.y - first.y + 1),
            level=first.z,
            columns=range(first.x, last.x + 1),
            rows=from_the_top,
            matrix_size=self.matrix_sizes[first.z],
        )

    def level_bbox(self, z: int) -> BBox:
        """The box of all tiles of level ``z``, which may reach beyond that of the grid."""
        columns, rows = self.matrix_sizes[z]
        return self.tile_bbox(TileCoord(z, 0, 0)).union(self.tile_bbox(TileCoord(z, columns - 1, rows - 1)))

    def tile_at(self, x: float, y: float, z: int) -> TileCoord:
        """The tile of level ``z`` under a point in SRS units; it may lie outside the matrix."""
        resolution = self.resolutions[z]
        width, height = self.tile_size
        across = x - self.bbox.min_x
        up_or_down = self.bbox.max_y - y if self.origin == "nw" else y - self.bbox.min_y
        return TileCoord(z, math.floor(across / (resolution * width)), math.floor(up_or_down / (resolution * height)))

    def flipped(self, coord: TileCoord) -> TileCoord:
        """The same tile with its row counted from the other end of the matrix."""
        z, x, y = coord
        return TileCoord(z, x, self.matrix_sizes[z].height - 1 - y)

    def supports_origin(self, origin: Origin, levels: Iterable[int] | None = None) -> bool:
        """Whether rows may be counted from ``origin``: the grid's own, or every level fills the bbox vertically.

        With ``levels`` only these count.
        """
        wanted = range(self.levels) if levels is None else levels
        return origin == self.origin or all(self._fills_vertically(z) for z in wanted)

    def _fills_vertically(self, z: int) -> bool:
        level = self.level_bbox(z)
        tolerance = max(abs(self.bbox.min_y), abs(self.bbox.max_y)) / 1e12
        return abs(self.bbox.min_y - level.min_y) <= tolerance and abs(self.bbox.max_y - level.max_y) <= tolerance

    def closest_level(self, resolution: float) -> int:
        """The level to draw ``resolution`` from."""
        return closest_level(self.resolutions, self._switches, self.stretch_factor, resolution)

    def level_for(self, bbox: BBox, size: Size) -> int | None:
        """The level for a map of ``bbox`` in ``size`` pixels; None if the grid has no tiles to offer for it."""
        if not self.bbox.intersects(bbox):
            return None
        resolution = min(bbox.width / size.width, bbox.height / size.height)
        if resolution > self.resolutions[0] * self.max_shrink_factor:
            return None
        return self.closest_level(resolution)

    def affected(self, bbox: BBox, z: int) -> AffectedTiles:
        """The tiles of level ``z`` that ``bbox`` touches by more than a tenth of a pixel.

        :raises InvalidParameter: the box is thinner than that or not finite, and so touches none.
        """
        margin = self.resolutions[z] / 10.0
        if not all(map(math.isfinite, bbox)):
            raise InvalidParameter("Invalid BBOX")
        _, left, bottom = self.tile_at(bbox.min_x + margin, bbox.min_y + margin, z)
        _, right, top = self.tile_at(bbox.max_x - margin, bbox.max_y - margin, z)
        first_row, last_row = (top, bottom) if self.origin == "nw" else (bottom, top)
        if right < left or last_row < first_row:
            raise InvalidParameter("Invalid BBOX")
        return self.block(TileCoord(z, left, first_row), TileCoord(z, right, last_row))
