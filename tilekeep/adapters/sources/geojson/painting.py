"""Painting features: areas, then lines and outlines, then points; what overlaps is not darker for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from tilekeep.adapters.drawing.clipping import clipped_lines, clipped_ring
from tilekeep.adapters.drawing.shapes import Shape
from tilekeep.adapters.drawing.sheet import Sheet, View
from tilekeep.adapters.sources.geojson.projected import ProjectedFeatures
from tilekeep.domain.geometry import BBox

#: 8-bit red, green, blue and alpha.
Color = tuple[int, int, int, int]

_OPAQUE = 255

#: Room around the image in which ends and corners of lines are drawn that are not seen themselves, in pixels.
_MARGIN_PX = 4.0

_POINTS_OF_RING = 3


@dataclass(frozen=True, slots=True)
class GeojsonLook:
    """How features look; widths and radii in pixels of the map.

    :ivar background: the ground, or None for a transparent one.
    """

    fill: Color
    stroke: Color
    stroke_width: float
    point_radius: float
    background: Color | None = None


def paint(features: ProjectedFeatures, look: GeojsonLook, view: View) -> Image.Image:
    """The features in RGBA."""
    painter = _Painter(view, look)
    outlines = [ring for rings in features.polygons for ring in rings]
    image = Image.new("RGBA", (view.size.width, view.size.height), look.background or (*look.stroke[:3], 0))
    for color, mask in (
        (look.fill, painter.areas(features.polygons)),
        (look.stroke, painter.lines((*outlines, *features.lines))),
        (look.fill, painter.points(features.points, 0.0)),
        (look.stroke, painter.points(features.points, look.stroke_width)),
    ):
        if mask is not None and color[3]:
            alpha = mask if color[3] == _OPAQUE else mask.point([value * color[3] // _OPAQUE for value in range(256)])
            layer = Image.new("RGBA", image.size, color)
            layer.putalpha(alpha)
            image.alpha_composite(layer)
    return image


class _Painter:
    """Makes masks of what is covered, each on a sheet of its own; None where nothing is."""

    def __init__(self, view: View, look: GeojsonLook) -> None:
        self._sheet = Sheet(view)
        self._look = look
        self._margin = (_MARGIN_PX + max(look.stroke_width, look.point_radius)) * self._sheet.enlarged
        width, height = self._sheet.size
        self._box = BBox(-self._margin, -self._margin, width + self._margin, height + self._margin)

    def areas(self, polygons: Iterable[tuple[Shape, ...]]) -> Image.Image | None:
        found: Image.Image | None = None
        for rings in polygons:
            if not self._sheet.shows(rings[0]):
                continue
            found = found or self._empty()
            outline, *holes = (clipped_ring(self._sheet.pixels(ring), self._box) for ring in rings)
            if not any(holes):
                _fill(found, outline, _OPAQUE)
                continue
            with_holes = self._empty()
            _fill(with_holes, outline, _OPAQUE)
            for hole in holes:
                _fill(with_holes, hole, 0)
            found = ImageChops.lighter(found, with_holes)
        return found and self._sheet.reduced(found)

    def lines(self, shapes: Iterable[Shape]) -> Image.Image | None:
        width = round(self._look.stroke_width * self._sheet.enlarged)
        shown = [shape for shape in shapes if width and self._sheet.shows(shape, self._margin)]
        if not shown:
            return None
        mask = self._empty()
        draw = ImageDraw.Draw(mask)
        for shape in shown:
            for part in clipped_lines(self._sheet.pixels(shape), self._box):
                draw.line(part, fill=_OPAQUE, width=width, joint="curve")
                for end in (part[0], part[-1]):
                    _dot(draw, end, width / 2)
        return self._sheet.reduced(mask)

    def points(self, shapes: Iterable[Shape], rim_px: float) -> Image.Image | None:
        """Discs, or with ``rim_px`` rings of that width around them."""
        shown = [shape for shape in shapes if self._sheet.shows(shape, self._margin)]
        if not shown:
            return None
        mask = self._empty()
        draw = ImageDraw.Draw(mask)
        radius, rim = self._look.point_radius * self._sheet.enlarged, rim_px * self._sheet.enlarged
        for shape in shown:
            _dot(draw, self._sheet.pixel(shape.points[0]), radius)
        if rim:
            for shape in shown:
                _dot(draw, self._sheet.pixel(shape.points[0]), max(0.0, radius - rim), 0)
        return self._sheet.reduced(mask)

    def _empty(self) -> Image.Image:
        return Image.new("L", self._sheet.size)


def _fill(mask: Image.Image, ring: list[tuple[float, float]], value: int) -> None:
    if len(ring) >= _POINTS_OF_RING:
        ImageDraw.Draw(mask).polygon(ring, fill=value)


def _dot(draw: ImageDraw.ImageDraw, at: tuple[float, float], radius: float, value: int = _OPAQUE) -> None:
    draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=value)
