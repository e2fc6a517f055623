"""Stores of objects beside MapProxy, behind the WSGI application, and when their services are not there."""

from __future__ import annotations

import itertools
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from tests.contract.processes import forked, wait_for
from tests.integration.mapproxy_databases import MapProxyCache
from tests.integration.services.s3_clients import ENVIRONMENT
from tests.integration.support.drawing import draw_wms, plain
from tests.integration.support.object_places import ALL_PLACES, PLACES, ObjectPlace, store_of
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators
from tilekeep.entrypoints.cli.main import main

RED, BLUE = plain((256, 256)), plain((256, 255))
COORDS = [TileCoord(0, 0, 0), TileCoord(3, 5, 2), TileCoord(11, 1234, 2047)]
LONG_AGO = 1_000_000_000.0
VALIDATORS = Validators('"abc"', None)

DATED = (
    "/service?service=WMTS&request=GetTile&version=1.0.0&layer=a&style=&format=image/png"
    "&tilematrixset=G&tilematrix=3&tilecol=0&tilerow=2&time={}"
)

_NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING", raising=False)


@pytest.fixture
def new_place(request: pytest.FixtureRequest) -> Callable[[str], ObjectPlace]:
    """A function that makes a bucket or container for a type of cache."""

    def make(kind: str) -> ObjectPlace:
        fixture, place = ALL_PLACES[kind]
        return place(request.getfixturevalue(fixture), f"integration-{next(_NUMBERS)}")

    return make


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, new_place: Callable[[str], ObjectPlace]) -> ObjectPlace:
    return new_place(request.param)


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


def new(coord: TileCoord, body: bytes = RED) -> NewTile:
    return NewTile(TileKey(coord), body, "image/png", VALIDATORS, "12ab")


class TestBesideMapProxy:
    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            pytest.param("s3", "", id="s3"),
            pytest.param("s3", "directory: /1.0.0/a, directory_layout: tc, include_grid_name: true", id="s3-tc"),
            pytest.param("s3-on-swift", "", id="s3-signed"),
            pytest.param("s3-on-swift", "directory: a b/c+d, directory_layout: mp", id="s3-signed-odd-names"),
            pytest.param("azureblob", "", id="azureblob"),
            pytest.param("azureblob", "directory: //x//y, directory_layout: arcgis", id="azureblob-arcgis"),
        ],
    )
    def test_both_programs_read_what_the_other_has_stored_under_the_same_keys(
        self, tmp_path: Path, new_place: Callable[[str], ObjectPlace], kind: str, options: str
    ) -> None:
        ours, theirs = new_place(kind), new_place(kind)
        store, mapproxy = (
            store_of(ours.config(tmp_path / "ours", options)),
            MapProxyCache(theirs.config(tmp_path / "theirs", options)),
        )

        store.write([new(coord) for coord in COORDS], LONG_AGO)
        mapproxy.store(COORDS, RED)

        assert ours.objects() == theirs.objects()
        assert len(ours.objects()) == len(COORDS)
        assert MapProxyCache(ours.config(tmp_path / "ours", options)).load(COORDS) == [RED] * len(COORDS)
        other = store_of(theirs.config(tmp_path / "theirs", options))
        found = other.read_many([TileKey(coord) for coord in COORDS])
        assert [tile.body for tile in found.values()] == [RED] * len(COORDS)
        assert [key.coord for z in (0, 3, 11) for key, _ in other.list(z)] == COORDS

    def test_locks_have_the_names_of_mapproxy(self, tmp_path: Path, place: ObjectPlace) -> None:
        path = place.config(tmp_path, "directory: /1.0.0/a")

        cache = checked_container(load_settings(str(path), variables={})).use_cases.caches().effective("a")

        assert cache.storage.lock_id(cache.directories["G"]) == MapProxyCache(path).lock_id()

    def test_a_tile_that_mapproxy_replaces_has_a_new_time_and_no_record_of_the_old_one(
        self, tmp_path: Path, place: ObjectPlace
    ) -> None:
        path = place.config(tmp_path)
        store, coord = store_of(path), COORDS[1]
        store.write([new(coord)], LONG_AGO)

        begin = int(time.time())
        MapProxyCache(path).store([coord], BLUE)

        info = store.stat_many([TileKey(coord)])[TileKey(coord)]
        assert (info.validators, info.checksum) == (None, None)
        assert begin <= info.stored_at <= time.time() + 1

    def test_tiles_of_both_age_and_are_renewed_and_counts_equal_a_full_listing(
        self, tmp_path: Path, place: ObjectPlace
    ) -> None:
        path = place.config(tmp_path)
        store = store_of(path)
        coords = [TileCoord(5, x, y) for x in range(8) for y in range(4)]
        keys = [TileKey(coord) for coord in coords]
        MapProxyCache(path).store(coords[:16], RED)
        store.write([new(coord) for coord in coords[16:]], LONG_AGO)

        store.mark_stale(keys[::2])
        store.renew(keys[::4], LONG_AGO + 1, VALIDATORS)

        listed = dict(store.list(5))
        known = store.stat_many(keys)
        assert listed.keys() == set(keys)
        assert {key: info.stored_at for key, info in listed.items()} == {
            key: info.stored_at for key, info in known.items()
        }
        assert {info.stored_at for key, info in known.items() if key in keys[2::4]} == {0.0}
        assert {(known[key].stored_at, known[key].validators) for key in keys[::4]} == {(LONG_AGO + 1, VALIDATORS)}
        assert MapProxyCache(path).load(coords) == [RED] * len(coords)
        assert set(place.objects().values()) == {"image/png"}


