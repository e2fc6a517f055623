"""A store of a plugin has all that the port has, or it is told what is missing."""

from __future__ import annotations

from typing import Any

from tests.fakes.tile_store import FakeTileStore
from tilekeep.adapters.storage.disabled import DisabledTileStore
from tilekeep.config.plugins.whole_stores import missing_from


class OfAnOlderVersion(FakeTileStore):
    def stat_many(self, keys: Any, deadline: Any = None) -> Any:  # type: ignore[override]
        raise AssertionError("nobody asks it")


class WithoutListing(FakeTileStore):
    list = None  # type: ignore[assignment]


class WithAnyParameters(FakeTileStore):
    def stat_many(self, *arguments: Any, **named: Any) -> Any:
        raise AssertionError("nobody asks it")


def test_a_whole_store_lacks_nothing() -> None:
    assert missing_from(FakeTileStore()) is None
    assert missing_from(DisabledTileStore()) is None
    assert missing_from(WithAnyParameters()) is None


def test_a_parameter_that_came_later_is_missed() -> None:
    assert missing_from(OfAnOlderVersion()) == "parameter 'with_records' of its method 'stat_many'"


def test_a_method_is_missed() -> None:
    assert missing_from(WithoutListing()) == "method 'list'"
