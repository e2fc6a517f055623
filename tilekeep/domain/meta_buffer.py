"""The margin fetched around a meta tile, cut at the edge of the grid (spec/config-globals-grids.md, 11.7)."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.geometry import BBox, Size


class BufferedArea(NamedTuple):
    """A block with its margin.

    ``left`` and ``top`` are the pixels from the image's upper left corner to the block's; below zero where the
    block itself reaches beyond the grid.
    """

    bbox: BBox
    size: Size
    left: int
    top: int


def buffered(block: BBox, buffer_px: int, resolution: float, limit: BBox) -> BufferedArea:
    """``block`` with a margin of ``buffer_px`` on each side, inside ``limit``.

    Without a margin nothing is cut, also where the block reaches beyond ``limit``.
    """
    if buffer_px <= 0:
        return BufferedArea(block, _pixels(block, resolution), 0, 0)
    margin = buffer_px * resolution
    wanted = BBox(block.min_x - margin, block.min_y - margin, block.max_x + margin, block.max_y + margin)
    bbox = BBox(
        max(wanted.min_x, limit.min_x),
        max(wanted.min_y, limit.min_y),
        min(wanted.max_x, limit.max_x),
        min(wanted.max_y, limit.max_y),
    )
    left = buffer_px - _whole_pixels(bbox.min_x - wanted.min_x, resolution)
    top = buffer_px - _whole_pixels(wanted.max_y - bbox.max_y, resolution)
    return BufferedArea(bbox, _pixels(bbox, resolution), left, top)


def _whole_pixels(distance: float, resolution: float) -> int:
    # Rounded first, so that a pixel short of the next by float noise counts as that one.
    return int(round(distance / resolution, 5))


def _pixels(bbox: BBox, resolution: float) -> Size:
    # No server draws a map of 0 pixels, which is what half a pixel would come to.
    return Size(max(1, round(bbox.width / resolution)), max(1, round(bbox.height / resolution)))