class TestServing:
    def test_tiles_are_stored_and_served_again_without_the_source(
        self, tmp_path: Path, place: ObjectPlace, upstream: UpstreamServer
    ) -> None:
        client = Client(make_wsgi_app(str(place.config(tmp_path, source_url=f"{upstream.url}/wms"))))

        first = client.get("/wmts/a/G/3/1/2.png")
        again = client.get("/wmts/a/G/3/1/2.png")

        assert (first.status_code, again.status_code) == (200, 200)
        assert first.data == again.data
        assert first.headers["ETag"] == again.headers["ETag"]
        assert len(upstream.requests_to("/wms")) == 1
        assert len(place.objects()) == 4

    def test_an_application_that_has_served_works_in_forked_children(
        self, tmp_path: Path, place: ObjectPlace, upstream: UpstreamServer
    ) -> None:
        client = Client(make_wsgi_app(str(place.config(tmp_path, source_url=f"{upstream.url}/wms"))))
        first = client.get("/wmts/a/G/3/1/2.png").data

        def work(column: int) -> None:
            assert client.get("/wmts/a/G/3/1/2.png").data == first
            assert client.get(f"/wmts/a/G/3/{column}/2.png").status_code == 200

        wait_for(*[forked(lambda column=column: work(column)) for column in (2, 4, 6)])  # type: ignore[misc]

        assert client.get("/wmts/a/G/3/1/2.png").data == first
        assert len(place.objects()) == 16

    def test_dimensions_have_keys_of_their_own(
        self, tmp_path: Path, place: ObjectPlace, upstream: UpstreamServer
    ) -> None:
        layer = ", dimensions: {time: {values: ['2024-01-01', '2024-01-02'], default: '2024-01-02'}}"
        config = place.config(tmp_path, source_url=f"{upstream.url}/wms", layer=layer)
        client = Client(make_wsgi_app(str(config)))

        answers = {client.get(DATED.format(day)).data for day in ("2024-01-01", "2024-01-02", "2024-01-01")}

        assert len(answers) == 2
        assert {key.split("/")[2] for key in place.objects()} == {"time-2024-01-01", "time-2024-01-02"}

    def test_without_its_bucket_the_source_answers(
        self, tmp_path: Path, place: ObjectPlace, upstream: UpstreamServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        client = Client(make_wsgi_app(str(place.config(tmp_path, source_url=f"{upstream.url}/wms"))))
        first = client.get("/wmts/a/G/3/1/2.png")

        place.vanish()
        answer = client.get("/wmts/a/G/3/1/2.png")

        assert (answer.status_code, answer.data) == (200, first.data)
        assert re.search(rf"{place.name}.* does not exist; create it", caplog.text)
        assert "testing" not in caplog.text

    def test_without_bucket_and_source_there_is_an_error(self, tmp_path: Path, place: ObjectPlace) -> None:
        client = Client(make_wsgi_app(str(place.config(tmp_path))))
        place.vanish()

        answer = client.get("/wmts/a/G/3/1/2.png")

        assert answer.status_code == 500
        assert "The tile store does not answer." in answer.text
        assert place.name not in answer.text

    def test_a_service_that_refuses_connections_does_not_keep_the_source_from_answering(
        self, tmp_path: Path, place: ObjectPlace, upstream: UpstreamServer, free_port: Callable[[], int]
    ) -> None:
        config = place.config(tmp_path, source_url=f"{upstream.url}/wms", server_url=f"http://127.0.0.1:{free_port()}")

        answer = Client(make_wsgi_app(str(config))).get("/wmts/a/G/3/1/2.png")

        assert (answer.status_code, answer.content_type) == (200, "image/png")

    def test_a_service_that_never_answers_is_waited_for_once_and_not_by_every_request(
        self,
        tmp_path: Path,
        place: ObjectPlace,
        upstream: UpstreamServer,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr("tilekeep.adapters.storage.services.transfers.CONNECT_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0), backlog=0) as silent, full_backlog(silent):
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            config = place.config(tmp_path, source_url=f"{upstream.url}/wms", server_url=url)
            client = Client(make_wsgi_app(str(config)))

            answers = [client.get(f"/wmts/a/G/3/{x}/2.png") for x in range(4)]

        assert [answer.status_code for answer in answers] == [200] * 4
        assert "timed out" in caplog.text
        assert caplog.text.count("it is asked again in a few seconds") > caplog.text.count("timed out\n")

    def test_a_service_that_fails_is_asked_again(
        self, tmp_path: Path, place: ObjectPlace, upstream: UpstreamServer
    ) -> None:
        with UpstreamServer() as service:
            paths = {"s3": f"/{place.name}/a/G/3/1/2.png", "azureblob": f"/devstoreaccount1/{place.name}/a/G/3/1/2.png"}
            service.on(paths[place.kind], Reply(status=503), Reply(body=RED, headers={"Content-Type": "image/png"}))
            config = place.config(tmp_path, server_url=service.url)

            answer = Client(make_wsgi_app(str(config))).get("/wmts/a/G/3/1/2.png")

        assert (answer.status_code, answer.data) == (200, RED)
        assert len(service.requests_to(paths[place.kind])) == 2


def test_a_thousand_planted_bad_tiles_are_found_and_removed_and_good_ones_stay(
    tmp_path: Path, place: ObjectPlace, rounds: Callable[[int, int], int]
) -> None:
    """Usually a tenth of them, as each takes four requests."""
    count = rounds(100, 1000)
    place.config(tmp_path)
    store = store_of(tmp_path / "mapproxy.yaml")
    bad = [b"<html>Service unavailable</html>", RED[: len(RED) // 2], BLUE]
    keys = [TileKey(TileCoord(9 + number % 2, number % 32, number // 32)) for number in range(count + 60)]
    store.write([new(key.coord, RED if key in keys[:60] else bad[key.coord.x % 3]) for key in keys], LONG_AGO)

    output = CliRunner().invoke(main, ["scrub", str(tmp_path / "mapproxy.yaml"), "--fix"]).stdout

    found = set(re.findall(r"^a G (\d+/\d+/\d+): .+ - removed$", output, re.MULTILINE))
    assert found == {"{}/{}/{}".format(*key.coord) for key in keys[60:]}
    assert output.splitlines()[-1] == f"a G: {count + 60} tiles, {count} bad, {count} removed"
    assert {key for z in (9, 10) for key, _ in store.list(z)} == set(keys[:60])


class full_backlog:  # noqa: N801 - reads as a function
    """Connections that nobody takes, so that further ones time out."""

    def __init__(self, server: socket.socket) -> None:
        self._address = server.getsockname()
        self._waiting: list[socket.socket] = []

    def __enter__(self) -> None:
        for _ in range(3):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(self._address)
            self._waiting.append(waiting)

    def __exit__(self, *_: object) -> None:
        for waiting in self._waiting:
            waiting.close()
