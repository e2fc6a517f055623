"""The same life for every store: filled by MapProxy, then by Tilekeep, aged, renewed, written by one who is killed.

At each stage the account equals a full listing, and the verdict on each tile is the one that its story calls for.  To
have another store live through it, add it to ``STORES``, or to ``PLACES`` if it is behind a network.
"""

from __future__ import annotations

import io
import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.contract.processes import forked, kill, signals
from tests.integration.mapproxy_databases import MapProxyCache
from tests.integration.services.azurite import connection_string
from tests.integration.services.couchdb import CouchDb
from tests.integration.services.process import Server
from tests.integration.services.redis import RedisProcess
from tests.integration.services.s3_clients import ENVIRONMENT
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.key_value_caches import couchdb_place, redis_place
from tests.integration.support.object_places import Bucket, Container
from tilekeep.config.assemble.cache_parts import StoredCache
from tilekeep.config.assemble.caches import CacheAssembly
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.ledger import Count, counted, together
from tilekeep.domain.staleness import FixedLimit, StalenessPolicy, Verdict
from tilekeep.domain.tile import NewTile, TileCoord, TileKey, Validators

LEVELS = 10
LONG_AGO = 1_400_000_000.0
VALIDATORS = Validators('"abc"', None)
IN_TIME = (("time", "2024-01-01"),)

#: Tiles that nobody has marked stale and nobody has stored since then are stale.
POLICY = StalenessPolicy(FixedLimit(1_500_000_000.0))

RESOURCES = ProcessResources()


@dataclass(frozen=True, slots=True)
class Kind:
    """A store to be tried.

    :ivar cache: the options of its cache.
    :ivar opens: files that are opened to read a tile of it, beside what stays open.
    :ivar statements: statements of SQL by which a tile of it is read.
    :ivar knows_times: whether MapProxy tells when it has stored a tile.
    :ivar notices_changes: whether it is known when MapProxy has stored a tile since Tilekeep has.
    :ivar gdal: the file by which GDAL opens it, or None.
    """

    cache: str
    opens: int = 0
    statements: int = 0
    knows_times: bool = True
    notices_changes: bool = True
    gdal: str | None = None


STORES = {
    "file": Kind("{type: file}", opens=1),
    "sqlite": Kind("{type: sqlite}", statements=1),
    "mbtiles": Kind("{type: mbtiles}", statements=1, knows_times=False, gdal="cache_data/a.mbtiles"),
    "sqlite-sharing": Kind("{type: sqlite, share_identical_images: true}", statements=1),
    "mbtiles-sharing": Kind(
        "{type: mbtiles, share_identical_images: true}", statements=1, knows_times=False, gdal="cache_data/a.mbtiles"
    ),
    "geopackage": Kind("{type: geopackage}", statements=1, knows_times=False, gdal="cache_data/a.gpkg"),
    "geopackage-levels": Kind(
        "{type: geopackage, levels: true}", statements=1, knows_times=False, gdal="cache_data/a/G/4.gpkg"
    ),
    "compact-1": Kind("{type: compact, version: 1}", opens=2),
    "compact-2": Kind("{type: compact, version: 2, directory: ./bundles/_alllayers}", opens=1, gdal="bundles/conf.xml"),
}


def _in_bucket(server: Server) -> Kind:
    bucket = Bucket(server, f"lives-{next(_NUMBERS)}").name
    return Kind(f"{{type: s3, bucket_name: {bucket}, endpoint_url: '{server.url}'}}")


def _in_container(server: Server) -> Kind:
    container = Container(server, f"lives-{next(_NUMBERS)}").name
    return Kind(f"{{type: azureblob, container_name: {container}, connection_string: '{connection_string(server)}'}}")


def _in_redis(server: RedisProcess) -> Kind:
    """Where tiles expire, those of other programs are as old as what is left says, to some milliseconds."""
    cache = f"{{type: redis, {redis_place(server.port).options}, default_ttl: 0}}"
    return Kind(cache, knows_times=False, notices_changes=False)


