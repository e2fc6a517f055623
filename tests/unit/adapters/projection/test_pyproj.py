"""Reference systems and transformations (spec/config-globals-grids.md, 10)."""

from __future__ import annotations

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import METRES_PER_DEGREE, WEB_MERCATOR_CODES, WEB_MERCATOR_HALF_WIDTH, Srs

HALF = WEB_MERCATOR_HALF_WIDTH
PROJECTION = PyprojProjection()
TO_MERCATOR = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(3857, 4326, always_xy=True)


def srs(code: str | int) -> Srs:
    return PROJECTION.srs(code)


@pytest.mark.parametrize("code", sorted(WEB_MERCATOR_CODES))
def test_all_codes_of_web_mercator_are_one_srs(code: str) -> None:
    assert srs(code) == srs("EPSG:3857")
    assert srs(code).code == code
    assert not srs(code).geographic
    assert not srs(code).north_first


def test_crs_84_is_epsg_4326_with_the_longitude_first() -> None:
    assert srs("CRS:84") == srs("EPSG:4326")
    assert (srs("CRS:84").north_first, srs("EPSG:4326").north_first) == (False, True)
    assert srs("CRS:84").metres_per_unit == METRES_PER_DEGREE


@pytest.mark.parametrize("spelling", [25832, "25832", "epsg:25832", " EPSG:25832 "], ids=repr)
def test_codes_are_read_in_any_spelling(spelling: str | int) -> None:
    assert srs(spelling).code == "EPSG:25832"


@pytest.mark.parametrize(
    ("code", "geographic", "north_first"),
    [
        ("EPSG:31468", False, True),
        ("EPSG:31463", False, False),
        ("EPSG:25831", False, False),
        ("EPSG:4314", True, True),
        ("IGNF:ETRS89UTM28", False, False),
    ],
)
def test_the_axis_order_is_that_of_the_definition(code: str, geographic: bool, north_first: bool) -> None:
    assert (srs(code).geographic, srs(code).north_first) == (geographic, north_first)


@pytest.mark.parametrize(
    ("code", "metres"), [("EPSG:25832", 1.0), ("EPSG:2227", 1200 / 3937), ("EPSG:4314", math.pi / 180 * 6377397.155)]
)
def test_units_are_known_in_metres(code: str, metres: float) -> None:
    assert srs(code).metres_per_unit == pytest.approx(metres, rel=1e-12)


@pytest.mark.parametrize("spelling", ["IAU_2015:30100", "iau_2015:30100", "IAU:2015:30100"])
def test_other_celestial_bodies_have_codes_of_the_iau(spelling: str) -> None:
    """A degree on the equator of the Moon, whose radius is 1737.4 km."""
    moon = srs(spelling)

    assert (moon.code, moon.geographic, moon.north_first) == ("IAU_2015:30100", True, True)
    assert moon.metres_per_unit == pytest.approx(math.pi / 180 * 1_737_400)


def test_degrees_of_the_moon_become_metres_of_the_moon() -> None:
    [point] = PROJECTION.between(srs("IAU_2015:30100"), srs("IAU_2015:30110")).points([(90, 0)])

    assert point == pytest.approx((math.pi / 2 * 1_737_400, 0))


def test_there_is_no_way_from_the_moon_to_the_earth() -> None:
    with pytest.raises(ProjectionError, match="IAU_2015:30100 to EPSG:3857"):
        PROJECTION.between(srs("IAU_2015:30100"), srs(3857)).points([(10, 20)])


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_what_keeps_the_axes_is_the_same_axis_by_axis(longitude: float, latitude: float) -> None:
    transform = PROJECTION.between(srs(4326), srs(3857))

    axes = transform.axes([longitude], [latitude])

    assert axes is not None
    assert transform.points([(longitude, latitude)]) == [(axes[0][0], axes[1][0])]


@pytest.mark.parametrize(
    ("source", "target", "x", "y"),
    [(4326, 25832, 9.0, 50.0), (4326, 3857, 190.0, 0.0), (4326, 3857, 0.0, 91.0), (3857, 4326, 3e7, 0.0)],
)
def test_there_are_no_axes_to_keep_elsewhere(source: int, target: int, x: float, y: float) -> None:
    assert PROJECTION.between(srs(source), srs(target)).axes([x], [y]) is None


