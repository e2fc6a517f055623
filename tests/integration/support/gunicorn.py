"""gunicorn, a server that can load an application first and fork its workers afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port


def gunicorn(
    directory: Path,
    module: str,
    *,
    workers: int = 2,
    threads: int = 4,
    preload: bool = True,
    python: str = sys.executable,
) -> Server:
    """A server that is not started yet, with ``application`` of the source text ``module``; ``python`` has both."""
    (directory / "served.py").write_text(module)
    port = free_port()
    options = ["--workers", str(workers), "--worker-class", "gthread", "--threads", str(threads)]
    if preload:
        options.append("--preload")
    command = [python, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--chdir", str(directory), *options]
    return Server([*command, "served:application"], directory, port)
