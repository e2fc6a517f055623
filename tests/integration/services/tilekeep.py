"""Tilekeep itself as its users run it: ``tilekeep serve`` in processes of its own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port


def tilekeep(
    directory: Path,
    config: str,
    *,
    workers: int = 2,
    threads: int = 4,
    env: Mapping[str, str] | None = None,
) -> Server:
    """A server that is not started yet; its ``mapproxy.yaml`` is written into the directory."""
    config_file = directory / "mapproxy.yaml"
    config_file.write_text(config)
    port = free_port()
    command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "serve", str(config_file)]
    options = ["--bind", f"{HOST}:{port}", "--workers", str(workers), "--threads", str(threads)]
    return Server([*command, *options], directory, port, environ=env)
