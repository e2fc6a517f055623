"""PMTiles archives as caches, and PMTiles and MBTiles as sources: files, and archives on a web server."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers
from PIL import Image
from werkzeug.test import create_environ

from tests.fakes.upstream_gate import FakeUpstreamGate
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.adapters.storage.pmtiles.writing import ArchiveDescription, write_archive
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.problems import ConfigurationProblems, path_text
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import StoreError
from tilekeep.domain.image import JPEG, PNG
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.tile_store import TileStore

CONFIG = """
services: {{wmts: , wms: {{srs: ['EPSG:3857']}}}}
layers: [{{name: a, title: A, sources: [a]}}]
grids:
  south: {{srs: 'EPSG:3857', origin: sw}}
  large: {{srs: 'EPSG:3857', origin: nw, tile_size: [512, 512]}}
  degrees: {{srs: 'EPSG:4326'}}
  odd: {{srs: 'EPSG:3857', res: [1000, 500]}}
caches: {{a: {{grids: [{grid}], sources: [{cache_source}], {cache}}}}}
sources: {{s: {source}}}
"""
NONE = "{type: world}"
AT = 1_700_000_000


def picture(color: str, image_format: str = "PNG", size: int = 256) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), color).save(out, image_format)
    return out.getvalue()


RED = TileCoord(3, 5, 2)
BLUE = TileCoord(3, 5, 3)
TILES = {RED: picture("red"), BLUE: picture("blue")}


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Path]:
    def write(**options: str) -> Path:
        path = tmp_path / "mapproxy.yaml"
        defaults = {"grid": "GLOBAL_WEBMERCATOR", "cache_source": "", "cache": "", "source": NONE}
        path.write_text(CONFIG.format(**(defaults | options)))
        return path

    return write


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.pmtiles"
    write_archive(str(path), TILES.items(), ArchiveDescription(PNG))
    return path


@pytest.fixture
def web() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


def parts_of(body: bytes, etag: str = '"1"') -> Callable[[Received], Reply]:
    """A web server that answers requests for parts."""

    def answer(request: Received) -> Reply:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["range"])
        assert found is not None
        start, end = int(found[1]), min(int(found[2]), len(body) - 1)
        headers = {
            "Content-Range": f"bytes {start}-{end}/{len(body)}",
            "ETag": etag,
            "Last-Modified": formatdate(AT, usegmt=True),
        }
        return Reply(206, body[start : end + 1], headers)

    return answer


def get(app: Any, coord: TileCoord, grid: str = "GLOBAL_WEBMERCATOR") -> tuple[str, str, bytes]:
    status: list[str] = []
    kinds: list[str] = []

    def start(code: str, headers: list[tuple[str, str]]) -> None:
        status.append(code)
        kinds.extend(value for name, value in headers if name.lower() == "content-type")

    z, x, y = coord
    body = b"".join(app(create_environ(f"/wmts/a/{grid}/{z:02}/{x}/{y}.png"), start))
    return status[0], kinds[0], body


def store_of(config: Path) -> TileStore:
    container = checked_container(load_settings(str(config), variables={}))
    return next(container.use_cases.caches().stores()).store


def problems_of(config: Path) -> dict[str, str]:
    try:
        checked_container(load_settings(str(config), variables={}))
    except ConfigurationProblems as problems:
        return {path_text(problem.path): problem.message for problem in problems.report.errors}
    return {}


# Archives as caches


def test_tiles_of_an_archive_are_served(configured: Callable[..., Path], archive: Path) -> None:
    app = make_wsgi_app(str(configured(cache="cache: {type: pmtiles, filename: ./a.pmtiles}")))

    assert get(app, RED) == ("200 OK", PNG, TILES[RED])
    assert get(app, BLUE) == ("200 OK", PNG, TILES[BLUE])


def test_rows_are_turned_for_a_grid_from_the_south(configured: Callable[..., Path], archive: Path) -> None:
    config = configured(grid="south", cache="cache: {type: pmtiles, filename: ./a.pmtiles}")

    assert {key.coord for key, _ in store_of(config).list(3)} == {TileCoord(3, 5, 5), TileCoord(3, 5, 4)}


def test_a_grid_of_large_tiles_has_them_one_level_higher(configured: Callable[..., Path], tmp_path: Path) -> None:
    large = picture("red", size=512)
    write_archive(str(tmp_path / "a.pmtiles"), [(TileCoord(2, 1, 1), large)], ArchiveDescription(PNG))
    config = configured(grid="large", cache="cache: {type: pmtiles, filename: ./a.pmtiles}")

    (found,) = (key.coord for z in range(4) for key, _ in store_of(config).list(z))

    assert store_of(config).locate(TileKey(found)).endswith(": 2/1/1")


def test_an_archive_behind_memory_is_read_once(configured: Callable[..., Path], archive: Path) -> None:
    tiers = "cache: {type: tiers, tiers: [{type: memory}, {type: pmtiles, filename: ./a.pmtiles}]}"
    app = make_wsgi_app(str(configured(cache=tiers)))
    first = get(app, RED)

    archive.unlink()

    assert get(app, RED) == first


@pytest.mark.parametrize(
    ("options", "path", "said"),
    [
        ({"cache": "cache: {type: pmtiles}", "cache_source": "s"}, "caches.a.cache.type", "only read"),
        (
            {"cache": "cache: {type: tiers, tiers: [{type: file}, {type: pmtiles}]}", "cache_source": "s"},
            "caches.a.cache.tiers[1].type",
            "only read",
        ),
        (
            {"cache": "cache: {type: tiers, tiers: [{type: pmtiles}, {type: file}]}"},
            "caches.a.cache.tiers[0].type",
            "make it the last tier",
        ),
        (
            {"cache": "upscale_tiles: 1, cache_rescaled_tiles: true, cache: {type: pmtiles}"},
            "caches.a.cache_rescaled_tiles",
            "cannot be stored",
        ),
        (
            {"cache": "cache: {type: pmtiles, filename: a, url: 'http://x/a'}"},
            "caches.a.cache.filename",
            "remove filename or url",
        ),
        ({"cache": "cache: {type: pmtiles, url: a.pmtiles}"}, "caches.a.cache.url", "http"),
        ({"cache": "cache: {type: pmtiles}", "grid": "degrees"}, "caches.a.grids", "EPSG:3857"),
        ({"cache": "cache: {type: pmtiles}", "grid": "odd"}, "caches.a.grids", "level 0 of the grid 'odd'"),
        ({"source": "{type: pmtiles}", "cache_source": "s"}, "sources.s.filename", "add filename or url"),
        ({"source": "{type: pmtiles, filename: nowhere}", "cache_source": "s"}, "sources.s.filename", "cannot be read"),
        ({"source": "{type: mbtiles, filename: nowhere}", "cache_source": "s"}, "sources.s.filename", "cannot be read"),
        (
            {"source": "{type: pmtiles, url: 'http://x/'}", "cache_source": "s", "grid": "degrees"},
            "sources.s.type",
            "EPSG:3857",
        ),
    ],
)
def test_what_no_archive_can_do_is_refused_at_the_start(
    configured: Callable[..., Path], options: dict[str, str], path: str, said: str
) -> None:
    assert said in problems_of(configured(**options))[path]


# Archives on a web server


def test_an_archive_on_a_web_server_is_read_in_parts(
    configured: Callable[..., Path], archive: Path, web: UpstreamServer
) -> None:
    web.on("/a.pmtiles", parts_of(archive.read_bytes()))
    config = configured(cache=f"cache: {{type: pmtiles, url: '{web.url}/a.pmtiles'}}")
    app = make_wsgi_app(str(config))

    assert get(app, RED) == ("200 OK", PNG, TILES[RED])
    assert get(app, BLUE) == ("200 OK", PNG, TILES[BLUE])
    assert [request.headers["range"] for request in web.requests][:1] == ["bytes=0-16383"]
    assert len(web.requests) == 3
    assert {request.headers["accept-encoding"] for request in web.requests} == {"identity"}
    assert store_of(config).read(TileKey(RED)).info.stored_at == AT  # type: ignore[union-attr]


def test_credentials_of_the_address_are_sent_and_not_shown(
    configured: Callable[..., Path], archive: Path, web: UpstreamServer
) -> None:
    def guarded(request: Received) -> Reply:
        if "authorization" not in request.headers:
            return Reply(401, headers={"WWW-Authenticate": 'Basic realm="a"'})
        return parts_of(archive.read_bytes())(request)

    web.on("/a.pmtiles", guarded)
    store = store_of(configured(cache=f"cache: {{type: pmtiles, url: 'http://me:hidden@{web.host}/a.pmtiles'}}"))

    assert store.read(TileKey(RED)) is not None
    assert "hidden" not in store.locate(TileKey(RED))


def test_a_replaced_archive_on_a_web_server_is_read_anew(
    configured: Callable[..., Path], archive: Path, tmp_path: Path, web: UpstreamServer
) -> None:
    web.on("/a.pmtiles", parts_of(archive.read_bytes()))
    store = store_of(configured(cache=f"cache: {{type: pmtiles, url: '{web.url}/a.pmtiles'}}"))
    before = store.read(TileKey(RED))
    other = {TileCoord(3, 0, 0): picture("green"), RED: picture("yellow")}
    write_archive(str(tmp_path / "b.pmtiles"), other.items(), ArchiveDescription(PNG))

    web.on("/a.pmtiles", parts_of((tmp_path / "b.pmtiles").read_bytes(), '"2"'))
    after = store.read(TileKey(RED))

    assert [tile and tile.body for tile in (before, after)] == [TILES[RED], picture("yellow")]
    assert store.read(TileKey(BLUE)) is None


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        pytest.param(Reply(200, b"x" * 20), "sends the whole archive", id="no-ranges"),
        pytest.param(Reply(500), "HTTP status 500", id="error"),
        pytest.param(Reply(206, b"x" * 10, {"Content-Range": "bytes 5-14/99"}), "another part", id="other-part"),
        pytest.param(Reply(206, b"x" * 10), "another part", id="part-of-nothing"),
        pytest.param(Reply(206, b"x", {"Content-Range": "bytes 0-9/99"}), "less than it says", id="short"),
        pytest.param(Reply(206, b"x" * 20_000, {"Content-Range": "bytes 0-19999/20000"}), "16384", id="too-much"),
        pytest.param(Reply(no_answer=True), "a.pmtiles", id="no-answer"),
        pytest.param(Reply(206, b"<html>", {"Content-Range": "bytes 0-5/6"}), "no PMTiles archive", id="page"),
    ],
)
def test_a_bad_answer_is_a_store_error_that_names_the_archive(
    configured: Callable[..., Path], web: UpstreamServer, reply: Reply, said: str
) -> None:
    web.on("/a.pmtiles", reply)
    store = store_of(configured(cache=f"cache: {{type: pmtiles, url: '{web.url}/a.pmtiles'}}"))

    with pytest.raises(StoreError, match=said) as caught:
        store.read(TileKey(RED))

    assert f"{web.url}/a.pmtiles" in str(caught.value)


def test_an_archive_that_is_not_there_has_no_tiles(configured: Callable[..., Path], web: UpstreamServer) -> None:
    store = store_of(configured(cache=f"cache: {{type: pmtiles, url: '{web.url}/a.pmtiles'}}"))

    assert store.read(TileKey(RED)) is None
    assert list(store.list(3)) == []


# Archives as sources


def put_mbtiles(path: Path, tiles: dict[TileCoord, bytes]) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        for (z, x, y), body in tiles.items():
            database.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (z, x, (1 << z) - 1 - y, body))


@pytest.fixture(params=["mbtiles", "pmtiles", "pmtiles-url"])
def source(
    request: pytest.FixtureRequest, tmp_path: Path, web: UpstreamServer
) -> Callable[[dict[TileCoord, bytes]], str]:
    """Makes an archive of tiles, and the options of a source that reads it."""

    def make(tiles: dict[TileCoord, bytes], media_type: str = PNG) -> str:
        if request.param == "mbtiles":
            put_mbtiles(tmp_path / "source", tiles)
            return "{type: mbtiles, filename: source}"
        write_archive(str(tmp_path / "source"), tiles.items(), ArchiveDescription(media_type))
        if request.param == "pmtiles":
            return "{type: pmtiles, filename: source}"
        web.on("/source", parts_of((tmp_path / "source").read_bytes()))
        return f"{{type: pmtiles, url: '{web.url}/source'}}"

    return make


@pytest.mark.parametrize("grid", ["GLOBAL_WEBMERCATOR", "south"])
def test_tiles_of_an_archive_fill_a_cache_byte_for_byte(
    configured: Callable[..., Path], source: Callable[[dict[TileCoord, bytes]], str], grid: str
) -> None:
    config = configured(source=source(TILES), cache_source="s", grid=grid)
    app = make_wsgi_app(str(config))

    answers = [get(app, coord, grid)[2] for coord in (RED, BLUE)]

    assert answers == [TILES[RED], TILES[BLUE]]
    assert {tile.body for tile in _stored(store_of(config), 3)} == {TILES[RED], TILES[BLUE]}


def test_a_tile_that_is_not_in_the_archive_is_empty_and_not_stored(
    configured: Callable[..., Path], source: Callable[[dict[TileCoord, bytes]], str]
) -> None:
    config = configured(source=source(TILES), cache_source="s")
    app = make_wsgi_app(str(config))

    status, media_type, _ = get(app, TileCoord(3, 0, 0))

    assert (status, media_type) == ("200 OK", PNG)
    assert _stored(store_of(config), 3) == []


def test_tiles_of_another_format_are_encoded_anew(configured: Callable[..., Path], source: Callable[..., str]) -> None:
    config = configured(source=source({RED: picture("red", "JPEG")}, JPEG), cache_source="s")
    app = make_wsgi_app(str(config))

    status, media_type, body = get(app, RED)

    assert (status, media_type) == ("200 OK", PNG)
    assert Image.open(io.BytesIO(body)).convert("RGB").getpixel((9, 9)) == (254, 0, 0)


def test_a_damaged_tile_is_not_stored(
    configured: Callable[..., Path], source: Callable[[dict[TileCoord, bytes]], str]
) -> None:
    config = configured(source=source({RED: TILES[RED][:80]}), cache_source="s")
    app = make_wsgi_app(str(config))

    status, _, _ = get(app, RED)

    assert status.startswith("500")
    assert _stored(store_of(config), 3) == []


def test_an_mbtiles_source_is_never_changed(configured: Callable[..., Path], tmp_path: Path) -> None:
    put_mbtiles(tmp_path / "source", TILES)
    before = (tmp_path / "source").read_bytes()
    app = make_wsgi_app(str(configured(source="{type: mbtiles, filename: source}", cache_source="s")))

    get(app, RED)

    assert (tmp_path / "source").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache_data", "mapproxy.yaml", "source"]


def _stored(store: TileStore, z: int) -> list[Any]:
    return list(store.read_many([key for key, _ in store.list(z)]).values())


def test_a_server_of_an_archive_that_fails_is_left_alone_as_any_source(
    configured: Callable[..., Path], web: UpstreamServer
) -> None:
    web.on("/a", Reply(503))
    source = f"{{type: pmtiles, url: '{web.url}/a', http: {{breaker: {{failures: 2, seconds: 60}}}}}}"
    app = make_wsgi_app(str(configured(source=source, cache_source="s")))

    statuses = [get(app, TileCoord(3, x, 2))[0] for x in range(6)]

    assert {status[:3] for status in statuses} == {"500"}
    assert len(web.requests_to("/a")) == 2


def test_a_server_that_asks_for_a_pause_gets_it(configured: Callable[..., Path], web: UpstreamServer) -> None:
    web.on("/a", Reply(429, headers={"Retry-After": "60"}))
    app = make_wsgi_app(str(configured(source=f"{{type: pmtiles, url: '{web.url}/a'}}", cache_source="s")))

    for x in range(4):
        get(app, TileCoord(3, x, 2))

    assert len(web.requests_to("/a")) == 1


@pytest.mark.parametrize("what", ["source", "cache"])
def test_each_part_of_an_archive_is_asked_for_with_leave_of_the_gate(
    configured: Callable[..., Path], web: UpstreamServer, archive: Path, what: str
) -> None:
    web.on("/a", parts_of(archive.read_bytes()))
    options = f"{{type: pmtiles, url: '{web.url}/a', http: {{requests_per_second: 1}}}}"
    config = configured(cache=f"cache: {options}") if what == "cache" else configured(source=options, cache_source="s")
    container = checked_container(load_settings(str(config), variables={}))
    gate = FakeUpstreamGate()
    with container.adapters.gate.override(providers.Object(gate)):
        if what == "cache":
            next(container.use_cases.caches().stores()).store.read(TileKey(RED))
            expected = {Purpose.SERVE}
        else:
            tiles = container.use_cases.caches().node(("a", "GLOBAL_WEBMERCATOR")).tiles
            expected = {Purpose.SERVE, Purpose.SEED}
            for coord, purpose in ((RED, Purpose.SERVE), (BLUE, Purpose.SEED)):
                tiles(TileKey(coord), purpose, NO_DEADLINE)

    assert {admission.purpose for admission in gate.admitted} == expected
    assert {(each.upstream.name, each.upstream.requests_per_second) for each in gate.admitted} == {(web.host, 1.0)}
    assert len(gate.admitted) == len(gate.reports) == len(web.requests_to("/a"))
