"""Caches of tiles that are passed on as they are take nothing that needs decoding."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded, report_of
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.problems import path_text
from tilekeep.domain.opaque_format import VECTOR_TILE

TEXT = """\
services:
  {services}
layers:
  - {{name: a, title: A, {shown}}}
caches:
  a:
    grids: [GLOBAL_WEBMERCATOR]
    {cache}
  other: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], format: pbf}}
  picture: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
sources:
  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: 'http://a.example/%(z)s/%(x)s/%(y)s.%(format)s'}}
  clipped:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: 'http://a.example/%(z)s/%(x)s/%(y)s.pbf'
    coverage: {{bbox: [0, 0, 10, 10], srs: 'EPSG:4326', clip: true}}
  fallback:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: 'http://a.example/%(z)s/%(x)s/%(y)s.pbf'
    on_error: {{404: {{response: transparent}}}}
  wmts: {{type: wmts, url: 'http://a.example/wmts', layer: a}}
  ogc: {{type: ogcapitiles, landingpage_url: 'http://a.example/'}}
  archive: {{type: pmtiles, filename: a.pmtiles}}
  file: {{type: mbtiles, filename: a.mbtiles}}
  wms: {{type: wms, req: {{url: 'http://a.example/wms', layers: a}}}}
"""


def errors(cache: str, services: str = "wmts:", shown: str = "sources: [a]") -> list[tuple[str, str]]:
    report = report_of(TEXT.format(cache=cache, services=services, shown=shown))
    return [(path_text(problem.path), problem.message) for problem in report.errors]


@pytest.mark.parametrize(
    ("format_", "name", "media_type"),
    [
        ("mvt", "mvt", VECTOR_TILE),
        ("pbf", "pbf", VECTOR_TILE),
        ("application/vnd.mapbox-vector-tile", "mvt", VECTOR_TILE),
        ("application/vnd.quantized-mesh", "terrain", "application/vnd.quantized-mesh"),
        ("image/jxl", "jxl", "image/jxl"),
    ],
)
def test_formats_have_a_name_for_files_and_addresses_and_a_media_type(format_: str, name: str, media_type: str) -> None:
    text = TEXT.format(cache=f"sources: [tiles]\n    format: {format_}", services="wmts:", shown="sources: [a]")
    result = loaded(text)

    cache = effective_cache(result.settings, "a", result.base_dir)

    assert (cache.encoding.extension, cache.encoding.public_extension) == (name, name)
    assert cache.encoding.public_media_type == media_type
    assert cache.request_format == name


@pytest.mark.parametrize("source", ["tiles", "other", "wmts", "ogc", "archive", "file"])
def test_they_are_filled_from_tile_servers_and_from_caches(source: str) -> None:
    assert errors(f"sources: [{source}]\n    format: mvt") == []


@pytest.mark.parametrize(
    ("options", "path", "says"),
    [
        ("sources: [wms]", "caches.a.sources[0]", "draws maps"),
        ("sources: [picture]", "caches.a.sources[0]", "are no mvt"),
        ("sources: [tiles, other]", "caches.a.sources", "cannot be merged"),
        ("sources: {r: [{source: tiles, band: 0}]}", "caches.a.sources", "cannot be merged"),
        ("sources: [clipped]", "caches.a.sources[0]", "cuts its tiles"),
        ("sources: [fallback]", "caches.a.sources[0]", "has images for errors"),
        ("sources: [tiles]\n    image: {colors: 0}", "caches.a.image", "for images"),
        ("sources: [tiles]\n    watermark: {text: mine}", "caches.a.watermark", "for images"),
        ("sources: [tiles]\n    upscale_tiles: 1", "caches.a.upscale_tiles", "for images"),
        ("sources: [tiles]\n    link_single_color_images: true", "caches.a.link_single_color_images", "for images"),
        ("sources: [tiles]\n    request_format: image/png", "caches.a.request_format", "remove request_format"),
        ("sources: [tiles]\n    cache: {type: geopackage}", "caches.a.cache.type", "hold images"),
        (
            "sources: [tiles]\n    cache: {type: file, coverage: {bbox: [0, 0, 1, 1], srs: 'EPSG:4326', clip: true}}",
            "caches.a.cache.coverage.clip",
            "cannot be cut",
        ),
    ],
)
def test_what_needs_decoding_is_refused(options: str, path: str, says: str) -> None:
    found = errors(f"{options}\n    format: mvt")

    assert any(place == path and says in message for place, message in found), found


def test_no_images_are_made_of_them() -> None:
    assert [path for path, _ in errors("sources: [other]")] == ["caches.a.sources"]
    assert [path for path, _ in errors("sources: [tiles]\n    request_format: mvt")] == ["caches.a.request_format"]


def test_no_maps_are_drawn_of_them() -> None:
    cache = "sources: [tiles]\n    format: mvt"

    [(path, message)] = errors(cache, "wms:", "sources: [a]")

    assert path == "layers[0].sources[0]"
    assert "tile_sources" in message
    assert errors(cache, "{wms: , wmts: }", "tile_sources: [a]") == []


def test_layers_within_layers_are_found_too() -> None:
    shown = "layers: [{name: b, title: B, sources: [a]}]"

    assert [path for path, _ in errors("sources: [tiles]\n    format: mvt", "wms:", shown)] == [
        "layers[0].layers[0].sources[0]"
    ]


def test_a_misspelt_format_is_a_mistake_that_names_them() -> None:
    [(path, message)] = errors("sources: [tiles]\n    format: application/vnd.mapbox")

    assert path == "caches.a.format"
    assert "mvt" in message
