"""Other forms of tiles in stores that several hosts share, in memory and in tiers, and while stale tiles are shown."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from tests.integration.services.couchdb import CouchDb
from tests.integration.services.process import Server
from tests.integration.services.redis import RedisProcess, numbers
from tests.integration.services.s3_clients import ENVIRONMENT, s3_client
from tests.integration.support.drawing import draw_wms
from tests.integration.support.forms_of_tiles import ALL_FORMS, PLAIN, Site, all_kept, configuration, pixels, plain_map
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.entrypoints.cli.invalidate import command as invalidate
from tilekeep.entrypoints.cli.scrub import command as scrub
from tilekeep.entrypoints.cli.seed import command as seed
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

#: A tile and the four that its doubled forms are made of lie in one block each.
TILE = "/tiles/a/EPSG3857/3/4/2"


@pytest.fixture
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Options of a store that holds nothing yet."""
    kind: str = request.param
    if kind == "redis":
        redis: RedisProcess = request.getfixturevalue("redis_server")
        return f"cache: {{type: redis, host: 127.0.0.1, port: {redis.port}, prefix: forms{numbers()}}}"
    if kind == "couchdb":
        couchdb: CouchDb = request.getfixturevalue("couchdb")
        return f"cache: {{type: couchdb, url: '{couchdb.url}', db_name: forms{numbers()}}}"
    if kind in {"s3", "s3-on-swift"}:
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        server: Server = request.getfixturevalue("moto_server" if kind == "s3" else "swift_server")
        bucket = f"forms-{numbers()}"
        s3_client(server).create_bucket(Bucket=bucket)
        return f"cache: {{type: s3, bucket_name: {bucket}, endpoint_url: '{server.url}'}}"
    tiers = {
        "memory before files": "{type: memory, max_age: 0s}, {type: file}",
        "memory before MBTiles": "{type: memory, max_age: 0s}, {type: mbtiles}",
        "SQLite before files": "{type: sqlite, directory: fast, max_age: 0s}, {type: file, directory: slow}",
    }
    return f"cache: {{type: tiers, tiers: [{tiers[kind]}]}}"


SHARED = [
    "redis",
    "couchdb",
    "s3",
    "memory before files",
    "memory before MBTiles",
    "SQLite before files",
]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[[str], Site]]:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)

        def make(options: str) -> Site:
            config = tmp_path / "mapproxy.yaml"
            config.write_text(configuration({"a": options}, upstream.url))
            return Site(Client(make_wsgi_app(str(config))), upstream, tmp_path)

        yield make


def config_of(web: Site) -> str:
    return str(web.directory / "mapproxy.yaml")


def shown(web: Site) -> dict[str, bool]:
    """Which forms of the tile show the plain map."""
    return {form: bool(np.abs(pixels(web.get(TILE + form)) - PLAIN).max() < 8) for form in ALL_FORMS}


@pytest.mark.parametrize("double", ["next_level", "source"])
@pytest.mark.parametrize("place", [*SHARED, "s3-on-swift"], indirect=True)
def test_each_form_is_made_once_for_all_who_share_the_store(
    site: Callable[[str], Site], place: str, double: str
) -> None:
    web = site(f"{place}, variants: {{formats: [image/webp], double: {double}}}")
    addresses = [TILE + form for form in ALL_FORMS]
    for address in addresses:
        web.get(address)
    other = web._replace(client=Client(make_wsgi_app(config_of(web))))
    asked = len(web.upstream.requests_to("/wms"))

    made = all_kept(other, addresses)
    again = [web.get(address) for address in addresses]

    assert [answer.headers["X-Tilekeep-Cache"] for answer in made] == ["hit"] * 4
    assert [answer.data for answer in again] == [answer.data for answer in made]
    assert [answer.headers["ETag"] for answer in again] == [answer.headers["ETag"] for answer in made]
    assert len(web.upstream.requests_to("/wms")) == asked


@pytest.mark.parametrize("double", ["next_level", "source"])
@pytest.mark.parametrize("place", SHARED, indirect=True)
def test_all_forms_show_what_has_been_seeded_since(site: Callable[[str], Site], place: str, double: str) -> None:
    web = site(f"{place}, variants: {{formats: [image/webp], double: {double}}}")
    before = shown(web)
    web.upstream.on("/wms", plain_map)
    # Stores that count whole seconds cannot tell what follows in the same one.
    time.sleep(1.1)

    task = ["-f", config_of(web), "--caches", "a", "--levels", "3-4", "--refresh-before", "0s"]
    seeded = CliRunner().invoke(seed, task)

    assert seeded.exit_code == 0, seeded.output
    assert before == dict.fromkeys(ALL_FORMS, False)
    assert shown(web) == dict.fromkeys(ALL_FORMS, True)


@pytest.mark.parametrize("double", ["next_level", "source"])
@pytest.mark.parametrize("place", [*SHARED, "s3-on-swift"], indirect=True)
def test_what_is_invalidated_is_made_anew_in_all_forms(site: Callable[[str], Site], place: str, double: str) -> None:
    web = site(f"{place}, variants: {{formats: [image/webp], double: {double}}}")
    shown(web)
    web.upstream.on("/wms", plain_map)

    marked = CliRunner().invoke(invalidate, [config_of(web), "--everywhere"])

    assert marked.exit_code == 0, marked.output
    assert shown(web) == dict.fromkeys(ALL_FORMS, True)


