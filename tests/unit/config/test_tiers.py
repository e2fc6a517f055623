"""What the options of stores in memory and of tiers come to, and what is said of them."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded
from tilekeep.config.assemble.directories import directory_problems
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_storage import FileStorage, MemoryStorage, TieredStorage
from tilekeep.config.problems import ConfigurationProblems, Problem, path_text
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.lock_names import file_lock_id

SETTINGS = """\
services: {{tms: }}
sources:
  w: {{type: wms, req: {{url: 'http://x/', layers: a}}}}
caches:
  c: {{grids: [GLOBAL_WEBMERCATOR], sources: [{sources}], cache: {cache}}}
"""


def cache_of(cache: str) -> EffectiveCache:
    result = loaded(SETTINGS.format(cache=cache, sources="w"))
    return effective_cache(result.settings, "c", result.base_dir)


def problems_of(cache: str, sources: str = "w") -> list[Problem]:
    try:
        return list(loaded(SETTINGS.format(cache=cache, sources=sources)).report.problems)
    except ConfigurationProblems as problems:
        return list(problems.report.problems)


def said(cache: str, sources: str = "w") -> dict[str, str]:
    return {path_text(problem.path): problem.message for problem in problems_of(cache, sources)}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1000", 1000),
        ("512K", 512 << 10),
        ("256M", 256 << 20),
        ("256 MiB", 256 << 20),
        ("256mb", 256 << 20),
        ("1.5G", 3 << 29),
        ("2T", 2 << 40),
    ],
)
def test_sizes_are_bytes_or_multiples_of_1024(size: str, expected: int) -> None:
    assert cache_of(f"{{type: memory, max_size: {size}}}").storage == MemoryStorage(expected)


@pytest.mark.parametrize("size", ["-1", "12X", "M", "[1]", "1.5", "''", "1e3M"])
def test_a_size_that_is_none_is_refused_with_examples(size: str) -> None:
    problem = said(f"{{type: memory, max_size: {size}}}")["caches.c.cache.max_size"]

    assert "expected an amount of bytes: a number, or text such as 512K, 256M or 2G" in problem


@pytest.mark.parametrize("size", ["0", "0M"])
def test_no_room_at_all_is_refused(size: str) -> None:
    assert "expected a number above 0" in said(f"{{type: memory, max_size: {size}}}")["caches.c.cache.max_size"]


def test_each_tier_is_what_it_would_be_as_the_only_store() -> None:
    cache = cache_of("{type: tiers, tiers: [{type: memory, max_age: 5m}, {type: file, directory: ./t}]}")

    storage = cache.storage
    assert isinstance(storage, TieredStorage)
    memory, files = storage.tiers
    assert (memory.storage, memory.max_age_seconds) == (MemoryStorage(64 << 20), 300.0)
    assert files.storage == FileStorage("tc", None)
    assert files.directories == cache_of("{type: file, directory: ./t}").directories


def test_other_programs_find_locks_and_tiles_where_those_of_the_last_tier_are() -> None:
    cache = cache_of("{type: tiers, tiers: [{type: memory}, {type: file, directory: ./t}]}")
    alone = cache_of("{type: file, directory: ./t}")

    assert cache.directories == alone.directories
    assert cache.tile_lock_dir == alone.tile_lock_dir
    (place,) = cache.directories.values()
    assert cache.storage.lock_id(place) == file_lock_id(place)


@pytest.mark.parametrize(
    ("cache", "path", "message"),
    [
        pytest.param("{type: tiers, tiers: [{type: memory}]}", "tiers", "at least 2", id="one-tier"),
        pytest.param("{type: tiers}", "tiers", "required", id="no-tiers"),
        pytest.param(
            "{type: tiers, tiers: [{type: file}, {type: memory}]}", "tiers[1].type", "has to keep", id="memory-last"
        ),
        pytest.param(
            "{type: tiers, tiers: [{type: memory, max_size: x}, {type: file}]}",
            "tiers[0].max_size",
            "amount of bytes",
            id="within-a-tier",
        ),
        pytest.param(
            "{type: tiers, tiers: [{type: memory}, {type: file, max_age: 5}]}",
            "tiers[1].max_age",
            "no effect in the last tier",
            id="age-of-the-last",
        ),
        pytest.param(
            "{type: tiers, max_age: 5, tiers: [{type: memory}, {type: file}]}",
            "max_age",
            "state it in one of the tiers",
            id="age-of-all",
        ),
        pytest.param("{type: file, max_age: 5}", "max_age", "where the store is no tier", id="age-of-no-tier"),
        pytest.param(
            "{type: tiers, tiers: [{type: memory, tile_lock_dir: x}, {type: file}]}",
            "tiers[0].tile_lock_dir",
            "state it beside tiers",
            id="locks-of-a-tier",
        ),
        pytest.param(
            "{type: tiers, tiers: [{type: geopackage, table_name: sqlite_x}, {type: file}]}",
            "tiers[0].table_name",
            "names of tables cannot begin",
            id="checks-of-databases",
        ),
        pytest.param(
            "{type: tiers, tiers: [{type: memory}, {type: file, directory_permissions: '000'}]}",
            "tiers[1].directory_permissions",
            "owner cannot enter",
            id="checks-of-permissions",
        ),
        pytest.param("{type: tiers, tiers: [{type: tiers}, {type: file}]}", "tiers[0].type", "exist", id="nested"),
    ],
)
def test_what_is_wrong_with_a_tier_is_said_at_its_place(cache: str, path: str, message: str) -> None:
    assert message in said(cache)[f"caches.c.cache.{path}"]


def test_memory_without_sources_would_never_have_a_tile() -> None:
    assert "never have a tile" in said("{type: memory}", sources="")["caches.c.cache.type"]
    assert not said("{type: tiers, tiers: [{type: memory}, {type: file}]}", sources="")


def test_two_tiers_that_are_one_store_are_refused() -> None:
    result = loaded(SETTINGS.format(cache="{type: tiers, tiers: [{type: file}, {type: file}]}", sources="w"))

    def no_grid(key: str) -> TileGrid:
        raise AssertionError(key)

    (problem,) = directory_problems(result.settings, no_grid)

    assert path_text(problem.path) == "caches.c.cache.tiers[1]"
    assert "the same store as caches.c.cache.tiers[0]" in problem.message
