"""Images whose bytes are words, so that use cases can be tested without pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilekeep.domain.errors import ImageTooLarge, UndecodableImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.ports.imaging import Canvas, Placement


@dataclass(frozen=True, slots=True)
class TextRaster:
    """A raster that knows what it shows."""

    size: Size
    shows: str


def image(width: int, height: int, shows: str = "map") -> bytes:
    """An image of so many pixels as upstream would send it."""
    return f"image {width}x{height} {shows}".encode()


class TextImaging:
    """An :class:`tilekeep.ports.imaging.Imaging` for the images of :func:`image`; everything else is damaged."""

    def inspect(self, body: bytes, limits: ImageLimits) -> ImageFacts:
        raster = self.decode(body, limits)
        return ImageFacts("image/png", *raster.size)

    def decode(self, body: bytes, limits: ImageLimits) -> TextRaster:
        if len(body) > limits.max_bytes:
            raise ImageTooLarge("too many bytes")
        words = body.decode("ascii", "replace").split(" ", 2)
        if words[0] != "image":
            raise UndecodableImage("no image")
        size = Size(*map(int, words[1].split("x")))
        if size.width * size.height > limits.max_pixels:
            raise ImageTooLarge("too many pixels")
        return TextRaster(size, words[2])

    def split(
        self, raster: Raster, corners: Sequence[tuple[int, int]], tile_size: Size, encoding: ImageEncoding
    ) -> list[EncodedImage]:
        assert isinstance(raster, TextRaster)
        return [EncodedImage(f"{raster.shows}@{left},{top}".encode(), encoding.format) for left, top in corners]

    def compose(self, canvas: Canvas, placements: Sequence[Placement]) -> TextRaster:
        return TextRaster(canvas.size, "+".join(_shown(placement) for placement in placements) or "nothing")

    def encode(self, raster: Raster, encoding: ImageEncoding) -> EncodedImage:
        assert isinstance(raster, TextRaster)
        return EncodedImage(raster.shows.encode(), encoding.format)

    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        return EncodedImage(b"blank", encoding.format)


def _shown(placement: Placement) -> str:
    assert isinstance(placement.raster, TextRaster)
    return f"{placement.raster.shows}@{placement.left},{placement.top}{' alone' if placement.replaces else ''}"
