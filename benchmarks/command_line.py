"""How long a person waits for ``--help``."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.programs import ENVIRON, ProgramFailed, python_of
from benchmarks.table import Row

_ROUNDS = 11
_COMMANDS = {"mapproxy": "mapproxy-util", "tilekeep": "tilekeep"}


def measure(directory: Path) -> Iterator[Row]:
    """One row: from the start of the process to its end."""
    times: dict[str, list[float]] = {program: [] for program in _COMMANDS}
    for _ in range(_ROUNDS):
        for program, command in _COMMANDS.items():
            times[program].append(_seconds([str(Path(python_of(program)).with_name(command)), "--help"], directory))
    yield Row("`--help`", "s", times)


def _seconds(command: list[str], directory: Path) -> float:
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=directory, env=ENVIRON, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begin
    # mapproxy-util ends with an error although it has helped.
    if "Commands:" not in done.stdout:
        raise ProgramFailed(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return seconds
