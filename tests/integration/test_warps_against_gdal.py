"""Reprojected maps are those of GDAL's warp of the same data with the same kernel, away from the edges."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.samples import picture
from tests.contract.pictures import bytes_of
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import PNG, ImageEncoding, ImageLimits
from tilekeep.domain.warp_planning import warp_between
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(10_000_000, 10_000_000)
SIDE = 500
SOURCE = ("EPSG:3857", BBox(1_000_000, 6_000_000, 1_500_000, 6_500_000))
TARGETS = {
    "in degrees": ("EPSG:4326", BBox(9.5, 47.7, 12.5, 50.2), Size(330, 400)),
    "in UTM coordinates": ("EPSG:25832", BBox(550_000, 5_290_000, 790_000, 5_530_000), Size(400, 400)),
    "in a conic projection": ("EPSG:3034", BBox(3_950_000, 2_400_000, 4_150_000, 2_600_000), Size(310, 310)),
}
KERNELS = {"nearest": "near", "bilinear": "bilinear", "bicubic": "cubic"}
ADAPTERS = {"pillow": PillowImaging(), "fast with OpenCV": FastImaging(opencv=True)}

#: Pixels at the edges of a map that do not count.
EDGE = 4

_PROJECTION = PyprojProjection()


def photograph() -> Image.Image:
    """Without the grain of a sensor, in which every hundredth of a pixel shows."""
    noisy = Image.open(io.BytesIO(picture("photo", SIDE, SIDE, "image/png"))).convert("RGB")
    return noisy.resize((SIDE // 4, SIDE // 4), Image.Resampling.BOX).resize((SIDE, SIDE), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def warped_by_gdal(
    tmp_path_factory: pytest.TempPathFactory, require_program: Callable[[str], Path]
) -> Callable[[str, str], Image.Image]:
    """What GDAL makes of the photograph for a target with a kernel; every pixel is projected exactly."""
    translate, warp = map(str, map(require_program, ("gdal_translate", "gdalwarp")))
    directory = tmp_path_factory.mktemp("gdal")
    code, (left, bottom, right, top) = SOURCE
    photograph().save(directory / "plain.png")
    corners = map(str, (left, top, right, bottom))
    _run(translate, "-a_srs", code, "-a_ullr", *corners, directory / "plain.png", directory / "source.tif")

    @cache
    def made(target: str, resampling: str) -> Image.Image:
        code, bbox, size = TARGETS[target]
        result = directory / f"{target} {resampling}.tif"
        where = ["-t_srs", code, "-te", *map(str, bbox), "-ts", *map(str, size)]
        _run(warp, "-et", "0", "-r", KERNELS[resampling], *where, directory / "source.tif", result)
        return Image.open(result).convert("RGB")

    return made


def _run(program: str, *arguments: str | Path) -> None:
    subprocess.run([program, "-q", *map(str, arguments)], check=True, capture_output=True)


def drawn(imaging: Imaging, target: str, resampling: str) -> Image.Image:
    (source_code, source_bbox), (target_code, target_bbox, size) = SOURCE, TARGETS[target]
    source, wanted = _PROJECTION.srs(source_code), _PROJECTION.srs(target_code)
    way = _PROJECTION.between(wanted, source)
    shown, asked = Extent(source_bbox, source), Extent(target_bbox, wanted)
    warp = warp_between(shown, Size(SIDE, SIDE), asked, size, way.points, way.axes)
    assert warp is not None
    result = imaging.warp(imaging.decode(bytes_of(photograph(), "PNG"), LIMITS), warp, resampling, transparent=False)
    return Image.open(io.BytesIO(imaging.encode(result, ImageEncoding(PNG, colors=0)).body)).convert("RGB")


def inner(image: Image.Image) -> Any:
    return np.asarray(image).astype(int)[EDGE:-EDGE, EDGE:-EDGE]


@pytest.mark.parametrize("resampling", KERNELS)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_map_is_the_one_that_gdal_draws(
    adapter: str, target: str, resampling: str, warped_by_gdal: Callable[[str, str], Image.Image]
) -> None:
    theirs = warped_by_gdal(target, resampling)

    ours = drawn(ADAPTERS[adapter], target, resampling)

    difference = np.abs(inner(ours) - inner(theirs))
    assert difference.mean() <= 1
    assert np.percentile(difference, 99) <= 8
