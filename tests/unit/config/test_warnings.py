"""What does not stop the start, but is said: unknown keys, options without effect, doubtful values."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.unit.config.configurations import MINIMAL, loaded
from tilekeep.config.problems import path_text


class Doubt(NamedTuple):
    """A replacement in the minimal configuration, and what must be said about it."""

    rule: str
    old: str
    new: str
    path: str
    line: int
    column: int
    says: str
    suggestion: str | None = None


IN_CACHE = "    sources: [osm]\n"

DOUBTS = [
    Doubt("an unknown section", "layers:", "layer: x\nlayers:", "layer", 3, 1, "unknown", "layers"),
    Doubt(
        "an unknown option of a cache",
        IN_CACHE,
        IN_CACHE + "    metasize: [4, 4]\n",
        "caches.osm_cache.metasize",
        11,
        5,
        "unknown",
        "meta_size",
    ),
    Doubt(
        "an unknown option of a source",
        "    type: wms\n",
        "    type: wms\n    suported_srs: [x]\n",
        "sources.osm.suported_srs",
        14,
        5,
        "unknown",
        "supported_srs",
    ),
    Doubt(
        "an unknown option of a store",
        IN_CACHE,
        IN_CACHE + "    cache: {type: file, layout: tms}\n",
        "caches.osm_cache.cache.layout",
        11,
        25,
        "unknown",
    ),
    Doubt(
        "an unknown option of a layer",
        "    title: OSM\n",
        "    title: OSM\n    source: [a]\n",
        "layers[0].source",
        6,
        5,
        "unknown",
        "sources",
    ),
    Doubt(
        "an unknown option deep inside",
        "layers:",
        "globals: {http: {client_timeot: 3}}\nlayers:",
        "globals.http.client_timeot",
        3,
        18,
        "unknown",
        "client_timeout",
    ),
    Doubt(
        "an option the reference ignores",
        "layers:",
        "globals: {srs: {axis_order_ne: ['EPSG:1']}}\nlayers:",
        "globals.srs.axis_order_ne",
        3,
        17,
        "no effect: the axis order",
    ),
    Doubt(
        "two formats of one media type",
        "services:\n  tms:",
        "globals: {image: {formats: {small: {format: image/png, colors: 8}}}}\n"
        "services:\n  wms: {image_formats: [image/png, small]}",
        "services.wms.image_formats[1]",
        3,
        36,
        "'small' and 'image/png' are both offered as image/png",
    ),
    Doubt(
        "a box that stands twice",
        "  tms:",
        "  wms: {bbox_srs: ['EPSG:4326', {srs: 'epsg:4326', bbox: [1, 2, 3, 4]}]}",
        "services.wms.bbox_srs[1]",
        2,
        33,
        "epsg:4326 stands twice",
    ),
    Doubt(
        "a size of maps over another",
        "  tms:",
        "  wms: {max_output_pixels: [10, 10, 20, 20]}",
        "services.wms.max_output_pixels",
        2,
        28,
        "only the first two",
    ),
    Doubt(
        "scales of a layer beside resolutions",
        "    title: OSM\n",
        "    title: OSM\n    min_res: 100\n    min_scale: 5\n",
        "layers[0].min_scale",
        7,
        16,
        "beside min_res or max_res",
    ),
    Doubt(
        "rescaled tiles that never come to be",
        IN_CACHE,
        IN_CACHE + "    cache_rescaled_tiles: true\n",
        "caches.osm_cache.cache_rescaled_tiles",
        11,
        5,
        "without upscale_tiles or downscale_tiles",
    ),
    Doubt(
        "a store of which nothing is stored",
        IN_CACHE,
        IN_CACHE + "    disable_storage: true\n    cache: {type: file}\n",
        "caches.osm_cache.cache",
        12,
        5,
        "beside disable_storage",
    ),
    Doubt(
        "a resolution beside a level from which a cache is passed by",
        IN_CACHE,
        IN_CACHE + "    use_direct_from_level: 3\n    use_direct_from_res: 10\n",
        "caches.osm_cache.use_direct_from_res",
        12,
        5,
        "beside use_direct_from_level",
    ),
    Doubt(
        "a tolerance for no colour",
        "    type: wms\n",
        "    type: wms\n    image: {transparent_color_tolerance: 3}\n",
        "sources.osm.image.transparent_color_tolerance",
        14,
        13,
        "without transparent_color",
    ),
    Doubt(
        "a grid named twice",
        "[GLOBAL_WEBMERCATOR]",
        "[GLOBAL_WEBMERCATOR, GLOBAL_WEBMERCATOR]",
        "caches.osm_cache.grids[1]",
        9,
        33,
        "stands twice",
    ),
    Doubt("the demo page", "  tms:", "  tms:\n  demo:", "services.demo", 3, 3, "turn it off in production"),
    Doubt(
        "a cache without grids",
        "    grids: [GLOBAL_WEBMERCATOR]\n",
        "",
        "caches.osm_cache.grids",
        8,
        3,
        "gets [GLOBAL_MERCATOR]",
    ),
    Doubt(
        "a grid without origin",
        "layers:",
        "grids: {g: {srs: 'EPSG:4326'}}\nlayers:",
        "grids.g.origin",
        3,
        9,
        "gets 'sw'",
    ),
    Doubt(
        "resolutions beside levels",
        "layers:",
        "grids: {g: {base: GLOBAL_MERCATOR, res: [1], num_levels: 3}}\nlayers:",
        "grids.g.num_levels",
        3,
        46,
        "beside 'res'",
    ),
    Doubt("a WMS without layers", "      layers: roads\n", "", "caches.osm_cache.sources[0]", 10, 15, "no req.layers"),
    Doubt(
        "a format that is no MIME type",
        IN_CACHE,
        IN_CACHE + "    format: jpeg\n",
        "caches.osm_cache.format",
        11,
        13,
        "stored as image/png",
        "image/jpeg",
    ),
    Doubt(
        "concatenated lists",
        IN_CACHE,
        IN_CACHE + "    meta_size: [4, 4, 8, 8]\n",
        "caches.osm_cache.meta_size",
        11,
        16,
        "only the first two",
    ),
    Doubt(
        "a directory beside another",
        IN_CACHE,
        IN_CACHE + "    cache_dir: a\n    cache: {type: file, directory: b}\n",
        "caches.osm_cache.cache_dir",
        11,
        5,
        "beside cache.directory",
    ),
    Doubt(
        "scales beside resolutions",
        "    type: wms\n",
        "    type: wms\n    min_res: 9\n    max_scale: 3\n",
        "sources.osm.max_scale",
        15,
        16,
        "beside min_res or max_res",
    ),
    Doubt(
        "a coverage of nothing",
        "    type: wms\n",
        "    type: wms\n    coverage: {srs: 'EPSG:4326'}\n",
        "sources.osm.coverage",
        14,
        5,
        "limits nothing",
    ),
    Doubt(
        "an area that another one outranks",
        "    type: wms\n",
        "    type: wms\n    coverage: {bbox: [1, 2, 3, 4], union: [{bbox: [1, 2, 3, 4], srs: '4326'}]}\n",
        "sources.osm.coverage.bbox",
        14,
        16,
        "no effect beside 'union'",
    ),
    Doubt(
        "an SRS that another one outranks",
        "    type: wms\n",
        "    type: wms\n    coverage: {bbox: [1, 2, 3, 4], srs: 'EPSG:25832', bbox_srs: 'EPSG:4326'}\n",
        "sources.osm.coverage.srs",
        14,
        36,
        "no effect beside 'bbox_srs'",
    ),
    Doubt(
        "an SRS of a set operation",
        "    type: wms\n",
        "    type: wms\n    coverage: {union: [{bbox: [1, 2, 3, 4], srs: '4326'}], srs: 'EPSG:4326'}\n",
        "sources.osm.coverage.srs",
        14,
        60,
        "no effect beside 'union'",
    ),
    Doubt(
        "a condition on a box",
        "    type: wms\n",
        "    type: wms\n    coverage: {datasource: '1,2,3,4', srs: 'EPSG:4326', where: a=1}\n",
        "sources.osm.coverage.where",
        14,
        57,
        "no effect beside 'datasource'",
    ),
    Doubt(
        "a member that clips",
        "    type: wms\n",
        "    type: wms\n    coverage: {union: [{bbox: [1, 2, 3, 4], srs: '4326', clip: true}]}\n",
        "sources.osm.coverage.union[0].clip",
        14,
        58,
        "no effect in a member",
    ),
    Doubt(
        "expired tiles that clip",
        "    type: wms\n",
        "    type: wms\n    coverage: {expire_tiles: list, clip: true}\n",
        "sources.osm.coverage.clip",
        14,
        36,
        "no effect on expired tiles",
    ),
    Doubt(
        "a layer no service offers",
        "[osm_cache]",
        "[osm_cache, osm]",
        "layers[0].sources",
        6,
        14,
        "no service offers the layer 'osm'",
    ),
    Doubt(
        "a WMTS that answers nothing", "  tms:", "  wmts: {kvp: false}", "services.wmts", 2, 3, "WMTS answers nothing"
    ),
    Doubt(
        "an unknown option of a service",
        "  tms:",
        "  tms: {use_grid_name: true}",
        "services.tms.use_grid_name",
        2,
        9,
        "unknown",
        "use_grid_names",
    ),
    Doubt("no service", "services:\n  tms:\n", "", "services", 1, 1, "nothing is offered"),
    Doubt(
        "braces doubled",
        "  tms:",
        "  wmts: {restful_template: '/{{Layer}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.png'}",
        "services.wmts.restful_template",
        2,
        28,
        "{Layer} instead of {{Layer}}",
    ),
]


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda doubt: doubt.rule)
def test_a_doubt_is_said_and_does_not_stop_the_start(doubt: Doubt) -> None:
    report = loaded(MINIMAL.replace(doubt.old, doubt.new, 1)).report

    [problem] = report.problems
    assert (path_text(problem.path), problem.line, problem.column) == (doubt.path, doubt.line, doubt.column)
    assert doubt.says in problem.message
    assert doubt.suggestion is None or problem.suggestion == doubt.suggestion


@pytest.mark.parametrize(
    "options",
    [
        "disable_storage: false",
        "upscale_tiles: 0",
        "cache_rescaled_tiles: false",
        "watermark: {text: ''}",
        "watermark:",
        "image:",
        "refresh_before:",
    ],
)
def test_asking_for_nothing_is_always_accepted(options: str) -> None:
    assert loaded(MINIMAL.replace(IN_CACHE, f"{IN_CACHE}    {options}\n")).report.problems == ()


def test_services_of_later_versions_may_be_turned_off_in_silence() -> None:
    text = MINIMAL.replace(
        "    type: wms\n", "    type: wms\n    wms_opts: {featureinfo: false, legendgraphic: false}\n"
    )

    assert loaded(text).report.problems == ()


@pytest.mark.parametrize("section", ["globals", "grids", "parts", "environments"])
def test_sections_may_be_left_empty(section: str) -> None:
    assert loaded(f"{section}:\n{MINIMAL}").report.problems == ()


def test_a_key_that_stands_twice_is_reported_and_the_later_one_counts() -> None:
    result = loaded(MINIMAL.replace("    title: OSM\n", "    title: OSM\n    title: Newer\n"))

    [problem] = result.report.problems
    assert (problem.line, problem.column) == (6, 5)
    assert "'title' stands twice here (first in line 5)" in problem.message
    assert result.settings.layers[0].title == "Newer"


SECOND_CACHE = """\
  second:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [{source}]
    format: {format}
    cache: {{type: file, directory: {directory}}}
"""


def two_caches(*, source: str = "osm", image_format: str = "image/png", directory: str = "tiles/./here") -> str:
    """The minimal configuration with a directory for its cache, and another cache."""
    first = f"{IN_CACHE}    cache: {{type: file, directory: tiles/here}}\n"
    second = SECOND_CACHE.format(source=source, format=image_format, directory=directory)
    return MINIMAL.replace(IN_CACHE, first + second)


def test_caches_that_would_replace_each_others_tiles_are_named() -> None:
    [problem] = loaded(two_caches()).report.problems

    assert (path_text(problem.path), problem.line, problem.column) == ("caches.second.cache.directory", 16, 36)
    assert "the cache 'osm_cache' stores tiles under the same names" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(two_caches(source=""), id="one-only-shows-what-the-other-stores"),
        pytest.param(two_caches(image_format="image/jpeg"), id="formats-differ"),
        pytest.param(two_caches(directory="tiles/there"), id="directories-differ"),
    ],
)
def test_caches_may_lie_beside_each_other(text: str) -> None:
    assert loaded(text).report.problems == ()
