"""Varnish, a cache in front of a web server."""

from __future__ import annotations

from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import find_program


def varnish(directory: Path, vcl: str) -> Server:
    """A Varnish that is not started yet, with the configuration ``vcl``, which it compiles."""
    port = free_port()
    (directory / "default.vcl").write_text(vcl)
    command = [str(find_program("varnishd")), "-F", "-j", "none", "-n", str(directory / "varnish")]
    where = ["-a", f"{HOST}:{port}", "-f", str(directory / "default.vcl"), "-s", "malloc,64m"]
    return Server([*command, *where], directory, port)
