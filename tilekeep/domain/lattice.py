"""Control points of a warp: as many lines as it takes for linear interpolation to be good in between."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tilekeep.domain.geometry import Size

Point = tuple[float, float]

#: Pixels of the map between the first lines.
_COARSEST = 256

#: Pixels of the raster by which the middle between two lines may be off; the line drawn there is kept.  Neighbouring
#: maps, whose lines are others, then fit together.
_TOLERANCE = 0.25

#: Tests in a row that an interval and those it is a part of have to pass: where a map is bent to one side here and to
#: the other one there, the very middle may be right by chance, but not that of the half as well.
_TESTS = 2

#: By halving a bent interval its middle comes so much nearer: earlier tests permit as much more.
_NEARER = 4

#: Points of one lattice.  More are asked for only where a map is torn along its diagonal, and would not mend it.
_MOST_POINTS = 1 << 14


class Lattice(NamedTuple):
    """Lines across a map, and what :func:`fitted_lattice` projected their crossings to, row by row."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]
    points: tuple[Point, ...]


class FittedLines(NamedTuple):
    """Lines along one axis of a map, and the coordinate of the raster at each."""

    at: tuple[int, ...]
    values: tuple[float, ...]


class _Lines(NamedTuple):
    """Lines along an axis, the tests that each interval between them has yet to pass, and which lines are new."""

    at: tuple[int, ...]
    doubts: tuple[int, ...]
    new: tuple[int, ...] = ()

    @property
    def settled(self) -> bool:
        return not any(self.doubts)


def fitted_lattice(size: Size, source_size: Size, project: Callable[[Sequence[Point]], list[Point]]) -> Lattice:
    """A lattice over a map of ``size`` pixels; ``project`` gives the pixels of the raster, infinite for no image.

    Intervals whose middle is not where it would be by interpolation are halved, along each axis for itself, down to
    single pixels: so a tear in the map or a pole costs no more than the lines next to it.
    """
    columns, rows = _halved(_first_lines(size.width)), _halved(_first_lines(size.height))
    while True:
        points = project([(float(x), float(y)) for y in rows.at for x in columns.at])
        lattice = Lattice(columns.at, rows.at, tuple(points))
        lines_down = [points[index :: len(columns.at)] for index in range(len(columns.at))]
        lines_across = [points[start : start + len(columns.at)] for start in range(0, len(points), len(columns.at))]
        columns = _judged(columns, lines_down, source_size)
        rows = _judged(rows, lines_across, source_size)
        if columns.settled and rows.settled:
            return lattice
        columns, rows = _halved(columns), _halved(rows)
        if len(columns.at) * len(rows.at) > _MOST_POINTS:
            return lattice


def fitted_lines(length: int, source_length: int, project: Callable[[Sequence[float]], Sequence[float]]) -> FittedLines:
    """The same along one axis, for a map whose axes are those of the raster; all has an image."""
    lines = _halved(_Lines((0, length), _open_doubts((0, length), [_TESTS])))
    while True:
        values = project([float(at) for at in lines.at])
        judged = _judged(lines, [[(value,)] for value in values], (source_length,))
        if judged.settled:
            return FittedLines(lines.at, tuple(values))
        lines = _halved(judged)


def _first_lines(length: int) -> _Lines:
    """Lines from 0 to ``length``, as even as whole pixels permit."""
    intervals = math.ceil(length / _COARSEST)
    at = tuple(index * length // intervals for index in range(intervals + 1))
    return _Lines(at, _open_doubts(at, [_TESTS] * intervals))


def _halved(lines: _Lines) -> _Lines:
    """``lines`` with one more in the middle of each interval that is in doubt."""
    at, doubts, new = [lines.at[0]], [], []
    for (low, high), doubt in zip(pairwise(lines.at), lines.doubts, strict=True):
        if doubt:
            new.append(len(at))
            at.append((low + high) // 2)
            doubts.append(doubt)
        at.append(high)
        doubts.append(doubt)
    return _Lines(tuple(at), tuple(doubts), tuple(new))


def _judged(lines: _Lines, points: Sequence[Sequence[tuple[float, ...]]], source_size: tuple[int, ...]) -> _Lines:
    """``lines`` with what is left of the doubts after a look at the ``points`` on each new line and its neighbours."""
    doubts = list(lines.doubts)
    for line in lines.new:
        before, at, after = lines.at[line - 1 : line + 2]
        share = (at - before) / (after - before)
        triples = zip(points[line - 1], points[line], points[line + 1], strict=True)
        tolerance = _TOLERANCE * _NEARER ** (doubts[line] - 1)
        is_off = any(_is_off(*triple, share, source_size, tolerance) for triple in triples)
        doubts[line - 1] = doubts[line] = _TESTS if is_off else doubts[line] - 1
    return _Lines(lines.at, _open_doubts(lines.at, doubts))


def _open_doubts(at: Sequence[int], doubts: Sequence[int]) -> tuple[int, ...]:
    """The ``doubts`` without those about single pixels, which cannot be halved."""
    return tuple(doubt if high - low > 1 else 0 for (low, high), doubt in zip(pairwise(at), doubts, strict=True))


def _is_off(
    before: tuple[float, ...],
    at: tuple[float, ...],
    after: tuple[float, ...],
    share: float,
    source_size: tuple[int, ...],
    tolerance: float,
) -> bool:
    finite = [all(map(math.isfinite, point)) for point in (before, at, after)]
    if not all(finite):
        return any(finite)
    for first, middle, last, length in zip(before, at, after, source_size, strict=True):
        if max(first, middle, last) < 0 or min(first, middle, last) > length:
            return False
    return any(
        abs(first + share * (last - first) - middle) > tolerance
        for first, middle, last in zip(before, at, after, strict=True)
    )
