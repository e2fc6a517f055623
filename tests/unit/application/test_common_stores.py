"""Coordinators and workers find out whether they have one store in common."""

from __future__ import annotations

import pytest

from tests.fakes.map_source import FakeMapSource
from tests.unit.application.kitchen import Kitchen
from tests.unit.application.test_seeding import META, task_for
from tilekeep.application.seeding.common_store import place_without, stored_sample
from tilekeep.domain.seed_orders import StoredSample
from tilekeep.domain.tile import TileCoord, TileKey

UNITS = [TileCoord(2, 0, 0), TileCoord(2, 2, 0), TileCoord(2, 0, 2)]


def test_a_sample_is_a_tile_that_is_stored() -> None:
    kitchen = Kitchen(FakeMapSource(META))
    kitchen.store.put(TileKey(UNITS[1]), b"tile", 1000.0)

    sample = stored_sample(task_for(kitchen), UNITS)

    assert sample == StoredSample(UNITS[1], 1000.0, kitchen.store.locate(TileKey(UNITS[1])))


def test_where_nothing_was_to_be_stored_there_is_no_sample() -> None:
    assert stored_sample(task_for(Kitchen(FakeMapSource(META))), UNITS) is None


@pytest.mark.parametrize(("stored_at", "is_seen"), [(1000.0, True), (1060.0, True), (900.0, False), (None, False)])
def test_a_tile_of_others_is_seen_unless_there_is_none_or_an_older_one(stored_at: float | None, is_seen: bool) -> None:
    kitchen = Kitchen(FakeMapSource(META))
    if stored_at is not None:
        kitchen.store.put(TileKey(UNITS[0]), b"tile", stored_at)

    place = place_without(task_for(kitchen), StoredSample(UNITS[0], 1000.0, "there"))

    assert place == (None if is_seen else kitchen.store.locate(TileKey(UNITS[0])))
