"""GDAL finds out where our TIFF images lie."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.pictures import bytes_of, gradient
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import TIFF, ImageEncoding, ImageLimits
from tilekeep.ports.imaging import Imaging

pytestmark = pytest.mark.service

LIMITS = ImageLimits(10_000_000, 10_000_000)

each_imaging = pytest.mark.parametrize("imaging", [PillowImaging(), FastImaging()], ids=["pillow", "fast"])


def described(
    imaging: Imaging, extent: Extent, encoding: ImageEncoding, gdalinfo: Path, directory: Path
) -> dict[str, Any]:
    encoded = imaging.encode(imaging.decode(bytes_of(gradient(30, 20), "PNG"), LIMITS), encoding, extent)
    path = directory / "map.tiff"
    path.write_bytes(encoded.body)
    done = subprocess.run([gdalinfo, "-json", path], capture_output=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@each_imaging
@pytest.mark.parametrize(
    ("code", "bbox", "number"),
    [
        ("EPSG:25832", BBox(400_000.0, 5_500_000.0, 430_000.0, 5_520_000.0), 25832),
        ("EPSG:3857", BBox(0.0, 0.0, 30_000.0, 20_000.0), 3857),
        ("EPSG:900913", BBox(0.0, 0.0, 30_000.0, 20_000.0), 3857),
        ("EPSG:4326", BBox(5.0, 50.0, 8.0, 52.0), 4326),
        ("CRS:84", BBox(5.0, 50.0, 8.0, 52.0), 4326),
    ],
)
def test_gdal_reads_reference_system_corners_and_pixels(
    imaging: Imaging,
    code: str,
    bbox: BBox,
    number: int,
    require_program: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    extent = Extent(bbox, PyprojProjection().srs(code))

    info = described(imaging, extent, ImageEncoding(TIFF), require_program("gdalinfo"), tmp_path)

    assert f'ID["EPSG",{number}]' in info["coordinateSystem"]["wkt"].rsplit("\n", 1)[-1]
    assert info["cornerCoordinates"]["upperLeft"] == [bbox.min_x, bbox.max_y]
    assert info["cornerCoordinates"]["lowerRight"] == [bbox.max_x, bbox.min_y]
    assert info["size"] == [30, 20]
    assert info["metadata"][""] == {"AREA_OR_POINT": "Area"}


@each_imaging
@pytest.mark.parametrize(("compression", "name"), [("raw", None), ("tiff_lzw", "LZW"), ("jpeg", "JPEG"), (None, None)])
def test_any_compression_keeps_the_reference(
    imaging: Imaging,
    compression: str | None,
    name: str | None,
    require_program: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    extent = Extent(BBox(0.0, 0.0, 30.0, 20.0), PyprojProjection().srs("EPSG:3857"))
    encoding = ImageEncoding("image/GeoTIFF", tiff_compression=compression)

    info = described(imaging, extent, encoding, require_program("gdalinfo"), tmp_path)

    assert info["metadata"]["IMAGE_STRUCTURE"].get("COMPRESSION") == name
    assert info["geoTransform"] == [0.0, 1.0, 0.0, 20.0, 0.0, -1.0]
