"""Caches in Redis and CouchDB: beside MapProxy 7.0.0, and what both promise of ages, dimensions and bad tiles."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.contract.processes import forked, kill, signals
from tests.integration.mapproxy_databases import MapProxyCache
from tests.integration.services.couchdb import CouchDb
from tests.integration.services.redis import RedisProcess
from tests.integration.support.drawing import draw_wms
from tests.integration.support.key_value_caches import (
    BLUE,
    IN_TIME,
    KEY,
    LONG_AGO,
    RED,
    VALIDATORS,
    ZERO,
    Place,
    assembled,
    couchdb_place,
    new,
    picture,
    redis_place,
    store_of,
)
from tests.integration.support.upstream_server import UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.application.scrub import Finding
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.domain.geometry import Size
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy, Verdict
from tilekeep.domain.tile import TileCoord, TileKey

COORDS = [TileCoord(0, 0, 0), TileCoord(3, 5, 2), TileCoord(11, 2000, 17), TileCoord(11, 2000, 170)]
BAD = [RED[: len(RED) // 2], b"<html>Service unavailable</html>", picture("red", (256, 255)), b"\x89PNG\r\n\x1a\n"]


@pytest.fixture(params=["redis", "couchdb"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "redis":
        server: RedisProcess = request.getfixturevalue("redis_server")
        return redis_place(server.port)
    couchdb: CouchDb = request.getfixturevalue("couchdb")
    return couchdb_place(couchdb.url)


def test_tiles_of_mapproxy_are_read_and_listed(tmp_path: Path, place: Place) -> None:
    path = place.config(tmp_path)
    begin = int(time.time())
    MapProxyCache(path).store(COORDS, RED)

    store = store_of(path)

    keys = [TileKey(coord) for coord in COORDS]
    found = store.read_many(keys)
    assert {key: tile.body for key, tile in found.items()} == dict.fromkeys(keys, RED)
    assert all(begin - 1 <= tile.info.stored_at <= time.time() + 1 for tile in found.values())
    assert {key for z in range(12) for key, _ in store.list(z)} == set(keys)


def test_tiles_are_read_by_mapproxy(tmp_path: Path, place: Place) -> None:
    path = place.config(tmp_path)
    keys = [TileKey(coord) for coord in COORDS]
    store_of(path).write([*map(new, keys), new(IN_TIME, BLUE)], time.time())

    assert MapProxyCache(path).load([*COORDS, TileCoord(4, 1, 1)]) == [RED] * len(COORDS) + [None]


def test_a_tile_that_mapproxy_replaces_has_a_new_time_and_no_record_of_the_old_one(
    tmp_path: Path, place: Place
) -> None:
    path = place.config(tmp_path)
    store = store_of(path)
    store.write([new(KEY)], LONG_AGO)

    begin = int(time.time())
    MapProxyCache(path).store([KEY.coord], BLUE)

    info = store.stat_many([KEY])[KEY]
    tile = store.read(KEY)
    assert tile is not None
    assert tile.body == BLUE
    assert (info.validators, info.checksum) == (None, None)
    assert begin - 1 <= info.stored_at <= time.time() + 1
    assert tile.info.stored_at == pytest.approx(info.stored_at, abs=1)


def test_locks_of_tiles_are_those_of_mapproxy(tmp_path: Path, place: Place) -> None:
    path = place.config(tmp_path)

    cache = effective_cache(load_settings(str(path), variables={}).settings, "a", str(tmp_path))

    assert cache.storage.lock_id(cache.directories["G"]) == MapProxyCache(path).lock_id()


def test_each_value_of_a_dimension_has_tiles_of_its_own(tmp_path: Path, place: Place) -> None:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)
        layer = ", dimensions: {time: {values: ['2024', '2025']}}"
        client = Client(make_wsgi_app(str(place.config(tmp_path, source=upstream.url, layer=layer))))
        tile = "/service?service=WMTS&request=GetTile&version=1.0.0&layer=a&style=&format=image/png&tilematrixset=G"
        place_of_tile = f"{tile}&tilematrix=3&tilecol=5&tilerow=2"
        answers = [client.get(f"{place_of_tile}&time={year}").data for year in ("2024", "2025", "2024", "2025")]
        asked = len(upstream.requests)

    assert asked == 2
    assert answers[:2] == answers[2:]
    stored = {key.dimensions for key, _ in store_of(tmp_path / "mapproxy.yaml").list(3)}
    assert stored == {(("time", "2024"),), (("time", "2025"),)}


def test_verdicts_and_counts_are_those_of_a_listing_whatever_happened(tmp_path: Path, place: Place) -> None:
    """Filled by MapProxy and by Tilekeep, half of it aged, refreshed by renewal, a writer killed."""
    path = place.config(tmp_path)
    by_mapproxy = [TileCoord(7, x, 1) for x in range(20)]
    MapProxyCache(path).store(by_mapproxy, RED)
    store = store_of(path)
    ours = [TileKey(TileCoord(7, x, 2)) for x in range(20)]
    store.write([new(key) for key in ours[:10]], LONG_AGO)
    store.write([new(key) for key in ours[10:]], time.time())
    store.mark_stale([TileKey(coord) for coord in by_mapproxy[:10]])
    store.renew(ours[:5], time.time(), VALIDATORS)
    _kill_a_writer(lambda: store_of(path), [TileKey(TileCoord(7, x, 3)) for x in range(20)])
    policy = StalenessPolicy(FixedLimit(LONG_AGO + 1), None)

    listed = dict(store.list(7))

    keys = [TileKey(TileCoord(7, x, y)) for x in range(20) for y in range(1, 5)]
    known, found = store.stat_many(keys), store.read_many(keys)
    assert listed.keys() == known.keys() == found.keys()
    judged = {key: policy.judge(info, time.time()) for key, info in listed.items()}
    assert judged == {key: policy.judge(info, time.time()) for key, info in known.items()}
    assert judged == {key: policy.judge(tile.info, time.time()) for key, tile in found.items()}
    stale = {key for key, verdict in judged.items() if verdict is not Verdict.FRESH}
    assert stale == {*(TileKey(coord) for coord in by_mapproxy[:10]), *ours[5:10]}
    assert MapProxyCache(path).load(by_mapproxy + [key.coord for key in ours]) == [RED] * 40


def test_a_thousand_planted_bad_tiles_are_found_and_removed_and_good_ones_stay(
    tmp_path: Path, place: Place, rounds: Callable[[int, int], int]
) -> None:
    """PouchDB takes ten milliseconds for each, so it usually gets a tenth of them."""
    count = 1000 if place.kind == "redis" else rounds(100, 1000)
    path = place.config(tmp_path)
    store = store_of(path)
    bad = [TileKey(TileCoord(9, 100 + number % 40, 100 + number // 40)) for number in range(count)]
    good = [TileKey(TileCoord(9, x, 50)) for x in range(50)]
    store.write([*(new(key, BAD[number % 4]) for number, key in enumerate(bad)), *map(new, good)], LONG_AGO)
    found: list[Finding] = []

    result = assembled(path).use_cases.scrub()(store, Size(256, 256), [9], found.append, fix=True)

    assert {finding.key for finding in found if finding.removed} == set(bad)
    assert (result.checked, result.bad, result.removed) == (count + 50, count, count)
    assert {key for key, _ in store.list(9)} == set(good)


def test_answers_come_from_the_source_while_the_server_is_gone_and_from_the_cache_when_it_is_back(
    tmp_path: Path, request: pytest.FixtureRequest, new_directory: Callable[[str], Path]
) -> None:
    for server in (RedisProcess(new_directory("redis")), CouchDb(new_directory("couchdb"))):
        server.start()
        place = redis_place(server.port) if isinstance(server, RedisProcess) else couchdb_place(server.url)
        try:
            with UpstreamServer() as upstream:
                upstream.on("/wms", draw_wms)
                client = Client(make_wsgi_app(str(place.config(tmp_path, source=upstream.url))))
                before = [client.get("/tiles/a/EPSG3857/3/5/2.png") for _ in range(2)]
                asked_before = len(upstream.requests)

                server.kill()
                meanwhile = [client.get("/tiles/a/EPSG3857/3/5/2.png") for _ in range(2)]
                asked_meanwhile = len(upstream.requests)

                server.start()
                after = [client.get("/tiles/a/EPSG3857/3/5/2.png") for _ in range(3)]
                asked_after = len(upstream.requests)
        finally:
            server.stop()

        answers = [*before, *meanwhile, *after]
        assert [answer.status_code for answer in answers] == [200] * 7
        assert len({answer.data for answer in answers}) == 1
        assert (asked_before, asked_meanwhile - asked_before, asked_after - asked_meanwhile) == (1, 2, 1)


def test_a_cache_without_sources_says_clearly_that_its_server_is_gone(
    tmp_path: Path, new_directory: Callable[[str], Path]
) -> None:
    with RedisProcess(new_directory("redis")) as server:
        path = redis_place(server.port).config(tmp_path)
        store_of(path).write([new(KEY)], LONG_AGO)
        client = Client(make_wsgi_app(str(path)))
        assert client.get("/tiles/a/EPSG3857/3/5/2.png").status_code == 200

    answer = client.get("/tiles/a/EPSG3857/3/5/2.png")

    assert answer.status_code == 500
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("place", "remedy"),
    [
        pytest.param(Place("redis", "prefix: p", "p"), "remove cache.prefix", id="redis"),
        pytest.param(
            Place("couchdb", "db_name: p, tile_id: '%(couch_url)s/%(z)s-%(x)s-%(y)s'", "p"),
            "write %(grid_name)s",
            id="couchdb",
        ),
    ],
)
def test_grids_whose_tiles_would_overwrite_each_other_are_an_error(tmp_path: Path, place: Place, remedy: str) -> None:
    path = place.config(tmp_path)
    path.write_text(path.read_text().replace("grids: [G]", "grids: [G, GLOBAL_MERCATOR]"))

    with pytest.raises(ConfigurationProblems) as caught:
        assembled(path)

    assert "tiles of 'GLOBAL_MERCATOR' would overwrite those of 'G'" in str(caught.value)
    assert remedy in str(caught.value)


def test_level_0_is_like_any_other(tmp_path: Path, place: Place) -> None:
    store = store_of(place.config(tmp_path))

    store.write([new(ZERO)], LONG_AGO)

    assert [key for key, _ in store.list(0)] == [ZERO]


def _kill_a_writer(make: Callable[[], object], keys: list[TileKey]) -> None:
    with signals() as (tell, await_):

        def work() -> None:
            store = make()
            tell()
            for key in keys:
                store.write([new(key)], time.time())  # type: ignore[attr-defined]
            while True:
                store.write([new(key) for key in keys], time.time())  # type: ignore[attr-defined]

        child = forked(work)
        await_()
        time.sleep(random.uniform(0.005, 0.05))
        kill(child)
