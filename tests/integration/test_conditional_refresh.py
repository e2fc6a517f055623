"""Tiles that have not changed are refreshed without moving their bytes: neither from the source nor to the disk."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.test import Client

from tests.integration.support.drawing import encoded
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.adapters.storage.file import FileTileStore

HOUR = 3600.0
LEVEL = 7

CONFIG = """
services: {{tms: }}
layers:
  - {{name: tiles, title: Of a tile server, sources: [tiles]}}
  - {{name: maps, title: Of a WMS, sources: [maps]}}
caches:
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles], {common}}}
  maps: {{grids: [GLOBAL_WEBMERCATOR], sources: [maps], meta_size: [4, 4], meta_buffer: 0, {common}}}
sources:
  tiles: {{type: tile, url: "{url}/tiles?at=%(z)s/%(x)s/%(y)s", grid: GLOBAL_WEBMERCATOR}}
  maps: {{type: wms, req: {{url: "{url}/maps", layers: all}}}}
"""
COMMON = "refresh_before: {minutes: 30}, cache: {type: file, directory_layout: tms}"

TASKS = """
seeds:
  fill: {{caches: [tiles, maps], levels: [{level}]}}
  refresh: {{caches: [tiles, maps], levels: [{level}], refresh_before: {{minutes: 30}}}}
"""

#: Tiles for each request to the source.
PER_REQUEST = {"tiles": 1, "maps": 16}


@cache
def picture(width: int, height: int) -> bytes:
    return encoded(Image.effect_noise((width, height), 64), "PNG")


class Source:
    """A source whose maps never change; ``statuses`` are those of its answers."""

    def __init__(self, server: UpstreamServer) -> None:
        self.server = server
        self.statuses: Counter[int] = Counter()
        server.on("/tiles", self._answer)
        server.on("/maps", self._answer)

    def forget(self) -> None:
        self.server.forget()
        self.statuses.clear()

    def _answer(self, request: Received) -> Reply:
        tag = f'"{hashlib.md5(request.target.encode()).hexdigest()}"'
        if request.headers.get("if-none-match") == tag:
            self.statuses[304] += 1
            return Reply(304, headers={"ETag": tag})
        self.statuses[200] += 1
        wanted = request.parameters
        body = picture(int(wanted.get("width", 256)), int(wanted.get("height", 256)))
        return Reply(body=body, headers={"Content-Type": "image/png", "ETag": tag})


class Files:
    """The files of all tiles, as they were when this was made."""

    def __init__(self, directory: Path) -> None:
        tiles = sorted(directory.glob("cache_data/**/*.png"))
        self.identities = {path: (path.stat().st_ino, path.read_bytes()) for path in tiles}
        self.oldest = min((path.stat().st_mtime for path in tiles), default=math.inf)

    def grow_old(self) -> None:
        """All tiles are an hour old from now on."""
        for path in self.identities:
            os.utime(path, (time.time() - HOUR, time.time() - HOUR))


@pytest.fixture
def source() -> Iterator[Source]:
    with UpstreamServer() as server:
        yield Source(server)


@pytest.fixture
def directory(tmp_path: Path, source: Source) -> Path:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG.format(url=source.server.url, common=COMMON))
    return tmp_path


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tiles the store was given, each time."""
    counts: list[int] = []
    write = FileTileStore.write

    def counted(store: FileTileStore, tiles: Sequence[object], *rest: object) -> object:
        counts.append(len(tiles))
        return write(store, tiles, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(FileTileStore, "write", counted)
    return counts


@pytest.mark.parametrize("layer", ["tiles", "maps"])
def test_unchanged_tiles_are_refreshed_without_their_bytes(
    directory: Path, source: Source, layer: str, writes: list[int], rounds: Callable[[int, int], int]
) -> None:
    side = math.isqrt(rounds(256, 10_000))
    places = [(x, y) for x in range(side) for y in range(side)]
    client = Client(make_wsgi_app(str(directory / "mapproxy.yaml")))

    def ask_all() -> dict[tuple[int, int], bytes]:
        answers = {at: client.get(f"/tms/1.0.0/{layer}/EPSG3857/{LEVEL - 1}/{at[0]}/{at[1]}.png") for at in places}
        assert {answer.status_code for answer in answers.values()} == {200}
        return {at: answer.data for at, answer in answers.items()}

    asked = len(places) // PER_REQUEST[layer]
    first = ask_all()
    filled, sent = Files(directory), source.server.bytes_sent
    assert (source.statuses, len(filled.identities), sum(writes)) == ({200: asked}, len(places), len(places))
    filled.grow_old()
    source.forget()
    writes.clear()
    begin = time.time() - 2.0

    refreshed = ask_all()

    now = Files(directory)
    assert refreshed == first
    assert source.statuses == {304: asked}
    assert source.server.bytes_sent < 0.02 * sent
    assert writes == []
    assert now.identities == filled.identities
    assert now.oldest > begin


def test_seeding_refreshes_unchanged_tiles_without_their_bytes(
    directory: Path, source: Source, rounds: Callable[[int, int], int]
) -> None:
    level = rounds(4, LEVEL)
    (directory / "seed.yaml").write_text(TASKS.format(level=level))
    asked = 4**level + 4**level // 16
    _seed(directory, "fill")
    filled, sent = Files(directory), source.server.bytes_sent
    assert (source.statuses, len(filled.identities)) == ({200: asked}, 2 * 4**level)
    filled.grow_old()
    source.forget()
    begin = time.time() - 2.0

    _seed(directory, "refresh")

    now = Files(directory)
    assert source.statuses == {304: asked}
    assert source.server.bytes_sent < 0.02 * sent
    assert now.identities == filled.identities
    assert now.oldest > begin


def _seed(directory: Path, task: str) -> None:
    program = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "seed", "-f", "mapproxy.yaml", "-s", "seed.yaml"]
    done = subprocess.run([*program, "--seed", task], cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
