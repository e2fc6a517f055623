"""How large a map is asked for in one SRS to become a map in another (spec/sources.md, 4)."""

from __future__ import annotations

from tilekeep.domain.geometry import BBox, Size

#: Pixels that may be asked for to become one of the map: a bent or squeezed box would want any number of them.
_PIXELS_FOR_ONE = 16


def source_size(bbox: BBox, wanted: Size) -> Size:
    """The pixels for ``bbox``, the box of a map of ``wanted`` pixels in the SRS of its source.

    They are square, and as small as those of the finer axis of the map: one side has as many as ``wanted``.  The other
    one is cut off where the map would have too many; then they are longer along that.
    """
    if not (bbox.width > 0 and bbox.height > 0):
        return wanted
    ratio = bbox.width / bbox.height
    if bbox.width / wanted.width < bbox.height / wanted.height:
        return Size(wanted.width, _reasonable(wanted.width / ratio, wanted.height))
    return Size(_reasonable(wanted.height * ratio, wanted.width), wanted.height)


def _reasonable(pixels: float, wanted: int) -> int:
    """Whole pixels that become ``wanted`` ones along an axis."""
    return max(1, int(min(pixels, _PIXELS_FOR_ONE * wanted) + 0.5))