@pytest.mark.parametrize("code", ["EPSG:999999", "EPSG:", "utm", "", "NOBODY:1"], ids=repr)
def test_an_unknown_code_is_an_error_that_names_it(code: str) -> None:
    with pytest.raises(ProjectionError, match=f"Unknown SRS '{code.upper()}'"):
        srs(code)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_degrees_become_web_mercator_exactly_as_proj_has_it(longitude: float, latitude: float) -> None:
    expected = TO_MERCATOR.transform(longitude, latitude)

    [point] = PROJECTION.between(srs(4326), srs(3857)).points([(longitude, latitude)])

    assert point == pytest.approx(expected, abs=1e-8)


@given(st.floats(-HALF, HALF), st.floats(-2.4e8, 2.4e8))
def test_web_mercator_becomes_degrees_as_proj_has_it(x: float, y: float) -> None:
    [point] = PROJECTION.between(srs(3857), srs(4326)).points([(x, y)])

    assert point == pytest.approx(TO_DEGREES.transform(x, y), abs=1e-12)


@pytest.mark.parametrize("part", [-1, -0.5, 0, 0.25, 1])
def test_edges_of_tiles_are_whole_degrees(part: float) -> None:
    assert PROJECTION.between(srs(3857), srs(4326)).points([(part * HALF, 0)]) == [(part * 180, 0)]


@pytest.mark.parametrize("point", [(190.0, 10.0), (-540.0, 5.0), (3.0, 90.5), (math.inf, 0.0), (1e6, 0.0)], ids=str)
def test_outside_the_world_proj_decides(point: tuple[float, float]) -> None:
    assert PROJECTION.between(srs(4326), srs(3857)).points([point]) == [TO_MERCATOR.transform(*point)]


def test_a_point_without_image_is_infinite_and_the_others_are_not() -> None:
    points = PROJECTION.between(srs(4326), srs(3857)).points([(8.0, 50.0), (8.0, 95.0)])

    assert all(map(math.isfinite, points[0]))
    assert points[1] == (math.inf, math.inf)


@pytest.mark.parametrize("target", ["EPSG:3857", "EPSG:900913"])
def test_boxes_that_reach_the_end_of_the_world_become_the_web_mercator_world(target: str) -> None:
    world = PROJECTION.between(srs(4326), srs(target)).bbox(BBox(-180, -90, 180, 90))

    assert world == (-HALF, -HALF, HALF, HALF)


def test_each_side_is_clamped_alone() -> None:
    box = PROJECTION.between(srs(4326), srs(3857)).bbox(BBox(-180, 0, 10, 85.06))

    assert box == pytest.approx((-HALF, 0, 1113194.9079327357, HALF))
    assert box.min_x == -HALF
    assert box.max_y == HALF


def test_a_box_becomes_the_envelope_of_its_outline() -> None:
    bbox = BBox(5, 47, 15, 55)
    transformer = pyproj.Transformer.from_crs(4326, 25832, always_xy=True)
    xs = [5 + 10 * i / 4 for i in range(5)]
    ys = [47 + 8 * i / 4 for i in range(5)]
    outline = [(x, y) for x in xs for y in (47, 55)] + [(x, y) for x in (5, 15) for y in ys]
    expected_x, expected_y = zip(*(transformer.transform(*point) for point in outline), strict=True)

    box = PROJECTION.between(srs(4326), srs(25832)).bbox(bbox)

    assert box == pytest.approx((min(expected_x), min(expected_y), max(expected_x), max(expected_y)), abs=1e-6)


@pytest.mark.parametrize(
    ("code", "bbox", "south", "north"),
    [
        pytest.param(3995, BBox(-4e6, -4e6, 4e6, 4e6), 41.0, 90.0, id="the Arctic"),
        pytest.param(3031, BBox(-4e6, -4e6, 4e6, 4e6), -90.0, -41.0, id="the Antarctic"),
        pytest.param(3413, BBox(-100, -3e6, 3e6, 100), 52.0, 90.0, id="a part of which the pole is a corner"),
    ],
)
def test_a_box_around_a_pole_has_all_longitudes_and_the_pole(code: int, bbox: BBox, south: float, north: float) -> None:
    degrees = PROJECTION.between(srs(code), srs(4326)).bbox(bbox)
    metres = PROJECTION.between(srs(code), srs(3857)).bbox(bbox)

    assert degrees == pytest.approx((-180, south, 180, north), abs=1)
    assert (metres.min_x, metres.max_x) == (-HALF, HALF)
    assert (metres.max_y if north == 90 else -metres.min_y) >= HALF


def test_a_box_beside_a_pole_reaches_as_near_to_it_as_its_side_does() -> None:
    beside = BBox(-400_000, 10_000, 1_000_000, 1_400_000)
    [(_, nearest)] = PROJECTION.between(srs(3995), srs(4326)).points([(0, 10_000)])

    assert PROJECTION.between(srs(3995), srs(4326)).bbox(beside).max_y == pytest.approx(nearest, abs=1e-6)


