"""The two programs, each in its own environment, and processes that run them on command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from tests.integration.services.mapproxy import mapproxy_python

PROGRAMS = ("mapproxy", "tilekeep")
RUNNER = Path(__file__).with_name("runner.py")

#: Compiled files are what an installed program starts from.
ENVIRON = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}

Request = tuple[str, str, dict[str, str]]


class ProgramFailed(Exception):
    """One of the programs ended or gave a wrong answer; the message says what it said."""


def python_of(program: str) -> str:
    """The interpreter in whose environment the program is installed."""
    return str(mapproxy_python()) if program == "mapproxy" else sys.executable


class Runner:
    """A process with one program in it, idle until asked (see :mod:`benchmarks.runner`)."""

    def __init__(self, program: str, directory: Path) -> None:
        self.program = program
        self._errors = directory / f"{program}-runner.log"
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [python_of(program), str(RUNNER), program],
                cwd=directory,
                env=ENVIRON,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def load(self, config: Path) -> None:
        """Makes the application of a configuration file."""
        self._ask(load=str(config))

    def check(self, request: Request) -> dict[str, Any]:
        """Status, headers, size and hash of the answer to one request."""
        answer: dict[str, Any] = self._ask(check=request)
        return answer

    def time(self, requests: list[Request], loops: int) -> float:
        """Seconds of one call, averaged over the requests and loops."""
        return float(self._ask(time=requests, loops=loops))

    def memory(self) -> tuple[float, list[str]]:
        """Resident memory in MB and the names of all modules imported so far."""
        answer = self._ask(memory=True)
        return answer["kib"] / 1024, answer["modules"]

    def import_modules(self, names: list[str]) -> None:
        """Imports what another runner had imported; what cannot be imported by name is left out."""
        self._ask(imports=names)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, **command: Any) -> Any:
        commands, answers = self._process.stdin, self._process.stdout
        assert commands is not None
        assert answers is not None
        try:
            commands.write(json.dumps(command) + "\n")
            commands.flush()
            line = answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise ProgramFailed(f"{self.program}: {self._errors.read_text().strip().splitlines()[-1:]}")
        return json.loads(line)["answer"]
