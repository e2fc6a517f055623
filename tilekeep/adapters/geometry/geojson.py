"""Polygons in GeoJSON (spec/coverages.md, 3.3; RFC 7946)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import shapely
import shapely.geometry

from tilekeep.adapters.geometry.polygon_parts import polygon_parts
from tilekeep.domain.errors import ConfigurationError

_log = logging.getLogger("tilekeep.config.coverage")

_AREAL = frozenset({"Polygon", "MultiPolygon"})


def geojson_polygons(text: str, name: str) -> list[Any]:
    """The polygons in ``text``; what else is in it is passed over with a warning that calls the text ``name``.

    A ``crs`` member is ignored: the coverage says what the coordinates mean.

    :raises ConfigurationError: it is no GeoJSON, or has a polygon without usable coordinates.
    """
    root = _parsed(text, name)
    polygons: list[Any] = []
    for geometry in _geometries(root, name):
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if kind in _AREAL:
            polygons += polygon_parts(_shape(geometry, name))
        else:
            _log.warning("passing over a geometry of type %r in %s: only polygons count", kind, name)
    return polygons


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name!r} is no JSON: {error}") from error
    if not isinstance(root, dict) or not root.get("type"):
        raise ConfigurationError(f"{name!r} is no GeoJSON: it states no type")
    return root


def _geometries(root: dict[str, Any], name: str) -> Iterator[Any]:
    """The geometries of all features that have one."""
    kind = root["type"]
    if kind == "FeatureCollection":
        features = root.get("features")
        if not isinstance(features, list):
            raise ConfigurationError(f"{name!r} is no GeoJSON: the collection has no list of features")
        for feature in features:
            if isinstance(feature, dict) and feature.get("geometry"):
                yield feature["geometry"]
    elif kind == "Feature":
        if root.get("geometry"):
            yield root["geometry"]
    else:
        yield root


def _shape(geometry: dict[str, Any], name: str) -> Any:
    try:
        return shapely.geometry.shape(geometry)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, shapely.errors.ShapelyError) as error:
        message = f"{name!r} has a {geometry['type']} without usable coordinates: {error}"
        raise ConfigurationError(message) from error
