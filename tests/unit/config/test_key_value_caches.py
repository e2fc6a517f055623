"""What the options of redis and couchdb caches come to, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.config.configurations import loaded, report_of
from tilekeep.adapters.redis.server import RedisServer, RedisTls
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_couchdb import CouchdbStorage
from tilekeep.config.mapproxy.meaning_globals import MeetingPlace, effective_globals
from tilekeep.config.mapproxy.meaning_redis import RedisStorage
from tilekeep.config.problems import Severity, path_text
from tilekeep.domain.secrets import Credentials

SETTINGS = """\
services: {{tms: }}
grids:
  north: {{srs: 'epsg:3857', origin: nw, name: G}}
  south: {{srs: 'EPSG:3857', origin: sw}}
sources:
  w: {{type: wms, req: {{url: 'http://x/', layers: a}}}}
caches:
  c: {{sources: [w], {cache}}}
  d: {{sources: [w], grids: [south], {other}}}
"""


def cache_of(options: str) -> EffectiveCache:
    text = SETTINGS.format(cache=f"grids: [north], cache: {{{options}}}", other="meta_buffer: 0")
    result = loaded(text)
    return effective_cache(result.settings, "c", result.base_dir)


def redis_of(options: str) -> RedisStorage:
    storage = cache_of(f"type: redis, {options}").storage
    assert isinstance(storage, RedisStorage)
    return storage


def problems_of(options: str, other: str = "meta_buffer: 0") -> dict[str, tuple[Severity, str]]:
    report = report_of(SETTINGS.format(cache=f"grids: [north], cache: {{{options}}}", other=other))
    return {
        path_text(problem.path): (problem.severity, problem.message)
        for problem in report.problems
        if path_text(problem.path).startswith("caches.c") or "same" in problem.message
    }


@pytest.mark.parametrize(
    ("options", "server"),
    [
        pytest.param("", {}, id="defaults"),
        pytest.param(
            "host: h, port: 1, db: 2, username: u, password: p",
            {"host": "h", "port": 1, "db": 2, "username": "u", "password": "p"},
            id="by-host",
        ),
        pytest.param(
            "url: 'redis://u:p%40@h:1/2'",
            {"host": "h", "port": 1, "db": 2, "username": "u", "password": "p@"},
            id="by-url",
        ),
        pytest.param("url: 'redis://h'", {"host": "h"}, id="by-short-url"),
        pytest.param(
            "url: 'rediss://h', ssl_ca_certs: ca", {"host": "h", "tls": RedisTls("/etc/maps/ca")}, id="by-url-with-tls"
        ),
        pytest.param("unix_socket: run/s", {"unix_socket": "/etc/maps/run/s"}, id="by-socket"),
        pytest.param(
            "sentinels: ['a:1', '[::1]:2'], master_name: m",
            {"sentinels": (("a", 1), ("::1", 2)), "master_name": "m"},
            id="by-sentinels",
        ),
        pytest.param("cluster: true, nodes: ['a:1', 'b:2']", {"nodes": (("a", 1), ("b", 2))}, id="cluster"),
        pytest.param(
            "cluster: true, host: a, port: 1",
            {"host": "a", "port": 1, "nodes": (("a", 1),)},
            id="cluster-around-a-host",
        ),
        pytest.param(
            "ssl_certfile: c, ssl_keyfile: k",
            {"tls": RedisTls(None, "/etc/maps/c", "/etc/maps/k")},
            id="own-certificate",
        ),
        pytest.param("ssl_ca_certs: ca", {}, id="no-tls-by-foreign-certificates-alone"),
        pytest.param("timeout: 2", {"timeout_seconds": 2.0}, id="timeout"),
    ],
)
def test_a_server_may_be_named_in_many_ways(options: str, server: dict[str, Any]) -> None:
    assert redis_of(options).server == RedisServer(**server)


def test_keys_begin_with_the_names_of_cache_and_grid_or_a_prefix() -> None:
    assert cache_of("type: redis").directories == {"north": "c_G"}
    assert cache_of("type: redis, prefix: p").directories == {"north": "p"}


def test_tiles_last_an_hour_unless_the_option_says_otherwise() -> None:
    assert (redis_of("").ttl_seconds, redis_of("default_ttl: 0").ttl_seconds) == (3600, 0)


def test_databases_are_named_after_cache_and_srs_or_by_the_option() -> None:
    assert cache_of("type: couchdb").directories == {"north": "c_epsg3857"}
    assert cache_of("type: couchdb, db_name: Tiles").directories == {"north": "Tiles"}


def test_credentials_of_couchdb_stand_in_its_url_and_are_not_shown() -> None:
    storage = cache_of("type: couchdb, url: 'https://u:hunter2@c.example/'").storage

    assert isinstance(storage, CouchdbStorage)
    assert (storage.url, storage.database("Tiles")) == ("https://c.example", "tiles")
    assert storage.credentials == Credentials("u", "hunter2")
    assert "hunter2" not in repr(storage)


@pytest.mark.parametrize(
    ("options", "path", "message"),
    [
        ("type: redis, url: 'redis://h', sentinels: ['a:1'], master_name: m", "sentinels", "another server"),
        ("type: redis, url: 'http://:hunter2@h'", "url", "expected redis://"),
        ("type: redis, url: 'redis://:hunter2@h/zero'", "url", "expected redis://"),
        ("type: redis, sentinels: ['a:1']", "sentinels", "add master_name"),
        ("type: redis, sentinels: ['a'], master_name: m", "sentinels[0]", ""),
        ("type: redis, cluster: true, db: 1", "db", "database 0 only"),
        ("type: redis, cluster: true, prefix: 'a}b'", "prefix", "no braces"),
        ("type: couchdb, url: 'ftp://:hunter2@h'", "url", "expected a URL"),
        ("type: couchdb, db_name: 'a/b'", "db_name", "set db_name"),
        ("type: couchdb, tile_id: '%(couch_url)s/%(z)s'", "tile_id", "add %(x)s, %(y)s"),
        ("type: couchdb, tile_id: '%(couch_url)s/%(z)s-%(x)s-%(y)s-%(w)s'", "tile_id", "does not exist"),
        ("type: couchdb, tile_id: '%(couch_url)s/_%(z)s-%(x)s-%(y)s'", "tile_id", "CouchDB's own"),
        ("type: couchdb, tile_metadata: {a: '{{zoom}}'}", "tile_metadata.a", "does not exist"),
        ("type: couchdb, tile_metadata: {_a: 1}", "tile_metadata._a", "another name"),
    ],
)
def test_what_cannot_work_is_an_error_at_its_place(options: str, path: str, message: str) -> None:
    severity, text = problems_of(options)[f"caches.c.cache.{path}"]

    assert severity is Severity.ERROR
    assert message in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ("type: redis, url: 'redis://h', port: 1", "port"),
        ("type: redis, master_name: m", "master_name"),
        ("type: redis, nodes: ['a:1']", "nodes"),
        ("type: redis, ssl_ca_certs: ca", "ssl_ca_certs"),
        ("type: redis, ssl_certfile: c", "ssl_certfile"),
        ("type: couchdb, tile_id: '%(z)s-%(x)s-%(y)s'", "tile_id"),
    ],
)
def test_what_has_no_effect_is_a_warning(options: str, path: str) -> None:
    severity, _ = problems_of(options)[f"caches.c.cache.{path}"]

    assert severity is Severity.WARNING


def test_two_caches_with_one_prefix_are_a_warning() -> None:
    found = problems_of("type: redis, prefix: p", other="cache: {type: redis, prefix: p}")

    assert found["caches.d.cache.prefix"][0] is Severity.WARNING


def test_hosts_meet_where_the_globals_say() -> None:
    text = "globals: {redis: {url: 'redis://:hunter2@h:1/2', prefix: 'maps:'}}\n"
    result = loaded(text)

    meeting = effective_globals(result.settings, result.base_dir).meeting

    assert meeting == MeetingPlace(RedisServer(host="h", port=1, db=2, password="hunter2"), "maps:")
    assert "hunter2" not in repr(meeting)


def test_without_the_option_each_host_is_alone() -> None:
    result = loaded("globals: {cache: {failure_seconds: 1}}\n")

    assert effective_globals(result.settings, result.base_dir).meeting is None


def test_what_is_wrong_with_the_place_to_meet_is_said_at_its_option() -> None:
    report = report_of("globals: {redis: {sentinels: ['a:1'], ssl_ca_certs: ca}}\n")

    found = {path_text(problem.path): problem.severity for problem in report.problems}
    assert found["globals.redis.sentinels"] is Severity.ERROR
    assert found["globals.redis.ssl_ca_certs"] is Severity.WARNING
