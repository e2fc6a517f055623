"""Mistakes of every kind in one file: each is reported where it is, and none hides another.

In the text a ``§`` stands before the place of each mistake, and the comment of its line names the options, with ``?``
behind those that are no more than doubts and with what was probably meant behind ``->``.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.unit.config.configurations import report_of
from tilekeep.config.problems import Severity, path_text

TEXT = """\
globals:
  cache:
    meta_size: §4  # globals.cache.meta_size
    meta_buffer: §-1  # globals.cache.meta_buffer
    max_tile_limit: §0  # globals.cache.max_tile_limit
    file_permissions: §0644  # globals.cache.file_permissions
    §tile_lockdir: x  # globals.cache.tile_lockdir? -> tile_lock_dir
    link_single_color_images: §maybe  # globals.cache.link_single_color_images
    s3: {use_http_get: §sometimes}  # globals.cache.s3.use_http_get
  image:
    resampling_method: §bicubc  # globals.image.resampling_method -> bicubic
    jpeg_quality: §101  # globals.image.jpeg_quality
    formats:
      mine: {format: §image/bmp}  # globals.image.formats.mine.format
      other: {encoding_options: {quantizer: §octree}}  # globals.image.formats.other.encoding_options.quantizer -> fastoctree
  http:
    client_timeout: §soon  # globals.http.client_timeout
    method: §PUT  # globals.http.method
    headers: {Authorization: §5}  # globals.http.headers.Authorization
  grid: {tile_size: §[256]}  # globals.grid.tile_size
  srs: {preferred_src_proj: {'EPSG:4326': §'EPSG:3857'}}  # globals.srs.preferred_src_proj["EPSG:4326"]
  tiles: {expires_hours: §-1}  # globals.tiles.expires_hours
  wms: {max_output_pixels: §lots, strict: §1}  # globals.wms.max_output_pixels | globals.wms.strict
  renderd: {address: §x}  # globals.renderd.address
services:
  §demmo:  # services.demmo -> demo
  tms: {origin: §ne}  # services.tms.origin
  wmts: {restful_template: §'/{Layer}.png', §kvpp: true}  # services.wmts.restful_template | services.wmts.kvpp? -> kvp
  wms:
    on_source_errors: §notfy  # services.wms.on_source_errors -> notify
    versions: [1.1.1, §1.3.1]  # services.wms.versions[1] -> 1.3.0
    bbox_srs: [§{bbox: [1, 2, 3, 4]}, {srs: 'EPSG:4326', bbox: §[3, 2, 1, 4]}]  # services.wms.bbox_srs[0].srs | services.wms.bbox_srs[1].bbox
    image_formats: [image/png, §png]  # services.wms.image_formats[1] -> image/png
    max_output_pixels: §[100]  # services.wms.max_output_pixels
    concurrent_layer_renderer: §0  # services.wms.concurrent_layer_renderer
    srs: §EPSG:4326  # services.wms.srs
    md: {contact: {person: §[a, b]}, keyword_list: [{keywords: §word}], §titel: x}  # services.wms.md.contact.person | services.wms.md.keyword_list[0].keywords | services.wms.md.titel? -> title
    inspire_md: {type: §linkd}  # services.wms.inspire_md.type -> linked
    featureinfo_types: [§gml]  # services.wms.featureinfo_types[0] -> xml
    featureinfo_xslt: {html: info.xslt}
  kml: {use_grid_names: §5}  # services.kml.use_grid_names
  ogcapi: {enable_maps: §5, md: {§license: {url: x}}}  # services.ogcapi.enable_maps | services.ogcapi.md.license.name
