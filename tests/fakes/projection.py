"""Reference systems by formulas a test can follow: degrees and web mercator on a sphere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tests.fakes.catalogue import MERCATOR, UTM, WGS84
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import Srs

_RADIUS = 6378137.0

#: WGS 84 with the longitude first in every protocol.
LONGITUDE_FIRST = replace(WGS84, code="CRS:84", north_first=False)

#: The latitude at which the web mercator square ends.
_EDGE = 85.0511287798066


class FakeProjection:
    """A :class:`tilekeep.ports.projection.Projection` that knows WGS 84 and web mercator, and no way to any other.

    ``asked`` are the pairs of SRS codes for which boxes were transformed, in order.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def srs(self, code: str | int) -> Srs:
        known = {srs.code: srs for srs in (WGS84, LONGITUDE_FIRST, MERCATOR, UTM)}
        if str(code) not in known:
            raise ProjectionError(f"unknown SRS {code}")
        return known[str(code)]

    def geographic(self, srs: Srs) -> Srs:
        return WGS84

    def between(self, source: Srs, target: Srs) -> _Transform:
        return _Transform(self, source, target)

    def wkt(self, srs: Srs) -> str:
        return f'LOCAL_CS["{srs.code}"]'


class _Transform:
    def __init__(self, projection: FakeProjection, source: Srs, target: Srs) -> None:
        self._projection = projection
        self._source = source
        self._target = target

    def bbox(self, bbox: BBox) -> BBox:
        self._projection.asked.append((self._source.code, self._target.code))
        (left, bottom), (right, top) = self.points([bbox[:2], bbox[2:]])
        return BBox(left, bottom, right, top)

    def points(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        if self._source == self._target:
            return list(points)
        if (self._source, self._target) == (WGS84, MERCATOR):
            return [_to_mercator(*point) for point in points]
        if (self._source, self._target) == (MERCATOR, WGS84):
            return [_to_degrees(*point) for point in points]
        raise ProjectionError(f"no way from {self._source.code} to {self._target.code}")

    def axes(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]] | None:
        return [x for x, _ in self.points([(x, 0.0) for x in xs])], [y for _, y in self.points([(0.0, y) for y in ys])]


def _to_mercator(x: float, y: float) -> tuple[float, float]:
    y = max(-_EDGE, min(y, _EDGE))
    return math.radians(x) * _RADIUS, math.log(math.tan(math.pi / 4 + math.radians(y) / 2)) * _RADIUS


def _to_degrees(x: float, y: float) -> tuple[float, float]:
    return math.degrees(x / _RADIUS), math.degrees(2 * math.atan(math.exp(y / _RADIUS)) - math.pi / 2)
