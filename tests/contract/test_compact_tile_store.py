"""The compact tile store, in both versions of its bundles, keeps what tile stores promise."""

from __future__ import annotations

from pathlib import Path

from tests.contract.bundle_back_door import get_version_1, get_version_2, put_version_1, put_version_2
from tests.contract.shared_tile_store_suite import SharedTileStoreSuite
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.storage.compact.bundle_format import BundleFormat
from tilekeep.adapters.storage.compact.store import CompactTileStore
from tilekeep.adapters.storage.compact.version_1 import BundleVersion1
from tilekeep.adapters.storage.compact.version_2 import BundleVersion2
from tilekeep.domain.tile import TileKey, TileSet


class CompactTileStoreSuite(SharedTileStoreSuite):
    bundle_format: BundleFormat
    endings: frozenset[str]

    def medium(self, folder: Path) -> Path:
        return folder

    def make_store(self, medium: Path) -> CompactTileStore:
        return CompactTileStore(
            TileSet("osm", "webmercator", "png"),
            str(medium),
            self.bundle_format,
            lambda directory: FileTileLock(directory, SystemClock(), timeout_seconds=60.0, keeps_files=True),
            media_type="image/png",
            directory_permissions=None,
            file_permissions=None,
        )

    def leftovers(self, medium: Path) -> list[str]:
        files = [path for path in medium.rglob("*") if not path.is_dir() and not self.belongs_here(path)]
        empty = [path for path in medium.rglob("*") if path.is_dir() and not any(path.iterdir())]
        outside = [path for path in medium.parent.iterdir() if path != medium]
        return [str(path) for path in files + empty + outside]

    def belongs_here(self, path: Path) -> bool:
        """A file of a bundle, or the lock of one that is there."""
        if path.suffix == ".lck":
            return path.with_suffix(".bundle").exists()
        return path.suffix in self.endings


class TestVersion1(CompactTileStoreSuite):
    bundle_format = BundleVersion1()
    endings = frozenset({".bundle", ".bundlx"})

    def put(self, medium: Path, key: TileKey, body: bytes, at: float) -> None:
        put_version_1(medium, key, body, at)

    def get(self, medium: Path, key: TileKey) -> bytes | None:
        return get_version_1(medium, key)


class TestVersion2(CompactTileStoreSuite):
    bundle_format = BundleVersion2()
    endings = frozenset({".bundle"})

    def put(self, medium: Path, key: TileKey, body: bytes, at: float) -> None:
        put_version_2(medium, key, body, at)

    def get(self, medium: Path, key: TileKey) -> bytes | None:
        return get_version_2(medium, key)
