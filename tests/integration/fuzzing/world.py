"""The application that fuzzed maps are asked of: real files and pixels, and a map server that costs nothing."""

from __future__ import annotations

import io
import json
import math
import threading
import time
from pathlib import Path
from typing import Any

from dependency_injector import providers
from PIL import Image, ImageDraw

from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.geometry import Size
from tilekeep.domain.map_query import Fetched, MapQuery, SourceTraits, UpstreamRequest
from tilekeep.domain.tile import StoredTile, TileKey
from tilekeep.entrypoints.wsgi.application import TilekeepApplication
from tilekeep.entrypoints.wsgi.make_app import _application

# max_output_pixels and max_tile_limit are what they are by default; a map of several layers may have no more tiles.
_CONFIG = """
services:
  tms:
  wmts:
  wms:
    srs: [{srs}]
    bbox_srs: ['EPSG:3857', 'EPSG:4326', {{srs: 'EPSG:31467', bbox: [3280000, 5230000, 3930000, 6110000]}}]
    image_formats: [image/png, image/jpeg, image/gif, image/GeoTIFF, image/tiff, true_colour]
globals:
  cache: {{meta_size: [2, 2], meta_buffer: 10, max_map_tiles: 500}}
  image: {{formats: {{true_colour: {{format: 'image/png; mode=24bit', colors: 0}}}}}}
layers:
  - {{name: map, title: Map, sources: [map]}}
  - {{name: photo, title: Photograph, sources: [photo]}}
  - {{name: towns, title: Towns, sources: [towns]}}
  - {{name: faint, title: Faint, sources: [faint]}}
  - {{name: degrees, title: Degrees, sources: [degrees]}}
  - {{name: local, title: Local, sources: [local]}}
  - {{name: covered, title: Covered, sources: [covered]}}
  - {{name: clipped, title: Clipped, sources: [clipped]}}
  - {{name: cut, title: Cut when delivered, sources: [cut]}}
  - {{name: nested, title: Nested, sources: [nested]}}
  - {{name: upscaled, title: Upscaled, sources: [upscaled]}}
  - {{name: downscaled, title: Downscaled, sources: [downscaled]}}
  - {{name: marked, title: Marked, sources: [marked]}}
  - {{name: passing, title: Passing, sources: [passing]}}
  - {{name: mixed, title: Mixed, sources: [mixed]}}
  - {{name: ranged, title: Ranged, min_res: 5000, max_res: 600, sources: [map]}}
  - {{name: timed, title: Timed, sources: [map], dimensions: {{time: {{values: ['2020', '2021']}}}}}}
  - {{name: laid, title: Laid, sources: [photo, towns, faint]}}
  - name: group
    title: Group
    layers:
      - {{name: group_map, title: Map of the group, sources: [map]}}
      - {{name: group_towns, title: Towns of the group, sources: [towns]}}
grids:
  utm:
    srs: 'EPSG:25832'
    bbox: [-46133.17, 5048875.26, 1206211.10, 6301219.54]
    origin: nw
    res: [4891.96, 1212.12, 333.333333333, 77.7]
  degrees_nw: {{srs: 'EPSG:4326', bbox: [-180, -90, 180, 90], origin: nw, num_levels: 18, min_res: 0.703125}}
caches:
  map: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC, utm], sources: [opaque]}}
  photo: {{grids: [GLOBAL_WEBMERCATOR], sources: [opaque], format: image/jpeg}}
  towns: {{grids: [GLOBAL_WEBMERCATOR], sources: [clear], image: {{colors: 0, transparent: true}}}}
  faint: {{grids: [GLOBAL_WEBMERCATOR], sources: [clear], image: {{transparent: true, opacity: 0.4}}}}
  degrees: {{grids: [degrees_nw], sources: [opaque]}}
  local: {{grids: [utm], sources: [opaque], image: {{colors: 0}}}}
  covered: {{grids: [GLOBAL_WEBMERCATOR], sources: [covered]}}
  clipped: {{grids: [GLOBAL_WEBMERCATOR], sources: [clipped], image: {{transparent: true}}}}
  cut:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [clear]
    image: {{transparent: true}}
    cache: {{type: file, coverage: {{datasource: area.geojson, srs: 'EPSG:4326', clip: true}}}}
  nested: {{grids: [utm], sources: [degrees], image: {{resampling_method: nearest}}}}
  upscaled: {{grids: [GLOBAL_WEBMERCATOR], sources: [coarse], upscale_tiles: 2}}
  downscaled: {{grids: [GLOBAL_WEBMERCATOR], sources: [fine], downscale_tiles: 1}}
  marked: {{grids: [GLOBAL_WEBMERCATOR], sources: [opaque], watermark: {{text: fuzzed}}}}
  passing: {{grids: [GLOBAL_WEBMERCATOR], sources: [opaque], disable_storage: true}}
  mixed: {{grids: [GLOBAL_WEBMERCATOR], sources: [clear], format: mixed, request_format: image/png}}
sources:
  opaque: {{type: wms, req: {{url: 'http://map.example/', layers: opaque, transparent: false}}}}
  clear: {{type: wms, req: {{url: 'http://map.example/', layers: clear, transparent: true}}}}
  coarse: {{type: wms, req: {{url: 'http://map.example/', layers: opaque}}, max_res: 2000}}
  fine: {{type: wms, req: {{url: 'http://map.example/', layers: opaque}}, min_res: 3000}}
  covered:
    type: wms
    req: {{url: 'http://map.example/', layers: opaque}}
    coverage: {{bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}}
  clipped:
    type: wms
    req: {{url: 'http://map.example/', layers: clear, transparent: true}}
    coverage: {{datasource: area.geojson, srs: 'EPSG:4326', clip: true}}
"""

