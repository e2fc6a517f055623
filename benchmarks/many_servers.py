"""Two servers of two processes each over one cache: how often they ask the source, and who has to wait for it."""

from __future__ import annotations

import http.client
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count, cycle
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from benchmarks import samples
from benchmarks.programs import PROGRAMS, ProgramFailed, python_of
from benchmarks.table import Row, number
from tests.integration.services.process import HOST, Server
from tests.integration.support.gunicorn import gunicorn
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

_MASTERS = 2
_THREADS = 32
_CLIENTS = 100
_DELAY_SECONDS = 0.5
_LONGEST_SECONDS = 120.0
# The reference makes the requests of a failing block one after the other, which takes a minute.
_FAILING_ROUNDS = {"mapproxy": 1, "tilekeep": 3}
_ROUNDS = 3

_LIMIT = 20
_SEEDERS = 4
_PEOPLE_PER_SECOND = 5.0
_PEOPLE_ASK = 60
_QUICK_SECONDS = 0.05

_picture = cache(samples.picture)

_MODULES = {
    "mapproxy": "from mapproxy.wsgiapp import make_wsgi_app\napplication = make_wsgi_app('mapproxy.yaml')\n",
    "tilekeep": "from tilekeep import make_wsgi_app\napplication = make_wsgi_app('mapproxy.yaml')\n",
}
#: What the same servers and clients need for an application that does nothing but wait.
_ONLY_WAITS = f"""
import time

def application(environ, start_response):
    time.sleep({_DELAY_SECONDS})
    start_response("200 OK", [("Content-Length", "4096")])
    return [bytes(4096)]
"""
_SEED_COMMANDS = {
    "mapproxy": ["-c", "from mapproxy.seed.script import main; main()"],
    "tilekeep": ["-m", "tilekeep.entrypoints.cli.main", "seed"],
}

_CONFIG = """
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR], meta_size: [{meta}, {meta}], meta_buffer: 0, sources: [wms]}}
  ahead: {{grids: [GLOBAL_WEBMERCATOR], meta_size: [1, 1], meta_buffer: 0, sources: [wms]}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: flat}}{http}}}}}
"""
_LIMITED = f", http: {{requests_per_second: {_LIMIT}}}"
_TASKS = "seeds: {ahead: {caches: [ahead], levels: {from: 6, to: 9}}}\n"


class _Asked(NamedTuple):
    status: int
    seconds: float


def one_for_all(directory: Path) -> Iterator[Row]:
    """All clients want tiles of one meta tile at once; the source answers, or fails, after half a second."""
    least = number(median(_waits(directory / "waits")))
    for word, reply in (("answers", None), ("fails", Reply(500, delay_seconds=_DELAY_SECONDS))):
        asked: dict[str, list[float]] = {}
        lasted: dict[str, list[float]] = {}
        for program in PROGRAMS:
            rounds = list(_crowds(program, directory / f"{program}-{word}", reply))
            asked[program] = [requests for requests, _ in rounds]
            lasted[program] = [seconds / _DELAY_SECONDS for _, seconds in rounds]
        work = f"{_CLIENTS} clients over {_MASTERS}x2 processes, one meta tile, source {word} after {_DELAY_SECONDS} s"
        yield Row(f"{work}: asked", "upstream requests", asked)
        note = f"{least} x with an application that only waits"
        yield Row(f"{work}: last answer", "x upstream's time", lasted, note=note)


def _waits(directory: Path) -> Iterator[float]:
    """Of each round how many times the delay the last answer took."""
    directory.mkdir()
    with ExitStack() as stack:
        servers = _gunicorns(directory, _ONLY_WAITS, python_of("tilekeep"), stack)
        _warm_up(servers)
        for _ in range(_ROUNDS):
            yield max(answer.seconds for answer in _all_at_once(servers, ["/"])) / _DELAY_SECONDS


def _crowds(program: str, directory: Path, failure: Reply | None) -> Iterator[tuple[float, float]]:
    """Of each round the requests that reached the source, and the seconds to the last answer."""

    def slowly(request: Received) -> Reply:
        if failure is not None:
            return failure
        return _map(request, _DELAY_SECONDS)

    with UpstreamServer() as upstream, ExitStack() as stack:
        upstream.on("/wms", slowly)
        servers = _servers(program, directory, _CONFIG.format(url=upstream.url, meta=4, http=""), stack)
        _warm_up(servers)
        for block in range(_ROUNDS if failure is None else _FAILING_ROUNDS[program]):
            upstream.forget()
            tiles = [_tile(5, 4 * block + x, y) for x in range(4) for y in range(4)]
            answers = _all_at_once(servers, tiles)
            good = [answer.status == 200 for answer in answers]
            if failure is None and not all(good):
                raise ProgramFailed(f"{program} answered {[a.status for a in answers]}: {servers[0].log[-2000:]}")
            yield float(len(upstream.requests)), max(answer.seconds for answer in answers)


def _all_at_once(servers: Sequence[Server], tiles: Sequence[str]) -> list[_Asked]:
    """One answer for each client; all have a connection before the first of them asks."""
    start = threading.Barrier(_CLIENTS)

    def ask(number: int) -> _Asked:
        connection = _connection(servers[number % len(servers)])
        connection.connect()
        start.wait(_LONGEST_SECONDS)
        return _asked(connection, tiles[number % len(tiles)])

    with ThreadPoolExecutor(_CLIENTS) as pool:
        return list(pool.map(ask, range(_CLIENTS)))


