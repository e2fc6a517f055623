"""Imaging with NumPy, ISA-L and OpenCV where they win over Pillow."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PIL import Image

from tilekeep.adapters.imaging.band_merging import merged_bands
from tilekeep.adapters.imaging.canvas import empty_canvas
from tilekeep.adapters.imaging.composing import composed
from tilekeep.adapters.imaging.deep import deep_mosaic
from tilekeep.adapters.imaging.errors import translating
from tilekeep.adapters.imaging.fast_mosaic import LookUp, look_up, mosaic_words
from tilekeep.adapters.imaging.fast_tiles import TileEncoder, prepared
from tilekeep.adapters.imaging.fast_warping import warped_raster
from tilekeep.adapters.imaging.indexed_png import IndexedImage
from tilekeep.adapters.imaging.jpeg_cutting import tiles_without_decoding
from tilekeep.adapters.imaging.jpeg_raster import jpeg_raster
from tilekeep.adapters.imaging.lettering import annotated
from tilekeep.adapters.imaging.pillow_reading import accepted_media_type, load, loaded, opened
from tilekeep.adapters.imaging.pixels import FastRaster
from tilekeep.adapters.imaging.png_decoding import decode_indexed_png, decode_png, verify_png
from tilekeep.adapters.imaging.raster import image_of
from tilekeep.adapters.imaging.strips import clipped_raster, whole
from tilekeep.adapters.imaging.transparent_color import without_color
from tilekeep.domain.bands import BandMix
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.domain.label import Label
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.warp import Warp
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Mosaic, Placement


class FastImaging:
    """The port :class:`tilekeep.ports.imaging.Imaging`: PNG by NumPy and ISA-L, palettes over runs, the rest by Pillow.

    Equal to :class:`~tilekeep.adapters.imaging.pillow.PillowImaging` in every decoded pixel; the bytes differ.
    With ``opencv`` that library looks up palettes and draws warps, whose pixels are close to Pillow's, not equal.
    JPEG tiles are cut out of images that are read lazily without decoding these where that can be done: then they show
    what the image shows, without a second loss.  ``font_dir`` is as there.
    """

    def __init__(self, font_dir: str | None = None, *, opencv: bool = False) -> None:
        self._font_dir = font_dir
        self._opencv = opencv

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        """See the port."""
        media_type = accepted_media_type(body, limits)
        if media_type == PNG:
            return ImageFacts(media_type, *verify_png(body, limits))
        return ImageFacts(media_type, *load(io.BytesIO(body), media_type, limits).size)

    def decode(self, body: bytes, limits: ImageLimits, *, lazily: bool = False) -> Raster:
        """See the port; of several frames the first."""
        media_type = accepted_media_type(body, limits)
        if media_type == PNG:
            return decode_png(body, limits)
        return (
            _lazily_decoded(body, media_type, limits) if lazily else _raster(load(io.BytesIO(body), media_type, limits))
        )

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
        cut = None if labels else tiles_without_decoding(raster, corners, tile_size, encoding)
        if cut is not None:
            return cut
        encoder = _encoder(raster, encoding)
        if not labels:
            return [encoder.tile(corner, tile_size) for corner in corners]
        tiles = [encoder.cut_out(corner, tile_size) for corner in corners]
        written = [self._annotated(tile, texts) if texts else tile for tile, texts in zip(tiles, labels, strict=True)]
        return [TileEncoder(tile, encoding).whole() for tile in written]

    @translating
    def compose(self, canvas: Canvas, placements: Iterable[Placement]) -> Raster:
        """See the port."""
        return composed(canvas, placements, _raster)

    @translating
    def mosaic(self, canvas: Canvas, tiles: Sequence[EncodedPlacement], limits: ImageLimits) -> Mosaic:
        """See the port."""
        deep = deep_mosaic(
            canvas.size, tiles, lambda body: load(io.BytesIO(body), accepted_media_type(body, limits), limits)
        )
        if deep is not None:
            return Mosaic(_raster(deep[0]), tuple(deep[1]))

        def decode(body: bytes) -> FastRaster | IndexedImage:
            media_type = accepted_media_type(body, limits)
            if media_type == PNG:
                return decode_indexed_png(body, limits)
            return _lazily_decoded(body, media_type, limits)

        words, undecodable = mosaic_words(canvas, tiles, decode, self._look_up())
        return Mosaic(FastRaster(words=words, mode="RGBA" if canvas.transparent else "RGB"), tuple(undecodable))

    @translating
    def warp(self, raster: Raster, warp: Warp, resampling: str, *, transparent: bool) -> Raster:
        """See the port."""
        return warped_raster(whole(raster, _raster), warp, resampling, transparent=transparent, opencv=self._opencv)

    @translating
    def merge_bands(self, rasters: Sequence[Raster], mix: BandMix) -> Raster:
        """See the port."""
        return _raster(merged_bands([image_of(whole(raster, _raster)) for raster in rasters], mix, rasters[0].size))

    @translating
    def without_color(self, raster: Raster, color: tuple[int, int, int], tolerance: float) -> Raster:
        """See the port."""
        return _raster(without_color(raster, color, tolerance))

    @translating
    def clip(self, raster: Raster, keep: Sequence[Polygon]) -> Raster:
        """See the port."""
        return clipped_raster(raster, keep, _raster)

    @translating
    def annotate(self, raster: Raster, labels: Sequence[Label]) -> Raster:
        """See the port."""
        return self._annotated(raster, labels)

    @translating
    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        """See the port."""
        return _encoder(raster, encoding).whole(shows)

    @translating
    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return self.encode(_raster(empty_canvas(size, encoding)), replace(encoding, colors=0))

    def _look_up(self) -> LookUp:
        if not self._opencv:
            return look_up
        from tilekeep.adapters.imaging.opencv_lookup import look_up_by_opencv

        return look_up_by_opencv

    def _annotated(self, raster: Raster, labels: Sequence[Label]) -> FastRaster:
        return _raster(annotated(image_of(whole(raster, _raster)), labels, self._font_dir))


def _lazily_decoded(body: bytes, media_type: str, limits: ImageLimits) -> FastRaster:
    """A raster that may be lazy, of anything but PNG."""
    image = opened(io.BytesIO(body), media_type, limits)
    return jpeg_raster(image, body) or _raster(loaded(image, media_type))


def _encoder(raster: Raster, encoding: ImageEncoding) -> TileEncoder:
    return TileEncoder(prepared(whole(raster, _raster), encoding), encoding)


def _raster(image: Image.Image) -> FastRaster:
    return FastRaster(image=image, mode=image.mode)
