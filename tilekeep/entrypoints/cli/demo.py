"""``tilekeep demo``: a built-in world map, without any other server."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click

from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.server import ServerOptions, address, run_server
from tilekeep.entrypoints.wsgi.served import ServedConfiguration

#: Ports tried one after the other when the first is taken.
_PORTS_TRIED = 20

_CONFIG = Path(__file__).with_name("demo.yaml")


def cache_directory() -> Path:
    """Where the demo keeps its tiles: the user's cache folder (XDG base directory specification)."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "tilekeep" / "demo"


def free_port(host: str, first: int) -> int:
    """The first port from ``first`` on that nobody listens on."""
    for port in range(first, first + _PORTS_TRIED):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise click.ClickException(f"no free port from {first} to {first + _PORTS_TRIED - 1}; choose one with --bind")


@click.command("demo")
@options.bind("127.0.0.1:8080")
def command(bind: tuple[str, int]) -> None:
    """Serve a built-in world map on this machine and print the address of a page that shows it."""
    host, wanted = bind
    port = free_port(host, wanted)
    cache = cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    os.environ["TILEKEEP_DEMO_CACHE"] = str(cache)
    run_server(
        ServedConfiguration(str(_CONFIG), None, reload=False, log_format="text"),
        ServerOptions(host, port, workers=2, threads=4, log_level="warning"),
        lambda: click.echo(f"\nOpen {address(host, port)}demo/ to see the map; stop with Ctrl+C.\nTiles: {cache}\n"),
    )
