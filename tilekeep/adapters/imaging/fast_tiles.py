"""Tiles cut from words and encoded without Pillow where the result is the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from tilekeep.adapters.imaging.alpha import with_alpha_in_full_color
from tilekeep.adapters.imaging.canvas import canvas_mode, cut, may_be_transparent
from tilekeep.adapters.imaging.large_png import LARGE, large_palette_image, large_png
from tilekeep.adapters.imaging.pillow_encoding import (
    encode_image,
    has_palette_of,
    opaque,
    pillow_kind,
    saved,
    single_color,
)
from tilekeep.adapters.imaging.pixels import (
    OPAQUE,
    FastRaster,
    Words,
    image_from_words,
    single_value,
    words_from_image,
    words_from_palette,
)
from tilekeep.adapters.imaging.png_writing import palette_png, single_color_png, true_color_png
from tilekeep.adapters.imaging.quantising import quantise
from tilekeep.adapters.imaging.raster import image_of
from tilekeep.adapters.imaging.writer_options import writer_options
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG, MIXED, PNG, EncodedImage, ImageEncoding, Raster

#: Share of pixels equal to their left neighbour below which an image counts as a photograph.
_PHOTOGRAPHIC = 0.2

#: Up to so many pixels the sum of a band is exact in the single precision of Pillow's quantiser.
_EXACT_PIXELS = (1 << 24) // 255

#: A GIF has no more; Pillow finds them more slowly than a large map should take.
_GIF_COLORS = 256

_WHITE = np.uint32(0xFFFFFFFF)
_TRANSPARENT_WHITE = np.uint32(0x00FFFFFF)


class TileEncoder:
    """Encodes the tiles of one raster; equal tiles of one colour are encoded once."""

    def __init__(self, raster: FastRaster, encoding: ImageEncoding) -> None:
        self._raster = raster
        self._encoding = encoding
        self._kind = pillow_kind(encoding)
        self._suits_words = self._may_use_words()
        self._mixed_opaque = replace(encoding, format=JPEG, colors=None, transparent=False)
        self._mixed_transparent = replace(encoding, format=PNG, transparent=True)
        self._single: dict[tuple[Size, str, int], EncodedImage] = {}

    def whole(self, shows: Extent | None = None) -> EncodedImage:
        """The raster as one image that ``shows`` this area."""
        if self._kind == "tiff":
            return encode_image(self._raster.image, self._encoding, shows)
        return self._large() or self.tile((0, 0), self._raster.size)

    def _large(self) -> EncodedImage | None:
        """A large map as PNG or GIF, without looking whether it has one colour only; None for all others."""
        raster, encoding = self._raster, self._encoding
        if raster.size.width * raster.size.height < LARGE:
            return None
        if self._kind == "gif" and encoding.mode is None and not encoding.colors:
            image = large_palette_image(raster, _GIF_COLORS)
            return None if image is None else encode_image(image, encoding)
        if self._kind != "png" or not self._suits_words:
            return None
        body = large_png(raster, encoding.colors, transparent=bool(encoding.transparent))
        return None if body is None else EncodedImage(body, PNG)

    def tile(self, corner: tuple[int, int], size: Size) -> EncodedImage:
        """The tile whose upper left corner is ``corner``."""
        if self._suits_words and self._raster.words is not None:
            return self._from_words(*_cut_words(self._raster.words, self._raster.mode, corner, size, self._encoding))
        image = cut(self._raster.image, corner, size, self._encoding)
        words = words_from_image(image) if self._suits_words else None
        if words is not None:
            return self._from_words(words, image.mode)
        if image.mode == "P" and self._kind == "png" and self._encoding.mode is None:
            return _with_own_palette(image) or encode_image(image, self._encoding)
        return encode_image(image, self._encoding)

    def cut_out(self, corner: tuple[int, int], size: Size) -> FastRaster:
        """The same tile before encoding."""
        if self._suits_words and self._raster.words is not None:
            words, mode = _cut_words(self._raster.words, self._raster.mode, corner, size, self._encoding)
            return FastRaster(words=words, mode=mode)
        image = cut(self._raster.image, corner, size, self._encoding)
        return FastRaster(image=image, mode=image.mode)

    def _may_use_words(self) -> bool:
        encoding = self._encoding
        if encoding.mode is not None and (encoding.colors or encoding.mode != self._raster.mode):
            return False
        if encoding.colors and encoding.quantizer == "mediancut":
            return False
        return self._kind in {"png", MIXED} or (self._kind == "jpeg" and self._raster.words is not None)

    def _from_words(self, words: Words, mode: str) -> EncodedImage:
        value = single_value(words)
        if value is None:
            return self._encoded(words, mode, None)
        key = (Size(words.shape[1], words.shape[0]), mode, value)
        if key not in self._single:
            self._single[key] = self._encoded(words, mode, tuple(value.to_bytes(4, "little")[: len(mode)]))
        return self._single[key]

    def _encoded(self, words: Words, mode: str, color: tuple[int, ...] | None) -> EncodedImage:
        encoding = self._encoding
        if self._kind == MIXED:
            is_transparent = mode == "RGBA" and words.min() < OPAQUE
            encoding = self._mixed_transparent if is_transparent else self._mixed_opaque
        if pillow_kind(encoding) == "jpeg":
            return _jpeg(words, mode, encoding)._replace(single_color=color)
        if not encoding.colors:
            return EncodedImage(_true_color(words, mode, color), PNG, color)
        if not encoding.transparent:
            words, mode = words | OPAQUE, "RGB"
        return EncodedImage(_quantised(words, mode, color, encoding.colors), PNG, color)


def _jpeg(words: Words, mode: str, encoding: ImageEncoding) -> EncodedImage:
    if encoding.colors:
        return encode_image(image_from_words(words, mode), encoding)
    height, width = words.shape
    image = Image.frombuffer("RGBX", (width, height), words.tobytes(), "raw", "RGBX", 0, 1)  # which copies nothing
    return EncodedImage(saved(image, "jpeg", writer_options("jpeg", encoding)), JPEG)


def prepared(raster: Raster, encoding: ImageEncoding) -> FastRaster:
    """``raster`` in full colour where tiles need that: transparent ones, and palettes to be changed."""
    if isinstance(raster, FastRaster) and raster.words is not None:
        return raster
    image = image_of(raster)
    if image.mode == "P" and may_be_transparent(encoding):
        return _expanded(image, "RGBA")
    if image.mode == "P" and encoding.colors and not has_palette_of(image, encoding.colors):
        return _expanded(image, "RGB")
    if may_be_transparent(encoding):
        image = with_alpha_in_full_color(image)
    return FastRaster(image=image, mode=image.mode)


def _expanded(image: Image.Image, mode: str) -> FastRaster:
    words = words_from_palette(image, mode)
    if words is not None:
        return FastRaster(words=words, mode=mode)
    return FastRaster(image=image.convert("RGBA") if mode == "RGBA" else opaque(image), mode=mode)


def _cut_words(
    words: Words, mode: str, corner: tuple[int, int], size: Size, encoding: ImageEncoding
) -> tuple[Words, str]:
    """The tile's words, part of the raster's if all are there, and their mode: the canvas's where it sticks out."""
    left, top = corner
    inside = words[max(top, 0) : max(top + size.height, 0), max(left, 0) : max(left + size.width, 0)]
    if inside.shape == (size.height, size.width):
        return inside, mode
    mode = canvas_mode(encoding)
    blank = _TRANSPARENT_WHITE if mode == "RGBA" and may_be_transparent(encoding) else _WHITE
    canvas = np.full((size.height, size.width), blank, np.uint32)
    rows, columns = inside.shape
    if inside.size:
        y, x = max(-top, 0), max(-left, 0)
        canvas[y : y + rows, x : x + columns] = inside if mode == "RGBA" else inside | OPAQUE
    return canvas, mode


