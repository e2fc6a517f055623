"""Control points of a warp: as many lines as it takes for linear interpolation to be good in between."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tilekeep.domain.geometry import Size

Point = tuple[float, float]

#: Pixels of the map between the first lines, which are then halved once at least.
_COARSEST = 128

#: Pixels of the raster by which the middle between two lines may be off; the line drawn there is kept.
_TOLERANCE = 0.5

#: Points of one lattice.  More are asked for only where a map is torn along its diagonal, and would not mend it.
_MOST_POINTS = 1 << 14


class Lattice(NamedTuple):
    """Lines across a map, and what :func:`fitted_lattice` projected their crossings to, row by row."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]
    points: tuple[Point, ...]


class _Lines(NamedTuple):
    """Lines along an axis; those at the indexes ``tests`` are new, and judged by their neighbours."""

    at: tuple[int, ...]
    tests: tuple[int, ...] = ()


def fitted_lattice(size: Size, source_size: Size, project: Callable[[Sequence[Point]], list[Point]]) -> Lattice:
    """A lattice over a map of ``size`` pixels; ``project`` gives the pixels of the raster, infinite for no image.

    Intervals whose middle is not where it would be by interpolation are halved, along each axis for itself, down to
    single pixels: so a tear in the map or a pole costs no more than the lines next to it.
    """
    columns, rows = _first_lines(size.width), _first_lines(size.height)
    while True:
        points = project([(float(x), float(y)) for y in rows.at for x in columns.at])
        lattice = Lattice(columns.at, rows.at, tuple(points))
        lines_down = [points[index :: len(columns.at)] for index in range(len(columns.at))]
        lines_across = [points[start : start + len(columns.at)] for start in range(0, len(points), len(columns.at))]
        columns = _halved(columns.at, _bad_intervals(columns, lines_down, source_size))
        rows = _halved(rows.at, _bad_intervals(rows, lines_across, source_size))
        if not (columns.tests or rows.tests) or len(columns.at) * len(rows.at) > _MOST_POINTS:
            return lattice


def _first_lines(length: int) -> _Lines:
    """Lines from 0 to ``length``, as even as whole pixels permit, and those halfway between to test them."""
    intervals = math.ceil(length / _COARSEST)
    return _halved(tuple(index * length // intervals for index in range(intervals + 1)), range(intervals))


def _halved(lines: tuple[int, ...], intervals: Iterable[int]) -> _Lines:
    """``lines`` with one more in the middle of each of the ``intervals`` that is wider than a pixel."""
    wanted = {index for index in intervals if lines[index + 1] - lines[index] > 1}
    at, tests = [lines[0]], []
    for index, line in enumerate(lines[1:]):
        if index in wanted:
            tests.append(len(at))
            at.append((lines[index] + line) // 2)
        at.append(line)
    return _Lines(tuple(at), tuple(tests))


def _bad_intervals(lines: _Lines, points: Sequence[Sequence[Point]], source_size: Size) -> list[int]:
    """The intervals on both sides of each new line whose ``points`` are not between those of its neighbours."""
    bad = []
    for test in lines.tests:
        before, at, after = lines.at[test - 1 : test + 2]
        share = (at - before) / (after - before)
        triples = zip(points[test - 1], points[test], points[test + 1], strict=True)
        if any(_is_off(*triple, share, source_size) for triple in triples):
            bad += [test - 1, test]
    return bad


def _is_off(before: Point, at: Point, after: Point, share: float, source_size: Size) -> bool:
    finite = [math.isfinite(point[0]) and math.isfinite(point[1]) for point in (before, at, after)]
    if not all(finite):
        return any(finite)
    for axis in (0, 1):
        first, middle, last = before[axis], at[axis], after[axis]
        if max(first, middle, last) < 0 or min(first, middle, last) > source_size[axis]:
            return False
    return any(abs(before[axis] + share * (after[axis] - before[axis]) - at[axis]) > _TOLERANCE for axis in (0, 1))
