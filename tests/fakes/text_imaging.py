"""Images whose bytes are words, so that use cases can be tested without pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tilekeep.domain.bands import BandMix
from tilekeep.domain.errors import ImageError, ImageTooLarge, UndecodableImage
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageFacts, ImageLimits, Raster
from tilekeep.domain.label import Label
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.striped_raster import StripedRaster
from tilekeep.domain.warp import AlignedMesh, Mesh, Warp
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Mosaic, Placement


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

    def decode(self, body: bytes, limits: ImageLimits, *, lazily: bool = False) -> TextRaster:
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
        self,
        raster: Raster,
        corners: Sequence[tuple[int, int]],
        tile_size: Size,
        encoding: ImageEncoding,
        labels: Sequence[Sequence[Label]] = (),
    ) -> list[EncodedImage]:
        raster = whole(raster)
        tiles = [f"{raster.shows}@{left},{top}" for left, top in corners]
        if labels:
            tiles = [tile + _written(texts) for tile, texts in zip(tiles, labels, strict=True)]
        return [EncodedImage(tile.encode(), encoding.format) for tile in tiles]

    def compose(self, canvas: Canvas, placements: Iterable[Placement]) -> TextRaster:
        return TextRaster(canvas.size, "+".join(_shown(placement) for placement in placements) or "nothing")

    def mosaic(self, canvas: Canvas, tiles: Sequence[EncodedPlacement], limits: ImageLimits) -> Mosaic:
        shown, undecodable = [], []
        for position, tile in enumerate(tiles):
            try:
                shown.append(f"{self.decode(tile.body, limits).shows}@{tile.left},{tile.top}")
            except ImageError:
                undecodable.append(position)
        return Mosaic(TextRaster(canvas.size, "|".join(shown) or "nothing"), tuple(undecodable))

    def warp(self, raster: Raster, warp: Warp, resampling: str, *, transparent: bool) -> TextRaster:
        raster = whole(raster)
        return TextRaster(
            warp.size, f"{raster.shows} {'meshed' if isinstance(warp, Mesh | AlignedMesh) else 'rescaled'}"
        )

    def merge_bands(self, rasters: Sequence[Raster], mix: BandMix) -> TextRaster:
        shown = [whole(raster).shows for raster in rasters]
        parts = [f"{shown[part.image]}.{part.band}x{part.factor}->{part.target}" for part in mix.parts]
        return TextRaster(rasters[0].size, f"{mix.mode} of {' '.join(parts)}")

    def without_color(self, raster: Raster, color: tuple[int, int, int], tolerance: float) -> TextRaster:
        assert isinstance(raster, TextRaster)
        return TextRaster(raster.size, f"{raster.shows} without {color}")

    def clip(self, raster: Raster, keep: Sequence[Polygon]) -> TextRaster:
        raster = whole(raster)
        return TextRaster(raster.size, f"{raster.shows} clipped to {len(keep)}")

    def annotate(self, raster: Raster, labels: Sequence[Label]) -> TextRaster:
        raster = whole(raster)
        return TextRaster(raster.size, raster.shows + _written(labels))

    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        raster = whole(raster)
        return EncodedImage(raster.shows.encode(), encoding.format)

    def blank(self, size: Size, encoding: ImageEncoding) -> EncodedImage:
        return EncodedImage(b"blank", encoding.format)


def _written(labels: Sequence[Label]) -> str:
    return "".join(f' "{label.text}" {label.place.value}' for label in labels)


def whole(raster: Raster) -> TextRaster:
    """The raster, or the strips that it comes in side by side."""
    if isinstance(raster, StripedRaster):
        strips = [f"{whole(strip.raster).shows}@0,{strip.top}" for strip in raster.strips()]
        return TextRaster(raster.size, "/".join(strips))
    assert isinstance(raster, TextRaster)
    return raster


def _shown(placement: Placement) -> str:
    return f"{whole(placement.raster).shows}@{placement.left},{placement.top}{' alone' if placement.replaces else ''}"
