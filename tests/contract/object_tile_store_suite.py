"""What stores of objects promise besides, whatever the service; subclasses look at the bucket from behind."""

from __future__ import annotations

import random
import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.contract.layout_names import LAYOUTS
from tests.contract.processes import forked, kill, signals, wait_for
from tests.contract.tile_store_suite import AT, DEEPER, DIMENSIONS, IN_TIME, KEY, OTHER, TileStoreSuite, new, png
from tilekeep.adapters.storage.objects.service import ObjectService
from tilekeep.adapters.storage.objects.store import ObjectTileStore
from tilekeep.adapters.storage.objects.workers import ObjectWorkers
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import TileCoord, TileKey, TileSet
from tilekeep.domain.tile_layout import tile_layout
from tilekeep.ports.tile_store import TileStore

RESOURCES = ProcessResources()
WORKERS = ObjectWorkers()
RESOURCES.keep(WORKERS)

DIRECTORY = "/maps/osm"


class ObjectTileStoreSuite(TileStoreSuite):
    layout = "tms"

    #: Services tell the time of an upload, which no client can choose.
    format_has_times = False

    @abstractmethod
    def service(self, medium: Any) -> ObjectService:
        """The service on ``medium``."""

    @abstractmethod
    def keys(self, medium: Any) -> list[str]:
        """The keys of all objects."""

    def make_store(self, medium: Any) -> ObjectTileStore:
        return ObjectTileStore(
            TileSet("osm", "webmercator", "png"),
            self.service(medium),
            WORKERS,
            directory=DIRECTORY,
            layout=tile_layout(self.layout),
            media_type="image/png",
        )

    def name(self, key: TileKey) -> str:
        """The key of an object, by a formula of its own."""
        assert not key.variant
        dimensions = [f"{name}-{value}" for name, value in key.dimensions]
        return "/".join(["maps/osm", *dimensions, f"{LAYOUTS[self.layout](*key.coord)}.png"])

    def leftovers(self, medium: Any) -> list[str]:
        return [key for key in self.keys(medium) if not (key.startswith("maps/osm/") and key.endswith(".png"))]


class SharedObjectTileStoreSuite(ObjectTileStoreSuite):
    """For services that other processes can ask too."""

    # Each operation is a request, so that less has to do.
    large_batch = (8, 9)
    examples = 4
    kills = 20

    #: Tiles that are removed in one call, if not one more than the service takes in one request.
    removed_tiles: int | None = None

    def test_tiles_of_other_dimensions_are_other_tiles(self, store: TileStore, shared: Any) -> None:  # type: ignore[override]
        """All at once, as each tile takes a request."""
        keys = [KEY._replace(dimensions=param.values[0]) for param in DIMENSIONS]  # type: ignore[arg-type]

        store.write([new(key, png(key)) for key in keys], AT)

        found = store.read_many(keys)
        assert {key: found[key].body for key in keys} == {key: png(key) for key in keys}
        assert {key for key, _ in store.list(4)} == set(keys)
        assert self.leftovers(shared) == []

    def test_what_is_no_image_is_an_error_and_is_replaced_by_the_next_tile(self, store: TileStore, shared: Any) -> None:
        self.put(shared, KEY, b"<html>no image</html>", AT)

        with pytest.raises(StoreError, match=r"maps/osm/4/9/6\.png.* is no image"):
            store.read(KEY)
        with pytest.raises(StoreError, match="is no image"):
            store.read_many([KEY, OTHER])

        self.write(store, KEY, png("new"))
        assert self.read_body(store, KEY) == png("new")

    def test_another_process_sees_a_tile_at_once(self, store: TileStore, shared: Any) -> None:
        wait_for(forked(lambda: self.write(self.make_store(shared), KEY, png("of the child"))))

        assert self.read_body(store, KEY) == png("of the child")

    def test_a_store_works_in_a_forked_child(self, store: TileStore) -> None:
        batch = [new(key, png(key)) for key in (KEY, OTHER, DEEPER)]
        store.write(batch, AT)

        def work() -> None:
            assert len(store.read_many([KEY, OTHER, DEEPER])) == 3
            store.write([new(key, png("of the child")) for key in (KEY, OTHER)], AT)

        wait_for(*[forked(work) for _ in range(3)])
        assert self.read_body(store, OTHER) == png("of the child")
        assert self.read_body(store, DEEPER) == png(DEEPER)

    def test_a_killed_writer_leaves_whole_tiles_only(
        self, store: TileStore, shared: Any, rounds: Callable[[int, int], int]
    ) -> None:
        bodies = [png(letter * 200_000) for letter in "abc"]
        keys = (KEY, OTHER, IN_TIME)
        store.write([new(key, bodies[0]) for key in keys], AT)

        for _ in range(rounds(self.kills, 200)):
            self._write_until_killed(shared, keys, bodies)

            found = store.read_many(keys)
            assert found.keys() == set(keys)
            assert all(tile.body in bodies for tile in found.values())
        assert {key for key, _ in store.list(KEY.coord.z)} == set(keys)

    def _write_until_killed(self, shared: Any, keys: Sequence[TileKey], bodies: Sequence[bytes]) -> None:
        with signals() as (tell, await_):

            def work() -> None:
                own = self.make_store(shared)
                own.write([new(KEY, bodies[0])], AT)
                tell()
                while True:
                    for body in bodies:
                        own.write([new(key, body) for key in keys], AT)

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.05))
            kill(child)

    def test_more_tiles_than_one_request_can_name_are_removed(self, store: TileStore, shared: Any) -> None:
        stored = [TileKey(TileCoord(11, x, 0)) for x in range(4)]
        store.write([new(key, png()) for key in stored], AT)
        count = self.removed_tiles or self.service(shared).most_removed
        missing = [TileKey(TileCoord(11, x, 1)) for x in range(count)]

        store.remove([*stored[:2], *missing, *stored[2:]])

        assert list(store.list(11)) == []

    def test_a_vanished_bucket_is_an_error_that_says_so(self, store: TileStore, shared: Any) -> None:
        gone = self.make_store(f"{shared}-gone")

        for attempt in (
            lambda: gone.read(KEY),
            lambda: gone.read_many([KEY, OTHER]),
            lambda: self.write(gone, KEY),
            lambda: gone.remove([KEY, OTHER]),
            lambda: gone.remove_level(KEY.coord.z),
            lambda: list(gone.list(KEY.coord.z)),
        ):
            with pytest.raises(StoreError, match=rf"{shared}-gone.* does not exist"):
                attempt()

    def test_a_passed_deadline_is_an_error_that_says_so(self, store: TileStore) -> None:
        with pytest.raises(StoreError, match=r"maps/osm/4/9/6\.png.*the time of the request is up"):
            store.read(KEY, Deadline(0.0))
        with pytest.raises(StoreError, match="the time of the request is up"):
            store.write([new(KEY, png())], AT, Deadline(0.0))

    def test_the_place_of_a_tile_is_told_without_credentials(self, store: TileStore, shared: Any) -> None:
        place = store.locate(KEY)

        assert "maps/osm/4/9/6.png" in place
        assert str(shared) in place
        assert "testing" not in place
