"""Files of tasks as people write them, and a configuration with caches of many kinds for them."""

from __future__ import annotations

#: ``URL`` is the address of a map server.
CONFIGURATION = """
services: {tms: }
layers: [{name: web, title: Web, sources: [web]}]
globals: {cache: {meta_size: [4, 4], meta_buffer: 2}, grid: {tile_size: [16, 16]}}
grids:
  utm: {srs: 'EPSG:25832', bbox: [200000, 5200000, 900000, 6200000], origin: nw, num_levels: 8}
  odd: {srs: 'EPSG:3857', bbox: [500000, 6000000, 1700000, 7300000], res: [64000, 24000, 11200, 5328, 1600]}
  root: {base: GLOBAL_WEBMERCATOR, name: root, res_factor: sqrt2, num_levels: 14}
sources: {any: {type: wms, req: {url: "URL/wms", layers: all}}}
caches:
  web: {grids: [GLOBAL_WEBMERCATOR], sources: [any]}
  south: {grids: [GLOBAL_MERCATOR], sources: [any], cache: {type: file, directory_layout: tms}}
  degrees: {grids: [GLOBAL_GEODETIC], sources: [any], cache: {type: file, directory_layout: tms}}
  two: {grids: [GLOBAL_WEBMERCATOR, utm], sources: [any], cache: {type: file, directory_layout: tms}}
  zone: {grids: [utm], sources: [any], meta_size: [3, 2], cache: {type: file, directory_layout: tms}}
  odd: {grids: [odd], sources: [any], meta_size: [2, 5], cache: {type: file, directory_layout: tms}}
  root: {grids: [root], sources: [any], cache: {type: file, directory_layout: tms}}
  single: {grids: [GLOBAL_WEBMERCATOR], sources: [any], meta_size: [1, 1], meta_buffer: 0, cache: {type: file}}
  covered:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [any]
    cache: {type: file, directory_layout: tms, coverage: {bbox: [0, 40, 20, 60], srs: 'EPSG:4326'}}
"""

TRIANGLE = "POLYGON((780000 5940000, 1335000 7360000, 1670000 6100000, 780000 5940000))\n"
EXPIRED = "6/33/21\n6/33/22\n7/66/44\n"

_AREAS = """
coverages:
  box: {bbox: [5, 47, 15, 55], srs: 'EPSG:4326'}
  text: {bbox: "556597,5942074,1669792,7361866", srs: 'EPSG:3857'}
  old: {bbox: [5, 47, 15, 55], bbox_srs: 'EPSG:4326'}
  zone: {bbox: [300000, 5300000, 800000, 6100000], srs: 'EPSG:25832'}
  shape: {datasource: triangle.wkt, srs: 'EPSG:3857'}
  polygons: {polygons: triangle.wkt, polygons_srs: 'EPSG:3857'}
  tiny: {bbox: [9.0, 50.0, 9.001, 50.001], srs: 'EPSG:4326'}
  west: {bbox: [-180, -85, 0, 85], srs: 'EPSG:4326'}
  expired: {expire_tiles: expired.txt}
  together: {union: [{bbox: [5, 47, 6, 48], srs: 'EPSG:4326'}, {bbox: [14, 54, 15, 55], srs: 'EPSG:4326'}]}
  common: {intersection: [{bbox: [5, 47, 15, 55], srs: 'EPSG:4326'}, {datasource: triangle.wkt, srs: 'EPSG:3857'}]}
  rest: {difference: [{bbox: [5, 47, 15, 55], srs: 'EPSG:4326'}, {datasource: triangle.wkt, srs: 'EPSG:3857'}]}
"""


def seed_task(task: str) -> str:
    return f"seeds:\n  a: {task}\n{_AREAS}"


