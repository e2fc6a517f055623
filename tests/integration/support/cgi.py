"""CGI programs for tests: small scripts that answer as told."""

from __future__ import annotations

import sys
from pathlib import Path

from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.http.cgi_client import CgiClient
from tilekeep.adapters.http.program_options import ProgramOptions
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

CLOCK = SystemClock()


def program(directory: Path, source: str, name: str = "program.cgi") -> str:
    """The path of a program with this Python source; ``put`` writes bytes to its output."""
    path = directory / name
    beginning = f"#!{sys.executable} -SE\nimport os, sys\nput = sys.stdout.buffer.write\n"
    path.write_text(beginning + source)
    path.chmod(0o755)
    return str(path)


def cgi_client(binary: str, *, working_dir: str | None = None, hide_error_details: bool = True) -> CgiClient:
    """A client of the program at ``binary``."""
    return CgiClient(ProgramOptions(binary, working_dir, hide_error_details), CLOCK)


def run(
    client: CgiClient, query: str = "a=b", *, seconds: float | None = None, max_bytes: int = 1_000_000
) -> HttpAnswer:
    """The answer to ``query`` within ``seconds``, or without a deadline."""
    deadline = Deadline(CLOCK.monotonic() + seconds) if seconds is not None else NO_DEADLINE
    url = f"mapserver:///bin/mapserv?{query}"
    return client.send(UpstreamRequest("GET", url), deadline, max_bytes=max_bytes)
