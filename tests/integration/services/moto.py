"""moto: an imitation of S3 that is quick and takes every signature."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port


def moto(directory: Path) -> Server:
    """A server that is not started yet; its buckets are gone when it stops."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    return Server(command, directory, port, ready_path="/moto-api/")
