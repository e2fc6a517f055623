"""Polygons as plain numbers, in the units that the context states."""

from __future__ import annotations

from typing import NamedTuple

#: Corners of a closed line; the first is not repeated at the end.
Ring = tuple[tuple[float, float], ...]


class Polygon(NamedTuple):
    """An area inside ``exterior`` and outside all ``holes``."""

    exterior: Ring
    holes: tuple[Ring, ...] = ()
