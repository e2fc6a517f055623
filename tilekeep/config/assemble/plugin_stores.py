"""Stores of plugins out of their options."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from tilekeep.config.assemble.wanted_store import WantedStore
from tilekeep.config.mapproxy.meaning_storage import PluginStorage
from tilekeep.config.plugins.installed import InstalledPlugins
from tilekeep.config.plugins.kinds import StorePlugin
from tilekeep.config.plugins.whole_stores import missing_from
from tilekeep.domain.errors import TilekeepError
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import TileStore


class PluginStores:
    """Has plugins make their stores.

    Args:
        plugins: those that bring stores.
        dimension_names: the dimensions of a cache.
        clock: for stores that need the time.
    """

    def __init__(
        self, plugins: InstalledPlugins, dimension_names: Callable[[str], Collection[str]], clock: Clock
    ) -> None:
        self._plugins = plugins
        self._dimension_names = dimension_names
        self._clock = clock

    def __call__(self, wanted: WantedStore) -> TileStore:
        """The store of the tiles of a cache in one grid.

        :raises PluginFailure: the plugin cannot make it.
        """
        cache, storage = wanted.cache, wanted.cache.storage
        assert isinstance(storage, PluginStorage), "dispatched by type"
        kind: Any = storage.options.type  # type: ignore[attr-defined]
        plugin = self._plugins.plugin(StorePlugin, kind)
        from tilekeep.config.plugins.contexts import StoreContext

        context = StoreContext(
            tile_set=wanted.tile_set,
            place=wanted.place,
            base_dir=storage.base_dir,
            media_type=wanted.media_type,
            dimension_names=tuple(self._dimension_names(cache.name)),
            directory_permissions=cache.directory_permissions,
            file_permissions=cache.file_permissions,
            clock=self._clock,
        )
        try:
            store = plugin.make(storage.options, context)
        except TilekeepError:
            raise
        except Exception as error:  # whatever the code of others does
            reason = f"making the store of {cache.name!r} raised {type(error).__name__}: {error}"
            raise self._plugins.failure(StorePlugin.group, kind, reason) from error
        missing = missing_from(store)
        if missing is not None:
            reason = f"its store has no {missing}; tilekeep.ports.tile_store.TileStore says what a store has"
            raise self._plugins.failure(StorePlugin.group, kind, reason)
        return store
