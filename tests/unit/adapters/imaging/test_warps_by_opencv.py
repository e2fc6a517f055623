"""OpenCV draws maps nearly as Pillow does: the eye finds no difference, and thin lines do not vanish."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import gradient, map_like
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.imaging.pixel_maps import as_aligned_mesh
from tilekeep.adapters.imaging.pixels import FastRaster
from tilekeep.adapters.imaging.raster import PillowRaster, image_of
from tilekeep.domain.geometry import Size
from tilekeep.domain.warp import AlignedMesh, Mesh, PixelBox, Rescaling, Warp
from tilekeep.ports.imaging import Imaging

SIDE = 400
WANTED = Size(90, 80)
PICTURES = {
    "a map": map_like(SIDE).convert("RGB"),
    "a map with holes": map_like(SIDE, holes=True),
    "a photograph": gradient(SIDE, SIDE).resize((SIDE // 4, SIDE // 4)).resize((SIDE, SIDE), Image.Resampling.BICUBIC),
}


def flattened(image: Image.Image) -> Any:
    canvas = Image.new("RGBA", image.size, (128, 128, 128, 255))
    canvas.alpha_composite(image.convert("RGBA"))
    return np.asarray(canvas.convert("RGB")).astype(int)


def by_both(image: Image.Image, ours: Warp, theirs: Warp, resampling: str) -> tuple[Any, Any]:
    fast = FastImaging(opencv=True).warp(FastRaster(image=image, mode=image.mode), ours, resampling, transparent=True)
    pillow = PillowImaging().warp(PillowRaster(image), theirs, resampling, transparent=True)
    return flattened(image_of(fast)), flattened(image_of(pillow))


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("step", [0.3, 0.7, 0.95, 1.0, 1.05, 1.2, 1.5, 1.9, 2.3, 2.9, 4.0])
@pytest.mark.parametrize("name", PICTURES)
def test_at_any_scale(name: str, step: float, resampling: str) -> None:
    left, top = 11.37, 25.81
    part = PixelBox(left, top, left + WANTED.width * step, top + WANTED.height * step)
    warp = Rescaling(part, WANTED)

    ours, theirs = by_both(PICTURES[name], warp, warp, resampling)

    difference = np.abs(ours - theirs)
    assert difference.mean() <= (0.2 if resampling == "nearest" else 2.0)
    assert 100 * (difference.max(axis=2) > 32).mean() <= 0.5


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("name", PICTURES)
def test_turned_maps(name: str, resampling: str) -> None:
    """Pillow's filter for meshes is sharper than its usual one."""
    turn, step = math.radians(12), 1.1
    corners = ((0, 0), (WANTED.width, 0), (0, WANTED.height), WANTED)
    points = tuple(
        (
            60 + step * (x * math.cos(turn) - y * math.sin(turn)),
            50 + step * (x * math.sin(turn) + y * math.cos(turn)),
        )
        for x, y in corners
    )
    mesh = Mesh(WANTED, (0, WANTED.width), (0, WANTED.height), points)

    ours, theirs = by_both(PICTURES[name], mesh, mesh, resampling)

    difference = np.abs(ours - theirs)
    assert difference.mean() <= (0.2 if resampling == "nearest" else 2.0)
    assert 100 * (difference.max(axis=2) > 32).mean() <= 1


@pytest.mark.parametrize("kind", ["rescaling", "mesh along the axes", "any mesh"])
@pytest.mark.parametrize("step", [2.0, 4.0])
@pytest.mark.parametrize("imaging", [FastImaging(opencv=True), PillowImaging()], ids=["OpenCV", "Pillow"])
def test_areas_are_averaged(imaging: Imaging, step: float, kind: str) -> None:
    """Of a fine pattern of black and white nothing is left but its mean; nearest pixels would leave one of both."""
    image = Image.fromarray((np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.uint8)).convert("RGB")
    across, down = (48.0, 48.0 + step * WANTED.width), (32.0, 32.0 + step * WANTED.height)
    mesh = AlignedMesh(WANTED, (0, WANTED.width), (0, WANTED.height), across, down)
    warps: dict[str, Warp] = {
        "rescaling": Rescaling(PixelBox(across[0], down[0], across[1], down[1]), WANTED),
        "mesh along the axes": mesh,
        "any mesh": mesh.mesh,
    }
    raster = PillowRaster(image) if isinstance(imaging, PillowImaging) else FastRaster(image=image, mode="RGB")

    drawn = {way: imaging.warp(raster, warps[kind], way, transparent=False) for way in ("area", "lanczos", "nearest")}

    for way in ("area", "lanczos"):
        pixels = np.asarray(image_of(drawn[way]).convert("L")).astype(int)[2:-2, 2:-2]
        assert np.abs(pixels - 127.5).max() <= 6
    assert np.asarray(image_of(drawn["nearest"]).convert("L")).std() < 1


