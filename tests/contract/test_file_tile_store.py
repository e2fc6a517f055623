"""The file tile store, in every directory layout, with and without links, keeps what tile stores promise."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.contract.layout_names import LAYOUTS, grouped
from tests.contract.shared_tile_store_suite import SharedTileStoreSuite
from tests.contract.tile_store_suite import AT, KEY, new
from tilekeep.adapters.storage import stored_info
from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.domain.tile_layout import tile_layout


class FileTileStoreSuite(SharedTileStoreSuite):
    """The file of a tile is found by a formula of its own."""

    layout: str
    shares_images = False

    def medium(self, folder: Path) -> Path:
        return folder

    def make_store(self, medium: Path) -> FileTileStore:
        return FileTileStore(
            TileSet("osm", "webmercator", "png"),
            str(medium),
            tile_layout(self.layout),
            media_type="image/png",
            directory_permissions=None,
            file_permissions=None,
            link_single_color=None,
            shares_images=self.shares_images,
        )

    def put(self, medium: Path, key: TileKey, body: bytes, at: float) -> None:
        path = self.path(medium, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        os.utime(path, (at, at))

    def get(self, medium: Path, key: TileKey) -> bytes | None:
        path = self.path(medium, key)
        return path.read_bytes() if path.exists() else None

    def path(self, medium: Path, key: TileKey) -> Path:
        assert not key.variant
        dimensions = [f"{name}-{value}" for name, value in key.dimensions]
        return medium.joinpath(*dimensions, f"{LAYOUTS[self.layout](*key.coord)}.png")

    def leftovers(self, medium: Path) -> list[str]:
        files = [str(path.relative_to(medium)) for path in medium.rglob("*") if not path.is_dir()]
        empty = [
            str(path.relative_to(medium)) for path in medium.rglob("*") if path.is_dir() and not any(path.iterdir())
        ]
        outside = [path.name for path in medium.parent.iterdir() if path != medium]
        return [name for name in files if re.search(r"\.png$", name) is None] + empty + outside

    def keeps_records(self, medium: Path) -> bool:
        medium.mkdir(parents=True, exist_ok=True)
        probe = medium / "probe"
        probe.touch()
        try:
            os.setxattr(probe, "user.probe", b"1")
        except (OSError, AttributeError):
            return False
        finally:
            probe.unlink()
        return True


class TestTcLayout(FileTileStoreSuite):
    layout = "tc"


class TestIdenticalTilesThatShareFiles(FileTileStoreSuite):
    layout = "tc"
    shares_images = True


class TestMpLayout(FileTileStoreSuite):
    layout = "mp"


class TestTmsLayout(FileTileStoreSuite):
    layout = "tms"


class TestReverseTmsLayout(FileTileStoreSuite):
    layout = "reverse_tms"


class TestQuadkeyLayout(FileTileStoreSuite):
    layout = "quadkey"


class TestArcgisLayout(FileTileStoreSuite):
    layout = "arcgis"


def test_records_that_nobody_wants_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = TestQuadkeyLayout()
    store = suite.make_store(tmp_path)
    store.write([new(KEY, b"\x89PNG\r\n\x1a\n")], AT)
    read: list[str] = []

    def read_record(path: str) -> TileRecord:
        read.append(path)
        return NO_RECORD

    monkeypatch.setattr(stored_info, "read_record", read_record)

    assert store.stat_many([KEY], with_records=False)[KEY].stored_at == AT
    assert read == []
    store.stat_many([KEY])
    assert len(read) == 1


@pytest.mark.parametrize("number", [0, 999, 1000, 123_456_789])
def test_the_back_door_groups_digits(number: int) -> None:
    assert int(grouped(number, 3).replace("/", "")) == number
    assert int(grouped(number, 4).replace("/", "")) == number
