"""What defragments bundles, and its fake, keep what defragmenters promise."""

from __future__ import annotations

from pathlib import Path

from tests.contract.compact_stores import compact_defragmenter, compact_store
from tests.contract.defragmenter_suite import DefragmenterSuite
from tests.contract.tile_store_suite import AT, png
from tests.fakes.defragmenter import FakeDefragmenter
from tilekeep.domain.tile import NewTile, TileCoord, TileKey
from tilekeep.ports.defragmenter import Defragmenter, FileUse

SIDE = 16


class TestFake(DefragmenterSuite):
    def make(self, folder: Path) -> Defragmenter:
        return FakeDefragmenter({"a": FileUse(10, 10), "b": FileUse(10, 20), "c": FileUse(0, 20)})


class BundleDefragmenterSuite(DefragmenterSuite):
    version: int

    def make(self, folder: Path) -> Defragmenter:
        store = compact_store(folder, self.version)
        keys = {z: [TileKey(TileCoord(z, x, y)) for x in range(SIDE) for y in range(SIDE)] for z in (5, 6, 7)}
        for z, times in ((5, 1), (6, 2), (7, 1)):
            for _ in range(times):
                store.write([NewTile(key, png(key, size=2000), "image/png") for key in keys[z]], AT)
        store.remove(keys[7])
        return compact_defragmenter(folder, self.version)


class TestVersion1(BundleDefragmenterSuite):
    version = 1


class TestVersion2(BundleDefragmenterSuite):
    version = 2
