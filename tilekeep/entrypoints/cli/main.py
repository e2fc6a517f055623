"""The ``tilekeep`` command: finds subcommands by name and loads only the one that runs."""

from __future__ import annotations

import atexit
import gc

import click

from tilekeep._version import __version__
from tilekeep.entrypoints.cli.plugin_commands import ExtensibleGroup

_COMMANDS = {
    "init": ("init", "Write a configuration to begin with."),
    "serve": ("serve", "Serve the tiles of a configuration over HTTP."),
    "autoconfig": ("autoconfig", "Write a configuration out of what a server or file has."),
    "check": ("check", "Check a configuration and report every problem with its place."),
    "grids": ("grids", "Say what levels and tiles the grids of a configuration have."),
    "plan": ("plan", "Say what becomes of stored tiles when a configuration changes."),
    "schema": ("schema", "Print the JSON Schema of configurations, for editors."),
    "seed": ("seed", "Fill, refresh and clean caches ahead of requests."),
    "worker": ("worker", "Make tiles for runs of seeding on this and other machines."),
    "export": ("export", "Export tiles: PMTiles, MBTiles, GeoPackage, or a directory for a web server."),
    "jobs": ("jobs", "Say how far a run of seeding has got."),
    "invalidate": ("invalidate", "Mark tiles as stale where data has changed."),
    "explain": ("explain", "Say what a tile request would do, without doing it."),
    "scrub": ("scrub", "Find stored tiles that cannot be shown, and remove them."),
    "caches": ("caches", "Say what is stored: tiles, bytes and ages, by cache and level."),
    "completion": ("completion", "Print a script for the completion of bash, zsh or fish."),
    "util": ("util", "Tools for caches, with the names of mapproxy-util."),
    "demo": ("demo", "Serve a built-in world map on this machine."),
}


@click.group(cls=ExtensibleGroup, modules=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Tilekeep")
def main() -> None:
    """A tile cache between map clients and map servers."""
    atexit.register(gc.freeze)  # memory goes with the process; nothing in it is looked through for garbage before


if __name__ == "__main__":
    main()
