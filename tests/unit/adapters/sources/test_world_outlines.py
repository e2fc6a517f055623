"""The countries as GeoJSON, in any SRS."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.sources.world.outlines import WorldOutlines
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.srs import Srs

PROJECTION = PyprojProjection()

BERLIN, SYDNEY, ATLANTIC, ANTARCTIC = (13.4, 52.5), (150.9, -33.9), (-30.0, 40.0), (60.0, -80.0)


def countries(code: str) -> list[Any]:
    """Their shapes, those without image left out."""
    document = json.loads(WorldOutlines(PROJECTION)(PROJECTION.srs(code)))
    return [shape(feature["geometry"]) for feature in document["features"] if feature["geometry"]["coordinates"]]


def covers(code: str, place: tuple[float, float]) -> bool:
    """Whether a place, given in degrees, lies in a country."""
    (there,) = PROJECTION.between(PROJECTION.srs("CRS:84"), PROJECTION.srs(code)).points([place])
    return any(shapely.contains(country, shapely.Point(there)) for country in countries(code))


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:3857", "EPSG:3035", "EPSG:25832"])
def test_land_is_land_and_sea_is_sea(code: str) -> None:
    assert covers(code, BERLIN)
    assert not covers(code, ATLANTIC)


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:3857"])
def test_all_the_world_is_there(code: str) -> None:
    assert covers(code, SYDNEY)
    assert covers(code, ANTARCTIC)
    assert len(countries(code)) > 170


@pytest.mark.parametrize("code", ["EPSG:25832", "EPSG:2056", "EPSG:3995"])
def test_nothing_is_folded_over_the_map(code: str) -> None:
    """What lies far beyond the area of a projection comes out as lines across half of the world."""
    for country in countries(code):
        for polygon in country.geoms:
            corners = shapely.get_coordinates(polygon)
            steps = [math.dist(one, other) for one, other in itertools.pairwise(corners)]
            assert max(steps) < 2.3e7


def test_rings_are_closed_and_numbers_finite() -> None:
    for country in countries("EPSG:25832"):
        for polygon in country.geoms:
            assert polygon.exterior.is_closed
            assert all(map(math.isfinite, polygon.bounds))


def test_an_srs_without_way_from_degrees_is_refused() -> None:
    unknown = Srs("EPSG:0", "nothing", geographic=False, north_first=False, metres_per_unit=1.0)

    with pytest.raises(ProjectionError):
        WorldOutlines(PROJECTION)(unknown)
