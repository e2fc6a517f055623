"""Images of one band with more than 8 bits: elevations and other measurements, whose values stay what they are.

Where there is nothing the value is 0, as there is no transparency.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from PIL import Image

from tilekeep.adapters.imaging.png_chunks import read_header
from tilekeep.domain.errors import ImageError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, TIFF, Raster, sniffed_media_type
from tilekeep.ports.imaging import EncodedPlacement, Placement

#: The value where there is nothing.
NOTHING = 0

#: Pillow's names, the narrower ones first.
_MODES = ("I;16", "I", "F")

_DEPTH, _GREY = 16, 0


def is_deep_mode(mode: str) -> bool:
    """Whether images of this mode of Pillow have more than 8 bits a band."""
    return mode in {"I", "F"} or mode.startswith("I;16")


def is_deep_raster(raster: Raster) -> bool:
    """Whether ``raster``, which must come from these adapters, is deep and in one piece."""
    mode = getattr(raster, "mode", None) or getattr(getattr(raster, "image", None), "mode", "")
    return is_deep_mode(str(mode or ""))


def in_deep_mode(image: Image.Image, mode: str) -> Image.Image:
    """``image`` in a deep mode; colours become their brightness."""
    if image.mode == mode:
        return image
    if not is_deep_mode(image.mode):
        image = image.convert("L")
    elif mode == "I;16":
        image = image.convert("I")  # other ways cut the values to 8 bits
    return image.convert(mode)


def in_eight_bits(image: Image.Image) -> Image.Image:
    """``image`` in at most 8 bits a band: what is larger is white."""
    return image.convert("L") if is_deep_mode(image.mode) else image


def empty_deep(mode: str, size: Size) -> Image.Image:
    """A deep image with nothing on it."""
    return Image.new(mode if mode in _MODES else "I;16", size, NOTHING)


class DeepCanvas:
    """A deep image on which others are laid, of which each hides what is below it."""

    def __init__(self, size: Size) -> None:
        self._image = empty_deep("I;16", size)
        self._size = size
        self._filled: list[tuple[int, int, int, int]] = []

    @property
    def image(self) -> Image.Image:
        """What has been laid so far."""
        return self._image

    def lay(self, image: Image.Image, corner: tuple[int, int]) -> None:
        """Puts ``image`` down with its upper left corner at ``corner``; a canvas too narrow for it gets wider."""
        if is_deep_mode(image.mode):
            widest = max(self._image.mode, image.mode if image.mode in _MODES else "I;16", key=_MODES.index)
            self._image = in_deep_mode(self._image, widest)
        self._image.paste(in_deep_mode(image, self._image.mode), corner)
        self._filled.append((*corner, corner[0] + image.width, corner[1] + image.height))

    def in_colors(self, ground: Image.Image) -> Image.Image:
        """What has been laid so far in 8 bits, on ``ground``, which is RGB or RGBA."""
        for box in self._filled:
            part = (max(box[0], 0), max(box[1], 0), min(box[2], self._size.width), min(box[3], self._size.height))
            if part[0] < part[2] and part[1] < part[3]:
                ground.paste(in_eight_bits(self._image.crop(part)).convert(ground.mode), part)
        return ground


def begins_deep(placement: Placement) -> bool:
    """Whether an image that begins with this one is deep: it is, and nothing is to shine through."""
    return is_deep_raster(placement.raster) and (placement.opacity is None or placement.opacity >= 1)


def deep_mosaic(
    size: Size, tiles: Sequence[EncodedPlacement], decode: Callable[[bytes], Image.Image]
) -> tuple[Image.Image, list[int]] | None:
    """``tiles`` side by side in their own depth, and the positions of those that ``decode`` refuses.

    None where no tile says in its header that it is deep.
    """
    if not any(_header_is_deep(tile.body) for tile in tiles):
        return None
    canvas, undecodable = DeepCanvas(size), []
    for position, tile in enumerate(tiles):
        try:
            canvas.lay(decode(tile.body), (tile.left, tile.top))
        except ImageError:
            undecodable.append(position)
    return canvas.image, undecodable


def _header_is_deep(body: bytes) -> bool:
    media_type = sniffed_media_type(body[:12])
    try:
        if media_type == PNG:
            header = read_header(body)
            return header.bit_depth == _DEPTH and header.color_type == _GREY
        if media_type == TIFF:
            with Image.open(io.BytesIO(body), formats=["TIFF"]) as image:
                return is_deep_mode(image.mode)
    # What is wrong with a file is said when it is decoded; Pillow's reader of TIFF lets any error through.
    except Exception:  # noqa: BLE001
        return False
    return False
