"""The sheet that a map is drawn on: several times as large, and averaged down when it is done."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from tilekeep.adapters.drawing.shapes import Shape, box_around, moved_east, touch
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.ports.projection import Projection

_LARGEST_SHEET_PIXELS = 40_000_000
_FINEST = 3

#: Points per axis at which a query is looked up in degrees.
_SAMPLES = 8

_WORLD_IN_DEGREES = BBox(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class View:
    """The part of the plane that is drawn: ``bbox`` in SRS units on ``size`` pixels.

    ``degrees`` is the part of the world it shows: projections made for one region throw the far side of the world
    into it, which must not be drawn.
    """

    bbox: BBox
    size: Size
    degrees: BBox

    @classmethod
    def of(cls, query: MapQuery, projection: Projection) -> View:
        """The view of a map, whose degrees are judged by points all over it, poles included.

        :raises ProjectionError: there is no way from its SRS to degrees.
        """
        box, steps = query.bbox, range(_SAMPLES + 1)
        samples = [
            (box.min_x + box.width * i / _SAMPLES, box.min_y + box.height * j / _SAMPLES) for i in steps for j in steps
        ]
        seen = projection.between(query.srs, projection.srs("CRS:84")).points(samples)
        finite = [point for point in seen if math.isfinite(point[0]) and math.isfinite(point[1])]
        if not finite:
            return cls(box, query.size, _WORLD_IN_DEGREES)
        around = box_around(finite)
        margin_x, margin_y = around.width / _SAMPLES, around.height / _SAMPLES
        degrees = BBox(
            max(around.min_x - margin_x, -180.0),
            max(around.min_y - margin_y, -90.0),
            min(around.max_x + margin_x, 180.0),
            min(around.max_y + margin_y, 90.0),
        )
        return cls(box, query.size, degrees)

    @property
    def oversampling(self) -> int:
        """How many pixels are drawn for one, per axis: fewer for very large images."""
        fits = (n for n in range(_FINEST, 1, -1) if n * n * self.size.width * self.size.height <= _LARGEST_SHEET_PIXELS)
        return next(fits, 1)


class Sheet:
    """Where the shapes of a view lie among the pixels of the enlarged image; widths there are ``enlarged`` times."""

    def __init__(self, view: View) -> None:
        self._bbox = view.bbox
        self._degrees = [moved_east(view.degrees, turn * 360.0) for turn in (-1, 0, 1)]
        self.enlarged = view.oversampling
        self.size = (view.size.width * self.enlarged, view.size.height * self.enlarged)
        self.x_scale = self.size[0] / view.bbox.width
        self.y_scale = self.size[1] / view.bbox.height

    def shows(self, shape: Shape, margin_px: float = 0.0) -> bool:
        """Whether anything of a shape is seen, if it is drawn up to ``margin_px`` pixels of the sheet wider."""
        dx, dy = margin_px / self.x_scale, margin_px / self.y_scale
        box = BBox(self._bbox.min_x - dx, self._bbox.min_y - dy, self._bbox.max_x + dx, self._bbox.max_y + dy)
        return touch(shape.bbox, box) and any(touch(shape.degrees, part) for part in self._degrees)

    def pixels(self, shape: Shape) -> list[tuple[float, float]]:
        """The points of a shape."""
        return [self.pixel(point) for point in shape.points]

    def pixel(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point in SRS units."""
        return (point[0] - self._bbox.min_x) * self.x_scale, (self._bbox.max_y - point[1]) * self.y_scale

    def reduced(self, drawn: Image.Image) -> Image.Image:
        """What was drawn on the sheet, in the size of the map."""
        return drawn.reduce(self.enlarged) if self.enlarged > 1 else drawn
