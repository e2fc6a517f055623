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
_NESTED_LAYERS = 200
_NESTED_CACHES = 100
_REFERENCES = 10


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
    yield _nested(directory / "nested")


def _nested(directory: Path) -> Row:
    """Caches that are made of ten others each, which MapProxy follows again and again."""
    config = samples.write(directory, "\n".join(_nested_lines()))
    starts: dict[str, list[float]] = {program: [] for program in PROGRAMS}
    for program in PROGRAMS:
        for _ in range(1 if program == "mapproxy" else _ROUNDS):
            begin = time.perf_counter()
            with Runner(program, directory) as runner:
                runner.load(config)
                starts[program].append(time.perf_counter() - begin)
    work = f"start, {_NESTED_LAYERS} layers and {_NESTED_CACHES} caches of {_REFERENCES} others each"
    return Row(work, "s", starts, note="MapProxy started once")


def _nested_lines() -> Iterator[str]:
    yield "services: {wms: , tms: , wmts: }"
    yield "layers:"
    for number in range(_NESTED_LAYERS):
        yield f"  - {{name: layer_{number}, title: Layer {number}, sources: [cache_{number % _NESTED_CACHES}]}}"
    yield "caches:"
    for number in range(_NESTED_CACHES):
        # The ten before it; the first ones have a source.
        others = [f"cache_{other}" for other in range(max(0, number - _REFERENCES), number)]
        sources = ", ".join(others if len(others) == _REFERENCES else ["wms"])
        yield f"  cache_{number}: {{grids: [{_nested_grid(number)}], sources: [{sources}]}}"
    yield 'sources: {wms: {type: wms, req: {url: "http://127.0.0.1:9/", layers: a}}}'


def _nested_grid(number: int) -> str:
    return ("GLOBAL_WEBMERCATOR", "GLOBAL_GEODETIC")[number % 2]


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