#: The files by what they show.
SEEDS = {
    "levels to": seed_task("{caches: [web], levels: {to: 4}}"),
    "levels from to": seed_task("{caches: [web], levels: {from: 2, to: 4}}"),
    "a list of levels": seed_task("{caches: [web], levels: [4, 1, 1, 99]}"),
    "from before to": seed_task("{caches: [web], coverages: [box], levels: {from: 6, to: 7}}"),
    "resolutions": seed_task("{caches: [web], resolutions: [640000, 313000]}"),
    "resolutions from to": seed_task("{caches: [web], resolutions: {from: 1300000, to: 300000}}"),
    "levels before resolutions": seed_task("{caches: [web], levels: [2], resolutions: [313000]}"),
    "rows from the south": seed_task("{caches: [south], coverages: [box], levels: {to: 7}}"),
    "degrees": seed_task("{caches: [degrees], coverages: [box], levels: {to: 7}}"),
    "the world in degrees": seed_task("{caches: [degrees], levels: {to: 3}}"),
    "a zone": seed_task("{caches: [zone], levels: {to: 5}}"),
    "a zone in degrees": seed_task("{caches: [zone], coverages: [box], levels: {to: 6}}"),
    "a zone in its own units": seed_task("{caches: [zone], coverages: [zone], levels: {to: 6}}"),
    "odd levels": seed_task("{caches: [odd], levels: {to: 3}}"),
    "odd levels in an area": seed_task("{caches: [odd], coverages: [shape]}"),
    "levels close to each other": seed_task("{caches: [root], levels: {to: 7}}"),
    "levels close to each other in an area": seed_task("{caches: [root], coverages: [shape], levels: {to: 12}}"),
    "single tiles": seed_task("{caches: [single], coverages: [shape], levels: {to: 8}}"),
    "single tiles of the world": seed_task("{caches: [single], levels: {to: 4}}"),
    "two caches": seed_task("{caches: [web, single], coverages: [box], levels: {to: 7}}"),
    "two caches with one grid in common": seed_task(
        "{caches: [web, two], grids: [GLOBAL_WEBMERCATOR], coverages: [box], levels: {to: 7}}"
    ),
    "two grids": seed_task("{caches: [two], coverages: [box], levels: {to: 6}}"),
    "one of two grids": seed_task("{caches: [two], grids: [utm], levels: {to: 4}}"),
    "a box": seed_task("{caches: [web], coverages: [box], levels: {to: 8}}"),
    "a box as text": seed_task("{caches: [web], coverages: [text], levels: {to: 8}}"),
    "a box in the old spelling": seed_task("{caches: [web], coverages: [old], levels: {to: 8}}"),
    "a box in another SRS": seed_task("{caches: [web], coverages: [zone], levels: {to: 8}}"),
    "half the world": seed_task("{caches: [web], coverages: [west], levels: {to: 4}}"),
    "a triangle": seed_task("{caches: [web], coverages: [shape], levels: {to: 9}}"),
    "a file of polygons": seed_task("{caches: [web], coverages: [polygons], levels: {to: 8}}"),
    "a place": seed_task("{caches: [web], coverages: [tiny], levels: {to: 14}}"),
    "tiles that have changed": seed_task("{caches: [web], coverages: [expired], levels: {from: 4, to: 8}}"),
    "areas together": seed_task("{caches: [web], coverages: [together], levels: {to: 9}}"),
    "what areas have in common": seed_task("{caches: [web], coverages: [common], levels: {to: 9}}"),
    "what is left of an area": seed_task("{caches: [web], coverages: [rest], levels: {to: 9}}"),
    "two areas": seed_task("{caches: [web], coverages: [tiny, together], levels: {to: 10}}"),
    "a cache with an area": seed_task("{caches: [covered], levels: {to: 5}}"),
    "a cache with an area in another": seed_task("{caches: [covered], coverages: [shape], levels: {to: 7}}"),
    "several tasks": (
        "seeds:\n  a: {caches: [web], levels: {to: 3}}\n  b: {caches: [web], coverages: [tiny], levels: {to: 12}}\n"
        f"{_AREAS}"
    ),
    "empty sections": f"seeds: {{a: {{caches: [web], levels: [2]}}}}\ncleanups:\n{_AREAS}",
    "an empty list of levels": seed_task("{caches: [zone], levels: [], coverages: [tiny]}"),
    "stale tiles only": seed_task("{caches: [web], levels: {to: 3}, refresh_before: {days: 1}}"),
}

#: Those of caches that are limited to an area.
COVERED_CACHES = {"a cache with an area", "a cache with an area in another"}

#: What is left of levels 0 to 6 in the box.
CLEANUPS = {
    "a level": "cleanups: {c: {caches: [web], levels: [4], remove_all: true}}",
    "levels from": "cleanups: {c: {caches: [web], levels: {from: 3}, remove_all: true}}",
    "nothing that old": "cleanups: {c: {caches: [web], remove_before: {days: 1}}}",
    "all of that age": "cleanups: {c: {caches: [web], levels: [5], remove_before: {time: 2090-01-01T00:00:00}}}",
    "an area": f"cleanups: {{c: {{caches: [web], coverages: [shape], levels: [6], remove_all: true}}}}\n{_AREAS}",
    "an area of stale tiles": (
        f"cleanups: {{c: {{caches: [web], coverages: [box], levels: [6], remove_before: {{days: 1}}}}}}\n{_AREAS}"
    ),
    "other caches": "cleanups: {c: {caches: [south], remove_all: true}}",
}