@pytest.mark.parametrize(
    ("code", "bbox"),
    [
        pytest.param(2193, BBox(1_000_000, 4_700_000, 2_600_000, 6_300_000), id="New Zealand"),
        pytest.param(32601, BBox(200_000, 6_000_000, 800_000, 8_000_000), id="the first zone of UTM"),
    ],
)
def test_a_box_across_the_antimeridian_has_all_longitudes(code: int, bbox: BBox) -> None:
    degrees = PROJECTION.between(srs(code), srs(4326)).bbox(bbox)
    metres = PROJECTION.between(srs(code), srs(3857)).bbox(bbox)

    assert (degrees.min_x, degrees.max_x) == (-180, 180)
    assert (metres.min_x, metres.max_x) == (-HALF, HALF)


@pytest.mark.parametrize("code", [8857, 3395, 32662])
def test_where_a_pole_is_a_line_a_box_that_touches_it_stays_narrow(code: int) -> None:
    [(east, north)] = PROJECTION.between(srs(4326), srs(code)).points([(20.0, 85.0)])

    assert PROJECTION.between(srs(code), srs(4326)).bbox(BBox(-east, north / 2, east, north)).max_x < 90


def test_a_box_without_any_image_is_an_error() -> None:
    with pytest.raises(ProjectionError, match="EPSG:3857"):
        PROJECTION.between(srs(4326), srs(3857)).bbox(BBox(0, 95, 10, 99))


@pytest.mark.parametrize(("one", "other"), [(3857, 900913), (4326, "CRS:84"), (25832, 25832)])
def test_nothing_changes_between_equal_srs(one: int, other: int | str) -> None:
    transform = PROJECTION.between(srs(one), srs(other))

    assert transform.bbox(BBox(-999, -999, 999, 1e9)) == BBox(-999, -999, 999, 1e9)
    assert transform.points([(1.5, 1e9)]) == [(1.5, 1e9)]


def test_no_points_give_no_points() -> None:
    assert PROJECTION.between(srs(25832), srs(4326)).points([]) == []


def test_many_threads_may_use_one_projection() -> None:
    projection = PyprojProjection()

    def work(_: int) -> list[tuple[float, float]]:
        transform = projection.between(projection.srs(4326), projection.srs(31467))
        return transform.points([(9.0, 50.0), (9.1, 50.1)])

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(100)))

    assert all(result == results[0] for result in results)


def imported_by(program: str) -> set[str]:
    """The modules a fresh interpreter has loaded after running ``program``."""
    command = [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_the_usual_srs_need_no_pyproj() -> None:
    modules = imported_by(
        "from tilekeep.adapters.projection.pyproj import PyprojProjection\n"
        "from tilekeep.domain.geometry import BBox\n"
        "p = PyprojProjection(proj_data_dir='/nowhere')\n"
        "p.between(p.srs('EPSG:4326'), p.srs('EPSG:900913')).bbox(BBox(-180, -90, 180, 90))\n"
        "p.between(p.srs('EPSG:3857'), p.srs('CRS:84')).bbox(BBox(-2e7, -2e7, 2e7, 2e7))"
    )

    assert "tilekeep.adapters.projection.pyproj" in modules
    assert "pyproj" not in modules


def test_the_data_directory_of_proj_is_set_before_its_first_use() -> None:
    program = (
        "import pyproj, pyproj.datadir\n"
        "real = pyproj.datadir.get_data_dir()\n"
        "pyproj.datadir.set_data_dir('/nowhere')\n"
        "from tilekeep.adapters.projection.pyproj import PyprojProjection\n"
        "assert PyprojProjection(proj_data_dir=real).srs(25832).code == 'EPSG:25832'\n"
        "assert pyproj.datadir.get_data_dir() == real"
    )

    assert "pyproj" in imported_by(program)


@pytest.mark.parametrize(
    ("code", "geographic"),
    [
        pytest.param("EPSG:25832", "EPSG:4326", id="the Earth"),
        pytest.param("CRS:84", "EPSG:4326", id="degrees of the Earth"),
        pytest.param("IAU_2015:30110", "IAU_2015:30100", id="the Moon"),
        pytest.param("IAU_2015:30100", "IAU_2015:30100", id="degrees of the Moon"),
    ],
)
def test_each_body_has_degrees_of_its_own(code: str, geographic: str) -> None:
    projection = PyprojProjection()

    assert projection.geographic(projection.srs(code)).code == geographic
