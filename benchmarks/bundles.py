"""Compact caches: the CPU time of one operation on the store, without a server or an image around it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.programs import ENVIRON, PROGRAMS, ProgramFailed, python_of
from benchmarks.table import Row

_RUNNER = Path(__file__).with_name("bundle_runner.py")
_TURNS, _ROUNDS = 3, 3


def measure(directory: Path) -> Iterator[Row]:
    """One row for each kind of work, in both versions of bundles."""
    for version in (2, 1):
        times: dict[str, dict[str, list[float]]] = {}
        for turn in range(_TURNS):
            for program in PROGRAMS:
                cache = directory / f"{program}-{version}-{turn}"
                for work, rounds in _run(program, version, cache).items():
                    times.setdefault(work, {}).setdefault(program, []).extend(rounds)
        for work, found in times.items():
            yield Row(f"compact cache version {version}, {work}: CPU time", "us", found)


def _run(program: str, version: int, cache: Path) -> dict[str, list[float]]:
    command = [python_of(program), str(_RUNNER), program, str(version), str(cache), str(_ROUNDS)]
    done = subprocess.run(command, env=ENVIRON, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramFailed(f"{program}: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found
