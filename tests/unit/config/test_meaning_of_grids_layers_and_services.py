"""What options of grids, layers, services and globals come to."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import MINIMAL, loaded
from tilekeep.config.mapproxy.layers import DimensionOptions
from tilekeep.config.mapproxy.meaning_dimensions import MOST_VALUES, effective_dimension, time_values
from tilekeep.config.mapproxy.meaning_globals import effective_globals
from tilekeep.config.mapproxy.meaning_grid import EffectiveGrid, effective_grid
from tilekeep.config.mapproxy.meaning_services import EffectiveDemo, EffectiveWmts, effective_services
from tilekeep.config.mapproxy.meaning_tile_layers import effective_tile_layers
from tilekeep.domain.geometry import BBox, Size


def grid_of(name: str, grids: str = "", *, globals_: str = "{}") -> EffectiveGrid:
    return effective_grid(loaded(f"services: {{tms: }}\nglobals: {globals_}\ngrids: {{{grids}}}\n").settings, name)


@pytest.mark.parametrize(
    ("name", "srs", "origin"),
    [
        ("GLOBAL_GEODETIC", "EPSG:4326", "sw"),
        ("GLOBAL_MERCATOR", "EPSG:900913", "sw"),
        ("GLOBAL_WEBMERCATOR", "EPSG:3857", "nw"),
    ],
)
def test_three_grids_are_built_in(name: str, srs: str, origin: str) -> None:
    grid = grid_of(name)

    assert (grid.name, grid.srs, grid.origin, grid.bbox, grid.tile_size) == (name, srs, origin, None, Size(256, 256))


def test_a_built_in_grid_can_be_replaced() -> None:
    assert grid_of("GLOBAL_MERCATOR", "GLOBAL_MERCATOR: {srs: 'EPSG:4326', origin: nw}").srs == "EPSG:4326"


def test_bases_of_any_depth_are_resolved_in_any_order() -> None:
    grids = "a: {base: b, num_levels: 3}, b: {base: c, origin: nw}, c: {srs: 'epsg:25832', bbox: '1,2,3,4', name: see}"

    grid = grid_of("a", grids)

    assert (grid.name, grid.srs, grid.srs_as_written) == ("a", "EPSG:25832", "epsg:25832")
    assert (grid.origin, grid.num_levels, grid.bbox) == ("nw", 3, BBox(1, 2, 3, 4))


def test_a_grid_takes_what_it_does_not_say_itself_from_the_globals() -> None:
    globals_ = "{grid: {tile_size: [512, 256]}, image: {stretch_factor: 1.3, max_shrink_factor: 2}}"

    grid = grid_of("g", "g: {base: GLOBAL_MERCATOR}", globals_=globals_)

    assert (grid.tile_size, grid.stretch_factor, grid.max_shrink_factor) == (Size(512, 256), 1.3, 2)


def test_zero_resolutions_and_levels_count_as_not_given() -> None:
    grid = grid_of("g", "g: {base: GLOBAL_MERCATOR, min_res: 0, max_res: 0, num_levels: 0}")

    assert (grid.min_res, grid.max_res, grid.num_levels) == (None, None, None)


def test_corners_may_be_spelled_in_four_ways_and_any_case() -> None:
    spelled = [grid_of("g", f"g: {{srs: 'EPSG:4326', origin: {origin}}}").origin for origin in ("ll", "SW", "Ul", "nw")]

    assert spelled == ["sw", "sw", "nw", "nw"]


LAYERS = """\
services: {tms: }
layers:
  - title: Group
    layers:
      - {name: one, title: One, sources: [c], md: {abstract: First}}
      - {title: without name, sources: [c]}
      - {name: many, title: Many, tile_sources: [c, d], sources: [s]}
      - {name: two, title: Two, sources: [c, d]}
      - {name: direct, title: Direct, sources: [s]}
      - {name: asked, title: Asked, sources: [c, questions]}
  - {name: last, title: Last, sources: [d], dimensions: {Time: {values: [2020, 2021]}}}
caches:
  c: {grids: [GLOBAL_WEBMERCATOR], sources: [s]}
  d: {grids: [GLOBAL_WEBMERCATOR], sources: [s]}
sources:
  s: {type: wms, req: {url: 'http://x/', layers: a}}
  questions: {type: wms, req: {url: 'http://x/', layers: a}, wms_opts: {map: false}}
