"""What options of feature info come to."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.config.mapproxy.meaning_info import (
    EffectiveInfoSource,
    Stylesheet,
    effective_info_source,
    info_sources,
    info_sources_of_tiles,
    offered_kinds,
    service_stylesheets,
    stylesheets,
)
from tilekeep.config.mapproxy.meaning_services import effective_services
from tilekeep.domain.feature_info import InfoKind

TREE = """
services: {wms: , wmts: }
layers:
  - {name: cached, title: Cached, sources: [map]}
  - {name: both, title: Both, sources: [map, register]}
  - {name: twice, title: Twice, sources: [map, deep]}
  - {name: tiles, title: Tiles, tile_sources: [map, silent]}
  - {name: mute, title: Mute, sources: [silent]}
caches:
  map: {grids: [GLOBAL_WEBMERCATOR], sources: ['wms:a,b', other, mute]}
  deep: {grids: [GLOBAL_WEBMERCATOR], sources: [map]}
  silent: {grids: [GLOBAL_WEBMERCATOR], sources: [mute]}
  other: {grids: [GLOBAL_WEBMERCATOR], sources: [mute]}
sources:
  wms: {type: wms, req: {url: 'http://a/', layers: 'a,b,c'}, wms_opts: {featureinfo: true}}
  other: {type: wms, req: {url: 'http://a/', layers: o}, wms_opts: {featureinfo: true}}
  mute: {type: wms, req: {url: 'http://a/', layers: m}}
  register: {type: wms, req: {url: 'http://b/', layers: r}, wms_opts: {map: false, featureinfo: true}}
