"""Painting: from shapes in SRS units to an image, drawn several times as large and averaged down."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image, ImageDraw, ImageFont

from tilekeep.adapters.drawing.shapes import Shape
from tilekeep.adapters.drawing.sheet import Sheet, View
from tilekeep.adapters.sources.world.projected import ProjectedCountry, ProjectedWorld

Color = tuple[int, int, int]

WATER: Color = (183, 215, 230)
_GRATICULE: Color = (165, 201, 219)
_BORDER: Color = (172, 154, 140)
_COAST: Color = (112, 156, 180)
_TEXT: Color = (92, 84, 80)
_HALO: Color = (250, 248, 242)

#: Fills of countries by tint: pale, so that borders and labels stand out.
_LAND: tuple[Color, ...] = (
    (247, 241, 222),
    (228, 236, 210),
    (246, 228, 208),
    (221, 232, 223),
    (243, 226, 230),
    (236, 231, 244),
    (250, 236, 190),
)

_FONT_PX = 12.0


def paint(world: ProjectedWorld, graticule: Iterable[Shape], view: View) -> Image.Image:
    """The map: water, graticule, countries, borders, coasts, names."""
    painter = _Painter(view)
    painter.lines(graticule, _GRATICULE, 0.8)
    for country in world.countries:
        painter.country(country)
    painter.lines(world.borders, _BORDER, 0.9)
    painter.lines(world.coasts, _COAST, 1.1)
    for country in world.countries:
        painter.name(country)
    return painter.image()


class _Painter:
    """Draws on an enlarged canvas; widths and font sizes are in pixels of the result."""

    def __init__(self, view: View) -> None:
        self._sheet = Sheet(view)
        self._canvas = Image.new("RGB", self._sheet.size, WATER)
        self._draw = ImageDraw.Draw(self._canvas)
        self._font = ImageFont.load_default(_FONT_PX * self._sheet.enlarged)

    def image(self) -> Image.Image:
        return self._sheet.reduced(self._canvas)

    def lines(self, shapes: Iterable[Shape], color: Color, width_px: float) -> None:
        width = max(1, round(width_px * self._sheet.enlarged))
        for shape in shapes:
            if self._sheet.shows(shape):
                self._draw.line(self._sheet.pixels(shape), fill=color, width=width, joint="curve")

    def country(self, country: ProjectedCountry) -> None:
        color = _LAND[country.country.tint % len(_LAND)]
        for ring in country.rings:
            if self._sheet.shows(ring):
                self._draw.polygon(self._sheet.pixels(ring), fill=color)

    def name(self, country: ProjectedCountry) -> None:
        """The name in the middle of the largest part, if that is wide and high enough for it."""
        largest = country.rings[0].bbox
        width = self._draw.textlength(country.country.name, font=self._font)
        room = largest.width * self._sheet.x_scale, largest.height * self._sheet.y_scale
        if width > room[0] * 0.8 or room[1] < 2 * _FONT_PX * self._sheet.enlarged:
            return
        for ring in country.rings:
            same_part = ring.bbox.height == largest.height and len(ring.points) == len(country.rings[0].points)
            if same_part and self._sheet.shows(ring):
                self._write(country.country.name, _centroid(ring.points))

    def _write(self, name: str, at: tuple[float, float]) -> None:
        pixel = self._sheet.pixel(at)
        halo = round(1.5 * self._sheet.enlarged)
        self._draw.text(pixel, name, _TEXT, self._font, anchor="mm", stroke_width=halo, stroke_fill=_HALO)


def _centroid(ring: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """Centre of gravity of the area inside a ring."""
    x0, y0 = ring[0]
    area = x_sum = y_sum = 0.0
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
        area += cross
        x_sum += (ax + bx - 2 * x0) * cross
        y_sum += (ay + by - 2 * y0) * cross
    return (x0 + x_sum / (3 * area), y0 + y_sum / (3 * area)) if area else ring[0]
