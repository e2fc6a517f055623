"""A store that hangs costs one request its time-out; then the source answers until the store has recovered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.integration.services.couchdb import CouchDb
from tests.integration.services.process import wait_until
from tests.integration.services.redis import RedisProcess, numbers
from tests.integration.support.drawing import draw_wms
from tests.integration.support.halting_door import HaltingDoor
from tests.integration.support.key_value_caches import KEY, LONG_AGO, Place, new, store_of
from tests.integration.support.upstream_server import UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.adapters.clock import SystemClock
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError

TILE = "/tiles/a/EPSG3857/3/5/{}.png"


@pytest.fixture(params=["redis", "couchdb"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def door(kind: str, request: pytest.FixtureRequest) -> Iterator[HaltingDoor]:
    server: RedisProcess | CouchDb = request.getfixturevalue("redis_server" if kind == "redis" else "couchdb")
    with HaltingDoor(server.port) as door:
        yield door


@pytest.fixture
def config(kind: str, door: HaltingDoor, tmp_path: Path) -> Callable[..., Path]:
    """Makes a configuration with a time-out of the store in seconds, and maybe a source."""
    name = f"hang{numbers()}"

    def config(timeout: float, source: str = "") -> Path:
        if kind == "redis":
            options = f"host: 127.0.0.1, port: {door.port}, prefix: {name}, timeout: {timeout}"
            return Place("redis", options, name).config(tmp_path, source=source)
        place = Place("couchdb", f"url: 'http://127.0.0.1:{door.port}', db_name: {name}", name)
        path = place.config(tmp_path, source=source)
        path.write_text(f"{path.read_text()}globals: {{http: {{client_timeout: {timeout}}}}}\n")
        return path

    return config


def test_one_request_waits_for_it_and_the_others_are_answered_from_the_source(
    config: Callable[..., Path], door: HaltingDoor
) -> None:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)
        client = Client(make_wsgi_app(str(config(1, upstream.url))))
        assert [client.get(TILE.format(0)).status_code for _ in range(2)] == [200, 200]
        asked_before = len(upstream.requests)

        door.halt()
        answers = [client.get(TILE.format(number % 4)) for number in range(12)]
        asked_meanwhile = len(upstream.requests) - asked_before
        waited_for = door.accepted
        door.go_on()
        wait_until(lambda: client.get(TILE.format(0)).status_code == 200 and not asks(upstream, client))

    assert [answer.status_code for answer in answers] == [200] * 12
    assert asked_before == 1
    assert asked_meanwhile == 12
    # The connection that was open, and one more at most.
    assert waited_for <= 1


def asks(upstream: UpstreamServer, client: Client) -> bool:
    """Whether the source is asked for a tile that has been made before."""
    before = len(upstream.requests)
    client.get(TILE.format(0))
    return len(upstream.requests) > before


def test_a_request_with_little_time_says_nothing_about_the_server(
    config: Callable[..., Path], door: HaltingDoor
) -> None:
    store = store_of(config(30))
    store.write([new(KEY)], LONG_AGO)
    door.halt()
    with pytest.raises(StoreError):
        store.read(KEY, Deadline(SystemClock().monotonic() + 0.1))

    door.go_on()

    assert store.read(KEY) is not None


def test_connecting_takes_no_longer_than_the_request_has_time(config: Callable[..., Path], door: HaltingDoor) -> None:
    store = store_of(config(600))
    door.halt()

    with pytest.raises(StoreError, match=r"in time|time|took"):
        store.read(KEY, Deadline(SystemClock().monotonic() + 0.2))

    assert door.accepted == 1