SRS = (
    "EPSG:3857",
    "EPSG:900913",
    "EPSG:4326",
    "EPSG:4258",
    "CRS:84",
    "EPSG:25832",
    "EPSG:31467",
    "EPSG:2154",
    "EPSG:3035",
    "EPSG:3995",
    "EPSG:32733",
    "EPSG:27700",
)

LAYERS = (
    "map",
    "photo",
    "towns",
    "faint",
    "degrees",
    "local",
    "covered",
    "clipped",
    "cut",
    "nested",
    "upscaled",
    "downscaled",
    "marked",
    "passing",
    "mixed",
    "ranged",
    "timed",
    "laid",
    "group",
    "group_map",
    "group_towns",
)

_CORNERS = 120


class Costs:
    """What the application has asked of the outside world since the last :meth:`forget`.

    :ivar reads: tiles that a store has given.
    :ivar maps: maps that the map server was asked for.
    :ivar source_cpu_seconds: CPU time of what stands for the map server.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reads = 0
        self.maps = 0
        self.source_cpu_seconds = 0.0

    def read(self) -> None:
        """Counts a tile."""
        with self._lock:
            self.reads += 1

    def drawn(self, cpu_seconds: float) -> None:
        """Counts a map, and what a map server would have done for it."""
        with self._lock:
            self.maps += 1
            self.source_cpu_seconds += cpu_seconds

    def forget(self) -> None:
        """Starts anew."""
        self.reads, self.maps, self.source_cpu_seconds = 0, 0, 0.0


class CountingStore(FileTileStore):
    """A file store whose reads are counted."""

    def __init__(self, costs: Costs, **options: Any) -> None:
        super().__init__(**options)
        self._costs = costs

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        tile = super().read(key, deadline)
        if tile is not None:
            self._costs.read()
        return tile


class InstantSource:
    """Has every map drawn before it is asked for: lines and areas, with transparency where that is wanted."""

    def __init__(self, costs: Costs, *, traits: SourceTraits, request: Any, **_: Any) -> None:
        self._costs = costs
        self._traits = traits
        self._transparent = request.parameter("layers") == "clear"

    @property
    def traits(self) -> SourceTraits:
        return self._traits

    def tiles_for(self, query: MapQuery) -> int:
        return 0

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        return ()

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched:
        began = time.thread_time()
        body = _drawn(query.size, self._transparent, query.media_type)
        self._costs.drawn(time.thread_time() - began)
        return Fetched(body, query.media_type)


_MAPS: dict[tuple[Size, bool, str], bytes] = {}


def _drawn(size: Size, transparent: bool, media_type: str) -> bytes:
    key = (size, transparent, media_type)
    body = _MAPS.get(key)
    if body is None:
        image = Image.new("RGBA", size, (0, 0, 0, 0) if transparent else (200, 220, 255, 255))
        pen = ImageDraw.Draw(image)
        for step in range(0, max(size), 97):
            pen.ellipse((step, step, step + 80, step + 60), fill=(step % 256, 198, 150, 255), outline=(90, 60, 30, 255))
            pen.line((0, step, size.width, size.height - step), fill=(120, 20, 20, 255), width=3)
        buffer = io.BytesIO()
        kind = "JPEG" if media_type == "image/jpeg" else "PNG"
        (image.convert("RGB") if kind == "JPEG" or not transparent else image).save(buffer, kind)
        body = buffer.getvalue()
        if len(_MAPS) < 2000:
            _MAPS[key] = body
    return body


def application(directory: Path, costs: Costs) -> TilekeepApplication:
    """The application with its caches below ``directory``."""
    turns = [step % _CORNERS / _CORNERS * math.tau for step in range(_CORNERS + 1)]
    ring = [(12 + 8 * math.cos(turn), 50 + 7 * math.sin(turn) * (1 + 0.1 * math.sin(9 * turn))) for turn in turns]
    (directory / "area.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    config = directory / "mapproxy.yaml"
    config.write_text(_CONFIG.format(srs=", ".join(f"'{code}'" for code in SRS)))
    loaded = load_settings(str(config), variables={})
    container = checked_container(loaded)
    stores, sources = container.adapters.stores, container.adapters.sources
    stores.set_factories({**stores.factories, "file": providers.Factory(CountingStore, costs)})
    sources.set_factories({"wms": providers.Factory(InstantSource, costs)})
    return _application(container, loaded, debug=True)
