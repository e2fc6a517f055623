"""Every mistake is found where it is, and the message names value and remedy."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.unit.config.configurations import MINIMAL, report_of
from tilekeep.config.problems import Problem, Severity, path_text


class Mistake(NamedTuple):
    """A replacement in the minimal configuration, and what must be said about it."""

    rule: str
    old: str
    new: str
    path: str
    line: int
    column: int
    says: str
    suggestion: str | None = None


IN_CACHE = "    sources: [osm]\n"
FORMAT = "caches.osm_cache.format"

ERRORS = [
    Mistake("an empty scalar", "title: OSM", "title:", "layers[0].title", 5, 11, "left empty"),
    Mistake(
        "a number as text", "title: OSM", "title: 5", "layers[0].title", 5, 12, "expected text, got 5; put it in q"
    ),
    Mistake(
        "a word that means false", "title: OSM", "title: no", "layers[0].title", 5, 12, "got false; put it in quotes"
    ),
    Mistake("a number as name", "name: osm", "name: 12", "layers[0].name", 4, 11, "expected text, got 12"),
    Mistake("text where a list belongs", "[osm_cache]", "osm_cache", "layers[0].sources", 6, 14, "such as [osm_cache]"),
    Mistake("a required option missing", "    title: OSM\n", "", "layers[0].title", 4, 5, "'title' is required"),
    Mistake(
        "a cache without sources", "    sources: [osm]\n", "", "caches.osm_cache.sources", 8, 3, "'sources' is required"
    ),
    Mistake(
        "an unknown cache in a layer",
        "[osm_cache]",
        "[osm_cach]",
        "layers[0].sources[0]",
        6,
        15,
        "no cache and no source 'osm_cach'",
        "osm_cache",
    ),
    Mistake(
        "an unknown source in a cache",
        "sources: [osm]",
        "sources: [omS]",
        "caches.osm_cache.sources[0]",
        10,
        15,
        "the source 'omS' does not exist",
    ),
    Mistake(
        "an unknown grid",
        "[GLOBAL_WEBMERCATOR]",
        "[GLOBAL_MERCATOR, GLOBAL_WEBMERCATER]",
        "caches.osm_cache.grids[1]",
        9,
        30,
        "does not exist",
        "GLOBAL_WEBMERCATOR",
    ),
    Mistake(
        "an unknown source type", "type: wms", "type: wmss", "sources.osm.type", 13, 11, "'wmss' does not exist", "wms"
    ),
    Mistake("a source without type", "    type: wms\n", "", "sources.osm.type", 12, 3, "'type' is required"),
    Mistake("a source left empty", "    type: wms\n", "  b:\n", "sources.osm.type", 12, 3, "'type' is required"),
    Mistake(
        "a WMS without URL",
        "      url: http://maps.example.org/wms\n",
        "",
        "sources.osm.req.url",
        14,
        5,
        "'url' is req",
    ),
    Mistake("a URL without scheme", "http://maps", "maps", "sources.osm.req.url", 15, 12, "starts with http://"),
    Mistake(
        "layers that are a number",
        "layers: roads",
        "layers: 0",
        "sources.osm.req.layers",
        16,
        15,
        "expected text, got 0",
    ),
    Mistake("an unknown service", "  tms:", "  tsm:", "services.tsm", 2, 3, "the service 'tsm' does not exist", "tms"),
    Mistake(
        "a cache that is passed by without a source",
        "    sources: [osm]\n",
        "    sources: []\n    use_direct_from_level: 2\n",
        "caches.osm_cache.use_direct_from_level",
        11,
        5,
        "needs exactly one source",
    ),
    Mistake(
        "a cache passed by for two sources",
        "    sources: [osm]\n",
        "    sources: [osm, 'osm:roads']\n    use_direct_from_res: 10\n",
        "caches.osm_cache.use_direct_from_res",
        11,
        5,
        "needs exactly one source",
    ),
    Mistake(
        "a cache passed by for another cache",
        "    sources: [osm]\n",
        "    sources: [c2]\n    use_direct_from_res: 10\n  c2: {grids: [GLOBAL_WEBMERCATOR], sources: [osm]}\n",
        "caches.osm_cache.use_direct_from_res",
        11,
        5,
        "which is a cache",
    ),
    Mistake(
        "a cache without type",
        "    sources: [osm]\n",
        "    sources: [osm]\n    cache:\n      directory: x\n",
        "caches.osm_cache.cache.type",
        11,
        5,
        "'type' is required",
    ),
    Mistake(
        "an unknown layout",
        "    sources: [osm]\n",
        "    sources: [osm]\n    cache: {type: file, directory_layout: tmss}\n",
        "caches.osm_cache.cache.directory_layout",
        11,
        43,
        "expected 'tc', 'mp'",
        "tms",
    ),
    Mistake(
        "mixed tiles without request format",
        "    sources: [osm]\n",
        "    sources: [osm]\n    format: mixed\n",
        "caches.osm_cache.request_format",
        8,
        3,
        "needs request_format",
    ),
    Mistake(
        "one directory for two grids",
        "[GLOBAL_WEBMERCATOR]",
        "[GLOBAL_MERCATOR, GLOBAL_GEODETIC]\n    cache: {type: file, directory: here}",
        "caches.osm_cache.cache.directory",
        10,
        36,
        "cannot share one directory",
    ),
    Mistake("no grid", "[GLOBAL_WEBMERCATOR]", "[]", "caches.osm_cache.grids", 9, 12, "no grid"),
    Mistake(
        "a fraction of a pixel",
        "    sources: [osm]\n",
        "    sources: [osm]\n    meta_buffer: 80.5\n",
        "caches.osm_cache.meta_buffer",
        11,
        18,
        "expected a whole number, got 80.5",
    ),
    Mistake(
        "a boolean as number",
        "    sources: [osm]\n",
        "    sources: [osm]\n    meta_buffer: yes\n",
        "caches.osm_cache.meta_buffer",
        11,
        18,
        "expected a whole number, got true",
    ),
    Mistake(
        "one number for two",
        "    sources: [osm]\n",
        "    sources: [osm]\n    meta_size: [4]\n",
        "caches.osm_cache.meta_size",
        11,
        16,
        "at least 2",
    ),
    Mistake(
        "a cache that fills itself",
        "sources: [osm]",
        "sources: [osm, osm_cache]",
        "caches.osm_cache.sources[1]",
        10,
        20,
        "in a circle (osm_cache -> osm_cache)",
    ),
    Mistake(
        "deep values in a format for eyes",
        "    sources: [osm]\n",
        "    sources: [osm]\n    image: {mode: I, format: image/jpeg}\n",
        "caches.osm_cache.image.format",
        11,
        30,
        "no more than 8 bits",
    ),
    Mistake(
        "deep values with a watermark",
        "    sources: [osm]\n",
        "    sources: [osm]\n    image: {mode: I}\n    watermark: {text: mine}\n",
        "caches.osm_cache.watermark",
        12,
        16,
        "change the values",
    ),
    Mistake(
        "deep values out of bands",
        "    sources: [osm]\n",
        "    sources: {l: [{source: osm, band: 0}]}\n    image: {mode: I}\n",
        "caches.osm_cache.sources",
        10,
        14,
        "merged bands have 8 bits",
    ),
    Mistake(
        "no band of anything",
        "sources: [osm]",
        "sources: {r: []}",
        "caches.osm_cache.sources",
        10,
        14,
        "no band is made of anything",
    ),
    Mistake(
        "a band that no image has",
        "sources: [osm]",
        "sources: {r: [{source: osm, band: 4}]}",
        "caches.osm_cache.sources.r[0].band",
        10,
        39,
        "below 4",
    ),
    Mistake(
        "a factor out of proportion",
        "sources: [osm]",
        "sources: {r: [{source: osm, band: 0, factor: 65537}]}",
        "caches.osm_cache.sources.r[0].factor",
        10,
        50,
        "65536",
    ),
    Mistake(
        "grey among colors",
        "sources: [osm]",
        "sources: {l: [{source: osm, band: 0}], r: [{source: osm, band: 0}]}",
        "caches.osm_cache.sources.l",
        10,
        15,
        "no other bands",
    ),
    Mistake(
        "a band of a source that does not exist",
        "sources: [osm]",
        "sources: {r: [{source: ocm, band: 0}]}",
        "caches.osm_cache.sources.r[0].source",
        10,
        28,
        "'ocm' does not exist",
    ),
    Mistake(
        "a tag the source lacks",
        "sources: [osm]",
        "sources: ['osm:rivers']",
        "caches.osm_cache.sources[0]",
        10,
        15,
        "no layer 'rivers'",
    ),
    Mistake(
        "a duration that is none",
        "    sources: [osm]\n",
        "    sources: [osm]\n    refresh: {mode: background, max_stale: a week}\n",
        "caches.osm_cache.refresh.max_stale",
        11,
        44,
        "expected a duration: seconds, or text such as 30s, 10m, 2h, 7d or 4w",
    ),
    Mistake(
        "metrics at the address of a service",
        "caches:\n",
        "globals: {metrics: {path: /wms}}\ncaches:\n",
        "globals.metrics.path",
        7,
        27,
        "the path belongs to a service; name another one, such as /metrics",
    ),
    Mistake(
        "metrics below another path",
        "caches:\n",
        "globals: {metrics: {path: /admin/metrics}}\ncaches:\n",
        "globals.metrics.path",
        7,
        27,
        "/admin/metrics",
    ),
    Mistake(
        "metrics on a port without a host",
        "caches:\n",
        "globals: {metrics: {bind: '9180'}}\ncaches:\n",
        "globals.metrics.bind",
        7,
        27,
        "9180",
    ),
    Mistake(
        "a time that is none",
        "    sources: [osm]\n",
        "    sources: [osm]\n    refresh_before: {time: soon}\n",
        "caches.osm_cache.refresh_before.time",
        11,
        28,
        "expected a time such as",
    ),
    Mistake(
        "permissions as octal number",
        "    sources: [osm]\n",
        "    sources: [osm]\n    cache: {type: file, file_permissions: 0644}\n",
        "caches.osm_cache.cache.file_permissions",
        11,
        43,
        "put it in quotes",
    ),
    Mistake(
        "no octal digits",
        "    sources: [osm]\n",
        "    sources: [osm]\n    cache: {type: file, file_permissions: rw}\n",
        "caches.osm_cache.cache.file_permissions",
        11,
        43,
        "octal digits",
    ),
    Mistake(
        "a resolution range upside down",
        "    type: wms\n",
        "    type: wms\n    min_res: 1\n    max_res: 10\n",
        "sources.osm.min_res",
        14,
        14,
        "must be above max_res",
    ),
    Mistake(
        "a coverage without SRS",
        "    type: wms\n",
        "    type: wms\n    coverage: {bbox: [1, 2, 3, 4]}\n",
        "sources.osm.coverage.bbox",
        14,
        22,
        "needs its SRS",
    ),
    Mistake(
        "a member without area",
        "    type: wms\n",
        "    type: wms\n    coverage: {union: [{srs: 'EPSG:4326'}]}\n",
        "sources.osm.coverage.union[0]",
        14,
        24,
        "this member names no area",
    ),
    Mistake(
        "a set operation on nothing",
        "    type: wms\n",
        "    type: wms\n    coverage: {difference: []}\n",
        "sources.osm.coverage.difference",
        14,
        28,
        "expected a list of at least 1 value",
    ),
    Mistake(
        "a member without SRS",
        "    type: wms\n",
        "    type: wms\n    coverage: {union: [{difference: [{polygons: a.wkt}]}]}\n",
        "sources.osm.coverage.union[0].difference[0].polygons",
        14,
        49,
        "needs its SRS",
    ),
    Mistake(
        "a box of three numbers as data source",
        "    type: wms\n",
        "    type: wms\n    coverage: {datasource: [1, 2, 3], srs: 'EPSG:4326'}\n",
        "sources.osm.coverage.datasource",
        14,
        28,
        "expected four numbers",
    ),
    Mistake(
        "a data source that starts like a box",
        "    type: wms\n",
        "    type: wms\n    coverage: {datasource: '1,2,3,4,5', srs: 'EPSG:4326'}\n",
        "sources.osm.coverage.datasource",
        14,
        28,
        "expected four numbers",
    ),
    Mistake(
        "a negative buffer",
        "    type: wms\n",
        "    type: wms\n    coverage: {bbox: '1,2,3,4', srs: 'EPSG:4326', buffer: -1}\n",
        "sources.osm.coverage.buffer",
        14,
        59,
        "expected a number of at least 0",
    ),
    Mistake(
        "a coverage of three numbers",
        "    type: wms\n",
        "    type: wms\n    coverage: {bbox: [1, 2, 3], srs: 'EPSG:4326'}\n",
        "sources.osm.coverage.bbox",
        14,
        22,
        "expected four numbers",
    ),
    Mistake(
        "a coverage inside out",
        "    type: wms\n",
        "    type: wms\n    coverage: {bbox: '3,2,1,4', srs: 'EPSG:4326'}\n",
        "sources.osm.coverage.bbox",
        14,
        22,
        "west must be less than east",
    ),
    Mistake(
        "a WMS version",
        "    type: wms\n",
        "    type: wms\n    wms_opts: {version: 1.3}\n",
        "sources.osm.wms_opts.version",
        14,
        25,
        "got 1.3",
    ),
    Mistake(
        "an exponent without sign",
        "    type: wms\n",
        "    type: wms\n    min_res: 1e3\n",
        "sources.osm.min_res",
        14,
        14,
        "1.0e+3",
    ),
    Mistake(
        "a status that is none",
        "    type: wms\n",
        "    type: wms\n    on_error: {nope: {response: transparent}}\n",
        "sources.osm.on_error.nope",
        14,
        16,
        "HTTP status",
    ),
    Mistake(
        "layers by name",
        "  - name: osm\n    title: OSM\n    sources: [osm_cache]\n",
        "  osm:\n    title: OSM\n    sources: [osm_cache]\n",
        "layers",
        4,
        3,
        "before 1.4",
    ),
    Mistake(
        "layers as single-key mappings",
        "  - name: osm\n    title: OSM\n    sources: [osm_cache]\n",
        "  - osm:\n      title: OSM\n",
        "layers",
        4,
        3,
        "before 1.4",
    ),
    Mistake(
        "a name taken twice",
        "caches:\n",
        "  - {name: osm, title: Again, tile_sources: [osm_cache]}\ncaches:\n",
        "layers[1].name",
        7,
        12,
        "taken by layers[0]",
    ),
    Mistake(
        "a source as tile source",
        "caches:\n",
        "  - {name: x, title: X, tile_sources: [osm]}\ncaches:\n",
        "layers[1].tile_sources[0]",
        7,
        40,
        "names caches",
    ),
    Mistake(
        "a range of times that is none",
        "caches:\n",
        "    dimensions: {time: {values: ['2020-01-01/tomorrow']}}\ncaches:\n",
        "layers[0].dimensions.time.values",
        7,
        33,
        "neither a time nor a range",
    ),
    Mistake("a section that is a list", "caches:\n", "globals: [1]\ncaches:\n", "globals", 7, 10, "expected a mapping"),
    Mistake(
        "a WMTS template that lacks a part",
        "  tms:",
        "  wmts: {restful_template: '/{Layer}.png'}",
        "services.wmts.restful_template",
        2,
        28,
        "lacks {TileMatrixSet}, {TileMatrix}, {TileCol}, {TileRow}",
    ),
    Mistake(
        "a WMTS template that is no path",
        "  tms:",
        "  wmts: {restful_template: '{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}'}",
        "services.wmts.restful_template",
        2,
        28,
        "must start with a '/'",
    ),
    Mistake(
        "a WMTS template with a variable twice",
        "  tms:",
        "  wmts: {restful_template: '/{Layer}/{Time}/{time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}'}",
        "services.wmts.restful_template",
        2,
        28,
        "has {time} twice",
    ),
    Mistake(
        "a WMTS template with a query",
        "  tms:",
        "  wmts: {restful_template: '/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}?a'}",
        "services.wmts.restful_template",
        2,
        28,
        "may have no braces, '?' and '#'",
    ),
    Mistake(
        "a WMTS template with a variable that is none",
        "  tms:",
        "  wmts: {restful_template: '/{Layer}/{a b}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}'}",
        "services.wmts.restful_template",
        2,
        28,
        "may have no braces, '?' and '#'",
    ),
    Mistake(
        "a proxy that is no address",
        "caches:\n",
        "globals: {http: {trusted_proxies: [10.0.0.1, proxy.example]}}\ncaches:\n",
        "globals.http.trusted_proxies[1]",
        7,
        46,
        "expected an address or network such as '10.0.0.0/8' or '::1', or 'unix' for Unix sockets, got 'proxy.example'",
    ),
    Mistake(
        "a network that is written as one of its addresses",
        "caches:\n",
        "globals: {http: {trusted_proxies: [10.0.0.1/8]}}\ncaches:\n",
        "globals.http.trusted_proxies[0]",
        7,
        36,
        "expected the network '10.0.0.0/8' or one address without '/', got '10.0.0.1/8'",
    ),
    Mistake(
        "one proxy instead of a list",
        "caches:\n",
        "globals: {http: {trusted_proxies: 10.0.0.1}}\ncaches:\n",
        "globals.http.trusted_proxies",
        7,
        35,
        "expected a list, got '10.0.0.1'; write a list, such as [10.0.0.1]",
    ),
    Mistake(
        "proxies left empty",
        "caches:\n",
        "globals: {http: {trusted_proxies: }}\ncaches:\n",
        "globals.http.trusted_proxies",
        7,
        35,
        "left empty",
    ),
    Mistake(
        "a time that is none",
        "caches:\n",
        "    dimensions: {time: {values: ['2020'], default: '2020'}}\ncaches:\n",
        "layers[0].dimensions.time.values",
        7,
        33,
        "'2020' is no ISO 8601 time such as 2024-12-31",
    ),
    Mistake(
        "a default that is no value",
        "caches:\n",
        "    dimensions: {level: {values: [low, high], default: hgh}}\ncaches:\n",
        "layers[0].dimensions.level.default",
        7,
        56,
        "'hgh' is not among the values",
        "high",
    ),
    Mistake(
        "a format without encoder",
        IN_CACHE,
        IN_CACHE + "    format: image/jpg\n",
        "caches.osm_cache.format",
        11,
        13,
        "'image/jpg' does not exist",
        "image/jpeg",
    ),
    Mistake("a format that is none", IN_CACHE, IN_CACHE + "    format: PNG\n", FORMAT, 11, 13, "exist", "image/png"),
    Mistake(
        "an unknown format of requests",
        IN_CACHE,
        IN_CACHE + "    request_format: image/foo\n",
        "caches.osm_cache.request_format",
        11,
        21,
        "'image/foo' does not exist (known: image/png, ",
    ),
    Mistake(
        "an unknown format of images",
        IN_CACHE,
        IN_CACHE + "    image: {format: image/wepb}\n",
        "caches.osm_cache.image.format",
        11,
        21,
        "does not exist",
        "image/webp",
    ),
    Mistake(
        "a named format of an unknown format",
        "caches:\n",
        "globals: {image: {formats: {mine: {format: image/bmp}}}}\ncaches:\n",
        "globals.image.formats.mine.format",
        7,
        44,
        "does not exist",
    ),
    Mistake(
        "an unknown format of a source",
        "    type: wms\n",
        "    type: wms\n    image: {format: text/png}\n",
        "sources.osm.image.format",
        14,
        21,
        "does not exist",
    ),
    Mistake(
        "directories that cannot be entered",
        "caches:\n",
        "globals: {cache: {directory_permissions: '644'}}\ncaches:\n",
        "globals.cache.directory_permissions",
        7,
        42,
        "with 644 the owner cannot enter directories",
    ),
    Mistake(
        "files that cannot be read",
        IN_CACHE,
        IN_CACHE + "    cache: {type: file, file_permissions: '0244'}\n",
        "caches.osm_cache.cache.file_permissions",
        11,
        43,
        "with 244 the owner cannot read files",
    ),
    Mistake(
        "an age in the future",
        IN_CACHE,
        IN_CACHE + "    refresh_before: {days: -1, hours: 1}\n",
        "caches.osm_cache.refresh_before",
        11,
        21,
        "of -82800 seconds",
    ),
    Mistake(
        "a date as value of a dimension",
        "caches:\n",
        "    dimensions: {time: {values: [2020-01-01, x]}}\ncaches:\n",
        "layers[0].dimensions.time.values[0]",
        7,
        34,
        "expected text or a number, got 2020-01-01; put it in quotes",
    ),
    Mistake(
        "a list of dates as text",
        "title: OSM",
        "title: [2020-01-01, 2020-01-01 10:00:00]",
        "layers[0].title",
        5,
        12,
        "expected text, got [2020-01-01, 2020-01-01T10:00:00]",
    ),
    Mistake(
        "one word of several kinds of values",
        IN_CACHE,
        IN_CACHE + "    link_single_color_images: maybe\n",
        "caches.osm_cache.link_single_color_images",
        11,
        31,
        "expected 'symlink' or 'hardlink' or true or false, got 'maybe'",
    ),
    Mistake(
        "one number for two",
        "caches:\n",
        "globals: {grid: {tile_size: 512}}\ncaches:\n",
        "globals.grid.tile_size",
        7,
        29,
        "expected a list, got 512; write a list, such as [512, 512]",
    ),
    Mistake(
        "a list too short",
        IN_CACHE,
        IN_CACHE + "    meta_size: [4]\n",
        "caches.osm_cache.meta_size",
        11,
        16,
        "expected a list of at least 2 values, got [4]",
    ),
    Mistake(
        "tiles out of levels that no grid has",
        IN_CACHE,
        IN_CACHE + "    upscale_tiles: 100000\n",
        "caches.osm_cache.upscale_tiles",
        11,
        20,
        "of at most 50, got 100000",
    ),
    Mistake(
        "an origin with a line break",
        "services:",
        'globals: {http: {access_control_allow_origin: "https://a.example\\nSet-Cookie: a=b"}}\nservices:',
        "globals.http.access_control_allow_origin",
        1,
        47,
        "expected '*', 'null' or one origin such as",
    ),
    Mistake(
        "an origin with a path",
        "services:",
        "globals: {http: {access_control_allow_origin: 'https://a.example/'}}\nservices:",
        "globals.http.access_control_allow_origin",
        1,
        47,
        "expected '*', 'null' or one origin such as",
    ),
    Mistake(
        "tiles out of coarser and finer ones",
        IN_CACHE,
        IN_CACHE + "    upscale_tiles: 1\n    downscale_tiles: 2\n",
        "caches.osm_cache.downscale_tiles",
        12,
        22,
        "remove upscale_tiles or downscale_tiles",
    ),
    Mistake(
        "caches that fill each other",
        "sources: [osm]\n",
        "sources: [b]\n  b: {grids: [GLOBAL_MERCATOR], sources: [c]}\n"
        "  c: {grids: [GLOBAL_MERCATOR], sources: [osm, osm_cache]}\n",
        "caches.b.sources[0]",
        11,
        43,
        "in a circle (b -> c -> osm_cache -> b)",
    ),
    Mistake(
        "a layer that a source in a layer of WMS maps does not have",
        "  tms:\nlayers:\n  - name: osm\n    title: OSM\n    sources: [osm_cache]",
        "  wms:\nlayers:\n  - name: osm\n    title: OSM\n    sources: [osm_cache, 'osm:rivers']",
        "layers[0].sources[1]",
        6,
        26,
        "has no layer 'rivers'",
    ),
    Mistake(
        "a box without SRS",
        "  tms:",
        "  wms: {bbox_srs: ['EPSG:4326', {bbox: [1, 2, 3, 4]}]}",
        "services.wms.bbox_srs[1].srs",
        2,
        33,
        "'srs' is required and missing",
    ),
    Mistake(
        "a map format that has no media type",
        "  tms:",
        "  wms: {image_formats: [image/jpeg, png]}",
        "services.wms.image_formats[1]",
        2,
        37,
        "the format 'png' does not exist",
        "image/png",
    ),
    Mistake(
        "a band that is none",
        "sources: [osm]",
        "sources: {red: [{source: osm, band: 0}]}",
        "caches.osm_cache.sources.red",
        10,
        15,
        "expected 'r', 'g', 'b', 'a' or 'l'",
    ),
    Mistake(
        "a band of no source",
        "sources: [osm]",
        "sources: {r: [{source: oms, band: 0}]}",
        "caches.osm_cache.sources.r[0].source",
        10,
        28,
        "the source 'oms' does not exist",
        "osm",
    ),
    Mistake(
        "a source of later without what it needs",
        "type: wms\n    req:\n      url: http://maps.example.org/wms",
        "type: mapserver\n    req:\n      url: http://maps.example.org/wms",
        "sources.osm.req.map",
        14,
        5,
        "'map' is required and missing",
    ),
    Mistake(
        "transparency that is neither true nor false",
        "layers: roads",
        "transparent: 1",
        "sources.osm.req.transparent",
        16,
        20,
        "expected true or false, got 1",
    ),
    Mistake(
        "the name of a table",
        IN_CACHE,
        IN_CACHE + "    cache: {type: geopackage, table_name: 'a; b'}\n",
        "caches.osm_cache.cache.table_name",
        11,
        43,
        "expected letters, digits, '_' and '-' only",
    ),
    Mistake(
        "a port out of range",
        IN_CACHE,
        IN_CACHE + "    cache: {type: redis, port: 70000}\n",
        "caches.osm_cache.cache.port",
        11,
        32,
        "of at most 65535",
    ),
    Mistake(
        "a type of INSPIRE metadata",
        "  tms:",
        "  wms: {inspire_md: {type: link}}",
        "services.wms.inspire_md.type",
        2,
        28,
        "'link' does not exist (known: linked, embedded)",
        "linked",
    ),
    Mistake(
        "an answer to errors that is no color",
        "    type: wms\n",
        "    type: wms\n    on_error: {404: {response: none}}\n",
        "sources.osm.on_error[404].response",
        14,
        32,
        "expected 'transparent', [r, g, b] or text such as '#ff0000'",
    ),
    Mistake("an unknown origin", "  tms:", "  tms: {origin: ne}", "services.tms.origin", 2, 17, "expected an origin"),
]

GRID = "grids:\n  mine: {%s}\n"

GRID_ERRORS = [
    ("an unknown base", "base: GLOBAL_MERCATR", "grids.mine.base", 16, "does not exist"),
    ("a base circle", "base: mine, origin: nw", "grids.mine.base", 16, "circle (mine -> mine)"),
    (
        "a circle of a base and an alignment",
        "base: other, origin: nw}\n  other: {align_resolutions_with: mine",
        "grids.mine.base",
        16,
        "circle (mine -> other -> mine)",
    ),
    ("no box", "srs: 'EPSG:25832', origin: nw", "grids.mine.bbox", 3, "need a bbox"),
    (
        "two ways to say resolutions",
        "base: GLOBAL_MERCATOR, res: [2, 1], min_res: 4",
        "grids.mine.min_res",
        46,
        "beside 'res'",
    ),
    (
        "levels that end before they start",
        "base: GLOBAL_MERCATOR, min_res: 1, max_res: 2",
        "grids.mine.min_res",
        42,
        "above max_res",
    ),
    (
        "one level with two ends",
        "base: GLOBAL_MERCATOR, max_res: 2, num_levels: 1",
        "grids.mine.num_levels",
        57,
        "at least 2",
    ),
    (
        "a factor that does not zoom",
        "base: GLOBAL_MERCATOR, res_factor: 1",
        "grids.mine.res_factor",
        45,
        "above 1, or 'sqrt2'",
    ),
    (
        "an unknown model of resolutions",
        "base: GLOBAL_MERCATOR, align_resolutions_with: x",
        "grids.mine.align_resolutions_with",
        57,
        "grid 'x'",
    ),
    (
        "an infinite resolution",
        "base: GLOBAL_MERCATOR, res: [.inf]",
        "grids.mine.res[0]",
        39,
        "expected a finite number",
    ),
]


def the_problem(report_problems: tuple[Problem, ...], path: str, severity: Severity) -> Problem:
    """The one problem of an option."""
    found = [p for p in report_problems if path_text(p.path) == path and p.severity is severity]
    assert len(found) == 1, [str(problem) for problem in report_problems]
    return found[0]


def test_the_configuration_to_plant_mistakes_in_has_none() -> None:
    assert report_of(MINIMAL).problems == ()


@pytest.mark.parametrize("mistake", ERRORS, ids=lambda mistake: mistake.rule)
def test_a_mistake_is_found_where_it_is(mistake: Mistake) -> None:
    text = MINIMAL.replace(mistake.old, mistake.new, 1)

    problem = the_problem(report_of(text).problems, mistake.path, Severity.ERROR)

    assert (problem.file, problem.line, problem.column) == ("/etc/maps/mapproxy.yaml", mistake.line, mistake.column)
    assert mistake.says in problem.message
    assert mistake.suggestion is None or problem.suggestion == mistake.suggestion


@pytest.mark.parametrize(
    ("options", "path", "column", "says"), [e[1:] for e in GRID_ERRORS], ids=[e[0] for e in GRID_ERRORS]
)
def test_a_mistake_in_a_grid_is_found_where_it_is(options: str, path: str, column: int, says: str) -> None:
    problem = the_problem(report_of(GRID % options + MINIMAL).problems, path, Severity.ERROR)

    assert (problem.line, problem.column) == (2, column)
    assert says in problem.message


@pytest.mark.parametrize(
    ("url", "says", "suggestion"),
    [
        ("http://x.example/%(z)s/%(x)s/%(Y)s.png", "%(Y)s does not exist; there are arcgiscache_path, bbox", "y"),
        ("http://x.example/100%/%(z)s", "must be doubled", None),
        ("tiles/%(z)s", "starts with http://", None),
    ],
)
def test_a_mistake_in_a_tile_url_is_found_where_it_is(url: str, says: str, suggestion: str | None) -> None:
    text = MINIMAL + f"  tiles:\n    type: tile\n    grid: GLOBAL_WEBMERCATOR\n    url: '{url}'\n"

    problem = the_problem(report_of(text).problems, "sources.tiles.url", Severity.ERROR)

    assert (problem.line, problem.column, problem.suggestion) == (20, 10, suggestion)
    assert says in problem.message


IMPOSSIBLE_SERVERS = [
    pytest.param("http://u:hunter2/x@maps.example.org/wms", id="a password with a slash"),
    pytest.param("http://u:hun$ter2/x@maps.example.org/wms", id="one with a dollar sign too"),
    pytest.param("http://maps.example.org:port/wms", id="a port that is no number"),
    pytest.param("http://maps.example.org:99999/wms", id="a port too high"),
    pytest.param("http://[::1/wms", id="half an IPv6 address"),
    pytest.param("http://u:hunter2@maps.example.org:port/wms", id="the same behind credentials"),
]


@pytest.mark.parametrize("url", IMPOSSIBLE_SERVERS)
def test_a_url_without_possible_server_is_refused_and_not_shown(url: str) -> None:
    tiles = f"  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: '{url}/%(z)s/%(x)s/%(y)s'}}\n"
    report = report_of(MINIMAL.replace("http://maps.example.org/wms", f"'{url}'") + tiles)

    for option in ("sources.osm.req.url", "sources.tiles.url"):
        problem = the_problem(report.problems, option, Severity.ERROR)
        assert "no possible host and port" in problem.message
    assert "hunter2" not in report.as_text()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://h:8080/%(z)s/%(x)s/%(y)s@2x.png", id="an at sign behind a port"),
        pytest.param("http://h/tms/1.0.0/ws:layer@EPSG:900913@png/%(z)s/%(x)s/%(y)s.png", id="colons and at signs"),
        pytest.param("http://u:hunter2#;?@h/%(z)s/%(x)s/%(y)s.png", id="a password with any other character"),
        pytest.param("http://[::1]:8080/%(z)s/%(x)s/%(y)s.png", id="an IPv6 address"),
        pytest.param("file:///maps/%(z)s/%(x)s/%(y)s@2x.png", id="a file"),
        pytest.param("http://h:${PORT}/%(z)s/%(x)s/%(y)s.png", id="a port that is an unset variable"),
    ],
)
def test_urls_with_odd_characters_in_the_right_places_are_accepted(url: str) -> None:
    text = MINIMAL + f"  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: '{url}'}}\n"

    assert [p for p in report_of(text).problems if p.severity is Severity.ERROR] == []


TILES = "  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: 'http://x.example/%(z)s/%(x)s/%(y)s.png'}\n"


def test_tiles_and_maps_cannot_fill_one_meta_tile() -> None:
    text = MINIMAL.replace("sources: [osm]", "sources: [osm, tiles]") + TILES

    problem = the_problem(report_of(text).problems, "caches.osm_cache.sources", Severity.ERROR)

    assert (problem.line, problem.column) == (10, 14)
    assert "'tiles' cannot fill meta tiles" in problem.message


def test_tiles_and_maps_can_fill_single_tiles() -> None:
    text = MINIMAL.replace("sources: [osm]", "sources: [osm, tiles]\n    meta_size: [1, 1]\n    meta_buffer: 0") + TILES

    assert report_of(text).problems == ()


def test_a_source_of_tiles_cannot_stand_in_a_layer() -> None:
    text = MINIMAL.replace("[osm_cache]", "[osm_cache, tiles]") + TILES

    problem = the_problem(report_of(text).problems, "layers[0].sources[1]", Severity.ERROR)

    assert (problem.line, problem.column) == (6, 26)
    assert "only knows tiles" in problem.message


def test_a_grid_without_srs_cannot_name_a_directory() -> None:
    text = "grids: {bare: {origin: nw}}\n" + MINIMAL.replace("GLOBAL_WEBMERCATOR", "bare")

    problem = the_problem(report_of(text).problems, "caches.osm_cache.grids[0]", Severity.ERROR)

    assert (problem.line, problem.column) == (10, 13)
    assert "the grid 'bare' states none" in problem.message


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = (
        MINIMAL.replace("title: OSM", "title: 5")
        .replace("[GLOBAL_WEBMERCATOR]", "[nowhere]")
        .replace("type: wms", "type: tile")
        .replace("  tms:", "  tms:\n  wtms:")
    )

    report = report_of(text)

    assert [(problem.line, path_text(problem.path)) for problem in report.errors] == [
        (3, "services.wtms"),
        (6, "layers[0].title"),
        (10, "caches.osm_cache.grids[0]"),
        (13, "sources.osm.url"),
    ]


MANY = """\
grids:
  g1: {srs: 'EPSG:25832', bbox: [1, 2, 3], min_res: 1, max_res: 2}
  g2: {srs: 5, bbox: [1, 2, 3, 4], num_levels: 1000}
  g3: {base: g2, min_res: 1, max_res: 2}
