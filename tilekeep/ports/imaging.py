"""Pixels: coarse verbs, so that an adapter may fuse steps and skip decoding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster


class Placement(NamedTuple):
    """A raster on a canvas: its upper left corner in canvas pixels, and an opacity from 0.0 to 1.0 or None.

    One that ``replaces`` takes the place of what is below, where it is transparent too; it has no opacity.
    """

    raster: Raster
    left: int = 0
    top: int = 0
    opacity: float | None = None
    replaces: bool = False


class Canvas(NamedTuple):
    """An empty image: size in pixels, background as 8-bit RGB or None for white, transparent or not."""

    size: Size
    transparent: bool
    background: tuple[int, int, int] | None = None


class Imaging(Protocol):
    """Decodes, cuts, composes and encodes images.  Safe to call from any thread."""

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        """What the header says, after decoding every pixel once to be sure that the image is whole.

        :raises UndecodableImage: no image, or a damaged or cut one.
        :raises ImageTooLarge: over ``limits``, judged before any pixel is decoded.
        """
        ...

    def decode(self, body: bytes, limits: ImageLimits) -> Raster:
        """The pixels; raises as :meth:`inspect`."""
        ...

    def split(
        self, raster: Raster, corners: Sequence[tuple[int, int]], tile_size: Size, encoding: ImageEncoding
    ) -> list[EncodedImage]:
        """One encoded tile per corner (left, top in raster pixels, possibly outside).

        Parts of a tile outside the raster show the empty canvas of ``encoding``: transparent, else white.
        """
        ...

    def compose(self, canvas: Canvas, placements: Sequence[Placement]) -> Raster:
        """Lays rasters on a canvas, bottom first (spec/config-globals-grids.md, 8.6)."""
        ...

    def encode(self, raster: Raster, encoding: ImageEncoding) -> EncodedImage:
        """The whole raster as bytes."""
        ...

    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """An empty image: the canvas of ``encoding``, encoded without quantising."""
        ...
