"""Machines that seed together: each a directory with a home, locks and notes of its own, and the same YAML."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tilekeep.entrypoints.cli.main import main

_PROGRAM = [sys.executable, "-m", "tilekeep.entrypoints.cli.main"]
_PATIENCE_SECONDS = 60.0


class Machine:
    """One of them; ``log`` has everything that its programs have said."""

    def __init__(self, directory: Path, configuration: str, tasks: str, environ: Mapping[str, str]) -> None:
        directory.mkdir()
        self.directory = directory
        self._environ = {**os.environ, **environ, "HOME": str(directory / "home"), "TMPDIR": str(directory)}
        self._log = directory / "log"
        self._started: list[subprocess.Popen[bytes]] = []
        (directory / "mapproxy.yaml").write_text(configuration)
        (directory / "seed.yaml").write_text(tasks)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def worker(self, broker: str, *arguments: str) -> subprocess.Popen[bytes]:
        return self.start("worker", "-f", "mapproxy.yaml", "--broker", broker, *arguments)

    def seed(self, broker: str, *arguments: str) -> subprocess.Popen[bytes]:
        return self.start("seed", "-f", "mapproxy.yaml", "-s", "seed.yaml", "--broker", broker, *arguments)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            started = subprocess.Popen(
                [*_PROGRAM, *arguments],
                cwd=self.directory,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(started)
        return started

    def seed_at_once(self, broker: str, *arguments: str) -> Result:
        """What came of seeding, in this process."""
        files = ["-f", str(self.directory / "mapproxy.yaml"), "-s", str(self.directory / "seed.yaml")]
        return CliRunner().invoke(main, ["seed", *files, "--broker", broker, *arguments])

    def jobs(self, progress_file: str = "progress") -> dict[str, Any]:
        """What ``tilekeep jobs`` says, in this process, since what it tells of passes quickly."""
        told = CliRunner().invoke(main, ["jobs", str(self.directory / progress_file), "--json"])
        facts: dict[str, Any] = json.loads(told.stdout)
        return facts

    def digest(self) -> str:
        """The digest of the configuration, as the log of a worker has it."""
        (found,) = set(re.findall(r"for the configuration ([0-9a-f]{16})", self.log))
        return str(found)

    def stop(self) -> None:
        for started in self._started:
            if started.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(started.pid, signal.SIGKILL)
            started.wait()


@contextlib.contextmanager
def machines(
    place: Path, configuration: str, tasks: str, environ: Mapping[str, str]
) -> Iterator[Callable[..., Machine]]:
    """``machine(name, configuration=None)``: a new one; all are stopped in the end."""
    made: list[Machine] = []

    def machine(name: str, other: str | None = None) -> Machine:
        made.append(Machine(place / name, other or configuration, tasks, environ))
        return made[-1]

    try:
        yield machine
    finally:
        for one in made:
            one.stop()


def wait_for(condition: Callable[[], Any], *running: Machine) -> None:
    """Waits; when it takes too long, the logs of those who run say why."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "\n".join(f"{one.directory.name}:\n{one.log}" for one in running)
        time.sleep(0.1)
