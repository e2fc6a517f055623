"""Which legends layers have, and where they come from (spec/sources.md, 6; spec/services.md, 2.2 and 5.7)."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded, report_of
from tilekeep.config.mapproxy.meaning_legends import (
    EffectiveLegendGraphic,
    EffectiveLegendUrl,
    LegendNames,
    legend_at,
    legend_file,
    legend_of_source,
)
from tilekeep.config.mapproxy.meaning_tile_layers import effective_tile_layers
from tilekeep.config.problems import Severity

CONFIG = """\
services: {wms: , wmts: }
globals: {http: {headers: {X-Key: secret}, concurrent_requests: 7}}
layers:
  - {name: a, title: A, sources: [LAYER]}
caches:
  plain: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn]}
  several: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn, bare, lying, drawn]}
  nested: {grids: [GLOBAL_WEBMERCATOR], sources: [several]}
  both: {grids: [GLOBAL_WEBMERCATOR], sources: [plain, lying]}
  tagged: {grids: [GLOBAL_WEBMERCATOR], sources: ['drawn:x,y']}
  drawn: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn]}
sources:
  drawn:
    type: wms
    req: {url: 'http://u:p@h/wms', layers: 'x,y,z', styles: s, format: image/gif}
    wms_opts: {legendgraphic: true, version: 1.3.0}
    http: {client_timeout: 5}
    concurrent_requests: 2
  lying: {type: wms, req: {url: 'http://h/wms', layers: a}, wms_opts: {legendgraphic: true, legendurl: 'http://h/l.png'}}
  bare: {type: wms, req: {url: 'http://h/wms', layers: a}}
