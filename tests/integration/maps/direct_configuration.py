"""The configuration that direct layers of both programs are compared by: everything a WMS source can be asked for."""

from __future__ import annotations

from pathlib import Path

from tests.integration.maps.configuration import write_files

# WMS_URL stands for the address of the map server.
_CONFIG = """
services:
  wms:
    srs: ['EPSG:4326', 'EPSG:4258', 'CRS:84', 'EPSG:900913', 'EPSG:3857', 'EPSG:25832', 'EPSG:31467', 'EPSG:2154']
    image_formats: [image/png, image/jpeg, image/gif, image/GeoTIFF, image/tiff, true_colour]
    max_output_pixels: [2048, 1024]
    concurrent_layer_renderer: 1
    md: {title: Side by side}
globals:
  srs:
    preferred_src_proj:
      'EPSG:31467': ['EPSG:25832', 'EPSG:3857']
      'EPSG:2154': ['EPSG:4326']
      'EPSG:3857': ['EPSG:4326']
  image:
    formats:
      true_colour: {format: 'image/png; mode=24bit', mode: RGBA, colors: 0, transparent: true}
layers:
  - {name: map, title: Map, sources: [map]}
  - {name: photo, title: Photograph, sources: [photo]}
  - {name: land, title: Land, sources: [land]}
  - {name: roads, title: Roads, sources: [roads]}
  - {name: towns, title: Towns, sources: [towns]}
  - {name: tagged, title: Some layers, sources: ['any:land,towns']}
  - {name: stack, title: Three in one request, sources: [land, roads, towns]}
  - {name: opaque_stack, title: Opaque ones in one request, sources: [photo, map]}
  - {name: parted, title: One by itself between two, sources: [land, faint, towns]}
  - {name: elsewhere, title: Of another address, sources: [land, elsewhere, towns]}
  - {name: empty, title: Only information, sources: [information]}
  - {name: informed, title: A map and information, sources: [land, information]}
  - name: group
    title: Group
    layers:
      - {name: group_land, title: Land of the group, sources: [land]}
      - {name: group_roads, title: Roads of the group, sources: [roads]}
      - {name: group_towns, title: Towns of the group, sources: [towns]}
  - {name: old, title: WMS 1.0.0, sources: [old]}
  - {name: older, title: WMS 1.1.0, sources: [older]}
  - {name: new, title: WMS 1.3.0, sources: [new]}
  - {name: new_stack, title: Two of WMS 1.3.0, sources: [new, new_towns]}
  - {name: mercator, title: Mercator only, sources: [mercator]}
  - {name: google, title: Mercator under an old code, sources: [google]}
  - {name: degrees, title: Degrees only, sources: [degrees]}
  - {name: local, title: Local only, sources: [local]}
  - {name: several, title: Several SRS, sources: [several]}
  - {name: degrees_stack, title: Two of degrees only, sources: [degrees, degrees_towns]}
  - {name: jpeg, title: JPEG only, sources: [jpeg]}
  - {name: png, title: PNG wanted, sources: [png]}
  - {name: image_format, title: PNG by image options, sources: [image_format]}
  - {name: formats, title: Two formats, sources: [formats]}
  - {name: faint, title: Faint, sources: [faint]}
  - {name: nearly, title: Nearly opaque, sources: [nearly]}
  - {name: seethrough, title: A colour for nothing, sources: [seethrough]}
  - {name: exactly, title: Exactly a colour for nothing, sources: [exactly]}
  - {name: seethrough_degrees, title: A colour for nothing in degrees, sources: [seethrough_degrees]}
  - {name: limited, title: Limited by resolution, sources: [limited]}
  - {name: scaled, title: Limited by scale, sources: [scaled]}
  - {name: own_range, title: Limited by the layer, min_res: 5000, max_res: 600, sources: [map]}
  - {name: covered, title: A box, sources: [covered]}
  - {name: clipped, title: Clipped to a box, sources: [clipped]}
  - {name: covered_stack, title: Two in one box, sources: [clipped, clipped_towns]}
  - {name: polygon, title: A polygon, sources: [polygon]}
  - {name: polygon_clipped, title: Clipped to a polygon, sources: [polygon_clipped]}
  - {name: covered_degrees, title: A box in degrees, sources: [covered_degrees]}
  - {name: clipped_degrees, title: Clipped in degrees, sources: [clipped_degrees]}
  - {name: undeclared, title: Of transparency nothing is said, sources: [undeclared]}
  - {name: by_scale, title: Another source in fine scales, sources: [coarse, fine]}
  - {name: restyled, title: Two with different parameters, sources: [land, dense]}
  - name: group_of_its_own
    title: Group with a source
    sources: [towns]
    layers:
      - {name: hiding, title: Opaque child, sources: [map]}
  - {name: seeding, title: For seeding, sources: [seeding]}
  - {name: with_seeding, title: With one for seeding, sources: [photo, seeding, towns]}
  - {name: posted, title: By POST, sources: [posted]}
  - {name: styled, title: With a style, sources: [styled]}
  - {name: styled_by_file, title: With a style in a file, sources: [styled_by_file]}
  - {name: parameters, title: With more parameters, sources: [parameters]}
  - {name: forwarded, title: With parameters of clients, sources: [forwarded]}
  - {name: forwarded_stack, title: Two with parameters of clients, sources: [forwarded, forwarded_towns]}
  - {name: half_forwarded, title: One of two with parameters of clients, sources: [forwarded, towns]}
  - {name: by_level, title: Direct in fine levels, sources: [by_level]}
  - {name: by_resolution, title: Direct in fine resolutions, sources: [by_resolution]}
  - {name: cached, title: Out of a cache, sources: [cached]}
  - {name: reprojected_cache, title: A cache in another SRS than its source, sources: [reprojected_cache]}
caches:
  cached: {grids: [GLOBAL_WEBMERCATOR], sources: [photo], image: {colors: 0}}
  by_level:
    grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC]
    sources: [map]
    use_direct_from_level: 6
    image: {colors: 0}
  by_resolution:
    grids: [GLOBAL_WEBMERCATOR]
    sources: ['any:land,roads']
    use_direct_from_res: 1000
    image: {colors: 0}
  reprojected_cache: {grids: [GLOBAL_WEBMERCATOR], sources: [degrees], image: {colors: 0}, meta_buffer: 0}
sources:
  map: {type: wms, req: {url: "WMS_URL", layers: "land,roads,towns", transparent: false}}
  photo: {type: wms, req: {url: "WMS_URL", layers: photo, transparent: false}}
  land: {type: wms, req: {url: "WMS_URL", layers: land, transparent: true}}
  roads: {type: wms, req: {url: "WMS_URL", layers: roads, transparent: true}}
  towns: {type: wms, req: {url: "WMS_URL", layers: towns, transparent: true}}
  any: {type: wms, req: {url: "WMS_URL", transparent: true}}
  elsewhere: {type: wms, req: {url: "WMS_URL?", layers: roads, transparent: true}}
  information: {type: wms, req: {url: "WMS_URL", layers: towns}, wms_opts: {map: false, featureinfo: true}}
  old: {type: wms, req: {url: "WMS_URL", layers: "land,towns", transparent: true}, wms_opts: {version: 1.0.0}}
  older: {type: wms, req: {url: "WMS_URL", layers: "land,towns", transparent: true}, wms_opts: {version: 1.1.0}}
  new: {type: wms, req: {url: "WMS_URL", layers: land, transparent: true}, wms_opts: {version: 1.3.0}}
  new_towns: {type: wms, req: {url: "WMS_URL", layers: towns, transparent: true}, wms_opts: {version: 1.3.0}}
  mercator: {type: wms, req: {url: "WMS_URL", layers: "land,roads", transparent: true}, supported_srs: ['EPSG:3857']}
  google: {type: wms, req: {url: "WMS_URL", layers: "land,roads"}, supported_srs: ['EPSG:900913']}
  degrees: {type: wms, req: {url: "WMS_URL", layers: "land,roads", transparent: false}, supported_srs: ['EPSG:4326']}
  degrees_towns: {type: wms, req: {url: "WMS_URL", layers: towns, transparent: true}, supported_srs: ['EPSG:4326']}
  local: {type: wms, req: {url: "WMS_URL", layers: "land,roads", transparent: true}, supported_srs: ['EPSG:25832']}
  several:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: true}
    supported_srs: ['EPSG:3857', 'EPSG:25832', 'EPSG:4326']
  jpeg:
    type: wms
    req: {url: "WMS_URL", layers: "photo", transparent: false}
    supported_formats: [image/jpeg]
  png: {type: wms, req: {url: "WMS_URL", layers: "land", format: image/png}}
  image_format: {type: wms, req: {url: "WMS_URL", layers: "land"}, image: {format: image/png}}
  formats: {type: wms, req: {url: "WMS_URL", layers: "land"}, supported_formats: [image/png, image/jpeg]}
  faint: {type: wms, req: {url: "WMS_URL", layers: photo, transparent: false}, image: {opacity: 0.5}}
  nearly: {type: wms, req: {url: "WMS_URL", layers: photo, transparent: false}, image: {opacity: 0.995}}
  seethrough:
    type: wms
    req: {url: "WMS_URL", layers: land, transparent: false}
    image: {transparent_color: '#c8dcff', transparent_color_tolerance: 12}
  exactly:
    type: wms
    req: {url: "WMS_URL", layers: land, transparent: false}
    image: {transparent_color: [200, 220, 255], transparent_color_tolerance: 0}
  seethrough_degrees:
    type: wms
    req: {url: "WMS_URL", layers: land, transparent: false}
    supported_srs: ['EPSG:4326']
    image: {transparent_color: '#c8dcff'}
  limited: {type: wms, req: {url: "WMS_URL", layers: land, transparent: false}, min_res: 5000, max_res: 600}
  scaled: {type: wms, req: {url: "WMS_URL", layers: land, transparent: true}, min_scale: 2000000, max_scale: 20000000}
  covered:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: false}
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}
  clipped:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: true}
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326', clip: true}
  clipped_towns:
    type: wms
    req: {url: "WMS_URL", layers: "towns", transparent: true}
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326', clip: true}
  polygon:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: false}
    coverage: {datasource: area.geojson, srs: 'EPSG:4326'}
  polygon_clipped:
    type: wms
    req: {url: "WMS_URL", layers: "photo,roads", transparent: true}
    coverage: {datasource: area.geojson, srs: 'EPSG:4326', clip: true}
  covered_degrees:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: false}
    supported_srs: ['EPSG:4326']
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}
  clipped_degrees:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: true}
    supported_srs: ['EPSG:4326']
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326', clip: true}
  undeclared: {type: wms, req: {url: "WMS_URL", layers: land}}
  coarse: {type: wms, req: {url: "WMS_URL", layers: land, transparent: true}, max_res: 2000}
  fine: {type: wms, req: {url: "WMS_URL", layers: roads, transparent: true}, min_res: 2000}
  dense: {type: wms, req: {url: "WMS_URL", layers: roads, transparent: true, dpi: 300}}
  seeding: {type: wms, req: {url: "WMS_URL", layers: land}, seed_only: true}
  posted: {type: wms, req: {url: "WMS_URL", layers: "land", transparent: true}, http: {method: POST}}
  styled: {type: wms, req: {url: "WMS_URL", layers: "land", sld_body: "<StyledLayerDescriptor/>", transparent: true}}
  styled_by_file: {type: wms, req: {url: "WMS_URL", layers: "land", sld: "file://style.sld", transparent: true}}
  parameters:
    type: wms
    req: {url: "WMS_URL", Layers: "land", bgcolor: '0x010203', Exceptions: inimage, dpi: 96, styles: "", BBOX: 1}
  forwarded:
    type: wms
    req: {url: "WMS_URL", layers: "land", transparent: true}
    forward_req_params: [time, token]
  forwarded_towns:
    type: wms
    req: {url: "WMS_URL", layers: "towns", transparent: true}
    forward_req_params: [token, time]
"""

STYLE = "<StyledLayerDescriptor><NamedLayer><Name>land &amp; s\u00f6</Name></NamedLayer></StyledLayerDescriptor>\n"


def write_direct_files(directory: Path) -> None:
    """Writes the files that the configuration names."""
    write_files(directory)
    (directory / "style.sld").write_text(STYLE, encoding="utf-8")


def direct_configuration(wms_url: str) -> str:
    """The text of ``mapproxy.yaml`` for both programs."""
    return _CONFIG.replace("WMS_URL", wms_url)
