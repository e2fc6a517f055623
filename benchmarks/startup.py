"""Large configurations: how long until the first tile, and how much memory beyond the imported code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import samples
from benchmarks.programs import PROGRAMS, ProgramFailed, Request, Runner
from benchmarks.table import Row

_SIZES = (1_000, 3_000, 10_000)
_ROUNDS = 3


class _Start(NamedTuple):
    seconds: float
    megabytes: float


def measure(directory: Path) -> Iterator[Row]:
    """Two rows for each size: seconds from the start of the process, megabytes over the bare imports."""
    for size in _SIZES:
        config, first_tile = _prepare(directory / str(size), size)
        starts: dict[str, list[_Start]] = {program: [] for program in PROGRAMS}
        for _ in range(_ROUNDS):
            for program in PROGRAMS:
                starts[program].append(_start(program, config, first_tile))
        seconds = {program: [start.seconds for start in starts[program]] for program in PROGRAMS}
        memory = {program: [start.megabytes for start in starts[program]] for program in PROGRAMS}
        work = f"start to the first tile, {size:,} layers"
        yield Row(work, "s", seconds)
        yield Row(f"{work}: memory over the imports", "MB", memory)


def _prepare(directory: Path, size: int) -> tuple[Path, Request]:
    """A configuration, and the request for a tile that the cache of its last layer holds."""
    config = samples.write(directory, "\n".join(_config_lines(size)))
    tile = directory / f"cache_data/cache_{size - 1}_EPSG3857/01/000/000/000/000/000/000.png"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(samples.tile())
    return config, (f"/tms/1.0.0/layer_{size - 1}/EPSG3857/0/0/1.png", "", {})


def _config_lines(count: int) -> Iterator[str]:
    """Layers, each with a cache and a WMS source of its own."""
    yield "services: {tms: , wmts: }"
    yield "layers:"
    for number in range(count):
        yield f"  - name: layer_{number}"
        yield f"    title: Layer number {number}"
        yield f"    sources: [cache_{number}]"
    yield "caches:"
    for number in range(count):
        yield f"  cache_{number}:"
        yield "    grids: [GLOBAL_WEBMERCATOR]"
        yield f"    sources: [source_{number}]"
    yield "sources:"
    for number in range(count):
        yield f"  source_{number}:"
        yield "    type: wms"
        yield f"    req: {{url: 'http://127.0.0.1:9/wms?map={number}', layers: layer_{number}}}"


def _start(program: str, config: Path, first_tile: Request) -> _Start:
    begin = time.perf_counter()
    with Runner(program, config.parent) as runner:
        runner.load(config)
        answer = runner.check(first_tile)
        seconds = time.perf_counter() - begin
        megabytes, modules = runner.memory()
    if answer["status"] != "200 OK" or answer["size"] != len(samples.tile()):
        raise ProgramFailed(f"{program} answers {first_tile} with {answer}")
    return _Start(seconds, megabytes - _bare(program, config.parent, modules))


def _bare(program: str, directory: Path, modules: list[str]) -> float:
    """Megabytes of a process that has imported the same modules and done nothing with them."""
    with Runner(program, directory) as runner:
        runner.import_modules(modules)
        return runner.memory()[0]