"""


class TestNames:
    @pytest.mark.parametrize(
        ("source", "names"),
        [
            pytest.param("plain", ("drawn",), id="behind a cache"),
            pytest.param("several", ("drawn", "lying"), id="several, each once"),
            pytest.param("nested", ("drawn", "lying"), id="behind two caches"),
            pytest.param("both", ("drawn", "lying"), id="behind a cache, and beside it"),
            pytest.param("'tagged'", ("drawn:x,y",), id="with a tag"),
            pytest.param("drawn", ("drawn",), id="a name of a cache and a source"),
        ],
    )
    def test_they_are_those_of_the_sources_that_have_legends(self, source: str, names: tuple[str, ...]) -> None:
        settings = loaded(CONFIG.replace("LAYER", source)).settings

        assert LegendNames(settings).of_layer(settings.layers[0]) == names

    def test_a_layer_with_one_of_its_own_needs_none(self) -> None:
        text = CONFIG.replace("sources: [LAYER]", "sources: [plain], legendurl: 'http://h/'")
        settings = loaded(text).settings

        assert LegendNames(settings).of_layer(settings.layers[0]) == ()

    def test_many_caches_of_caches_are_looked_through_once(self) -> None:
        caches = [
            f"c{n}: {{grids: [GLOBAL_WEBMERCATOR], sources: [{', '.join([f'c{n + 1}'] * 9)}]}}" for n in range(40)
        ]
        deep = "caches:\n  " + "\n  ".join(caches) + "\n  c40: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn]}\n"
        settings = loaded(CONFIG.replace("LAYER", "c0").replace("caches:\n", deep, 1)).settings

        assert LegendNames(settings).of_layer(settings.layers[0]) == ("drawn",)


class TestSources:
    def test_a_server_is_asked_for_each_of_its_layers(self) -> None:
        result = loaded(CONFIG.replace("LAYER", "plain"))

        found = legend_of_source(result.settings, "drawn", result.base_dir)

        assert isinstance(found, EffectiveLegendGraphic)
        assert (found.url, found.version, found.layers) == ("http://u:p@h/wms", "1.3.0", ("x", "y", "z"))
        assert found.parameters == (("styles", "s"), ("format", "image/gif"))
        assert (found.http.client_timeout_seconds, found.http.headers) == (5.0, (("X-Key", "secret"),))
        assert found.concurrent_requests == 2
        assert "u:p" not in repr(found)

    def test_a_tag_chooses_layers(self) -> None:
        result = loaded(CONFIG.replace("LAYER", "tagged"))

        found = legend_of_source(result.settings, "drawn:x,y", result.base_dir)

        assert isinstance(found, EffectiveLegendGraphic)
        assert found.layers == ("x", "y")

    def test_an_address_wins(self) -> None:
        result = loaded(CONFIG.replace("LAYER", "several"))

        found = legend_of_source(result.settings, "lying", result.base_dir)

        assert isinstance(found, EffectiveLegendUrl)
        assert (found.url, found.concurrent_requests) == ("http://h/l.png", 7)

    @pytest.mark.parametrize(
        ("url", "expected", "file"),
        [
            ("http://h/a.png", "http://h/a.png", None),
            ("file:///srv/a.png", "file:///srv/a.png", "/srv/a.png"),
            ("file://img/a.png", "file:///base/img/a.png", "/base/img/a.png"),
        ],
    )
    def test_files_lie_beside_the_configuration(self, url: str, expected: str, file: str | None) -> None:
        settings = loaded(CONFIG.replace("LAYER", "plain")).settings

        assert legend_at(settings, url, "/base").url == expected
        assert legend_file(url, "/base") == file


class TestWmts:
    @pytest.mark.parametrize(
        ("services", "expected"),
        [
            pytest.param("{wms: , wmts: }", "version=1.3.0&format=image%2Fpng&layer={layer_name}", id="all versions"),
            pytest.param(
                "{wms: {versions: [1.1.1]}, wmts: }",
                "version=1.1.1&format=image%2Fpng&layer={layer_name}",
                id="the highest",
            ),
            pytest.param(
                "{wms: {strict: true}, wmts: }",
                "version=1.3.0&format=image%2Fpng&layer={layer_name}&sld_version=1.1.0",
                id="strict",
            ),
            pytest.param("{wms: {versions: [1.1.0]}, wmts: }", None, id="no version with legends"),
            pytest.param("{wmts: }", None, id="no WMS"),
        ],
    )
    def test_a_layer_with_a_legend_of_its_own_has_its_address(self, services: str, expected: str | None) -> None:
        text = CONFIG.replace("{wms: , wmts: }", services).replace(
            "sources: [LAYER]", "sources: [plain], legendurl: 'http://h/', wmts_rest_legendurl: 'http://own/'"
        )

        (layer,) = effective_tile_layers(loaded(text).settings)

        whole = f"{{base_url}}/service?service=WMS&request=GetLegendGraphic&{expected}"
        assert layer.wmts_kvp_legend_url == (whole if expected else None)
        assert layer.wmts_rest_legend_url == "http://own/"

    def test_legends_of_sources_alone_have_none(self) -> None:
        (layer,) = effective_tile_layers(loaded(CONFIG.replace("LAYER", "plain")).settings)

        assert (layer.wmts_kvp_legend_url, layer.wmts_rest_legend_url) == (None, None)


class TestProblems:
    @pytest.mark.parametrize(
        ("old", "new", "path", "severity", "says"),
        [
            pytest.param(
                "version: 1.3.0", "version: 1.1.0", "sources.drawn.wms_opts.legendgraphic", Severity.ERROR,
                "WMS 1.1.0 has no GetLegendGraphic; set version to 1.1.1 or 1.3.0", id="a version without legends",
            ),
            pytest.param(
                "layers: 'x,y,z', ", "", "sources.drawn.wms_opts.legendgraphic", Severity.WARNING,
                "the source names no layers", id="no layers",
            ),
            pytest.param(
                "http://h/l.png", "/srv/l.png", "sources.lying.wms_opts.legendurl", Severity.ERROR,
                "expected a URL", id="a path",
            ),
            pytest.param(
                "sources: [LAYER]", "sources: [plain], legendurl: l.png", "layers[0].legendurl", Severity.ERROR,
                "expected a URL", id="the path of a layer",
            ),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_at_the_start(
        self, old: str, new: str, path: str, severity: Severity, says: str
    ) -> None:
        report = report_of(CONFIG.replace(old, new).replace("LAYER", "plain"))

        found = [(problem.severity, problem.message) for problem in report.problems if str(problem).find(path) >= 0]
        assert [kind for kind, message in found if says in message] == [severity]
