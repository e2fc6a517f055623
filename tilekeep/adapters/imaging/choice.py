"""Which imaging a process gets: the fastest whose libraries are installed, loaded on first use."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Iterable, Sequence

from tilekeep.domain.bands import BandMix
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.domain.label import Label
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.warp import Warp
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Imaging, Mosaic, Placement

_FAST_LIBRARIES = ("numpy", "isal", "deflate")
_WARPING_LIBRARY = "cv2"


def imaging(font_dir: str | None = None) -> Imaging:
    """Imaging by NumPy, ISA-L and libdeflate if they are installed, else by Pillow alone; nothing is imported yet.

    OpenCV, if installed too, draws maps in other reference systems.  Text is written in the font in ``font_dir``, or in
    the one that comes with the package.
    """
    return LazyImaging(functools.partial(_best, font_dir))


def import_best() -> None:
    """Imports now what the first image would."""
    _best(None)


def _best(font_dir: str | None) -> Imaging:
    if all(map(_installed, _FAST_LIBRARIES)):
        from tilekeep.adapters.imaging.fast import FastImaging
        from tilekeep.adapters.imaging.memory import keep_freed_arrays

        keep_freed_arrays()
        return FastImaging(font_dir, opencv=_installed(_WARPING_LIBRARY))
    from tilekeep.adapters.imaging.pillow import PillowImaging

    return PillowImaging(font_dir)


def _installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


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

    def decode(self, body: bytes, limits: ImageLimits, *, lazily: bool = False) -> Raster:
        """See the port."""
        return self._imaging().decode(body, limits, lazily=lazily)

    def split(
        self,
        raster: Raster,
        corners: Sequence[tuple[int, int]],
        tile_size: Size,
        encoding: ImageEncoding,
        labels: Sequence[Sequence[Label]] = (),
    ) -> list[EncodedImage]:
        """See the port."""
        return self._imaging().split(raster, corners, tile_size, encoding, labels)

    def compose(self, canvas: Canvas, placements: Iterable[Placement]) -> Raster:
        """See the port."""
        return self._imaging().compose(canvas, placements)

    def mosaic(self, canvas: Canvas, tiles: Sequence[EncodedPlacement], limits: ImageLimits) -> Mosaic:
        """See the port."""
        return self._imaging().mosaic(canvas, tiles, limits)

    def warp(self, raster: Raster, warp: Warp, resampling: str, *, transparent: bool) -> Raster:
        """See the port."""
        return self._imaging().warp(raster, warp, resampling, transparent=transparent)

    def merge_bands(self, rasters: Sequence[Raster], mix: BandMix) -> Raster:
        """See the port."""
        return self._imaging().merge_bands(rasters, mix)

    def without_color(self, raster: Raster, color: tuple[int, int, int], tolerance: float) -> Raster:
        """See the port."""
        return self._imaging().without_color(raster, color, tolerance)

    def clip(self, raster: Raster, keep: Sequence[Polygon]) -> Raster:
        """See the port."""
        return self._imaging().clip(raster, keep)

    def annotate(self, raster: Raster, labels: Sequence[Label]) -> Raster:
        """See the port."""
        return self._imaging().annotate(raster, labels)

    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        """See the port."""
        return self._imaging().encode(raster, encoding, shows)

    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return self._imaging().blank(size, encoding)

    def _imaging(self) -> Imaging:
        if self._made is None:
            self._made = self._make()
        return self._made
