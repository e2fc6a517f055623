"""Which imaging a process gets: the fastest whose libraries are installed, loaded on first use."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence

from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.ports.imaging import Canvas, Imaging, Placement

_FAST_LIBRARIES = ("numpy", "isal")


def imaging() -> Imaging:
    """Imaging by NumPy and ISA-L if both are installed, else by Pillow alone; nothing is imported yet."""
    return LazyImaging(_best)


def _best() -> Imaging:
    if all(importlib.util.find_spec(library) for library in _FAST_LIBRARIES):
        from tilekeep.adapters.imaging.fast import FastImaging

        return FastImaging()
    from tilekeep.adapters.imaging.pillow import PillowImaging

    return PillowImaging()


class LazyImaging:
    """The imaging that ``make`` returns, made when the first image is touched: tile hits never do.

    Threads that are first at the same moment may make one each; it has no state that would tell them apart.
    """

    def __init__(self, make: Callable[[], Imaging]) -> None:
        self._make = make
        self._made: Imaging | None = None

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        """See the port."""
        return self._imaging().inspect(body, limits)

    def decode(self, body: bytes, limits: ImageLimits) -> Raster:
        """See the port."""
        return self._imaging().decode(body, limits)

    def split(
        self, raster: Raster, corners: Sequence[tuple[int, int]], tile_size: Size, encoding: ImageEncoding
    ) -> list[EncodedImage]:
        """See the port."""
        return self._imaging().split(raster, corners, tile_size, encoding)

    def compose(self, canvas: Canvas, placements: Sequence[Placement]) -> Raster:
        """See the port."""
        return self._imaging().compose(canvas, placements)

    def encode(self, raster: Raster, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return self._imaging().encode(raster, encoding)

    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return self._imaging().blank(size, encoding)

    def _imaging(self) -> Imaging:
        if self._made is None:
            self._made = self._make()
        return self._made
