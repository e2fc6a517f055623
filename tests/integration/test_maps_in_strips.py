"""A map that is put together in strips has the pixels of the same map in one piece."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.application import map_from_tiles
from tilekeep.application.map_from_tiles import MapFromTiles, MosaicLook
from tilekeep.application.sources.cached_map import CachedMap
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.map_query import Blank, Drawn, MapQuery
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.imaging import Imaging

LEVEL = 3
HALF = 20037508.342789244


def noisy_tile(x: int, y: int) -> bytes:
    """A tile in which every seam, shift and missing margin would show."""
    dice = random.Random(x * 100 + y)
    small = Image.frombytes("RGB", (64, 64), dice.randbytes(64 * 64 * 3))
    out = io.BytesIO()
    small.resize((256, 256), Image.Resampling.BICUBIC).save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.fixture(scope="module")
def bodies() -> dict[TileKey, bytes]:
    return {TileKey(TileCoord(LEVEL, x, y)): noisy_tile(x, y) for x in range(8) for y in range(8)}


@pytest.fixture(params=[PillowImaging, FastImaging], ids=["Pillow", "fast"])
def imaging(request: pytest.FixtureRequest) -> Imaging:
    made: Imaging = request.param()
    return made


@pytest.fixture
def drawn(imaging: Imaging, bodies: dict[TileKey, bytes]) -> Callable[[MapQuery], np.ndarray]:
    projection = PyprojProjection()
    grid = GridDefinition("GLOBAL_WEBMERCATOR", projection.srs("EPSG:3857"), origin="nw").grid()
    kitchen = Kitchen(FakeMapSource(Blank()))
    for key, body in bodies.items():
        kitchen.store.put(key, body, kitchen.clock.now())
    maps = MapFromTiles(
        tiles=kitchen.get_tile,
        remover=kitchen.store,
        grid=grid,
        imaging=imaging,
        projection=projection,
        read_slice=lambda _: b"",
        limits=ImageLimits(10_000_000, 10_000_000),
        look=MosaicLook(transparent=False, resampling="bicubic"),
    )

    def draw(query: MapQuery) -> np.ndarray:
        answer = CachedMap(maps, grid).get(query, Purpose.SERVE, NO_DEADLINE)
        assert isinstance(answer, Drawn)
        pixels = imaging.encode(answer.raster, ImageEncoding("image/png", colors=0)).body
        return np.asarray(Image.open(io.BytesIO(pixels)).convert("RGB"), dtype=np.int16)

    return draw


@pytest.mark.parametrize(
    ("code", "bbox", "size"),
    [
        pytest.param("EPSG:3857", (-HALF, -HALF, HALF, HALF), (1900, 1900), id="rescaled"),
        pytest.param("EPSG:3857", (-9e6, -3e6, 1.1e7, 1.4e7), (1100, 930), id="a part of the grid"),
        pytest.param("EPSG:4326", (-150.0, -60.0, 120.0, 75.0), (1200, 700), id="in degrees"),
        pytest.param("EPSG:3035", (2.5e6, 1.4e6, 7.4e6, 5.5e6), (330, 276), id="in a projection that turns"),
    ],
)
def test_strips_leave_no_trace(
    drawn: Callable[[MapQuery], np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    bbox: tuple[float, float, float, float],
    size: tuple[int, int],
) -> None:
    query = MapQuery(BBox(*bbox), Size(*size), PyprojProjection().srs(code), "image/png")
    monkeypatch.setattr(map_from_tiles, "MOSAIC_PIXELS", 10**9)
    whole = drawn(query)
    monkeypatch.setattr(map_from_tiles, "MOSAIC_PIXELS", 400_000)
    parts = drawn(query)

    difference = np.abs(whole - parts)

    # Filters round positions to fractions of a pixel, and lattices of other sizes bend by fractions of one.
    assert difference.mean() < 1.5
    rows = difference.mean(axis=(1, 2))
    assert rows.max() < 4 * max(1.0, float(np.median(rows))), "no row of pixels is off more than the others"
