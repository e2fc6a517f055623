"""What source options come to."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded
from tilekeep.config.mapproxy.meaning_coverage import EffectiveBox
from tilekeep.config.mapproxy.meaning_source import (
    EffectiveSource,
    EffectiveTileSource,
    EffectiveWmsSource,
    EffectiveWorldSource,
)
from tilekeep.config.mapproxy.meaning_sources import direct_source, effective_source
from tilekeep.config.mapproxy.sources import (
    ArcgisSource,
    MapserverSource,
    OgcApiMapsSource,
    OgcApiTilesSource,
    SourceOptions,
)
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.keeping import Worth
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.domain.stand_in import StandIn, StandIns

WMS = "type: wms, req: {url: 'http://u:p@x/?a=b', LAYERS: z, layers: 'a,b', Transparent: true}"


def source_of(
    options: str, *, globals_: str = "{}", name: str = "s", request_format: str = "image/png"
) -> EffectiveSource:
    result = loaded(f"services: {{tms: }}\nglobals: {globals_}\nsources: {{s: {{{options}}}}}\n")
    return effective_source(result.settings, name, result.base_dir, request_format=request_format)


def wms_of(
    options: str = WMS, *, globals_: str = "{}", name: str = "s", request_format: str = "image/png"
) -> EffectiveWmsSource:
    source = source_of(options, globals_=globals_, name=name, request_format=request_format)
    assert isinstance(source, EffectiveWmsSource)
    return source


def test_request_parameters_keep_their_order_and_spelling() -> None:
    source = wms_of()

    assert source.url == "http://u:p@x/?a=b"
    assert source.parameters == (("LAYERS", "z"), ("layers", "a,b"), ("Transparent", True))


def test_a_tag_chooses_layers_where_they_stand() -> None:
    assert wms_of(name="s:b").parameters == (("LAYERS", "z"), ("layers", "b"), ("Transparent", True))


@pytest.mark.parametrize(
    ("options", "request_format", "expected"),
    [
        ("req: {url: 'http://x', layers: a}", "image/jpeg", "image/jpeg"),
        ("req: {url: 'http://x', layers: a}", "jpeg", "image/jpeg"),
        ("req: {url: 'http://x', layers: a, format: image/gif}", "image/jpeg", "image/gif"),
        ("req: {url: 'http://x', layers: a, format: image/png}, image: {format: image/gif}", "image/jpeg", "image/gif"),
    ],
)
def test_the_format_of_the_request_wins_over_that_of_the_cache(
    options: str, request_format: str, expected: str
) -> None:
    assert wms_of(f"type: wms, {options}", request_format=request_format).request_format == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("req: {url: 'http://x', layers: a}", None),
        ("req: {url: 'http://x', layers: a, transparent: true}", True),
        ("req: {url: 'http://x', layers: a, transparent: 'FALSE'}", False),
        ("req: {url: 'http://x', layers: a, transparent: true}, image: {transparent: false}", False),
        ("req: {url: 'http://x', layers: a}, image: {transparent: false}, transparent: true", True),
    ],
)
def test_transparency_comes_from_the_source_then_its_image_then_the_request(
    options: str, expected: bool | None
) -> None:
    assert wms_of(f"type: wms, {options}").image.transparent is expected


def test_http_options_win_one_by_one_over_the_globals_and_headers_as_a_whole() -> None:
    globals_ = "{http: {client_timeout: 7, method: GET, headers: {A: '1'}, ssl_ca_certs: ca, manage_cookies: true}}"

    http = wms_of(f"{WMS}, http: {{headers: {{B: '2'}}, manage_cookies: false}}", globals_=globals_).http

    assert (http.client_timeout_seconds, http.method, http.headers) == (7, "GET", (("B", "2"),))
    assert (http.ssl_ca_certs, http.ssl_no_cert_checks) == ("/etc/maps/ca", False)
    assert (http.manage_cookies, http.hide_error_details) == (False, True)


def test_http_options_have_defaults() -> None:
    http = wms_of().http

    assert (http.client_timeout_seconds, http.method, http.headers, http.ssl_ca_certs) == (60, "AUTO", (), None)
    assert http.limits == ImageLimits(max_bytes=67108864, max_pixels=64000000)


def test_codes_of_srs_are_normalised_in_the_order_given() -> None:
    assert wms_of(f"{WMS}, supported_srs: ['epsg:25832', '4326']").supported_srs == ("EPSG:25832", "EPSG:4326")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("min_res: 100, max_res: 10", ResolutionRange(100, 10)),
        ("max_res: 10", ResolutionRange(None, 10)),
        ("min_res: 0, max_res: 10", ResolutionRange(None, 10)),
        ("min_scale: 100000, max_scale: 1000000", ResolutionRange(280, 28)),
        ("max_scale: 1000000", ResolutionRange(280, None)),
        ("min_res: 100, max_scale: 5", ResolutionRange(100, None)),
    ],
)
def test_scales_become_resolutions_of_a_pixel_of_028_millimetres(options: str, expected: ResolutionRange) -> None:
    found = wms_of(f"{WMS}, {options}").limits.resolutions

    assert (found.min_res, found.max_res) == (pytest.approx(expected.min_res), pytest.approx(expected.max_res))


def test_limits_of_area_and_purpose() -> None:
    limits = wms_of(f"{WMS}, seed_only: true, coverage: {{bbox: [1, 2, 3, 4], srs: '4326'}}").limits

    assert limits.seed_only
    assert limits.coverage is not None
    assert limits.coverage.area == EffectiveBox(BBox(1, 2, 3, 4), "EPSG:4326")


def test_images_of_errors_have_a_colour_and_a_worth() -> None:
    on_error = "404: {response: transparent, cache: true}, other: {response: '#010203', authorize_stale: true}"

    assert wms_of(f"{WMS}, on_error: {{{on_error}}}").stand_ins == StandIns(
        by_status=((404, StandIn((255, 255, 255, 0), kept=True)),),
        other=StandIn((1, 2, 3), worth=Worth.STOPGAP),
    )


def test_a_source_of_tiles_never_declares_a_format_of_its_own() -> None:
    source = source_of("type: tile, url: 'http://x/%(z)s', transparent: true", request_format="image/jpeg")

    assert isinstance(source, EffectiveTileSource)
    assert (source.grid, source.request_format) == ("GLOBAL_MERCATOR", "image/jpeg")
    assert (source.image.format, source.image.transparent) == (None, True)


def test_the_drawn_world_has_the_format_of_the_cache() -> None:
    source = source_of("type: world", request_format="image/png")

    assert isinstance(source, EffectiveWorldSource)
    assert source.image.format == "image/png"


@pytest.mark.parametrize(
    ("options", "expected"), [("", 3), (", concurrent_requests: 1", 1), (", concurrent_requests: 0", 0)]
)
def test_concurrent_requests_of_the_source_win_over_the_globals(options: str, expected: int) -> None:
    assert wms_of(WMS + options, globals_="{http: {concurrent_requests: 3}}").concurrent_requests == expected


def test_secrets_do_not_show_in_representations() -> None:
    source = wms_of(f"{WMS}, http: {{headers: {{Authorization: hunter2}}}}")

    assert "u:p@" not in repr(source)
    assert "hunter2" not in repr(source)


def test_settings_do_not_show_urls_and_headers_in_their_representation() -> None:
    secret = "http://u:hunter2@h/?layers=hunter2"
    result = loaded(f"""
