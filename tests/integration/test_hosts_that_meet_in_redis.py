"""Hosts that share nothing but a Redis make each tile once, hear of each other's failures, and go on without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.integration.services.redis import RedisProcess
from tests.integration.support.drawing import draw_wms
from tests.integration.support.halting_door import HaltingDoor
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep import make_wsgi_app

CONFIG = """
services: {{tms: }}
globals: {{redis: {{url: 'redis://127.0.0.1:{port}/1', prefix: 'meet:'}}, cache: {{failure_seconds: 30}}}}
layers: [{{name: a, title: A, sources: [a]}}]
caches:
  a: {{grids: [GLOBAL_WEBMERCATOR], sources: [s], cache: {{type: redis, port: {port}, prefix: tiles}}}}
sources: {{s: {{type: wms, req: {{url: '{url}/wms', layers: all}}}}}}
"""

#: All parts of a miss ask Redis: what failed a moment ago, who makes the tile, whether the source may be asked.
LIMITED = """
services: {{tms: }}
globals:
  redis: {{host: 127.0.0.1, port: {port}, prefix: 'hang:'}}
  cache: {{meta_size: [1, 1], failure_seconds: 30}}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: [s]}}}}
sources:
  s: {{type: wms, req: {{url: '{url}/wms', layers: all}}, concurrent_requests: 4, http: {{requests_per_second: 500}}}}
"""
TILE = "/tiles/a/EPSG3857/4/{}/5.png"


@pytest.fixture
def redis(new_directory: Callable[[str], Path]) -> Iterator[RedisProcess]:
    with RedisProcess(new_directory("redis")) as server:
        yield server


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def hosts(tmp_path: Path, redis: RedisProcess, upstream: UpstreamServer) -> list[Client]:
    """Two applications in directories of their own."""
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "mapproxy.yaml"
        path.write_text(CONFIG.format(port=redis.port, url=upstream.url))
        made.append(make_wsgi_app(str(path)))
    return [Client(application) for application in made]


def slowly(request: Received) -> Reply:
    drawn = draw_wms(request)
    return Reply(body=drawn.body, headers=drawn.headers, delay_seconds=0.3)


def asked_at_once(hosts: list[Client], columns: list[int]) -> list[int]:
    """The statuses of answers to requests for tiles, each made to each host, all at a time."""
    with ThreadPoolExecutor(16) as pool:
        answers = [
            pool.submit(Client(host.application).get, TILE.format(x))
            for x in columns
            for host in hosts
            for _ in range(2)
        ]
        return [answer.result().status_code for answer in answers]


def test_a_meta_tile_that_clients_of_all_hosts_want_is_asked_for_once(
    hosts: list[Client], upstream: UpstreamServer
) -> None:
    upstream.on("/wms", slowly)

    statuses = asked_at_once(hosts, [4, 5, 6, 7])

    assert statuses == [200] * 16
    assert len(upstream.requests) == 1


def test_a_failure_is_the_answer_on_all_hosts_for_one_request_to_the_source(
    hosts: list[Client], upstream: UpstreamServer
) -> None:
    upstream.on("/wms", Reply(status=503, delay_seconds=0.3))

    statuses = asked_at_once(hosts, [4, 5, 6, 7])

    assert statuses == [500] * 16
    assert len(upstream.requests) == 1


def test_when_redis_dies_the_hosts_go_on_alone_and_meet_again_when_it_is_back(
    hosts: list[Client], upstream: UpstreamServer, redis: RedisProcess, caplog: pytest.LogCaptureFixture
) -> None:
    upstream.on("/wms", slowly)
    assert asked_at_once(hosts, [0]) == [200] * 4

    redis.kill()
    with caplog.at_level(logging.WARNING, "tilekeep.redis"):
        meanwhile = asked_at_once(hosts, [4, 5])
    asked = len(upstream.requests)
    redis.start()
    after = asked_at_once(hosts, [8, 9])

    assert meanwhile == [200] * 8
    # Neither tiles nor locks are shared meanwhile: each host asks, once for those who wait together.
    assert 2 <= asked - 1 <= 8
    assert after == [200] * 8
    assert "tiles are locked for each host by itself" in caplog.text


def test_a_redis_that_hangs_is_waited_for_by_one_part_of_one_request(
    tmp_path: Path, upstream: UpstreamServer, redis: RedisProcess, caplog: pytest.LogCaptureFixture
) -> None:
    upstream.on("/wms", draw_wms)
    path = tmp_path / "mapproxy.yaml"
    with HaltingDoor(redis.port) as door:
        path.write_text(LIMITED.format(port=door.port, url=upstream.url))
        client = Client(make_wsgi_app(str(path)))
        assert client.get(TILE.format(0)).status_code == 200

        door.halt()
        statuses = [client.get(TILE.format(column)).status_code for column in range(1, 9)]
        waited_for = door.accepted

    assert statuses == [200] * 8
    # The connection that was open, and one more at most.
    assert waited_for <= 1
    said = [record for record in caplog.records if "cannot be used" in record.getMessage()]
    assert len(said) == 1


def test_nothing_is_left_in_redis_but_tiles(hosts: list[Client], upstream: UpstreamServer, redis: RedisProcess) -> None:
    upstream.on("/wms", slowly)

    asked_at_once(hosts, [4])

    client = redis.client
    client.select(1)
    assert client.keys("meet:*") == []