"""


def test_tile_services_offer_named_layers_with_exactly_one_cache_or_with_tile_sources() -> None:
    layers = effective_tile_layers(loaded(LAYERS).settings)

    assert [(layer.name, layer.caches, layer.abstract) for layer in layers] == [
        ("one", ("c",), "First"),
        ("many", ("c", "d"), ""),
        ("asked", ("c",), ""),
        ("last", ("d",), ""),
    ]
    [dimension] = layers[-1].dimensions
    assert (dimension.name, dimension.values, dimension.default) == ("time", ("2020", "2021"), "2021")


@pytest.mark.parametrize(
    ("name", "values", "default", "expected"),
    [
        ("elevation", ("0/100/200",), None, (("0", "100", "200"), "200")),
        ("elevation", (0, 2.5), 0, (("0", "2.5"), "0")),
        ("dim_reference_time", ("2020-08-25T00:00:00Z",), None, (("2020-08-25T00:00:00Z",), "2020-08-25T00:00:00Z")),
    ],
)
def test_values_of_dimensions_are_text_and_the_last_is_the_default(
    name: str, values: tuple[str, ...], default: str | None, expected: tuple[object, ...]
) -> None:
    given = {"values": values} if default is None else {"values": values, "default": default}

    dimension = effective_dimension(name, DimensionOptions.model_validate(given))

    assert (dimension.values, dimension.default) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-08-25T00:00:00Z", ["2020-08-25T00:00:00Z"]),
        (
            "2020-03-25T12:00:00Z/2020-03-26T00:00:00Z/PT6H",
            ["2020-03-25T12:00:00Z", "2020-03-25T18:00:00Z", "2020-03-26T00:00:00Z"],
        ),
        (
            "2020-03-25T12:00:00Z/2020-03-25T13:00:00Z/PT45M",
            ["2020-03-25T12:00:00Z", "2020-03-25T12:45:00Z", "2020-03-25T13:30:00Z"],
        ),
        ("2020-08-25T06:00:00", ["2020-08-25T06:00:00"]),
        ("2012-11-12T00:00:00/2012-11-12T06:00:00/PT6H", ["2012-11-12T00:00:00", "2012-11-12T06:00:00"]),
        ("2012-11-12T00:00:00+02:00/PT1H", ["2012-11-12T00:00:00+02:00", "2012-11-12T01:00:00+02:00"]),
        ("2020-01-01T00:00:00Z/P1D", ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"]),
        ("P1D/2020-01-02T00:00:00Z", ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"]),
        ("2020-01-31/2020-03-01/P1M", ["2020-01-31T00:00:00Z", "2020-02-29T00:00:00Z", "2020-03-29T00:00:00Z"]),
        ("2020-02-29/P1Y", ["2020-02-29T00:00:00Z", "2021-02-28T00:00:00Z"]),
    ],
)
def test_a_range_of_times_is_stepped_through_and_may_end_one_step_late(text: str, expected: list[str]) -> None:
    assert list(time_values(text)) == expected


@pytest.mark.parametrize(
    "text", ["a", "2020/P", "2020-01-01/P0D", "2020-01-02/2020-01-01/PT1H", "a/b/c", "P1D", "PT1H/PT1H"]
)
def test_what_is_no_range_of_times_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        time_values(text)


def test_ranges_with_too_many_values_are_refused() -> None:
    with pytest.raises(ValueError, match=str(MOST_VALUES)):
        time_values("0001-01-01/9000-01-01/PT1S")


def wmts_of(options: str) -> EffectiveWmts | None:
    return effective_services(loaded(f"services: {{wmts: {options}}}\n").settings).wmts


@pytest.mark.parametrize(
    ("options", "kvp", "restful"),
    [
        ("", True, True),
        ("{kvp: true}", True, False),
        ("{restful: true}", False, True),
        ("{kvp: true, restful: false}", True, False),
        ("{kvp: false}", False, False),
    ],
)
def test_both_kinds_of_wmts_are_on_unless_one_is_chosen(options: str, kvp: bool, restful: bool) -> None:
    wmts = wmts_of(options)

    assert wmts is not None
    assert (wmts.kvp, wmts.restful) == (kvp, restful)


def test_doubled_braces_in_templates_are_single_ones() -> None:
    wmts = wmts_of("{restful_template: '/{{Layer}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.x'}")

    assert wmts is not None
    assert wmts.restful_template == "/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.x"


def test_a_service_is_offered_when_its_key_is_there() -> None:
    services = effective_services(loaded("services:\n  tms:\n  demo: {}\n").settings)

    assert services.tms is not None
    assert (services.wmts, services.demo) == (None, EffectiveDemo(None))


def test_metadata_of_services_may_be_numbers_and_has_defaults() -> None:
    wmts = wmts_of("{md: {title: T, contact: {person: P, postcode: 12345, city: }, keyword_list: [{keywords: [a]}]}}")

    assert wmts is not None
    metadata = wmts.metadata
    assert (metadata.title, metadata.abstract, metadata.fees, metadata.online_resource) == ("T", "", "none", None)
    assert metadata.contact is not None
    assert (metadata.contact.person, metadata.contact.postcode, metadata.contact.city) == ("P", "12345", "")
    assert [words.keywords for words in metadata.keyword_list] == [("a",)]


def test_globals_have_defaults_and_absolute_paths() -> None:
    result = loaded("services: {tms: }\n")

    found = effective_globals(result.settings, result.base_dir)

    assert (found.cache_dir, found.lock_dir) == ("/etc/maps/./cache_data", "/etc/maps/./cache_data/tile_locks")
    assert (found.tile_max_age_seconds, found.allowed_origin, found.proj_data_dir) == (259200, "*", None)


@pytest.mark.parametrize(
    "value", ["*", "null", "https://app.example", "http://localhost:8080", "http://[::1]:80", "capacitor://localhost"]
)
def test_the_cors_header_has_one_origin(value: str) -> None:
    result = loaded(f"services: {{tms: }}\nglobals: {{http: {{access_control_allow_origin: '{value}'}}}}\n")

    assert effective_globals(result.settings, result.base_dir).allowed_origin == value


@pytest.mark.parametrize("value", ["''", "{}", "", "false"])
def test_the_cors_header_can_be_turned_off_in_several_ways(value: str) -> None:
    result = loaded(f"services: {{tms: }}\nglobals: {{http: {{access_control_allow_origin: {value}}}}}\n")

    assert effective_globals(result.settings, result.base_dir).allowed_origin is None


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        pytest.param("", None, id="left out: everybody is trusted, as in the reference"),
        pytest.param("trusted_proxies: []", (), id="nobody"),
        pytest.param(
            "trusted_proxies: [10.0.0.0/8, '::1', 192.0.2.1, unix]",
            ("10.0.0.0/8", "::1/128", "192.0.2.1/32", "unix"),
            id="addresses, networks and Unix sockets",
        ),
    ],
)
def test_trusted_proxies_are_networks(option: str, expected: tuple[str, ...] | None) -> None:
    result = loaded(f"services: {{tms: }}\nglobals: {{http: {{{option}}}}}\n")

    assert effective_globals(result.settings, result.base_dir).trusted_proxies == expected


def test_legends_of_wmts_are_those_of_the_layer() -> None:
    result = loaded(
        MINIMAL.replace(
            "title: OSM\n", "title: OSM\n    wmts_kvp_legendurl: '{base_url}/a'\n    wmts_rest_legendurl: http://b/\n"
        )
    )

    (layer,) = effective_tile_layers(result.settings)

    assert (layer.wmts_kvp_legend_url, layer.wmts_rest_legend_url) == ("{base_url}/a", "http://b/")


def test_preferred_srs_are_normalised_codes_in_order() -> None:
    result = loaded("services: {tms: }\nglobals: {srs: {preferred_src_proj: {'25832': ['epsg:4326', '31467']}}}\n")

    found = effective_globals(result.settings, result.base_dir)

    assert found.preferred_srs == (("EPSG:25832", ("EPSG:4326", "EPSG:31467")),)


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        pytest.param("{}", 60.0, id="as-long-as-servers-may-wish"),
        pytest.param("{failure_seconds: 300}", 300.0, id="as-long-as-the-configuration-says"),
    ],
)
def test_how_long_failures_are_remembered_is_bounded(options: str, seconds: float) -> None:
    result = loaded(f"services: {{tms: }}\nglobals: {{cache: {options}}}\n")

    assert effective_globals(result.settings, result.base_dir).longest_failure_seconds == seconds


@pytest.mark.parametrize(
    ("demo", "globals_", "url"),
    [
        pytest.param("{background: {url: 'a'}}", "{background: {url: 'b'}}", "a", id="that-of-the-demo-first"),
        pytest.param("{background: }", "{background: {url: 'b'}}", "b", id="else-that-of-the-globals"),
        pytest.param("", "{background: {url: ''}}", None, id="none-by-default"),
    ],
)
def test_the_map_under_the_layers_of_the_demo_is_configured(demo: str, globals_: str, url: str | None) -> None:
    result = loaded(f"services: {{tms: , demo: {demo}}}\nglobals: {globals_}\n")

    assert effective_services(result.settings).demo == EffectiveDemo(url)
