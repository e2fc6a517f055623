"""Laying rasters on a canvas by Pillow (spec/config-globals-grids.md, 8.6)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from PIL import Image, ImageChops

from tilekeep.adapters.imaging.alpha import with_alpha_in_full_color
from tilekeep.adapters.imaging.canvas import empty
from tilekeep.adapters.imaging.deep import DeepCanvas, begins_deep, in_eight_bits, is_deep_raster
from tilekeep.adapters.imaging.raster import bands_of, image_of, is_opaque
from tilekeep.adapters.imaging.strips import Wrap, whole
from tilekeep.domain.image import Raster
from tilekeep.ports.imaging import Canvas, Placement

_FULL = 1.0


def composed(canvas: Canvas, placements: Iterable[Placement], raster_of: Wrap) -> Raster:
    """The canvas with all ``placements``, each let go before the next is asked for; ``raster_of`` wraps the image.

    The only raster is the result itself if it fills a transparent canvas, or hides an opaque one.
    """
    waiting = iter(placements)
    first = list(itertools.islice(waiting, 2))
    if len(first) == 1 and _is_the_result(canvas, first[0]):
        return whole(first[0].raster, raster_of)
    if first and begins_deep(first[0]):
        return raster_of(_deep(canvas, first, waiting))
    return raster_of(_in_colors(empty(canvas), first, waiting))


def _in_colors(result: Image.Image, first: list[Placement], waiting: Iterator[Placement]) -> Image.Image:
    while first:
        _lay(result, first.pop(0))
    for placement in waiting:
        _lay(result, placement)
    return result


def _deep(canvas: Canvas, first: list[Placement], waiting: Iterator[Placement]) -> Image.Image:
    """Deep images over each other; anything in colours among them makes the whole one in colours."""
    deep = DeepCanvas(canvas.size)
    while first or (first := list(itertools.islice(waiting, 1))):
        if not begins_deep(first[0]):
            return _in_colors(deep.in_colors(empty(canvas)), first, waiting)
        placement = first.pop(0)
        deep.lay(image_of(placement.raster), (placement.left, placement.top))
    return deep.image


def _is_the_result(canvas: Canvas, placement: Placement) -> bool:
    raster, left, top, opacity, _ = placement
    if left or top or raster.size != canvas.size:
        return False
    hides = (is_opaque(raster) or is_deep_raster(raster)) and (opacity is None or opacity >= _FULL)
    return canvas.transparent or hides


def _lay(result: Image.Image, placement: Placement) -> None:
    for top, band in bands_of(placement.raster):
        _lay_band(result, band, placement, (placement.left, placement.top + top))


def _lay_band(result: Image.Image, image: Image.Image, placement: Placement, corner: tuple[int, int]) -> None:
    image = with_alpha_in_full_color(in_eight_bits(image))
    if placement.replaces:
        result.paste(image, corner)
        return
    faded = placement.opacity is not None and placement.opacity < _FULL
    if result.mode == "RGBA":
        _lay_on_transparent(result, _faded(image, placement.opacity or 0.0) if faded else image, corner)
    elif faded:
        _blend(result, image, corner, placement.opacity or 0.0)
    elif image.mode == "RGBA":
        result.paste(image, corner, image)
    else:
        result.paste(image, corner)


def _lay_on_transparent(result: Image.Image, image: Image.Image, corner: tuple[int, int]) -> None:
    if image.mode != "RGBA":
        result.paste(image, corner)
        return
    visible, at = _visible_part(result, image, corner)
    if visible is not None:
        result.alpha_composite(visible, at)


def _blend(result: Image.Image, image: Image.Image, corner: tuple[int, int], opacity: float) -> None:
    """Where the image is transparent the canvas stays as it is, whatever colour is hidden there."""
    if image.mode == "RGBA":
        faded = _faded(image, opacity)
        result.paste(faded, corner, faded)
        return
    image = image.convert("RGB")
    visible, at = _visible_part(result, image, corner)
    if visible is not None:
        below = result.crop((*at, at[0] + visible.width, at[1] + visible.height))
        result.paste(Image.blend(below, visible, opacity), at)


def _faded(image: Image.Image, opacity: float) -> Image.Image:
    image = image.convert("RGBA")
    alpha = image.getchannel("A")
    image.putalpha(ImageChops.multiply(alpha, Image.new("L", image.size, int(255 * opacity))))
    return image


def _visible_part(
    result: Image.Image, image: Image.Image, corner: tuple[int, int]
) -> tuple[Image.Image | None, tuple[int, int]]:
    """The part of ``image`` that lies on the canvas, and its corner there."""
    left, top = corner
    box = (max(-left, 0), max(-top, 0), min(image.width, result.width - left), min(image.height, result.height - top))
    if box[0] >= box[2] or box[1] >= box[3]:
        return None, (0, 0)
    whole = box == (0, 0, image.width, image.height)
    return (image if whole else image.crop(box)), (max(left, 0), max(top, 0))
