"""Cutting images to polygons (spec/config-globals-grids.md, 8.6)."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from tilekeep.adapters.imaging.canvas import TRANSPARENT_WHITE
from tilekeep.adapters.imaging.deep import NOTHING, is_deep_mode
from tilekeep.adapters.imaging.polygon_spans import spans
from tilekeep.domain.geometry import Size
from tilekeep.domain.polygon import Polygon


def clipped(image: Image.Image, keep: Sequence[Polygon]) -> Image.Image:
    """``image`` as RGBA, transparent outside ``keep``; a deep one stays deep and has nothing there."""
    if is_deep_mode(image.mode):
        result = image.copy()
        result.paste(NOTHING, mask=_outside(keep, Size(*image.size)))
        return result
    result = image.convert("RGBA")
    result.paste(TRANSPARENT_WHITE, mask=_outside(keep, Size(*image.size)))
    return result


def _outside(keep: Sequence[Polygon], size: Size) -> Image.Image:
    mask = bytearray(b"\xff" * (size.width * size.height))
    for y, start, end in spans(keep, size):
        row = y * size.width
        mask[row + start : row + end] = bytes(end - start)
    return Image.frombytes("L", size, bytes(mask))
