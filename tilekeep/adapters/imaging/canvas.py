"""Empty images (spec/config-globals-grids.md, 8.5)."""

from __future__ import annotations

from PIL import Image

from tilekeep.adapters.imaging.deep import empty_deep, in_deep_mode, is_deep_mode
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import MIXED, ImageEncoding
from tilekeep.ports.imaging import Canvas

WHITE = (255, 255, 255)
TRANSPARENT_WHITE = (255, 255, 255, 0)

_SINGLE_BAND_MODES = frozenset({"1", "L"})


def empty(canvas: Canvas) -> Image.Image:
    """The canvas as an image, with alpha if it is transparent."""
    if canvas.transparent:
        return Image.new("RGBA", canvas.size, canvas.color)
    return Image.new("RGB", canvas.size, canvas.color[:3])


def may_be_transparent(encoding: ImageEncoding) -> bool:
    """Whether images in ``encoding`` may have transparent pixels; ``mixed`` ones always may."""
    return bool(encoding.transparent) or encoding.format == MIXED


def canvas_mode(encoding: ImageEncoding) -> str:
    """The band layout of an empty image; palettes begin as full colour."""
    if encoding.mode in (None, "P"):
        return "RGBA" if may_be_transparent(encoding) else "RGB"
    return encoding.mode


def empty_canvas(size: Size, encoding: ImageEncoding) -> Image.Image:
    """White, and transparent if ``encoding`` is; nothing in deep ones."""
    mode = canvas_mode(encoding)
    if is_deep_mode(mode):
        return empty_deep(mode, size)
    if mode in _SINGLE_BAND_MODES:
        return Image.new(mode, size, 255)
    return Image.new(mode, size, TRANSPARENT_WHITE if mode == "RGBA" and may_be_transparent(encoding) else WHITE)


def cut(image: Image.Image, corner: tuple[int, int], size: Size, encoding: ImageEncoding) -> Image.Image:
    """The part of ``image`` whose upper left corner is ``corner``; what lies outside shows the empty canvas."""
    left, top = corner
    if corner == (0, 0) and size == image.size:
        return image
    right, bottom = left + size.width, top + size.height
    if left >= 0 and top >= 0 and right <= image.width and bottom <= image.height:
        return image.crop((left, top, right, bottom))
    canvas = empty_deep(image.mode, size) if is_deep_mode(image.mode) else empty_canvas(size, encoding)
    inside = (max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height))
    if inside[0] < inside[2] and inside[1] < inside[3]:
        part = image.crop(inside)
        canvas.paste(_pasted(part, canvas.mode), (max(-left, 0), max(-top, 0)))
    return canvas


def _pasted(part: Image.Image, mode: str) -> Image.Image:
    """``part`` as it can be pasted into an image of ``mode``."""
    if is_deep_mode(mode):
        return in_deep_mode(part, mode)
    return part.convert("RGBA") if part.mode == "P" else part
