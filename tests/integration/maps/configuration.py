"""The configuration that the maps of both programs are compared by: every way to draw a map from caches."""

from __future__ import annotations

import json
import math
from pathlib import Path

# WMS_URL stands for the address of the map server.
_CONFIG = """
services:
  tms:
  wmts:
  wms:
    srs: ['EPSG:4326', 'EPSG:4258', 'CRS:84', 'EPSG:900913', 'EPSG:3857', 'EPSG:25832', 'EPSG:31467', 'EPSG:2154']
    bbox_srs:
      - 'EPSG:3857'
      - 'EPSG:4326'
      - {srs: 'EPSG:31467', bbox: [3280000, 5230000, 3930000, 6110000]}
    image_formats: [image/png, image/jpeg, image/gif, image/GeoTIFF, image/tiff, true_colour]
    max_output_pixels: [2048, 1024]
    md:
      title: Side by side
      abstract: The same maps twice
      online_resource: http://maps.example/
      fees: none at all
      access_constraints: only for comparing
      keyword_list:
        - {vocabulary: GEMET, keywords: [Orthoimagery, Maps]}
        - {keywords: [Tiles]}
      contact:
        person: Ada
        position: Cartographer
        organization: Maps and Sons
        address_type: street
        address: 1 Sheet Lane
        city: Oldenburg
        state: Lower Saxony
        postcode: 26121
        country: Germany
        phone: '+49 441 0'
        fax: '+49 441 1'
        email: ada@maps.example
globals:
  cache: {max_tile_limit: 110}
  image:
    formats:
      true_colour: {format: 'image/png; mode=24bit', mode: RGBA, colors: 0, transparent: true}
layers:
  - {name: map, title: Map, sources: [map]}
  - {name: paletted, title: Paletted, sources: [paletted]}
  - {name: photo, title: Photograph, sources: [photo]}
  - {name: land, title: Land, sources: [land]}
  - {name: towns, title: Towns, sources: [towns]}
  - {name: faint, title: Faint roads, sources: [faint]}
  - {name: laid, title: One over the other, sources: [photo, land, towns]}
  - {name: mercator, title: Mercator alone, sources: [mercator]}
  - {name: nearest, title: Resampled to the nearest, sources: [nearest]}
  - {name: bilinear, title: Resampled linearly, sources: [bilinear]}
  - {name: degrees, title: Degrees alone, sources: [degrees]}
  - {name: local, title: Local alone, sources: [local]}
  - {name: half, title: Half steps, sources: [half]}
  - {name: stretched, title: Hardly any level, sources: [stretched]}
  - {name: thirds, title: Odd tiles, sources: [thirds]}
  - name: group
    title: Group
    md: {abstract: Several at once}
    layers:
      - {name: group_photo, title: Photograph of the group, sources: [photo]}
      - name: inner
        title: Inner group
        layers:
          - {name: group_land, title: Land of the group, sources: [land]}
          - {name: group_towns, title: Towns of the group, sources: [towns]}
  - name: drawn_group
    title: Group with sources
    sources: [land]
    layers:
      - {name: drawn_child, title: Child of the group with sources, sources: [photo]}
  - title: Nameless group
    layers:
      - {name: deep, title: Below no name, sources: [towns]}
  - {name: ranged, title: Limited by resolution, min_res: 5000, max_res: 600, sources: [map]}
  - {name: scaled, title: Limited by scale, min_scale: 2000000, max_scale: 20000000, sources: [map]}
  - {name: limited, title: Source limited by resolution, sources: [limited]}
  - {name: covered, title: Source with a box, sources: [covered]}
  - {name: clipped, title: Source clipped to a box, sources: [clipped]}
  - {name: polygon, title: Source with a polygon, sources: [polygon]}
  - {name: polygon_clipped, title: Source clipped to a polygon, sources: [polygon_clipped]}
  - {name: cache_covered, title: Cache with a box, sources: [cache_covered]}
  - {name: cache_clipped, title: Cache clipped to a polygon, sources: [cache_clipped]}
  - {name: united, title: Box and polygon, sources: [united]}
  - {name: nested, title: Out of another cache, sources: [nested]}
  - {name: same_tiles, title: The same tiles, sources: [same_tiles]}
  - {name: nested_twice, title: Out of two caches, sources: [nested_twice]}
  - {name: upscaled, title: Larger tiles for missing ones, sources: [upscaled]}
  - {name: downscaled, title: Smaller tiles for missing ones, sources: [downscaled]}
  - {name: marked, title: Watermark, sources: [marked]}
  - {name: marked_wide, title: Watermark on every other tile, sources: [marked_wide]}
  - {name: passing, title: Never stored, sources: [passing]}
  - {name: mixed, title: Mixed, sources: [mixed]}
  - name: described
    title: Described and linked
    sources: [map]
    md:
      abstract: With all metadata
      keyword_list:
        - {vocabulary: GEMET, keywords: [Coast]}
      attribution:
        title: The makers
        url: http://makers.example/?a=1&b=2
        logo: {url: http://makers.example/logo.png, width: 100, height: 50, format: image/png}
      identifier:
        - {url: http://ids.example/, name: ids, value: described-1}
      metadata:
        - {url: http://meta.example/iso.xml, type: 'ISO19115:2003', format: application/xml}
        - {url: http://meta.example/other.xml, type: other, format: text/xml}
      data:
        - {url: http://data.example/, format: application/zip}
      feature_list:
        - {url: http://features.example/, format: text/html}
  - name: timed
    title: With dimensions
    sources: [map, towns]
    dimensions:
      time: {values: ['2020-01-01', '2021-01-01'], default: '2021-01-01'}
      dim_level: {values: [10, 20], default: 10}
grids:
  utm:
    srs: 'EPSG:25832'
    bbox: [-46133.17, 5048875.26, 1206211.10, 6301219.54]
    origin: nw
    res: [4891.96, 1212.12, 333.333333333, 77.7]
  degrees_nw: {srs: 'EPSG:4326', bbox: [-180, -90, 180, 90], origin: nw, num_levels: 10, min_res: 0.703125}
  half_steps: {base: GLOBAL_WEBMERCATOR, res_factor: sqrt2, num_levels: 14}
  few_levels:
    base: GLOBAL_WEBMERCATOR
    res: [39135.75848201024, 4891.96981025128, 611.4962262814100]
    stretch_factor: 2.5
    max_shrink_factor: 10
  odd_tiles: {base: GLOBAL_WEBMERCATOR, tile_size: [300, 200], num_levels: 8}
  eight_levels: {base: GLOBAL_WEBMERCATOR, num_levels: 8}
caches:
  map: {grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC, utm], sources: [map], image: {colors: 0}}
  paletted: {grids: [GLOBAL_MERCATOR], sources: [map]}
  # Of lower quality than what the server sends, which Tilekeep would cut otherwise instead of encoding it again.
  photo:
    {grids: [GLOBAL_WEBMERCATOR, utm], sources: [photo], format: image/jpeg,
     image: {encoding_options: {jpeg_quality: 60}}}
  land: {grids: [GLOBAL_WEBMERCATOR, utm], sources: [land], image: {colors: 0, transparent: true}}
  towns: {grids: [GLOBAL_WEBMERCATOR, utm], sources: [towns], image: {colors: 0, transparent: true}}
  faint: {grids: [GLOBAL_WEBMERCATOR], sources: [roads], image: {colors: 0, transparent: true, opacity: 0.4}}
  mercator: {grids: [GLOBAL_WEBMERCATOR], sources: [map], image: {colors: 0}}
  nearest: {grids: [GLOBAL_WEBMERCATOR], sources: [map], image: {colors: 0, resampling_method: nearest}}
  bilinear: {grids: [GLOBAL_WEBMERCATOR], sources: [map], image: {colors: 0, resampling_method: bilinear}}
  degrees: {grids: [degrees_nw], sources: [map], image: {colors: 0}}
  local: {grids: [utm], sources: [map], image: {colors: 0}}
  half: {grids: [half_steps], sources: [map], image: {colors: 0}}
  stretched: {grids: [few_levels], sources: [map], image: {colors: 0}}
  thirds: {grids: [odd_tiles], sources: [map], image: {colors: 0}, meta_size: [3, 2], meta_buffer: 0}
  limited: {grids: [GLOBAL_WEBMERCATOR], sources: [limited], image: {colors: 0}}
  covered: {grids: [GLOBAL_WEBMERCATOR, utm], sources: [covered], image: {colors: 0}}
  clipped: {grids: [GLOBAL_WEBMERCATOR], sources: [clipped], image: {colors: 0, transparent: true}}
  polygon: {grids: [GLOBAL_WEBMERCATOR], sources: [polygon], image: {colors: 0}}
  polygon_clipped: {grids: [GLOBAL_WEBMERCATOR, utm], sources: [polygon_clipped], image: {colors: 0, transparent: true}}
  cache_covered:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [map]
    image: {colors: 0}
    cache: {type: file, coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}}
  cache_clipped:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [land]
    image: {colors: 0, transparent: true}
    cache: {type: file, coverage: {datasource: area.geojson, srs: 'EPSG:4326', clip: true}}
  united: {grids: [GLOBAL_WEBMERCATOR], sources: [united], image: {colors: 0, transparent: true}}
  nested: {grids: [utm], sources: [mercator], image: {colors: 0}}
  same_tiles: {grids: [eight_levels], sources: [mercator], image: {colors: 0}}
  nested_twice: {grids: [GLOBAL_WEBMERCATOR], sources: [degrees, towns], image: {colors: 0}}
  upscaled: {grids: [GLOBAL_WEBMERCATOR], sources: [coarse], upscale_tiles: 2, image: {colors: 0}}
  downscaled: {grids: [GLOBAL_WEBMERCATOR], sources: [fine], downscale_tiles: 1, image: {colors: 0}}
  marked: {grids: [GLOBAL_WEBMERCATOR], sources: [map], watermark: {text: Tilekeep}, image: {colors: 0}}
  marked_wide:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [map]
    watermark: {text: wide, opacity: 90, font_size: 32, color: '#ff0000', spacing: wide}
    image: {colors: 0}
  passing: {grids: [GLOBAL_WEBMERCATOR], sources: [map], disable_storage: true, image: {colors: 0}}
  mixed: {grids: [GLOBAL_WEBMERCATOR], sources: [land], format: mixed, request_format: image/png}
sources:
  map: {type: wms, req: {url: "WMS_URL", layers: "land,roads,towns", transparent: false}, image: {colors: 0}}
  photo: {type: wms, req: {url: "WMS_URL", layers: photo, transparent: false}}
  land: {type: wms, req: {url: "WMS_URL", layers: land, transparent: true}, wms_opts: {version: 1.3.0}}
  towns: {type: wms, req: {url: "WMS_URL", layers: towns, transparent: true}}
  roads: {type: wms, req: {url: "WMS_URL", layers: roads, transparent: true}}
  limited: {type: wms, req: {url: "WMS_URL", layers: land, transparent: false}, min_res: 30000, max_res: 600}
  coarse: {type: wms, req: {url: "WMS_URL", layers: "land,roads", transparent: false}, max_res: 2000}
  fine: {type: wms, req: {url: "WMS_URL", layers: "land,roads", transparent: false}, min_res: 3000}
  covered:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: false}
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}
  clipped:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: true}
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326', clip: true}
  polygon:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: false}
    coverage: {datasource: area.geojson, srs: 'EPSG:4326'}
  polygon_clipped:
    type: wms
    req: {url: "WMS_URL", layers: "photo,roads", transparent: true}
    coverage: {datasource: area.geojson, srs: 'EPSG:4326', clip: true}
  united:
    type: wms
    req: {url: "WMS_URL", layers: "photo,land", transparent: true}
    coverage:
      union:
        - {bbox: [-10, 36, 3, 44], srs: 'EPSG:4326'}
        - {datasource: area.geojson, srs: 'EPSG:4326'}
      clip: true
"""

