"""Which warp makes one map out of another."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.srs import Srs
from tilekeep.domain.warp import AlignedMesh, Mesh, PixelBox, Rescaling
from tilekeep.domain.warp_planning import warp_between

MERCATOR = Srs("EPSG:3857", "mercator", geographic=False, north_first=False, metres_per_unit=1.0)
ALIAS = Srs("EPSG:900913", "mercator", geographic=False, north_first=False, metres_per_unit=1.0)
DEGREES = Srs("EPSG:4326", "degrees", geographic=True, north_first=True, metres_per_unit=111_319.5)

RADIUS = 6378137.0
HALF = math.pi * RADIUS

Points = Sequence[tuple[float, float]]


def to_mercator(points: Points) -> list[tuple[float, float]]:
    return [(math.radians(x) * RADIUS, RADIUS * math.asinh(math.tan(math.radians(y)))) for x, y in points]


def to_degrees(points: Points) -> list[tuple[float, float]]:
    return [(math.degrees(x / RADIUS), math.degrees(math.atan(math.sinh(y / RADIUS)))) for x, y in points]


def polar(points: Points) -> list[tuple[float, float]]:
    """Degrees from a plane around the north pole, which lies at its origin; beyond the equator there is nothing."""
    return [
        (math.degrees(math.atan2(x, -y)), 90 - math.hypot(x, y)) if math.hypot(x, y) <= 90 else (math.inf, math.inf)
        for x, y in points
    ]


def interpolated(mesh: Mesh, x: float, y: float) -> tuple[float, float]:
    """Where a mesh puts a point of the map."""
    column = max(i for i in range(len(mesh.columns) - 1) if mesh.columns[i] <= x)
    row = max(i for i in range(len(mesh.rows) - 1) if mesh.rows[i] <= y)
    across = (x - mesh.columns[column]) / (mesh.columns[column + 1] - mesh.columns[column])
    down = (y - mesh.rows[row]) / (mesh.rows[row + 1] - mesh.rows[row])
    at = row * len(mesh.columns) + column
    corners = [mesh.points[at], mesh.points[at + 1], *mesh.points[at + len(mesh.columns) :][:2]]
    weights = [(1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down]
    left, top = (sum(w * corner[axis] for w, corner in zip(weights, corners, strict=True)) for axis in (0, 1))
    return left, top


def assert_covers_the_map(mesh: Mesh) -> None:
    for lines, length in ((mesh.columns, mesh.size.width), (mesh.rows, mesh.size.height)):
        assert (lines[0], lines[-1]) == (0, length)
        assert all(low < high for low, high in pairwise(lines))
    assert len(mesh.points) == len(mesh.columns) * len(mesh.rows)


sizes = st.builds(Size, st.integers(1, 700), st.integers(1, 700))
places = st.floats(-1e6, 1e6)


@st.composite
def boxes(draw: st.DrawFn, x: st.SearchStrategy[float], y: st.SearchStrategy[float], thinnest: float) -> BBox:
    """Boxes between those coordinates."""
    (min_x, max_x), (min_y, max_y) = (
        sorted(draw(st.tuples(side, side).filter(lambda pair: abs(pair[0] - pair[1]) > thinnest))) for side in (x, y)
    )
    return BBox(min_x, min_y, max_x, max_y)


# The same reference system


@given(boxes(places, places, 1.0), sizes, st.floats(-0.09, 0.09))
def test_nothing_is_done_for_the_same_map_up_to_a_tenth_of_a_pixel(bbox: BBox, size: Size, share: float) -> None:
    shift_x, shift_y = share * bbox.width / size.width, share * bbox.height / size.height
    shifted = BBox(bbox.min_x + shift_x, bbox.min_y + shift_y, bbox.max_x + shift_x, bbox.max_y + shift_y)

    assert warp_between(Extent(bbox, MERCATOR), size, Extent(shifted, ALIAS), size) is None


def test_a_shift_of_more_than_a_tenth_of_a_pixel_counts() -> None:
    source, target = BBox(0, 0, 100, 100), BBox(0.12, 0, 100.12, 100)

    assert warp_between(Extent(source, MERCATOR), Size(100, 100), Extent(target, MERCATOR), Size(100, 100)) is not None


@given(
    st.floats(0.01, 1000),
    st.tuples(places, places),
    st.tuples(st.integers(-500, 500), st.integers(-500, 500)),
    sizes,
    sizes,
)
def test_equal_resolutions_make_a_cut_along_pixels(
    resolution: float, origin: tuple[float, float], offset: tuple[int, int], source_size: Size, size: Size
) -> None:
    left, top = origin
    source = BBox(left, top - source_size.height * resolution, left + source_size.width * resolution, top)
    target_left, target_top = left + offset[0] * resolution, top - offset[1] * resolution
    target = BBox(target_left, target_top - size.height * resolution, target_left + size.width * resolution, target_top)

    warp = warp_between(Extent(source, MERCATOR), source_size, Extent(target, MERCATOR), size)

    if offset == (0, 0) and source_size == size:
        assert warp is None
    else:
        assert isinstance(warp, Rescaling)
        assert warp.corner == offset


def test_a_cut_is_rounded_to_whole_pixels() -> None:
    source, target = BBox(0, 0, 100, 100), BBox(10.4, 20.4, 60.4, 70.4)

    warp = warp_between(Extent(source, MERCATOR), Size(100, 100), Extent(target, MERCATOR), Size(50, 50))

    assert warp == Rescaling(PixelBox(10, 30, 60, 80), Size(50, 50))


@given(boxes(places, places, 1.0), boxes(places, places, 1.0), sizes, sizes)
def test_a_rescaling_takes_the_part_that_the_boxes_say(source: BBox, target: BBox, size: Size, whole: Size) -> None:
    warp = warp_between(Extent(source, MERCATOR), whole, Extent(target, MERCATOR), size)

    if isinstance(warp, Rescaling) and warp.corner is None:
        x_resolution, y_resolution = source.width / whole.width, source.height / whole.height
        assert warp.size == size
        assert source.min_x + warp.part.left * x_resolution == pytest.approx(target.min_x, abs=1e-5)
        assert source.min_x + warp.part.right * x_resolution == pytest.approx(target.max_x, abs=1e-5)
        assert source.max_y - warp.part.top * y_resolution == pytest.approx(target.max_y, abs=1e-5)
        assert source.max_y - warp.part.bottom * y_resolution == pytest.approx(target.min_y, abs=1e-5)


# Another reference system


def test_another_reference_system_needs_a_transformation() -> None:
    box = BBox(0, 0, 1, 1)

    with pytest.raises(ValueError, match="EPSG:3857"):
        warp_between(Extent(box, MERCATOR), Size(9, 9), Extent(box, DEGREES), Size(9, 9))


#: Maps in which a pixel is not itself as curved as half a pixel of the raster.
flat_sizes = st.builds(Size, st.integers(100, 700), st.integers(100, 700))
latitudes = st.floats(-70, 70)
longitudes = st.floats(-180, 180)


def _around(bbox: BBox, forward: Callable[[Points], list[tuple[float, float]]]) -> BBox:
    (min_x, min_y), (max_x, max_y) = forward([(bbox.min_x, bbox.min_y), (bbox.max_x, bbox.max_y)])
    return BBox(min_x, min_y, max_x, max_y)


@given(boxes(longitudes, latitudes, 0.01), flat_sizes, sizes, st.data())
@pytest.mark.parametrize("from_degrees", [True, False], ids=["of degrees", "of mercator"])
def test_no_point_is_off_by_half_a_pixel_of_the_raster(
    from_degrees: bool, box: BBox, size: Size, source_size: Size, data: st.DataObject
) -> None:
    in_degrees, in_mercator = Extent(box, DEGREES), Extent(_around(box, to_mercator), MERCATOR)
    source, target = (in_degrees, in_mercator) if from_degrees else (in_mercator, in_degrees)
    to_source = to_degrees if from_degrees else to_mercator

    mesh = warp_between(source, source_size, target, size, to_source)

    assert isinstance(mesh, Mesh)
    assert_covers_the_map(mesh)
    x, y = data.draw(st.floats(0, size.width)), data.draw(st.floats(0, size.height))
    in_target = (
        target.bbox.min_x + x * target.bbox.width / size.width,
        target.bbox.max_y - y * target.bbox.height / size.height,
    )
    [there] = to_source([in_target])
    exact = (
        (there[0] - source.bbox.min_x) * source_size.width / source.bbox.width,
        (source.bbox.max_y - there[1]) * source_size.height / source.bbox.height,
    )
    assert interpolated(mesh, x, y) == pytest.approx(exact, abs=0.5)


def to_mercator_by_axis(xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]] | None:
    if any(abs(x) > 180 for x in xs) or any(abs(y) > 90 for y in ys):
        return None
    return [x for x, _ in to_mercator([(x, 0.0) for x in xs])], [y for _, y in to_mercator([(0.0, y) for y in ys])]


@given(boxes(longitudes, latitudes, 0.01), flat_sizes, sizes, st.data())
def test_maps_that_keep_the_axes_are_planned_axis_by_axis(
    box: BBox, size: Size, source_size: Size, data: st.DataObject
) -> None:
    source, target = Extent(_around(box, to_mercator), MERCATOR), Extent(box, DEGREES)

    aligned = warp_between(source, source_size, target, size, to_mercator, to_mercator_by_axis)

    assert isinstance(aligned, AlignedMesh)
    assert_covers_the_map(aligned.mesh)
    x, y = data.draw(st.floats(0, size.width)), data.draw(st.floats(0, size.height))
    [there] = to_mercator([(box.min_x + x * box.width / size.width, box.max_y - y * box.height / size.height)])
    exact = (
        (there[0] - source.bbox.min_x) * source_size.width / source.bbox.width,
        (source.bbox.max_y - there[1]) * source_size.height / source.bbox.height,
    )
    assert interpolated(aligned.mesh, x, y) == pytest.approx(exact, abs=0.5)


def test_beyond_the_world_maps_are_planned_point_by_point() -> None:
    source, target = Extent(BBox(-HALF, -HALF, HALF, HALF), MERCATOR), Extent(BBox(-190, -40, 10, 40), DEGREES)

    warp = warp_between(source, Size(256, 256), target, Size(200, 100), to_mercator, to_mercator_by_axis)

    assert isinstance(warp, Mesh)


def test_a_bend_to_both_sides_is_seen_though_its_middle_is_right() -> None:
    """The equator in the middle of a small map: northings rise ever faster on either side of it."""
    in_degrees = BBox(-10, -70, 10, 70)
    source, target = Extent(_around(in_degrees, to_mercator), MERCATOR), Extent(in_degrees, DEGREES)

    mesh = warp_between(source, Size(700, 700), target, Size(100, 100), to_mercator)

    assert isinstance(mesh, Mesh)
    for y in range(101):
        [(_, northing)] = to_mercator([(0.0, 70 - y * 1.4)])
        row = (source.bbox.max_y - northing) * 700 / source.bbox.height
        assert interpolated(mesh, 50, y)[1] == pytest.approx(row, abs=0.5)


def test_a_usual_map_takes_few_points_in_two_calls() -> None:
    calls: list[int] = []

    def counting(points: Points) -> list[tuple[float, float]]:
        calls.append(len(points))
        return to_mercator(points)

    warp_between(
        Extent(BBox(900_000, 6_100_000, 1_500_000, 6_700_000), MERCATOR),
        Size(768, 768),
        Extent(BBox(8.5, 48.5, 13.0, 51.0), DEGREES),
        Size(512, 512),
        counting,
    )

    assert calls == [25, 81]


def test_the_poles_are_avoided_by_a_hair() -> None:
    asked: list[tuple[float, float]] = []

    def noting(points: Points) -> list[tuple[float, float]]:
        asked.extend(points)
        return to_mercator(points)

    warp_between(
        Extent(BBox(-HALF, -HALF, HALF, HALF), MERCATOR),
        Size(256, 256),
        Extent(BBox(-180, -90, 180, 90), DEGREES),
        Size(256, 128),
        noting,
    )

    assert max(abs(y) for _, y in asked) == pytest.approx(90 - 1e-8, abs=1e-12)


def test_near_a_pole_rows_are_as_dense_as_pixels() -> None:
    mesh = warp_between(
        Extent(BBox(-HALF, -HALF, HALF, HALF), MERCATOR),
        Size(512, 512),
        Extent(BBox(-180, -90, 180, 90), DEGREES),
        Size(512, 256),
        to_mercator,
    )

    assert isinstance(mesh, Mesh)
    for y in (8.0, 20.0, 128.0, 236.0, 248.0):  # within the web mercator world, which ends in row 7
        _, row = interpolated(mesh, 256, y)
        [(_, northing)] = to_mercator([(0.0, 90 - y * 180 / 256)])
        assert row == pytest.approx((HALF - northing) * 512 / (2 * HALF), abs=0.5)


def test_points_without_image_and_tears_do_no_harm() -> None:
    """The map has the pole in its middle, the antimeridian running up from it, and corners beyond the equator."""
    mesh = warp_between(
        Extent(BBox(-180, 0, 180, 90), DEGREES),
        Size(720, 180),
        Extent(BBox(-95, -95, 95, 95), MERCATOR),
        Size(300, 300),
        polar,
    )

    assert isinstance(mesh, Mesh)
    assert_covers_the_map(mesh)
    assert not all(math.isfinite(x) for x, _ in mesh.points)
    for x, y in ((40.0, 150.0), (150.0, 220.0), (220.0, 120.0)):
        [(longitude, latitude)] = polar([(-95 + x * 190 / 300, 95 - y * 190 / 300)])
        assert interpolated(mesh, x, y) == pytest.approx(((longitude + 180) * 2, (90 - latitude) * 2), abs=0.5)


@given(
    boxes(places, places, 1.0),
    sizes,
    st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=20),
)
def test_whatever_a_transformation_says_a_mesh_comes_out(
    box: BBox, size: Size, answers: list[tuple[float, float]]
) -> None:
    def anything(points: Points) -> list[tuple[float, float]]:
        return [answers[hash(point) % len(answers)] for point in points]

    mesh = warp_between(Extent(box, DEGREES), Size(256, 256), Extent(box, MERCATOR), size, anything)

    assert isinstance(mesh, Mesh)
    assert_covers_the_map(mesh)
    assert len(mesh.points) <= 1 << 14
