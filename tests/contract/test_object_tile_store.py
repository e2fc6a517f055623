"""The store of tiles as objects keeps what tile stores promise, in every directory layout."""

from __future__ import annotations

from pathlib import Path

from tests.contract.object_tile_store_suite import DIRECTORY, ObjectTileStoreSuite
from tests.contract.tile_store_suite import KEY, OTHER, png
from tests.fakes.object_service import FakeObjectService
from tilekeep.adapters.storage.objects.service import ObjectHead, StoredObject
from tilekeep.adapters.storage.objects.store import ObjectTileStore
from tilekeep.adapters.storage.objects.workers import ObjectWorkers
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.domain.tile_layout import tile_layout

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


def test_objects_that_are_surely_old_are_not_asked_for_their_times() -> None:
    suite = TestTmsLayout()
    medium: Medium = {}
    service = FakeObjectService(medium)
    layout, workers = tile_layout("tms"), ObjectWorkers()
    tile_set = TileSet("osm", "webmercator", "png")
    store = ObjectTileStore(tile_set, service, workers, directory=DIRECTORY, layout=layout, media_type="image/png")
    limit = 1_700_000_000.0
    for key, at in ((KEY, limit - 7200.0), (OTHER, limit + 60.0)):
        suite.put(medium, key, png(key), at)

    listed = dict(store.list(KEY.coord.z, exact_from=limit))

    assert {key: info.stored_at for key, info in listed.items()} == {KEY: limit - 7200.0, OTHER: limit + 60.0}
    assert [kind for kind, _ in service.requests].count("head") == 1