@pytest.mark.parametrize("place", SHARED, indirect=True)
def test_cleaning_up_removes_all_forms(site: Callable[[str], Site], place: str) -> None:
    web = site(f"{place}, variants: {{formats: [image/webp], double: source}}")
    tasks = web.directory / "seed.yaml"
    tasks.write_text("cleanups: {all: {caches: [a], remove_all: true, levels: [3]}}")
    shown(web)

    cleaned = CliRunner().invoke(seed, ["-f", config_of(web), "-s", str(tasks)])
    again = [web.get(TILE + form) for form in reversed(ALL_FORMS)]

    assert cleaned.exit_code == 0, cleaned.output
    assert [answer.headers["X-Tilekeep-Cache"] for answer in again[:1]] == ["miss"]
    assert len(web.upstream.requests_to("/wms")) == 4, "own tiles and those with twice the pixels, each once more"


@pytest.mark.parametrize("place", SHARED, indirect=True)
def test_scrubbing_finds_nothing_wrong_with_them(site: Callable[[str], Site], place: str) -> None:
    web = site(f"{place}, variants: {{formats: [image/webp], double: next_level}}")
    all_kept(web, [TILE + form for form in ALL_FORMS])

    checked = CliRunner().invoke(scrub, [config_of(web), "--fix"])

    assert checked.exit_code == 0, checked.output
    again = [web.get(TILE + form) for form in ALL_FORMS]
    assert [answer.headers["X-Tilekeep-Cache"] for answer in again] == ["hit"] * 4


STAMP = "refresh_before: {mtime: ./stamp}"


def make_stale(web: Site, at: float | None = None) -> None:
    """All tiles that are stored now, or those that were at an instant."""
    stamp = web.directory / "stamp"
    stamp.touch()
    at = time.time() if at is None else at
    os.utime(stamp, (at, at))


@pytest.mark.parametrize("double", ["next_level", "source"])
def test_forms_of_tiles_in_memory_are_made_once_and_follow_them(site: Callable[[str], Site], double: str) -> None:
    web = site(f"cache: {{type: memory}}, variants: {{formats: [image/webp], double: {double}}}, {STAMP}")
    make_stale(web, 1000)
    shown(web)
    again = [web.get(TILE + form) for form in ALL_FORMS]
    web.upstream.on("/wms", plain_map)
    make_stale(web)

    after = shown(web)

    assert [answer.headers["X-Tilekeep-Cache"] for answer in again] == ["hit"] * 4
    assert after == dict.fromkeys(ALL_FORMS, True)


class HeldBack:
    """A map server that answers with a plain map when it may."""

    def __init__(self, web: Site) -> None:
        self.may_send = threading.Event()
        web.upstream.on("/wms", self.draw)

    def draw(self, request: Received) -> Reply:
        self.may_send.wait(20)
        return plain_map(request)


def soon_shown(web: Site) -> dict[str, bool]:
    """As :func:`shown`, as soon as that is all forms; a test that waits in vain ends by its time limit."""
    while not all((found := shown(web)).values()):
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("double", ["next_level", "source"])
@pytest.mark.parametrize("place", ["redis", "memory before files"], indirect=True)
def test_forms_of_stale_tiles_are_shown_until_they_can_be_made_anew(
    site: Callable[[str], Site], place: str, double: str
) -> None:
    forms = f"variants: {{formats: [image/webp], double: {double}}}"
    web = site(f"{place}, {forms}, refresh: {{mode: background}}, {STAMP}")
    make_stale(web, 1000)
    before = [web.get(TILE + form) for form in ALL_FORMS]
    upstream = HeldBack(web)
    make_stale(web)

    meanwhile = [web.get(TILE + form) for form in ALL_FORMS]
    upstream.may_send.set()

    assert [answer.headers["X-Tilekeep-Cache"] for answer in meanwhile] == ["stale"] * 4
    assert [answer.data for answer in meanwhile] == [answer.data for answer in before]
    assert {answer.headers["Cache-Control"].partition(",")[0] for answer in meanwhile} == {"public"}
    assert soon_shown(web) == dict.fromkeys(ALL_FORMS, True)


@pytest.mark.parametrize("double", ["next_level", "source"])
def test_forms_of_stale_tiles_wait_for_new_ones_as_long_as_tiles_do(site: Callable[[str], Site], double: str) -> None:
    forms = f"variants: {{formats: [image/webp], double: {double}}}"
    web = site(f"{forms}, refresh: {{mode: deadline, deadline: 20}}, {STAMP}")
    make_stale(web, 1000)
    shown(web)
    web.upstream.on("/wms", plain_map)
    make_stale(web)

    assert shown(web) == dict.fromkeys(ALL_FORMS, True)


@pytest.mark.parametrize("double", ["next_level", "source"])
def test_a_failing_source_leaves_all_forms_as_they_were_at_last(site: Callable[[str], Site], double: str) -> None:
    """Also where tiles have been made anew between two invalidations, and the other forms have not."""
    web = site(f"variants: {{formats: [image/webp], double: {double}}}")
    shown(web)
    for turn in ("first", "second"):
        assert CliRunner().invoke(invalidate, [config_of(web), "--everywhere"]).exit_code == 0
        if turn == "first":
            web.upstream.on("/wms", plain_map)
            web.get(TILE + ".png")
            web.get("/tiles/a/EPSG3857/4/8/4.png")
    web.upstream.on("/wms", lambda _: Reply(status=500))

    found = shown(web)

    doubled = double == "next_level"
    assert found == {".png": True, ".webp": True, "@2x.png": doubled, "@2x.webp": doubled}
