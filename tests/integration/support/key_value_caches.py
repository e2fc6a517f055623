"""Configurations of the cache ``a`` in Redis and CouchDB, and the stores they stand for."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from tests.integration.services.redis import numbers
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators
from tilekeep.ports.tile_store import TileStore

KEY = TileKey(TileCoord(3, 5, 2))
ZERO = TileKey(TileCoord(0, 0, 0))
IN_TIME = KEY._replace(dimensions=(("time", "2024-01-01"),))
LONG_AGO = 1_000_000_000.0
VALIDATORS = Validators('"abc"', None)


def picture(color: str, size: tuple[int, int] = (256, 256)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


RED, BLUE = picture("red"), picture("blue")


class Place(NamedTuple):
    """Where a cache lies: the options that say so, and the names that its keys or documents begin with."""

    kind: str
    options: str
    name: str

    def config(self, folder: Path, more: str = "", source: str = "", layer: str = "") -> Path:
        """A configuration; ``more`` are options of the store, ``source`` is the URL of a WMS."""
        path = folder / "mapproxy.yaml"
        path.write_text(f"""
services: {{tms: , wmts: }}
layers: [{{name: a, title: A, sources: [a] {layer}}}]
caches:
  a:
    grids: [G]
    sources: [{"s" if source else ""}]
    meta_size: [1, 1]
    meta_buffer: 0
    cache: {{type: {self.kind}, {self.options} {more}}}
grids: {{G: {{srs: 'EPSG:3857', origin: nw, num_levels: 12}}}}
sources: {{s: {{type: wms, req: {{url: '{source or "http://127.0.0.1:9"}/wms', layers: all}}}}}}
""")
        return path


def redis_place(port: int) -> Place:
    """A place of its own on a server that others use too."""
    return Place("redis", f"host: 127.0.0.1, port: {port}, prefix: kv{(name := numbers())}", f"kv{name}")


def couchdb_place(url: str) -> Place:
    """As :func:`redis_place`."""
    return Place("couchdb", f"url: '{url}', db_name: Kv{(name := numbers())}", f"kv{name}")


def assembled(path: Path) -> TilekeepContainer:
    """All that the configuration describes."""
    return checked_container(load_settings(str(path), variables={}))


def store_of(path: Path) -> TileStore:
    """The store of the cache."""
    return next(assembled(path).use_cases.caches().stores()).store


def new(key: TileKey, body: bytes = RED) -> NewTile:
    """A tile with all that can be known of it."""
    return NewTile(key, body, "image/png", VALIDATORS, "12ab")
