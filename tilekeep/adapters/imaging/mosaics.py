"""Encoded images side by side as one, by Pillow (spec/config-globals-grids.md, 8.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL import Image

from tilekeep.adapters.imaging.canvas import empty
from tilekeep.adapters.imaging.pillow_encoding import opaque
from tilekeep.domain.errors import ImageError
from tilekeep.ports.imaging import Canvas, EncodedPlacement


def mosaic_of(
    canvas: Canvas, tiles: Sequence[EncodedPlacement], decode: Callable[[bytes], Image.Image]
) -> tuple[Image.Image, list[int]]:
    """The canvas with all ``tiles``, and the positions of those that ``decode`` refuses with an ImageError.

    On a canvas that is not transparent tiles lose their alpha, as they do in caches.
    """
    result = empty(canvas)
    mode = result.mode
    undecodable = []
    for position, tile in enumerate(tiles):
        try:
            image = in_full_color(decode(tile.body), mode)
        except ImageError:
            undecodable.append(position)
        else:
            result.paste(image, (tile.left, tile.top))
    return result, undecodable


def in_full_color(image: Image.Image, mode: str) -> Image.Image:
    """``image`` in RGB, alpha dropped, or RGBA."""
    if image.mode.startswith("I"):
        image = image.convert("I").convert("RGB")
    return opaque(image) if mode == "RGB" else image.convert("RGBA")