def _in_couchdb(server: CouchDb) -> Kind:
    return Kind(f"{{type: couchdb, {couchdb_place(server.url).options}}}")


_NUMBERS = itertools.count()

#: S3 of a server that checks signatures and keeps what it has on disk, which takes it minutes.
SIGNED = "s3-signed"

#: Fixtures of servers, and what makes a cache in a new place there.
PLACES: dict[str, tuple[str, Callable[[Any], Kind]]] = {
    "s3": ("moto_server", _in_bucket),
    SIGNED: ("swift_server", _in_bucket),
    "azureblob": ("azurite_server", _in_container),
    "redis": ("redis_server", _in_redis),
    "couchdb": ("couchdb", _in_couchdb),
}

CONFIG = """
services: {{tms: }}
layers: [{{name: a, title: A, tile_sources: [a], dimensions: {{time: {{values: ['2024-01-01']}}}}}}]
caches: {{a: {{grids: [G], sources: [], cache: {cache}}}}}
grids: {{G: {{srs: 'EPSG:3857', origin: nw, num_levels: 10}}}}
"""

#: How GDAL knows what bundles are; see ``test_compact_caches_in_gdal.py``.
CONF = """\
<?xml version="1.0" encoding="utf-8"?>
<CacheInfo>
  <TileCacheInfo>
    <SpatialReference><WKID>3857</WKID><LatestWKID>3857</LatestWKID></SpatialReference>
    <TileOrigin><X>-20037508.342789244</X><Y>20037508.342789244</Y></TileOrigin>
    <TileCols>256</TileCols><TileRows>256</TileRows>
    <LODInfos>{levels}</LODInfos>
  </TileCacheInfo>
  <TileImageInfo><CacheTileFormat>PNG</CacheTileFormat></TileImageInfo>
  <CacheStorageInfo>
    <StorageFormat>esriMapCacheStorageModeCompactV2</StorageFormat><PacketSize>128</PacketSize>
  </CacheStorageInfo>
</CacheInfo>
"""
LEVEL = "<LODInfo><LevelID>{z}</LevelID><Scale>{scale}</Scale><Resolution>{resolution}</Resolution></LODInfo>"


def picture(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (256, 256), color).save(out, "PNG")
    return out.getvalue()


RED, BLUE = picture("red"), picture("blue")

#: A level of one cell, and a corner where four cells meet.
BY_MAPPROXY = [TileCoord(4, x, y) for x in range(4) for y in range(4)]
BY_MAPPROXY += [TileCoord(8, x, y) for x in range(62, 67) for y in range(62, 67)]
BY_TILEKEEP = [TileKey(TileCoord(8, x, y)) for x in range(65, 70) for y in range(65, 70)]
BY_TILEKEEP += [TileKey(TileCoord(9, x, y), IN_TIME) for x in range(3) for y in range(3)]
BY_TILEKEEP += [TileKey(TileCoord(9, 500, y)) for y in range(3)]


