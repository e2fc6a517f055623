"""Pixels: coarse verbs, so that an adapter may fuse steps and skip decoding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from tilekeep.domain.bands import BandMix
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.domain.label import Label
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.warp import Warp


class Placement(NamedTuple):
    """A raster on a canvas: its upper left corner in canvas pixels, and an opacity from 0.0 to 1.0 or None.

    One that ``replaces`` takes the place of what is below, where it is transparent too; it has no opacity.
    """

    raster: Raster
    left: int = 0
    top: int = 0
    opacity: float | None = None
    replaces: bool = False


class EncodedPlacement(NamedTuple):
    """An encoded image on a canvas: its upper left corner in canvas pixels."""

    body: bytes
    left: int
    top: int


_WHITE = (255, 255, 255)
_OPAQUE = 255


class Canvas(NamedTuple):
    """An empty image: size in pixels, background as 8-bit RGB or None for white, transparent or not.

    The background of a transparent one may have an alpha of its own, else nothing of it is seen.
    """

    size: Size
    transparent: bool
    background: tuple[int, ...] | None = None

    @property
    def color(self) -> tuple[int, int, int, int]:
        """Red, green, blue and alpha of its pixels."""
        red, green, blue, alpha = (*(self.background or _WHITE), 0 if self.transparent else _OPAQUE)[:4]
        return red, green, blue, alpha if self.transparent else _OPAQUE


class Mosaic(NamedTuple):
    """Several images as one raster; ``undecodable`` are the positions of those that could not be read."""

    raster: Raster
    undecodable: tuple[int, ...] = ()


class Imaging(Protocol):
    """Decodes, cuts, composes and encodes images.  Safe to call from any thread.

    Rasters are those that it gave, or :class:`~tilekeep.domain.striped_raster.StripedRaster` with strips that it gave.
    Composing draws a raster in strips one strip at a time and clipping leaves it in strips; all else makes it whole.

    A raster of one band with more than 8 bits, such as elevations, keeps its values through all verbs until something
    in colours is laid over or under it; where there is nothing its value is 0, as it cannot be transparent.
    """

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        """What the header says, after decoding every pixel once to be sure that the image is whole.

        :raises UndecodableImage: no image, or a damaged or cut one.
        :raises ImageTooLarge: over ``limits``, judged before any pixel is decoded.
        """
        ...

    def decode(self, body: bytes, limits: ImageLimits, *, lazily: bool = False) -> Raster:
        """The pixels; raises as :meth:`inspect`.

        With ``lazily`` an image that is damaged or cut may be found to be so only by the verb that uses the raster,
        which then raises UndecodableImage: tiles may be cut out of an image whose pixels nobody needs.
        """
        ...

    def split(
        self,
        raster: Raster,
        corners: Sequence[tuple[int, int]],
        tile_size: Size,
        encoding: ImageEncoding,
        labels: Sequence[Sequence[Label]] = (),
    ) -> list[EncodedImage]:
        """One encoded tile per corner (left, top in raster pixels, possibly outside).

        Parts of a tile outside the raster show the empty canvas of ``encoding``: transparent, else white.  ``labels``
        are written on the tiles, one sequence for each corner, or none at all (spec/caches.md, 10).
        """
        ...

    def compose(self, canvas: Canvas, placements: Iterable[Placement]) -> Raster:
        """Lays rasters on a canvas, bottom first (spec/config-globals-grids.md, 8.6).

        Each is asked for when those before it have been laid down, so that they need not all exist at a time.
        """
        ...

    def mosaic(self, canvas: Canvas, tiles: Sequence[EncodedPlacement], limits: ImageLimits) -> Mosaic:
        """Decodes tiles that do not overlap onto a canvas; each replaces what is below (same document, 8.8).

        A tile that cannot be decoded leaves the canvas as it is and is named in the result.
        """
        ...

    def warp(self, raster: Raster, warp: Warp, resampling: str, *, transparent: bool) -> Raster:
        """The raster drawn anew (same document, 8.7); ``resampling`` as in :class:`ImageEncoding`.

        What lies outside the raster is transparent, else white.
        """
        ...

    def merge_bands(self, rasters: Sequence[Raster], mix: BandMix) -> Raster:
        """A raster made of bands of ``rasters``, which have all the same size and of which there is at least one.

        Palettes are looked up first, and grey has its value in red, green and blue; an image without alpha is opaque.
        Values with a fraction are cut off, values out of 0 to 255 become the nearest of these (spec/caches.md, 11).
        """
        ...

    def without_color(self, raster: Raster, color: tuple[int, int, int], tolerance: float) -> Raster:
        """The raster with all pixels transparent whose 8-bit red, green and blue lie within ``tolerance`` of ``color``.

        Others keep the alpha they have (spec/sources.md, 3.6).
        """
        ...

    def clip(self, raster: Raster, keep: Sequence[Polygon]) -> Raster:
        """The raster with all pixels transparent whose centre lies outside every polygon (in pixel coordinates)."""
        ...

    def annotate(self, raster: Raster, labels: Sequence[Label]) -> Raster:
        """The raster with text written on it, in order."""
        ...

    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        """The whole raster as bytes; TIFF says which area it shows, where that is given (same document, 8.3)."""
        ...

    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """An empty image: the canvas of ``encoding``, encoded without quantising."""
        ...
