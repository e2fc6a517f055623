"""Text written on images by Pillow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw

from tilekeep.adapters.imaging.typeface import Typeface, typeface
from tilekeep.domain.label import Color, Label, LabelPlace

#: Text may come from clients and upstream servers: what exceeds this is not on the image anyway.
_MOST_LINES = 100
_MOST_CHARACTERS = 500

_OPAQUE = 255


class _Layout(NamedTuple):
    """Pixels between the text and the edges of the image or its box, and between lines."""

    padding: int
    line_gap: int


_WATERMARK = _Layout(5, 3)
_MESSAGE = _Layout(3, 5)


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


def annotated(image: Image.Image, labels: Sequence[Label], font_dir: str | None) -> Image.Image:
    """A copy of ``image`` with ``labels``, in RGB if it is that, else in RGBA."""
    result = image.copy() if image.mode == "RGB" and "transparency" not in image.info else _with_alpha(image)
    for label in labels:
        _write(result, label, typeface(font_dir, label.font_size))
    return result


def _with_alpha(image: Image.Image) -> Image.Image:
    return image.copy() if image.mode == "RGBA" else image.convert("RGBA")


def _write(image: Image.Image, label: Label, face: Typeface) -> None:
    """Lines are placed as MapProxy places them, so that texts shared by neighbouring tiles of both meet.

    It measures each line from its ascender and then starts the ascender at the top of the ink.
    """
    lines = list(_lines(label.text))
    layout = _MESSAGE if label.place in {LabelPlace.TOP_LEFT, LabelPlace.BOTTOM_RIGHT} else _WATERMARK
    draw = ImageDraw.Draw(Image.new("L", (1, 1)))
    boxes: list[_Box] = []
    for line in lines:
        start = boxes[-1].bottom + layout.line_gap if boxes else 0
        boxes.append(_Box(*draw.textbbox((0, start), line, face)))
    if not boxes:
        return
    whole = _Box(*(pick(side) for pick, side in zip((min, min, max, max), zip(*boxes, strict=True), strict=True)))
    left, top = _offset(label.place, whole, image.size, layout.padding)
    if label.box is not None:
        padded = (
            int(whole.left + left) - layout.padding,
            int(whole.top + top) - layout.padding,
            int(whole.right + left) + layout.padding + 1,
            int(whole.bottom + top) + layout.padding + 1,
        )
        _paint(image, padded, label.box, None)
    for line, box in zip(lines, boxes, strict=True):
        _write_line(image, line, (int(box.left + left), int(box.top + top)), label.color, face)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines()[:_MOST_LINES]:
        yield "".join(character if character.isprintable() else " " for character in line[:_MOST_CHARACTERS])


def _offset(place: LabelPlace, whole: _Box, size: tuple[int, int], padding: int) -> tuple[float, float]:
    width, height = whole.right - whole.left, whole.bottom - whole.top
    if place is LabelPlace.TOP_LEFT:
        return padding, padding
    if place is LabelPlace.BOTTOM_RIGHT:
        return size[0] - padding - width, size[1] - padding - height
    middle = size[1] // 2 - height // 2
    if place is LabelPlace.LEFT_EDGE:
        return -width // 2, middle
    if place is LabelPlace.RIGHT_EDGE:
        return size[0] - width // 2, middle
    return size[0] // 2 - width // 2, middle


def _write_line(image: Image.Image, line: str, at: tuple[int, int], color: Color, face: Typeface) -> None:
    box = _Box(*ImageDraw.Draw(image).textbbox(at, line, face))
    left, top, right, bottom = int(box.left) - 1, int(box.top) - 1, int(box.right) + 2, int(box.bottom) + 2
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height)
    if left >= right or top >= bottom:
        return
    ink = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(ink).text((at[0] - left, at[1] - top), line, fill=_OPAQUE, font=face)
    _paint(image, (left, top, right, bottom), color, ink)


def _paint(image: Image.Image, box: tuple[int, int, int, int], color: Color, ink: Image.Image | None) -> None:
    """Lays ``color`` over the ``box`` of ``image``, where and as far as there is ``ink``; None is everywhere."""
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], image.width), min(box[3], image.height)
    if left >= right or top >= bottom:
        return
    alpha = color[3]
    if ink is None:
        ink = Image.new("L", (right - left, bottom - top), alpha)
    elif alpha < _OPAQUE:
        ink = ink.point([value * alpha // _OPAQUE for value in range(256)])
    if image.mode == "RGB":
        image.paste(color[:3], (left, top, right, bottom), ink)
        return
    layer = Image.new("RGBA", ink.size, color)
    layer.putalpha(ink)
    image.alpha_composite(layer, (left, top))
