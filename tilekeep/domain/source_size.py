"""How large a map is asked for in one SRS to become a map in another (spec/sources.md, 4)."""

from __future__ import annotations

from tilekeep.domain.geometry import BBox, Size

#: Pixels that may be asked for to become one of the map: a bent or squeezed box would want any number of them.
_PIXELS_FOR_ONE = 16


def source_size(bbox: BBox, wanted: Size) -> Size:
    """The pixels for ``bbox``, the box of a map of ``wanted`` pixels in the SRS of its source.

    They are square, and as small as those of the finer axis of the map: one side has as many as ``wanted``.
    """
    if not (bbox.width > 0 and bbox.height > 0):
        return wanted
    ratio = bbox.width / bbox.height
    if bbox.width / wanted.width < bbox.height / wanted.height:
        return _reasonable(wanted.width, wanted.width / ratio, wanted)
    return _reasonable(wanted.height * ratio, wanted.height, wanted)


def _reasonable(width: float, height: float, wanted: Size) -> Size:
    """Both sides in whole pixels, the longer one cut off where the map would have too many."""
    longest = _PIXELS_FOR_ONE * wanted.width * wanted.height / max(1.0, min(width, height))
    return Size(*(max(1, int(min(side, longest) + 0.5)) for side in (width, height)))