@pytest.mark.parametrize("resampling", ["area", "lanczos"])
def test_a_mesh_that_tells_of_endless_steps_costs_no_memory(resampling: str) -> None:
    mesh = AlignedMesh(Size(9, 7), (0, 9), (0, 7), (-1e300, 1e300), (0.0, 1e308))
    image = map_like(40)

    result = FastImaging(opencv=True).warp(FastRaster(image=image, mode="RGBA"), mesh, resampling, transparent=True)

    assert result.size == (9, 7)


@pytest.mark.parametrize("step", [1.2, 1.5, 1.9, 2.4, 3.0])
def test_lines_of_one_pixel_stay_evenly_dark(step: float) -> None:
    image = Image.new("RGB", (SIDE, 16), "white")
    lines = range(9, SIDE, 14)
    for x in lines:
        image.paste((0, 0, 0), (x, 0, x + 1, 16))
    pixels = math.floor(SIDE / step)
    warp = Rescaling(PixelBox(0.0, 0.0, pixels * step, 16.0), Size(pixels, 16))

    ours, theirs = by_both(image, warp, warp, "bicubic")

    ink, wanted = ((255 - drawn[8, :, 0]).astype(float) for drawn in (ours, theirs))
    for x in lines:
        around = slice(max(int((x + 0.5) / step) - 3, 0), int((x + 0.5) / step) + 4)
        if around.stop <= pixels:
            assert ink[around].sum() == pytest.approx(wanted[around].sum(), rel=0.35)


def test_a_rescaling_is_a_mesh_of_one_cell() -> None:
    mesh = as_aligned_mesh(Rescaling(PixelBox(1.0, 2.0, 5.0, 9.0), Size(3, 4)))

    assert mesh == AlignedMesh(Size(3, 4), (0, 3), (0, 4), (1.0, 5.0), (2.0, 9.0))
    assert as_aligned_mesh(mesh) is mesh


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_mesh_along_the_axes_is_drawn_as_if_it_were_any(name: str, resampling: str) -> None:
    aligned = AlignedMesh(WANTED, (0, 50, 90), (0, 30, 80), (11.3, 72.4, 118.9), (5.2, 40.1, 89.7))

    ours, theirs = by_both(PICTURES[name], aligned, aligned.mesh, resampling)
    general, _ = by_both(PICTURES[name], aligned.mesh, aligned.mesh, resampling)

    assert np.abs(ours - general).mean() <= 0.05
    assert np.abs(ours - theirs).mean() <= (0.2 if resampling == "nearest" else 2.0)


odd = st.one_of(st.floats(), st.floats(-30, 70))


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([(math.inf, math.inf)] * 9, id="nowhere"),
        pytest.param([(1e308, -1e308), (-1e308, 1e308)] * 4 + [(0.0, 0.0)], id="far apart"),
    ],
)
@pytest.mark.parametrize("resampling", ["nearest", "bicubic"])
def test_places_that_no_number_tells_are_no_error(points: list[tuple[float, float]], resampling: str) -> None:
    mesh = Mesh(Size(9, 7), (0, 4, 9), (0, 3, 7), tuple(points))
    image = map_like(40, holes=True)

    result = FastImaging(opencv=True).warp(FastRaster(image=image, mode="RGBA"), mesh, resampling, transparent=True)

    assert result.size == (9, 7)


@given(points=st.lists(st.tuples(odd, odd), min_size=9, max_size=9), resampling=st.sampled_from(["nearest", "bicubic"]))
@pytest.mark.parametrize("imaging", [FastImaging(opencv=True), PillowImaging()], ids=["OpenCV", "Pillow"])
def test_no_mesh_is_too_odd(imaging: Imaging, points: list[tuple[float, float]], resampling: str) -> None:
    mesh = Mesh(Size(9, 7), (0, 4, 9), (0, 3, 7), tuple(points))
    image = map_like(40, holes=True)

    result = imaging.warp(FastRaster(image=image, mode="RGBA"), mesh, resampling, transparent=True)

    assert result.size == (9, 7)


@pytest.mark.parametrize("size", [Size(33_000, 2), Size(2, 33_000)], ids=["wide", "high"])
def test_what_is_too_long_for_opencv_is_drawn_by_pillow(size: Size) -> None:
    image = Image.new("RGB", size, "red")
    imaging = FastImaging(opencv=True)

    smaller = imaging.warp(
        FastRaster(image=image, mode="RGB"),
        Rescaling(PixelBox(0.0, 0.0, *map(float, size)), Size(2, 2)),
        "bicubic",
        transparent=False,
    )
    larger = imaging.warp(smaller, Rescaling(PixelBox(0.0, 0.0, 2.0, 2.0), size), "bicubic", transparent=False)

    for raster in (smaller, larger):
        assert image_of(raster).convert("RGB").getcolors(1) == [(math.prod(raster.size), (255, 0, 0))]
