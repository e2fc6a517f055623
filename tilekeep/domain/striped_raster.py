"""A raster that is drawn in strips when it is looked at, so that a large map need not exist twice as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tilekeep.domain.geometry import Size
from tilekeep.domain.image import Raster


class Strip(NamedTuple):
    """A part of the full width; ``top`` is its first row in pixels of the whole.

    :ivar complete: whether all could be read that it shows.
    """

    top: int
    raster: Raster
    complete: bool = True


class StripedRaster:
    """A :class:`tilekeep.domain.image.Raster` that every imaging adapter understands.

    Args:
        size: of the whole, in pixels.
        transparent: whether strips have an alpha band, else they are opaque.
        draw: draws the strips one after the other, top first; called each time somebody looks.
    """

    __slots__ = ("_complete", "_draw", "size", "transparent")

    def __init__(self, size: Size, draw: Callable[[], Iterator[Strip]], *, transparent: bool) -> None:
        self.size = size
        self.transparent = transparent
        self._draw = draw
        self._complete = True

    @property
    def complete(self) -> bool:
        """Whether all could be read that it shows, as far as anybody has looked."""
        return self._complete

    def strips(self) -> Iterator[Strip]:
        """Draws it; each strip can be let go before the next one is drawn."""
        for strip in self._draw():
            self._complete = self._complete and strip.complete
            yield strip

    def changed(self, change: Callable[[Strip], Raster], *, transparent: bool) -> StripedRaster:
        """The raster with every strip changed when it is drawn; a change keeps the size of a strip."""

        def draw() -> Iterator[Strip]:
            return (strip._replace(raster=change(strip)) for strip in self.strips())

        return StripedRaster(self.size, draw, transparent=transparent)
