"""Pixels as 32-bit words, red in the lowest byte: the form in which NumPy compares, cuts and packs fastest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from tilekeep.domain.geometry import Size

#: One word per pixel, ``(height, width)``; the highest byte is alpha, or 255 where there is none.
Words = npt.NDArray[np.uint32]

Bytes = npt.NDArray[np.uint8]

#: The alpha byte of an opaque pixel, in its place.
OPAQUE = np.uint32(0xFF000000)

_WORD = np.dtype("<u4")


class FastRaster:
    """Decoded pixels as words, as an image of Pillow, or both; the missing form is made when it is asked for.

    ``words`` is None for images that are not plain RGB or RGBA.
    """

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

    @property
    def has_words(self) -> bool:
        """Whether the pixels are words already, without converting."""
        return self._words is not None

    @property
    def words(self) -> Words | None:
        """The pixels as words, or None if they do not fit."""
        if self._words is None and self._image is not None:
            self._words = words_from_image(self._image)
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
    """An image of Pillow over a copy of ``words``; mode RGB drops the alpha byte."""
    height, width = words.shape
    raw = "RGBX" if mode == "RGB" else "RGBA"
    return Image.frombytes(mode, (width, height), words.tobytes(), "raw", raw)
