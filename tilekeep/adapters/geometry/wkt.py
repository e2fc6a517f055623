"""Polygons as well-known text, one geometry a line (spec/coverages.md, 3.2)."""

from __future__ import annotations

import logging
from typing import Any

import shapely

from tilekeep.adapters.geometry.polygon_parts import polygon_parts
from tilekeep.domain.errors import ConfigurationError

_log = logging.getLogger("tilekeep.config.coverage")

_AREAL = frozenset({"Polygon", "MultiPolygon"})


def wkt_polygons(text: str, name: str) -> list[Any]:
    """The polygons in ``text``; other geometries are passed over with a warning that calls the text ``name``.

    :raises ConfigurationError: a line is no well-known text.
    """
    polygons: list[Any] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        geometry = _geometry(line.strip(), name, number)
        if geometry.geom_type in _AREAL:
            polygons += polygon_parts(geometry)
        else:
            _log.warning("passing over a %s in line %d of %s: only polygons count", geometry.geom_type, number, name)
    return polygons


def _geometry(line: str, name: str, number: int) -> Any:
    try:
        return shapely.from_wkt(line)
    except shapely.errors.ShapelyError as error:
        raise ConfigurationError(f"line {number} of {name!r} is no well-known text: {error}") from error
