"""What the options of sources come to that draw on this machine, and what is wrong with them."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded, report_of
from tilekeep.config.assemble.libraries import library_problems
from tilekeep.config.mapproxy.meaning_drawn import EffectiveDebugSource, EffectiveMapnikSource
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
