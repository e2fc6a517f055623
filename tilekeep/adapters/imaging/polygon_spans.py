"""The pixels whose centres lie in polygons, as stretches of rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tilekeep.domain.geometry import Size
from tilekeep.domain.polygon import Polygon, Ring


class Span(NamedTuple):
    """The pixels of row ``y`` from ``start`` up to and without ``end``."""

    y: int
    start: int
    end: int


def spans(polygons: Sequence[Polygon], size: Size) -> Iterator[Span]:
    """Where an image of ``size`` is inside any of the ``polygons``, which may overlap each other, row by row.

    Each edge changes, at the first pixel to its right in each row, how many polygons one is in.  A polygon with a
    corner that is no number covers nothing.
    """
    changes: list[dict[int, int]] = [{} for _ in range(size.height)]
    for polygon in polygons:
        if all(
            math.isfinite(value) for ring in (polygon.exterior, *polygon.holes) for point in ring for value in point
        ):
            _note(changes, polygon.exterior, 1, size)
            for hole in polygon.holes:
                _note(changes, hole, -1, size)
    for y, row in enumerate(changes):
        depth, start = 0, 0
        for column in sorted(row):
            if depth > 0 >= depth + row[column]:
                yield Span(y, start, column)
            elif depth <= 0 < depth + row[column]:
                start = column
            depth += row[column]


def _note(changes: list[dict[int, int]], ring: Ring, sign: int, size: Size) -> None:
    """Counts ``sign`` inside of ``ring``, whichever way round its corners go."""
    if _doubled_area(ring) < 0:
        sign = -sign
    for (x0, y0), (x1, y1) in _edges(ring):
        first = max(math.ceil(min(y0, y1) - 0.5), 0)
        end = min(math.ceil(max(y0, y1) - 0.5), size.height)
        change = sign if y1 < y0 else -sign
        for y in range(first, end):
            x = x0 + (y + 0.5 - y0) / (y1 - y0) * (x1 - x0)
            column = min(max(math.ceil(x - 0.5), 0), size.width)
            changes[y][column] = changes[y].get(column, 0) + change


def _edges(ring: Ring) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    return zip(ring, (*ring[1:], *ring[:1]), strict=True)


def _doubled_area(ring: Ring) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in _edges(ring))
