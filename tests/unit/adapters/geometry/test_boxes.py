"""Box coverages (spec/coverages.md, 4 and 5)."""

from __future__ import annotations

import pytest

from tilekeep.adapters.geometry.boxes import BoxArea
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import BoxRegion, Region, Relation

PROJECTION = PyprojProjection()


def region(bbox: BBox, srs: str = "EPSG:4326", target: str = "EPSG:4326") -> Region:
    return BoxArea(bbox, PROJECTION.srs(srs)).region_in(PROJECTION.srs(target), PROJECTION)


@pytest.mark.parametrize(
    ("bbox", "relation"),
    [
        (BBox(2, 2, 8, 8), Relation.CONTAINS),
        (BBox(0, 0, 10, 10), Relation.CONTAINS),
        (BBox(-1e-13, 0, 10, 10 + 5e-13), Relation.CONTAINS),
        (BBox(-1e-9, 0, 10, 10), Relation.INTERSECTS),
        (BBox(-5, -5, 15, 15), Relation.INTERSECTS),
        (BBox(9.999, 9.999, 20, 20), Relation.INTERSECTS),
        (BBox(10, 0, 20, 10), Relation.DISJOINT),
        (BBox(0, 10, 10, 20), Relation.DISJOINT),
        (BBox(11, 11, 12, 12), Relation.DISJOINT),
    ],
    ids=[
        "inside",
        "itself",
        "inside up to rounding",
        "sticking out",
        "around it",
        "overlapping at a corner",
        "touching to the east",
        "touching to the north",
        "elsewhere",
    ],
)
def test_relations_of_boxes(bbox: BBox, relation: Relation) -> None:
    assert region(BBox(0, 0, 10, 10)).relate(bbox) is relation


def test_a_box_in_another_srs_is_the_box_around_its_projected_outline() -> None:
    found = region(BBox(5, 50, 10, 55), target="EPSG:25832")

    assert found.bbox == PROJECTION.between(PROJECTION.srs(4326), PROJECTION.srs(25832)).bbox(BBox(5, 50, 10, 55))


def test_the_whole_world_is_the_whole_web_mercator_plane() -> None:
    half = 20037508.342789244

    assert (
        region(BBox(-180, -90, 180, 90), target="EPSG:3857").relate(BBox(-half, -half, half, half)) is Relation.CONTAINS
    )


def test_a_box_that_reaches_beyond_the_world_is_cut_there() -> None:
    half = 20037508.342789244

    found = region(BBox(-180.1, -95, 180.1, 95), target="EPSG:3857")

    assert found == BoxRegion(BBox(-half, -half, half, half))


def test_a_buffer_moves_all_sides_outwards() -> None:
    grown = BoxArea(BBox(0, 0, 10, 10), PROJECTION.srs(4326)).buffered(2)

    assert grown.bbox == BBox(-2, -2, 12, 12)


def test_a_box_without_an_image_is_an_error() -> None:
    with pytest.raises(ProjectionError):
        region(BBox(0, 91, 1, 92), target="EPSG:3857")
