"""What stores of objects promise besides, whatever the service; subclasses look at the bucket from behind."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from tests.contract.layout_names import LAYOUTS
from tests.contract.tile_store_suite import TileStoreSuite
from tilekeep.adapters.storage.objects.service import ObjectService
from tilekeep.adapters.storage.objects.store import ObjectTileStore
from tilekeep.adapters.storage.objects.workers import ObjectWorkers
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.domain.tile_layout import tile_layout

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
