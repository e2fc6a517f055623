"""Imaging with NumPy and ISA-L where they win over Pillow, with the same pixels."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from tilekeep.adapters.imaging.canvas import empty_canvas
from tilekeep.adapters.imaging.composing import composed
from tilekeep.adapters.imaging.errors import translating
from tilekeep.adapters.imaging.fast_tiles import TileEncoder, prepared
from tilekeep.adapters.imaging.pillow_reading import accepted_media_type, load
from tilekeep.adapters.imaging.pixels import FastRaster
from tilekeep.adapters.imaging.png_decoding import decode_png, verify_png
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.ports.imaging import Canvas, Placement


class FastImaging:
    """The port :class:`tilekeep.ports.imaging.Imaging`: PNG by NumPy and ISA-L, palettes over runs, the rest by Pillow.

    Equal to :class:`~tilekeep.adapters.imaging.pillow.PillowImaging` in every decoded pixel; the bytes differ.
    """

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        """See the port."""
        media_type = accepted_media_type(body, limits)
        if media_type == PNG:
            return ImageFacts(media_type, *verify_png(body, limits))
        return ImageFacts(media_type, *load(io.BytesIO(body), media_type, limits).size)

    def decode(self, body: bytes, limits: ImageLimits) -> Raster:
        """See the port; of several frames the first."""
        media_type = accepted_media_type(body, limits)
        if media_type == PNG:
            return decode_png(body, limits)
        image = load(io.BytesIO(body), media_type, limits)
        return FastRaster(image=image, mode=image.mode)

    @translating
    def split(
        self, raster: Raster, corners: Sequence[tuple[int, int]], tile_size: Size, encoding: ImageEncoding
    ) -> list[EncodedImage]:
        """See the port."""
        encoder = TileEncoder(prepared(raster, encoding), encoding)
        return [encoder.tile(corner, tile_size) for corner in corners]

    @translating
    def compose(self, canvas: Canvas, placements: Sequence[Placement]) -> Raster:
        """See the port."""
        image = composed(canvas, placements)
        return FastRaster(image=image, mode=image.mode)

    @translating
    def encode(self, raster: Raster, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return self.split(raster, [(0, 0)], raster.size, encoding)[0]

    @translating
    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        canvas = empty_canvas(size, encoding)
        return self.encode(FastRaster(image=canvas, mode=canvas.mode), replace(encoding, colors=0))