layers:
  - {name: §5, title: Number}  # layers[0].name
  - §{name: untitled, sources: [good]}  # layers[1].title
  - {name: lost, title: Lost, sources: [§goood]}  # layers[2].sources[0] -> good
  - {name: twice, title: Twice, sources: [good], min_res: §5, max_res: 10}  # layers[3].min_res
  - {name: §twice, title: Again, sources: [good], min_scale: 10, max_scale: §5}  # layers[4].name | layers[4].max_scale
  - {name: direct, title: Direct, sources: [§'maps:rivers']}  # layers[5].sources[0]
  - {name: tag, title: Tag, sources: [good], tile_sources: [§maps]}  # layers[6].tile_sources[0]
  - {name: tiled, title: Tiled, sources: [§tiles]}  # layers[7].sources[0]
  - name: weather
    title: Weather
    sources: [good]
    dimensions: {time: {values: §['2020-01-01/tomorrow']}, level: {values: [low, high], default: §hgh}}  # layers[8].dimensions.time.values | layers[8].dimensions.level.default -> high
    md: {attribution: {logo: {width: §wide}}, identifier: §none}  # layers[8].md.attribution.logo.width | layers[8].md.identifier
    layers:
      - {name: child, title: §[x], sources: [good]}  # layers[8].layers[0].title
caches:
  good: {grids: [GLOBAL_WEBMERCATOR], sources: [maps]}
  grid: {grids: [§GLOBAL_MERCATR], sources: [maps]}  # caches.grid.grids[0] -> GLOBAL_MERCATOR
  source: {grids: [GLOBAL_WEBMERCATOR], sources: [§mapps]}  # caches.source.sources[0] -> maps
  tagged: {grids: [GLOBAL_WEBMERCATOR], sources: [§'maps:rivers']}  # caches.tagged.sources[0]
  one: {grids: [GLOBAL_WEBMERCATOR], sources: [§two]}  # caches.one.sources[0]
  two: {grids: [GLOBAL_WEBMERCATOR], sources: [§three]}  # caches.two.sources[0]
  three: {grids: [GLOBAL_WEBMERCATOR], sources: [§one]}  # caches.three.sources[0]
  §nothing: {grids: [GLOBAL_WEBMERCATOR]}  # caches.nothing.sources
  both: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], upscale_tiles: 1, downscale_tiles: §1}  # caches.both.downscale_tiles
  kept: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], §cache_rescaled_tiles: true}  # caches.kept.cache_rescaled_tiles?
  bands: {grids: [GLOBAL_WEBMERCATOR], sources: {§red: [{source: maps, band: 0}]}}  # caches.bands.sources.red
  band: {grids: [GLOBAL_WEBMERCATOR], sources: {r: [{source: maps, band: §-1}]}}  # caches.band.sources.r[0].band
  type: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], cache: {type: §filee}}  # caches.type.cache.type -> file
  layout: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], cache: {type: file, directory_layout: §tmss}}  # caches.layout.cache.directory_layout -> tms
  port: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], cache: {type: redis, port: §70000}}  # caches.port.cache.port
  bundle: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], cache: {type: compact, version: §3}}  # caches.bundle.cache.version
  table: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], cache: {type: geopackage, table_name: §'a; b'}}  # caches.table.cache.table_name
  mark: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], watermark: {color: §reddish, opacity: §300, spacing: §wid}}  # caches.mark.watermark.color | caches.mark.watermark.opacity | caches.mark.watermark.spacing -> wide
  §mixed: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], format: mixed}  # caches.mixed.request_format
  old: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], refresh_before: {time: §soon}}  # caches.old.refresh_before.time
  later: {grids: [GLOBAL_WEBMERCATOR], sources: [good], §use_direct_from_level: 4}  # caches.later.use_direct_from_level
  image: {grids: [GLOBAL_WEBMERCATOR], sources: [maps], image: {opacity: §2, mode: §CMYK}}  # caches.image.image.opacity | caches.image.image.mode
  unlike: {grids: [GLOBAL_WEBMERCATOR], sources: §[maps, tiles]}  # caches.unlike.sources
