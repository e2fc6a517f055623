"""Which part of a raster a warp looks at."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, Mesh, PixelBox, Rescaling, Warp
from tilekeep.domain.warp_window import Window, moved, window_of

RASTER = Size(1000, 800)
WANTED = Size(100, 90)

places = st.floats(-2000, 3000)


def warps_of(left: float, top: float, right: float, bottom: float) -> list[Warp]:
    """Three ways to say the same."""
    mesh = AlignedMesh(WANTED, (0, 100), (0, 90), (left, right), (top, bottom))
    return [Rescaling(PixelBox(left, top, right, bottom), WANTED), mesh, mesh.mesh]


def test_all_that_is_shown_and_what_filters_look_at_is_in_the_window() -> None:
    for warp in warps_of(300.2, 200.7, 410.9, 290.1):
        left, top, (width, height) = window_of(warp, RASTER)

        assert left <= 300 - 8
        assert top <= 200 - 8
        assert left + width >= 411 + 8
        assert top + height >= 291 + 8
        assert width * height < 200 * 200


def test_windows_begin_at_multiples_of_many_pixels() -> None:
    for left in range(100, 200, 7):
        for warp in warps_of(left + 0.5, left + 1.5, left + 120.5, left + 95.5):
            window = window_of(warp, RASTER)

            assert (window.left % 16, window.top % 16) == (0, 0)


def test_the_more_is_merged_the_more_is_looked_at() -> None:
    warp = Rescaling(PixelBox(400, 300, 900, 750), WANTED)

    window = window_of(warp, RASTER)

    assert window.left <= 400 - 3 * 5
    assert window.top <= 300 - 3 * 5


def test_a_cut_along_pixels_needs_nothing_else() -> None:
    assert window_of(Rescaling(PixelBox(33, 44, 133, 134), WANTED), RASTER) == Window(33, 44, WANTED)


@given(places, places, places, places)
def test_a_window_lies_in_the_raster_and_is_never_empty(left: float, top: float, right: float, bottom: float) -> None:
    for warp in warps_of(left, top, right, bottom):
        window = window_of(warp, RASTER)

        assert window.left >= 0
        assert window.top >= 0
        assert min(window.size) > 0
        assert window.left + window.size.width <= RASTER.width
        assert window.top + window.size.height <= RASTER.height


def test_points_without_image_do_not_count() -> None:
    nowhere = (math.inf, math.inf)

    some = window_of(Mesh(WANTED, (0, 100), (0, 90), (nowhere, (500.0, 400.0), (510.0, 420.0), nowhere)), RASTER)
    none = window_of(Mesh(WANTED, (0, 100), (0, 90), (nowhere,) * 4), RASTER)

    assert some.left + some.size.width < 600
    assert none == Window(0, 0, Size(1, 1))


def test_a_moved_warp_does_the_same_with_the_window() -> None:
    window = Window(16, 32, Size(200, 200))

    rescaling, aligned, mesh = (moved(warp, window) for warp in warps_of(20.0, 40.0, 120.0, 130.0))

    assert rescaling == Rescaling(PixelBox(4, 8, 104, 98), WANTED)
    assert aligned == AlignedMesh(WANTED, (0, 100), (0, 90), (4.0, 104.0), (8.0, 98.0))
    assert mesh == aligned.mesh