"""


@pytest.fixture(scope="module")
def tree() -> LoadedSettings:
    return loaded(TREE)


def source_of(options: str, name: str = "s") -> EffectiveInfoSource:
    result = loaded(f"services: {{tms: }}\nsources: {{s: {{type: wms, {options}}}}}\n")
    return effective_info_source(result.settings, name, result.base_dir)


class TestLayers:
    @pytest.mark.parametrize(
        ("layer", "expected"),
        [
            pytest.param(0, ("wms:a,b", "other"), id="the sources of its cache; a source before a cache of its name"),
            pytest.param(1, ("wms:a,b", "other", "register"), id="and those that show no map"),
            pytest.param(2, ("wms:a,b", "other"), id="each once, however many caches are between"),
            pytest.param(3, (), id="none for tile services alone"),
            pytest.param(4, (), id="none of sources that cannot be asked"),
        ],
    )
    def test_maps_are_asked_about_at(self, tree: LoadedSettings, layer: int, expected: tuple[str, ...]) -> None:
        assert info_sources(tree.settings, tree.settings.layers[layer]) == expected

    @pytest.mark.parametrize(
        ("layer", "cache", "expected"),
        [
            pytest.param(0, "map", ("wms:a,b", "other"), id="those of the cache"),
            pytest.param(1, "map", ("wms:a,b", "other", "register"), id="and those that show no map"),
            pytest.param(3, "map", ("wms:a,b", "other"), id="of tile_sources each its own"),
            pytest.param(3, "silent", (), id="or none"),
        ],
    )
    def test_tiles_are_asked_about_at(
        self, tree: LoadedSettings, layer: int, cache: str, expected: tuple[str, ...]
    ) -> None:
        assert info_sources_of_tiles(tree.settings, tree.settings.layers[layer], cache) == expected


class TestSources:
    def test_parameters_keep_order_and_spelling_and_end_with_what_is_for_feature_info(self) -> None:
        source = source_of(
            "req: {url: 'http://u:p@x/', LAYERS: l, foo: bar}, "
            "wms_opts: {version: 1.3.0, featureinfo: true, featureinfo_format: text/xml, query_layers: q}"
        )

        assert source.parameters == (
            ("LAYERS", "l"),
            ("foo", "bar"),
            ("info_format", "text/xml"),
            ("query_layers", "q"),
        )
        assert (source.version, source.url) == ("1.3.0", "http://u:p@x/")
        assert "u:p" not in repr(source)

    def test_a_tag_chooses_layers(self) -> None:
        source = source_of("req: {url: 'http://x/', layers: 'a,b'}, wms_opts: {featureinfo: true}", "s:b")

        assert source.parameters == (("layers", "b"),)

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            pytest.param("req: {url: 'http://x/'}", (), id="any"),
            pytest.param("req: {url: 'http://x/'}, supported_srs: ['epsg:4326']", ("EPSG:4326",), id="what is stated"),
            pytest.param("req: {url: 'http://x/', SRS: 'EPSG:25832'}", ("EPSG:25832",), id="that of every request"),
            pytest.param(
                "req: {url: 'http://x/', srs: 'EPSG:25832'}, supported_srs: ['EPSG:3857']", ("EPSG:3857",), id="stated"
            ),
        ],
    )
    def test_the_srs_that_can_be_asked(self, options: str, expected: tuple[str, ...]) -> None:
        assert source_of(f"{options}, wms_opts: {{featureinfo: true}}").supported_srs == expected

    @pytest.mark.parametrize(
        ("options", "kind"),
        [
            pytest.param("featureinfo_xslt: i.xsl", InfoKind.XML, id="XML unless said otherwise"),
            pytest.param("featureinfo_xslt: i.xsl, featureinfo_out_format: text/html", InfoKind.HTML, id="as said"),
            pytest.param("featureinfo_xslt: i.xsl, featureinfo_format: text/html", InfoKind.HTML, id="as it is asked"),
            pytest.param("featureinfo_xslt: i.xsl, featureinfo_out_format: text/plain", InfoKind.XML, id="never text"),
        ],
    )
    def test_a_stylesheet_makes_html_or_xml(self, options: str, kind: InfoKind) -> None:
        source = source_of(f"req: {{url: 'http://x/'}}, wms_opts: {{featureinfo: true, {options}}}")

        assert source.stylesheet is not None
        assert (source.stylesheet.kind, source.stylesheet.path[-6:]) == (kind, "/i.xsl")
        assert source.stylesheet.option == ("sources", "s", "wms_opts", "featureinfo_xslt")


class TestServices:
    def test_wms_offers_text_html_and_xml(self) -> None:
        assert offered_kinds(loaded("services: {wms: }").settings) == (InfoKind.TEXT, InfoKind.HTML, InfoKind.XML)

    def test_or_what_it_is_told(self) -> None:
        settings = loaded("services: {wms: {featureinfo_types: [json, text, json]}}").settings

        assert offered_kinds(settings) == (InfoKind.JSON, InfoKind.TEXT)

    def test_or_what_it_has_stylesheets_for(self) -> None:
        settings = loaded("services: {wms: {featureinfo_xslt: {html: a.xsl}}}").settings

        assert offered_kinds(settings) == (InfoKind.HTML,)
        assert service_stylesheets(settings, "/base") == {InfoKind.HTML: Stylesheet("/base/a.xsl", InfoKind.HTML)}
        assert [sheet.option for sheet in stylesheets(settings, "/base")] == [
            ("services", "wms", "featureinfo_xslt", "html")
        ]

    def test_strict_of_the_service_counts_more_than_of_the_globals(self) -> None:
        texts = ("services: {wms: }", "services: {wms: }\nglobals: {wms: {strict: true}}",
                 "services: {wms: {strict: false}}\nglobals: {wms: {strict: true}}")  # fmt: skip

        found = [effective_services(loaded(text).settings).wms for text in texts]

        assert [wms.strict for wms in found if wms is not None] == [False, True, False]

    @pytest.mark.parametrize("option", ["restful_featureinfo_template", "restful_fi_template"])
    def test_both_names_of_the_template_mean_it(self, option: str) -> None:
        template = "/{{Layer}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileCol}}/{{TileRow}}/{{I}}-{{J}}.{{InfoFormat}}"
        wmts = effective_services(loaded(f"services: {{wmts: {{{option}: '{template}'}}}}").settings).wmts

        assert wmts is not None
        assert wmts.restful_info_template == template.replace("{{", "{").replace("}}", "}")

    def test_formats_of_wmts(self) -> None:
        formats = "[{mimetype: text/html, suffix: html}, {mimetype: application/json}]"
        wmts = effective_services(loaded(f"services: {{wmts: {{featureinfo_formats: {formats}}}}}").settings).wmts

        assert wmts is not None
        assert wmts.info_formats == (("html", "text/html"), (None, "application/json"))
