"""What the options of sqlite, mbtiles and geopackage caches come to, and what is said of them.

Expected places are those of MapProxy 7.0.0 (spec/caches.md, 2).
"""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_sqlite import SqliteStorage
from tilekeep.config.problems import ConfigurationProblems, Problem, path_text

SETTINGS = """\
services: {{tms: }}
globals: {{cache: {{{globals_}}}}}
grids:
  north: {{srs: 'EPSG:3857', origin: nw, name: G}}
  south: {{srs: 'EPSG:3857', origin: sw}}
  plane: {{srs: 'IAU_2015:30100', origin: nw, bbox: [0, 0, 10, 10], res: [1]}}
sources:
  w: {{type: wms, req: {{url: 'http://x/', layers: a}}}}
caches:
  c: {{sources: [w], {cache}}}
  d: {{sources: [w], grids: [south], {other}}}
"""


def cache_of(options: str, globals_: str = "") -> EffectiveCache:
    result = loaded(SETTINGS.format(cache=options, globals_=globals_, other="meta_buffer: 0"))
    return effective_cache(result.settings, "c", result.base_dir)


def problems_of(options: str, other: str = "meta_buffer: 0") -> list[Problem]:
    try:
        return list(loaded(SETTINGS.format(cache=options, globals_="", other=other)).report.problems)
    except ConfigurationProblems as problems:
        return list(problems.report.problems)


@pytest.mark.parametrize(
    ("options", "place"),
    [
        pytest.param("cache: {type: sqlite}", "/etc/maps/./cache_data/c/G", id="sqlite"),
        pytest.param("cache_dir: up, cache: {type: sqlite}", "/etc/maps/up/c/G", id="sqlite-cache-dir"),
        pytest.param("cache: {type: sqlite, directory: ./t}", "/etc/maps/./t/G", id="sqlite-directory"),
        pytest.param("cache: {type: mbtiles}", "/etc/maps/./cache_data/c.mbtiles", id="mbtiles"),
        pytest.param("cache: {type: mbtiles, filename: x/y}", "/etc/maps/./cache_data/x/y", id="mbtiles-relative"),
        pytest.param("cache: {type: mbtiles, filename: ./x}", "/etc/maps/./x", id="mbtiles-beside-configuration"),
        pytest.param("cache: {type: mbtiles, filename: /x/y}", "/x/y", id="mbtiles-absolute"),
        pytest.param("cache: {type: geopackage}", "/etc/maps/./cache_data/c.gpkg", id="geopackage"),
        pytest.param("cache: {type: geopackage, directory: t}", "/etc/maps/t/c.gpkg", id="geopackage-directory"),
        pytest.param("cache: {type: geopackage, levels: true}", "/etc/maps/./cache_data/c/G", id="levels"),
        pytest.param(
            "cache: {type: geopackage, levels: true, directory: t}", "/etc/maps/t/G", id="levels-in-a-directory"
        ),
    ],
)
def test_databases_lie_where_mapproxy_has_them(options: str, place: str) -> None:
    assert cache_of(f"grids: [north], {options}").directories == {"north": place}


@pytest.mark.parametrize(
    ("options", "globals_", "expected"),
    [
        pytest.param("{type: sqlite}", "", ("sqlite", 30.0, None, 0), id="built-in"),
        pytest.param("{type: mbtiles}", "sqlite_timeout: 5, sqlite_wal: false", ("mbtiles", 5, False, 0), id="globals"),
        pytest.param(
            "{type: sqlite, sqlite_timeout: 2.5, sqlite_wal: true, ttl: 60}",
            "sqlite_timeout: 5, sqlite_wal: false",
            ("sqlite", 2.5, True, 60),
            id="own",
        ),
        pytest.param("{type: geopackage}", "sqlite_wal: true", ("geopackage", 30, True, 0), id="geopackage"),
    ],
)
def test_options_are_those_of_the_cache_else_of_the_globals(
    options: str, globals_: str, expected: tuple[str, float, bool | None, int]
) -> None:
    found = cache_of(f"grids: [north], cache: {options}", globals_).storage

    assert isinstance(found, SqliteStorage)
    assert (found.kind, found.timeout_seconds, found.wal, found.ttl_seconds) == expected


def test_a_table_is_named_after_cache_and_grid_or_by_its_option() -> None:
    by_name, by_option = (
        cache_of(f"grids: [north], cache: {{type: geopackage{more}}}").storage for more in ("", ", table_name: t-1")
    )

    assert by_name is not None
    assert by_option is not None
    assert (by_name.table_of("c", "G"), by_option.table_of("c", "G")) == ("c_G", "t-1")


@pytest.mark.parametrize(
    ("options", "path", "says"),
    [
        pytest.param("grids: [north], cache: {type: mbtiles}", "caches.c.cache", "flipped", id="mbtiles-flipped"),
        pytest.param("grids: [south], cache: {type: geopackage}", "caches.c.cache", "flipped", id="geopackage-flipped"),
        pytest.param(
            "grids: [south], cache: {type: geopackage, levels: true, row_order: standard, filename: x}",
            "caches.c.cache.filename",
            "no effect beside levels: true",
            id="filename-beside-levels",
        ),
        pytest.param(
            "grids: [north], cache_dir: x, cache: {type: sqlite, directory: y}",
            "caches.c.cache_dir",
            "no effect beside cache.directory",
            id="two-directories",
        ),
        pytest.param(
            "grids: [north], link_single_color_images: true, cache: {type: sqlite}",
            "caches.c.link_single_color_images",
            "no effect in databases",
            id="links",
        ),
        pytest.param(
            "grids: [plane], cache: {type: geopackage}", "caches.c.cache", "an SRS with an EPSG number", id="no-epsg"
        ),
        pytest.param(
            "grids: [north], cache: {type: geopackage, table_name: gpkg_x}",
            "caches.c.cache.table_name",
            "set another table_name",
            id="reserved",
        ),
    ],
)
def test_what_does_not_fit_is_said(options: str, path: str, says: str) -> None:
    found = [problem for problem in problems_of(options) if path_text(problem.path).startswith(path)]

    assert [says in problem.message for problem in found] == [True], found


@pytest.mark.parametrize(
    "options",
    [
        "grids: [south], cache: {type: mbtiles}",
        "grids: [north], cache: {type: mbtiles, row_order: standard}",
        "grids: [north], cache: {type: geopackage}",
        "grids: [south], cache: {type: geopackage, row_order: standard}",
        "grids: [north], cache: {type: sqlite}",
        "grids: [south], cache: {type: sqlite}",
    ],
)
def test_nothing_is_said_of_rows_that_others_see_as_they_are(options: str) -> None:
    assert [problem for problem in problems_of(options) if problem.path[:2] == ("caches", "c")] == []


def test_two_caches_in_one_file_are_warned_of() -> None:
    both = "cache: {type: mbtiles, filename: same, row_order: standard}"

    found = [
        problem for problem in problems_of(f"grids: [south], {both}", other=both) if "same file" in problem.message
    ]

    assert [path_text(problem.path) for problem in found] == ["caches.d.cache.filename"]
