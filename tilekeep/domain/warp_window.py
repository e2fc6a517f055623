"""Which part of a raster a warp looks at, so that no more of it needs to be made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, PixelBox, Rescaling, Warp

#: Pixels around what is shown that filters look at, and how many more for each pixel that is merged into one.
_MARGIN_PX, _MARGIN_PER_MERGED = 4, 4

#: Windows begin at multiples of so many pixels: filters that halve a raster then merge the same pixels in every window.
_STEP_PX = 16


class Window(NamedTuple):
    """A part of a raster: the upper left corner and the size, in pixels."""

    left: int
    top: int
    size: Size


class _Span(NamedTuple):
    low: float
    high: float


def window_of(warp: Warp, raster: Size) -> Window:
    """The part of a ``raster`` of that size that may have an influence on the map; one pixel if none has."""
    if isinstance(warp, Rescaling):
        left, top, right, bottom = warp.part
        is_cut = warp.corner is not None
        spans: tuple[_Span | None, _Span | None] = _Span(left, right), _Span(top, bottom)
    else:
        is_cut = False
        spans = (_span(warp.xs), _span(warp.ys)) if isinstance(warp, AlignedMesh) else _spans_of_points(warp.points)
    (left_px, right_px), (top_px, bottom_px) = (
        _seen(span, drawn, length, margin=not is_cut)
        for span, drawn, length in zip(spans, warp.size, raster, strict=True)
    )
    return Window(left_px, top_px, Size(right_px - left_px, bottom_px - top_px))


def moved(warp: Warp, window: Window) -> Warp:
    """The warp that does with the ``window`` of a raster what ``warp`` does with the raster."""
    left, top, _ = window
    if isinstance(warp, Rescaling):
        part = warp.part
        return warp._replace(part=PixelBox(part.left - left, part.top - top, part.right - left, part.bottom - top))
    if isinstance(warp, AlignedMesh):
        return warp._replace(xs=tuple(x - left for x in warp.xs), ys=tuple(y - top for y in warp.ys))
    return warp._replace(points=tuple((x - left, y - top) for x, y in warp.points))


def _span(values: Sequence[float]) -> _Span:
    return _Span(min(values), max(values))


def _spans_of_points(points: Sequence[tuple[float, float]]) -> tuple[_Span | None, _Span | None]:
    finite = [point for point in points if math.isfinite(point[0]) and math.isfinite(point[1])]
    if not finite:
        return None, None
    return _span([x for x, _ in finite]), _span([y for _, y in finite])


def _seen(span: _Span | None, drawn: int, length: int, *, margin: bool) -> tuple[int, int]:
    """From which to which pixel of ``length`` is looked at for ``drawn`` pixels; one at least."""
    if span is None:
        return 0, 1
    low, high = span
    around = math.ceil(_MARGIN_PX + _MARGIN_PER_MERGED * min(max(1.0, (high - low) / drawn), length)) if margin else 0
    step = _STEP_PX if margin else 1
    first = max(0, min(length - 1, math.floor(min(low, length) - around) // step * step))
    return first, max(first + 1, min(length, math.ceil(min(high, length) + around)))
