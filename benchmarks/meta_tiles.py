"""Making a meta tile of 4 by 4 tiles with its buffer: fetch, decode, cut, encode, store, in one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import samples
from benchmarks.programs import PROGRAMS, ProgramFailed, Request, Runner
from benchmarks.table import Row
from benchmarks.upstream_use import draw
from tests.integration.support.upstream_server import UpstreamServer

_WARM_UP = 2
_ROUNDS = 15

_CONFIG = """
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], {cache}}}}}
sources: {{wms: {{type: wms, {source}req: {{url: "{url}/wms", layers: {picture}{request}}}}}}}
globals: {{image: {{paletted: {paletted}}}}}
"""

_KINDS = {
    "one colour, paletted PNG (default)": {"picture": "flat"},
    "map, paletted PNG (default)": {"picture": "map"},
    "photograph, paletted PNG (default)": {"picture": "photo"},
    "photograph, true-colour PNG": {"picture": "photo", "paletted": "false"},
    "photograph, JPEG": {"picture": "photo", "cache": "format: image/jpeg"},
    "photograph with a transparent third, mixed": {
        "picture": "coast",
        "cache": "format: mixed, request_format: image/png",
        "request": ", transparent: true",
    },
}


def measure(directory: Path) -> Iterator[Row]:
    """One row for each kind of picture; the source is a server on localhost that has its answer ready."""
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw)
        for number, (kind, options) in enumerate(_KINDS.items()):
            yield _compare(kind, _config(upstream.url, options), directory / str(number))


def _config(url: str, options: dict[str, str]) -> str:
    defaults = {"cache": "", "source": "", "request": "", "paletted": "true"}
    return _CONFIG.format(url=url, **(defaults | options))


def _compare(kind: str, config: str, directory: Path) -> Row:
    extension = "jpeg" if "image/jpeg" in config else "png"
    times: dict[str, list[float]] = {program: [] for program in PROGRAMS}
    with ExitStack() as stack:
        runners = {}
        for program in PROGRAMS:
            path = samples.write(directory / program, config)
            runners[program] = stack.enter_context(Runner(program, directory / program))
            runners[program].load(path)
        for block in range(_WARM_UP + _ROUNDS):
            for program, runner in runners.items():
                seconds = runner.time([_first_tile(block, extension)], 1)
                if block >= _WARM_UP:
                    times[program].append(1e3 * seconds)
        for program, runner in runners.items():
            _verify(runner, _first_tile(_WARM_UP, extension), directory / program)
    return Row(f"meta tile 4x4, {kind}", "ms", times)


def _first_tile(block: int, extension: str) -> Request:
    """A tile of another meta tile for each number, none at the edge of the world; TMS leaves out one level."""
    return f"/tms/1.0.0/world/EPSG3857/5/{4 * (block % 13 + 1)}/{4 * (block // 13 + 2)}.{extension}", "", {}


def _verify(runner: Runner, request: Request, directory: Path) -> None:
    answer = runner.check(request)
    stored = sum(path.is_file() and path.suffix in {".png", ".jpeg", ".mixed"} for path in directory.rglob("*"))
    if answer["status"] != "200 OK" or stored != 16 * (_WARM_UP + _ROUNDS):
        raise ProgramFailed(f"{runner.program} stored {stored} tiles and answers {request} with {answer}")
