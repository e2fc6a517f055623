"""Tiles of another form that the source is asked for: stale where the tile itself has been made since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests.fakes.text_imaging import image
from tests.fakes.tile_store import FakeTileStore
from tilekeep.application.following_store import FollowingStore
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.staleness import MARKED_STALE
from tilekeep.domain.tile import StoredTile, TileCoord, TileKey

OWN = TileKey(TileCoord(2, 1, 1))
DOUBLED = OWN._replace(variant="@2x")
AT = 1_000_000_000.0


class WithCoarseCopies(FakeTileStore):
    """Reads copies that count whole seconds, and looks up what is behind them."""

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        found = super().read_many(keys, deadline)
        return {
            key: tile._replace(info=tile.info._replace(stored_at=tile.info.stored_at // 1))
            for key, tile in found.items()
        }


def stored_at(store: FakeTileStore) -> float:
    """What is said of the tile with twice the pixels, whichever way it is asked for."""
    following = FollowingStore(store)
    read, many = following.read(DOUBLED), following.read_many([OWN, DOUBLED])
    assert read is not None
    (looked_up,) = following.stat_many([DOUBLED]).values()
    assert (read.info.stored_at == MARKED_STALE) == (looked_up.stored_at == MARKED_STALE)
    assert many[DOUBLED] == read
    assert many[OWN].info.stored_at != MARKED_STALE
    return read.info.stored_at


@pytest.mark.parametrize(
    ("later", "is_good"),
    [
        pytest.param(-1.0, True, id="the tile was there before"),
        pytest.param(0.0, True, id="both of one time"),
        pytest.param(0.5, False, id="the tile came after it"),
    ],
)
def test_it_is_good_until_the_tile_itself_is_made_anew(later: float, is_good: bool) -> None:
    store = FakeTileStore()
    store.put(DOUBLED, image(512, 512), AT)
    store.put(OWN, image(256, 256), AT + later)

    assert (stored_at(store) == AT) is is_good


def test_copies_that_tell_their_time_less_exactly_are_none_that_are_older() -> None:
    store = WithCoarseCopies()
    store.put(OWN, image(256, 256), AT + 0.3)
    store.put(DOUBLED, image(512, 512), AT + 0.5)

    assert stored_at(store) == AT


def test_without_a_tile_beside_it_it_has_its_own_time() -> None:
    store = FakeTileStore()
    store.put(DOUBLED, image(512, 512), AT)

    tile = FollowingStore(store).read(DOUBLED)

    assert tile is not None
    assert tile.info.stored_at == AT