services: {{tms: }}
globals: {{http: {{headers: {{X-Key: hunter2}}}}}}
sources:
  wms: {{type: wms, req: {{url: '{secret}', layers: a}}, http: {{headers: {{X-Key: hunter2}}}}}}
  tile: {{type: tile, url: '{secret}', grid: GLOBAL_WEBMERCATOR}}
""")

    assert {"wms", "tile"} == set(result.settings.sources)
    assert "hunter2" not in repr(result.settings)


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        (ArcgisSource, {"req": {"url": "hunter2"}}),
        (MapserverSource, {"req": {"map": "hunter2"}}),
        (OgcApiMapsSource, {"landingpage_url": "hunter2"}),
        (OgcApiTilesSource, {"landingpage_url": "hunter2"}),
    ],
)
def test_sources_of_later_versions_do_not_either(kind: type[SourceOptions], option: dict[str, object]) -> None:
    assert "hunter2" not in repr(kind.model_construct(None, **option))


class TestDirectSources:
    """Sources as layers ask them, without a cache."""

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            pytest.param("req: {url: 'http://x', layers: a}", None, id="that of the map"),
            pytest.param("req: {url: 'http://x', layers: a, format: image/gif}", "image/gif", id="of the request"),
            pytest.param("req: {url: 'http://x'}, image: {format: image/gif}", "image/gif", id="of the image"),
            pytest.param(
                "req: {url: 'http://x', format: image/png}, image: {format: image/gif}", "image/gif", id="of both"
            ),
        ],
    )
    def test_they_are_asked_for_a_format_of_their_own_or_for_that_of_the_map(
        self, options: str, expected: str | None
    ) -> None:
        result = loaded(f"services: {{wms: }}\nsources: {{s: {{type: wms, {options}}}}}\n")

        source = direct_source(result.settings, "s", result.base_dir)

        assert isinstance(source, EffectiveWmsSource)
        assert source.request_format == expected

    def test_a_tag_chooses_layers(self) -> None:
        result = loaded("services: {wms: }\nsources: {s: {type: wms, req: {url: 'http://x', layers: 'a,b'}}}\n")

        source = direct_source(result.settings, "s:b", result.base_dir)

        assert isinstance(source, EffectiveWmsSource)
        assert source.parameters == (("layers", "b"),)

    def test_the_world_map_is_one(self) -> None:
        result = loaded("services: {wms: }\nsources: {w: {type: world, image: {opacity: 0.5}}}\n")

        assert direct_source(result.settings, "w", result.base_dir).image.opacity == 0.5


class TestTransparentColor:
    """A colour that stands for nothing makes the source transparent."""

    @pytest.mark.parametrize(
        ("image", "globals_", "expected"),
        [
            ("{transparent_color: '#ff8000'}", "{}", 5.0),
            ("{transparent_color: [255, 128, 0, 9], transparent_color_tolerance: 0}", "{}", 0.0),
            ("{transparent_color: '0xff8000'}", "{image: {transparent_color_tolerance: 20}}", 20.0),
            (
                "{transparent_color: '#ff8000', transparent_color_tolerance: 1}",
                "{image: {transparent_color_tolerance: 20}}",
                1.0,
            ),
        ],
        ids=["built in", "none", "of the globals", "of the source"],
    )  # fmt: skip
    def test_its_tolerance_is_that_of_the_source_else_of_the_globals(
        self, image: str, globals_: str, expected: float
    ) -> None:
        source = wms_of(f"type: wms, req: {{url: 'http://x', transparent: false}}, image: {image}", globals_=globals_)

        assert source.transparent_color == (255, 128, 0)
        assert source.transparent_color_tolerance == expected
        assert source.image.transparent is True

    def test_without_one_nothing_is_transparent_for_it(self) -> None:
        source = wms_of("type: wms, req: {url: 'http://x', transparent: false}")

        assert (source.transparent_color, source.image.transparent) == (None, False)


class TestStyleFiles:
    """``sld`` may name a file beside the configuration."""

    def test_the_file_is_looked_for_beside_the_configuration(self) -> None:
        assert wms_of("type: wms, req: {url: 'http://x', sld: 'file://a/b.sld'}").style_file == "/etc/maps/a/b.sld"
        assert wms_of("type: wms, req: {url: 'http://x', sld: 'file:///a/b.sld'}").style_file == "/a/b.sld"

    def test_other_addresses_are_for_the_server(self) -> None:
        source = wms_of("type: wms, req: {url: 'http://x', sld: 'http://y/b.sld'}")

        assert (source.style_file, source.parameters) == (None, (("sld", "http://y/b.sld"),))
