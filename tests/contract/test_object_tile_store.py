"""The store of tiles as objects keeps what tile stores promise, in every directory layout."""

from __future__ import annotations

from pathlib import Path

from tests.contract.object_tile_store_suite import ObjectTileStoreSuite
from tests.fakes.object_service import FakeObjectService
from tilekeep.adapters.storage.objects.service import ObjectHead, StoredObject
from tilekeep.domain.tile import TileKey

Medium = dict[str, StoredObject]


class FakeServiceSuite(ObjectTileStoreSuite):
    tells_metadata = False
    large_batch = (12, 14)
    examples = 25

    def medium(self, folder: Path) -> Medium:
        return {}

    def service(self, medium: Medium) -> FakeObjectService:
        return FakeObjectService(medium, tells_metadata=self.tells_metadata)

    def put(self, medium: Medium, key: TileKey, body: bytes, at: float) -> None:
        medium[self.name(key)] = StoredObject(body, ObjectHead(len(body), at, {}))

    def get(self, medium: Medium, key: TileKey) -> bytes | None:
        found = medium.get(self.name(key))
        return None if found is None else found.body

    def keys(self, medium: Medium) -> list[str]:
        return list(medium)


class TestTmsLayout(FakeServiceSuite):
    layout = "tms"
    format_has_times = True


class TestListingsThatTellMetadata(FakeServiceSuite):
    tells_metadata = True


class TestTcLayout(FakeServiceSuite):
    layout = "tc"


class TestMpLayout(FakeServiceSuite):
    layout = "mp"


class TestReverseTmsLayout(FakeServiceSuite):
    layout = "reverse_tms"


class TestQuadkeyLayout(FakeServiceSuite):
    layout = "quadkey"


class TestArcgisLayout(FakeServiceSuite):
    layout = "arcgis"
