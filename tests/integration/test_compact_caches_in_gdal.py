"""GDAL opens the bundles that Tilekeep writes, as those of ArcGIS (its driver reads version 2 only)."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.contract.compact_stores import compact_defragmenter, compact_store
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators

LEVELS = range(3)
AT = 1_700_000_000.25

#: What ArcGIS keeps beside its bundles, in the directory above them.
CONF = """\
<?xml version="1.0" encoding="utf-8"?>
<CacheInfo>
  <TileCacheInfo>
    <SpatialReference><WKID>3857</WKID><LatestWKID>3857</LatestWKID></SpatialReference>
    <TileOrigin><X>-20037508.342789244</X><Y>20037508.342789244</Y></TileOrigin>
    <TileCols>256</TileCols><TileRows>256</TileRows>
    <LODInfos>{levels}</LODInfos>
  </TileCacheInfo>
  <TileImageInfo><CacheTileFormat>PNG</CacheTileFormat></TileImageInfo>
  <CacheStorageInfo>
    <StorageFormat>esriMapCacheStorageModeCompactV2</StorageFormat><PacketSize>128</PacketSize>
  </CacheStorageInfo>
</CacheInfo>
"""
LEVEL = "<LODInfo><LevelID>{z}</LevelID><Scale>{scale}</Scale><Resolution>{resolution}</Resolution></LODInfo>"


def color(coord: TileCoord) -> tuple[int, int, int]:
    return 60 * coord.x, 60 * coord.y, 100 * coord.z


def png(coord: TileCoord) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (256, 256), color(coord)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def gdal_translate(require_program: Callable[[str], Path]) -> str:
    program = str(require_program("gdal_translate"))
    formats = subprocess.run([program, "--formats"], capture_output=True, text=True, check=True).stdout
    if "ESRIC" not in formats:
        pytest.skip("this GDAL has no driver for compact caches")
    return program


def test_every_tile_stands_where_it_belongs(tmp_path: Path, gdal_translate: str) -> None:
    coords = [TileCoord(z, x, y) for z in LEVELS for x in range(1 << z) for y in range(1 << z)]
    resolutions = [(z, 156543.03392804097 / (1 << z)) for z in LEVELS]
    levels = "".join(LEVEL.format(z=z, scale=res / 0.00028, resolution=res) for z, res in resolutions)
    (tmp_path / "conf.xml").write_text(CONF.format(levels=levels))
    store = compact_store(tmp_path / "_alllayers", 2)
    for size in (50, 300):
        validators = Validators("x" * size, None)
        store.write([NewTile(TileKey(coord), png(coord), "image/png", validators) for coord in coords], AT)
    store.renew([TileKey(coords[-1])], AT + 1, Validators("y", None))
    defragmenter = compact_defragmenter(tmp_path / "_alllayers", 2)
    defragmenter.defragment(defragmenter.files()[1])

    picture = tmp_path / "picture.png"
    subprocess.run([gdal_translate, "-q", "-of", "PNG", tmp_path / "conf.xml", picture], check=True)

    last = LEVELS[-1]
    with Image.open(picture) as found:
        assert found.size == (256 << last, 256 << last)
        for coord in coords:
            if coord.z == last:
                center = (256 * coord.x + 128, 256 * coord.y + 128)
                assert found.convert("RGB").getpixel(center) == color(coord)