def _true_color(words: Words, mode: str, color: tuple[int, ...] | None) -> bytes:
    if color is not None:
        return single_color_png(words.shape[1], words.shape[0], color, palette=False)
    repeated = int(np.count_nonzero(words[:, 1:] == words[:, :-1]))
    return true_color_png(words, mode, photographic=repeated < _PHOTOGRAPHIC * words.size)


def _quantised(words: Words, mode: str, color: tuple[int, ...] | None, colors: int) -> bytes:
    if color is not None and words.size <= _EXACT_PIXELS:
        return single_color_png(words.shape[1], words.shape[0], color[: len(mode)], palette=True)
    indices, palette = quantise(words, mode, colors)
    alpha = palette[:, 3].tobytes() if mode == "RGBA" else b""
    return palette_png(indices, palette[:, :3].tobytes(), alpha)


def _with_own_palette(image: Image.Image) -> EncodedImage | None:
    """A palette image as it is, or None if there is more to it."""
    palette = image.getpalette()
    alpha = image.info.get("transparency", b"")
    if palette is None or "icc_profile" in image.info or not isinstance(alpha, (bytes, int)):
        return None
    if isinstance(alpha, int):
        alpha = b"\xff" * alpha + b"\0"
    body = palette_png(np.asarray(image), bytes(palette), alpha[: len(palette) // 3])
    return EncodedImage(body, PNG, single_color(image))
