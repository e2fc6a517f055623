"""What tile stores behind a network promise besides: several processes, writers that are killed, deadlines."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.processes import forked, kill, signals, wait_for
from tests.contract.tile_store_suite import AT, IN_TIME, KEY, OTHER, VALIDATORS, TileStoreSuite, new, png
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.tile_store import TileStore

#: Stored before a writer is killed, in the neighbourhood of what it writes.
EARLIER = TileKey(KEY.coord._replace(x=KEY.coord.x - 1))


class NetworkedTileStoreSuite(TileStoreSuite):
    """For stores whose medium is a place on a server that outlives the test."""

    #: How many writers are killed, unless all must be shown (soak).
    killed_writers = 20

    def test_what_is_no_image_is_an_error_and_is_replaced_by_the_next_tile(self, store: TileStore, shared: Any) -> None:
        self.put(shared, KEY, b"<html>no image</html>", AT)

        with pytest.raises(StoreError, match="no image"):
            store.read(KEY)
        with pytest.raises(StoreError, match="no image"):
            store.read_many([KEY])

        self.write(store, KEY, png("new"))
        assert self.read_body(store, KEY) == png("new")

    def test_the_record_of_a_tile_ends_where_another_program_replaces_it(self, store: TileStore, shared: Any) -> None:
        store.write([new(KEY, png("ours"), validators=VALIDATORS, checksum="12ab")], AT)

        self.put(shared, KEY, png("from behind"), AT + 100)

        known = store.stat_many([KEY])[KEY]
        assert (known.validators, known.checksum) == (None, None)
        assert known.stored_at != AT
        assert self.read_info(store, KEY).stored_at == pytest.approx(known.stored_at, abs=self.time_resolution_seconds)

    def test_a_store_works_in_a_forked_child_beside_its_parent(self, store: TileStore) -> None:
        self.write(store, KEY, png("of the parent"))

        def work(number: int) -> None:
            for _ in range(20):
                assert self.read_body(store, KEY) == png("of the parent")
                self.write(store, OTHER._replace(coord=OTHER.coord._replace(y=number)), png(number))

        children = [forked(lambda number=number: work(number)) for number in range(3)]  # type: ignore[misc]
        work(3)
        wait_for(*children)

        found = [self.read_body(store, OTHER._replace(coord=OTHER.coord._replace(y=number))) for number in range(4)]
        assert found == [png(number) for number in range(4)]

    def test_processes_that_write_one_tile_never_show_a_mixture(self, store: TileStore, shared: Any) -> None:
        bodies = [png(number, size=50_000 + number) for number in range(3)]
        self.write(store, KEY, bodies[0])

        def work(body: bytes) -> None:
            own = self.make_store(shared)
            for _ in range(15):
                self.write(own, KEY, body)
                assert self.read_body(own, KEY) in bodies

        wait_for(*[forked(lambda body=body: work(body)) for body in bodies])  # type: ignore[misc]

        assert self.read_body(store, KEY) in bodies
        assert self.leftovers(shared) == []

    def test_processes_that_fill_one_level_lose_no_tile(self, store: TileStore, shared: Any) -> None:
        def key(writer: int, number: int) -> TileKey:
            return TileKey(TileCoord(9, number, writer))

        def write(writer: int) -> None:
            own = self.make_store(shared)
            for start in range(0, 60, 10):
                own.write([new(key(writer, number), png((writer, number))) for number in range(start, start + 10)], AT)

        wait_for(*[forked(lambda writer=writer: write(writer)) for writer in range(3)])  # type: ignore[misc]

        assert {found for found, _ in store.list(9)} == {
            key(writer, number) for writer in range(3) for number in range(60)
        }
        assert self.leftovers(shared) == []

    def test_a_killed_writer_leaves_whole_tiles_only(
        self, store: TileStore, shared: Any, rounds: Callable[[int, int], int]
    ) -> None:
        bodies = [png(letter * 200_000) for letter in "abc"]
        for key in (KEY, OTHER, IN_TIME):
            self.write(store, key, bodies[0])
        self.write(store, EARLIER, png("earlier"))

        for _ in range(rounds(self.killed_writers, 200)):
            self._write_until_killed(shared, bodies)

            found = [self.read_body(store, key) for key in (KEY, OTHER, IN_TIME)]
            assert all(body in bodies for body in found)
            assert self.read_body(store, EARLIER) == png("earlier")
            assert {key for key, _ in store.list(KEY.coord.z)} == {KEY, OTHER, IN_TIME, EARLIER}
        store.remove_level(KEY.coord.z)
        assert self.leftovers(shared) == []

    def _write_until_killed(self, shared: Any, bodies: list[bytes]) -> None:
        with signals() as (tell, await_):

            def work() -> None:
                own = self.make_store(shared)
                own.read(KEY)
                tell()
                while True:
                    for body in bodies:
                        own.write([new(key, body) for key in (KEY, OTHER, IN_TIME)], AT)

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.01))
            kill(child)
