"""Tiles cut out of a JPEG image without decoding it: they are as good as the image, which nothing else is."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from tilekeep.adapters.imaging.jpeg_raster import JpegRaster
from tilekeep.adapters.imaging.pillow_encoding import pillow_kind
from tilekeep.adapters.imaging.pixels import single_value
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG, MIXED, EncodedImage, ImageEncoding, Raster

#: Sampling factors of brightness beside bands of colour with 1 by 1.
_FACTORS = {"4:4:4": (1, 1), "4:2:2": (2, 1), "4:2:0": (2, 2)}
_USUAL_SUBSAMPLING = "4:2:0"

_BLOCK_PX = 8

#: The largest entry of the tables that all decoders read (ITU-T T.81, B.2.4.1).
_LARGEST_STEP = 255

#: An image over this is not held as coefficients, which take up to 6 bytes a pixel.
_MOST_PIXELS = 1 << 24

#: Most bytes of a header, and of a block in three bands that says no more than "as the one before" (T.81, K.3).
_HEADER_BYTES, _FLAT_BLOCK_BYTES = 1024, 2


def tiles_without_decoding(
    raster: Raster, corners: Sequence[tuple[int, int]], tile_size: Size, encoding: ImageEncoding
) -> list[EncodedImage] | None:
    """The tiles, or None where they are to be made of pixels.

    They are cut where that gives a tile as configured: its colours are no sharper, its quantisation nowhere finer,
    so that it is no larger than it would be, and its corner lies between blocks.
    """
    if not isinstance(raster, JpegRaster) or not corners or not _is_wanted(encoding):
        return None
    factors = _common_factors(raster)
    if factors is None or not _is_coarse_enough(raster, factors, encoding):
        return None
    if not all(_is_between_blocks(corner, tile_size, raster.size, factors) for corner in corners):
        return None
    header = raster.turbojpeg.header(raster.body)
    if header is None or header.size != raster.size or header.color_space != "YCbCr":
        return None
    bodies = raster.turbojpeg.cut(raster.body, corners, tile_size, progressive=encoding.jpeg_progressive)
    return None if bodies is None else [_tile(raster, body, tile_size) for body in bodies]


def _is_wanted(encoding: ImageEncoding) -> bool:
    kind = pillow_kind(encoding)
    return encoding.mode in {None, "RGB"} and (kind == MIXED or (kind == "jpeg" and not encoding.colors))


def _common_factors(raster: JpegRaster) -> tuple[int, int] | None:
    """Sampling factors of brightness, if the image is one of those that everybody reads."""
    if raster.size.width * raster.size.height > _MOST_PIXELS:
        return None
    brightness, *colors = raster.sampling_factors
    return brightness if brightness in _FACTORS.values() and colors == [(1, 1), (1, 1)] else None


def _is_coarse_enough(raster: JpegRaster, factors: tuple[int, int], encoding: ImageEncoding) -> bool:
    across, down = _FACTORS[encoding.jpeg_subsampling or _USUAL_SUBSAMPLING]
    if factors[0] < across or factors[1] < down:
        return False
    brightness, colors = _steps(encoding.jpeg_quality)
    return all(
        len(theirs) == len(ours) and all(map(int.__ge__, theirs, ours)) and max(theirs) <= _LARGEST_STEP
        for theirs, ours in zip(raster.quantization, (brightness, colors, colors), strict=True)
    )


@functools.lru_cache
def _steps(quality: int) -> tuple[list[int], list[int]]:
    """The quantisation steps that ``quality`` stands for, of brightness and of colours."""
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "JPEG", quality=quality)
    image = Image.open(buffer, formats=["JPEG"])
    assert isinstance(image, JpegImageFile)
    return list(image.quantization[0]), list(image.quantization[1])


def _is_between_blocks(corner: tuple[int, int], tile: Size, image: Size, factors: tuple[int, int]) -> bool:
    left, top = corner
    inside = min(corner) >= 0 and left + tile.width <= image.width and top + tile.height <= image.height
    return inside and not left % (_BLOCK_PX * factors[0]) and not top % (_BLOCK_PX * factors[1])


def _tile(raster: JpegRaster, body: bytes, size: Size) -> EncodedImage:
    return EncodedImage(body, JPEG, _single_color(raster, body, size))


def _single_color(raster: JpegRaster, body: bytes, size: Size) -> tuple[int, ...] | None:
    """The colour of all pixels; only tiles that are small enough to have one are looked at."""
    blocks = (size.width // _BLOCK_PX + 2) * (size.height // _BLOCK_PX + 2)
    if len(body) > _HEADER_BYTES + _FLAT_BLOCK_BYTES * blocks:
        return None
    words = raster.turbojpeg.decode(body, size)
    value = None if words is None else single_value(words)
    return None if value is None else tuple(value.to_bytes(4, "little")[:3])
