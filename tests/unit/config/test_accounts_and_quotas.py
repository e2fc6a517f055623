"""What the options about how much is stored come to, and what is said of them."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_globals import EffectiveGlobals, effective_globals
from tilekeep.config.mapproxy.meaning_sqlite import SqliteStorage
from tilekeep.config.problems import ConfigurationProblems, path_text

SETTINGS = """\
services: {{tms: }}
globals: {{cache: {{base_dir: ./tiles, {globals_}}}}}
sources: {{w: {{type: wms, req: {{url: 'http://x/', layers: a}}}}}}
caches: {{c: {{grids: [GLOBAL_WEBMERCATOR], sources: [w], {cache}}}}}
"""


def settings_of(cache: str = "", globals_: str = "") -> tuple[EffectiveCache, EffectiveGlobals]:
    result = loaded(SETTINGS.format(cache=cache or "meta_buffer: 0", globals_=globals_ or "meta_buffer: 0"))
    return effective_cache(result.settings, "c", result.base_dir), effective_globals(result.settings, result.base_dir)


def problems_of(cache: str, globals_: str = "meta_buffer: 0") -> dict[str, str]:
    try:
        found = loaded(SETTINGS.format(cache=cache, globals_=globals_)).report.problems
    except ConfigurationProblems as problems:
        found = problems.report.problems
    return {path_text(problem.path): problem.message for problem in found if "caches" in path_text(problem.path)}


def test_account_is_kept_of_every_cache_beside_the_caches_and_nothing_is_limited() -> None:
    cache, options = settings_of()

    assert (cache.ledger, cache.quota_bytes) == (True, None)
    assert options.ledger_dir == "/etc/maps/./tiles/tilekeep_ledger"
    assert (options.min_free_bytes, options.min_free_inodes) == (0, 0)


@pytest.mark.parametrize(
    ("cache", "globals_", "kept"),
    [("ledger: false", "", False), ("", "ledger: false", False), ("ledger: true", "ledger: false", True)],
)
def test_a_cache_has_its_own_say(cache: str, globals_: str, kept: bool) -> None:
    assert settings_of(cache, globals_)[0].ledger is kept


def test_accounts_may_lie_elsewhere() -> None:
    assert settings_of("", "ledger_dir: /var/accounts")[1].ledger_dir == "/var/accounts"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1000", 1000),
        ("500k", 512_000),
        ("10 MB", 10 * 2**20),
        ("10G", 10 * 2**30),
        ("1.5Ti", 3 * 2**39),
        ("2gib", 2**31),
        ("'7'", 7),
    ],
)
def test_sizes_are_bytes_or_text_with_a_unit(size: str, expected: int) -> None:
    assert settings_of(f"quota: {{max_size: {size}}}")[0].quota_bytes == expected
    assert settings_of("", f"min_free_space: {size}")[1].min_free_bytes == expected


@pytest.mark.parametrize("size", ["0", "-1", "10X", "G", "true", "[1]"])
def test_what_is_no_size_is_refused(size: str) -> None:
    assert list(problems_of(f"quota: {{max_size: {size}}}")) == ["caches.c.quota.max_size"]


def test_a_quota_without_account_is_refused() -> None:
    assert "set ledger: true" in problems_of("quota: {max_size: 1G}, ledger: false")["caches.c.quota"]
    assert "set ledger: true" in problems_of("quota: {max_size: 1G}", "ledger: false")["caches.c.quota"]
    assert problems_of("quota: {max_size: 1G}, ledger: true", "ledger: false") == {}


def test_a_quota_of_a_cache_that_stores_nothing_has_no_effect() -> None:
    assert "has no effect" in problems_of("quota: {max_size: 1G}, disable_storage: true")["caches.c.quota"]


@pytest.mark.parametrize("kind", ["mbtiles", "sqlite"])
@pytest.mark.parametrize(("option", "shares"), [("", False), (", share_identical_images: true", True)])
def test_images_of_databases_are_shared_where_that_is_wanted(kind: str, option: str, shares: bool) -> None:
    storage = settings_of(f"cache: {{type: {kind}{option}}}")[0].storage

    assert isinstance(storage, SqliteStorage)
    assert storage.shares_images is shares