def people_first(directory: Path) -> Iterator[Row]:
    """The time of answers for people while others seed from the same limited source, and while nobody does."""
    worse: dict[str, list[float]] = {}
    notes = []
    for program in PROGRAMS:
        alone, beside, most = _with_and_without_seeding(program, directory / program)
        worse[program] = [beside / alone]
        times = f"{number(1000 * alone)} and {number(1000 * beside)} ms"
        notes.append(f"{program}: p95 {times}, at most {most} requests in a second")
    pace = f"{_PEOPLE_PER_SECOND:g} uncached tiles a second, limit of {_LIMIT} requests/s"
    work = f"{pace}, {_SEEDERS} processes seeding: p95"
    yield Row(work, "x without seeding", worse, note=f"MapProxy knows no such limit; {'; '.join(notes)}")


def _with_and_without_seeding(program: str, directory: Path) -> tuple[float, float, int]:
    """The 95th percentile in seconds without and with seeding, and the most requests in a second of the source."""
    arrivals: list[float] = []

    def quickly(request: Received) -> Reply:
        arrivals.append(time.monotonic())
        return _map(request, _QUICK_SECONDS)

    with UpstreamServer() as upstream, ExitStack() as stack:
        upstream.on("/wms", quickly)
        config = _CONFIG.format(url=upstream.url, meta=1, http=_LIMITED if program == "tilekeep" else "")
        servers = _servers(program, directory, config, stack)
        (directory / "seed.yaml").write_text(_TASKS)
        _warm_up(servers)
        places = (_tile(12, x, 7) for x in count())
        alone = _p95(_people(servers, [next(places) for _ in range(_PEOPLE_ASK)]))
        with _seeding(program, directory):
            _until(arrivals, len(arrivals) + 2 * _LIMIT)
            arrivals.clear()
            beside = _p95(_people(servers, [next(places) for _ in range(_PEOPLE_ASK)]))
            return alone, beside, _most_in_a_second(arrivals)


def _people(servers: Sequence[Server], tiles: Sequence[str]) -> list[_Asked]:
    """Requests at an even pace, however long the answers take."""
    begin = time.monotonic()

    def ask(numbered: tuple[int, tuple[str, Server]]) -> _Asked:
        place, (tile, server) = numbered
        time.sleep(max(0.0, begin + place / _PEOPLE_PER_SECOND - time.monotonic()))
        return _asked(_connection(server), tile)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, enumerate(zip(tiles, cycle(servers), strict=False))))
    if {answer.status for answer in answers} != {200}:
        raise ProgramFailed(f"answers {[answer.status for answer in answers]}: {servers[0].log[-2000:]}")
    return answers


@contextmanager
def _seeding(program: str, directory: Path) -> Iterator[None]:
    """Four processes seed inside the context; there is more to do than it lasts."""
    command = [python_of(program), *_SEED_COMMANDS[program], "-f", "mapproxy.yaml", "-s", "seed.yaml"]
    with (directory / "seed.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "-c", str(_SEEDERS)], cwd=directory, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield
            if process.poll() is not None:
                raise ProgramFailed(f"seeding ended too early: {(directory / 'seed.log').read_text()[-2000:]}")
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until(arrivals: Sequence[float], wanted: int) -> None:
    """Returns when the source has been asked that often."""
    end = time.monotonic() + _LONGEST_SECONDS
    while len(arrivals) < wanted:
        if time.monotonic() > end:
            raise ProgramFailed("nothing was seeded")
        time.sleep(0.05)


def _most_in_a_second(arrivals: Sequence[float]) -> int:
    """The most that arrived in any second."""
    instants = sorted(arrivals)
    return max(
        (sum(1 for other in instants[at:] if other < first + 1.0) for at, first in enumerate(instants)), default=0
    )


def _p95(answers: Sequence[_Asked]) -> float:
    return quantiles([answer.seconds for answer in answers], n=20)[-1]


def _map(request: Received, delay_seconds: float) -> Reply:
    """The map that was asked for; drawing it takes no time but for the first of its size."""
    wanted = request.parameters
    body = _picture(wanted["layers"], int(wanted["width"]), int(wanted["height"]), wanted["format"])
    return Reply(body=body, headers={"Content-Type": wanted["format"]}, delay_seconds=delay_seconds)


def _servers(program: str, directory: Path, config: str, stack: ExitStack) -> list[Server]:
    directory.mkdir()
    (directory / "mapproxy.yaml").write_text(config)
    return _gunicorns(directory, _MODULES[program], python_of(program), stack)


def _gunicorns(directory: Path, module: str, python: str, stack: ExitStack) -> list[Server]:
    return [
        stack.enter_context(gunicorn(directory, module, workers=2, threads=_THREADS, python=python))
        for _ in range(_MASTERS)
    ]


def _warm_up(servers: Sequence[Server]) -> None:
    """Every process has most likely answered once."""
    for place in range(16):
        _asked(_connection(servers[place % len(servers)]), _tile(3, 0, 0))


def _connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(HOST, server.port, timeout=_LONGEST_SECONDS)


def _asked(connection: http.client.HTTPConnection, path: str) -> _Asked:
    begin = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return _Asked(answer.status, time.perf_counter() - begin)


def _tile(z: int, x: int, y: int) -> str:
    return f"/tms/1.0.0/world/EPSG3857/{z}/{x}/{y}.png"