class Life:
    """A store, what is known of it, and what is expected of its tiles."""

    def __init__(self, directory: Path, kind: Kind) -> None:
        self.directory = directory
        self.kind = kind
        self.config = directory / "mapproxy.yaml"
        self.config.write_text(CONFIG.format(cache=kind.cache))
        self.mapproxy = MapProxyCache(self.config)
        self.container, self.stored = self.assembled()
        self.store = self.stored.store
        self.expected: dict[TileKey, tuple[Verdict, int]] = {}

    def assembled(self) -> tuple[TilekeepContainer, StoredCache]:
        container = checked_container(load_settings(str(self.config), variables={}))
        RESOURCES.keep(container.adapters.sqlite_connections())
        RESOURCES.keep(container.adapters.journals())
        RESOURCES.keep(container.adapters.service_transfers())
        RESOURCES.keep(container.adapters.object_workers())
        assembly: CacheAssembly = container.use_cases.caches()
        return container, next(assembly.stores())

    def write(self, keys: list[TileKey], body: bytes, at: float) -> None:
        self.store.write([NewTile(key, body, "image/png", VALIDATORS) for key in keys], at)
        self.expect(keys, Verdict.FRESH, len(body))

    def expect(self, keys: list[TileKey], verdict: Verdict, size: int) -> None:
        self.expected.update(dict.fromkeys(keys, (verdict, size)))

    def check(self, *, scan: bool = False) -> None:
        """The account equals a full listing, and every tile is what its story calls for."""
        assert self.stored.settle is not None
        account = self.stored.settle(scan=scan)

        assert dict(account.levels) == self.listed()
        assert account.unsettled == 0
        assert self.verdicts() == self.expected

    def listed(self) -> Mapping[int, Count]:
        found = {z: together(counted(self.store.list(z)).values()) for z in range(LEVELS)}
        return {z: count for z, count in found.items() if count is not None}

    def verdicts(self) -> dict[TileKey, tuple[Verdict, int]]:
        """Of all that is listed; reading and looking up come to the same."""
        listed = dict(itertools.chain.from_iterable(self.store.list(z) for z in range(LEVELS)))
        found = {key: POLICY.judge(info, time.time()) for key, info in listed.items()}
        known = self.store.stat_many(list(listed))
        assert {key: POLICY.judge(known.get(key), time.time()) for key in listed} == found
        read = self.store.read_many(list(listed))
        assert {key: POLICY.judge(read[key].info, time.time()) for key in listed} == found
        return {key: (verdict, listed[key].size) for key, verdict in found.items()}


@pytest.fixture(params=[*STORES, *PLACES])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, rounds: Callable[[bool, bool], bool]) -> Kind:
    if request.param in STORES:
        return STORES[request.param]
    if request.param == SIGNED and not rounds(False, True):
        pytest.skip("make soak runs it")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING", raising=False)
    fixture, kind = PLACES[request.param]
    return kind(request.getfixturevalue(fixture))


@pytest.fixture
def life(kind: Kind, tmp_path: Path) -> Life:
    return Life(tmp_path, kind)


@pytest.fixture
def written(life: Life) -> Life:
    """By Tilekeep alone."""
    life.write(BY_TILEKEEP, BLUE, time.time())
    return life


@pytest.fixture
def filled(life: Life) -> Life:
    """By MapProxy, then by Tilekeep."""
    life.mapproxy.store(BY_MAPPROXY, RED)
    fresh = Verdict.FRESH if life.kind.knows_times else Verdict.STALE
    life.expect([TileKey(coord) for coord in BY_MAPPROXY], fresh, len(RED))
    life.check()
    life.write(BY_TILEKEEP, BLUE, time.time())
    return life


def test_the_account_equals_a_full_listing_at_every_stage(filled: Life) -> None:
    life = filled
    life.check()

    aged = sorted(life.expected)[::2]
    life.store.renew(aged[::2], LONG_AGO, None)
    life.store.mark_stale(aged[1::2])
    for key in aged:
        life.expect([key], Verdict.STALE, life.expected[key][1])
    life.check()

    renewed = aged[::3]
    life.store.renew(renewed, time.time(), Validators('"newer"', None))
    for key in renewed:
        life.expect([key], Verdict.FRESH, life.expected[key][1])
    life.check()

    life.store.remove(aged[1:4])
    for key in aged[1:4]:
        life.expected.pop(key, None)
    life.check()

    life.store.remove_level(9, older_than=LONG_AGO + 1)
    for key, (verdict, _) in list(life.expected.items()):
        if key.coord.z == 9 and verdict is Verdict.STALE:
            del life.expected[key]
    life.check()


def test_mapproxy_reads_everything_and_what_it_changes_is_seen_by_a_scan(filled: Life) -> None:
    life = filled
    plain = [key for key in life.expected if not key.dimensions]
    assert life.mapproxy.load([key.coord for key in plain]) == [
        BLUE if life.expected[key][1] == len(BLUE) and key in BY_TILEKEEP else RED for key in plain
    ]

    more = [TileCoord(8, x, 100) for x in range(5)]
    life.mapproxy.store(more, RED)
    verdict = Verdict.FRESH if life.kind.notices_changes else Verdict.STALE
    life.expect([TileKey(coord) for coord in more], verdict, len(RED))
    life.check(scan=True)


