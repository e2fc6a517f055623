"""How many pixels of a raster become one of a map."""

from __future__ import annotations

import math

import pytest

from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, Mesh, PixelBox, Rescaling
from tilekeep.domain.warp_steps import Steps, shrunk, usual_steps

WANTED = Size(100, 90)
ALIGNED = AlignedMesh(WANTED, (0, 50, 100), (0, 90), (0.0, 100.0, 300.0), (0.0, 45.0))


def test_all_warps_that_say_the_same_have_the_same_steps() -> None:
    even = AlignedMesh(WANTED, (0, 100), (0, 90), (10.0, 210.0), (20.0, 65.0))

    steps = [usual_steps(warp) for warp in (Rescaling(PixelBox(10, 20, 210, 65), WANTED), even, even.mesh)]

    assert steps == [Steps(2.0, 0.5)] * 3


def test_a_turned_map_steps_along_both_axes() -> None:
    turn = math.radians(30)
    x, y = math.cos(turn), math.sin(turn)
    mesh = Mesh(
        Size(10, 10), (0, 10), (0, 10), ((0, 0), (20 * x, 20 * y), (-20 * y, 20 * x), (20 * (x - y), 20 * (x + y)))
    )

    assert usual_steps(mesh) == pytest.approx((2, 2))


def test_points_without_image_do_not_count() -> None:
    nowhere = (math.inf, math.inf)

    assert usual_steps(Mesh(WANTED, (0, 100), (0, 90), (nowhere,) * 4)) == (1, 1)


def test_a_mesh_over_a_smaller_raster() -> None:
    smaller = shrunk(ALIGNED, Size(400, 300), Size(200, 100))

    assert smaller == AlignedMesh(WANTED, (0, 50, 100), (0, 90), (0.0, 50.0, 150.0), (0.0, 15.0))
    assert shrunk(ALIGNED.mesh, Size(400, 300), Size(200, 100)) == smaller.mesh  # type: ignore[union-attr]
