"""Tile stores: cached tiles as WSGI calls, and what reading and writing cost by themselves.

Services too, which run beside: only what reading and writing cost the client.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import samples
from benchmarks.hits import TMS_REQUESTS, compare
from benchmarks.object_places import object_places
from benchmarks.programs import PROGRAMS, ProgramFailed, Runner, python_of
from benchmarks.table import Row
from tests.integration.services.couchdb import CouchDb
from tests.integration.services.redis import RedisProcess
from tests.integration.services.s3_clients import ENVIRONMENT

_RUNNER = Path(__file__).with_name("store_runner.py")
_KINDS = ("sqlite", "mbtiles", "geopackage")
_ROUNDS = 7
#: A write-ahead log goes into its database after some sixty blocks, which is a part of what each of them costs.
_BLOCKS = {"write": 320, "read": 64}

#: Requests over the network take longer, and differ less from each other.
_SERVICE_ROUNDS = 3
_SERVICE_BLOCKS = {"write": 8, "read": 8}


def measure(directory: Path) -> Iterator[Row]:
    """For each kind of store one row of WSGI calls on one file, then rows of single operations, each on own files.

    Of stores on services the rows of operations, each program with a bucket or container of its own.
    """
    body = directory / "tile.png"
    body.write_bytes(samples.tile())
    for kind in _KINDS:
        yield _hits(directory / f"hits-{kind}", kind, body)
    for kind in _KINDS:
        yield from _operations(directory / f"operations-{kind}", kind, body)
    with RedisProcess(new_folder(directory / "redis")) as redis:
        yield _hits(directory / "hits-redis", f"redis, port: {redis.port}, prefix: hits", body)
        yield from _operations(
            directory / "operations-redis", "redis", body, lambda name: f"port: {redis.port}, prefix: {name}"
        )
    with CouchDb(new_folder(directory / "couchdb")) as couchdb:
        yield from _operations(
            directory / "operations-couchdb", "couchdb", body, lambda name: f"url: '{couchdb.url}', db_name: {name}"
        )
    with ExitStack() as stack:
        for kind, place in object_places(stack, directory).items():
            yield from _operations(directory / f"operations-{kind}", kind, body, place)


def new_folder(folder: Path) -> Path:
    """An empty folder for a server."""
    folder.mkdir(parents=True)
    return folder


def _hits(directory: Path, kind: str, body: Path) -> Row:
    """Both programs read the same tiles, which Tilekeep has stored; options may follow the kind."""
    config = samples.cached_in(directory, kind)
    _run("tilekeep", config, body, "write", _BLOCKS["read"])
    with ExitStack() as stack:
        runners = {program: stack.enter_context(Runner(program, directory)) for program in PROGRAMS}
        for runner in runners.values():
            runner.load(config)
        return compare(f"TMS, from {kind.partition(',')[0]}", runners, dict.fromkeys(PROGRAMS, TMS_REQUESTS), "200 OK")


def _operations(directory: Path, kind: str, body: Path, place: Callable[[str], str] | None = None) -> Iterator[Row]:
    """``place`` makes the place of a program on a service, and says with which options it is found."""
    rounds, blocks = (_ROUNDS, _BLOCKS) if place is None else (_SERVICE_ROUNDS, _SERVICE_BLOCKS)
    spent: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds):
        for program in PROGRAMS:
            options = kind if place is None else f"{kind}, {place(f'{program}-{number}')}"
            config = samples.cached_in(directory / f"{number}-{program}", options)
            for what in ("read", "write")[::-1]:
                for clock, microseconds in _run(program, config, body, what, blocks[what]).items():
                    spent.setdefault(f"{what} {clock}", {}).setdefault(program, []).append(microseconds)
    names = {"read": "read a tile", "write": "write 16 tiles"}
    for what, name in names.items():
        for clock, unit in (("cpu", "us CPU"), ("wall", "us")):
            yield Row(f"{kind} store: {name}", unit, spent[f"{what} {clock}"])


def _run(program: str, config: Path, body: Path, what: str, blocks: int) -> dict[str, float]:
    command = [python_of(program), str(_RUNNER), program, str(config), str(body), what, str(blocks)]
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise ProgramFailed(f"{program}: {done.stderr.strip().splitlines()[-1:]}")
    spent: dict[str, float] = json.loads(done.stdout)
    return spent
