"""The world source draws Natural Earth in any SRS."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from tests.contract.map_source_suite import MapSourceSuite
from tilekeep.adapters.imaging.raster import PillowRaster
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.sources.world import WorldSource
from tilekeep.adapters.sources.world.graticule import graticule
from tilekeep.adapters.sources.world.painting import WATER
from tilekeep.adapters.sources.world.topology import natural_earth, world_from_topology
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Drawn, MapQuery
from tilekeep.domain.srs import Srs
from tilekeep.ports.map_source import MapSource

HALF = 20037508.342789244
PROJECTION = PyprojProjection()
SOURCE = WorldSource(PROJECTION, PillowRaster)


class TestWorldSource(MapSourceSuite):
    def working(self) -> MapSource:
        return SOURCE

    def conditional(self) -> None:
        return None

    def failing(self) -> None:
        return None


def drawn(srs: str, bbox: BBox, size: Size) -> Image.Image:
    answer = SOURCE.get(MapQuery(bbox, size, PROJECTION.srs(srs), "image/png"), Purpose.SERVE, NO_DEADLINE)
    assert isinstance(answer, Drawn)
    assert isinstance(answer.raster, PillowRaster)
    return answer.raster.image


VIEWS = {
    "web mercator": ("EPSG:3857", BBox(-HALF, -HALF, HALF, HALF), Size(512, 512)),
    "degrees": ("EPSG:4326", BBox(-180, -90, 180, 90), Size(720, 360)),
    "UTM": ("EPSG:25832", BBox(-500_000, 4_500_000, 1_500_000, 6_500_000), Size(400, 400)),
}

#: Places far from any label and border.
PLACES = {
    "in the Pacific": (-140.0, -20.0, True),
    "in the Atlantic": (-35.0, 33.0, True),
    "in the North Sea": (3.5, 56.3, True),
    "in the Mediterranean": (5.5, 40.5, True),
    "in Kansas": (-98.0, 35.5, False),
    "in Siberia": (100.0, 58.0, False),
    "in Chukotka, beyond the antimeridian": (-175.0, 66.8, False),
    "at the south pole": (20.0, -84.0, False),
    "in Bavaria": (12.0, 48.4, False),
    "in eastern France": (4.5, 48.0, False),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("place", PLACES)
def test_land_and_water_are_where_they_belong(view: str, place: str) -> None:
    srs, bbox, size = VIEWS[view]
    longitude, latitude, wet = PLACES[place]
    [(x, y)] = PROJECTION.between(PROJECTION.srs("CRS:84"), PROJECTION.srs(srs)).points([(longitude, latitude)])
    if not bbox.contains(BBox(x, y, x, y)):
        assert view == "UTM"
        return

    column = int((x - bbox.min_x) / bbox.width * size.width)
    row = int((bbox.max_y - y) / bbox.height * size.height)

    assert (drawn(srs, bbox, size).getpixel((column, row)) == WATER) is wet


def test_a_map_has_exactly_the_size_asked_for_and_is_opaque() -> None:
    image = drawn("EPSG:3857", BBox(0, 0, 3e6, 1e6), Size(301, 99))

    assert (image.size, image.mode) == ((301, 99), "RGB")


def test_neighbouring_maps_fit_together() -> None:
    whole = drawn("EPSG:3857", BBox(0, 4e6, 4e6, 8e6), Size(400, 400))
    east = drawn("EPSG:3857", BBox(2e6, 4e6, 4e6, 8e6), Size(200, 400))

    difference = ImageChops.difference(east, whole.crop((200, 0, 400, 400))).convert("L")
    slightly_shifted_edges = sum(difference.histogram()[24:])
    assert slightly_shifted_edges < 0.002 * 200 * 400


def test_the_far_side_of_the_world_is_not_thrown_into_a_regional_projection() -> None:
    hills = drawn("EPSG:25832", BBox(600_000, 5_000_000, 700_000, 5_100_000), Size(64, 64))
    sea = drawn("EPSG:25832", BBox(100_000, 6_250_000, 200_000, 6_350_000), Size(64, 64))

    assert WATER not in {color for _, color in hills.getcolors() or ()}
    assert WATER in {color for _, color in sea.getcolors() or ()}


def test_an_srs_nobody_knows_is_a_failing_source() -> None:
    nowhere = Srs("EPSG:999999", "EPSG:999999", geographic=False, north_first=False, metres_per_unit=1.0)

    with pytest.raises(SourceContentError, match="EPSG:999999"):
        SOURCE.get(MapQuery(BBox(0, 0, 1, 1), Size(8, 8), nowhere, "image/png"), Purpose.SERVE, NO_DEADLINE)


def test_nobody_is_asked_upstream() -> None:
    query = MapQuery(BBox(0, 0, 1, 1), Size(8, 8), PROJECTION.srs(4326), "image/png")

    assert SOURCE.requests_for(query, Purpose.SERVE) == ()
    assert SOURCE.traits.meta_tiles


def test_natural_earth_has_all_countries_and_neighbours_differ_in_tint() -> None:
    world = natural_earth()
    tints = {country.name: country.tint for country in world.countries}

    assert len(world.countries) == 177
    assert len({tints[name] for name in ("Germany", "France", "Poland", "Belgium")}) >= 3
    for one, other in [("Germany", "France"), ("Spain", "Portugal"), ("Chile", "Argentina"), ("India", "Nepal")]:
        assert tints[one] != tints[other]


#: Two squares side by side that share arc 0; the second lies across the antimeridian.
TOPOLOGY = {
    "transform": {"scale": [1.0, 1.0], "translate": [0.0, 0.0]},
    "arcs": [
        [[175, 0], [0, 10]],
        [[175, 10], [-10, 0], [0, -10], [10, 0]],
        [[175, 0], [-350, 0], [0, 10], [350, 0]],
    ],
    "objects": {
        "lands": {
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "West"}},
                {"type": "Polygon", "arcs": [[2, -1]], "properties": {"name": "East"}},
            ]
        }
    },
}


def test_rings_run_on_across_the_antimeridian() -> None:
    world = world_from_topology(TOPOLOGY, "lands")
    east = next(country for country in world.countries if country.name == "East")

    assert set(east.rings[0]) == {(175, 0), (185, 0), (185, 10), (175, 10)}


def test_shared_arcs_are_borders_and_the_others_coasts() -> None:
    world = world_from_topology(TOPOLOGY, "lands")

    assert world.borders == (((175, 0), (175, 10)),)
    assert len(world.coasts) == 2
    assert {country.tint for country in world.countries} == {0, 1}


@pytest.mark.parametrize(("degrees_per_px", "step"), [(1.0, 30), (0.3, 30), (0.1, 10), (0.05, 5), (0.001, 0.1)])
def test_the_graticule_is_as_fine_as_the_map_can_carry(degrees_per_px: float, step: float) -> None:
    lines = graticule(BBox(-31, -31, 31, 31), degrees_per_px)
    meridians = sorted({line[0][0] for line in lines if line[0][0] == line[-1][0]})

    assert meridians[1] - meridians[0] == pytest.approx(step)
