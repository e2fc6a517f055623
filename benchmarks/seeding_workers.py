"""Filling caches by workers of several machines: here processes that share a Redis and a directory of tiles."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks import samples
from benchmarks.programs import ENVIRON, ProgramFailed, python_of
from benchmarks.table import Row, number
from tests.integration.services.process import wait_until
from tests.integration.services.redis import RedisProcess
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

_ROUNDS = 3
_SECONDS_OF_SOURCE = 0.2
_AT_A_TIME = 4
_TILES = 512

_CONFIG = """
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
globals: {{cache: {{meta_size: [1, 1], meta_buffer: 0}}}}
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: flat}}}}}}
"""

#: Eight chunks of 64 tiles.
_TASKS = """
seeds: {fill: {caches: [world], levels: [5], coverages: [west]}}
coverages: {west: {bbox: [-2.0e+7, -2.0e+7, -1.0, 2.0e+7], srs: 'EPSG:3857'}}
"""

#: Compiled files are what an installed program starts from.

_TILEKEEP = [sys.executable, "-m", "tilekeep.entrypoints.cli.main"]


def measure(directory: Path) -> Iterator[Row]:
    """A source that takes its time, asked four times at once by each machine: from its first request to its last."""
    picture = samples.picture("flat", 256, 256, "image/png")

    asked: list[float] = []

    def draw(_: Received) -> Reply:
        asked.append(time.perf_counter())
        return image_reply(picture, delay_seconds=_SECONDS_OF_SOURCE)

    rates: dict[str, list[float]] = {"mapproxy": [], "one": [], "two": []}
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw)
        for round_number in range(_ROUNDS):
            for kind, found in rates.items():
                place = _place(directory / f"{kind}-{round_number}", upstream)
                asked.clear()
                _seed(kind, place)
                found.append(_TILES / (max(asked) - min(asked) + _SECONDS_OF_SOURCE))
                stored = sum(1 for tile in place.glob("cache_data/**/*.png") if tile.is_file())
                if stored != _TILES:
                    raise ProgramFailed(f"{kind}: {stored} of {_TILES} tiles are stored")
    one, two = median(rates["one"]), median(rates["two"])
    note = f"one worker {number(one)}: two are {number(two / one)} times one; MapProxy: 4 processes on one machine"
    work = f"seed {_TILES} tiles from a source that takes 200 ms, two workers with 4 requests at a time"
    yield Row(work, "tiles/s", {"mapproxy": rates["mapproxy"], "tilekeep": rates["two"]}, note, less_is_better=False)


def _seed(kind: str, place: Path) -> None:
    files = ["-f", "mapproxy.yaml", "-s", "seed.yaml"]
    if kind == "mapproxy":
        program = str(Path(python_of("mapproxy")).with_name("mapproxy-seed"))
        _run([program, *files, "-c", str(_AT_A_TIME)], place)
        return
    with ExitStack() as stack:
        redis = stack.enter_context(RedisProcess(place))
        broker = ["--broker", f"redis://127.0.0.1:{redis.port}/0"]
        for worker in range({"one": 1, "two": 2}[kind]):
            stack.enter_context(_worker(broker, place, place / f"worker-{worker}.log"))
        _run([*_TILEKEEP, "seed", *files, *broker], place)


@contextmanager
def _worker(broker: list[str], place: Path, log: Path) -> Iterator[None]:
    """One that is there already."""
    command = [*_TILEKEEP, "worker", "-f", "mapproxy.yaml", *broker, "-c", str(_AT_A_TIME)]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=place, env=ENVIRON, stdout=output, stderr=output) as running,
    ):
        try:
            wait_until(lambda: b"fetches chunks" in log.read_bytes())
            yield
        finally:
            running.terminate()


def _run(command: list[str], place: Path) -> None:
    done = subprocess.run(command, cwd=place, env=ENVIRON, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramFailed(f"{command[0]}: {done.stderr.strip()[-500:] or done.stdout.strip()[-500:]}")


def _place(directory: Path, upstream: UpstreamServer) -> Path:
    directory.mkdir(parents=True)
    (directory / "mapproxy.yaml").write_text(_CONFIG.format(url=upstream.url))
    (directory / "seed.yaml").write_text(_TASKS)
    return directory
