"""What reaches the map server: connections for tiles that are not cached, requests when it fails."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import samples
from benchmarks.table import Row
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

_THREADS = 16
_DELAY_SECONDS = 0.5
_CONFIG = """
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], meta_size: {meta_size}, sources: [wms]}}}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: map}}}}}}
"""

_START: dict[str, Callable[[Path, str], Server]] = {
    "mapproxy": lambda directory, config: mapproxy(directory, config, workers=1, threads=_THREADS),
    "tilekeep": lambda directory, config: tilekeep(directory, config, workers=1, threads=_THREADS),
}


def draw(request: Received) -> Reply:
    """The picture that was asked for; ``LAYERS`` names its kind."""
    wanted = request.parameters
    size = int(wanted["width"]), int(wanted["height"])
    body = samples.picture(wanted["layers"], *size, wanted["format"])
    return Reply(body=body, headers={"Content-Type": wanted["format"]})


def connections(directory: Path) -> Iterator[Row]:
    """Eight single tiles from a server that keeps connections open, one after the other and at once."""
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw)
        counted = {name: list(_count(name, directory / name, upstream)) for name in _START}
    for at, way in enumerate(("one after the other", "all at once")):
        opened = {name: [counts[at]] for name, counts in counted.items()}
        yield Row(f"8 uncached tiles, {way}, keep-alive source", "TCP connections", opened)


def _count(name: str, directory: Path, upstream: UpstreamServer) -> Iterator[int]:
    directory.mkdir()
    with _START[name](directory, _CONFIG.format(url=upstream.url, meta_size="[1, 1]")) as server:
        for clients, row in ((1, 3), (8, 5)):
            upstream.forget()
            statuses = _get_all([_tile(server, 4, x, row) for x in range(8)], clients)
            assert [status for status, _ in statuses] == [200] * 8, (name, statuses, server.log)
            # What was opened before and is used again counts as well.
            yield len({request.connection for request in upstream.requests})


def failing(directory: Path) -> Iterator[Row]:
    """Twelve clients ask for tiles of one meta tile while the source fails after half a second."""
    asked: dict[str, list[float]] = {name: [] for name in _START}
    lasted: dict[str, list[float]] = {name: [] for name in _START}
    with UpstreamServer() as upstream:
        upstream.on("/wms", Reply(500, delay_seconds=_DELAY_SECONDS))
        for name, start in _START.items():
            (directory / name).mkdir()
            with start(directory / name, _CONFIG.format(url=upstream.url, meta_size="[4, 4]")) as server:
                for block in range(3):
                    upstream.forget()
                    tiles = [_tile(server, 4, 4 * block + x, 4 + y) for x in range(4) for y in range(3)]
                    lasted[name].append(max(seconds for _, seconds in _get_all(tiles, len(tiles))))
                    asked[name].append(float(len(upstream.requests)))
    work = f"12 clients, one meta tile, source fails after {_DELAY_SECONDS} s"
    yield Row(f"{work}: asked", "upstream requests", asked)
    yield Row(f"{work}: last answer", "s", lasted)


def _tile(server: Server, z: int, x: int, y: int) -> str:
    return f"{server.url}/tms/1.0.0/world/EPSG3857/{z}/{x}/{y}.png"


def _get_all(urls: Sequence[str], clients: int) -> list[tuple[int, float]]:
    """Status of each answer, and the seconds from the common start to it."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda url: (_status(url), time.perf_counter() - begin), urls))


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.read()
        return error.code
