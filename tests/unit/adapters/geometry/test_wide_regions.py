"""Areas that an SRS cannot show as a whole (spec/coverages.md, 5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import shapely

from tilekeep.adapters.geometry.area import Area
from tilekeep.adapters.geometry.boxes import BoxArea
from tilekeep.adapters.geometry.polygons import PolygonArea
from tilekeep.adapters.geometry.wide_region import WideRegion
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.region import Region, Relation

PROJECTION = PyprojProjection()
WGS84 = PROJECTION.srs(4326)
WORLD = BBox(-180, -90, 180, 90)
WEST_OF_9_DEGREES = BBox(-180, -90, 9, 90)

#: In UTM zone 32, around its central meridian of 9 degrees, at (500000, y).
AROUND_9_DEGREES = BBox(400_000, 5_000_000, 600_000, 5_200_000)

#: Where UTM zone 32 ends for good.
A_QUARTER_AROUND = BBox(98.9, -0.1, 99.1, 0.1)


def as_box(bbox: BBox) -> Area:
    return BoxArea(bbox, WGS84)


def as_polygon(bbox: BBox) -> Area:
    return PolygonArea(shapely.box(*bbox), WGS84)


both_kinds = pytest.mark.parametrize("area", [as_box, as_polygon])


def in_zone_32(area: Area) -> Region:
    return area.region_in(PROJECTION.srs(25832), PROJECTION)


@both_kinds
def test_the_world_contains_all_of_a_narrow_zone(area: Callable[[BBox], Area]) -> None:
    region = in_zone_32(area(WORLD))

    assert isinstance(region, WideRegion)
    assert region.relate(AROUND_9_DEGREES) is Relation.CONTAINS


@both_kinds
def test_its_box_is_around_what_can_be_shown(area: Callable[[BBox], Area]) -> None:
    box = in_zone_32(area(WORLD)).bbox

    assert box.contains(BBox(-3e6, -9e6, 4e6, 9e6))
    assert max(map(abs, box)) < 2.1e7


@both_kinds
def test_a_border_inside_the_zone_is_found(area: Callable[[BBox], Area]) -> None:
    region = in_zone_32(area(WEST_OF_9_DEGREES))

    assert region.relate(AROUND_9_DEGREES) is Relation.INTERSECTS
    assert region.relate(BBox(400_000, 5_000_000, 450_000, 5_200_000)) is Relation.CONTAINS
    assert region.relate(BBox(550_000, 5_000_000, 600_000, 5_200_000)) is Relation.DISJOINT


@both_kinds
def test_a_mask_ends_at_the_border(area: Callable[[BBox], Area]) -> None:
    [polygon] = in_zone_32(area(WEST_OF_9_DEGREES)).mask(AROUND_9_DEGREES, Size(200, 200))

    assert max(x for x, _ in polygon.exterior) == pytest.approx(99.9)
    assert min(x for x, _ in polygon.exterior) == pytest.approx(0.1)


@both_kinds
def test_an_area_that_fits_is_projected_once(area: Callable[[BBox], Area]) -> None:
    assert not isinstance(in_zone_32(area(BBox(5, 45, 12, 55))), WideRegion)


@both_kinds
def test_an_area_a_quarter_around_the_earth_has_no_image(area: Callable[[BBox], Area]) -> None:
    with pytest.raises(ProjectionError):
        in_zone_32(area(A_QUARTER_AROUND))


def test_a_box_without_an_image_in_the_srs_of_the_region_misses_it() -> None:
    region = PolygonArea(shapely.box(4e5, 5e6, 6e5, 5.2e6), PROJECTION.srs(25832))
    wide = WideRegion.of(
        region.region_in(PROJECTION.srs(25832), PROJECTION), region.geometry, region.srs, WGS84, PROJECTION
    )

    assert wide.relate(A_QUARTER_AROUND) is Relation.DISJOINT
    assert wide.mask(A_QUARTER_AROUND, Size(10, 10)) == ()