def test_a_writer_that_is_killed_leaves_an_account_that_equals_a_listing(
    written: Life, rounds: Callable[[int, int], int]
) -> None:
    life = written
    keys = [TileKey(TileCoord(6, x, y)) for x in range(60, 64) for y in range(60, 64)]
    before = dict(life.expected)

    for _ in range(rounds(3, 200)):
        with signals() as (tell, await_):

            def work(tell: Callable[[], None] = tell) -> None:
                _, own = life.assembled()
                tell()
                for number in itertools.count():
                    batch = random.sample(keys, 4)
                    own.store.write([NewTile(key, (RED, BLUE)[number % 2], "image/png") for key in batch], time.time())
                    own.store.remove(batch[:1])

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.03))
            kill(child)

        life.expected = before | {
            key: verdict for key, verdict in life.verdicts().items() if key.coord.z == 6 and key in keys
        }
        life.check()


def test_nothing_beside_the_tile_is_read_on_a_hit(written: Life) -> None:
    life = written
    key = BY_TILEKEEP[0]
    life.check()
    assert life.store.read(key) is not None

    with opened_files() as opened, statements_of(life.container) as statements:
        tile = life.store.read(key)

    assert tile is not None
    assert tile.body == BLUE
    assert len(opened) == life.kind.opens, opened
    assert not any("tilekeep_ledger" in path for path in opened)
    assert len(statements) == life.kind.statements, statements


def test_gdal_opens_the_store(
    kind: Kind, request: pytest.FixtureRequest, require_program: Callable[[str], Path]
) -> None:
    if kind.gdal is None:
        pytest.skip("GDAL has no driver for it")
    life: Life = request.getfixturevalue("filled")
    program = str(require_program("gdalinfo"))
    if kind.gdal.endswith("conf.xml"):
        formats = subprocess.run([program, "--formats"], capture_output=True, text=True, check=True).stdout
        if "ESRIC" not in formats:
            pytest.skip("this GDAL has no driver for compact caches")
        resolutions = [(z, 156543.03392804097 / (1 << z)) for z in range(LEVELS)]
        levels = "".join(LEVEL.format(z=z, scale=each / 0.00028, resolution=each) for z, each in resolutions)
        (life.directory / kind.gdal).write_text(CONF.format(levels=levels))
    life.store.renew(BY_TILEKEEP, LONG_AGO, VALIDATORS)

    done = subprocess.run(
        [program, "-json", str(life.directory / kind.gdal)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"][0] >= 256


def test_the_command_line_says_what_is_stored(written: Life) -> None:
    life = written

    done = tilekeep_command("caches", "mapproxy.yaml", "--json", directory=life.directory)

    assert done.returncode == 0, done.stderr
    (cache,) = json.loads(done.stdout)
    listed = life.listed()
    assert {each["level"]: (each["tiles"], each["bytes"]) for each in cache["levels"]} == {
        z: (count.tiles, count.size) for z, count in listed.items()
    }
    assert cache["tiles"] == sum(count.tiles for count in listed.values()) == len(life.expected)
    assert cache["changing"] == 0


_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event == "open" and isinstance(arguments[0], str | bytes):
        path = arguments[0]
        _watched.append(path if isinstance(path, str) else path.decode())


sys.addaudithook(_watch)


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """The paths that this process opens meanwhile."""
    global _watched  # noqa: PLW0603 - an audit hook stays for good
    _watched = []
    try:
        yield _watched
    finally:
        _watched = None


@contextmanager
def statements_of(container: TilekeepContainer) -> Iterator[list[str]]:
    """What is asked of open databases meanwhile."""
    seen: list[str] = []
    idle = container.adapters.sqlite_connections()._idle
    connections = [database.connection for databases in idle.values() for database in databases]
    for connection in connections:
        connection.set_trace_callback(seen.append)
    try:
        yield seen
    finally:
        for connection in connections:
            connection.set_trace_callback(None)
