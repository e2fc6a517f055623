"""The compact tile store, in both versions of its bundles, keeps what tile stores promise."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.contract.bundle_back_door import get_version_1, get_version_2, put_version_1, put_version_2
from tests.contract.compact_stores import compact_store
from tests.contract.shared_tile_store_suite import SharedTileStoreSuite
from tests.contract.tile_store_suite import AT, LATER, png
from tilekeep.adapters.storage.compact.store import CompactTileStore
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import NewTile, TileCoord, TileKey


class CompactTileStoreSuite(SharedTileStoreSuite):
    version: int
    endings: frozenset[str]

    def medium(self, folder: Path) -> Path:
        return folder

    def make_store(self, medium: Path) -> CompactTileStore:
        return compact_store(medium, self.version)

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

    def test_a_full_disk_makes_tiles_of_other_programs_no_younger(
        self, store: CompactTileStore, shared: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        theirs, ours = (TileKey(TileCoord(5, x, 1)) for x in (1, 2))
        self.put(shared, theirs, png(theirs), AT)
        write = os.pwrite

        def write_little(descriptor: int, parts: list[bytes], offset: int) -> int:
            return write(descriptor, parts[0], offset)

        def refuse(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as full:
            full.setattr("os.pwritev", write_little)
            full.setattr("os.pwrite", refuse)
            with pytest.raises(StoreError, match="No space left"):
                store.write([NewTile(ours, png(ours), "image/png")], LATER)

        assert store.stat_many([theirs])[theirs].stored_at == AT
        tile = store.read(theirs)
        assert tile is not None
        assert tile.info.stored_at == AT


class TestVersion1(CompactTileStoreSuite):
    version = 1
    endings = frozenset({".bundle", ".bundlx"})

    def put(self, medium: Path, key: TileKey, body: bytes, at: float) -> None:
        put_version_1(medium, key, body, at)

    def get(self, medium: Path, key: TileKey) -> bytes | None:
        return get_version_1(medium, key)


class TestVersion2(CompactTileStoreSuite):
    version = 2
    endings = frozenset({".bundle"})

    def put(self, medium: Path, key: TileKey, body: bytes, at: float) -> None:
        put_version_2(medium, key, body, at)

    def get(self, medium: Path, key: TileKey) -> bytes | None:
        return get_version_2(medium, key)
