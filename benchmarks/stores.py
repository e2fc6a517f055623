"""Tile stores: cached tiles as WSGI calls, and what reading and writing cost by themselves."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import samples
from benchmarks.hits import TMS_REQUESTS, compare
from benchmarks.programs import PROGRAMS, ProgramFailed, Runner, python_of
from benchmarks.table import Row
from tests.integration.services.couchdb import CouchDb
from tests.integration.services.redis import RedisProcess

_RUNNER = Path(__file__).with_name("store_runner.py")
_KINDS = ("sqlite", "mbtiles", "geopackage")
_ROUNDS = 7


def measure(directory: Path) -> Iterator[Row]:
    """For each kind of store one row of WSGI calls on one file, then rows of single operations, each on own files."""
    body = directory / "tile.png"
    body.write_bytes(samples.tile())
    for kind in _KINDS:
        yield _hits(directory / f"hits-{kind}", kind, body)
    for kind in _KINDS:
        yield from _operations(directory / f"operations-{kind}", kind, body)
    with RedisProcess(new_folder(directory / "redis")) as redis:
        yield _hits(directory / "hits-redis", "redis", body, f", port: {redis.port}, prefix: hits")
        options = f", port: {redis.port}, prefix: {{}}"
        yield from _operations(directory / "operations-redis", "redis", body, options)
    with CouchDb(new_folder(directory / "couchdb")) as couchdb:
        options = f", url: '{couchdb.url}', db_name: r{{}}"
        yield from _operations(directory / "operations-couchdb", "couchdb", body, options)


def new_folder(folder: Path) -> Path:
    """An empty folder for a server."""
    folder.mkdir(parents=True)
    return folder


def _hits(directory: Path, kind: str, body: Path, options: str = "") -> Row:
    """Both programs read the same tiles, which Tilekeep has stored."""
    config = samples.cached_in(directory, kind, options)
    _run("tilekeep", config, body, "write")
    with ExitStack() as stack:
        runners = {program: stack.enter_context(Runner(program, directory)) for program in PROGRAMS}
        for runner in runners.values():
            runner.load(config)
        return compare(f"TMS, from {kind}", runners, dict.fromkeys(PROGRAMS, TMS_REQUESTS), "200 OK")


def _operations(directory: Path, kind: str, body: Path, options: str = "") -> Iterator[Row]:
    """``options`` have a place for the name of a round, where directories do not keep rounds apart."""
    spent: dict[str, dict[str, list[float]]] = {}
    for number in range(_ROUNDS):
        for program in PROGRAMS:
            place = f"{number}-{program}"
            config = samples.cached_in(directory / place, kind, options.format(place))
            for what in ("read", "write")[::-1]:
                for clock, microseconds in _run(program, config, body, what).items():
                    spent.setdefault(f"{what} {clock}", {}).setdefault(program, []).append(microseconds)
    names = {"read": "read a tile", "write": "write 16 tiles"}
    for what, name in names.items():
        for clock, unit in (("cpu", "us CPU"), ("wall", "us")):
            yield Row(f"{kind} store: {name}", unit, spent[f"{what} {clock}"])


def _run(program: str, config: Path, body: Path, what: str) -> dict[str, float]:
    command = [python_of(program), str(_RUNNER), program, str(config), str(body), what]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise ProgramFailed(f"{program}: {done.stderr.strip().splitlines()[-1:]}")
    spent: dict[str, float] = json.loads(done.stdout)
    return spent
