"""What the options of s3 and azureblob caches come to, and what is said of them (spec/caches.md, 2, 3.8 and 3.9)."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded
from tilekeep.config.assemble.object_stores import object_store_problems
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_objects import AzureStorage, S3Storage
from tilekeep.config.problems import ConfigurationProblems, Problem, path_text

SETTINGS = """\
services: {{tms: }}
globals: {{cache: {{{globals_}}}}}
grids: {{G: {{srs: 'EPSG:3857', origin: nw, name: grid}}}}
sources:
  w: {{type: wms, req: {{url: 'http://x/', layers: a}}}}
caches:
  c: {{sources: [w], grids: [G], {cache}}}
  d: {{sources: [w], grids: [G], {other}}}
"""

S3 = "s3: {bucket_name: tiles, region_name: eu-west-1, use_http_get: true, include_grid_name: true}"
AZURE = "azureblob: {container_name: tiles, connection_string: UseDevelopmentStorage=true}"


def text(options: str, globals_: str, other: str = "meta_buffer: 0") -> str:
    return SETTINGS.format(cache=options, globals_=globals_, other=other)


def cache_of(options: str, globals_: str = f"{S3}, {AZURE}") -> EffectiveCache:
    result = loaded(text(options, globals_))
    return effective_cache(result.settings, "c", result.base_dir)


def problems_of(options: str, globals_: str = "", other: str = "meta_buffer: 0") -> list[Problem]:
    try:
        return list(loaded(text(options, globals_, other)).report.problems)
    except ConfigurationProblems as problems:
        return list(problems.report.problems)


@pytest.mark.parametrize(
    ("options", "place"),
    [
        pytest.param("type: s3", "c/grid", id="s3"),
        pytest.param("type: s3, directory: /1.0.0/a", "/1.0.0/a/grid", id="s3-directory-with-grid-by-globals"),
        pytest.param("type: s3, directory: /1.0.0/a, include_grid_name: false", "/1.0.0/a", id="s3-directory"),
        pytest.param("type: azureblob", "c/grid", id="azureblob"),
        pytest.param("type: azureblob, directory: x", "x", id="azureblob-directory"),
    ],
)
def test_keys_begin_as_mapproxy_has_them(options: str, place: str) -> None:
    assert cache_of(f"cache: {{{options}}}").directories == {"G": place}


def test_options_of_a_cache_go_over_those_of_the_globals() -> None:
    cache = cache_of("cache: {type: s3, bucket_name: own, use_http_get: false, directory_layout: tc}")

    assert cache.storage == S3Storage("tc", "own", None, "eu-west-1", None, None, anonymous_reads=False)


def test_locks_lie_in_a_local_directory_even_with_a_prefix_for_keys() -> None:
    assert cache_of("cache: {type: s3}").tile_lock_dir == "/etc/maps/./cache_data/tile_locks"
    assert cache_of("cache: {type: s3, directory: /1.0.0/a}").tile_lock_dir == "/1.0.0/a/tile_locks"


def test_secrets_are_not_shown() -> None:
    storage = cache_of("cache: {type: azureblob, connection_string: 'AccountName=a;AccountKey=hunter2='}").storage

    assert isinstance(storage, AzureStorage)
    assert storage.connection_string is not None
    assert "hunter2" not in repr(storage)


@pytest.mark.parametrize(
    ("options", "path", "message"),
    [
        pytest.param("cache: {type: s3}", "caches.c.cache", "states no bucket_name", id="no-bucket"),
        pytest.param("cache: {type: azureblob}", "caches.c.cache", "states no container_name", id="no-container"),
        pytest.param(
            "cache: {type: s3, bucket_name: a, endpoint_url: objects.example}",
            "caches.c.cache.endpoint_url",
            "expected an address such as https://",
            id="no-address",
        ),
        pytest.param(
            "cache: {type: s3, bucket_name: a, endpoint_url: 'https://[objects:x'}",
            "caches.c.cache.endpoint_url",
            "expected an address such as https://",
            id="broken-address",
        ),
        pytest.param(
            "cache: {type: s3, bucket_name: a, endpoint_url: 'https://me:hunter2@objects.example'}",
            "caches.c.cache.endpoint_url",
            "credentials do not belong",
            id="credentials-in-the-address",
        ),
        pytest.param(
            "cache: {type: s3, bucket_name: a}, link_single_color_images: true",
            "caches.c.link_single_color_images",
            "no effect on objects",
            id="links",
        ),
        pytest.param(
            "cache: {type: s3, bucket_name: a, include_grid_name: true}",
            "caches.c.cache.include_grid_name",
            "no effect without directory",
            id="grid-name-without-directory",
        ),
        pytest.param(
            "cache: {type: s3, bucket_name: a, directory: /1.0.0/a}",
            "caches.c.cache.directory",
            "set tile_lock_dir",
            id="locks-at-a-prefix",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_the_remedy(options: str, path: str, message: str) -> None:
    found = {path_text(problem.path): problem.message for problem in problems_of(options)}

    assert message in found[path]
    assert "hunter2" not in found[path]


def test_caches_with_one_prefix_are_told() -> None:
    options = "cache: {type: s3, bucket_name: a, directory: x, tile_lock_dir: l}"

    found = {path_text(problem.path): problem.message for problem in problems_of(options, other=options)}

    assert "stores tiles under the same names" in found["caches.d.cache.directory"]


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        pytest.param("", "has no connection_string", id="none"),
        pytest.param("hunter2", "is no list of NAME=VALUE", id="no-pairs"),
        pytest.param("AccountKey=aHVudGVyMg==", "neither AccountName nor BlobEndpoint", id="no-account"),
        pytest.param("AccountName=a", "neither AccountKey nor SharedAccessSignature", id="no-key"),
        pytest.param("AccountName=a;AccountKey=hunter2", "AccountKey of the connection_string is not whole", id="cut"),
        pytest.param("BlobEndpoint=a.example;AccountKey=aHVudGVyMg==", "is no address", id="no-scheme"),
    ],
)
def test_a_connection_string_that_cannot_be_used_is_refused_at_start_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, connection: str, message: str
) -> None:
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING", raising=False)
    options = f"cache: {{type: azureblob, container_name: a{connection and f', connection_string: {connection!r}'}}}"
    settings = loaded(text(options, "")).settings

    (problem,) = object_store_problems(settings)

    assert path_text(problem.path) == "caches.c.cache"
    assert message in problem.message
    assert "hunter2" not in problem.message


def test_the_connection_string_of_the_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
    settings = loaded(text("cache: {type: azureblob, container_name: a, connection_string: broken}", "")).settings

    assert list(object_store_problems(settings)) == []


def test_without_the_library_of_aws_the_start_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    settings = loaded(text("cache: {type: s3, bucket_name: a}", "")).settings

    (problem,) = object_store_problems(settings)

    assert "pip install" in problem.message
