"""uWSGI, a server whose processes have no threads unless they are asked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import ProgramMissing

_PROGRAM = Path(os.environ.get("UWSGI", Path(__file__).parents[3] / ".cache" / "uwsgi")) / "bin" / "uwsgi"


def uwsgi_program() -> Path:
    """The program, or :class:`ProgramMissing`."""
    if not _PROGRAM.exists():
        raise ProgramMissing("uwsgi", "make servers")
    return _PROGRAM


def uwsgi(directory: Path, module: str, *, processes: int = 2) -> Server:
    """A server that is not started yet, with ``application`` of the source text ``module`` and without threads."""
    program = uwsgi_program()
    (directory / "served.py").write_text(module)
    port = free_port()
    options = ["--master", "--processes", str(processes), "--die-on-term", "--disable-logging", "--need-app"]
    command = [str(program), "--http11-socket", f"{HOST}:{port}", "-H", sys.prefix, "--chdir", str(directory)]
    return Server([*command, *options, "-w", "served"], directory, port)
