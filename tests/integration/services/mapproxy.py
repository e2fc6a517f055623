"""MapProxy, the program Tilekeep must agree with, served by gunicorn out of an environment of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import ProgramMissing

REFERENCE_VERSION = "7.0.0"
_DEFAULT = Path(__file__).parents[3] / ".cache/mapproxy/bin/python"


@cache
def mapproxy_python() -> Path:
    """The interpreter that has MapProxy, from TILEKEEP_MAPPROXY_PYTHON or where ``make reference`` puts it."""
    python = Path(os.environ.get("TILEKEEP_MAPPROXY_PYTHON", _DEFAULT))
    question = "from importlib.metadata import version; print(version('MapProxy'))"
    if not python.exists():
        raise ProgramMissing("MapProxy", "make reference")
    found = subprocess.run([str(python), "-c", question], capture_output=True, text=True, check=False).stdout.strip()
    if found != REFERENCE_VERSION:
        raise ProgramMissing(f"MapProxy {REFERENCE_VERSION}", f"{python} has {found or 'none'}; make reference")
    return python


def mapproxy(
    directory: Path, config: str, *, workers: int = 1, threads: int = 4, env: Mapping[str, str] | None = None
) -> Server:
    """A MapProxy that is not started yet; its ``mapproxy.yaml`` is written into the directory."""
    config_file = directory / "mapproxy.yaml"
    config_file.write_text(config)
    port = free_port()
    options = ["--workers", str(workers), "--worker-class", "gthread", "--threads", str(threads)]
    application = f"mapproxy.wsgiapp:make_wsgi_app({str(config_file)!r})"
    command = [str(mapproxy_python()), "-m", "gunicorn", "--bind", f"{HOST}:{port}", *options, application]
    return Server(command, directory, port, environ=env)


def mapproxy_util(
    *arguments: str, directory: Path, stdin: str = "", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What ``mapproxy-util ARGUMENTS`` prints, and its exit code."""
    return subprocess.run(
        [str(mapproxy_python().with_name("mapproxy-util")), *arguments],
        cwd=directory,
        env={**os.environ, **(environ or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