sources:
  maps: {type: wms, req: {url: 'http://maps.example.org/wms', layers: roads}}
  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: 'http://tiles.example.org/%(z)s/%(x)s/%(y)s.png'}
  kind: {type: §wsm}  # sources.kind.type -> wms
  §none: {seed_only: true}  # sources.none.type
  url: {type: wms, §req: {layers: a}}  # sources.url.req.url
  scheme: {type: wms, req: {url: §maps.example.org, layers: §5}}  # sources.scheme.req.url | sources.scheme.req.layers
  version: {type: wms, req: {url: 'http://x', layers: a}, wms_opts: {version: §1.3}}  # sources.version.wms_opts.version
  range: {type: wms, req: {url: 'http://x', layers: a}, min_res: §1, max_res: 10}  # sources.range.min_res
  status: {type: wms, req: {url: 'http://x', layers: a}, on_error: {§never: {response: transparent}}}  # sources.status.on_error.never
  color: {type: wms, req: {url: 'http://x', layers: a}, on_error: {404: {response: §reddish}}}  # sources.color.on_error[404].response
  limit: {type: wms, req: {url: 'http://x', layers: a}, concurrent_requests: §-1}  # sources.limit.concurrent_requests
  template: {type: tile, grid: GLOBAL_WEBMERCATOR, url: §'http://x/%(z)s/%(x)s/%(yy)s'}  # sources.template.url -> y
  gridless: {type: tile, grid: §nowhere, url: 'http://x/%(z)s/%(x)s/%(y)s'}  # sources.gridless.grid
  mapfile: {type: mapserver, §req: {layers: a}, wms_opts: {map: §yess}}  # sources.mapfile.req.map | sources.mapfile.wms_opts.map
  style: {type: mapnik, mapfile: a.xml, scale_factor: §0}  # sources.style.scale_factor
  server: {type: arcgis, req: {url: §5}, opts: {featureinfo_tolerance: §-1}}  # sources.server.req.url | sources.server.opts.featureinfo_tolerance
  api: {type: ogcapimaps, landingpage_url: §maps.example.org, bgcolor: §white}  # sources.api.landingpage_url | sources.api.bgcolor
grids:
  base: {base: §GLOBAL_MERCATR, origin: nw}  # grids.base.base -> GLOBAL_MERCATOR
  circle: {base: §circle2, origin: nw}  # grids.circle.base
  circle2: {base: §circle, origin: nw}  # grids.circle2.base
  §boxless: {srs: 'EPSG:25832', origin: nw}  # grids.boxless.bbox
  ends: {srs: 'EPSG:3857', origin: nw, min_res: §1, max_res: 2}  # grids.ends.min_res
  res: {srs: 'EPSG:3857', origin: nw, res: [2, 1], §min_res: 4}  # grids.res.min_res
  factor: {srs: 'EPSG:3857', origin: nw, res_factor: §sqrt3}  # grids.factor.res_factor
  corner: {srs: 'EPSG:3857', origin: §south}  # grids.corner.origin
  levels: {srs: 'EPSG:3857', origin: nw, num_levels: §many}  # grids.levels.num_levels
  like: {srs: 'EPSG:3857', origin: nw, align_resolutions_with: §likes}  # grids.like.align_resolutions_with -> like
§layer: x  # layer? -> layers
"""  # noqa: E501 - one line for each mistake


class Expected(NamedTuple):
    """A mistake, and where it is; the line and the column count from 1."""

    line: int
    column: int
    path: str
    severity: Severity
    suggestion: str | None


def expected() -> list[Expected]:
    found = []
    for line, text in enumerate(TEXT.splitlines(), 1):
        before, *places = text.split("§")
        names = text.rpartition("  # ")[2].split(" | ") if places else []
        assert len(names) == len(places), text
        for name, place in zip(names, places, strict=True):
            path, _, meant = name.partition(" -> ")
            severity = Severity.WARNING if path.endswith("?") else Severity.ERROR
            found.append(Expected(line, len(before) + 1, path.removesuffix("?"), severity, meant or None))
            before += place
    return found


def test_every_mistake_is_reported_where_it_is_and_none_hides_another() -> None:
    report = report_of(TEXT.replace("§", ""))

    reported = [
        Expected(problem.line or 0, problem.column or 0, path_text(problem.path), problem.severity, problem.suggestion)
        for problem in report.problems
    ]
    assert sorted(reported) == sorted(expected())


def test_there_are_mistakes_of_more_than_sixty_kinds() -> None:
    assert len({mistake.path for mistake in expected()}) > 60
