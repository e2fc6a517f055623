"""The ``tilekeep`` command as people and scripts run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_COMMAND = [sys.executable, "-m", "tilekeep.entrypoints.cli.main"]


def tilekeep_command(
    *arguments: str, directory: Path, environ: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """What ``tilekeep ARGUMENTS`` prints, and its exit code."""
    return subprocess.run(
        [*_COMMAND, *arguments],
        cwd=directory,
        env={**os.environ, **(environ or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
