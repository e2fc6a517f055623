"""Where the pixels of a map lie in the raster it is made from: geometry alone, without a pixel.

Pixel coordinates count from the upper left corner of a raster, x to the right and y down; the centre of the first pixel
is at (0.5, 0.5).
"""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.geometry import Size


class PixelBox(NamedTuple):
    """A part of a raster, with fractions of pixels; it may reach beyond the raster."""

    left: float
    top: float
    right: float
    bottom: float


class Rescaling(NamedTuple):
    """``part`` of a raster drawn in ``size`` pixels: both maps have the same SRS."""

    part: PixelBox
    size: Size

    @property
    def corner(self) -> tuple[int, int] | None:
        """The upper left corner of the part if the map is nothing but a cut along pixels, else None."""
        left, top, right, bottom = self.part
        if (right - left, bottom - top) != self.size or not (float(left).is_integer() and float(top).is_integer()):
            return None
        return int(left), int(top)


class Mesh(NamedTuple):
    """A map of ``size`` pixels that is drawn from a raster in another SRS.

    Where the lines ``columns`` (x) and ``rows`` (y) of the map cross, ``points`` say row by row which pixel coordinate
    of the raster belongs there; in between it is linear.  A point without image is infinite, and nothing is drawn
    next to it.  Lines lie between pixels and rise from 0 to the size.
    """

    size: Size
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    points: tuple[tuple[float, float], ...]


class AlignedMesh(NamedTuple):
    """A mesh whose axes are those of the raster, as between degrees and web mercator.

    At the lines ``columns`` of the map belong the pixel coordinates ``xs`` of the raster, at the lines ``rows`` the
    ``ys``; else it is as :class:`Mesh`.  All has an image.
    """

    size: Size
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]

    @property
    def mesh(self) -> Mesh:
        """The same, point by point."""
        return Mesh(self.size, self.columns, self.rows, tuple((x, y) for y in self.ys for x in self.xs))


Warp = Rescaling | AlignedMesh | Mesh
