"""Spatial reference systems and transformations between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import Srs


class Transform(Protocol):
    """Transforms coordinates from one SRS to another, always in x/y order.  Safe to call from any thread."""

    def bbox(self, bbox: BBox) -> BBox:
        """The envelope of the transformed outline (spec/config-globals-grids.md, 10).

        Where x are longitudes it has all of them if the box reaches across the antimeridian or holds a pole, and that.

        :raises ProjectionError: no point of the outline has a finite image.
        """
        ...

    def points(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """The transformed points; a point without image has infinite coordinates."""
        ...

    def axes(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]] | None:
        """``xs`` and ``ys`` transformed each for itself; None unless no x depends on an y and no y on an x.

        Where it is possible for the ends of an interval it is so for all between them.
        """
        ...


class Projection(Protocol):
    """Knows spatial reference systems.  Safe to call from any thread."""

    def srs(self, code: str | int) -> Srs:
        """The SRS of ``AUTHORITY:CODE``, any case, or of a bare EPSG number.

        :raises ProjectionError: unknown code.
        """
        ...

    def geographic(self, srs: Srs) -> Srs:
        """WGS 84 for an SRS of the Earth; for one of another celestial body the SRS in degrees that it is made from.

        :raises ProjectionError: no such is known.
        """
        ...

    def between(self, source: Srs, target: Srs) -> Transform:
        """The transformation from ``source`` to ``target``."""
        ...

    def wkt(self, srs: Srs) -> str:
        """The definition of an SRS in well-known text that GIS programs read (OGC 01-009).

        :raises ProjectionError: it cannot be said in this text.
        """
        ...