layers:
  - {name: a, title: 5, sources: [nowhere]}
  - {name: b, title: B, sources: [c1], tile_sources: 7, dimensions: {time: {values: [2020-01-01]}}}
  - {title: Group, layers: [{name: c, sources: [nothing]}, {name: a, title: A, sources: [c1]}]}
caches:
  c1: {grids: [g2, nogrid], sources: [s1, s2, s9], meta_size: [0, 4], cache: {type: fil}, format: image/foo}
  c2: {grids: g1, request_format: image/foo, cache: {type: file, file_permissions: 644, directory_permissions: '644'}}
  c3: {grids: [g2], sources: [s2, s3], meta_buffer: x}
sources:
  s1: {type: wms, req: {url: 'htp://x', layers: a}, min_res: 1, max_res: 2, concurrent_requests: -3}
  s2: {type: wms, req: {layers: a}, coverage: {bbox: [10, 10, 0, 0], srs: 'EPSG:4326'}}
  s3: {type: tile, url: 5, grid: nogrid}
  s4: {type: tile, url: 'http://x/%(y)s', grid: 5}
services: {tms: }
"""


def test_a_wrong_shape_hides_no_other_mistake_and_leads_to_no_false_one() -> None:
    report = report_of(MANY)

    assert [path_text(problem.path) for problem in report.problems] == [
        "grids.g1.origin",
        "grids.g1.bbox",
        "grids.g1.min_res",
        "grids.g2.srs",
        "grids.g2.num_levels",
        "layers[0].title",
        "layers[0].sources[0]",
        "layers[1].tile_sources",
        "layers[1].dimensions.time.values[0]",
        "layers[2].layers[0].title",
        "layers[2].layers[0].sources[0]",
        "layers[2].layers[1].name",
        "caches.c1.grids[1]",
        "caches.c1.sources[2]",
        "caches.c1.meta_size[0]",
        "caches.c1.cache.type",
        "caches.c1.format",
        "caches.c2.sources",
        "caches.c2.grids",
        "caches.c2.request_format",
        "caches.c2.cache.file_permissions",
        "caches.c2.cache.directory_permissions",
        "caches.c3.meta_buffer",
        "sources.s1.req.url",
        "sources.s1.min_res",
        "sources.s1.concurrent_requests",
        "sources.s2.req.url",
        "sources.s2.coverage.bbox",
        "sources.s3.url",
        "sources.s3.grid",
        "sources.s4.grid",
    ]


def test_what_is_broken_is_not_reported_as_missing_too() -> None:
    report = report_of(MINIMAL.replace("sources: [osm]", "sources: 5"))

    assert [path_text(problem.path) for problem in report.errors] == ["caches.osm_cache.sources"]


def test_an_entry_left_empty_lacks_what_is_required() -> None:
    report = report_of("caches: {c: }\nservices: {tms: }\n")

    assert [path_text(problem.path) for problem in report.errors] == ["caches.c.sources"]


def test_layers_of_a_source_that_are_no_text_are_reported_once() -> None:
    text = MINIMAL.replace("layers: roads", "layers: [roads, rivers]").replace(
        "sources: [osm]", "sources: ['osm:roads,x']"
    )

    assert [path_text(problem.path) for problem in report_of(text).errors] == ["sources.osm.req.layers"]


@pytest.mark.parametrize("option", ["password: 5", "username: 5"])
def test_values_of_secret_options_are_not_shown(option: str) -> None:
    report = report_of(f"caches: {{c: {{sources: [], cache: {{type: redis, {option}}}}}}}\n")

    assert "expected text, got another value" in report.as_text()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("sources: {'http://u:hunter2@x/': {type: tile, url: 'http://x/'}}", id="URL-as-name-of-a-source"),
        pytest.param("caches: {c: {sources: ['http://u:hunter2@x']}}", id="URL-as-a-reference"),
        pytest.param("caches: {c: {sources: [5], 'http://u:hunter2@x/': 5}}", id="URL-as-an-option"),
        pytest.param("grids: {'http://u:hunter2@x/': {bas: x}, g: {base: 'http://u:hunter2@xx/'}}", id="suggestion"),
        pytest.param("globals: {cache: {s3: {bucket_name: [hunter2]}}}", id="name-of-a-bucket"),
        pytest.param("globals: {cache: {s3: {endpoint_url: [hunter2]}}}", id="address-of-a-bucket"),
        pytest.param("globals: {cache: {azureblob: {container_name: [hunter2]}}}", id="name-of-a-container"),
        pytest.param("sources: {s: {type: world, coverage: {datasource: [hunter2]}}}", id="data-source"),
        pytest.param("sources: {s: {type: world, coverage: {ogr_datasource: [hunter2]}}}", id="OGR-data-source"),
    ],
)
def test_secrets_show_nowhere_in_a_report(options: str) -> None:
    report = report_of(options + "\n")

    assert report.problems
    assert "hunter2" not in report.as_text()
    assert "hunter2" not in report.as_json()
