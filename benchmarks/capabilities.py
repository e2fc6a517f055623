"""WMS capabilities of many layers: how long the second call and all that follow take, and what travels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import samples
from benchmarks.programs import PROGRAMS, ProgramFailed, Request, Runner
from benchmarks.table import Row

_LAYERS = 3_000
_ROUNDS = 3
_QUERY = "service=WMS&version=1.3.0&request=GetCapabilities"


def measure(directory: Path) -> Iterator[Row]:
    """Rows for the first call, the later ones, those with gzip, and the size of the body."""
    config = samples.write(directory, "\n".join(_config_lines()))
    plain: Request = ("/service", _QUERY, {})
    packed: Request = ("/service", _QUERY, {"HTTP_ACCEPT_ENCODING": "gzip"})
    with ExitStack() as stack:
        runners = {program: stack.enter_context(Runner(program, directory)) for program in PROGRAMS}
        first: dict[str, list[float]] = {}
        for program, runner in runners.items():
            runner.load(config)
            first[program] = [1e3 * runner.time([plain], 1)]
            _verify(runner, plain)
        work = f"WMS 1.3.0 capabilities, {_LAYERS:,} layers"
        yield Row(f"{work}: first call", "ms", first)
        for name, request in (("later calls", plain), ("later calls, gzip accepted", packed)):
            times = {
                program: [1e3 * runner.time([request], 1) for _ in range(_ROUNDS)]
                for program, runner in runners.items()
            }
            yield Row(f"{work}: {name}", "ms", times)
        sizes = {program: [runner.check(packed)["size"] / 1024] for program, runner in runners.items()}
        yield Row(f"{work}: body, gzip accepted", "kB", sizes)


def _verify(runner: Runner, request: Request) -> None:
    answer = runner.check(request)
    if answer["status"] != "200 OK" or answer["size"] < 100 * _LAYERS:
        raise ProgramFailed(f"{runner.program} answers {request} with {answer}")


def _config_lines() -> Iterator[str]:
    """Layers, each with a cache of its own."""
    yield "services: {wms: {md: {title: Many layers}}}"
    yield "layers:"
    for number in range(_LAYERS):
        yield f"  - {{name: layer_{number}, title: Layer number {number}, sources: [cache_{number}]}}"
    yield "caches:"
    for number in range(_LAYERS):
        yield f"  cache_{number}: {{grids: [GLOBAL_WEBMERCATOR], sources: [source_{number}]}}"
    yield "sources:"
    for number in range(_LAYERS):
        yield f"  source_{number}: {{type: wms, req: {{url: 'http://127.0.0.1:9/wms?map={number}', layers: a}}}}"