#: Centres and radii in degrees: land with a lake in it, and an island beside.
_LAND, _LAKE, _ISLAND = ((12.0, 50.0, 8.0, 7.0), (11.5, 49.5, 2.2, 2.5), (24.5, 47.5, 2.5, 3.0))

#: Corners of each: the reference brings corners alone to another SRS, Tilekeep whole edges, so that long ones differ.
_CORNERS = 72


def write_files(directory: Path) -> None:
    """Writes the files that the configuration names."""
    coordinates = [[_round(*_LAND), _round(*_LAKE)], [_round(*_ISLAND)]]
    (directory / "area.geojson").write_text(json.dumps({"type": "MultiPolygon", "coordinates": coordinates}))


def configuration(wms_url: str) -> str:
    """The text of ``mapproxy.yaml`` for both programs."""
    return _CONFIG.replace("WMS_URL", wms_url)


def _round(x: float, y: float, across: float, down: float) -> list[tuple[float, float]]:
    """A ring, the first corner at its end again, with a wavy line that no simplification straightens."""
    turns = [step % _CORNERS / _CORNERS * math.tau for step in range(_CORNERS + 1)]
    waves = [1 + 0.05 * math.sin(7 * turn) for turn in turns]
    return [
        (x + across * wave * math.cos(turn), y + down * wave * math.sin(turn))
        for turn, wave in zip(turns, waves, strict=True)
    ]
