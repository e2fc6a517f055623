"""Imaging by Pillow alone: the reference for everything faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from tilekeep.adapters.imaging.canvas import cut, empty_canvas, may_be_transparent
from tilekeep.adapters.imaging.composing import composed
from tilekeep.adapters.imaging.errors import translating
from tilekeep.adapters.imaging.pillow_encoding import encode_image
from tilekeep.adapters.imaging.pillow_reading import accepted_media_type, read_image
from tilekeep.adapters.imaging.raster import PillowRaster, image_of
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.ports.imaging import Canvas, Placement


class PillowImaging:
    """The port :class:`tilekeep.ports.imaging.Imaging` by Pillow.

    Pixels equal those of the reference for the same bytes and options (spec/config-globals-grids.md, 8.3 to 8.6).
    """

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        """See the port."""
        media_type = accepted_media_type(body, limits)
        image = read_image(body, media_type, limits)
        return ImageFacts(media_type, image.width, image.height)

    def decode(self, body: bytes, limits: ImageLimits) -> Raster:
        """See the port; of several frames the first."""
        return PillowRaster(read_image(body, accepted_media_type(body, limits), limits))

    @translating
    def split(
        self, raster: Raster, corners: Sequence[tuple[int, int]], tile_size: Size, encoding: ImageEncoding
    ) -> list[EncodedImage]:
        """See the port."""
        image = expanded(image_of(raster), encoding)
        return [encode_image(cut(image, corner, tile_size, encoding), encoding) for corner in corners]

    @translating
    def compose(self, canvas: Canvas, placements: Sequence[Placement]) -> Raster:
        """See the port."""
        return PillowRaster(composed(canvas, placements))

    @translating
    def encode(self, raster: Raster, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return encode_image(expanded(image_of(raster), encoding), encoding)

    @translating
    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        """See the port."""
        return encode_image(empty_canvas(size, encoding), replace(encoding, colors=0))


def expanded(image: Image.Image, encoding: ImageEncoding) -> Image.Image:
    """Palettes become full colour with alpha where the result may be transparent, before anything else is done."""
    if image.mode == "P" and may_be_transparent(encoding):
        return image.convert("RGBA")
    return image
