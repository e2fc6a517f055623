"""Imaging by Pillow alone: the reference for everything faster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PIL import Image

from tilekeep.adapters.imaging.alpha import with_alpha_in_full_color
from tilekeep.adapters.imaging.band_merging import merged_bands
from tilekeep.adapters.imaging.canvas import cut, empty_canvas, may_be_transparent
from tilekeep.adapters.imaging.composing import composed
from tilekeep.adapters.imaging.deep import deep_mosaic
from tilekeep.adapters.imaging.errors import translating
from tilekeep.adapters.imaging.lettering import annotated
from tilekeep.adapters.imaging.mosaics import mosaic_of
from tilekeep.adapters.imaging.pillow_encoding import encode_image
from tilekeep.adapters.imaging.pillow_reading import accepted_media_type, read_image
from tilekeep.adapters.imaging.raster import PillowRaster, image_of
from tilekeep.adapters.imaging.strips import clipped_raster, whole
from tilekeep.adapters.imaging.transparent_color import without_color
from tilekeep.adapters.imaging.warping import warped
from tilekeep.domain.bands import BandMix
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.domain.label import Label
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.warp import Warp
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Mosaic, Placement


class PillowImaging:
    """The port :class:`tilekeep.ports.imaging.Imaging` by Pillow.

    Pixels equal those of the reference for the same bytes and options (spec/config-globals-grids.md, 8.3 to 8.6).
    ``font_dir`` holds the font that text is written in, or None for the one that comes with the package (6.2).
    """

    def __init__(self, font_dir: str | None = None) -> None:
        self._font_dir = font_dir

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        """See the port."""
        media_type = accepted_media_type(body, limits)
        image = read_image(body, media_type, limits)
        return ImageFacts(media_type, image.width, image.height)

    def decode(self, body: bytes, limits: ImageLimits, *, lazily: bool = False) -> Raster:
        """See the port; of several frames the first."""
        return PillowRaster(read_image(body, accepted_media_type(body, limits), limits))

    @translating
    def split(
        self,
        raster: Raster,
        corners: Sequence[tuple[int, int]],
        tile_size: Size,
        encoding: ImageEncoding,
        labels: Sequence[Sequence[Label]] = (),
    ) -> list[EncodedImage]:
        """See the port."""
        image = expanded(_image_of(raster), encoding)
        tiles = [cut(image, corner, tile_size, encoding) for corner in corners]
        if labels:
            tiles = [self._annotated(tile, written) for tile, written in zip(tiles, labels, strict=True)]
        return [encode_image(tile, encoding) for tile in tiles]

    @translating
    def compose(self, canvas: Canvas, placements: Iterable[Placement]) -> Raster:
        """See the port."""
        return composed(canvas, placements, PillowRaster)

    @translating
    def mosaic(self, canvas: Canvas, tiles: Sequence[EncodedPlacement], limits: ImageLimits) -> Mosaic:
        """See the port."""

        def decode(body: bytes) -> Image.Image:
            return read_image(body, accepted_media_type(body, limits), limits)

        image, undecodable = deep_mosaic(canvas.size, tiles, decode) or mosaic_of(canvas, tiles, decode)
        return Mosaic(PillowRaster(image), tuple(undecodable))

    @translating
    def warp(self, raster: Raster, warp: Warp, resampling: str, *, transparent: bool) -> Raster:
        """See the port."""
        return PillowRaster(warped(_image_of(raster), warp, resampling, transparent=transparent))

    @translating
    def merge_bands(self, rasters: Sequence[Raster], mix: BandMix) -> Raster:
        """See the port."""
        return PillowRaster(merged_bands([_image_of(raster) for raster in rasters], mix, rasters[0].size))

    @translating
    def without_color(self, raster: Raster, color: tuple[int, int, int], tolerance: float) -> Raster:
        """See the port."""
        return PillowRaster(without_color(raster, color, tolerance))

    @translating
    def clip(self, raster: Raster, keep: Sequence[Polygon]) -> Raster:
        """See the port."""
        return clipped_raster(raster, keep, PillowRaster)

    @translating
    def annotate(self, raster: Raster, labels: Sequence[Label]) -> Raster:
        """See the port."""
        return PillowRaster(self._annotated(_image_of(raster), labels))

    @translating
    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        """See the port."""
        return encode_image(expanded(_image_of(raster), encoding), encoding, shows)

    @translating
    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return encode_image(empty_canvas(size, encoding), replace(encoding, colors=0))

    def _annotated(self, image: Image.Image, labels: Sequence[Label]) -> Image.Image:
        return annotated(image, labels, self._font_dir) if labels else image


def expanded(image: Image.Image, encoding: ImageEncoding) -> Image.Image:
    """Whatever says what is transparent becomes alpha where the result may be that, before anything else is done."""
    return with_alpha_in_full_color(image) if may_be_transparent(encoding) else image


def _image_of(raster: Raster) -> Image.Image:
    return image_of(whole(raster, PillowRaster))
