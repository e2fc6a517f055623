"""Laying rasters on a canvas by Pillow (spec/config-globals-grids.md, 8.6)."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops

from tilekeep.adapters.imaging.canvas import WHITE
from tilekeep.adapters.imaging.raster import image_of, is_opaque
from tilekeep.domain.image import Raster
from tilekeep.ports.imaging import Canvas, Placement

_FULL = 1.0


def the_result_itself(canvas: Canvas, placements: Sequence[Placement]) -> Raster | None:
    """The only raster, if it fills a transparent canvas, or hides an opaque one: then there is nothing to be laid."""
    if len(placements) != 1:
        return None
    raster, left, top, opacity, _ = placements[0]
    if left or top or raster.size != canvas.size:
        return None
    hides = is_opaque(raster) and (opacity is None or opacity >= _FULL)
    return raster if canvas.transparent or hides else None


def composed(canvas: Canvas, placements: Sequence[Placement]) -> Image.Image:
    """The canvas with all ``placements``."""
    background = canvas.background or WHITE
    if canvas.transparent:
        result = Image.new("RGBA", canvas.size, (*background, 0))
    else:
        result = Image.new("RGB", canvas.size, background)
    for placement in placements:
        _lay(result, placement)
    return result


def _lay(result: Image.Image, placement: Placement) -> None:
    image = image_of(placement.raster)
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    corner = (placement.left, placement.top)
    if placement.replaces:
        result.paste(image, corner)
        return
    faded = placement.opacity is not None and placement.opacity < _FULL
    if result.mode == "RGBA":
        _lay_on_transparent(result, _faded(image, placement.opacity or 0.0) if faded else image, corner)
    elif faded:
        _blend(result, image.convert("RGB"), corner, placement.opacity or 0.0)
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
