"""While a disk has too little room, tiles are delivered and not stored."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.tile_store import FakeTileStore
from tilekeep.application.floored_store import FlooredStore
from tilekeep.domain.errors import NoRoom
from tilekeep.domain.tile import NewTile, TileCoord, TileKey
from tilekeep.ports.free_room import Room

KEY = TileKey(TileCoord(4, 9, 6))
NEW = NewTile(KEY, b"\x89PNG\r\n\x1a\n.", "image/png")


class Disk:
    """A :class:`tilekeep.ports.free_room.FreeRoom` with as much room as a test says."""

    def __init__(self) -> None:
        self.room: Room | None = Room(1000, 10)
        self.looks = 0
        self.asked_for_room = 0

    def free(self) -> Room | None:
        self.looks += 1
        return self.room

    def make_room(self) -> None:
        self.asked_for_room += 1


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def inner() -> FakeTileStore:
    return FakeTileStore()


@pytest.fixture
def store(inner: FakeTileStore, disk: Disk, clock: FakeClock) -> FlooredStore:
    return FlooredStore(inner, "/tiles", disk, Room(1000, 10), clock, disk.make_room)


@pytest.mark.parametrize("room", [Room(1000, 10), None])
def test_with_enough_room_or_none_that_is_known_tiles_are_stored(
    store: FlooredStore, inner: FakeTileStore, disk: Disk, room: Room | None
) -> None:
    disk.room = room

    store.write([NEW], 1.0)

    assert inner.writes == [KEY]
    assert not disk.asked_for_room


@pytest.mark.parametrize("room", [Room(999, 10), Room(1000, 9)])
def test_below_the_floor_nothing_is_stored_and_a_quota_is_asked_to_make_room(
    store: FlooredStore, inner: FakeTileStore, disk: Disk, room: Room
) -> None:
    disk.room = room

    with pytest.raises(NoRoom, match="/tiles"):
        store.write([NEW], 1.0)

    assert inner.writes == []
    assert disk.asked_for_room == 1


def test_below_the_floor_tiles_are_read_renewed_and_removed(
    store: FlooredStore, inner: FakeTileStore, disk: Disk
) -> None:
    inner.put(KEY, NEW.body, 1.0)
    disk.room = Room(0, 0)

    assert store.read(KEY) is not None
    assert store.renew([KEY], 2.0, None)[KEY].stored_at == 2.0
    store.remove([KEY])

    assert inner.tiles == {}


def test_a_disk_is_looked_at_once_a_second(store: FlooredStore, disk: Disk, clock: FakeClock) -> None:
    for _ in range(5):
        store.write([NEW], 1.0)
    assert disk.looks == 1

    disk.room = Room(0, 0)
    clock.advance(1.0)

    with pytest.raises(NoRoom):
        store.write([NEW], 1.0)


def test_the_log_says_it_now_and_then_and_what_to_do(
    store: FlooredStore, disk: Disk, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    disk.room = Room(12, 3)
    for _ in range(301):
        with pytest.raises(NoRoom):
            store.write([NEW], 1.0)
        clock.advance(1.0)

    assert len(caplog.messages) == 2
    assert "12 bytes and 3 inodes" in caplog.messages[0]
    assert "min_free_space" in caplog.messages[0]


def _refused(store: FlooredStore, clock: FakeClock, *, seconds: int) -> None:
    for _ in range(seconds):
        with pytest.raises(NoRoom):
            store.write([NEW], 1.0)
        clock.advance(1.0)


def test_a_quota_has_a_minute_to_make_room(store: FlooredStore, disk: Disk, clock: FakeClock) -> None:
    disk.room = Room(12, 3)
    _refused(store, clock, seconds=60)
    assert disk.asked_for_room == 1

    disk.room = Room(500, 3)
    _refused(store, clock, seconds=1)

    assert disk.asked_for_room == 2


def test_tiles_are_left_alone_for_an_hour_if_removing_some_has_not_helped(
    store: FlooredStore, disk: Disk, clock: FakeClock
) -> None:
    disk.room = Room(500, 3)
    _refused(store, clock, seconds=60)

    disk.room = Room(400, 3)
    _refused(store, clock, seconds=3540)
    assert disk.asked_for_room == 1

    _refused(store, clock, seconds=1)
    assert disk.asked_for_room == 2
