"""Lines and rings cut at the edges of a box, so that nothing far away is drawn.

Rings after Sutherland and Hodgman (1974), segments after Liang and Barsky (1984).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from tilekeep.domain.geometry import BBox

Point = tuple[float, float]


def clipped_ring(ring: Sequence[Point], box: BBox) -> list[Point]:
    """The ring inside ``box``; where it leaves that it follows the edges.  Empty if nothing is inside."""
    points = list(ring)
    for inside, crossing in _edges(box):
        points = _cut(points, inside, crossing)
    return points


def clipped_lines(line: Sequence[Point], box: BBox) -> Iterator[list[Point]]:
    """The parts of a line inside ``box``, in order."""
    part: list[Point] = []
    for start, end in itertools.pairwise(line):
        inside = _segment(start, end, box)
        if inside is None:
            if part:
                yield part
            part = []
            continue
        first, last = inside
        if part and part[-1] != first:
            yield part
            part = []
        part = [*part, last] if part else [first, last]
    if part:
        yield part


def _edges(box: BBox) -> list[tuple[Callable[[Point], bool], Callable[[Point, Point], Point]]]:
    """For each edge, whether a point lies inside it, and where a segment crosses it."""
    return [
        (lambda p: p[0] >= box.min_x, lambda a, b: (box.min_x, _at(a[0], a[1], b[0], b[1], box.min_x))),
        (lambda p: p[0] <= box.max_x, lambda a, b: (box.max_x, _at(a[0], a[1], b[0], b[1], box.max_x))),
        (lambda p: p[1] >= box.min_y, lambda a, b: (_at(a[1], a[0], b[1], b[0], box.min_y), box.min_y)),
        (lambda p: p[1] <= box.max_y, lambda a, b: (_at(a[1], a[0], b[1], b[0], box.max_y), box.max_y)),
    ]


def _cut(
    points: Sequence[Point], inside: Callable[[Point], bool], crossing: Callable[[Point, Point], Point]
) -> list[Point]:
    found: list[Point] = []
    for before, point in zip([*points[-1:], *points[:-1]], points, strict=True):
        if inside(point) != inside(before):
            found.append(crossing(before, point))
        if inside(point):
            found.append(point)
    return found


def _at(along_a: float, across_a: float, along_b: float, across_b: float, value: float) -> float:
    """The other coordinate where the line through a and b has ``value`` in one."""
    return across_a + (across_b - across_a) * (value - along_a) / (along_b - along_a)


def _segment(start: Point, end: Point, box: BBox) -> tuple[Point, Point] | None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    first, last = 0.0, 1.0
    for step, room in (
        (-dx, start[0] - box.min_x),
        (dx, box.max_x - start[0]),
        (-dy, start[1] - box.min_y),
        (dy, box.max_y - start[1]),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    if first > last:
        return None
    ends = [
        start if first == 0 else (start[0] + first * dx, start[1] + first * dy),
        end if last == 1 else (start[0] + last * dx, start[1] + last * dy),
    ]
    return ends[0], ends[1]
