"""What tile stores promise besides when several processes use them, and when disks or permissions fail."""

from __future__ import annotations

import os
import random
import re
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.processes import become_nobody, forked, kill, signals, wait_for
from tests.contract.tile_store_suite import AT, DEEPER, IN_TIME, KEY, LATER, OTHER, TileStoreSuite, new, png
from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.tile_store import TileStore

#: Stored before a writer is killed, in the neighbourhood of what it writes.
EARLIER = TileKey(KEY.coord._replace(x=KEY.coord.x - 1))


class SharedTileStoreSuite(TileStoreSuite):
    """For stores whose medium is a directory, or a file, of this machine."""

    #: What the error of a full disk, and of what may not be written, says besides the path: expressions.
    full_disk_reason = "File too large"
    forbidden_reason = "Permission denied"

    def test_what_is_no_image_is_an_error_and_is_replaced_by_the_next_tile(self, store: TileStore, shared: Any) -> None:
        self.put(shared, KEY, b"<html>no image</html>", AT)

        with pytest.raises(StoreError, match="no image"):
            store.read(KEY)
        with pytest.raises(StoreError, match="no image"):
            store.read_many([KEY])

        self.write(store, KEY, png("new"))
        assert self.read_body(store, KEY) == png("new")

    def test_another_process_sees_a_tile_at_once(self, store: TileStore, shared: Any) -> None:
        wait_for(forked(lambda: self.write(self.make_store(shared), KEY, png("of the child"))))

        assert self.read_body(store, KEY) == png("of the child")

    def test_a_store_works_in_a_forked_child(self, store: TileStore) -> None:
        self.write(store, KEY, png("of the parent"))

        def work() -> None:
            assert self.read_body(store, KEY) == png("of the parent")
            self.write(store, OTHER, png("of the child"))

        wait_for(forked(work))
        assert self.read_body(store, OTHER) == png("of the child")

    def test_processes_that_write_one_tile_never_show_a_mixture(self, store: TileStore, shared: Any) -> None:
        bodies = [png(number, size=50_000 + number) for number in range(4)]
        self.write(store, KEY, bodies[0])

        def work(body: bytes) -> None:
            own = self.make_store(shared)
            for _ in range(25):
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
            for start in range(0, 100, 10):
                own.write([new(key(writer, number), png((writer, number))) for number in range(start, start + 10)], AT)

        def read() -> None:
            own = self.make_store(shared)
            while len(own.read_many([key(writer, 99) for writer in range(4)])) < 4:
                for writer in range(4):
                    seen = own.read_many([key(writer, number) for number in range(100)])
                    assert all(tile.body == png((at.coord.y, at.coord.x)) for at, tile in seen.items())

        wait_for(*[forked(lambda writer=writer: write(writer)) for writer in range(4)], forked(read), forked(read))  # type: ignore[misc]

        assert {found for found, _ in store.list(9)} == {
            key(writer, number) for writer in range(4) for number in range(100)
        }
        assert self.leftovers(shared) == []

    def test_tiles_are_written_while_their_level_is_removed_again_and_again(
        self, store: TileStore, shared: Any
    ) -> None:
        def remove() -> None:
            own = self.make_store(shared)
            for _ in range(200):
                own.remove_level(KEY.coord.z)

        remover = forked(remove)
        for number in range(100):
            self.write(store, KEY._replace(coord=TileCoord(KEY.coord.z, number % 16, number // 16)), png(number))
        wait_for(remover)

        self.write(store, KEY, png("last"))
        assert self.read_body(store, KEY) == png("last")

    def test_a_killed_writer_leaves_whole_tiles_only(
        self, store: TileStore, shared: Any, rounds: Callable[[int, int], int]
    ) -> None:
        bodies = [png(letter * 200_000) for letter in "abc"]
        for key in (KEY, OTHER, IN_TIME):
            self.write(store, key, bodies[0])
        self.write(store, EARLIER, png("earlier"))

        for _ in range(rounds(20, 200)):
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
                tell()
                while True:
                    for body in bodies:
                        own.write([new(key, body) for key in (KEY, OTHER, IN_TIME)], AT)

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.01))
            kill(child)

    def test_a_full_disk_is_a_store_error_that_keeps_the_old_tile(self, store: TileStore, shared: Any) -> None:
        self.write(store, KEY, png("old"))

        def work() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
            for key in (KEY, DEEPER):
                with pytest.raises(StoreError) as caught:
                    self.write(store, key, png("new", size=100_000))
                assert str(shared) in str(caught.value)
                assert re.search(self.full_disk_reason, str(caught.value))

        wait_for(forked(work))

        assert self.read_body(store, KEY) == png("old")
        assert [key for key, _ in store.list(KEY.coord.z)] == [KEY]
        store.remove_level(DEEPER.coord.z)
        assert self.leftovers(shared) == []

    def test_missing_permissions_are_store_errors_that_name_path_and_reason(self, open_folder: Path) -> None:
        shared = self.medium(open_folder / "medium")
        store = self.make_store(shared)
        self.write(store, KEY, png("old"))
        self._forbid(open_folder, 0o555, 0o444)

        def work() -> None:
            become_nobody()
            assert self.read_body(store, KEY) == png("old")
            for attempt in (
                lambda: self.write(store, KEY, png("new")),
                lambda: self.write(store, DEEPER),
                lambda: store.remove([KEY]),
                lambda: store.renew([KEY], LATER, None),
                lambda: store.remove_level(KEY.coord.z),
            ):
                with pytest.raises(StoreError) as caught:
                    attempt()
                assert str(open_folder) in str(caught.value)
                assert re.search(self.forbidden_reason, str(caught.value))

        wait_for(forked(work))

        assert self.read_body(store, KEY) == png("old")

    def test_an_unreadable_tile_is_a_store_error_and_not_a_missing_one(self, open_folder: Path) -> None:
        shared = self.medium(open_folder / "medium")
        store = self.make_store(shared)
        self.write(store, KEY, png("old"))
        self._forbid(open_folder, 0o755, 0o000)

        def work() -> None:
            become_nobody()
            with pytest.raises(StoreError, match="Permission denied"):
                store.read(KEY)
            with pytest.raises(StoreError, match="Permission denied"):
                store.read_many([KEY])

        wait_for(forked(work))

    def test_something_else_in_the_way_is_a_store_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no directory")
        store = self.make_store(self.medium(tmp_path / "file" / "medium"))

        assert store.read(KEY) is None
        assert list(store.list(KEY.coord.z)) == []
        with pytest.raises(StoreError, match="Not a directory"):
            self.write(store, KEY)

    @staticmethod
    def _forbid(folder: Path, directory_mode: int, file_mode: int) -> None:
        for path, _, files in os.walk(folder, topdown=False):
            for name in files:
                (Path(path) / name).chmod(file_mode)
            Path(path).chmod(directory_mode)
