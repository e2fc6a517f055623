"""The configuration that documents and legends of both programs are compared by: everything that they can tell."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

# WMS_URL stands for the address of the map server, OTHER_URL for that of one that knows legends in JSON.
_CONFIG = """
services:
  tms:
  wmts:
  wms:
    srs: ['EPSG:4326', 'CRS:84', 'EPSG:900913', 'EPSG:3857', 'EPSG:25832', 'EPSG:31467']
    bbox_srs:
      - 'EPSG:3857'
      - 'EPSG:4326'
      - {srs: 'EPSG:25832', bbox: [250000, 5100000, 1050000, 6050000]}
    image_formats: [image/png, image/jpeg, image/gif, image/GeoTIFF, image/tiff, true_colour]
    max_output_pixels: [2048, 1024]
OPTIONS
    md:
      title: All there is &amp; more
      abstract: Everything &lt;said&gt;
      online_resource: http://maps.example/?a=1&amp;b=2
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
  image:
    formats:
      true_colour: {format: 'image/png; mode=24bit', mode: RGBA, colors: 0, transparent: true}
layers:
  - {name: map, title: Map, sources: [map]}
  - {name: photo, title: Photograph, sources: [photo]}
  - {name: local, title: Local alone, sources: [local]}
  - {name: drawn, title: A legend that the server draws, sources: [drawn]}
  - {name: several, title: Several legends in one, sources: [several]}
  - {name: both, title: Legends of two sources, sources: [drawn, lying]}
  - {name: nested, title: A legend behind two caches, sources: [nested]}
  - {name: lying, title: A legend at an address, sources: [lying]}
  - {name: own, title: A legend in a file, sources: [drawn], legendurl: 'file://own.png'}
  - {name: only, title: Nothing but a legend, legendurl: 'file://own.png'}
  - {name: described_legend, title: A legend with a description, sources: [described]}
  - {name: tagged, title: A legend of some layers, sources: [tagged]}
  - name: group
    title: Group
    md: {abstract: Several at once}
    layers:
      - {name: group_photo, title: Photograph of the group, sources: [photo]}
      - name: inner
        title: Inner group
        layers:
          - {name: group_drawn, title: With a legend, sources: [drawn]}
          - {name: group_local, title: Local in the group, sources: [local]}
  - name: drawing_group
    title: Group with sources and legend
    sources: [drawn]
    layers:
      - {name: drawn_child, title: Child, sources: [photo]}
  - title: Nameless group
    layers:
      - {name: deep, title: Below no name, sources: [photo]}
  - {name: ranged, title: Limited by resolution, min_res: 5000, max_res: 600, sources: [map]}
  - {name: coarse, title: Limited by scale, min_scale: 2000000, max_scale: 20000000, sources: [drawn]}
  - {name: covered, title: Source with a box, sources: [covered]}
  - name: described
    title: Described and linked
    sources: [map]
    md:
      abstract: With all metadata
      keyword_list:
        - {vocabulary: GEMET, keywords: [Coast, Sea]}
        - {keywords: [Water]}
      attribution:
        title: The makers
        url: http://makers.example/?a=1&b=2
        logo: {url: http://makers.example/logo.png, width: 100, height: 50, format: image/png}
      identifier:
        - {url: http://ids.example/, name: ids, value: described-1}
        - {url: http://more.example/, name: more, value: '2'}
      metadata:
        - {url: http://meta.example/iso.xml, type: 'ISO19115:2003', format: application/xml}
        - {url: http://meta.example/fgdc.xml, type: 'FGDC:1998', format: text/xml}
        - {url: http://meta.example/other.xml, type: other, format: text/xml}
      data:
        - {url: http://data.example/, format: application/zip}
      feature_list:
        - {url: http://features.example/, format: text/html}
  - name: timed
    title: With dimensions
    sources: [map, photo]
    dimensions:
      time: {values: ['2020-01-01', '2021-01-01'], default: '2021-01-01'}
      dim_level: {values: [10, 20], default: 10}
grids:
  utm:
    srs: 'EPSG:25832'
    bbox: [-46133.17, 5048875.26, 1206211.10, 6301219.54]
    origin: nw
    res: [4891.96, 1212.12, 333.333333333, 77.7]
caches:
  map: {grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [map], image: {colors: 0}}
  # Of lower quality than what the server sends, which Tilekeep would cut otherwise instead of encoding it again.
  photo:
    {grids: [GLOBAL_WEBMERCATOR], sources: [photo], format: image/jpeg, image: {encoding_options: {jpeg_quality: 60}}}
  local: {grids: [utm], sources: [map], image: {colors: 0}}
  covered: {grids: [GLOBAL_WEBMERCATOR], sources: [covered], image: {colors: 0}}
  drawn: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn], image: {colors: 0}}
  several: {grids: [GLOBAL_WEBMERCATOR], sources: [several]}
  lying: {grids: [GLOBAL_WEBMERCATOR], sources: [lying]}
  nested: {grids: [utm], sources: [several]}
  described: {grids: [GLOBAL_WEBMERCATOR], sources: [described]}
  tagged: {grids: [GLOBAL_WEBMERCATOR], sources: ['several:roads,land']}
sources:
  map: {type: wms, req: {url: "WMS_URL", layers: "land,roads,towns", transparent: false}, image: {colors: 0}}
  photo: {type: wms, req: {url: "WMS_URL", layers: photo, transparent: false}}
  covered:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads", transparent: false}
    coverage: {bbox: [5, 44, 17, 54.5], srs: 'EPSG:4326'}
  drawn: {type: wms, req: {url: "WMS_URL", layers: land, transparent: true}, wms_opts: {legendgraphic: true}}
  several:
    type: wms
    req: {url: "WMS_URL", layers: "land,roads,towns", format: image/png}
    wms_opts: {legendgraphic: true, version: 1.3.0}
  lying: {type: wms, req: {url: "WMS_URL", layers: land}, wms_opts: {legendurl: "OTHER_URL/lying.png"}}
  described: {type: wms, req: {url: "OTHER_URL/wms", layers: "a,b"}, wms_opts: {legendgraphic: true}}
"""

_INSPIRE = """
    inspire_md:
      type: embedded
      resource_locators:
        - {url: 'http://view.example/wms?a=1&b=2', media_type: text/xml}
      temporal_reference: {date_of_publication: 2020-01-01}
      conformities:
        - title: Regulation 1089/2010
          uris: ['http://eur-lex.example/2010/1089']
          date_of_publication: 2010-12-08
          resource_locators:
            - {url: 'http://eur-lex.example/2010/1089.html', media_type: text/html}
          degree: notEvaluated
      metadata_points_of_contact:
        - {organisation_name: Survey, email: md@survey.example}
      mandatory_keywords: [infoMapAccessService]
      keywords:
        - title: GEMET - INSPIRE themes
          date_of_last_revision: 2008-06-01
          uris: ['http://gemet.example/inspire']
          resource_locators:
            - {url: 'http://gemet.example', media_type: text/html}
          keyword_value: Orthoimagery
      metadata_date: 2024-03-01
      metadata_url: {url: 'http://catalogue.example/md.xml', media_type: application/vnd.iso.19139+xml}
      languages: {default: eng}
    strict: true
    versions: ['1.0.0', '1.1.1', '1.3.0']
"""

#: Further options of the service, by what they are about.
OPTIONS = {"usual": "", "INSPIRE": _INSPIRE}


def configuration(wms_url: str, other_url: str, options: str) -> str:
    """The text of ``mapproxy.yaml`` for both programs."""
    return _CONFIG.replace("OPTIONS", OPTIONS[options]).replace("WMS_URL", wms_url).replace("OTHER_URL", other_url)


def write_files(directory: Path) -> None:
    """Writes the files that the configuration names."""
    Image.new("RGB", (33, 44), (10, 120, 200)).save(directory / "own.png")
