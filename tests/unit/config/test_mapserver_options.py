"""What the options of mapserver sources come to, and what is wrong with them."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded, report_of
from tilekeep.config.assemble.source_parts import http_options
from tilekeep.config.mapproxy.meaning_http import EffectiveProgram
from tilekeep.config.mapproxy.meaning_info import effective_info_source
from tilekeep.config.mapproxy.meaning_legends import EffectiveLegendGraphic, EffectiveLegendUrl, legend_of_source
from tilekeep.config.mapproxy.meaning_source import EffectiveWmsSource
from tilekeep.config.mapproxy.meaning_sources import effective_source
from tilekeep.config.problems import Severity, path_text

CONFIG = """
globals: {{http: {{client_timeout: 7, headers: {{Authorization: secret}}, method: POST}}{globals_}}}
services: {{wms: }}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: ['s:roads']}}}}
sources: {{s: {{type: mapserver, req: {{TIME: now, map: maps/a.map, Layers: 'roads,towns', layers: roads}}{options}}}}}
"""


def source_of(options: str = "", globals_: str = "", name: str = "s") -> EffectiveWmsSource:
    result = loaded(CONFIG.format(options=options, globals_=globals_))
    source = effective_source(result.settings, name, result.base_dir, request_format="image/png")
    assert isinstance(source, EffectiveWmsSource)
    return source


def test_the_mapfile_stands_where_it_stood_with_its_whole_path() -> None:
    assert source_of().parameters == (
        ("TIME", "now"),
        ("map", "/etc/maps/maps/a.map"),
        ("Layers", "roads,towns"),
        ("layers", "roads"),
    )


@pytest.mark.parametrize(
    ("options", "globals_", "expected"),
    [
        pytest.param("", "", EffectiveProgram("mapserv", None), id="looked up in the PATH"),
        pytest.param(
            "", ", mapserver: {binary: bin/mapserv}", EffectiveProgram("/etc/maps/bin/mapserv", None), id="globals"
        ),
        pytest.param(
            ", mapserver: {binary: /opt/mapserv}",
            ", mapserver: {binary: bin/mapserv, working_dir: ./}",
            EffectiveProgram("/opt/mapserv", "/etc/maps/./"),
            id="each option on its own",
        ),
    ],
)
def test_the_program_is_that_of_the_source_else_of_the_globals(
    options: str, globals_: str, expected: EffectiveProgram
) -> None:
    assert source_of(options, globals_).http.program == expected


def test_all_of_them_share_one_limit() -> None:
    source = source_of(", concurrent_requests: 3", ", mapserver: {binary: /opt/mapserv}")

    assert (source.url, source.concurrent_requests) == ("mapserver:///opt/mapserv", 3)


def test_every_request_is_made_by_get() -> None:
    http = source_of(", wms_opts: {version: 1.3.0}").http

    assert (http.method, http.headers, http.client_timeout_seconds) == ("GET", (), 7)


def test_clients_are_told_as_much_as_of_servers() -> None:
    options = http_options(source_of().http, None)

    assert (options.hide_error_details, repr(options).count("secret")) == (True, 0)


def test_feature_info_and_legends_come_from_the_program() -> None:
    result = loaded(CONFIG.format(options=", wms_opts: {featureinfo: true, legendgraphic: true}", globals_=""))

    info = effective_info_source(result.settings, "s:towns", result.base_dir)
    legend = legend_of_source(result.settings, "s:towns", result.base_dir)

    assert isinstance(legend, EffectiveLegendGraphic)
    assert info.url == legend.url == "mapserver:///mapserv"
    assert info.http.program == legend.http.program == EffectiveProgram("mapserv", None)
    assert dict(info.parameters)["layers"] == "towns"
    assert (dict(legend.parameters)["map"], legend.layers) == ("/etc/maps/maps/a.map", ("towns",))


def test_a_legend_that_lies_somewhere_is_fetched_from_there() -> None:
    result = loaded(CONFIG.format(options=", wms_opts: {legendurl: 'http://x/legend.png'}", globals_=""))

    legend = legend_of_source(result.settings, "s", result.base_dir)

    assert isinstance(legend, EffectiveLegendUrl)
    assert (legend.url, legend.http.program) == ("http://x/legend.png", None)


@pytest.mark.parametrize(
    ("options", "globals_", "wrong", "severity", "path", "says"),
    [
        pytest.param(
            "", "", "mapserv", Severity.ERROR, "globals.mapserver.binary",
            "MapServer cannot be run as 'mapserv': the reason; add it, and name the program", id="not in the PATH",
        ),
        pytest.param(
            "", ", mapserver: {binary: bin/ms}", "/etc/maps/bin/ms", Severity.ERROR, "globals.mapserver.binary",
            "MapServer cannot be run as '/etc/maps/bin/ms': the reason; name the program mapserv", id="not there",
        ),
        pytest.param(
            ", mapserver: {binary: ms}", "", "/etc/maps/ms", Severity.ERROR, "sources.s.mapserver.binary",
            "cannot be run", id="not there for one source",
        ),
        pytest.param(
            ", mapserver: {working_dir: ms}", "", "/etc/maps/ms", Severity.ERROR, "sources.s.mapserver.working_dir",
            "there is no directory '/etc/maps/ms'", id="no such directory",
        ),
        pytest.param(
            "", "", "/etc/maps/maps/a.map", Severity.WARNING, "sources.s.req.map",
            "the mapfile 'maps/a.map' cannot be read: the reason", id="no such mapfile",
        ),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_at_the_start(
    options: str, globals_: str, wrong: str, severity: Severity, path: str, says: str
) -> None:
    report = report_of(CONFIG.format(options=options, globals_=globals_), wrong_paths={wrong: "the reason"})

    [problem] = [found for found in report.problems if path_text(found.path) != "globals.http.method"]
    assert (problem.severity, path_text(problem.path)) == (severity, path)
    assert says in problem.message


def test_an_address_has_no_effect() -> None:
    report = report_of(CONFIG.format(options="", globals_="").replace("TIME: now", "url: 'http://x'"))

    [problem] = report.problems
    assert (problem.severity, path_text(problem.path)) == (Severity.WARNING, "sources.s.req.url")


def test_layers_that_the_source_does_not_have_are_refused() -> None:
    report = report_of(CONFIG.format(options="", globals_="").replace("s:roads", "s:rivers"))

    assert [path_text(problem.path) for problem in report.errors] == ["caches.a.sources[0]"]
