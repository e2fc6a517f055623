"""Pixels as 32-bit words, red in the lowest byte: the form in which NumPy compares, cuts and packs fastest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from tilekeep.domain.geometry import Size

#: One word per pixel, ``(height, width)``; the highest byte is alpha, or 255 where there is none.
Words = npt.NDArray[np.uint32]

Bytes = npt.NDArray[np.uint8]

Counts = npt.NDArray[np.uint64]

#: The alpha byte of an opaque pixel, in its place.
OPAQUE = np.uint32(0xFF000000)

_WORD = np.dtype("<u4")
_MOST_COLORS = 256


class FastRaster:
    """Decoded pixels as words or as an image of Pillow, which is made of the words when it is asked for."""

    __slots__ = ("_image", "_words", "mode")

    def __init__(self, *, image: Image.Image | None = None, words: Words | None = None, mode: str) -> None:
        self._image = image
        self._words = words
        self.mode = mode

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        if self._image is not None:
            return Size(*self._image.size)
        assert self._words is not None
        height, width = self._words.shape
        return Size(width, height)

    @property
    def image(self) -> Image.Image:
        """The pixels as an image of Pillow."""
        if self._image is None:
            assert self._words is not None
            self._image = image_from_words(self._words, self.mode)
        return self._image

    def rows(self, top: int, end: int) -> Image.Image:
        """The rows from ``top`` up to and without ``end``, as an image of Pillow."""
        if self._image is None:
            assert self._words is not None
            return image_from_words(self._words[top:end], self.mode)
        return self._image.crop((0, top, self._image.width, end))

    @property
    def words(self) -> Words | None:
        """The pixels as words, if that is the form they were decoded to."""
        return self._words


def is_plain(image: Image.Image) -> bool:
    """Whether ``image`` is nothing but 8-bit RGB or RGBA: no colour key and no profile that encoding would keep."""
    return image.mode in {"RGB", "RGBA"} and "transparency" not in image.info and "icc_profile" not in image.info


def words_from_image(image: Image.Image) -> Words | None:
    """The pixels of a plain image as words, else None."""
    if not is_plain(image):
        return None
    packed = image.tobytes("raw", "RGBX" if image.mode == "RGB" else "RGBA")
    words = np.frombuffer(packed, _WORD).reshape(image.height, image.width)
    return words | OPAQUE if image.mode == "RGB" else words


def image_from_words(words: Words, mode: str) -> Image.Image:
    """An image of Pillow over a copy of ``words``; mode RGB drops the alpha byte, RGBa takes it as multiplied in."""
    height, width = words.shape
    raw = "RGBX" if mode == "RGB" else mode
    return Image.frombytes(mode, (width, height), words.tobytes(), "raw", raw)


def single_value(words: Words) -> int | None:
    """The word that all pixels share, or None."""
    first = words[0, 0]
    if words[-1, -1] != first or words[-1, 0] != first or not (words == first).all():
        return None
    return int(first)


def words_from_palette(image: Image.Image, mode: str) -> Words | None:
    """The pixels of a palette image in RGB or RGBA as words, looked up; None for palettes out of the ordinary."""
    palette = image.palette
    if palette is None or palette.mode != "RGB" or "icc_profile" in image.info:
        return None
    ramp = Image.frombytes("P", (_MOST_COLORS, 1), bytes(range(_MOST_COLORS)))
    ramp.putpalette(bytes(image.getpalette() or ()))
    ramp.info = dict(image.info)
    colors = np.frombuffer(ramp.convert("RGBA").tobytes(), _WORD)
    return (colors | OPAQUE if mode == "RGB" else colors).take(np.asarray(image))
