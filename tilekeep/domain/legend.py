"""Legends: how they are kept, and how large they are (spec/sources.md, 6)."""

from __future__ import annotations

import hashlib

from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, sniffed_media_type

#: Where width and height of a PNG stand, four bytes each (PNG specification, 11.2.1).
_WIDTH, _HEIGHT = slice(16, 20), slice(20, 24)


def legend_file_name(identity: str, scale: float | None) -> str:
    """The name of the file in which a legend is kept, the same as MapProxy's.

    ``identity`` joins address and layer of all its parts; ``scale`` is a denominator, or None for any scale.
    """
    return f"{hashlib.md5(f'{identity}{scale}'.encode(), usedforsecurity=False).hexdigest()}.png"


def png_size(body: bytes) -> Size | None:
    """The size that a PNG declares, or None for anything else."""
    if sniffed_media_type(body[:12]) != PNG or len(body) < _HEIGHT.stop:
        return None
    return Size(int.from_bytes(body[_WIDTH]), int.from_bytes(body[_HEIGHT]))
