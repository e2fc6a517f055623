"""Transparency that is no band of RGBA: of palettes, beside grey, or by a colour key (tRNS of PNG)."""

from __future__ import annotations

from PIL import Image

from tilekeep.adapters.imaging.deep import is_deep_mode

_NOT_IN_FULL_COLOR = frozenset({"P", "PA", "LA", "La"})


def with_alpha_in_full_color(image: Image.Image) -> Image.Image:
    """``image`` as RGBA if pixels of it may be transparent in another way, or if it has a palette; else as it is.

    Deep images stay what they are: they have values, and no transparency.
    """
    if is_deep_mode(image.mode):
        return image
    if image.mode in _NOT_IN_FULL_COLOR or "transparency" in image.info:
        return image.convert("RGBA")
    return image
