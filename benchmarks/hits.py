"""Cached tiles as WSGI calls in one thread: what the program itself costs, without a server around it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import samples
from benchmarks.programs import PROGRAMS, ProgramFailed, Request, Runner
from benchmarks.table import Row

_ROUNDS = 9
_LOOPS = 4
_SIDE = range(8, 24)


def measure(directory: Path) -> Iterator[Row]:
    """One row for each way to ask for a tile; both programs read the same cache."""
    config = samples.cached_map(directory)
    with ExitStack() as stack:
        runners = {program: stack.enter_context(Runner(program, directory)) for program in PROGRAMS}
        for runner in runners.values():
            runner.load(config)
        for work, requests in _WAYS.items():
            yield compare(work, runners, dict.fromkeys(PROGRAMS, requests), "200 OK")
        unchanged = {program: _conditional(runner) for program, runner in runners.items()}
        yield compare("TMS, If-None-Match: 304", runners, unchanged, "304")


def compare(work: str, runners: dict[str, Runner], requests: dict[str, list[Request]], status: str) -> Row:
    """A row for ``requests``, all of which are to be answered with a tile, or with ``status`` 304 without."""
    for program, runner in runners.items():
        _verify(runner, requests[program][0], status)
        runner.time(requests[program], 1)
    times: dict[str, list[float]] = {program: [] for program in PROGRAMS}
    for _ in range(_ROUNDS):
        for program, runner in runners.items():
            times[program].append(1e6 * runner.time(requests[program], _LOOPS))
    return Row(f"cached tile, {work}", "us", times)


def _verify(runner: Runner, request: Request, status: str) -> None:
    answer = runner.check(request)
    expected = hashlib.sha256(samples.tile() if status.startswith("200") else b"").hexdigest()
    if not answer["status"].startswith(status) or answer["sha256"] != expected:
        raise ProgramFailed(f"{runner.program} answers {request} with {answer}")


def _conditional(runner: Runner) -> list[Request]:
    etag = runner.check(_tms(8, 8))["headers"]["etag"]
    return [(path, query, {"HTTP_IF_NONE_MATCH": etag}) for path, query, _ in [_tms(8, 8)]] * len(_SIDE) ** 2


def _tms(x: int, y: int) -> Request:
    # TMS leaves out the level with a single tile, hence one less.
    return f"/tms/1.0.0/world/EPSG3857/{samples.LEVEL - 1}/{x}/{y}.png", "", {}


def _wmts_rest(x: int, y: int) -> Request:
    return f"/wmts/world/GLOBAL_WEBMERCATOR/{samples.LEVEL}/{x}/{y}.png", "", {}


def _wmts_kvp(x: int, y: int) -> Request:
    where = {"TileMatrixSet": "GLOBAL_WEBMERCATOR", "TileMatrix": samples.LEVEL, "TileRow": y, "TileCol": x}
    what = {"Service": "WMTS", "Request": "GetTile", "Version": "1.0.0", "Layer": "world", "Style": "default"}
    return "/service", urlencode({**what, **where, "Format": "image/png"}), {}


def _wms_c(x: int, y: int) -> Request:
    half = 20037508.342789244
    side = 2 * half / 2**samples.LEVEL
    box = [-half + x * side, half - (y + 1) * side, -half + (x + 1) * side, half - y * side]
    what = {"SERVICE": "WMS", "VERSION": "1.1.1", "REQUEST": "GetMap", "LAYERS": "world", "STYLES": ""}
    where = {"SRS": "EPSG:3857", "BBOX": ",".join(map(str, box)), "WIDTH": 256, "HEIGHT": 256}
    return "/service", urlencode({**what, **where, "FORMAT": "image/png", "TILED": "true"}), {}


_WAYS = {
    work: [way(x, y) for x in _SIDE for y in _SIDE]
    for work, way in {"TMS": _tms, "WMTS REST": _wmts_rest, "WMTS KVP": _wmts_kvp, "WMS-C": _wms_c}.items()
}

TMS_REQUESTS = _WAYS["TMS"]
