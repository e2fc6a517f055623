"""Filling caches ahead of requests: whole runs of both commands, from the start of the process to its end."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from benchmarks import samples
from benchmarks.programs import ENVIRON, PROGRAMS, ProgramFailed, python_of
from benchmarks.table import Row
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

_ROUNDS = 3

#: Kinds of pictures with the options of their caches, by how people call them.
_KINDS = {
    "flat": ("flat", ""),
    "photographic, paletted": ("photo", ""),
    "photographic, true colour": ("photo", ", image: {mode: RGB, colors: 0}"),
    "photographic, JPEG": ("photo", ", format: image/jpeg"),
}

_CONFIG = """
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]{options}}}}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: {picture}}}}}}}
"""

_TASKS = """
seeds:
  fill: {{caches: [world], levels: {{to: {level}}}}}
  refresh: {{caches: [world], levels: {{to: 10}}, refresh_before: {{time: 2001-01-01T00:00:00}}}}
"""

_COMMANDS = {
    "mapproxy": lambda: [str(Path(python_of("mapproxy")).with_name("mapproxy-seed"))],
    "tilekeep": lambda: [str(Path(python_of("tilekeep")).with_name("tilekeep")), "seed"],
}


@cache
def _picture(kind: str, width: int, height: int, media_type: str) -> bytes:
    return samples.picture(kind, width, height, media_type)


def _draw(request: Received) -> Reply:
    """The picture that was asked for, without delay."""
    wanted = request.parameters
    size = int(wanted["width"]), int(wanted["height"])
    return image_reply(_picture(wanted["layers"], *size, wanted["format"]), wanted["format"])


def measure(directory: Path) -> Iterator[Row]:
    """Flat tiles with one and four workers, photographs with four, a full cache, and a nearly empty one.

    Of 1,365 tiles the start of the program is a good part; of 5,461 it is a small one, as when people seed.
    """
    with UpstreamServer() as upstream:
        upstream.on("/wms", _draw)
        for workers in (1, 4):
            yield _filled(directory / f"flat-{workers}", upstream, "flat", 6, workers)
        for level in (5, 6):
            for kind in list(_KINDS)[1:]:
                yield _filled(directory / f"{kind}-{level}", upstream, kind, level, 4)
        yield _again(directory / "again", upstream, "seed again over 5,461 tiles", 6, ["--seed", "fill"])
        only_existing = ["--seed", "refresh", "--skip-uncached"]
        yield _again(directory / "existing", upstream, "refresh only existing, 85 tiles, to level 10", 3, only_existing)


def _filled(directory: Path, upstream: UpstreamServer, kind: str, level: int, workers: int) -> Row:
    tiles = sum(4**z for z in range(level + 1))
    rates: dict[str, list[float]] = {program: [] for program in PROGRAMS}
    for number in range(_ROUNDS):
        for program in PROGRAMS:
            place = _place(directory / f"{program}-{number}", upstream, kind, level)
            seconds = _seconds(program, place, ["--seed", "fill", "-c", str(workers)])
            stored = sum(1 for _ in place.glob("cache_data/**/*.*g") if not _.is_dir())
            if stored < tiles:
                raise ProgramFailed(f"{program} stored {stored} of {tiles} tiles")
            rates[program].append(tiles / seconds)
    work = f"seed {tiles:,} {kind} tiles, {workers} worker{'s' if workers > 1 else ''}"
    return Row(work, "tiles/s", rates, less_is_better=False)


def _again(directory: Path, upstream: UpstreamServer, work: str, level: int, arguments: Sequence[str]) -> Row:
    """Runs over a cache that has been filled."""
    times: dict[str, list[float]] = {program: [] for program in PROGRAMS}
    places = {program: _place(directory / program, upstream, "flat", level) for program in PROGRAMS}
    for program, place in places.items():
        _seconds(program, place, ["--seed", "fill", "-c", "4"])
    for _ in range(_ROUNDS):
        for program, place in places.items():
            times[program].append(_seconds(program, place, arguments))
    return Row(work, "s", times)


def _place(directory: Path, upstream: UpstreamServer, kind: str, level: int) -> Path:
    picture, options = _KINDS[kind]
    directory.mkdir(parents=True)
    (directory / "mapproxy.yaml").write_text(_CONFIG.format(url=upstream.url, picture=picture, options=options))
    (directory / "seed.yaml").write_text(_TASKS.format(level=level))
    return directory


def _seconds(program: str, place: Path, arguments: Sequence[str]) -> float:
    command = [*_COMMANDS[program](), "-f", "mapproxy.yaml", "-s", "seed.yaml", *arguments]
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=place, env=ENVIRON, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise ProgramFailed(f"{program}: {done.stderr.strip()[-500:] or done.stdout.strip()[-500:]}")
    return seconds
