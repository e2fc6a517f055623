"""What the options of sources come to that draw on this machine, and what is wrong with them."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded, report_of
from tilekeep.config.assemble.libraries import library_problems
from tilekeep.config.mapproxy.meaning_drawn import (
    EffectiveDebugSource,
    EffectiveGeojsonSource,
    EffectiveGeotiffSource,
    EffectiveMapnikSource,
)
from tilekeep.config.mapproxy.meaning_source import EffectiveSource
from tilekeep.config.mapproxy.meaning_sources import effective_source
from tilekeep.config.problems import Severity, path_text

CONFIG = """
globals: {{http: {{concurrent_requests: 3}}}}
services: {{wms: }}
layers: [{{name: a, title: A, sources: [a, boxes]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: ['{name}']}}}}
sources: {{boxes: {{type: debug}}, s: {{type: mapnik, mapfile: maps/a.xml{options}}}}}
"""


def mapnik_of(options: str = "", name: str = "s") -> EffectiveMapnikSource:
    result = loaded(CONFIG.format(name=name, options=options))
    source = effective_source(result.settings, name, result.base_dir, request_format="image/png")
    assert isinstance(source, EffectiveMapnikSource)
    return source


def test_a_mapfile_lies_beside_the_configuration_and_is_counted_as_it_is_written() -> None:
    source = mapnik_of()

    assert (source.mapfile, source.gate_name) == ("/etc/maps/maps/a.xml", "maps/a.xml")


def test_nothing_else_needs_to_be_said() -> None:
    source = mapnik_of()

    assert (source.layers, source.keeps_maps, source.scale_factor, source.concurrent_requests) == (None, False, 1.0, 3)


@pytest.mark.parametrize(
    ("options", "name", "expected"),
    [
        pytest.param(", layers: 'roads,names'", "s", {"roads", "names"}, id="text with commas"),
        pytest.param(", layers: [roads, names]", "s", {"roads", "names"}, id="list"),
        pytest.param(", layers: [roads, names]", "s:names", {"names"}, id="tag of layers that are there"),
        pytest.param("", "s:names", {"names"}, id="tag of any layers"),
    ],
)
def test_layers_are_those_of_the_tag_else_of_the_source(options: str, name: str, expected: set[str]) -> None:
    assert mapnik_of(options, name).layers == expected


@pytest.mark.parametrize("layers", ["'roads,names'", "[roads, names]"])
def test_a_tag_with_other_layers_is_refused(layers: str) -> None:
    report = report_of(CONFIG.format(name="s:roads,rivers", options=f", layers: {layers}"))

    [problem] = report.errors
    assert path_text(problem.path) == "caches.a.sources[0]"
    assert "has no layer 'rivers'" in problem.message


def test_options_of_drawing() -> None:
    source = mapnik_of(", scale_factor: 2, multithreaded: true, transparent: true, concurrent_requests: 0")

    assert (source.scale_factor, source.keeps_maps, source.image.transparent) == (2.0, True, True)
    assert source.concurrent_requests == 0


def test_a_mapfile_that_is_not_there_is_warned_of() -> None:
    report = report_of(CONFIG.format(name="s", options=""), wrong_paths={"/etc/maps/maps/a.xml": "the reason"})

    [problem] = report.problems
    assert (problem.severity, path_text(problem.path)) == (Severity.WARNING, "sources.s.mapfile")
    assert "'maps/a.xml' cannot be read: the reason" in problem.message


def test_mapfiles_of_levels_are_not_looked_for() -> None:
    text = CONFIG.format(name="s", options="").replace("a.xml", "'a-%(webmercator_level)s.xml'").replace("maps/'", "'")

    assert report_of(text).problems == ()


def test_a_missing_library_is_an_error_that_says_how_to_install_it() -> None:
    settings = loaded(CONFIG.format(name="s", options="")).settings

    [problem] = library_problems(settings, installed=lambda module: module != "mapnik")

    assert (problem.severity, path_text(problem.path)) == (Severity.ERROR, "sources.s.type")
    assert problem.message == (
        'sources of this type need Mapnik, which is not installed: pip install "tilekeep[mapnik]"'
    )
    assert list(library_problems(settings, installed=lambda _: True)) == []


def test_boxes_are_drawn_on_transparent_ground() -> None:
    result = loaded(CONFIG.format(name="s", options=""))

    source = effective_source(result.settings, "boxes", result.base_dir, request_format="image/png")

    assert isinstance(source, EffectiveDebugSource)
    assert source.image.transparent is True


def drawn_of(options: str) -> EffectiveSource:
    result = loaded(f"services: {{wms: }}\nsources: {{s: {{{options}}}}}\n")
    return effective_source(result.settings, "s", result.base_dir, request_format="image/png")


def test_features_lie_beside_the_configuration_and_have_a_look() -> None:
    source = drawn_of(
        "type: geojson, filename: a.json, srs: '25832', background: [1, 2, 3],"
        " style: {fill: '#ff000080', fill_opacity: 0.5, stroke: '#00f', stroke_width: 3, point_radius: 0}".replace(
            "#00f", "#0000ff"
        )
    )

    assert isinstance(source, EffectiveGeojsonSource)
    assert (source.path, source.srs, source.background) == ("/etc/maps/a.json", "EPSG:25832", (1, 2, 3, 255))
    assert (source.fill, source.stroke, source.stroke_width) == ((255, 0, 0, 64), (0, 0, 255, 255), 3)
    assert (source.point_radius, source.image.transparent) == (0, False)


def test_features_without_a_ground_are_transparent() -> None:
    assert drawn_of("type: geojson, filename: a.json").image.transparent is True


def test_a_raster_says_itself_what_its_bands_are() -> None:
    source = drawn_of("type: geotiff, filename: a.tif")

    assert isinstance(source, EffectiveGeotiffSource)
    assert (source.path, source.bands, source.nodata) == ("/etc/maps/a.tif", None, None)
    assert source.image.transparent is True


def test_bands_and_nothing_of_a_raster_may_be_stated() -> None:
    source = drawn_of("type: geotiff, filename: a.tif, bands: [3, 2, 1], nodata: 0, transparent: false")

    assert isinstance(source, EffectiveGeotiffSource)
    assert (source.bands, source.nodata, source.image.transparent) == ((3, 2, 1), 0.0, False)


@pytest.mark.parametrize("kind", ["geojson", "geotiff"])
def test_a_file_that_is_not_there_is_an_error(kind: str) -> None:
    text = f"services: {{wms: }}\nsources: {{s: {{type: {kind}, filename: a}}}}\n"

    [problem] = report_of(text, wrong_paths={"/etc/maps/a": "the reason"}).errors

    assert path_text(problem.path) == "sources.s.filename"
    assert "the file 'a' cannot be read: the reason" in problem.message


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ("type: geojson, filename: a, style: {stroke_width: -1}", "sources.s.style.stroke_width"),
        ("type: geojson, filename: a, style: {fill: blue}", "sources.s.style.fill"),
        ("type: geojson, filename: a, style: {fill_opacity: 2}", "sources.s.style.fill_opacity"),
        ("type: geotiff, filename: a, bands: []", "sources.s.bands"),
        ("type: geotiff, filename: a, bands: [0]", "sources.s.bands[0]"),
        ("type: geotiff, filename: a, bands: [1, 2, 3, 4, 5]", "sources.s.bands"),
        ("type: geotiff", "sources.s.filename"),
    ],
)
def test_options_that_cannot_be_obeyed_are_errors(options: str, path: str) -> None:
    report = report_of(f"services: {{wms: }}\nsources: {{s: {{{options}}}}}\n")

    assert [path_text(problem.path) for problem in report.errors] == [path]
